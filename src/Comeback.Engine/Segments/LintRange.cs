using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>The values that a comparison lets through, as one stretch: what lint compares comparisons by. Days count from today, dates from 1970.</summary>
/// <param name="Of">What is compared: stretches of different things, or of fixed and moving dates, say nothing about each other.</param>
internal readonly record struct LintRange(string Of, decimal Low, bool LowOpen, decimal High, bool HighOpen, bool Whole)
{
    public bool Empty => Low > High || (Low == High && (LowOpen || HighOpen));

    /// <summary>Null for a comparison that is no one stretch of known values.</summary>
    public static LintRange? From(string name, Operator op, Items<SegmentValue> values)
    {
        var numbers = new List<(decimal Number, string Kind)>();
        foreach (var value in values)
        {
            if (Number(value) is not { } known) return null;
            numbers.Add(known);
        }
        if (numbers.Count == 0 || numbers.Exists(number => number.Kind != numbers[0].Kind)) return null;
        var whole = numbers[0].Kind.Length > 0 || name is "number_of_orders" or "days_since_last_order" or "count" || NumberSource.IsQuintile(name);
        var (of, first) = (name + numbers[0].Kind, numbers[0].Number);
        LintRange? range = op switch
        {
            Operator.Equal => new(of, first, false, first, false, whole),
            Operator.Less => new(of, decimal.MinValue, false, first, true, whole),
            Operator.LessOrEqual => new(of, decimal.MinValue, false, first, false, whole),
            Operator.Greater => new(of, first, true, decimal.MaxValue, false, whole),
            Operator.GreaterOrEqual => new(of, first, false, decimal.MaxValue, false, whole),
            Operator.Between => new(of, first, false, numbers[1].Number, false, whole),
            _ => null,
        };
        return range?.Closed();
    }

    public static LintRange? From(SegmentTree tree) => tree is Comparison comparison ? From(comparison.Attribute, comparison.Operator, comparison.Values) : null;

    /// <summary>The values that a number can have at all.</summary>
    public static LintRange? Possible(string attribute) => attribute switch
    {
        "number_of_orders" or "days_since_last_order" or "count" => new(attribute, 0, false, decimal.MaxValue, false, true),
        "own_gap" or "median_gap" => new(attribute, 1, false, decimal.MaxValue, false, false),
        "expected_gap" => new(attribute, 7, false, decimal.MaxValue, false, false),
        _ when NumberSource.IsQuintile(attribute) => new(attribute, 1, false, 5, false, true),
        _ => null,
    };

    /// <summary>Known of every customer, whether they ever bought or not.</summary>
    public static bool OfEveryone(string attribute) => attribute is "number_of_orders" or "amount_spent" or "median_gap" or "customer_added_date" or "count";

    public LintRange And(LintRange other)
    {
        var low = Low > other.Low || (Low == other.Low && LowOpen) ? (Low, LowOpen) : (other.Low, other.LowOpen);
        var high = High < other.High || (High == other.High && HighOpen) ? (High, HighOpen) : (other.High, other.HighOpen);
        return new(Of, low.Item1, low.Item2, high.Item1, high.Item2, Whole);
    }

    /// <summary>Lets everything through that the other does.</summary>
    public bool Holds(LintRange other) => And(other) == other;

    /// <summary>Together they leave no gap, from the least to the greatest value.</summary>
    public bool Covers(LintRange other)
    {
        var (below, above) = Low <= other.Low ? (this, other) : (other, this);
        var least = Possible(Of)?.Low ?? decimal.MinValue;
        return below.Low <= least && above.High == decimal.MaxValue
            && (below.High > above.Low || (below.High == above.Low && !(below.HighOpen && above.LowOpen)) || (Whole && below.High + 1 == above.Low));
    }

    // Of whole numbers, above 3 is from 4 on.
    private LintRange Closed() => !Whole ? this : this with
    {
        Low = Low == decimal.MinValue ? Low : LowOpen ? decimal.Floor(Low) + 1 : decimal.Ceiling(Low),
        LowOpen = false,
        High = High == decimal.MaxValue ? High : HighOpen ? decimal.Ceiling(High) - 1 : decimal.Floor(High),
        HighOpen = false,
    };

    private static (decimal, string)? Number(SegmentValue value) => value switch
    {
        NumberValue number => (number.Number, ""),
        DateValue date => (StoreDays.Number(date.Date), " on"),
        DateOffset { Unit: OffsetUnit.Days } days => (days.Amount, " from today"),
        DateOffset { Unit: OffsetUnit.Weeks } weeks => (weeks.Amount * 7, " from today"),
        NamedDate { Name: "today" } => (0, " from today"),
        NamedDate { Name: "yesterday" } => (-1, " from today"),
        NamedDate { Name: "7_days_ago" } => (-7, " from today"),
        NamedDate { Name: "30_days_ago" } => (-30, " from today"),
        NamedDate { Name: "90_days_ago" } => (-90, " from today"),
        _ => null,
    };
}
