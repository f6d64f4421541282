using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

// Questions about one customer, and about a definition that is not in the set.
public sealed partial class SegmentSet
{
    private LeafCache? leaves;

    /// <summary>Members of a definition that is not in the set, now; it may refer to segments of the set.</summary>
    /// <exception cref="SegmentException">It refers to a segment that is not there.</exception>
    public MemberSet Query(SegmentTree tree) => Answer(tree).Members;

    /// <summary>The same with whether the store has the data. Uses what the set keeps of everybody, so it is fast enough while somebody types.</summary>
    /// <exception cref="SegmentException">It refers to a segment that is not there.</exception>
    public QueryAnswer Answer(SegmentTree tree, int cores = 1) => Answer([tree], cores)[0];

    /// <summary>The same for a definition that is being edited: its conditions are remembered, so that the next question works out only what is new in it.</summary>
    /// <exception cref="SegmentException">It refers to a segment that is not there.</exception>
    public QueryAnswer AnswerWhileEdited(SegmentTree tree, int cores = 1)
    {
        // Who is no shopper by definition can turn by rows that a remembered condition knows nothing of.
        if (shared.Outsiders is not null) return Answer(tree, cores);
        var missing = new List<(PlanNode, ulong[])>();
        leaves ??= new LeafCache(columns);
        builder.Leaves = leaf => leaves.Remembered(leaf, moment, missing);
        var whole = false;
        try
        {
            var answer = Answer([tree], cores, missing)[0];
            whole = true;
            return answer;
        }
        finally
        {
            builder.Leaves = null;
            if (!whole) leaves.Clear();
        }
    }

    /// <summary>Answers several definitions at once, for which several cores have more to share.</summary>
    /// <exception cref="SegmentException">One refers to a segment that is not there.</exception>
    public IReadOnlyList<QueryAnswer> Answer(IReadOnlyList<SegmentTree> trees, int cores = 1) => Answer(trees, cores, []);

    // What is to be filled first, the conditions to remember, is known once the plans are built.
    private List<QueryAnswer> Answer(IReadOnlyList<SegmentTree> trees, int cores, List<(PlanNode, ulong[])> first)
    {
        foreach (var (key, _) in trees.SelectMany(References))
            if (!byKey.ContainsKey(key)) throw new SegmentException([new SegmentError(1, 1, 1, $"It refers to '{key}', which does not exist or cannot be evaluated.", [], null)]);
        Reserve();
        foreach (var key in trees.SelectMany(EnteredIn))
            if (!byKey[key].Watched) Watch(key, []);
        return builder.Once(trees, (roots, populations, ranks) =>
        {
            foreach (var population in populations)
                population.Rank(Ranked(population));
            foreach (var rank in ranks)
                rank.Settle();
            if (shared.Rfm is { } rfm && (rfm.Stale || rfm.Overtaken)) rfm.Settle();
            var asked = new List<(PlanNode, ulong[])>(roots.Count);
            var answers = new List<QueryAnswer>(roots.Count);
            foreach (var root in roots)
            {
                var members = new MemberSet();
                members.Reserve(columns.Capacity);
                asked.Add((root, members.Words));
                answers.Add(new QueryAnswer(members, root.NoData) { Missing = [.. Missing(root)] });
            }
            var then = new Moment(columns.Days, moment.Now, builder.Operands);
            if (first.Count > 0) Bulk.Evaluate(columns, shared, summaries, then, first, cores);
            Bulk.Evaluate(columns, shared, summaries, then, asked, cores);
            foreach (var answer in answers)
            {
                answer.Members.Recount();
                LeaveOut(answer.Members);
            }
            return answers;
        });
    }

    /// <summary>Members of one definition as of an instant; it may refer to <paramref name="others"/>.</summary>
    /// <param name="history">The latest entries into segments that it asks about (<see cref="Watch"/>).</param>
    /// <exception cref="SegmentException">It cannot be compiled.</exception>
    public static QueryAnswer Ask(StoreColumns columns, IReadOnlyList<SegmentDefinition> others, SegmentTree tree, DateTimeOffset now,
        IReadOnlyDictionary<string, List<KeyValuePair<int, DateTimeOffset>>>? history = null)
    {
        // Only what it refers to is evaluated with it.
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(References(tree).Select(reference => reference.Key));
        while (open.TryDequeue(out var key))
        {
            if (!needed.Add(key) || others.FirstOrDefault(other => other.Key == key) is not { } other) continue;
            if (SegmentLanguage.Parse(other.Text).Tree is not { } its) continue;
            foreach (var (further, _) in References(its))
                open.Enqueue(further);
        }
        const string Own = "\0query";
        var set = Compile(columns, others.Where(other => needed.Contains(other.Key)).Append(new SegmentDefinition(Own, SegmentLanguage.Print(tree))));
        if (set.Problems.TryGetValue(Own, out var errors)) throw new SegmentException(errors);
        foreach (var key in set.Watched.ToList())
            set.Watch(key, history?.GetValueOrDefault(key) ?? []);
        set.EvaluateAll(now);
        return new QueryAnswer(set.Members(Own), set.NoData(Own)) { Missing = set.Missing(Own) };
    }

    /// <summary>The clauses of a definition that are about data which the store has none of, as they are written.</summary>
    public IReadOnlyList<string> Missing(string key) => [.. Missing(byKey[key].Root)];

    private static IEnumerable<string> Missing(PlanNode node) =>
        node.Parts.Count > 0 ? node.Parts.SelectMany(Missing).Distinct(StringComparer.Ordinal) : node.NoData ? [SegmentLanguage.Print(node.Tree)] : [];

    /// <summary>Why a customer is in a segment or not, now: each leaf with its witnesses, and when they leave if nothing else happens.</summary>
    public Explanation Explain(string key, int ordinal) => byKey[key] is { Marketing: true } segment && columns.Exists(ordinal) && Objects(ordinal)
        ? new Explanation(segment.Text, false, "objects to profiling: in no segment for marketing", null, [])
        : Explain(byKey[key].Root, ordinal, new Subject(columns, shared));

    /// <summary>
    /// Since when a member has been in, walking their own history; ranks and the median gap are taken as they are now. Null for who is not in.
    /// </summary>
    public DateTimeOffset? Since(string key, int ordinal)
    {
        var segment = byKey[key];
        if (!segment.Members.Contains(ordinal)) return null;
        var alone = new Subject(columns, shared);
        var at = columns.Customer(ordinal).CreatedAt;
        foreach (ref readonly var order in columns.OrdersOf(ordinal))
            at = Math.Min(at, order.At);
        foreach (ref readonly var happened in columns.EventsOf(ordinal))
            at = Math.Min(at, happened.At);
        var since = long.MinValue;
        for (var steps = 0; at <= moment.Now && steps < 100_000; steps++)
        {
            var member = TestAt(segment.Root, alone, ordinal, at, out var wake);
            since = member ? since == long.MinValue ? at : since : long.MinValue;
            if (Next(ordinal, at) is var row && row < wake) wake = row;
            if (wake <= at) break;
            at = wake;
        }
        return since == long.MinValue ? Now : StoreDays.Instant(since);
    }

    /// <summary>What one customer spent up to now, in minor units.</summary>
    public long SpentMinor(int ordinal) => ordinal < summaries.Length ? summaries.Spent[ordinal] : 0;

    /// <summary>What is known of one customer now, for the customer's page and the member list.</summary>
    public CustomerSummary Summary(int ordinal)
    {
        var one = new Subject(columns, shared);
        one.Load(ordinal, moment, summaries);
        ref readonly var summary = ref one.Summary;
        var own = NumberSource.Plain("own_gap", one);
        var expected = NumberSource.Plain("expected_gap", one);
        string? lifecycle = null;
        if (summary.Buyer && summary.LastAt != long.MinValue)
        {
            var days = moment.Today - summary.LastDay;
            lifecycle = days <= 30 && Days(2) < 0 ? "just_ordered" : Days(2, 3) <= 0 ? "active" : Days(1, 3) <= 0 ? "slipping_away" : "inactive";

            // The order of days and expected * over / under.
            int Days(long under, long over = 1) => new Ratio(days * under, 1).CompareTo(new Ratio(expected.Numerator * over, expected.Denominator));
        }
        return new CustomerSummary(summary.Orders, summary.Spent,
            summary.Buyer && summary.FirstAt != long.MaxValue ? StoreDays.Instant(summary.FirstAt) : null,
            summary.Buyer && summary.LastAt != long.MinValue ? StoreDays.Instant(summary.LastAt) : null,
            own.HasValue ? (decimal)own.Numerator / own.Denominator : null, expected.HasValue ? (decimal)expected.Numerator / expected.Denominator : null, lifecycle);
    }

    private Explanation Explain(PlanNode node, int ordinal, Subject alone)
    {
        var truth = TestAt(node, alone, ordinal, moment.Now, out _);
        var witness = node.Witness(alone);
        return new Explanation(SegmentLanguage.Print(node.Tree), truth, witness, Turns(node, alone, ordinal, truth),
            [.. node.Parts.Select(part => Explain(part, ordinal, alone))]);
    }

    // The wake is when a truth can change: go on until it does.
    private DateTimeOffset? Turns(PlanNode node, Subject alone, int ordinal, bool truth)
    {
        TestAt(node, alone, ordinal, moment.Now, out var wake);
        for (var steps = 0; wake != long.MaxValue && steps < 5_000; steps++)
        {
            var at = wake;
            if (TestAt(node, alone, ordinal, at, out wake) != truth) return StoreDays.Instant(at);
            if (wake <= at) break;
        }
        TestAt(node, alone, ordinal, moment.Now, out _);
        return null;
    }

    private bool TestAt(PlanNode node, Subject alone, int ordinal, long at, out long wake)
    {
        var then = at == moment.Now && moment.Bounds.Length == builder.Operands.Count ? moment : new Moment(columns.Days, at, builder.Operands);
        wake = long.MaxValue;
        var summary = Segments.Summary.Of(columns, ordinal, at, ref wake);
        alone.Load(ordinal, then, summary);
        var truth = columns.Exists(ordinal) && node.Test(alone);
        wake = Math.Min(wake, alone.Wake);
        return truth;
    }

    // The next row of the customer after an instant: a truth that does not look ahead changes there.
    private long Next(int ordinal, long after)
    {
        var next = long.MaxValue;
        foreach (ref readonly var order in columns.OrdersOf(ordinal))
            if (order.At > after) next = Math.Min(next, order.At);
        foreach (ref readonly var happened in columns.EventsOf(ordinal))
            if (happened.At > after) next = Math.Min(next, happened.At);
        foreach (ref readonly var cart in columns.CartsOf(ordinal))
            if (cart.TouchedAt > after) next = Math.Min(next, cart.TouchedAt);
        foreach (ref readonly var refund in columns.RefundsOf(ordinal))
            if (refund.At > after) next = Math.Min(next, refund.At);
        return next;
    }
}

/// <summary>Who fits a definition that was asked once, and whether the store has the data that it is about.</summary>
public sealed record QueryAnswer(MemberSet Members, bool NoData)
{
    /// <summary>The clauses that are about data which the store has none of, as they are written.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];
}
