using Comeback.Data;
using Comeback.Engine;
using Comeback.Install;
using Comeback.Stores;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// Reads a connected store: all of it once (the first sync, a resync), then windows of what changed, and once a day all ids. What it has read is
/// written down after each page, so a killed process goes on where it was.
/// </summary>
/// <remarks>
/// 1. Each resource in the connector's order, page by page; a page written twice changes nothing, so the position follows the records.
/// 2. Windows by the store's own clock, overlapping the last one, every quarter of an hour (settable) or at once when something was dropped.
/// 3. Once a day ids are compared; what the store no longer has is marked deleted (<see cref="StoreComparison"/>).
/// </remarks>
internal sealed class StoreReader(
    Databases databases, StoreWriter writer, RecordWriter records, StoreConnections connections, StoreComparison comparison, TimeProvider time)
{
    // What a store writes while it answers carries a time before the answer's.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10), Day = TimeSpan.FromHours(24), LongestRest = TimeSpan.FromMinutes(15);

    /// <summary>Everything that is due for this store now. Trouble at the store is written down for the merchant, and calls rest.</summary>
    public async Task WorkAsync(StoreConnectionRow connection, IStoreConnector connector, CancellationToken ct)
    {
        var work = new Work(connection, connector);
        try
        {
            await PlanAsync(work, ct).ConfigureAwait(false);
            // Step 1
            foreach (var resource in connector.Resources)
            {
                if (work.Rows[resource.Name].State != SyncState.Done) await ReadAllAsync(work, resource, ct).ConfigureAwait(false);
            }
            // Steps 2 and 3
            if (await DueAsync(work, ct).ConfigureAwait(false)) await ReconcileAsync(work, ct).ConfigureAwait(false);
        }
        catch (StoreTrouble trouble)
        {
            await TroubledAsync(work, trouble, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Reads everything again from the start; what is known stays and is put right.</summary>
    public Task ResyncAsync(StoreId store, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async transaction =>
    {
        await transaction.Db.SyncResources.ExecuteUpdateAsync(r => r.SetProperty(x => x.State, SyncState.Waiting).SetProperty(x => x.Position, (string?)null)
            .SetProperty(x => x.Done, 0).SetProperty(x => x.Total, (long?)null).SetProperty(x => x.PerSecond, 0).SetProperty(x => x.StartedAt, (DateTimeOffset?)null)
            .SetProperty(x => x.ComparedAt, (DateTimeOffset?)null).SetProperty(x => x.Error, (string?)null), ct).ConfigureAwait(false);
        var now = time.GetUtcNow();
        await transaction.Db.StoreConnections.Where(c => c.StoreId == store)
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.ReconcileAskedAt, now).SetProperty(x => x.RestUntil, (DateTimeOffset?)null), ct).ConfigureAwait(false);
    }, ct);

    private async Task PlanAsync(Work work, CancellationToken ct)
    {
        await using (var db = databases.Open(work.Store)) work.Rows = await db.SyncResources.ToDictionaryAsync(r => r.Resource, StringComparer.Ordinal, ct).ConfigureAwait(false);
        if (work.Connector.Resources.All(r => work.Rows.ContainsKey(r.Name))) return;
        await SaveAsync(work, async transaction =>
        {
            for (var place = 0; place < work.Connector.Resources.Count; place++)
            {
                var name = work.Connector.Resources[place].Name;
                if (work.Rows.ContainsKey(name)) continue;
                work.Rows[name] = new SyncResourceRow { StoreId = work.Store, Resource = name, Place = place };
                transaction.Db.SyncResources.Add(work.Rows[name]);
            }
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    private async Task ReadAllAsync(Work work, StoreResource resource, CancellationToken ct)
    {
        var row = work.Rows[resource.Name];
        work.At = row;
        var began = time.GetTimestamp();
        var doneBefore = row.Done;
        (row.State, row.StartedAt) = (SyncState.Reading, row.StartedAt ?? time.GetUtcNow());
        await foreach (var page in work.Connector.ReadAllAsync(resource.Name, row.Position, ct).ConfigureAwait(false))
        {
            if (page.Records.Count > 0) await records.WriteAsync(work.Store, page.Records, Arrival.Found, Lane.Bulk, ct).ConfigureAwait(false);
            // What changes from now on is read by the windows, which begin where the first page was asked for.
            row.ReadTo ??= page.AsOf ?? row.StartedAt;
            (row.Position, row.Done, row.Total, row.Error) = (page.Position, page.Done, page.Total, null);
            if (time.GetElapsedTime(began) is { TotalSeconds: > 0.5 } took) row.PerSecond = (row.Done - doneBefore) / took.TotalSeconds;
            await SaveAsync(work, row, ct).ConfigureAwait(false);
            await WellAsync(work, ct).ConfigureAwait(false);
            // A resync takes hours; what happens meanwhile is not left to it.
            if (work.Rows.Values.All(r => r.EndedAt is not null) && await DueAsync(work, ct).ConfigureAwait(false)) await ReconcileAsync(work, ct).ConfigureAwait(false);
        }
        (row.State, row.EndedAt, row.Position, row.InStepAt, row.Total) = (SyncState.Done, time.GetUtcNow(), null, time.GetUtcNow(), row.Done);
        await SaveAsync(work, row, ct).ConfigureAwait(false);
        if (resource.Name == Resource.Orders && work.Connector.WholeHistory)
        {
            await SaveAsync(work, async transaction =>
            {
                await transaction.Db.Stores.Where(s => s.Id == work.Store).ExecuteUpdateAsync(s => s.SetProperty(x => x.HistoryComplete, true), ct).ConfigureAwait(false);
                await transaction.ChangeAsync().ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
        }
    }

    private async Task<bool> DueAsync(Work work, CancellationToken ct)
    {
        if (await connections.FindAsync(work.Store, ct).ConfigureAwait(false) is not { State: ConnectionState.Connected } now || now.Installation != work.Connection.Installation) return false;
        await using var db = databases.OpenSystem();
        var settings = StoreSettings.Read(await db.Stores.Where(s => s.Id == work.Store).Select(s => s.Settings).SingleAsync(ct).ConfigureAwait(false));
        return now.ReconcileAskedAt is not null || now.ReconciledAt is not { } last || time.GetUtcNow() - last >= TimeSpan.FromMinutes(settings.ReconcileMinutes);
    }

    private async Task ReconcileAsync(Work work, CancellationToken ct)
    {
        var began = time.GetUtcNow();
        await work.Connector.MendAsync(ct).ConfigureAwait(false);
        foreach (var resource in work.Connector.Resources)
        {
            var row = work.Rows[resource.Name];
            work.At = row;
            if (resource.ChangesByTime)
            {
                DateTimeOffset? readTo = null;
                await foreach (var page in work.Connector.ReadChangesAsync(resource.Name, (row.ReadTo ?? row.StartedAt ?? began) - Overlap, ct).ConfigureAwait(false))
                {
                    readTo ??= page.AsOf ?? began;
                    if (page.Records.Count > 0) await records.WriteAsync(work.Store, page.Records, Arrival.Live, Lane.Live, ct).ConfigureAwait(false);
                }
                if (readTo > row.ReadTo || row.ReadTo is null) row.ReadTo = readTo ?? row.ReadTo;
                row.InStepAt = time.GetUtcNow();
            }
            else if (row.State == SyncState.Done && time.GetUtcNow() - (row.InStepAt ?? DateTimeOffset.MinValue) >= Day)
            {
                await foreach (var page in work.Connector.ReadAllAsync(resource.Name, null, ct).ConfigureAwait(false))
                {
                    if (page.Records.Count > 0) await records.WriteAsync(work.Store, page.Records, Arrival.Found, Lane.Bulk, ct).ConfigureAwait(false);
                }
                row.InStepAt = time.GetUtcNow();
            }
            if (resource.ListsIds && row.EndedAt is not null && time.GetUtcNow() - (row.ComparedAt ?? DateTimeOffset.MinValue) >= Day)
            {
                row.DeletionsFound = await comparison.CompareAsync(work.Store, work.Connector, resource.Name, ct).ConfigureAwait(false);
                row.ComparedAt = time.GetUtcNow();
            }
            row.StoreCount = await work.Connector.CountAsync(resource.Name, ct).ConfigureAwait(false);
            row.LocalCount = await comparison.LocalCountAsync(work.Store, resource.Name, ct).ConfigureAwait(false);
            row.Error = null;
            await SaveAsync(work, row, ct).ConfigureAwait(false);
        }
        var inStep = work.Rows.Values.All(r => r.EndedAt is not null);
        await SaveAsync(work, async transaction =>
        {
            var db = transaction.Db;
            // What was asked for while this ran is done by the next.
            await db.StoreConnections.Where(c => c.StoreId == work.Store && c.ReconcileAskedAt <= began)
                .ExecuteUpdateAsync(c => c.SetProperty(x => x.ReconcileAskedAt, (DateTimeOffset?)null), ct).ConfigureAwait(false);
            await db.StoreConnections.Where(c => c.StoreId == work.Store).ExecuteUpdateAsync(c => c.SetProperty(x => x.ReconciledAt, began), ct).ConfigureAwait(false);
            if (inStep) await db.Stores.Where(s => s.Id == work.Store).ExecuteUpdateAsync(s => s.SetProperty(x => x.InStepAt, began), ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        await WellAsync(work, ct).ConfigureAwait(false);
    }

    private async Task TroubledAsync(Work work, StoreTrouble trouble, CancellationToken ct)
    {
        if (trouble.Kind == StoreTroubleKind.NeedsReconnecting)
        {
            await connections.NeedsReconnectingAsync(work.Store, work.Connection.Installation, trouble.Message, ct).ConfigureAwait(false);
            return;
        }
        var now = time.GetUtcNow();
        await SaveAsync(work, async transaction =>
        {
            var db = transaction.Db;
            var row = await db.StoreConnections.SingleAsync(c => c.StoreId == work.Store, ct).ConfigureAwait(false);
            var rest = trouble.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, 10 * Math.Pow(2, Math.Min(row.Failures, 10))));
            (row.Trouble, row.TroubleSince, row.Failures, row.RestUntil) = (trouble.Message, row.TroubleSince ?? now, row.Failures + 1, now + rest);
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            if (work.At is { } at)
                await db.SyncResources.Where(r => r.Resource == at.Resource).ExecuteUpdateAsync(r => r.SetProperty(x => x.Error, trouble.Message), ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    private async Task WellAsync(Work work, CancellationToken ct)
    {
        if (work.Connection is { Trouble: null, Failures: 0 }) return;
        (work.Connection.Trouble, work.Connection.Failures) = (null, 0);
        await SaveAsync(work, transaction => transaction.Db.StoreConnections.Where(c => c.StoreId == work.Store).ExecuteUpdateAsync(c => c.SetProperty(x => x.Trouble, (string?)null)
            .SetProperty(x => x.TroubleSince, (DateTimeOffset?)null).SetProperty(x => x.Failures, 0).SetProperty(x => x.RestUntil, (DateTimeOffset?)null), ct), ct).ConfigureAwait(false);
    }

    private Task SaveAsync(Work work, SyncResourceRow row, CancellationToken ct) => SaveAsync(work, async transaction =>
    {
        transaction.Db.SyncResources.Update(row);
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }, ct);

    private Task SaveAsync(Work work, Func<StoreTransaction, Task> change, CancellationToken ct) => writer.WriteAsync(work.Store, Lane.Live, change, ct);

    private sealed class Work(StoreConnectionRow connection, IStoreConnector connector)
    {
        public StoreConnectionRow Connection { get; } = connection;
        public IStoreConnector Connector { get; } = connector;
        public StoreId Store => Connection.StoreId;
        public Dictionary<string, SyncResourceRow> Rows { get; set; } = [];
        /// <summary>What was being read, for the sentence about trouble.</summary>
        public SyncResourceRow? At { get; set; }
    }
}
