using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Comeback.Data;
using Comeback.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Privacy;

/// <summary>Finds the files of the data folder that name a person (written messages, rejects, exports, kept imports) and removes them.</summary>
internal sealed class TraceSweep(ComebackOptions options, Databases databases, StoreWriter writer)
{
    // The database and its kin are erased in place; the key and the ledger name nobody; backups of the merchant's own are put right by the ledger when restored.
    private static readonly string[] Spared = [".db", ".db-wal", ".db-shm", ".lock", ".key", ".zip"];

    public async Task<int> RemoveAsync(Person person, CancellationToken ct)
    {
        if (!Directory.Exists(options.Data)) return 0;
        var removed = new HashSet<string>(StringComparer.Ordinal);
        var messages = await FilesOfMessagesAsync(person, ct).ConfigureAwait(false);
        foreach (var path in Directory.EnumerateFiles(options.Data, "*", SearchOption.AllDirectories))
        {
            if ((Spared.Contains(Path.GetExtension(path), StringComparer.Ordinal) && !IsAutomaticBackup(path)) || Path.GetFileName(path) == "erasures.jsonl") continue;
            if (!messages.Contains(path) && !await MentionsAsync(path, person, ct).ConfigureAwait(false)) continue;
            File.Delete(path);
            removed.Add(Path.GetFileName(path));
        }
        if (removed.Count > 0)
        {
            await writer.WriteAsync(person.Store, Lane.Live, async transaction =>
            {
                foreach (var import in await transaction.Db.Imports.AsTracking().Where(i => i.RejectsFile != null).ToListAsync(ct).ConfigureAwait(false))
                    if (removed.Contains(Path.GetFileName(import.RejectsFile!))) import.RejectsFile = null;
                await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
        }
        return removed.Count;
    }

    /// <summary>
    /// A copy that was made by itself before a migration or a restore. It is only for going back at once; one that holds the person is worth less than
    /// their being forgotten.
    /// </summary>
    private static bool IsAutomaticBackup(string path) =>
        Path.GetFileName(Path.GetDirectoryName(path)) == "backups" && Path.GetFileName(path).StartsWith("before-", StringComparison.Ordinal);

    /// <summary>True when the text names the person, also as JSON writes it (<c>\u002B</c>, <c>\/</c>).</summary>
    public static bool Names(byte[] body, Person person)
    {
        var text = Encoding.UTF8.GetString(body);
        return Mentions(text, person);
    }

    // Messages of the outbox lie in outbox/STORE/ID.eml; what a mail program reads in them may be encoded.
    private async Task<HashSet<string>> FilesOfMessagesAsync(Person person, CancellationToken ct)
    {
        await using var db = databases.Open(person.Store);
        var ids = await db.Messages.Where(m => person.All.Contains(m.CustomerId)).Select(m => m.Id).ToListAsync(ct).ConfigureAwait(false);
        return ids.Select(id => Path.Combine(options.Data, "outbox", person.Store.ToString(), $"{id}.eml")).ToHashSet(StringComparer.Ordinal);
    }

    private static bool Mentions(string text, Person person) => person.Traces.Any(trace =>
        text.Contains(trace, StringComparison.OrdinalIgnoreCase)
        || text.Contains(JsonEncodedText.Encode(trace).ToString(), StringComparison.OrdinalIgnoreCase));

    private static async Task<bool> MentionsAsync(string path, Person person, CancellationToken ct)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            var buffer = new char[1 << 16];
            var kept = "";
            using var reader = new StreamReader(content, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
            // Blocks overlap by the longest trace, so that a name across two of them is found.
            for (int read; (read = await reader.ReadBlockAsync(buffer, ct).ConfigureAwait(false)) > 0;)
            {
                var text = kept + new string(buffer, 0, read);
                if (Mentions(text, person)) return true;
                kept = text.Length > 400 ? text[^400..] : text;
            }
            return false;
        }
        catch (InvalidDataException)
        {
            // Half a gzip: what it would have named was refused at import.
            return false;
        }
        catch (IOException) when (!File.Exists(path))
        {
            return false;
        }
    }
}
