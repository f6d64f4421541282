using Comeback.Engine;

namespace Comeback.Data;

/// <summary>That a process owns a store for a while. Every write of a decision carries it: a later owner's epoch makes an earlier one's writes fail.</summary>
internal sealed record Lease(StoreId Store, string Owner, long Epoch);

/// <summary>The store has another owner by now; what was decided is thrown away and decided by them.</summary>
internal sealed class LeaseLostException(StoreId store) : Exception($"Store {store} has another owner by now.");

/// <summary>
/// The rows that say who decides about a store when several processes share a PostgreSQL: an owner, an epoch and ten seconds, by the database's
/// clock, since those of two machines differ. <see cref="OwnedStores"/> holds them; <see cref="StoreWriter"/> checks them in each transaction.
/// </summary>
internal sealed class Leases(StoreWriter writer)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    /// <summary>This process among the replicas.</summary>
    public string Owner { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    /// <summary>Renews what is ours and takes what is free or has run out; returns all that is ours now.</summary>
    /// <remarks>A store whose former owner still has a transaction open is passed over until the database has ended that.</remarks>
    public Task<List<Lease>> HoldAsync(CancellationToken ct) => writer.WriteSystemAsync(async transaction =>
    {
        var ours = new List<Lease>();
        await using var command = transaction.Command(LeaseSql.Hold).With("@owner", Owner).With("@length", (long)Length.TotalMicroseconds);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        do
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false)) ours.Add(new Lease(new StoreId(reader.GetInt64(0)), Owner, reader.GetInt64(1)));
        }
        while (await reader.NextResultAsync(ct).ConfigureAwait(false));
        return ours;
    }, ct);

    /// <summary>Gives everything back at once, so that the others need not wait.</summary>
    public Task ReleaseAsync(CancellationToken ct) => writer.WriteSystemAsync(async transaction =>
    {
        await using var command = transaction.Command(LeaseSql.Release).With("@owner", Owner);
        return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }, ct);
}
