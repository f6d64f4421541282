using Comeback.Data;
using Comeback.Engine;
using Comeback.Stores.Demo;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// Connects the demo store once: its row, its settings, and its history through the same writer as every store's, as found. It survives a kill at
/// any point: the anchor is kept first, the same history is written again from where it got to.
/// </summary>
internal sealed partial class DemoConnection(
    Databases databases, StoreWriter writer, RecordWriter records, StoreClocks clocks, TimeProvider time, DemoOptions options, ILogger<DemoConnection> log)
{
    /// <summary>The cursor that keeps where history ends (its <c>At</c>); and the one that keeps how far life has been written.</summary>
    public const string AnchorCursor = "demo-anchor", LifeCursor = "demo-life";

    /// <summary>The demo store with all its history, made if there is none.</summary>
    public async Task<(StoreId Store, DemoTruth Truth)> ConnectAsync(string baseUrl, string settings, CancellationToken ct)
    {
        var store = await StoreAsync(settings, ct).ConfigureAwait(false);
        var anchor = await AnchorAsync(store, ct).ConfigureAwait(false);
        var truth = new DemoTruth(options.Seed, anchor) { Customers = options.Customers };
        await WriteHistoryAsync(store, new DemoStore(truth, baseUrl), ct).ConfigureAwait(false);
        return (store, truth);
    }

    /// <summary>The demo store, made if there is none, perhaps still without history. Of two replicas that make it at once one is refused, and finds it.</summary>
    public async Task<StoreId> StoreAsync(string settings, CancellationToken ct) =>
        await FindAsync(ct).ConfigureAwait(false) ?? await AddAsync(settings, ct).ConfigureAwait(false);

    private async Task<StoreId?> FindAsync(CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        return await db.Stores.Where(s => s.Platform == Platform.Demo).Select(s => (StoreId?)s.Id).FirstOrDefaultAsync(ct).ConfigureAwait(false);
    }

    private async Task<StoreId> AddAsync(string settings, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var anchor = options.AnchorAt(now);
        await using var db = databases.OpenSystem();
        var taken = await db.Stores.AnyAsync(s => s.Name == DemoStore.Name, ct).ConfigureAwait(false);
        return await writer.AddStoreAsync(id => new StoreRow
        {
            Id = id,
            Name = taken ? DemoStore.Name + " (demo)" : DemoStore.Name,
            Platform = Platform.Demo,
            Currency = DemoStore.Currency,
            TimeZone = DemoStore.TimeZone,
            Country = DemoStore.Country,
            Language = DemoStore.Language,
            CreatedAt = now,
            DemoNow = anchor,
            Settings = settings,
        }, ct).ConfigureAwait(false);
    }

    private Task<DateTimeOffset> AnchorAsync(StoreId store, CancellationToken ct) => writer.WriteAsync(store, Lane.Bulk, async transaction =>
    {
        var cursor = await transaction.Db.Cursors.FirstOrDefaultAsync(c => c.Follower == AnchorCursor, ct).ConfigureAwait(false);
        if (cursor is not null)
            return cursor.At;
        var row = await transaction.Db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        transaction.Db.Cursors.Add(new CursorRow { StoreId = store, Follower = AnchorCursor, At = row.DemoNow!.Value });
        transaction.Db.Cursors.Add(new CursorRow { StoreId = store, Follower = LifeCursor, At = row.DemoNow.Value });
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return row.DemoNow.Value;
    }, ct);

    private async Task WriteHistoryAsync(StoreId store, DemoStore demo, CancellationToken ct)
    {
        var import = await OpenImportAsync(store, ct).ConfigureAwait(false);
        if (import is not { } at)
            return;
        var started = time.GetTimestamp();
        var position = at.RowsRead;
        var orders = at.Orders;
        await foreach (var page in demo.ReadAllAsync(DemoStore.Everything, position.ToString(System.Globalization.CultureInfo.InvariantCulture), ct).ConfigureAwait(false))
        {
            await records.WriteAsync(store, page.Records, Arrival.Found, Lane.Bulk, ct).ConfigureAwait(false);
            position = page.Done;
            orders += page.Records.Count(r => r is Engine.Orders.OrderRecord);
            await ChangeImportAsync(store, at.Id, row => (row.RowsRead, row.Orders, row.BytesRead, row.BytesTotal) = (position, orders, position, page.Total ?? 0), ct).ConfigureAwait(false);
        }
        await FinishAsync(store, at.Id, ct).ConfigureAwait(false);
        LogHistory(log, position, orders, time.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>The import row of the history, made if there is none; null when history is complete.</summary>
    private Task<ImportRow?> OpenImportAsync(StoreId store, CancellationToken ct) => writer.WriteAsync(store, Lane.Bulk, async transaction =>
    {
        var row = await transaction.Db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        if (row.HistoryComplete)
            return null;
        var import = await transaction.Db.Imports.FirstOrDefaultAsync(ct).ConfigureAwait(false);
        if (import is null)
        {
            var id = await transaction.TakeIdsAsync(1).ConfigureAwait(false);
            import = new ImportRow { StoreId = store, Id = id, FileName = DemoStore.Name, Layout = "demo", StartedAt = time.GetUtcNow() };
            transaction.Db.Imports.Add(import);
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }
        return import;
    }, ct);

    private Task ChangeImportAsync(StoreId store, long id, Action<ImportRow> change, CancellationToken ct) => writer.WriteAsync(store, Lane.Bulk, async transaction =>
    {
        change(await transaction.Db.Imports.SingleAsync(i => i.Id == id, ct).ConfigureAwait(false));
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }, ct);

    private Task FinishAsync(StoreId store, long id, CancellationToken ct) => writer.WriteAsync(store, Lane.Bulk, async transaction =>
    {
        var import = await transaction.Db.Imports.SingleAsync(i => i.Id == id, ct).ConfigureAwait(false);
        (import.State, import.EndedAt) = (ImportState.Done, time.GetUtcNow());
        var row = await transaction.Db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        (row.HistoryComplete, row.InStepAt) = (true, row.DemoNow);
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        await transaction.ChangeAsync().ConfigureAwait(false);
        transaction.AfterCommit(() => clocks.Forget(store));
    }, ct);

    [LoggerMessage(Level = LogLevel.Information, Message = "The demo store is connected: {Records} records, {Orders} of them orders, in {Seconds:F1} s")]
    private static partial void LogHistory(ILogger logger, long records, long orders, double seconds);
}
