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
            else if (Words(first, second) is { } attribute) warnings.Add(new(SegmentLanguage.Print(all), $"{attribute} is one word only: nobody can be both."));
            else if (Within(second, first)) Dead(first, "Another part is stricter, so this one has no effect.", warnings);
            else if (Within(first, second)) Dead(second, "Another part is stricter, so this one has no effect.", warnings);
            else if (first is AnyOf any && any.Parts.Contains(second)) Dead(first, "Another part decides alone, so this one has no effect.", warnings);
            else if (second is AnyOf other && other.Parts.Contains(first)) Dead(second, "Another part decides alone, so this one has no effect.", warnings);
        }
        foreach (var group in all.Parts.Select(part => LintRange.From(part)).OfType<LintRange>().GroupBy(range => range.Of).Where(group => group.Count() > 1))
        {
            var left = group.Aggregate((range, next) => range.And(next));
            if (left.Empty && !group.Any(range => range.Empty))
                warnings.Add(new(SegmentLanguage.Print(all), $"{group.Key.Split(' ')[0]} cannot be both: nobody can fit."));
        }
    }

    private static void Any(AnyOf any, List<SegmentWarning> warnings)
    {
        foreach (var (first, second) in Pairs(any.Parts))
        {
            if (first.Equals(second)) warnings.Add(new(SegmentLanguage.Print(first), "This is said twice."));
            else if (Opposite(first, second)) warnings.Add(new(SegmentLanguage.Print(any), "One part is the opposite of another: everyone fits one of them."));
            else if (LintRange.From(first) is { } left && LintRange.From(second) is { } right && left.Of == right.Of && LintRange.OfEveryone(left.Of) && left.Covers(right))
                warnings.Add(new(SegmentLanguage.Print(any), "Together these leave nobody out: everyone fits one of them."));
            else if (Within(first, second)) Dead(first, "Another part lets the same people in, so this one has no effect.", warnings);
            else if (Within(second, first)) Dead(second, "Another part lets the same people in, so this one has no effect.", warnings);
            else if (first is AllOf all && all.Parts.Contains(second)) Dead(first, "Another part lets the same people in, so this one has no effect.", warnings);
            else if (second is AllOf other && other.Parts.Contains(first)) Dead(second, "Another part lets the same people in, so this one has no effect.", warnings);
        }
        // The mistake of mautic#14662: an exclusion that stands beside an OR excludes nobody from the other side.
        foreach (var part in any.Parts)
        {
            var excluding = part is AllOf all && all.Parts.Any(Excludes);
            if (excluding && any.Parts.Any(other => !ReferenceEquals(other, part) && !(other is AllOf beside && beside.Parts.Any(Excludes))))
                warnings.Add(new(SegmentLanguage.Print(any), "An exclusion holds on one side of OR only: the other side lets the excluded in again. Put brackets around the OR."));
        }
    }

    private static void Dead(SegmentTree part, string why, List<SegmentWarning> warnings) => warnings.Add(new(SegmentLanguage.Print(part), why));

    private static bool Excludes(SegmentTree part) => part is NotOf or FunctionMatch { Negated: true }
        or Comparison { Operator: Operator.NotContains or Operator.NotEqual or Operator.NotIn };

    /// <summary>Whoever fits the first fits the second, as far as one stretch of numbers or days tells.</summary>
    private static bool Within(SegmentTree first, SegmentTree second)
    {
        if (LintRange.From(first) is { Empty: false } inner && LintRange.From(second) is { Empty: false } outer) return inner.Of == outer.Of && inner != outer && outer.Holds(inner);
        // The same function with a wider window of days, where more rows can only fit better.
        if (first is not FunctionMatch { Negated: false } left || second is not FunctionMatch { Negated: false } right || left.Function != right.Function) return false;
        if (Date(left) is not { } narrow || Date(right) is not { } wide || narrow == wide || narrow.Of != wide.Of || !wide.Holds(narrow)) return false;
        return Rest(left).SequenceEqual(Rest(right)) && Rest(left).All(parameter => parameter.Name == "count"
            ? parameter.Operator is Operator.Greater or Operator.GreaterOrEqual
            : !parameter.Name.StartsWith("sum", StringComparison.Ordinal) && !parameter.Name.StartsWith("average", StringComparison.Ordinal)
                && !parameter.Name.StartsWith("min", StringComparison.Ordinal) && !parameter.Name.StartsWith("max", StringComparison.Ordinal));

        static LintRange? Date(FunctionMatch match) => match.Parameters.Where(parameter => parameter.Name == "date").ToArray() is [var only] ? LintRange.From("date", only.Operator, only.Values) : null;

        static IEnumerable<Parameter> Rest(FunctionMatch match) => match.Parameters.Where(parameter => parameter.Name != "date");
    }

    // Two different words of an attribute that has one.
    private static string? Words(SegmentTree first, SegmentTree second) =>
        first is Comparison { Operator: Operator.Equal, Values: [TextValue left] } a && second is Comparison { Operator: Operator.Equal, Values: [TextValue right] } b
            && a.Attribute == b.Attribute && left != right && Vocabulary.Attributes.TryGetValue(a.Attribute, out var term) && term.Kind == ValueKind.Word
            ? a.Attribute
            : null;

    private static void Compare(Comparison comparison, List<SegmentWarning> warnings)
    {
        var text = SegmentLanguage.Print(comparison);
        Minutes(text, comparison.Values, warnings);
        if (comparison.Operator is Operator.IsNull or Operator.IsNotNull && LintRange.OfEveryone(comparison.Attribute))
            warnings.Add(new(text, comparison.Operator == Operator.IsNull ? "This is never true." : "This is true for everyone."));
        if (LintRange.From(comparison) is not { } range) return;
        if (range.Empty)
        {
            warnings.Add(new(text, comparison.Operator != Operator.Between ? "A count is a whole number: this is never true."
                : comparison.Values[0] is NumberValue ? "The first bound is above the second: nobody fits." : "The first day is after the second: nobody fits."));
            return;
        }
        if (LintRange.Possible(comparison.Attribute) is not { } possible) return;
        if (possible.And(range).Empty) warnings.Add(new(text, "This is never true."));
        else if (range.Holds(possible)) warnings.Add(new(text, LintRange.OfEveryone(comparison.Attribute) ? "This is true for everyone." : "This is true for every buyer who has one."));
    }

    private static void Function(FunctionMatch match, List<SegmentWarning> warnings)
    {
        var text = SegmentLanguage.Print(match);
        var dated = match.Parameters.Any(parameter => parameter.Name is "date" or "on");
        foreach (var parameter in match.Parameters)
        {
            Minutes(text, parameter.Values, warnings);
            if (parameter.Name != "count" || LintRange.From("count", parameter.Operator, parameter.Values) is not { } count) continue;
            var possible = LintRange.Possible("count")!.Value;
            if (possible.And(count) is { Empty: false, High: 0 } && !match.Negated && !dated)
                warnings.Add(new(text, "Never, over all time: most customers fit this. A date window is missing, or NOT MATCHES says it plainer."));
            if (count.Empty || possible.And(count).Empty) warnings.Add(new(text, "A count is 0 or more, and whole: this is never true."));
            else if (count.Holds(possible)) warnings.Add(new(text, "A count of 0 or more is true for everyone."));
        }
        foreach (var group in match.Parameters.Where(parameter => parameter.Name == "date").Select(parameter => LintRange.From("date", parameter.Operator, parameter.Values))
            .OfType<LintRange>().GroupBy(range => range.Of))
            if (group.Aggregate((range, next) => range.And(next)).Empty) warnings.Add(new(text, "No day fits these dates: nobody fits."));
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
}
