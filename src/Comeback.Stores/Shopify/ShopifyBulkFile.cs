using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Comeback.Stores.Shopify;

/// <summary>
/// A bulk result on its way in: the lines are laid into parts by the object that they belong to, so that a parent and its children are in one part
/// wherever they stood in the file, and one part at a time fits into memory.
/// </summary>
internal sealed class ShopifyBulkFile(string folder)
{
    private const int LongestLine = 16 * 1024 * 1024;
    private const long PartBytes = 8L * 1024 * 1024;
    private const int MostParts = 256;
    private static readonly byte[] End = "\n"u8.ToArray();

    private string Marker => Path.Combine(folder, "complete");

    /// <summary>How many parts there are; 0 when the file has not been taken in whole.</summary>
    public int Parts => File.Exists(Marker) && int.TryParse(File.ReadAllText(Marker), System.Globalization.CultureInfo.InvariantCulture, out var parts) ? parts : 0;

    /// <summary>Takes the file in. A half that an earlier attempt left is thrown away.</summary>
    /// <param name="lines">How many Shopify says there are; fewer or more is a file that was cut.</param>
    public async Task TakeInAsync(Stream file, long? size, long lines, CancellationToken ct)
    {
        Remove();
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var parts = (int)Math.Clamp(((size ?? (lines * 1_000)) / PartBytes) + 1, 1, MostParts);
        var streams = new FileStream[parts];
        try
        {
            for (var i = 0; i < parts; i++) streams[i] = new FileStream(PartFile(i), FileMode.Create, FileAccess.Write, FileShare.None, 32 * 1024);
            var seen = await SpreadAsync(file, streams, ct).ConfigureAwait(false);
            if (seen != lines) throw new ShopifyUnavailableException($"The bulk file has {seen} lines and should have {lines}: it was cut.");
        }
        finally
        {
            foreach (var stream in streams)
                if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
        }
        await File.WriteAllTextAsync(Marker, parts.ToString(System.Globalization.CultureInfo.InvariantCulture), ct).ConfigureAwait(false);
    }

    /// <summary>The objects of one part, each with its children.</summary>
    public IEnumerable<(byte[] Root, IReadOnlyList<byte[]> Children)> Read(int part)
    {
        var roots = new List<(string Id, byte[] Line)>();
        var children = new Dictionary<string, List<byte[]>>(StringComparer.Ordinal);
        foreach (var line in LinesOf(PartFile(part)))
        {
            var (id, parent) = Names(line);
            if (parent is null) roots.Add((id ?? "", line));
            else if (children.TryGetValue(parent, out var siblings)) siblings.Add(line);
            else children.Add(parent, [line]);
        }
        foreach (var (id, line) in roots) yield return (line, children.TryGetValue(id, out var own) ? own : []);
    }

    public void Remove()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private string PartFile(int part) => Path.Combine(folder, $"part-{part:000}.jsonl");

    private static async Task<long> SpreadAsync(Stream file, FileStream[] parts, CancellationToken ct)
    {
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 128 * 1024));
        long lines = 0;
        while (true)
        {
            var read = await reader.ReadAsync(ct).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                lines += Put(buffer.Slice(0, end), parts);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }
            if (buffer.Length > LongestLine) throw new ShopifyException("A line of the bulk file is longer than any that there should be.");
            if (read.IsCompleted)
            {
                lines += Put(buffer, parts);
                await reader.CompleteAsync().ConfigureAwait(false);
                return lines;
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static int Put(ReadOnlySequence<byte> line, FileStream[] parts)
    {
        if (line.Length <= 1) return 0;
        var rented = ArrayPool<byte>.Shared.Rent((int)line.Length);
        try
        {
            line.CopyTo(rented);
            var bytes = rented.AsSpan(0, (int)line.Length);
            string? id, parent;
            try
            {
                (id, parent) = Names(bytes);
            }
            catch (JsonException)
            {
                throw new ShopifyUnavailableException("The bulk file was cut in the middle of a line.");
            }
            var part = parts[(int)(Hash(parent ?? id ?? "") % (uint)parts.Length)];
            part.Write(bytes);
            part.Write(End);
            return 1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The line's own id and its parent's, at its outermost level.</summary>
    private static (string? Id, string? Parent) Names(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 64 });
        string? id = null, parent = null;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1) continue;
            var (isId, isParent) = (json.ValueTextEquals("id"u8), json.ValueTextEquals("__parentId"u8));
            json.Read();
            if (isId && json.TokenType == JsonTokenType.String) id = json.GetString();
            else if (isParent && json.TokenType == JsonTokenType.String) parent = json.GetString();
            else json.Skip();
        }
        return (id, parent);
    }

    // FNV-1a: the same in every process, so that a reading can go on in another.
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text) hash = (hash ^ c) * 16777619u;
        return hash;
    }

    private static IEnumerable<byte[]> LinesOf(string file)
    {
        var whole = File.ReadAllBytes(file);
        for (var from = 0; from < whole.Length;)
        {
            var to = Array.IndexOf(whole, (byte)'\n', from);
            if (to < 0) to = whole.Length;
            if (to > from) yield return whole[from..to];
            from = to + 1;
        }
    }
}
