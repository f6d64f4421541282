namespace Comeback.Data;

/// <summary>The statements under the writer. They touch the row of the store itself, found by its id.</summary>
internal static class DataSql
{
    public const string RaiseChange = "UPDATE stores SET change = change + @count WHERE id = @store RETURNING change";
    public const string TakeIds = "UPDATE stores SET next_id = next_id + @count WHERE id = @store RETURNING next_id - @count";
    public const string TakeOrdinals = "UPDATE stores SET next_ordinal = next_ordinal + @count WHERE id = @store RETURNING next_ordinal - @count";

    /// <summary>PostgreSQL: taken first by each writer of a store, so that two of them wait instead of dying of a deadlock.</summary>
    public const string LockStore = "SELECT 1 FROM stores WHERE id = @store FOR NO KEY UPDATE";

    /// <summary>PostgreSQL: one migration at a time over all replicas ("comeback" as a number).</summary>
    public const string MigrationLock = "SELECT pg_advisory_lock(7164760114)";
    public const string MigrationUnlock = "SELECT pg_advisory_unlock(7164760114)";

    /// <summary>PostgreSQL: one giver of store ids at a time, until the end of the transaction.</summary>
    public const string StoreIdLock = "SELECT pg_advisory_xact_lock(7164760115)";

    /// <summary>PostgreSQL: one process at a time for work of that name.</summary>
    public const string TryAlone = "SELECT pg_try_advisory_lock(hashtextextended(@what, 7164760116))";
    public const string FreeAlone = "SELECT pg_advisory_unlock(hashtextextended(@what, 7164760116))";

    /// <summary>PostgreSQL: what the replicas call to each other.</summary>
    public const string Listen = "LISTEN comeback";
    public const string Tell = "SELECT pg_notify('comeback', @word)";
}
