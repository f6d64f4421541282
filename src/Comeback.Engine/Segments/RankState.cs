using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>A population that ranks are within, by one metric: all buyers, or the members of a segment. Those who are no shoppers stand outside.</summary>
internal sealed class Population(string metric, CompiledSegment? of)
{
    public string Metric => metric;
    public CompiledSegment? Of => of;
    public RankIndex Index { get; } = new();

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
internal sealed class RankState(Rank rank, Population population)
{
    // In when the key is at or above this one (exactly), or the value is at or above it.
    private RankKey boundary;
    private bool nobody = true;
    private long settled = -1;

    public Rank Rank => rank;
    public Population Population => population;

    public bool Holds(in Summary summary, long id, bool inPopulation)
    {
        if (!inPopulation) return false;
        var key = population.KeyOf(summary, id);
        var above = !nobody && (rank.Exactly ? key.CompareTo(boundary) >= 0 : key.Value >= boundary.Value);
        return above == rank.Top;
    }

    /// <summary>The boundary's value: below it nobody is at the top, above it everybody.</summary>
    public long? Boundary => nobody ? null : boundary.Value;

    /// <summary>The population changed since the boundary was found.</summary>
    public bool Stale => settled != population.Index.Version;

    /// <summary>Finds the boundary anew; answers the values between which truths changed, or null when it did not move.</summary>
    public (long Low, long High)? Settle()
    {
        var (before, wasNobody) = (boundary, nobody);
        settled = population.Index.Version;
        Find();
        if (nobody == wasNobody && (nobody || (rank.Exactly ? boundary == before : boundary.Value == before.Value))) return null;
        if (nobody || wasNobody) return ((nobody ? before : boundary).Value, long.MaxValue);
        return (Math.Min(before.Value, boundary.Value), Math.Max(before.Value, boundary.Value));
    }

    private void Find()
    {
        var index = population.Index;
        var percent = rank.Top ? rank.Percent : 100 - rank.Percent;
        var exact = percent * index.Count / 100m;
        if (rank.Exactly)
        {
            var take = (int)Math.Ceiling(exact);
            nobody = take == 0;
            if (!nobody) boundary = index.At(take - 1);
            return;
        }
        var most = (int)Math.Floor(exact);
        (nobody, boundary) = (false, new RankKey(long.MinValue, 0, 0));
        if (most >= index.Count)
        {
            nobody = index.Count == 0;
            return;
        }
        // The group of the first one who is beyond the share stays out as a whole, unless the rule for small shares lets it in.
        var outside = index.ValueAt(most);
        if (rank is { UpToPercent: { } upTo, IfUnderPercent: { } under } && index.CountAbove(outside, orEqual: false) * 100m < under * index.Count
            && index.CountAbove(outside, orEqual: true) * 100m <= upTo * index.Count)
        {
            boundary = new RankKey(outside, 0, 0);
            return;
        }
        if (outside == long.MaxValue) nobody = true;
        else boundary = new RankKey(outside + 1, 0, 0);
    }
}

internal sealed class RankNode(RankState state) : PlanNode(state.Rank)
{
    public override Needs Needs { get; } = Needs.Orders | Needs.Customer | Needs.Rank | (state.Population.Of?.Root.Needs ?? Needs.None);

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
        var spent = state.Population.Metric == "amount_spent";
        var summaries = bulk.Summaries;
        var customers = bulk.Customers;
        var ties = state.Rank.Exactly ? bulk.Rent() : null;
        for (var word = 0; word < mask.Length; word++)
        {
            if (ties is not null) ties[word] = 0;
            if (mask[word] == 0) continue;
            var end = Math.Min(64, Math.Min(summaries.Length, customers.Length) - (word << 6));
            var (above, equal, ranked) = (0UL, 0UL, 0UL);
            for (var bit = 0; bit < end; bit++)
            {
                ref readonly var summary = ref summaries[(word << 6) + bit];
                var value = spent ? summary.Spent : summary.Orders;
                ranked |= (summary.Orders > 0 & (customers[(word << 6) + bit].Flags & CustomerFlags.NotAShopper) == 0 ? 1UL : 0UL) << bit;
                above |= (value > boundary ? 1UL : 0UL) << bit;
                equal |= (value == boundary ? 1UL : 0UL) << bit;
            }
            if (ties is null) above |= equal;
            else ties[word] = equal & ranked & mask[word];
            mask[word] &= ranked & (state.Rank.Top ? above : ~above);
            if (ties is not null) mask[word] &= ~equal;
        }
        if (ties is null) return;
        var cut = ties.AsSpan(0, mask.Length);
        bulk.OneByOne(this, cut);
        for (var word = 0; word < mask.Length; word++)
            mask[word] |= cut[word];
        bulk.Return(ties);
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
        var above = state.Population.Index.Count == 0 ? 0 : state.Population.Index.CountAbove(state.Population.KeyOf(subject.Summary, 0).Value, orEqual: false);
        return $"{own}; {above} of {state.Population.Index.Count} have more";
    }
}
