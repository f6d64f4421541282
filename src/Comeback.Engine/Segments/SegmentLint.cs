namespace Comeback.Engine.Segments;

/// <summary>Something that is allowed and probably not meant. <see cref="Part"/> is the part of the definition that it is about.</summary>
public sealed record SegmentWarning(string Part, string Message);

/// <summary>Looks a definition over before it is saved: clauses that are always true or false, that undo each other, or that everyone or nobody fits.</summary>
public static class SegmentLint
{
    /// <summary>Warnings from the text alone, e.g. <c>number_of_orders >= 0</c>, which is everyone.</summary>
    public static IReadOnlyList<SegmentWarning> Check(SegmentTree tree)
    {
        var warnings = new List<SegmentWarning>();
        Walk(tree, warnings);
        return warnings;
    }

    /// <summary>Also says when nobody or everyone fits now, or the store has no such data.</summary>
    /// <param name="answer">Of the definition on the store.</param>
    /// <param name="customers">Customers of the store.</param>
    public static IReadOnlyList<SegmentWarning> Check(SegmentTree tree, QueryAnswer answer, int customers)
    {
        var warnings = new List<SegmentWarning>();
        Walk(tree, warnings);
        var text = SegmentLanguage.Print(tree);
        foreach (var part in answer.Missing) warnings.Add(new(part, "This store has no such data."));
        if (answer.NoData && answer.Missing.Count == 0) warnings.Add(new(text, "This store has no such data."));
        else if (answer.NoData) return warnings;
        else if (answer.Members.Count == 0) warnings.Add(new(text, "Nobody fits right now."));
        else if (answer.Members.Count == customers) warnings.Add(new(text, "Everyone fits right now."));
        return warnings;
    }

    private static void Walk(SegmentTree tree, List<SegmentWarning> warnings)
    {
        switch (tree)
        {
            case AllOf all:
                foreach (var part in all.Parts)
                    Walk(part, warnings);
                All(all, warnings);
                break;
            case AnyOf any:
                foreach (var part in any.Parts)
                    Walk(part, warnings);
                Any(any, warnings);
                break;
            case NotOf not:
                Walk(not.Part, warnings);
                break;
            case Comparison comparison:
                Compare(comparison, warnings);
                break;
            case FunctionMatch match:
                Function(match, warnings);
                break;
            case Rank { Percent: 0 } or RandomShare { Percent: 0 }:
                warnings.Add(new(SegmentLanguage.Print(tree), "0% is nobody."));
                break;
            case Rank { Percent: 100 } or RandomShare { Percent: 100 }:
                warnings.Add(new(SegmentLanguage.Print(tree), "100% is the whole population."));
                break;
        }
    }

    private static void All(AllOf all, List<SegmentWarning> warnings)
    {
        foreach (var (first, second) in Pairs(all.Parts))
        {
            if (first.Equals(second)) warnings.Add(new(SegmentLanguage.Print(first), "This is said twice."));
            else if (Opposite(first, second)) warnings.Add(new(SegmentLanguage.Print(all), "Two parts exclude each other: nobody can fit both."));
        }
        foreach (var group in Bounds(all.Parts))
        {
            if (group.Low > group.High || (group.Low == group.High && (group.LowOpen || group.HighOpen)))
                warnings.Add(new(SegmentLanguage.Print(all), $"{group.Attribute} cannot be both: nobody can fit."));
            foreach (var dead in group.Dead)
                warnings.Add(new(SegmentLanguage.Print(dead), "Another part is stricter, so this one has no effect."));
        }
    }

    private static void Any(AnyOf any, List<SegmentWarning> warnings)
    {
        foreach (var (first, second) in Pairs(any.Parts))
        {
            if (first.Equals(second)) warnings.Add(new(SegmentLanguage.Print(first), "This is said twice."));
            else if (Opposite(first, second)) warnings.Add(new(SegmentLanguage.Print(any), "One part is the opposite of another: everyone fits one of them."));
        }
        // The mistake of mautic#14662: an exclusion that stands beside an OR excludes nobody from the other side.
        foreach (var part in any.Parts)
        {
            var excluding = part is AllOf all && all.Parts.Any(Excludes);
            if (excluding && any.Parts.Any(other => !ReferenceEquals(other, part) && !(other is AllOf beside && beside.Parts.Any(Excludes))))
                warnings.Add(new(SegmentLanguage.Print(any), "An exclusion holds on one side of OR only: the other side lets the excluded in again. Put brackets around the OR."));
        }
    }

    private static bool Excludes(SegmentTree part) => part is NotOf or FunctionMatch { Negated: true }
        or Comparison { Operator: Operator.NotContains or Operator.NotEqual or Operator.NotIn };

    private static void Compare(Comparison comparison, List<SegmentWarning> warnings)
    {
        if (comparison is { Operator: Operator.Between, Values: [NumberValue low, NumberValue high] } && low.Number > high.Number)
            warnings.Add(new(SegmentLanguage.Print(comparison), "The first bound is above the second: nobody fits."));
        if (comparison is { Operator: Operator.Between, Values: [DateValue from, DateValue to] } && from.Date > to.Date)
            warnings.Add(new(SegmentLanguage.Print(comparison), "The first day is after the second: nobody fits."));
        var counts = comparison.Attribute is "number_of_orders" or "days_since_last_order";
        if (counts && comparison.Values is [NumberValue bound])
        {
            if ((comparison.Operator == Operator.GreaterOrEqual && bound.Number <= 0) || (comparison.Operator == Operator.Greater && bound.Number < 0))
                warnings.Add(new(SegmentLanguage.Print(comparison), comparison.Attribute == "number_of_orders" ? "This is true for everyone." : "This is true for every buyer."));
            if ((comparison.Operator == Operator.Less && bound.Number <= 0) || (comparison.Operator is Operator.LessOrEqual or Operator.Equal && bound.Number < 0))
                warnings.Add(new(SegmentLanguage.Print(comparison), "This is never true."));
            if (comparison.Operator == Operator.Equal && bound.Number != decimal.Truncate(bound.Number))
                warnings.Add(new(SegmentLanguage.Print(comparison), "A count is a whole number: this is never true."));
        }
        Minutes(SegmentLanguage.Print(comparison), comparison.Values, warnings);
    }

    private static void Function(FunctionMatch match, List<SegmentWarning> warnings)
    {
        var dated = match.Parameters.Any(parameter => parameter.Name is "date" or "on");
        foreach (var parameter in match.Parameters)
        {
            if (parameter is { Name: "count", Values: [NumberValue count] })
            {
                if (count.Number == 0 && parameter.Operator is Operator.Equal or Operator.LessOrEqual && !match.Negated && !dated)
                    warnings.Add(new(SegmentLanguage.Print(match), "Never, over all time: most customers fit this. A date window is missing, or NOT MATCHES says it plainer."));
                if ((count.Number <= 0 && parameter.Operator == Operator.GreaterOrEqual) || (count.Number < 0 && parameter.Operator == Operator.Greater))
                    warnings.Add(new(SegmentLanguage.Print(match), "A count of 0 or more is true for everyone."));
            }
            Minutes(SegmentLanguage.Print(match), parameter.Values, warnings);
        }
    }

    private static void Minutes(string part, Items<SegmentValue> values, List<SegmentWarning> warnings)
    {
        foreach (var value in values.OfType<DateOffset>())
            if (value.Unit == OffsetUnit.Minutes && Math.Abs(value.Amount) >= 37)
                warnings.Add(new(part, $"Read as {Math.Abs(value.Amount)} minutes. For months write {value.Amount}mo."));
    }

    private static IEnumerable<(SegmentTree, SegmentTree)> Pairs(Items<SegmentTree> parts)
    {
        // Pairs of two hundred parts are enough to look at while somebody types.
        var count = Math.Min(parts.Count, 200);
        for (var i = 0; i < count; i++)
            for (var j = i + 1; j < count; j++)
                yield return (parts[i], parts[j]);
    }

    private static bool Opposite(SegmentTree left, SegmentTree right) =>
        (left is NotOf not && not.Part.Equals(right)) || (right is NotOf other && other.Part.Equals(left))
        || (left is FunctionMatch a && right is FunctionMatch b && a.Negated != b.Negated && (a with { Negated = b.Negated }).Equals(b));

    // Numbers of one attribute within one AND: the bounds that they leave, and those that another makes useless.
    private static IEnumerable<(string Attribute, decimal Low, bool LowOpen, decimal High, bool HighOpen, List<Comparison> Dead)> Bounds(Items<SegmentTree> parts)
    {
        var plain = parts.OfType<Comparison>().Where(part => part.Values is [NumberValue]
            && part.Operator is Operator.Less or Operator.LessOrEqual or Operator.Greater or Operator.GreaterOrEqual or Operator.Equal);
        foreach (var group in plain.GroupBy(part => part.Attribute).Where(group => group.Count() > 1))
        {
            var (low, high) = (decimal.MinValue, decimal.MaxValue);
            var (lowOpen, highOpen) = (false, false);
            Comparison? lowest = null;
            Comparison? highest = null;
            var dead = new List<Comparison>();
            foreach (var part in group)
            {
                var bound = ((NumberValue)part.Values[0]).Number;
                if (part.Operator is Operator.Greater or Operator.GreaterOrEqual or Operator.Equal)
                {
                    var stricter = bound > low || (bound == low && part.Operator == Operator.Greater);
                    if (stricter ? lowest is { Operator: not Operator.Equal } : lowest is not null && part.Operator != Operator.Equal) dead.Add(stricter ? lowest! : part);
                    if (stricter) (low, lowOpen, lowest) = (bound, part.Operator == Operator.Greater, part);
                }
                if (part.Operator is Operator.Less or Operator.LessOrEqual or Operator.Equal)
                {
                    var stricter = bound < high || (bound == high && part.Operator == Operator.Less);
                    if (stricter ? highest is { Operator: not Operator.Equal } : highest is not null && part.Operator != Operator.Equal) dead.Add(stricter ? highest! : part);
                    if (stricter) (high, highOpen, highest) = (bound, part.Operator == Operator.Less, part);
                }
            }
            yield return (group.Key, low, lowOpen, high, highOpen, dead);
        }
    }
}
