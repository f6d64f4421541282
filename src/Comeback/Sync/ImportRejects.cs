using System.Globalization;
using System.Text;
using Comeback.Stores.Csv;

namespace Comeback.Sync;

/// <summary>
/// The rows that an import left out, as a file that the merchant can mend and import again: line, reason, and the row as it stood, under the file's own
/// header. Readable by its owner only. Cells that a spreadsheet would run as a formula are disarmed.
/// </summary>
internal sealed class ImportRejects(string path, OrderFile file) : IDisposable
{
    private readonly Dictionary<string, long> byReason = new(StringComparer.Ordinal);
    private FileStream? stream;

    public long Count { get; private set; }

    public IReadOnlyDictionary<string, long> ByReason => byReason;

    /// <summary>The file; null when nothing was left out.</summary>
    public string? Path => stream is null ? null : path;

    public static string PathFor(string dataFolder, long store, long import) =>
        System.IO.Path.Combine(dataFolder, "rejects", string.Create(CultureInfo.InvariantCulture, $"{store}-{import}.csv"));

    public void Add(RejectedRow row)
    {
        Count++;
        byReason[row.Reason] = byReason.GetValueOrDefault(row.Reason) + 1;
        if (stream is null)
        {
            stream = Create(path);
            // The mark makes Excel read UTF-8 as such.
            stream.Write([0xEF, 0xBB, 0xBF]);
            Line("line", "reason", file.HeaderBytes.Span);
        }
        Line(row.Line.ToString(CultureInfo.InvariantCulture), row.Reason, row.Raw.Span);
    }

    public void Flush() => stream?.Flush();

    public void Dispose() => stream?.Dispose();

    private void Line(string line, string reason, ReadOnlySpan<byte> raw)
    {
        var text = $"{line}{file.Delimiter}{(reason.Contains(file.Delimiter, StringComparison.Ordinal) ? $"\"{reason}\"" : reason)}{file.Delimiter}";
        stream!.Write(Encoding.UTF8.GetBytes(text));
        WriteDisarmed(raw.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? raw[3..] : raw);
        stream.WriteByte((byte)'\n');
    }

    // A cell that begins with = + - @, tab or CR gets an apostrophe; plain negative numbers stay numbers.
    private void WriteDisarmed(ReadOnlySpan<byte> raw)
    {
        var delimiter = (byte)file.Delimiter;
        var from = 0;
        var quoted = false;
        for (var i = 0; i < raw.Length; i++)
        {
            var atStart = !quoted && (i == 0 || raw[i - 1] == delimiter);
            if (raw[i] == '"') quoted = !quoted;
            if (!atStart) continue;
            var first = quoted && i + 1 < raw.Length ? i + 1 : i;
            if (raw[first] is not ((byte)'=' or (byte)'+' or (byte)'-' or (byte)'@' or (byte)'\t' or (byte)'\r') || IsNumber(raw[first..], delimiter)) continue;
            if (raw[first] == delimiter) continue;
            stream!.Write(raw[from..first]);
            stream.WriteByte((byte)'\'');
            from = first;
        }
        stream!.Write(raw[from..]);
    }

    private static bool IsNumber(ReadOnlySpan<byte> cell, byte delimiter)
    {
        var end = cell.IndexOfAny(delimiter, (byte)'"');
        return cell[1..(end < 0 ? cell.Length : Math.Max(1, end))].IndexOfAnyExcept("0123456789., "u8) < 0;
    }

    private static FileStream Create(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(path)!;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 64 << 10 };
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        else
        {
            Directory.CreateDirectory(folder);
        }
        return new FileStream(path, options);
    }
}
