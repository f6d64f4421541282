using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// How records came: by themselves as they happened, or found by an import, a first sync, a resync or a late reconciliation. What was found never
/// starts a campaign.
/// </summary>
internal enum Arrival : byte { Live = 0, Found = 1 }

/// <summary>What became of the records.</summary>
/// <param name="Change">The store's change counter after it; what follows has been read once a follower's cursor is there.</param>
internal sealed record RecordsWritten(int Written, int Unchanged, long Change);

/// <summary>
/// Writes neutral records into the store's tables: resolves persons, keeps the newest state of each thing, closes carts, raises the change counter.
/// Receiving anything twice, late or in another order leads to the same end.
/// </summary>
internal sealed class RecordWriter(Databases databases, StoreWriter writer, StoreClocks clocks, TimeProvider time, IAddressHashes? hashes = null)
{
    private static readonly TimeSpan Aim = TimeSpan.FromMilliseconds(50);
    // On PostgreSQL nobody else waits for our transaction but this store, and each costs a round trip or twenty.
    private const int FewestRows = 50, MostRows = 6_000, PostgresRows = 6_000;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<StoreId, BatchMemory> memories = new();
    private int rowsAtOnce = 1_500;

    /// <summary>Writes all of them, in one or several transactions of at most about 50 ms each; each transaction is whole by itself.</summary>
    public Task<RecordsWritten> WriteAsync(StoreId store, IReadOnlyList<StoreRecord> records, Arrival arrival, Lane lane, CancellationToken ct) =>
        WriteAsync(store, Prepare(records), arrival, lane, ct);

    /// <summary>The same of records that another thread has prepared meanwhile.</summary>
    public async Task<RecordsWritten> WriteAsync(StoreId store, List<Prepared> records, Arrival arrival, Lane lane, CancellationToken ct)
    {
        int written = 0, unchanged = 0, from = 0;
        long change = 0;
        while (from < records.Count)
        {
            var batch = Take(records, ref from);
            var result = await writer.WriteAsync(store, lane, transaction => WriteAsync(transaction, batch, arrival), ct).ConfigureAwait(false);
            written += result.Written;
            unchanged += result.Unchanged;
            change = result.Change;
        }
        return new RecordsWritten(written, unchanged, change);
    }

    /// <summary>What can be known of records without the store: claims, hashes. Costs time, so a reader does it beside the writing.</summary>
    public static List<Prepared> Prepare(IEnumerable<StoreRecord> records) => [.. records.Select(Prepared.Of)];

    /// <summary>The same inside a transaction at hand, for what must be committed together with the records.</summary>
    public Task<RecordsWritten> WriteAsync(StoreTransaction transaction, IReadOnlyList<StoreRecord> records, Arrival arrival) =>
        WriteAsync(transaction, Prepare(records), arrival);

    private async Task<RecordsWritten> WriteAsync(StoreTransaction transaction, List<Prepared> records, Arrival arrival)
    {
        var began = time.GetTimestamp();
        using var activity = Hosting.Telemetry.Activities.StartActivity("records.write");
        activity?.SetTag("comeback.store", transaction.Store.Value).SetTag("comeback.records", records.Count);
        // Taken out, so that a transaction that fails leaves no rows behind that were never written.
        var (store, counter) = await StoreAsync(transaction).ConfigureAwait(false);
        if (!memories.TryRemove(transaction.Store, out var memory) || memory.Change != counter || memory.Products.Count > BatchMemory.MostProducts) memory = new BatchMemory();
        var batch = new RecordBatch(databases, transaction, store, arrival, clocks.Now(transaction.Store), hashes, memory);
        var change = await batch.ApplyAsync(records).ConfigureAwait(false);
        transaction.AfterCommit(() =>
        {
            batch.Remember(memory);
            memory.Change = change;
            memories[transaction.Store] = memory;
            Hosting.Telemetry.RecordsWritten(batch.Written, batch.Unchanged);
        });
        Adapt(records, time.GetElapsedTime(began));
        return new RecordsWritten(batch.Written, batch.Unchanged, change);
    }

    private List<Prepared> Take(List<Prepared> records, ref int from)
    {
        var room = databases.IsPostgres ? PostgresRows : rowsAtOnce;
        var begin = from;
        for (; from < records.Count && room > 0; from++) room -= Rows(records[from].Record);
        return begin == 0 && from == records.Count ? records : records.GetRange(begin, from - begin);
    }

    private static int Rows(StoreRecord record) => record switch
    {
        OrderRecord order => 2 + order.Lines.Count,
        ProductRecord product => 1 + product.Variants.Count,
        _ => 1,
    };

    // The batch follows the machine: a slow disk gets smaller ones, so that a webhook waits no longer.
    private void Adapt(List<Prepared> records, TimeSpan took)
    {
        var rows = records.Sum(r => Rows(r.Record));
        if (rows < rowsAtOnce / 2 || took <= TimeSpan.Zero) return;
        var fitting = rows * (Aim / took);
        rowsAtOnce = (int)Math.Clamp((rowsAtOnce + fitting) / 2, FewestRows, MostRows);
    }

    private static async Task<(BatchStore Store, long Change)> StoreAsync(StoreTransaction transaction)
    {
        var row = await transaction.Db.Stores.Where(s => s.Id == transaction.Store).Select(s => new { s.Currency, s.Settings, s.Url, s.Change })
            .SingleAsync(transaction.Cancellation).ConfigureAwait(false);
        var own = new HashSet<string>(StringComparer.Ordinal);
        if (Uri.TryCreate(row.Url, UriKind.Absolute, out var url)) own.Add(url.Host.StartsWith("www.", StringComparison.Ordinal) ? url.Host[4..] : url.Host);
        using var settings = JsonDocument.Parse(row.Settings);
        if (settings.RootElement.TryGetProperty("sender", out var sender) && sender.ValueKind == JsonValueKind.Object
            && sender.TryGetProperty("ownDomains", out var domains) && domains.ValueKind == JsonValueKind.Array)
            own.UnionWith(domains.EnumerateArray().Select(d => d.GetString()?.ToLowerInvariant()).OfType<string>());
        return (new BatchStore(transaction.Store, Currency.Parse(row.Currency), own), row.Change);
    }
}
