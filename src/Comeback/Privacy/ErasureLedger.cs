using System.Text.Json;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Hosting;

namespace Comeback.Privacy;

/// <summary>One erasure: by keyed hashes only, so that a backup from before it can be put right after a restore.</summary>
internal sealed record Erased(StoreId Store, DateTimeOffset At, IReadOnlyList<string> Hashes);

/// <summary>A file beside the database that no restore puts back (<c>erasures.jsonl</c>): one line an erasure, on the disk before the erasure begins.</summary>
internal sealed class ErasureLedger(ComebackOptions options, AddressHashes hashes)
{
    private readonly Lock sync = new();

    private string Path => System.IO.Path.Combine(options.Data, "erasures.jsonl");

    public void Add(Person person, DateTimeOffset at)
    {
        var line = JsonSerializer.Serialize(new Erased(person.Store, at, HashesOf(person)), Json.Options) + "\n";
        lock (sync)
        {
            var add = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read };
            if (!OperatingSystem.IsWindows()) add.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(Path, add);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(line));
            stream.Flush(flushToDisk: true);
        }
    }

    public IReadOnlyList<Erased> ReadSince(DateTimeOffset since)
    {
        if (!File.Exists(Path)) return [];
        var entries = new List<Erased>();
        foreach (var line in File.ReadLines(Path).Where(l => l.Length > 0))
        {
            try
            {
                if (JsonSerializer.Deserialize<Erased>(line, Json.Options) is { } entry && entry.At >= since) entries.Add(entry);
            }
            catch (JsonException)
            {
                // The last line of a process that was killed while writing; that erasure had not begun.
            }
        }
        return entries;
    }

    public IReadOnlyList<string> HashesOf(Person person) =>
    [
        .. person.Emails.Select(e => hashes.Of(Channel.Email, e)),
        .. person.Phones.Select(p => hashes.Of(Channel.Sms, p)),
        .. person.Accounts.Select(a => hashes.Of("account", a)),
    ];

    /// <summary>The hash of one identity as it lies in the table.</summary>
    public string? HashOf(Data.IdentityKind kind, string value) => kind switch
    {
        Data.IdentityKind.Email => hashes.Of(Channel.Email, value),
        Data.IdentityKind.Phone => hashes.Of(Channel.Sms, value),
        Data.IdentityKind.Account => hashes.Of("account", value),
        _ => null,
    };
}
