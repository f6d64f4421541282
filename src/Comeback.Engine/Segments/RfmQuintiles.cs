namespace Comeback.Engine.Segments;

/// <summary>
/// <c>comeback_rfm_group</c>: scores 1 to 5 by quintile of last order (R), number of orders (F) and amount spent (M) among the buyers, equals kept
/// together: score = 1 + floor(5 * those with strictly less / n). Then, with V = F + M:
/// R 4-5: V 9-10 CHAMPIONS, 7-8 LOYAL, 5-6 ACTIVE, below NEW with one order, else PROMISING;
/// R 3: V 8-10 LOYAL, 5-7 NEEDS_ATTENTION, below PROMISING;
/// R 1-2: V 9-10 PREVIOUSLY_LOYAL, 7-8 AT_RISK, 4-6 ALMOST_LOST, below DORMANT. Without an order: PROSPECTS.
/// </summary>
internal sealed class RfmQuintiles(Population recency, Population frequency, Population amount)
{
    private long[] recent = [];
    private long[] frequent = [];
    private long[] spent = [];
    private int passes = -1;

    /// <summary>The buyers changed since the quintiles were found.</summary>
    public bool Stale { get; set; } = true;

    /// <summary>Everybody was ranked anew since.</summary>
    public bool Overtaken => passes != recency.Passes;

    /// <summary>Finds the quintiles anew; true when one moved.</summary>
    public bool Settle()
    {
        (passes, Stale) = (recency.Passes, false);
        var (r, f, m) = (Cuts(recency.Ranked), Cuts(frequency.Ranked), Cuts(amount.Ranked));
        var same = r.AsSpan().SequenceEqual(recent) && f.AsSpan().SequenceEqual(frequent) && m.AsSpan().SequenceEqual(spent);
        (recent, frequent, spent) = (r, f, m);
        return !same;
    }

    /// <summary>The group of a customer; null for one who stands outside ranks.</summary>
    public string? GroupOf(Subject subject)
    {
        ref readonly var summary = ref subject.Summary;
        if (!subject.Shopper) return null;
        if (!summary.Buyer) return "PROSPECTS";
        var r = Score(recent, summary.LastAt);
        var v = Score(frequent, summary.Orders) + Score(spent, summary.Spent);
        return (r, v) switch
        {
            ( >= 4, >= 9) => "CHAMPIONS",
            ( >= 4, >= 7) => "LOYAL",
            ( >= 4, >= 5) => "ACTIVE",
            ( >= 4, _) => summary.Orders == 1 ? "NEW" : "PROMISING",
            (3, >= 8) => "LOYAL",
            (3, >= 5) => "NEEDS_ATTENTION",
            (3, _) => "PROMISING",
            (_, >= 9) => "PREVIOUSLY_LOYAL",
            (_, >= 7) => "AT_RISK",
            (_, >= 4) => "ALMOST_LOST",
            _ => "DORMANT",
        };
    }

    /// <summary>The score of a buyer, 1 to 5; none for who stands outside ranks.</summary>
    public Ratio ScoreOf(Subject subject, string attribute)
    {
        ref readonly var summary = ref subject.Summary;
        if (!subject.Shopper || !summary.Buyer) return Ratio.None;
        return new(attribute switch
        {
            "recency_quintile" => Score(recent, summary.LastAt),
            "frequency_quintile" => Score(frequent, summary.Orders),
            _ => Score(spent, summary.Spent),
        }, 1);
    }

    private static int Score(long[] cuts, long value)
    {
        var score = 1;
        foreach (var cut in cuts)
            if (value >= cut) score++;
        return score;
    }

    // The least values that have at least 1/5, 2/5, 3/5 and 4/5 of the buyers strictly below them.
    private static long[] Cuts(IRanked index)
    {
        if (index.Count == 0) return [];
        var cuts = new long[4];
        for (var k = 1; k <= 4; k++)
        {
            var below = (int)(((long)k * index.Count + 4) / 5);
            cuts[k - 1] = index.ValueAt(index.Count - below) is var value && value < long.MaxValue ? value + 1 : value;
        }
        return cuts;
    }
}
