using System.Numerics;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;
using NodaTime;

namespace Comeback.Engine.Tests.Segments.Oracle;

/// <summary>The naive interpreter: a tree over raw records at one instant, with no memory, no index and no shortcut, so that it is plainly right.</summary>
internal sealed class Oracle(World world, IReadOnlyDictionary<string, SegmentTree> trees, DateTimeOffset now)
{
    private readonly Dictionary<string, HashSet<int>> known = [];
    private long? twiceMedian;

    /// <summary>Looks at the world with the store's definition of who is no shopper, as of this instant.</summary>
    public Oracle Without(SegmentTree? outsiders)
    {
        world.IsOutsider = who => outsiders is not null && Truth(outsiders, who);
        return this;
    }

    private long TwiceMedian => twiceMedian ??= world.TwiceMedian(now);

    public HashSet<int> Members(string key) => known.TryGetValue(key, out var members)
        ? members
        : known[key] = [.. world.Everybody.Where(who => !world.Customers[who].ObjectsToProfiling && Truth(trees[key], who))];

    /// <summary>Whether one customer fits any part of a definition.</summary>
    public bool Fits(SegmentTree tree, int who) => Truth(tree, who);

    private bool Truth(SegmentTree tree, int who) => tree switch
    {
        AllOf all => all.Parts.All(part => Truth(part, who)),
        AnyOf any => any.Parts.Any(part => Truth(part, who)),
        NotOf not => !Truth(not.Part, who),
        InSegment inside => Members(inside.Key).Contains(who),
        EnteredSegment entered => world.Entries.Any(entry => entry.Key == entered.Key && entry.Who == who && entry.At <= now
            && (entered.Within is not { } span || OracleDates.Holds(world, now, entry.At, Operator.GreaterOrEqual, [span]))),
        Rank rank => Ranked(rank).Contains(who),
        Comparison comparison => Compare(comparison, who),
        FunctionMatch { Function: "anniversary" } match => Anniversary(match, who),
        FunctionMatch match => new OracleRows(world, now).Fits(match, who) != match.Negated,
        Funnel funnel => Steps(funnel, who),
        _ => throw new NotSupportedException(tree.GetType().Name),
    };

    private HashSet<int> Ranked(Rank rank)
    {
        var population = world.Everybody.Where(who => world.Shopper(who) && (rank.OfSegment is { } of ? Members(of).Contains(who) : world.Buyer(who, now))).ToList();
        var best = population.OrderByDescending(Metric).ThenByDescending(LastAt).ThenBy(who => world.Customers[who].Id).ToList();
        var percent = rank.Top ? rank.Percent : 100 - rank.Percent;
        HashSet<int> top;
        if (rank.Exactly) top = [.. best.Take((int)Math.Ceiling(percent * best.Count / 100))];
        else
        {
            top = [];
            foreach (var group in population.GroupBy(Metric).OrderByDescending(group => group.Key))
            {
                var size = top.Count + group.Count();
                var fits = size * 100m <= percent * population.Count;
                var rescued = rank is { UpToPercent: { } upTo, IfUnderPercent: { } under } && top.Count * 100m < under * population.Count && size * 100m <= upTo * population.Count;
                if (!fits && !rescued) break;
                top.UnionWith(group);
                if (!fits) break;
            }
        }
        return rank.Top ? top : [.. population.Except(top)];

        long Metric(int who) => rank.By switch
        {
            "number_of_orders" => world.NumberOfOrders(who, now),
            "amount_spent" => world.Spent(who, now),
            "first_order_date" => world.FirstOrder(who, now)?.UtcTicks ?? long.MinValue,
            _ => LastAt(who),
        };

        long LastAt(int who) => world.LastOrder(who, now)?.UtcTicks ?? long.MinValue;
    }

    private bool Compare(Comparison comparison, int who)
    {
        var customer = world.Customers[who];
        switch (comparison.Attribute)
        {
            case "customer_tags":
                return customer.Tags.Any(tag => comparison.Values.Any(value => tag.Equals(((TextValue)value).Text, StringComparison.OrdinalIgnoreCase)))
                    != comparison.Operator is Operator.NotContains or Operator.NotEqual;
            case "email_subscription_status":
                var status = world.Consent(who, Channel.Email, now) switch
                {
                    ConsentState.Granted => "SUBSCRIBED",
                    ConsentState.Pending => "PENDING",
                    ConsentState.Withdrawn => "UNSUBSCRIBED",
                    _ => "NOT_SUBSCRIBED",
                };
                return (status == ((TextValue)comparison.Values[0]).Text) != (comparison.Operator == Operator.NotEqual);
            case "customer_email_domain":
                return (customer.Email is { } email && email[(email.IndexOf('@', StringComparison.Ordinal) + 1)..] == ((TextValue)comparison.Values[0]).Text) != (comparison.Operator == Operator.NotEqual);
            case "customer_phone_country":
                return (customer.Phone is { } phone && phone.StartsWith(((TextValue)comparison.Values[0]).Text, StringComparison.Ordinal)) != (comparison.Operator == Operator.NotEqual);
            case "comeback_rfm_group":
                return (OracleEvents.Group(world, now, who) == ((TextValue)comparison.Values[0]).Text) != (comparison.Operator == Operator.NotEqual);
            case "not_a_shopper":
                return world.Shopper(who) != ((TruthValue)comparison.Values[0]).Truth;
            case "reachable":
                return world.Reachable(who, now) == ((TruthValue)comparison.Values[0]).Truth;
            case "first_order_date" or "last_order_date" or "customer_added_date":
                var at = comparison.Attribute switch
                {
                    "first_order_date" => world.FirstOrder(who, now),
                    "last_order_date" => world.LastOrder(who, now),
                    _ => customer.CreatedAt,
                };
                return comparison.Operator switch
                {
                    Operator.IsNull => at is null,
                    Operator.IsNotNull => at is not null,
                    _ => at is { } some ? OracleDates.Holds(world, now, some, comparison.Operator, comparison.Values) : comparison.Operator == Operator.NotEqual,
                };
            default:
                return Fraction.Holds(Number(comparison.Attribute, who), comparison.Operator, [.. comparison.Values.Select(value => Bound(value, who, comparison.Attribute))]);
        }
    }

    private Fraction? Bound(SegmentValue value, int who, string attribute)
    {
        if (value is AttributeValue of) return Number(of.Attribute, who) is { } number ? number * Fraction.Of(of.Factor) : null;
        var money = attribute is "amount_spent" or "average_order_value";
        return Fraction.Of(((NumberValue)value).Number * (money ? 100 : 1));
    }

    private Fraction? Number(string attribute, int who)
    {
        var gaps = world.Gaps(who, now);
        var orders = world.NumberOfOrders(who, now);
        switch (attribute)
        {
            case "number_of_orders": return new Fraction(orders, 1);
            case "amount_spent": return new Fraction(world.Spent(who, now), 1);
            case "average_order_value": return orders > 0 ? new Fraction(world.Spent(who, now), orders) : null;
            case "days_since_last_order":
                return world.LastOrder(who, now) is { } last ? new Fraction(Period.DaysBetween(world.Day(last), world.Day(now)), 1) : null;
            case "own_gap": return gaps.Count > 0 ? new Fraction(gaps.Sum(), gaps.Count) : null;
            case "recency_quintile" or "frequency_quintile" or "amount_quintile":
                return OracleEvents.Score(world, now, who, attribute) is { } score ? new Fraction(score, 1) : null;
            case "median_gap": return new Fraction(TwiceMedian, 2);
            case "expected_gap":
                if (orders == 0) return null;
                var expected = new Fraction(TwiceMedian + gaps.Sum(), 2 + gaps.Count);
                return expected.CompareTo(new Fraction(7, 1)) < 0 ? new Fraction(7, 1) : expected;
            default: throw new NotSupportedException(attribute);
        }
    }

    private bool Anniversary(FunctionMatch match, int who)
    {
        if (world.Customers[who].BirthDate is not { } born) return match.Negated;
        var on = match.Parameters.Single(parameter => parameter.Name == "on");
        var first = OracleDates.Day(world, now, on.Values[0]);
        var last = on.Values.Count > 1 ? OracleDates.Day(world, now, on.Values[1]) : first;
        var hit = false;
        for (var day = first; day <= last; day = day.PlusDays(1))
            hit |= day.Month == born.Month && day.Day == Math.Min(born.Day, CalendarSystem.Iso.GetDaysInMonth(day.Year, born.Month));
        return hit != match.Negated;
    }

    private bool Steps(Funnel funnel, int who)
    {
        var rows = new OracleRows(world, now);
        var instants = funnel.Steps.Select(step => rows.Matching(new FunctionMatch(step.Function, false, step.Parameters), who).Select(row => row.At).ToList()).ToList();
        return instants[0].Any(start => From(1, start));

        bool From(int index, DateTimeOffset since)
        {
            if (index == instants.Count) return true;
            var step = funnel.Steps[index];
            var until = step.Within is { } within ? since + (within.Unit == OffsetUnit.Hours ? TimeSpan.FromHours(within.Amount) : TimeSpan.FromDays(within.Amount)) : (DateTimeOffset?)null;
            bool In(DateTimeOffset at) => at > since && (until is null || at <= until);
            if (!step.Negated) return instants[index].Any(at => In(at) && From(index + 1, at));
            if (until is { } end && end >= now) return false;
            return !instants[index].Any(In) && From(index + 1, since);
        }
    }
}

/// <summary>An exact fraction with a positive denominator.</summary>
internal readonly record struct Fraction(BigInteger Above, BigInteger Below) : IComparable<Fraction>
{
    public static Fraction Of(decimal number)
    {
        BigInteger below = 1;
        for (; number != decimal.Truncate(number); below *= 10)
            number *= 10;
        return new(new BigInteger(number), below);
    }

    public static Fraction operator *(Fraction left, Fraction right) => new(left.Above * right.Above, left.Below * right.Below);

    public int CompareTo(Fraction other) => (Above * other.Below).CompareTo(other.Above * Below);

    public static bool Holds(Fraction? value, Operator op, Fraction?[] bounds)
    {
        if (op == Operator.IsNull) return value is null;
        if (op == Operator.IsNotNull) return value is not null;
        if (value is not { } known || bounds[0] is not { } first) return op == Operator.NotEqual;
        var sign = known.CompareTo(first);
        return op switch
        {
            Operator.Equal => sign == 0,
            Operator.NotEqual => sign != 0,
            Operator.Less => sign < 0,
            Operator.LessOrEqual => sign <= 0,
            Operator.Greater => sign > 0,
            Operator.GreaterOrEqual => sign >= 0,
            _ => sign >= 0 && bounds[1] is { } last && known.CompareTo(last) <= 0,
        };
    }
}
