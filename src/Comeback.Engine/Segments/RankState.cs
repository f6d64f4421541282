using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>A population that ranks are within, by one metric: all buyers, or the members of a segment. Those who are no shoppers stand outside.</summary>
/// <remarks>A full pass finds boundaries by selection from an array; the index that follows changes is made at the first change.</remarks>
internal sealed class Population(string metric, CompiledSegment? of)
{
    private readonly int which = Array.IndexOf(["number_of_orders", "amount_spent", "first_order_date"], metric);
    private RankIndex? index;
    private RankArray? array;

    public string Metric => metric;
    public CompiledSegment? Of => of;

    /// <summary>Raised whenever everybody is ranked anew.</summary>
    public int Passes { get; private set; }

    /// <summary>Ranks within it.</summary>
    public List<RankState> States { get; } = [];

    /// <summary>The index, when changes are being followed.</summary>
    public RankIndex? Index => index;

    /// <summary>Places as of now, from whichever of the two there is.</summary>
    public IRanked Ranked => index is not null ? index : array ?? throw new InvalidOperationException("Nobody was ranked yet.");

    /// <summary>Everybody's rank is to be found anew.</summary>
    public void Rank(RankArray all) => (array, index, Passes) = (all, null, Passes + 1);

    /// <summary>From now on changes are followed.</summary>
    public void Follow(Func<List<(int, RankKey)>> all, int capacity)
    {
        if (index is not null) return;
        var made = new RankIndex();
        made.Fill(all(), capacity);
        made.Followers.AddRange(States);
        // By the first change the rows have moved on from the array: boundaries found in it no longer hold.
        (index, array, Passes) = (made, null, Passes + 1);
    }

    public void Add(RankState state)
    {
        States.Add(state);
        index?.Followers.Add(state);
    }

    public void Remove(RankState state)
    {
        States.Remove(state);
        index?.Followers.Remove(state);
    }

    public RankKey KeyOf(SummaryColumns all, int ordinal, long id) => new(ValueOf(all, ordinal), all.LastAt[ordinal], id);

    public long ValueOf(SummaryColumns all, int ordinal) => which switch
    {
        0 => all.Orders[ordinal],
        1 => all.Spent[ordinal],
        2 => all.Buyer(ordinal) ? all.FirstAt[ordinal] : long.MinValue,
        _ => all.LastAt[ordinal],
    };

    public RankKey KeyOf(in Summary summary, long id)
    {
        var value = metric switch
        {
            "number_of_orders" => summary.Orders,
            "amount_spent" => summary.Spent,
            "first_order_date" => summary.Buyer ? summary.FirstAt : long.MinValue,
            _ => summary.Buyer ? summary.LastAt : long.MinValue,
        };
        return new RankKey(value, summary.Buyer ? summary.LastAt : long.MinValue, id);
    }
}

/// <summary>One rank of a definition and where its boundary lies now.</summary>
/// <remarks>
/// It counts along who stands above its boundary, so that a change that leaves the right number there costs no search: only one that does not has the
/// boundary looked for anew.
/// </remarks>
internal sealed class RankState(Rank rank, Population population)
{
    // In when the key is at or above this one (exactly), or the value is at or above it.
    private RankKey boundary;
    private bool nobody = true;
    // Exactly: how many stand at or above the boundary's key. Else: how many have more than the value of the group that is cut, and how large it is.
    private int above;
    private int equal;
    private long outside;
    private bool searched;
    private int passes = -1;
    private bool stale = true;

    public Rank Rank => rank;
    public Population Population => population;

    public bool Holds(in Summary summary, long id, bool inPopulation)
    {
        if (!inPopulation) return false;
        var key = population.KeyOf(summary, id);
        var top = !nobody && (rank.Exactly ? key.CompareTo(boundary) >= 0 : key.Value >= boundary.Value);
        return top == rank.Top;
    }

    /// <summary>The boundary's value: below it nobody is at the top, above it everybody.</summary>
    public long? Boundary => nobody ? null : boundary.Value;

    /// <summary>The population changed since the boundary was found.</summary>
    public bool Stale => stale || passes != population.Passes;

    /// <summary>Somebody is in the population who was not, or stands elsewhere than before.</summary>
    public void Came(in RankKey key) => Count(key, +1);

    /// <summary>Somebody left the population or the place where they stood.</summary>
    public void Went(in RankKey key)
    {
        if (rank.Exactly && key == boundary) searched = false;
        Count(key, -1);
    }

    /// <summary>Finds the boundary anew; answers the values between which truths changed, or null when it did not move.</summary>
    public (long Low, long High)? Settle()
    {
        var (before, wasNobody) = (boundary, nobody);
        if (passes != population.Passes) (searched, passes) = (false, population.Passes);
        stale = false;
        if (!StillThere()) Find();
        if (nobody == wasNobody && (nobody || (rank.Exactly ? boundary == before : boundary.Value == before.Value))) return null;
        if (nobody || wasNobody) return ((nobody ? before : boundary).Value, long.MaxValue);
        return (Math.Min(before.Value, boundary.Value), Math.Max(before.Value, boundary.Value));
    }

    private void Count(in RankKey key, int by)
    {
        stale = true;
        if (!searched) return;
        if (rank.Exactly) above += key.CompareTo(boundary) >= 0 ? by : 0;
        else if (key.Value > outside) above += by;
        else if (key.Value == outside) equal += by;
    }

    private decimal Share => rank.Top ? rank.Percent : 100 - rank.Percent;

    // The same as finding, with the counts that were kept up to date.
    private bool StillThere()
    {
        if (!searched) return false;
        var count = population.Ranked.Count;
        var exact = Share * count / 100m;
        if (rank.Exactly) return above == (int)Math.Ceiling(exact);
        var most = (int)Math.Floor(exact);
        if (most >= count || above > most || above + equal <= most) return false;
        Cut(count);
        return true;
    }

    private void Find()
    {
        var ranked = population.Ranked;
        var exact = Share * ranked.Count / 100m;
        searched = false;
        if (rank.Exactly)
        {
            var take = (int)Math.Ceiling(exact);
            nobody = take == 0;
            if (nobody) return;
            (boundary, above, searched) = (ranked.At(take - 1), take, true);
            return;
        }
        var most = (int)Math.Floor(exact);
        (nobody, boundary) = (false, new RankKey(long.MinValue, 0, 0));
        if (most >= ranked.Count)
        {
            nobody = ranked.Count == 0;
            return;
        }
        outside = ranked.ValueAt(most);
        above = ranked.CountAbove(outside, orEqual: false);
        equal = ranked.CountAbove(outside, orEqual: true) - above;
        searched = true;
        Cut(ranked.Count);
    }

    // The group of the first one who is beyond the share stays out as a whole, unless the rule for small shares lets it in.
    private void Cut(int count)
    {
        nobody = false;
        if (rank is { UpToPercent: { } upTo, IfUnderPercent: { } under } && above * 100m < under * count && (above + equal) * 100m <= upTo * count)
            boundary = new RankKey(outside, 0, 0);
        else if (outside == long.MaxValue)
            nobody = true;
        else
            boundary = new RankKey(outside + 1, 0, 0);
    }
}

internal sealed class RankNode(RankState state) : PlanNode(state.Rank)
{
    public override Needs Needs { get; } = Needs.Orders | Needs.Customer | Needs.Rank | (state.Population.Of?.Root.Needs ?? Needs.None);

    public override ulong EventKinds => state.Population.Of?.Root.EventKinds ?? 0;

    public override bool TouchedBy(EventKind kind, bool category, int subject) => state.Population.Of?.Root.TouchedBy(kind, category, subject) ?? false;

    public override bool NoData => state.Population.Of?.Root.NoData ?? false;

    public override int Cost => 2;

    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        if (state.Population.Of is not null || state.Boundary is not { } boundary || state.Population.Metric is not ("number_of_orders" or "amount_spent"))
        {
            bulk.OneByOne(this, mask);
            return;
        }
        // Values decide for everyone but those who stand at the boundary of a rank that cuts ties.
        bulk.Keep(mask, bulk.Columns.Shoppers);
        for (var word = 0; word < mask.Length; word++)
            mask[word] &= ~bulk.Outsiders(word);
        Lanes.Keep(mask, bulk.Orders, 1, int.MaxValue);
        if (!state.Rank.Exactly)
        {
            Keep(bulk, mask, boundary, long.MaxValue, not: !state.Rank.Top);
            return;
        }
        var ties = bulk.Rent();
        var cut = ties.AsSpan(0, mask.Length);
        mask.CopyTo(cut);
        Keep(bulk, cut, boundary, boundary, not: false);
        for (var word = 0; word < mask.Length; word++)
            mask[word] &= ~cut[word];
        Keep(bulk, mask, boundary, long.MaxValue, not: !state.Rank.Top);
        bulk.OneByOne(this, cut);
        for (var word = 0; word < mask.Length; word++)
            mask[word] |= cut[word];
        bulk.Return(ties);
    }

    private void Keep(Bulk bulk, Span<ulong> mask, long low, long high, bool not)
    {
        if (state.Population.Metric == "amount_spent") Lanes.Keep(mask, bulk.Spent, low, high, not);
        else Lanes.Keep(mask, bulk.Orders, low, high, not);
    }

    public override bool Test(Subject subject)
    {
        var inside = subject.Shopper && (state.Population.Of is { } of
            ? subject.Alone ? of.Root.Test(subject) : of.Members.Contains(subject.Ordinal)
            : subject.Summary.Buyer);
        return state.Holds(subject.Summary, subject.Columns.IdOf(subject.Ordinal).Value, inside);
    }

    public override string? Witness(Subject subject)
    {
        var own = state.Population.Metric switch
        {
            "number_of_orders" => $"{subject.Summary.Orders} orders",
            "amount_spent" => $"{Words.Amount(subject.Summary.Spent, subject)} spent",
            "first_order_date" => $"first order {Words.Day(subject.Summary.Buyer ? subject.Summary.FirstDay : null)}",
            _ => $"last order {Words.Day(subject.Summary.Buyer ? subject.Summary.LastDay : null)}",
        };
        var ranked = state.Population.Ranked;
        return $"{own}; {ranked.CountAbove(state.Population.KeyOf(subject.Summary, 0).Value, orEqual: false)} of {ranked.Count} have more";
    }
}
