using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

// The full pass: everybody's numbers, the median and the boundaries of ranks, then the definitions level by level.
public sealed partial class SegmentSet
{
    // Customers whose numbers one core works out at a time; their gaps are kept together.
    private const int StretchBits = 12;
    private readonly SummaryColumns summaries = new();
    private SliceLog<int>[] gaps = [];
    private long[] queued = [];
    private long[] wakes = [];
    private int evaluated;
    private int reserved = -1;
    private int topLevel = -1;
    private bool waking = true;
    // How many populations follow changes.
    private int following;
    private PriorityQueue<int, long> queue = new();
    private Subject? subject;

    /// <summary>When time alone can next change a membership; null when it never can.</summary>
    public DateTimeOffset? NextWake
    {
        get
        {
            Wake();
            while (queue.TryPeek(out var ordinal, out var at))
            {
                if (wakes[ordinal] == at) return StoreDays.Instant(at);
                queue.Dequeue();
            }
            return null;
        }
    }

    /// <summary>Evaluates every definition for every customer. Rows later than <paramref name="now"/> are ignored.</summary>
    /// <param name="cores">How many cores may share the work.</param>
    public void EvaluateAll(DateTimeOffset now, int cores = 1)
    {
        // Step 1: everybody's numbers as of now, the median gap, and the populations of all buyers.
        moment = new Moment(columns.Days, StoreDays.Micros(now), builder.Operands);
        subject ??= new Subject(columns, shared);
        (evaluated, following) = (columns.Capacity, -1);
        Reserve();
        Array.Fill(wakes, long.MaxValue);
        SummariseAll(cores);
        foreach (var population in builder.Populations)
            if (population.Of is null) population.Rank(Ranked(population));

        // Step 2: level by level, so that ranks within a segment come after its members.
        var batch = new List<(PlanNode, ulong[])>();
        var open = new List<CompiledSegment>();
        for (var level = 0; level <= TopLevel; level++)
        {
            foreach (var population in builder.Populations)
                if (population.Of is { } of && of.Level == level - 1) population.Rank(Ranked(population));
            Settle(level);
            foreach (var segment in Touching(Needs.All, level))
            {
                // What a definition refers to is evaluated before it; all that refer to nothing in between go together.
                if (Array.Exists(segment.Refers, other => open.Contains(segments[other]))) Run();
                segment.Members.Clear();
                batch.Add((segment.Root, segment.Members.Words));
                open.Add(segment);
            }
            Run();
        }
        waking = false;

        void Run()
        {
            Bulk.Evaluate(columns, shared, summaries, moment, batch, cores);
            foreach (var segment in open)
            {
                segment.Members.Recount();
                if (segment.Marketing) LeaveOut(segment.Members);
                Remember(segment);
            }
            batch.Clear();
            open.Clear();
        }
    }

    private void SummariseAll(int cores)
    {
        shared.Median.Clear();
        var stretches = (columns.Capacity + (1 << StretchBits) - 1) >> StretchBits;
        for (var stretch = 0; stretch < stretches; stretch++)
            gaps[stretch] = new SliceLog<int>();
        // Who is no shopper by definition is asked of one subject, one after the other.
        if (cores <= 1 || shared.Outsiders is not null)
        {
            var all = new Adder(shared.Median);
            for (var stretch = 0; stretch < stretches; stretch++)
                SummariseStretch(stretch, all);
        }
        else
        {
            Parallel.For(0, stretches, new ParallelOptions { MaxDegreeOfParallelism = cores }, () => new Adder(new GapMedian()), (stretch, _, own) =>
            {
                SummariseStretch(stretch, own);
                return own;
            }, own =>
            {
                lock (shared) shared.Median.Add(own.Median);
            });
        }
        shared.Median.Settle();
    }

    private void SummariseStretch(int stretch, Adder adder)
    {
        var end = Math.Min((stretch + 1) << StretchBits, columns.Capacity);
        for (var ordinal = stretch << StretchBits; ordinal < end; ordinal++)
            Summarise(ordinal, adder);
    }

    // Brings one customer's numbers to the moment; true when they turned into a shopper or into none by the store's definition.
    private bool Summarise(int ordinal, Adder adder)
    {
        adder.Gaps.Clear();
        var wake = long.MaxValue;
        var there = columns.Exists(ordinal);
        summaries.Set(ordinal, there ? Segments.Summary.Of(columns, ordinal, moment.Now, ref wake, adder.Gaps) : Segments.Summary.Nobody);
        if (wake < wakes[ordinal]) wakes[ordinal] = wake;
        var turned = shared.Outsiders is { } outsiders && outsiders.Members.Set(ordinal, there && IsOutsider(outsiders, ordinal));
        if (!Ranks(ordinal)) adder.Gaps.Clear();
        var (kept, place) = (gaps[ordinal >> StretchBits], ordinal & ((1 << StretchBits) - 1));
        var before = kept.Of(place);
        var now = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(adder.Gaps);
        if (before.SequenceEqual(now)) return turned;
        adder.Median.Add(before, -1);
        adder.Median.Add(now, +1);
        kept.Set(place, now);
        return turned;
    }

    private bool IsOutsider(CompiledSegment outsiders, int ordinal)
    {
        var one = subject!;
        one.Load(ordinal, moment, summaries);
        var outside = outsiders.Root.Test(one);
        if (one.Wake < wakes[ordinal]) wakes[ordinal] = one.Wake;
        return outside;
    }

    // DEFINITIONS: who objects to profiling is in no segment for marketing.
    private bool Objects(int ordinal) => (columns.Customer(ordinal).Flags & CustomerFlags.Objects) != 0;

    private void LeaveOut(MemberSet members)
    {
        foreach (var ordinal in columns.Objectors)
            if (ordinal < columns.Capacity) members.Set(ordinal, false);
    }

    /// <summary>What one core needs to add gaps up.</summary>
    private sealed record Adder(GapMedian Median)
    {
        public List<int> Gaps { get; } = [];
    }

    // Who wakes when is worked out when time is first asked about: a list of members alone does not need it.
    private void Wake()
    {
        if (waking) return;
        waking = true;
        var moving = segments.Where(segment => (segment.Needs & ~(Needs.Customer | Needs.Rank | Needs.Median | Needs.Catalogue)) != 0).ToArray();
        for (var ordinal = 0; ordinal < columns.Capacity && ordinal < evaluated; ordinal++)
        {
            if (!columns.Exists(ordinal)) continue;
            subject!.Load(ordinal, moment, summaries);
            foreach (var segment in moving)
                segment.Root.Test(subject);
            if (subject.Wake < wakes[ordinal]) wakes[ordinal] = subject.Wake;
        }

        // Who came since the full pass has no place yet and is decided as touched.
        queue = new PriorityQueue<int, long>(Enumerable.Range(0, wakes.Length).Where(ordinal => wakes[ordinal] != long.MaxValue)
            .Select(ordinal => (ordinal, wakes[ordinal])));
        wakes.CopyTo(queued, 0);
    }

    // The population as it is now: who belongs is written down, since rows may change before a place is asked for.
    private RankArray Ranked(Population population)
    {
        var members = new ulong[(columns.Capacity + 63) >> 6];
        var count = 0;
        for (var word = 0; word < members.Length; word++)
        {
            var outside = shared.Outsiders is { } outsiders && word < outsiders.Members.Words.Length ? outsiders.Members.Words[word] : 0;
            var all = population.Of is { } of
                ? word < of.Members.Words.Length ? of.Members.Words[word] : 0
                : Lanes.Between(summaries.Orders.AsSpan(word << 6, Math.Min(64, summaries.Length - (word << 6))), 1, int.MaxValue);
            count += System.Numerics.BitOperations.PopCount(members[word] = all & columns.Shoppers[word] & ~outside);
        }
        var values = new long[count];
        var at = 0;
        foreach (var ordinal in MemberSet.In(members))
            values[at++] = population.ValueOf(summaries, ordinal);
        return new RankArray(values, value =>
            [.. MemberSet.In(members).Where(ordinal => population.ValueOf(summaries, ordinal) == value).Select(ordinal => population.KeyOf(summaries, ordinal, columns.IdOf(ordinal).Value))]);
    }

    private void Settle(int level)
    {
        foreach (var rank in shared.Ranks)
            if ((rank.Population.Of is { } of ? of.Level + 1 : 0) == level && rank.Stale) rank.Settle();
        if (level == 0 && shared.Rfm is { } rfm && (rfm.Stale || rfm.Overtaken)) rfm.Settle();
    }

    private int TopLevel => topLevel >= 0 ? topLevel : topLevel = segments.Count == 0 ? 0 : segments.Max(segment => segment.Level);

    private void Reserve()
    {
        var capacity = columns.Capacity;
        summaries.Reserve(capacity);
        if (summaries.Length > wakes.Length)
        {
            var before = wakes.Length;
            Array.Resize(ref wakes, summaries.Length);
            Array.Fill(wakes, long.MaxValue, before, wakes.Length - before);
            Array.Resize(ref queued, summaries.Length);
            Array.Fill(queued, long.MaxValue, before, queued.Length - before);
            var stretches = gaps.Length;
            Array.Resize(ref gaps, (summaries.Length >> StretchBits) + 1);
            for (var stretch = stretches; stretch < gaps.Length; stretch++)
                gaps[stretch] = new SliceLog<int>();
        }
        if (capacity <= reserved) return;
        reserved = capacity;
        shared.Outsiders?.Members.Reserve(capacity);
        foreach (var segment in segments)
            segment.Members.Reserve(capacity);
    }
}
