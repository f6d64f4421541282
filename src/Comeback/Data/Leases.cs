using System.Data.Common;
using Comeback.Engine;

namespace Comeback.Data;

/// <summary>That a process owns a store for a while. Every write of a decision carries it: a later owner's epoch makes an earlier one's writes fail.</summary>
internal sealed record Lease(StoreId Store, string Owner, long Epoch);

/// <summary>The store has another owner by now; what was decided is thrown away and decided by them.</summary>
internal sealed class LeaseLostException(StoreId store) : Exception($"Store {store} has another owner by now.");

/// <summary>
/// Who decides about a store when several processes share a PostgreSQL: a row with an owner, an epoch and ten seconds. A process that was paused
/// past its lease finds its writes refused, since each checks the epoch in its own transaction. On SQLite the one serving process owns all.
/// </summary>
internal sealed class Leases(Databases databases, StoreWriter writer)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    /// <summary>This process among the replicas.</summary>
    public string Owner { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    /// <summary>Takes the store when it is free or its lease has run out, or renews our own; null when another owns it.</summary>
    public async Task<Lease?> TakeAsync(StoreId store, CancellationToken ct)
    {
        if (!databases.IsPostgres) return new Lease(store, Owner, 0);
        return await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            // The database's clock decides, since those of two machines differ.
            await using var command = transaction.Command(LeaseSql.Take).With("@store", store.Value).With("@owner", Owner).With("@length", (long)Length.TotalMicroseconds);
            return await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is long epoch ? new Lease(store, Owner, epoch) : null;
        }, ct).ConfigureAwait(false);
    }

    /// <summary>Gives the store back at once, so that another need not wait.</summary>
    public Task ReleaseAsync(Lease lease, CancellationToken ct) => !databases.IsPostgres ? Task.CompletedTask
        : writer.WriteAsync(lease.Store, Lane.Live, async transaction =>
        {
            await using var command = Command(transaction, LeaseSql.Release, lease);
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }, ct);

    internal static DbCommand Command(StoreTransaction transaction, string sql, Lease lease) =>
        transaction.Command(sql).With("@store", lease.Store.Value).With("@owner", lease.Owner).With("@epoch", lease.Epoch);
}

/// <summary>Fencing: called first in each transaction that writes memberships, decisions or hand-overs.</summary>
internal static class LeaseFence
{
    /// <exception cref="LeaseLostException">The store has another owner, or the lease ran out; nothing of the transaction is kept.</exception>
    public static async Task RequireAsync(this StoreTransaction transaction, Lease lease)
    {
        if (!transaction.IsPostgres) return;
        await using var command = Leases.Command(transaction, LeaseSql.Check, lease);
        if (await command.ExecuteScalarAsync(transaction.Cancellation).ConfigureAwait(false) is null) throw new LeaseLostException(lease.Store);
    }
}
