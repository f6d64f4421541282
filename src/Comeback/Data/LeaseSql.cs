namespace Comeback.Data;

/// <summary>Leases on PostgreSQL, by the database's own clock in microseconds.</summary>
internal static class LeaseSql
{
    private const string Now = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    // So many in one go: of a thousand stores two replicas that start together get about half each, and a lone one has all within seconds.
    private const string Some = "(SELECT greatest(16, count(*) / 4) FROM stores)";

    // Not waiting for the transactions of the owner itself, which hold the key only.
    private const string Renew = $"UPDATE leases SET until = {Now} + @length WHERE owner = @owner RETURNING store_id, epoch";

    // FOR UPDATE is what a transaction with a checked lease stands against: while one is open, the store stays where it is.
    private const string TakeLeft = $"""
        UPDATE leases SET owner = @owner, epoch = epoch + 1, until = {Now} + @length
        WHERE store_id IN (SELECT store_id FROM leases WHERE until < {Now} AND owner <> @owner ORDER BY store_id LIMIT {Some} FOR UPDATE SKIP LOCKED)
        RETURNING store_id, epoch
        """;

    private const string TakeNew = $"""
        INSERT INTO leases (store_id, owner, epoch, until)
        SELECT s.id, @owner, 1, {Now} + @length FROM stores s WHERE NOT EXISTS (SELECT 1 FROM leases l WHERE l.store_id = s.id) ORDER BY s.id LIMIT {Some}
        ON CONFLICT (store_id) DO NOTHING RETURNING store_id, epoch
        """;

    /// <summary>Three answers of stores and epochs: renewed, taken, new.</summary>
    public const string Hold = $"{Renew}; {TakeLeft}; {TakeNew}";

    public const string Release = "UPDATE leases SET owner = '', until = 0 WHERE owner = @owner RETURNING store_id";

    /// <summary>Once the store's row is locked: held until the end of the transaction, so that nobody takes the store between the check and the commit.</summary>
    public const string Check = $"SELECT 1 FROM leases WHERE store_id = @store AND owner = @owner AND epoch = @epoch AND until >= {Now} FOR KEY SHARE";
}
