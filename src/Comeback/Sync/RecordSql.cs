namespace Comeback.Sync;

/// <summary>
/// The statements of Sync that are not whole rows by key. Each takes the store first and names it for each table. A list is one parameter: JSON on
/// SQLite, an array on PostgreSQL (<c>{list}</c> is put in by <see cref="In"/>).
/// </summary>
internal static class RecordSql
{
    public const string Counter = "SELECT change FROM stores WHERE id = @store";

    public const string DeleteLines = "DELETE FROM order_lines WHERE store_id = @store AND order_id IN {list}";
    public const string DeleteVariants = "DELETE FROM variants WHERE store_id = @store AND product_id IN {list}";
    public const string DeleteProductCategories = "DELETE FROM product_categories WHERE store_id = @store AND product_id IN {list}";

    /// <summary>
    /// Open carts that should be closed and closed ones that should be open, of these customers: a cart is closed when the store said so, or once its
    /// person has placed an order after it was last touched, or the order that names it. 2 to 7 are the standings that count as placed.
    /// </summary>
    public const string CartsToTurn = """
        SELECT c.id FROM carts c
        WHERE c.store_id = @store AND c.customer_id IN {list} AND c.closed <> (c.closed_by_store OR EXISTS (
            SELECT 1 FROM orders o WHERE o.store_id = @store AND o.customer_id = c.customer_id AND o.standing BETWEEN 2 AND 7
            AND (o.placed_at >= c.touched_at OR o.cart_external_id = c.external_id)))
        """;

    public const string TurnCarts = "UPDATE carts SET closed = NOT closed, change = @change WHERE store_id = @store AND id IN {list}";

    /// <summary>Anonymous views and carts of a browser whose owner became known, or doubtful.</summary>
    public const string JoinEvents = """
        UPDATE events SET customer_id = CASE WHEN at >= @since THEN CAST(@customer AS bigint) END, change = @change
        WHERE store_id = @store AND visitor = @visitor AND claim IS NULL
        AND customer_id IS DISTINCT FROM CASE WHEN at >= @since THEN CAST(@customer AS bigint) END
        """;

    public const string JoinCarts = """
        UPDATE carts SET customer_id = CASE WHEN touched_at >= @since THEN CAST(@customer AS bigint) END, change = @change
        WHERE store_id = @store AND visitor = @visitor AND claim IS NULL
        AND customer_id IS DISTINCT FROM CASE WHEN touched_at >= @since THEN CAST(@customer AS bigint) END
        """;

    /// <summary>Nobody's carts are closed by the store alone.</summary>
    public const string FreeCarts = """
        UPDATE carts SET closed = closed_by_store, change = @change
        WHERE store_id = @store AND visitor = @visitor AND customer_id IS NULL AND closed <> closed_by_store
        """;

    // People: history of one customer is put to another's name, and which rows they were is kept for the way back.
    public const string MoveOrders = "UPDATE orders SET customer_id = @to, change = @change WHERE store_id = @store AND customer_id = @from RETURNING id";
    public const string MoveRefunds = "UPDATE refunds SET customer_id = @to, change = @change WHERE store_id = @store AND customer_id = @from RETURNING id";
    public const string MoveCarts = "UPDATE carts SET customer_id = @to, change = @change WHERE store_id = @store AND customer_id = @from RETURNING id";
    public const string MoveEvents = "UPDATE events SET customer_id = @to, change = @change WHERE store_id = @store AND customer_id = @from RETURNING id";
    public const string MoveConsents = "UPDATE consents SET customer_id = @to, change = @change WHERE store_id = @store AND customer_id = @from RETURNING id";
    public const string MoveResults = "UPDATE results SET customer_id = @to, change = @change WHERE store_id = @store AND customer_id = @from RETURNING order_id";
    public const string MoveDue = "UPDATE due SET customer_id = @to WHERE store_id = @store AND customer_id = @from RETURNING id";
    public const string MoveSkips = "UPDATE skips SET customer_id = @to WHERE store_id = @store AND customer_id = @from RETURNING id";
    public const string MoveLinks = "UPDATE links SET customer_id = @to WHERE store_id = @store AND customer_id = @from RETURNING message_id";

    /// <summary>Where both had the same run or message, each keeps its own: nobody is entered or counted twice.</summary>
    public const string MoveRuns = """
        UPDATE runs SET customer_id = @to WHERE store_id = @store AND customer_id = @from AND NOT EXISTS (
            SELECT 1 FROM runs other WHERE other.store_id = @store AND other.customer_id = @to
            AND other.campaign_id = runs.campaign_id AND other.occurrence = runs.occurrence)
        RETURNING id
        """;

    public const string MoveMessages = """
        UPDATE messages SET customer_id = @to, change = @change WHERE store_id = @store AND customer_id = @from AND NOT EXISTS (
            SELECT 1 FROM messages other WHERE other.store_id = @store AND other.customer_id = @to
            AND other.campaign_id = messages.campaign_id AND other.step = messages.step AND other.occurrence = messages.occurrence)
        RETURNING id
        """;

    /// <summary>Chosen rows to another customer: <c>{table}</c> is one of <see cref="Moves"/>.</summary>
    public const string RekeyOrders = "UPDATE orders SET customer_id = @to, change = @change WHERE store_id = @store AND id IN {list}";
    public const string RekeyRefunds = "UPDATE refunds SET customer_id = @to, change = @change WHERE store_id = @store AND id IN {list}";
    public const string RekeyRefundsOfOrders = "UPDATE refunds SET customer_id = @to, change = @change WHERE store_id = @store AND order_id IN {list}";
    public const string RekeyCarts = "UPDATE carts SET customer_id = @to, change = @change WHERE store_id = @store AND id IN {list}";
    public const string RekeyEvents = "UPDATE events SET customer_id = @to, change = @change WHERE store_id = @store AND id IN {list}";
    public const string RekeyConsents = "UPDATE consents SET customer_id = @to, change = @change WHERE store_id = @store AND id IN {list}";
    public const string RekeyResults = "UPDATE results SET customer_id = @to, change = @change WHERE store_id = @store AND order_id IN {list}";
    public const string RekeyDue = "UPDATE due SET customer_id = @to WHERE store_id = @store AND id IN {list}";
    public const string RekeySkips = "UPDATE skips SET customer_id = @to WHERE store_id = @store AND id IN {list}";
    public const string RekeyRuns = "UPDATE runs SET customer_id = @to WHERE store_id = @store AND id IN {list}";
    public const string RekeyMessages = "UPDATE messages SET customer_id = @to, change = @change WHERE store_id = @store AND id IN {list}";
    public const string RekeyLinks = "UPDATE links SET customer_id = @to WHERE store_id = @store AND message_id IN {list}";

    public const string RepointIdentities = "UPDATE identities SET customer_id = @to WHERE store_id = @store AND customer_id = @from";

    /// <summary>Every table that names a customer whose history moves with them. Memberships do not: Segments decides them anew.</summary>
    public static readonly IReadOnlyList<(string Table, string Move, string Rekey)> Moves =
    [
        ("orders", MoveOrders, RekeyOrders), ("refunds", MoveRefunds, RekeyRefunds), ("carts", MoveCarts, RekeyCarts),
        ("events", MoveEvents, RekeyEvents), ("consents", MoveConsents, RekeyConsents), ("results", MoveResults, RekeyResults),
        ("due", MoveDue, RekeyDue), ("skips", MoveSkips, RekeySkips), ("runs", MoveRuns, RekeyRuns),
        ("messages", MoveMessages, RekeyMessages), ("links", MoveLinks, RekeyLinks),
    ];

    public static string In(string sql, bool isPostgres) =>
        isPostgres ? sql.Replace("IN {list}", "= ANY(@list)", StringComparison.Ordinal)
            : sql.Replace("{list}", "(SELECT value FROM json_each(@list))", StringComparison.Ordinal);
}
