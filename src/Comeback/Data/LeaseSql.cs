namespace Comeback.Data;

/// <summary>Leases on PostgreSQL, by the database's own clock in microseconds.</summary>
internal static class LeaseSql
{
    private const string Now = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    /// <summary>A new owner gets the next epoch; the same one keeps its epoch and gains time.</summary>
    public const string Take = $"""
        INSERT INTO leases (store_id, owner, epoch, until) VALUES (@store, @owner, 1, {Now} + @length)
        ON CONFLICT (store_id) DO UPDATE SET
            epoch = CASE WHEN leases.owner = excluded.owner THEN leases.epoch ELSE leases.epoch + 1 END,
            owner = excluded.owner, until = excluded.until
        WHERE leases.store_id = @store AND (leases.owner = excluded.owner OR leases.until < {Now})
        RETURNING epoch
        """;

    public const string Release = "UPDATE leases SET until = 0 WHERE store_id = @store AND owner = @owner AND epoch = @epoch";

    /// <summary>Held until the end of the transaction, so that no other can take the store between the check and the commit.</summary>
    public const string Check = $"SELECT 1 FROM leases WHERE store_id = @store AND owner = @owner AND epoch = @epoch AND until >= {Now} FOR UPDATE";
}
