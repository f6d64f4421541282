using System.Globalization;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>A whole number over another, compared without rounding. A denominator of 0 is no value.</summary>
internal readonly record struct Ratio(long Numerator, long Denominator) : IComparable<Ratio>
{
    public static readonly Ratio None = new(0, 0);

    public bool HasValue => Denominator != 0;

    public static Ratio Of(decimal number)
    {
        var scale = 1L;
        while (number != decimal.Truncate(number) && scale < 1_000_000_000)
        {
            number *= 10;
            scale *= 10;
        }
        return new((long)decimal.Truncate(number), scale);
    }

    public int CompareTo(Ratio other) => ((Int128)Numerator * other.Denominator).CompareTo((Int128)other.Numerator * Denominator);

    /// <summary>The greatest whole number that is not above it.</summary>
    public long Floor() => Numerator >= 0 ? Numerator / Denominator : -((-Numerator + Denominator - 1) / Denominator);
}

/// <summary>A number of the subject: an attribute times a factor, or a constant.</summary>
internal sealed class NumberSource
{
    private readonly string? attribute;
    private readonly Ratio factor;

    /// <param name="scale">Minor units of a major one where amounts are meant, else 1.</param>
    public NumberSource(SegmentValue value, long scale)
    {
        if (value is AttributeValue of) (attribute, factor) = (of.Attribute, Ratio.Of(of.Factor));
        else factor = Ratio.Of(((NumberValue)value).Number * scale);
    }

    /// <summary>Whether it goes by the quintiles of all buyers.</summary>
    public static bool IsQuintile(string attribute) => attribute.EndsWith("_quintile", StringComparison.Ordinal);

    public bool IsDays => attribute == "days_since_last_order";

    public Needs Needs => attribute switch
    {
        null => Needs.None,
        "median_gap" => Needs.Median,
        "expected_gap" => Needs.Orders | Needs.Median,
        "days_since_last_order" => Needs.Orders | Needs.Time,
        _ when IsQuintile(attribute) => Needs.Orders | Needs.Customer | Needs.Rank,
        _ => Needs.Orders,
    };

    public Ratio Of(Subject subject)
    {
        if (attribute is null) return factor;
        var plain = Plain(attribute, subject);
        if (factor is { Numerator: 1, Denominator: 1 } || !plain.HasValue) return plain;
        var numerator = (Int128)plain.Numerator * factor.Numerator;
        var denominator = (Int128)plain.Denominator * factor.Denominator;
        return numerator > long.MaxValue || numerator < long.MinValue || denominator > long.MaxValue
            ? new((long)Int128.Clamp(numerator / denominator, long.MinValue, long.MaxValue), 1)
            : new((long)numerator, (long)denominator);
    }

    public static Ratio Plain(string attribute, Subject subject)
    {
        ref readonly var summary = ref subject.Summary;
        var median = subject.Shared.Median.Twice;
        switch (attribute)
        {
            case "number_of_orders": return new(summary.Orders, 1);
            case "amount_spent": return new(summary.Spent, 1);
            case "average_order_value": return summary.Buyer ? new(summary.Spent, summary.Orders) : Ratio.None;
            case "days_since_last_order": return summary.Buyer && summary.LastAt != long.MinValue ? new(subject.Moment.Today - summary.LastDay, 1) : Ratio.None;
            case "own_gap": return summary.GapCount > 0 ? new(summary.GapSum, summary.GapCount) : Ratio.None;
            case "median_gap": return new(median, 2);
            case "recency_quintile" or "frequency_quintile" or "amount_quintile": return subject.Shared.Rfm?.ScoreOf(subject, attribute) ?? Ratio.None;
            default:
                // DEFINITIONS, "frequent": (2*M + sum of own gaps) / (2 + number of own gaps), at least 7 days. The median is kept doubled.
                if (!summary.Buyer) return Ratio.None;
                var expected = new Ratio(median + summary.GapSum, 2 + summary.GapCount);
                return expected.CompareTo(new(7, 1)) < 0 ? new(7, 1) : expected;
        }
    }
}

/// <summary>A number against numbers, e.g. <c>days_since_last_order &lt;= 1.5 * expected_gap</c>.</summary>
internal sealed class NumberNode : PlanNode
{
    private readonly Comparison comparison;
    private readonly NumberSource left;
    private readonly NumberSource[] right;

    public NumberNode(Comparison comparison, long scale) : base(comparison)
    {
        this.comparison = comparison;
        left = new NumberSource(new AttributeValue(1, comparison.Attribute), 1);
        right = [.. comparison.Values.Select(value => new NumberSource(value, scale))];
        Needs = right.Aggregate(left.Needs, (needs, source) => needs | source.Needs);
    }

    public override Needs Needs { get; }

    public override bool Test(Subject subject)
    {
        var value = left.Of(subject);
        switch (comparison.Operator)
        {
            case Operator.IsNull: return !value.HasValue;
            case Operator.IsNotNull: return value.HasValue;
        }
        if (!value.HasValue) return comparison.Operator == Operator.NotEqual;
        var bound = right[0].Of(subject);
        if (!bound.HasValue) return comparison.Operator == Operator.NotEqual;
        var sign = Compare(subject, value, bound, right[0]);
        switch (comparison.Operator)
        {
            case Operator.Equal: return sign == 0;
            case Operator.NotEqual: return sign != 0;
            case Operator.Less: return sign < 0;
            case Operator.LessOrEqual: return sign <= 0;
            case Operator.Greater: return sign > 0;
            case Operator.GreaterOrEqual: return sign >= 0;
        }
        var upper = right[1].Of(subject);
        return upper.HasValue && (Compare(subject, value, upper, right[1]) <= 0) & (sign >= 0);
    }

    public override int Cost => OnSummary ? 1 : 4;

    // Counts and amounts against constants: whole numbers from a low to a high one.
    private bool OnSummary => comparison.Attribute is "number_of_orders" or "amount_spent" or "days_since_last_order" && comparison.Operator is not (Operator.IsNull or Operator.IsNotNull)
        && comparison.Values.All(value => value is NumberValue);

    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        if (!OnSummary)
        {
            bulk.OneByOne(this, mask);
            return;
        }
        var first = right[0].Of(null!);
        var floor = first.Floor();
        var whole = floor * first.Denominator == first.Numerator;
        var ceiling = whole ? floor : floor + 1;
        var (low, high) = comparison.Operator switch
        {
            Operator.Equal or Operator.NotEqual => whole ? (floor, floor) : (1L, 0L),
            Operator.Less => (long.MinValue, ceiling - 1),
            Operator.LessOrEqual => (long.MinValue, floor),
            Operator.Greater => (floor + 1, long.MaxValue),
            Operator.GreaterOrEqual => (ceiling, long.MaxValue),
            _ => (ceiling, right[1].Of(null!).Floor()),
        };
        var not = comparison.Operator == Operator.NotEqual;
        if (left.IsDays)
        {
            // So many days since: the last order lies on so many days before today, which is one stretch of instants.
            const int Far = 40_000;
            var (days, today) = (bulk.Moment.Days, bulk.Moment.Today);
            var from = high >= Far ? long.MinValue + 1 : days.StartOf(today - (int)Math.Max(high, -Far));
            var until = low <= -Far ? long.MaxValue : days.StartOf(today - (int)Math.Min(low, Far) + 1);
            if (!not) Lanes.Keep(mask, bulk.LastAt, Math.Max(from, long.MinValue + 1), low > high ? long.MinValue : until - 1);
            else Lanes.Keep(mask, bulk.LastAt, Math.Max(from, long.MinValue + 1), low > high ? long.MinValue : until - 1, not: true);
            return;
        }
        if (comparison.Attribute == "amount_spent") Lanes.Keep(mask, bulk.Spent, low, high, not);
        else Lanes.Keep(mask, bulk.Orders, low, high, not);
    }

    private int Compare(Subject subject, Ratio value, Ratio bound, NumberSource source)
    {
        if (left.IsDays || source.IsDays)
        {
            // Days since grow by one at each of the store's midnights: the next change is where they reach or pass the bound.
            var today = subject.Moment.Today;
            var next = today + 1;
            if (left.IsDays && !source.IsDays)
            {
                var floor = bound.Floor();
                var reach = floor * bound.Denominator == bound.Numerator && floor > value.Numerator ? floor : floor + 1;
                if (reach <= value.Numerator) reach = long.MaxValue;
                next = reach > 100_000 ? int.MaxValue : subject.Summary.LastDay + (int)reach;
            }
            if (next != int.MaxValue) subject.Wake = Math.Min(subject.Wake, subject.Moment.Days.StartOf(next));
        }
        return value.CompareTo(bound);
    }

    public override string? Witness(Subject subject)
    {
        var value = left.Of(subject);
        if (!value.HasValue) return "no value";
        var money = Vocabulary.Attributes[comparison.Attribute].Kind == ValueKind.Money;
        var bounds = right.Select(source => source.Of(subject)).Where(bound => bound.HasValue).Select(Say);
        return $"{Say(value)} against {string.Join(" and ", bounds)}";

        string Say(Ratio ratio) => money ? Words.Amount(ratio.Numerator / ratio.Denominator, subject) : Words.Plain(ratio.Numerator, ratio.Denominator);
    }
}

/// <summary>A date of the customer against dates, e.g. <c>last_order_date &lt;= -60d</c>.</summary>
internal sealed class DateNode(Comparison comparison, DateTest? test, StoreColumns columns) : PlanNode(comparison)
{
    public override Needs Needs => (comparison.Attribute switch
    {
        "customer_added_date" or "birth_date" => Needs.Customer,
        "abandoned_checkout_date" => Needs.Carts | Needs.Orders | Needs.Time,
        _ => Needs.Orders,
    }) | (test is { Moves: true } ? Needs.Time : Needs.None);

    public override bool NoData => comparison.Attribute == "abandoned_checkout_date" && columns.Carts == 0;

    public override bool Test(Subject subject)
    {
        var known = Read(subject, out var at, out var day);
        if (comparison.Operator == Operator.IsNull) return !known;
        if (comparison.Operator == Operator.IsNotNull) return known;
        return known ? test!.Test(at, day, subject.Moment, ref subject.Wake) : comparison.Operator == Operator.NotEqual;
    }

    public override int Cost => OnSummary ? 1 : 4;

    private bool OnSummary => comparison.Attribute is "first_order_date" or "last_order_date" && test is not null && comparison.Operator != Operator.NotEqual;

    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        if (comparison.Attribute == "customer_added_date" && test?.Window(bulk.Moment) is var (from, until))
        {
            var customers = bulk.Customers;
            for (var word = 0; word < mask.Length; word++)
                for (var rest = mask[word]; rest != 0; rest &= rest - 1)
                {
                    var at = customers[(word << 6) + System.Numerics.BitOperations.TrailingZeroCount(rest)].CreatedAt;
                    if (at < from || at >= until) mask[word] &= ~(rest & (~rest + 1));
                }
            return;
        }
        if (!OnSummary || test!.Window(bulk.Moment) is not var (first, end))
        {
            bulk.OneByOne(this, mask);
            return;
        }
        // The ends of the scale stand for "no order that is dated".
        Lanes.Keep(mask, comparison.Attribute == "last_order_date" ? bulk.LastAt : bulk.FirstAt, Math.Max(first, long.MinValue + 1), end == long.MinValue ? end : end - 1);
    }

    public override string? Witness(Subject subject) => Read(subject, out _, out var day)
        ? $"{Words.Day(day)}, {string.Create(CultureInfo.InvariantCulture, $"{subject.Moment.Today - day}")} days ago"
        : "never";

    private bool Read(Subject subject, out long at, out int day)
    {
        ref readonly var summary = ref subject.Summary;
        ref readonly var customer = ref subject.Columns.Customer(subject.Ordinal);
        switch (comparison.Attribute)
        {
            case "first_order_date":
                (at, day) = (summary.FirstAt, summary.FirstDay);
                return summary.Buyer && at != long.MaxValue;
            case "last_order_date":
                (at, day) = (summary.LastAt, summary.LastDay);
                return summary.Buyer && at != long.MinValue;
            case "customer_added_date":
                (at, day) = (customer.CreatedAt, subject.Moment.Days.DayOf(customer.CreatedAt));
                return true;
            case "birth_date":
                day = customer.BirthDay;
                at = day == int.MinValue ? 0 : subject.Moment.Days.StartOf(day);
                return day != int.MinValue;
            default:
                return Abandoned(subject, out at, out day);
        }
    }

    // The latest open cart that was left for an hour with no order placed since.
    private static bool Abandoned(Subject subject, out long at, out int day)
    {
        const long Hour = 3_600_000_000;
        (at, day) = (long.MinValue, 0);
        foreach (ref readonly var cart in subject.Columns.CartsOf(subject.Ordinal))
        {
            if (cart.Closed) continue;
            if (cart.TouchedAt + Hour > subject.Moment.Now) subject.Wake = Math.Min(subject.Wake, cart.TouchedAt + Hour);
            else if (cart.TouchedAt > at && !CartsNode.OrderedSince(subject, cart.TouchedAt)) at = cart.TouchedAt;
        }
        if (at == long.MinValue) return false;
        day = subject.Moment.Days.DayOf(at);
        return true;
    }
}

/// <summary>A yes or no of the customer.</summary>
internal sealed class TruthNode(Comparison comparison, bool wanted) : PlanNode(comparison)
{
    public override Needs Needs => comparison.Attribute == "reachable" ? Needs.Customer | Needs.Consents | Needs.Time : Needs.Customer;

    public override bool Test(Subject subject) => (comparison.Attribute == "reachable" ? subject.Reachable() : !subject.Shopper) == wanted;

    public override string? Witness(Subject subject)
    {
        if (comparison.Attribute != "reachable") return subject.Shopper ? "a shopper" : "no shopper";
        var granted = Enum.GetValues<Channel>().Where(channel => subject.Consent(channel) == ConsentState.Granted).ToArray();
        return granted.Length == 0 ? "no consent on any channel" : $"consent by {string.Join(", ", granted)}{(subject.Reachable() ? "" : ", but no usable address")}";
    }
}
