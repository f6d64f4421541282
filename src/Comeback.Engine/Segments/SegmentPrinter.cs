using System.Globalization;
using System.Text;

namespace Comeback.Engine.Segments;

/// <summary>Tree to text, with the fewest brackets that read back as the same tree.</summary>
internal static class SegmentPrinter
{
    public static string Print(SegmentTree tree)
    {
        var text = new StringBuilder();
        Write(text, tree, Place.Top);
        return text.ToString();
    }

    /// <summary>An operator as it is written.</summary>
    public static string Word(Operator op) => op switch
    {
        Operator.Equal => "=",
        Operator.NotEqual => "!=",
        Operator.Less => "<",
        Operator.LessOrEqual => "<=",
        Operator.Greater => ">",
        Operator.GreaterOrEqual => ">=",
        Operator.Between => "BETWEEN",
        Operator.In => "IN",
        Operator.NotIn => "NOT IN",
        Operator.Contains => "CONTAINS",
        Operator.NotContains => "NOT CONTAINS",
        Operator.IsNull => "IS NULL",
        _ => "IS NOT NULL",
    };

    private enum Place { Top, InAny, InAll, InNot }

    private static void Write(StringBuilder text, SegmentTree tree, Place place)
    {
        switch (tree)
        {
            case AllOf { Parts: [var only] }:
                Write(text, only, place);
                break;
            case AnyOf { Parts: [var only] }:
                Write(text, only, place);
                break;
            case AllOf all:
                Join(text, all.Parts, " AND ", Place.InAll, brackets: place is Place.InAll or Place.InNot);
                break;
            case AnyOf any:
                // An OR in an OR, or an AND in an AND, keeps its brackets: the tree says that somebody grouped it.
                Join(text, any.Parts, " OR ", Place.InAny, brackets: place != Place.Top);
                break;
            case NotOf not:
                text.Append("NOT ");
                var bare = not.Part is AllOf or AnyOf or NotOf;
                if (!bare) text.Append('(');
                Write(text, not.Part, bare ? Place.InNot : Place.Top);
                if (!bare) text.Append(')');
                break;
            case Comparison comparison:
                text.Append(comparison.Attribute).Append(' ');
                Condition(text, comparison.Operator, comparison.Values);
                break;
            case FunctionMatch match:
                text.Append(match.Function).Append(match.Negated ? " NOT MATCHES " : " MATCHES ");
                Parameters(text, match.Parameters);
                break;
            case Rank rank:
                Write(text, rank);
                break;
            case InSegment inside:
                text.Append("in segment ").Append(Quoted(inside.Key));
                break;
            case EnteredSegment entered:
                text.Append("entered segment ").Append(Quoted(entered.Key));
                if (entered.Within is { } span) text.Append(" within ").Append(Value(span));
                break;
            case RandomShare share:
                text.Append("share(").Append(Number(share.Percent)).Append("%, ").Append(Quoted(share.Seed)).Append(')');
                break;
            case Funnel funnel:
                Write(text, funnel);
                break;
            default:
                throw new ArgumentException("This is no part of a definition.", nameof(tree));
        }
    }

    private static void Join(StringBuilder text, Items<SegmentTree> parts, string with, Place place, bool brackets)
    {
        if (parts.Count == 0) throw new ArgumentException("AND and OR need a part.", nameof(parts));
        if (brackets) text.Append('(');
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0) text.Append(with);
            Write(text, parts[i], place);
        }
        if (brackets) text.Append(')');
    }

    private static void Write(StringBuilder text, Rank rank)
    {
        text.Append(rank.Top ? "top " : "bottom ").Append(Number(rank.Percent)).Append("% by ").Append(rank.By);
        if (rank.Exactly) text.Append(" exactly");
        if (rank is { UpToPercent: { } upTo, IfUnderPercent: { } under })
            text.Append(" up to ").Append(Number(upTo)).Append("% if under ").Append(Number(under)).Append('%');
        if (rank.OfSegment is { } population) text.Append(" of segment ").Append(Quoted(population));
    }

    private static void Write(StringBuilder text, Funnel funnel)
    {
        text.Append("funnel(");
        for (var i = 0; i < funnel.Steps.Count; i++)
        {
            var step = funnel.Steps[i];
            if (i > 0) text.Append(", then ");
            if (step.Negated) text.Append("not ");
            text.Append(step.Function);
            if (step.Parameters.Count > 0)
            {
                text.Append(' ');
                Parameters(text, step.Parameters);
            }
            if (step.Within is { } within) text.Append(" within ").Append(Value(within).TrimStart('+'));
        }
        text.Append(')');
    }

    private static void Parameters(StringBuilder text, Items<Parameter> parameters)
    {
        text.Append('(');
        for (var i = 0; i < parameters.Count; i++)
        {
            if (i > 0) text.Append(", ");
            text.Append(parameters[i].Name).Append(' ');
            Condition(text, parameters[i].Operator, parameters[i].Values);
        }
        text.Append(')');
    }

    private static void Condition(StringBuilder text, Operator op, Items<SegmentValue> values)
    {
        text.Append(Word(op));
        if (op is Operator.IsNull or Operator.IsNotNull) return;
        text.Append(' ');
        if (op == Operator.Between) text.Append(Value(values[0])).Append(" AND ").Append(Value(values[1]));
        else if (op is Operator.In or Operator.NotIn) text.Append('(').AppendJoin(", ", values.Select(Value)).Append(')');
        else text.Append(Value(values[0]));
    }

    /// <summary>A value without quotes.</summary>
    public static string Say(SegmentValue value) => value is TextValue word ? word.Text : Value(value);

    private static string Value(SegmentValue value) => value switch
    {
        NumberValue number => Number(number.Number),
        AttributeValue { Factor: 1 } attribute => attribute.Attribute,
        AttributeValue attribute => $"{Number(attribute.Factor)} * {attribute.Attribute}",
        TextValue word => Quoted(word.Text),
        TruthValue truth => truth.Truth ? "true" : "false",
        DateValue date => date.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        InstantValue instant => instant.Local.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture),
        PlaceValue place => $"({Number(place.Latitude)}, {Number(place.Longitude)})",
        NamedDate named => named.Name,
        DateOffset offset => string.Create(CultureInfo.InvariantCulture, $"{(offset.Amount > 0 ? "+" : offset.Amount == 0 ? "-" : "")}{offset.Amount}{Unit(offset)}"),
        _ => throw new ArgumentException("This is no value of the language.", nameof(value)),
    };

    private static string Unit(DateOffset offset) => offset.Unit switch
    {
        OffsetUnit.Minutes => "min",
        OffsetUnit.Hours => "h",
        OffsetUnit.Days => "d",
        OffsetUnit.Weeks => "w",
        OffsetUnit.Years => "y",
        _ => Math.Abs(offset.Amount) <= 36 || offset.Amount % 12 == 0 ? "m" : "mo",
    };

    private static string Number(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <summary>A text as it is written.</summary>
    internal static string Quoted(string text) =>
        $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
}
