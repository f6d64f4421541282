using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

// The full pass, and deciding a batch of changes. Both go through the same levels: summaries, median, ranks, then definitions.
public sealed partial class SegmentSet
{
    private readonly Dictionary<Needs, CompiledSegment[]> byNeeds = [];
    private SliceLog<int> gaps = new();
    private long[] queued = [];
    private int evaluated;
    private bool waking = true;
    private int reserved = -1;
    private int topLevel = -1;
    private readonly Dictionary<int, (Needs Needs, Cause Cause)> touchedNow = [];
    private readonly List<int> moved = [];
    private static readonly HashSet<int> Nobody = [];
    private readonly List<int> gapBuffer = [];
    private Summary[] summaries = [];
    private long[] wakes = [];
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
        Reserve();
        Array.Fill(wakes, long.MaxValue);
        (gaps, evaluated) = (new SliceLog<int>(), columns.Capacity);
        shared.Median.Clear();
        var populations = builder.Populations.ToArray();
        for (var ordinal = 0; ordinal < columns.Capacity; ordinal++)
            Summarise(ordinal);
        shared.Median.Settle();
        foreach (var population in populations)
            if (population.Of is null) Fill(population, ordinal => summaries[ordinal].Buyer);

        // Step 2: level by level, so that ranks within a segment come after its members.
        for (var level = 0; level <= TopLevel; level++)
        {
            foreach (var population in populations)
                if (population.Of is { } of && of.Level == level - 1) Fill(population, of.Members.Contains);
            Settle(populations, level);
            var all = Touching(Needs.All, level);
            foreach (var segment in all)
            {
                segment.Members.Clear();
                Bulk.Evaluate(columns, shared, summaries, moment, segment.Root, segment.Members.Words, cores);
                segment.Members.Recount();
                Remember(segment);
            }
        }
        waking = false;
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
            subject!.Load(ordinal, moment, summaries[ordinal]);
            foreach (var segment in moving)
                segment.Root.Test(subject);
            if (subject.Wake < wakes[ordinal]) wakes[ordinal] = subject.Wake;
        }

        // Who came since the full pass has no place yet and is decided as touched.
        queue = new PriorityQueue<int, long>(Enumerable.Range(0, wakes.Length).Where(ordinal => wakes[ordinal] != long.MaxValue)
            .Select(ordinal => (ordinal, wakes[ordinal])));
        wakes.CopyTo(queued, 0);
    }

    /// <summary>Decides the touched customers anew, and those whom they moved (ranks, median). Time passes to <paramref name="now"/> first.</summary>
    public IReadOnlyList<MembershipChange> Decide(Touches touches, DateTimeOffset now)
    {
        var changes = new List<MembershipChange>();
        var at = Math.Max(moment.Now, StoreDays.Micros(now));
        Wake();
        var overdue = Pass(at, touches, changes);
        if (moment.Now != at) moment = new Moment(columns.Days, at, builder.Operands);
        Reserve();
        var dirty = touchedNow;
        dirty.Clear();
        foreach (var (ordinal, (cause, kinds)) in touches.Touched)
        {
            if (ordinal >= columns.Capacity) continue;
            var all = ordinal >= evaluated || kinds >= FactKinds.Customer || overdue.Contains(ordinal);
            dirty[ordinal] = (all ? Needs.All : (Needs)kinds, cause);
        }
        evaluated = columns.Capacity;
        Process(dirty, changes);
        return changes;
    }

    /// <summary>Lets time pass: what changed, in order, each dated with the instant at which it became true.</summary>
    public IReadOnlyList<MembershipChange> AdvanceTo(DateTimeOffset now)
    {
        var changes = new List<MembershipChange>();
        var at = Math.Max(moment.Now, StoreDays.Micros(now));
        Wake();
        Pass(at, null, changes);
        if (moment.Now != at) moment = new Moment(columns.Days, at, builder.Operands);
        return changes;
    }

    // Those who are about to be decided by a change of their own keep their membership until then, so that it is dated and caused by that change.
    private HashSet<int> Pass(long until, Touches? except, List<MembershipChange> changes)
    {
        if (!queue.TryPeek(out _, out var soonest) || soonest > until) return Nobody;
        var overdue = new HashSet<int>();
        var dirty = new Dictionary<int, (Needs, Cause)>();
        while (queue.TryPeek(out _, out var at) && at <= until)
        {
            dirty.Clear();
            while (queue.TryPeek(out var ordinal, out var its) && its == at)
            {
                queue.Dequeue();
                if (queued[ordinal] == its) queued[ordinal] = long.MaxValue;
                if (wakes[ordinal] != its) continue;
                wakes[ordinal] = long.MaxValue;
                if (except is not null && except.Touched.ContainsKey(ordinal)) overdue.Add(ordinal);
                else dirty[ordinal] = (Needs.All, new Cause(CauseKind.Time, 0));
            }
            if (dirty.Count == 0) continue;
            moment = new Moment(columns.Days, Math.Max(at, moment.Now), builder.Operands);
            Process(dirty, changes);
        }
        return overdue;
    }

    private void Process(Dictionary<int, (Needs Needs, Cause Cause)> dirty, List<MembershipChange> changes)
    {
        if (dirty.Count == 0) return;
        var populations = builder.Populations;
        var by = Displacing(dirty);
        // Somebody whom time moved is moved by time, whoever it was that time moved first.
        var others = by.Kind == CauseKind.Time ? by : new Cause(CauseKind.Others, by.Id, by.Found);
        foreach (var (ordinal, (needs, _)) in dirty)
        {
            if (needs == Needs.All) wakes[ordinal] = long.MaxValue;
            if ((needs & (Needs.Orders | Needs.Customer)) == 0) continue;
            Summarise(ordinal);
            foreach (var population in populations)
                if (population.Of is null) Place(population, ordinal, summaries[ordinal].Buyer);
        }
        if (shared.Median.Settle())
        {
            for (var ordinal = 0; ordinal < columns.Capacity; ordinal++)
                if (summaries[ordinal].Buyer && columns.Exists(ordinal)) Add(dirty, ordinal, Needs.Median, others);
        }
        for (var level = 0; level <= TopLevel; level++)
        {
            foreach (var population in populations)
            {
                if (population.Of is not { } of || of.Level != level - 1) continue;
                foreach (var ordinal in dirty.Keys)
                    Place(population, ordinal, of.Members.Contains(ordinal));
            }
            foreach (var moved in Settle(populations, level))
                Add(dirty, moved, Needs.Rank, others);
            foreach (var (ordinal, (needs, cause)) in dirty)
            {
                var candidates = Touching(needs, level);
                if (columns.Exists(ordinal)) Test(ordinal, candidates, changes, cause);
                else Leave(ordinal, candidates, changes, cause);
            }
        }
        foreach (var ordinal in dirty.Keys)
        {
            if (wakes[ordinal] == long.MaxValue || wakes[ordinal] == queued[ordinal]) continue;
            queue.Enqueue(ordinal, wakes[ordinal]);
            queued[ordinal] = wakes[ordinal];
        }
    }

    // Who is moved by others' changes was moved by what was found when any of those was; and by what just happened only when something did.
    private static Cause Displacing(Dictionary<int, (Needs Needs, Cause Cause)> dirty)
    {
        Cause? happened = null;
        Cause other = default;
        foreach (var (_, (_, cause)) in dirty)
        {
            if (cause.Found) return cause;
            if (cause.Kind is CauseKind.Order or CauseKind.Event or CauseKind.Cart or CauseKind.Time) happened ??= cause;
            else other = cause;
        }
        return happened ?? other with { Found = true };
    }

    private void Test(int ordinal, CompiledSegment[] candidates, List<MembershipChange>? changes, Cause cause)
    {
        var one = subject!;
        one.Load(ordinal, moment, summaries[ordinal]);
        foreach (var segment in candidates)
        {
            var member = segment.Root.Test(one);
            if (!segment.Members.Set(ordinal, member)) continue;
            changes?.Add(new MembershipChange(segment.Key, ordinal, member, StoreDays.Instant(moment.Now), cause));
            if (member && segment.Watched) Enter(segment, ordinal, cause);
        }
        if (one.Wake < wakes[ordinal]) wakes[ordinal] = one.Wake;
    }

    private void Leave(int ordinal, CompiledSegment[] candidates, List<MembershipChange> changes, Cause cause)
    {
        wakes[ordinal] = long.MaxValue;
        foreach (var segment in candidates)
            if (segment.Members.Set(ordinal, false)) changes.Add(new MembershipChange(segment.Key, ordinal, false, StoreDays.Instant(moment.Now), cause));
    }

    private void Summarise(int ordinal)
    {
        gapBuffer.Clear();
        var wake = long.MaxValue;
        var there = columns.Exists(ordinal);
        summaries[ordinal] = there ? Segments.Summary.Of(columns, ordinal, moment.Now, ref wake, gapBuffer) : default;
        if (there && (columns.Customer(ordinal).Flags & CustomerFlags.NotAShopper) != 0) gapBuffer.Clear();
        if (wake < wakes[ordinal]) wakes[ordinal] = wake;
        var before = gaps.Of(ordinal);
        var now = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(gapBuffer);
        if (before.SequenceEqual(now)) return;
        shared.Median.Add(before, -1);
        shared.Median.Add(now, +1);
        gaps.Set(ordinal, now);
    }

    private void Fill(Population population, Func<int, bool> belongs)
    {
        var all = new List<(int, RankKey)>();
        for (var ordinal = 0; ordinal < columns.Capacity; ordinal++)
            if (Ranks(ordinal) && belongs(ordinal)) all.Add((ordinal, population.KeyOf(summaries[ordinal], columns.Customer(ordinal).Id)));
        population.Index.Fill(all, columns.Capacity);
    }

    private void Place(Population population, int ordinal, bool belongs)
    {
        if (belongs && Ranks(ordinal)) population.Index.Set(ordinal, population.KeyOf(summaries[ordinal], columns.Customer(ordinal).Id));
        else population.Index.Remove(ordinal);
    }

    // DEFINITIONS: who is no shopper stands outside ranks.
    private bool Ranks(int ordinal) => (columns.Customer(ordinal).Flags & (CustomerFlags.There | CustomerFlags.NotAShopper)) == CustomerFlags.There;

    // The customers whose truth a moved boundary may have changed.
    private List<int> Settle(IReadOnlyCollection<Population> populations, int level)
    {
        moved.Clear();
        foreach (var rank in shared.Ranks)
        {
            if ((rank.Population.Of is { } of ? of.Level + 1 : 0) != level || !rank.Stale || rank.Settle() is not var (low, high)) continue;
            moved.AddRange(rank.Population.Index.Near(low, high));
        }
        if (level == 0 && shared.Rfm is { Stale: true } rfm && rfm.Settle())
            foreach (var population in populations.Where(population => population is { Metric: "number_of_orders", Of: null }))
                moved.AddRange(population.Index.Near(long.MinValue, long.MaxValue));
        return moved;
    }

    private static void Add(Dictionary<int, (Needs Needs, Cause Cause)> dirty, int ordinal, Needs needs, Cause cause)
    {
        ref var entry = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(dirty, ordinal, out var known);
        entry = known ? (entry.Needs | needs, entry.Cause) : (needs, cause);
    }

    private int TopLevel => topLevel >= 0 ? topLevel : topLevel = segments.Count == 0 ? 0 : segments.Max(segment => segment.Level);

    private CompiledSegment[] Touching(Needs needs, int level)
    {
        var key = needs | (Needs)(level << 16);
        if (!byNeeds.TryGetValue(key, out var found))
            byNeeds[key] = found = [.. segments.Where(segment => segment.Level == level && (needs == Needs.All || (segment.Needs & needs) != 0))];
        return found;
    }

    private void Reserve()
    {
        var capacity = columns.Capacity;
        if (capacity > summaries.Length)
        {
            var before = wakes.Length;
            Array.Resize(ref summaries, Math.Max(capacity, summaries.Length + (summaries.Length / 2)));
            Array.Resize(ref wakes, summaries.Length);
            Array.Fill(wakes, long.MaxValue, before, wakes.Length - before);
            Array.Resize(ref queued, summaries.Length);
            Array.Fill(queued, long.MaxValue, before, queued.Length - before);
        }
        if (capacity <= reserved) return;
        reserved = capacity;
        foreach (var segment in segments)
            segment.Members.Reserve(capacity);
    }
}
