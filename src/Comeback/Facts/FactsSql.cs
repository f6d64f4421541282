namespace Comeback.Facts;

/// <summary>
/// The statements that stream a store's rows into columns, in the order of the change counter. Each takes the store first; <c>@after</c> is the cursor
/// (0 for all) and <c>@until</c> the counter of the snapshot that is read.
/// </summary>
internal static class FactsSql
{
    public const string Counter = "SELECT change FROM stores WHERE id = @store";

    // While the demo's history is written (seconds) nobody looks at its segments: computed once after it, not a hundred times with it.
    public const string Counters = "SELECT id, change, state FROM stores WHERE NOT (platform = 3 AND NOT history_complete) ORDER BY id";

    public const string Categories = """
        SELECT id, key, name, parent_id, in_use, deleted, external_id FROM categories
        WHERE store_id = @store AND change > @after AND change <= @until ORDER BY change, id
        """;

    /// <summary>One row a product and category; the price is that of the dearest variant.</summary>
    public const string Products = """
        SELECT p.id, p.vendor, p.tags, (SELECT MAX(v.price_minor) FROM variants v WHERE v.store_id = @store AND v.product_id = p.id), pc.category_id, p.external_id
        FROM products p LEFT JOIN product_categories pc ON pc.store_id = @store AND pc.product_id = p.id
        WHERE p.store_id = @store AND p.change > @after AND p.change <= @until ORDER BY p.change, p.id, pc.category_id
        """;

    /// <summary>With the ordinal of the one they were merged into: both are touched by a merge.</summary>
    public const string Customers = """
        SELECT c.id, c.ordinal, c.email, c.phone, c.country, c.region, c.city, c.language, c.tags, c.birth_date, c.created_at, c.updated_at,
               c.not_a_shopper, c.doubtful_contact, c.objects_to_profiling, i.ordinal, c.deleted, c.lifetime
        FROM customers c LEFT JOIN customers i ON i.store_id = @store AND i.id = c.merged_into
        WHERE c.store_id = @store AND c.change > @after AND c.change <= @until ORDER BY c.change, c.id
        """;

    /// <summary>Whether any customer changed: only then do the blocked addresses matter.</summary>
    public const string AnyCustomer = "SELECT EXISTS (SELECT 1 FROM customers WHERE store_id = @store AND change > @after AND change <= @until)";

    public const string Suppressions = "SELECT channel, address_hash FROM suppressions WHERE store_id = @store";

    public const string Consents = """
        SELECT c.ordinal, n.channel, n.state, n.at, n.id FROM consents n JOIN customers c ON c.store_id = @store AND c.id = n.customer_id
        WHERE n.store_id = @store AND n.change > @after AND n.change <= @until ORDER BY n.change, n.id
        """;

    /// <summary>One row a line, the order's own values repeated; an order without lines is one row.</summary>
    public const string Orders = """
        SELECT o.id, c.ordinal, o.placed_at, o.updated_at, o.standing, o.kind, o.test, o.spent_minor, o.store_total_minor, o.discount_codes, o.found,
               l.product_id, l.quantity, l.total_minor, l.kind
        FROM orders o JOIN customers c ON c.store_id = @store AND c.id = o.customer_id
        LEFT JOIN order_lines l ON l.store_id = @store AND l.order_id = o.id
        WHERE o.store_id = @store AND o.change > @after AND o.change <= @until ORDER BY o.change, o.id, l.line_number
        """;

    /// <summary>All refunds; those of an order are in its amount already and are told apart.</summary>
    public const string Refunds = """
        SELECT r.id, c.ordinal, r.at, r.store_amount_minor, r.order_id IS NOT NULL FROM refunds r JOIN customers c ON c.store_id = @store AND c.id = r.customer_id
        WHERE r.store_id = @store AND r.change > @after AND r.change <= @until ORDER BY r.change, r.id
        """;

    /// <summary>Refunds of orders after an instant: what the past did not know yet.</summary>
    public const string LaterRefunds = """
        SELECT order_id, SUM(store_amount_minor) FROM refunds
        WHERE store_id = @store AND at > @as_of AND order_id IS NOT NULL GROUP BY order_id
        """;

    public const string Carts = """
        SELECT k.id, c.ordinal, k.touched_at, k.closed, k.total_minor, k.lines, k.found FROM carts k
        LEFT JOIN customers c ON c.store_id = @store AND c.id = k.customer_id
        WHERE k.store_id = @store AND k.change > @after AND k.change <= @until ORDER BY k.change, k.id
        """;

    public const string Events = """
        SELECT e.id, c.ordinal, e.kind, e.at, e.product_id, e.category_id, e.channel, e.message_id, e.campaign_id, e.verdict, e.found, e.properties FROM events e
        JOIN customers c ON c.store_id = @store AND c.id = e.customer_id
        WHERE e.store_id = @store AND e.change > @after AND e.change <= @until ORDER BY e.change, e.id
        """;

    /// <summary>Whether anything in the store happened live, rather than was found by an import or a first sync.</summary>
    public const string AnythingLive = """
        SELECT EXISTS (SELECT 1 FROM orders WHERE store_id = @store AND found = FALSE)
            OR EXISTS (SELECT 1 FROM events WHERE store_id = @store AND found = FALSE)
            OR EXISTS (SELECT 1 FROM carts WHERE store_id = @store AND found = FALSE)
        """;

    /// <summary>When each customer was first heard of.</summary>
    public const string Created = "SELECT ordinal, created_at FROM customers WHERE store_id = @store";

    /// <summary>Ordinals of the customers whose name, address or number contains the text (already in lower case, wildcards escaped).</summary>
    public const string Search = """
        SELECT ordinal FROM customers WHERE store_id = @store AND deleted = FALSE AND merged_into IS NULL
        AND (lower(email) LIKE @text ESCAPE '\' OR lower(COALESCE(first_name, '') || ' ' || COALESCE(last_name, '')) LIKE @text ESCAPE '\'
             OR phone LIKE @text ESCAPE '\')
        """;

    private const string PeopleByName = "lower(COALESCE(c.last_name, '') || ' ' || COALESCE(c.first_name, ''))";

    /// <summary>Ordinals with the value that they are sorted by, after a key, for customers or the present members of a segment.</summary>
    public static string People(bool members, string sort, bool descending, bool after)
    {
        var value = sort switch { "name" => PeopleByName, "email" => "COALESCE(c.email, '')", _ => members ? "m.entered_at" : "c.created_at" };
        var (direction, past) = descending ? ("DESC", "<") : ("ASC", ">");
        return $"""
            SELECT c.ordinal, {value} FROM customers c {(members ? "JOIN memberships m ON m.store_id = @store AND m.customer_id = c.id" : "")}
            WHERE c.store_id = @store AND c.deleted = FALSE AND c.merged_into IS NULL
            {(members ? "AND m.segment_id = @segment AND m.left_at IS NULL" : "")}
            {(after ? $"AND ({value}, c.ordinal) {past} (@key, @ordinal)" : "")}
            ORDER BY {value} {direction}, c.ordinal {direction}
            """;
    }
}
