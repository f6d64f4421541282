namespace Comeback.Segments;

/// <summary>The statements behind memberships and their lists. Each takes the store first and names it for every table.</summary>
internal static class SegmentsSql
{
    /// <summary>Who is in what at present: the last state that the follower wrote.</summary>
    public const string Present = """
        SELECT m.segment_id, c.ordinal FROM memberships m JOIN customers c ON c.store_id = @store AND c.id = m.customer_id
        WHERE m.store_id = @store AND m.left_at IS NULL
        """;

    /// <summary>The latest entry of each customer into a segment up to an instant.</summary>
    public const string Entered = """
        SELECT c.ordinal, MAX(m.entered_at) FROM memberships m JOIN customers c ON c.store_id = @store AND c.id = m.customer_id
        WHERE m.store_id = @store AND m.segment_id = @segment AND m.entered_at <= @until GROUP BY c.ordinal
        """;

    public const string Enter = """
        INSERT INTO memberships (store_id, id, change, segment_id, customer_id, entered_at, recorded_at, entered_by, entered_by_id, triggers)
        VALUES (@store, @id, @change, @segment, @customer, @entered_at, @recorded_at, @entered_by, @entered_by_id, @triggers)
        ON CONFLICT DO NOTHING
        """;

    public const string Leave = """
        UPDATE memberships SET left_at = CASE WHEN entered_at > @left_at THEN entered_at ELSE @left_at END,
               left_by = @left_by, left_by_id = @left_by_id, change = @change
        WHERE store_id = @store AND customer_id = @customer AND segment_id = @segment AND left_at IS NULL
        """;

    /// <summary>PostgreSQL: many entries in one statement, with ids one after the other.</summary>
    public const string EnterMany = """
        INSERT INTO memberships (store_id, id, change, segment_id, customer_id, entered_at, recorded_at, entered_by, entered_by_id, triggers)
        SELECT @store, @id + m.n - 1, @change, m.segment, m.customer, m.at, @recorded_at, m.cause, m.cause_id, m.triggers
        FROM unnest(@segments, @customers, @ats, @causes, @cause_ids, @triggers) WITH ORDINALITY AS m (segment, customer, at, cause, cause_id, triggers, n)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>PostgreSQL: many leaves in one statement.</summary>
    public const string LeaveMany = """
        UPDATE memberships SET left_at = greatest(memberships.entered_at, m.at), left_by = m.cause, left_by_id = m.cause_id, change = @change
        FROM unnest(@segments, @customers, @ats, @causes, @cause_ids) AS m (segment, customer, at, cause, cause_id)
        WHERE store_id = @store AND customer_id = m.customer AND segment_id = m.segment AND left_at IS NULL
        """;

    /// <summary>Everyone leaves a segment that was deleted.</summary>
    public const string LeaveAll = """
        UPDATE memberships SET left_at = @left_at, left_by = @left_by, left_by_id = NULL, change = @change
        WHERE store_id = @store AND segment_id = @segment AND left_at IS NULL
        """;

    public const string Counters = """
        UPDATE segments SET members = COALESCE(@members, members), amount_spent_minor = COALESCE(@spent, amount_spent_minor), evaluated_at = @at, evaluated_change = @evaluated, error = @error
        WHERE store_id = @store AND id = @segment
        """;

    public const string Size = """
        INSERT INTO segment_sizes (store_id, segment_id, day, members, amount_spent_minor) VALUES (@store, @segment, @day, @members, @spent)
        ON CONFLICT (store_id, segment_id, day) DO UPDATE SET members = excluded.members, amount_spent_minor = excluded.amount_spent_minor
        """;

    /// <summary>The same of some customers by name, with the rows' ids: merging re-keys memberships, so they are compared anew.</summary>
    public const string PresentOf = """
        SELECT id, segment_id FROM memberships WHERE store_id = @store AND customer_id = @customer AND left_at IS NULL ORDER BY id
        """;

    /// <summary>Closes one row by its id.</summary>
    public const string Close = """
        UPDATE memberships SET left_at = CASE WHEN entered_at > @left_at THEN entered_at ELSE @left_at END, left_by = @left_by, left_by_id = NULL, change = @change
        WHERE store_id = @store AND id = @id
        """;

    /// <summary>Only over the cursor that the writer began from: a second writer, or one that was thought dead, is refused.</summary>
    public const string SaveCursor = """
        INSERT INTO cursors (store_id, follower, change, at) VALUES (@store, @follower, @change, @at)
        ON CONFLICT (store_id, follower) DO UPDATE SET change = excluded.change, at = excluded.at
        WHERE cursors.store_id = @store AND cursors.change = @known_change AND cursors.at = @known_at
        """;

    /// <summary>Counted orders (3) placed within two instants, with what each adds to amount spent.</summary>
    public const string BoughtBetween = """
        SELECT c.ordinal, o.spent_minor FROM orders o JOIN customers c ON c.store_id = @store AND c.id = o.customer_id
        WHERE o.store_id = @store AND o.standing = 3 AND o.test = FALSE AND o.kind = 0 AND o.placed_at > @after AND o.placed_at <= @until
        """;
}
