using System.Runtime.InteropServices;
using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

// Deciding what a batch of changes and the passing of time touch. The same levels as in a full pass: summaries, median, ranks, then definitions.
public sealed partial class SegmentSet
{
    private readonly Dictionary<Needs, CompiledSegment[]> byNeeds = [];
    private readonly Dictionary<long, CompiledSegment[]> byEvent = [];
    private readonly Dictionary<int, Dirty> touchedNow = [];
    private readonly List<int> moved = [];
    private readonly List<(int Ordinal, Cause Cause)> turned = [];
    private static readonly HashSet<int> Nobody = [];
    private int byEventOf = -1;
    private Adder? adder;

    /// <summary>Decides the touched customers anew, and those whom they moved (ranks, median). Time passes to <paramref name="now"/> first.</summary>
    public IReadOnlyList<MembershipChange> Decide(Touches touches, DateTimeOffset now)
    {
        List<MembershipChange>? changes = null;
        var at = Math.Max(moment.Now, StoreDays.Micros(now));
        // There may be newcomers: whoever time moves first, all have their place.
        Reserve();
        Wake();
        var overdue = Pass(at, touches, ref changes);
        MoveTo(at);
        var dirty = touchedNow;
        dirty.Clear();
        foreach (var (ordinal, (cause, reach)) in touches.Touched)
        {
            if (ordinal >= columns.Capacity) continue;
            var all = ordinal >= evaluated || reach.Facts >= FactKinds.Customer || overdue.Contains(ordinal);
            dirty[ordinal] = new Dirty(all ? Needs.All : (Needs)reach.Facts, cause, reach);
        }
        evaluated = columns.Capacity;
        Process(dirty, ref changes);
        return changes ?? (IReadOnlyList<MembershipChange>)[];
    }

    /// <summary>Lets time pass: what changed, in order, each dated with the instant at which it became true.</summary>
    public IReadOnlyList<MembershipChange> AdvanceTo(DateTimeOffset now)
    {
        List<MembershipChange>? changes = null;
        var at = Math.Max(moment.Now, StoreDays.Micros(now));
        Reserve();
        Wake();
        Pass(at, null, ref changes);
        MoveTo(at);
        return changes ?? (IReadOnlyList<MembershipChange>)[];
    }

    private void MoveTo(long at)
    {
        if (moment.Now != at) moment = moment.Next(at, builder.Operands);
    }

    // Those who are about to be decided by a change of their own keep their membership until then, so that it is dated and caused by that change.
    private HashSet<int> Pass(long until, Touches? except, ref List<MembershipChange>? changes)
    {
        if (!queue.TryPeek(out _, out var soonest) || soonest > until) return Nobody;
        var overdue = new HashSet<int>();
        var dirty = new Dictionary<int, Dirty>();
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
                else dirty[ordinal] = new Dirty(Needs.All, new Cause(CauseKind.Time, 0), Reach.All);
            }
            if (dirty.Count == 0) continue;
            MoveTo(Math.Max(at, moment.Now));
            Process(dirty, ref changes);
        }
        return overdue;
    }

    private void Process(Dictionary<int, Dirty> dirty, ref List<MembershipChange>? changes)
    {
        if (dirty.Count == 0) return;
        Follow();
        var summarised = false;
        var counts = Needs.Orders | Needs.Customer | (shared.Outsiders?.Needs ?? Needs.None);
        turned.Clear();
        foreach (var (ordinal, (needs, cause, _)) in dirty)
        {
            if (needs == Needs.All) wakes[ordinal] = long.MaxValue;
            if ((needs & counts) == 0) continue;
            summarised = true;
            if (Summarise(ordinal, adder ??= new Adder(shared.Median))) turned.Add((ordinal, cause));
            foreach (var population in builder.Populations)
                if (population.Of is null) Place(population, ordinal, summaries.Buyer(ordinal));
        }
        // Who became, or ceased to be, a shopper stands elsewhere in whatever asks for that.
        foreach (var (ordinal, cause) in turned) Add(dirty, ordinal, Needs.All, cause);
        if (summarised && shared.Rfm is { } rfm) rfm.Stale = true;
        if (summarised && shared.Median.Settle())
        {
            var others = Displacing(dirty);
            for (var ordinal = 0; ordinal < columns.Capacity; ordinal++)
                if (summaries.Buyer(ordinal) && columns.Exists(ordinal)) Add(dirty, ordinal, Needs.Median, others);
        }
        for (var level = 0; level <= TopLevel; level++)
        {
            foreach (var population in builder.Populations)
            {
                if (population.Of is not { } of || of.Level != level - 1) continue;
                foreach (var ordinal in dirty.Keys)
                    Place(population, ordinal, of.Members.Contains(ordinal));
            }
            if (SettleMoved(level).Count > 0)
            {
                var others = Displacing(dirty);
                foreach (var ordinal in moved)
                    Add(dirty, ordinal, Needs.Rank, others);
            }
            foreach (var (ordinal, (needs, cause, reach)) in dirty)
            {
                var candidates = needs == Needs.Events && reach.IsOne ? TouchedBy(reach, level) : Touching(needs, level);
                if (candidates.Length == 0) continue;
                if (columns.Exists(ordinal)) Test(ordinal, candidates, ref changes, cause);
                else Leave(ordinal, candidates, ref changes, cause);
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
    private static Cause Displacing(Dictionary<int, Dirty> dirty)
    {
        var by = First(dirty);
        // Somebody whom time moved is moved by time, whoever it was that time moved first.
        return by.Kind == CauseKind.Time ? by : new Cause(CauseKind.Others, by.Id, by.Found);
    }

    private static Cause First(Dictionary<int, Dirty> dirty)
    {
        Cause? happened = null;
        Cause other = default;
        foreach (var (_, (_, cause, _)) in dirty)
        {
            if (cause.Found) return cause;
            if (cause.Kind is CauseKind.Order or CauseKind.Event or CauseKind.Cart or CauseKind.Time) happened ??= cause;
            else other = cause;
        }
        return happened ?? other with { Found = true };
    }

    private void Test(int ordinal, CompiledSegment[] candidates, ref List<MembershipChange>? changes, Cause cause)
    {
        var one = subject!;
        one.Load(ordinal, moment, summaries);
        foreach (var segment in candidates)
        {
            var member = segment.Root.Test(one) && !(segment.Marketing && Objects(ordinal));
            if (!segment.Members.Set(ordinal, member)) continue;
            (changes ??= []).Add(new MembershipChange(segment.Key, ordinal, member, StoreDays.Instant(moment.Now), cause));
            if (member && segment.Watched) Enter(segment, ordinal, cause);
        }
        if (one.Wake < wakes[ordinal]) wakes[ordinal] = one.Wake;
    }

    private void Leave(int ordinal, CompiledSegment[] candidates, ref List<MembershipChange>? changes, Cause cause)
    {
        wakes[ordinal] = long.MaxValue;
        foreach (var segment in candidates)
            if (segment.Members.Set(ordinal, false)) (changes ??= []).Add(new MembershipChange(segment.Key, ordinal, false, StoreDays.Instant(moment.Now), cause));
    }

    // From the first change on, places are kept up by an order statistic.
    private void Follow()
    {
        if (following == builder.Populations.Count) return;
        following = builder.Populations.Count;
        foreach (var population in builder.Populations)
            population.Follow(() =>
            {
                var all = new List<(int, RankKey)>();
                for (var ordinal = 0; ordinal < columns.Capacity; ordinal++)
                    if (Ranks(ordinal) && (population.Of is { } of ? of.Members.Contains(ordinal) : summaries.Buyer(ordinal)))
                        all.Add((ordinal, population.KeyOf(summaries, ordinal, columns.Customer(ordinal).Id)));
                return all;
            }, columns.Capacity);
    }

    private void Place(Population population, int ordinal, bool belongs)
    {
        if (belongs && Ranks(ordinal)) population.Index!.Set(ordinal, population.KeyOf(summaries, ordinal, columns.Customer(ordinal).Id));
        else population.Index!.Remove(ordinal);
    }

    // DEFINITIONS: who is no shopper stands outside ranks.
    private bool Ranks(int ordinal) => (columns.Customer(ordinal).Flags & (CustomerFlags.There | CustomerFlags.NotAShopper)) == CustomerFlags.There
        && shared.Outsiders?.Members.Contains(ordinal) != true;

    // The customers whose truth a moved boundary may have changed.
    private List<int> SettleMoved(int level)
    {
        moved.Clear();
        foreach (var rank in shared.Ranks)
        {
            if (!rank.Stale || (rank.Population.Of is { } of ? of.Level + 1 : 0) != level || rank.Settle() is not var (low, high)) continue;
            moved.AddRange(rank.Population.Index!.Near(low, high));
        }
        if (level == 0 && shared.Rfm is { } rfm && (rfm.Stale || rfm.Overtaken) && rfm.Settle())
            foreach (var population in builder.Populations.Where(population => population is { Metric: "number_of_orders", Of: null }))
                moved.AddRange(population.Index!.Near(long.MinValue, long.MaxValue));
        return moved;
    }

    private static void Add(Dictionary<int, Dirty> dirty, int ordinal, Needs needs, Cause cause)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(dirty, ordinal, out var known);
        entry = known ? entry with { Needs = entry.Needs | needs } : new Dirty(needs, cause, default);
    }

    private CompiledSegment[] Touching(Needs needs, int level)
    {
        var key = needs | (Needs)(level << 16);
        if (!byNeeds.TryGetValue(key, out var found))
            byNeeds[key] = found = [.. segments.Where(segment => segment.Level == level && (needs == Needs.All || (segment.Needs & needs) != 0))];
        return found;
    }

    // The leaf index: which definitions one event can touch. Asked of the plan once for each kind and thing, and remembered while the catalogue stays.
    private CompiledSegment[] TouchedBy(Reach reach, int level)
    {
        if (byEventOf != columns.CatalogueVersion)
        {
            byEvent.Clear();
            byEventOf = columns.CatalogueVersion;
        }
        // Which message it was makes no difference here.
        var about = (int)reach.Kind < (int)Orders.EventKind.MessageSent ? reach.Subject : -1;
        var key = ((long)level << 48) | ((long)reach.Kind << 40) | ((reach.Category ? 1L : 0L) << 32) | (uint)about;
        if (byEvent.TryGetValue(key, out var found)) return found;
        CompiledSegment[] touched = [.. segments.Where(segment => segment.Level == level && segment.Root.TouchedBy(reach.Kind, reach.Category, about))];
        // Most things touch what any other of their kind touches: those lists are one.
        if (Touching(Needs.Events, level) is var any && any.Length == touched.Length) touched = any;
        return byEvent[key] = touched.Length == 0 ? [] : touched;
    }

    /// <summary>Somebody to decide, for what, why, and about what.</summary>
    private readonly record struct Dirty(Needs Needs, Cause Cause, Reach Reach);
}
