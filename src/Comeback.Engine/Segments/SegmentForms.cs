using System.Globalization;
using System.Text;

namespace Comeback.Engine.Segments;

/// <summary>
/// Between the two faces of a definition: text to form and form to text. The one parser reads both ways; nothing else knows the grammar.
/// A clause whose fields would not say all of it stays a text.
/// </summary>
public static class SegmentForms
{
    private const int LineLength = 90;

    /// <summary>What ranks go by.</summary>
    public static IReadOnlyList<string> RankAttributes => SegmentPlan.RankAttributes;

    /// <summary>What a funnel's steps can be.</summary>
    public static IReadOnlyList<string> FunnelFunctions => SegmentPlan.FunnelFunctions;

    /// <summary>Words for days and windows.</summary>
    public static IReadOnlyList<string> NamedDates => Vocabulary.NamedDates;

    /// <summary>An operator as it is written.</summary>
    public static string Word(Operator op) => SegmentPrinter.Word(op);

    /// <summary>Takes a text apart.</summary>
    public static SegmentForm OfText(string text)
    {
        var parsed = SegmentLanguage.Parse(text);
        return new SegmentForm(text, parsed.Tree is { } tree ? Of(tree) : null, parsed.Errors);
    }

    /// <summary>Puts a text together. A clause that cannot be read is in it as it stands, and is marked in the form and in the text.</summary>
    public static SegmentForm OfNode(FormNode node)
    {
        var read = Read(node, 0);
        var text = Text(read);
        return new SegmentForm(text, read, SegmentLanguage.Parse(text).Errors);
    }

    /// <summary>The form of a tree.</summary>
    public static FormNode Of(SegmentTree tree) => tree switch
    {
        AllOf all => new FormNode("all") { Parts = [.. all.Parts.Select(Of)] },
        AnyOf any => new FormNode("any") { Parts = [.. any.Parts.Select(Of)] },
        NotOf not => new FormNode("not") { Parts = [Of(not.Part)] },
        _ => Clause(tree),
    };

    /// <summary>The text of a form: in one line when it is short, else a part to a line.</summary>
    public static string Text(FormNode node) => Write(node, Place.Top, 0);

    // Fields that do not read back as the same clause have lost something, so such a clause has none.
    private static FormNode Clause(SegmentTree tree)
    {
        var text = SegmentLanguage.Print(tree);
        var fields = Fields(tree);
        return fields is not null && tree.Equals(SegmentLanguage.Parse(Written(fields)).Tree) ? fields with { Text = text } : new FormNode("text") { Text = text };
    }

    private static FormNode? Fields(SegmentTree tree) => tree switch
    {
        Comparison c => new FormNode("comparison") { Name = c.Attribute, Operator = SegmentPrinter.Word(c.Operator), Values = ValuesOf(c.Values) },
        FunctionMatch f => new FormNode("function") { Name = f.Function, Negated = f.Negated, Conditions = ConditionsOf(f.Parameters) },
        Rank r => new FormNode("rank")
        {
            Name = r.By,
            Rank = new FormRank(r.Top, Digits(r.Percent), r.Exactly, r.OfSegment, r.UpToPercent is { } up ? Digits(up) : null, r.IfUnderPercent is { } under ? Digits(under) : null),
        },
        InSegment m => new FormNode("member") { Name = m.Key },
        RandomShare s => new FormNode("share") { Name = s.Seed, Percent = Digits(s.Percent) },
        Funnel f => new FormNode("funnel")
        {
            Steps = [.. f.Steps.Select(s => new FormStep(s.Function, s.Negated, ConditionsOf(s.Parameters), s.Within is { } w ? SegmentPrinter.Say(w).TrimStart('+') : null))],
        },
        _ => null,
    };

    private static FormCondition[] ConditionsOf(Items<Parameter> parameters) =>
        [.. parameters.Select(p => new FormCondition(p.Name, SegmentPrinter.Word(p.Operator), ValuesOf(p.Values)))];

    private static FormValue[] ValuesOf(Items<SegmentValue> values) =>
    [
        .. values.Select(v => v switch
        {
            TextValue text => new FormValue("text", text.Text),
            AttributeValue attribute => new FormValue("attribute", attribute.Attribute, attribute.Factor == 1 ? null : Digits(attribute.Factor)),
            NumberValue => new FormValue("number", SegmentPrinter.Say(v)),
            TruthValue => new FormValue("truth", SegmentPrinter.Say(v)),
            DateValue => new FormValue("date", SegmentPrinter.Say(v)),
            InstantValue => new FormValue("instant", SegmentPrinter.Say(v)),
            DateOffset => new FormValue("offset", SegmentPrinter.Say(v)),
            NamedDate => new FormValue("named", SegmentPrinter.Say(v)),
            _ => new FormValue("raw", SegmentPrinter.Say(v)),
        }),
    ];

    private static string Digits(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    // Each clause is read alone, so that one that is half typed leaves the others whole.
    private static FormNode Read(FormNode node, int depth)
    {
        if (node.Kind is "all" or "any" or "not" && depth <= SegmentLanguage.MaxDepth)
            return node with { Parts = [.. (node.Parts ?? []).OfType<FormNode>().Select(p => Read(p, depth + 1))], Text = null, Errors = null };
        var written = Written(node);
        var parsed = SegmentLanguage.Parse(written);
        return parsed.Tree switch
        {
            null => node with { Text = written, Errors = parsed.Errors, Parts = null },
            // Somebody wrote a whole group as one clause.
            AllOf or AnyOf or NotOf => Of(parsed.Tree),
            var tree when node.Kind == "text" => Of(tree),
            var tree => node with { Text = SegmentLanguage.Print(tree), Errors = null, Parts = null },
        };
    }

    private static string Written(FormNode node)
    {
        switch (node.Kind)
        {
            case "comparison":
                return $"{node.Name} {Condition(node.Operator, node.Values)}".Trim();
            case "function":
                return $"{node.Name} {(node.Negated ? "NOT MATCHES" : "MATCHES")} ({Conditions(node.Conditions)})";
            case "rank":
                var rank = node.Rank ?? new FormRank(true, "");
                var text = new StringBuilder(rank.Top ? "top " : "bottom ").Append(rank.Percent).Append("% by ").Append(node.Name);
                if (rank.Exactly) text.Append(" exactly");
                if (!string.IsNullOrEmpty(rank.UpTo)) text.Append(" up to ").Append(rank.UpTo).Append("% if under ").Append(rank.IfUnder).Append('%');
                if (rank.OfSegment is not null) text.Append(" of segment ").Append(Quoted(rank.OfSegment));
                return text.ToString();
            case "member":
                return $"in segment {Quoted(node.Name)}";
            case "share":
                return $"share({node.Percent}%, {Quoted(node.Name)})";
            case "funnel":
                return $"funnel({string.Join(", then ", (node.Steps ?? []).OfType<FormStep>().Select(Step))})";
            default:
                return node.Text ?? "";
        }
    }

    private static string Step(FormStep step)
    {
        var conditions = step.Conditions is not { Count: > 0 } ? "" : $" ({Conditions(step.Conditions)})";
        return $"{(step.Negated ? "not " : "")}{step.Function}{conditions}{(string.IsNullOrWhiteSpace(step.Within) ? "" : $" within {step.Within}")}";
    }

    private static string Conditions(IReadOnlyList<FormCondition>? conditions) => string.Join(", ", (conditions ?? []).OfType<FormCondition>().Select(c => $"{c.Name} {Condition(c.Operator, c.Values)}"));

    private static string Condition(string? op, IReadOnlyList<FormValue>? values)
    {
        var all = (values ?? []).OfType<FormValue>().Select(Value).ToList();
        return op switch
        {
            "IS NULL" or "IS NOT NULL" => op,
            "BETWEEN" => $"{op} {all.ElementAtOrDefault(0)} AND {all.ElementAtOrDefault(1)}",
            "IN" or "NOT IN" => $"{op} ({string.Join(", ", all)})",
            _ => $"{op} {all.ElementAtOrDefault(0)}".TrimEnd(),
        };
    }

    private static string Value(FormValue value) => value.Kind switch
    {
        "text" => Quoted(value.Text),
        "attribute" when !string.IsNullOrWhiteSpace(value.Factor) && value.Factor != "1" => $"{value.Factor} * {value.Text}",
        _ => value.Text,
    };

    private static string Quoted(string? text) => $"'{(text ?? "").Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    private enum Place { Top, InAny, InAll, InNot }

    // The brackets of SegmentPrinter, over several lines where one would be too long. What fits in a line is asked of One, never of this again:
    // asking twice at each level would double the work with each bracket.
    private static string Write(FormNode node, Place place, int indent)
    {
        var line = One(node, place);
        if (line.Length + indent <= LineLength && !line.Contains('\n', StringComparison.Ordinal)) return line;
        if (node.Parts is not { Count: > 0 } parts) return line;
        if (node.Kind == "not") return Bare(parts[0]) is { Parts.Count: > 0 } inner ? "NOT " + Write(inner, Place.InNot, indent) : line;
        if (parts.Count == 1) return Write(parts[0], place, indent);
        var (word, inside, brackets) = Join(node, place);
        var deeper = brackets ? indent + 2 : indent;
        var start = "\n" + new string(' ', deeper);
        var all = string.Join($"{start}{word} ", parts.Select(p => Write(p, inside, deeper)));
        return brackets ? $"({start}{all}\n{new string(' ', indent)})" : all;
    }

    private static string One(FormNode node, Place place)
    {
        if (node.Parts is not { Count: > 0 } parts) return node.Text ?? "";
        if (node.Kind == "not") return Bare(parts[0]) is { Parts.Count: > 0 } inner ? "NOT " + One(inner, Place.InNot) : $"NOT ({Bare(parts[0]).Text})";
        if (parts.Count == 1) return One(parts[0], place);
        var (word, inside, brackets) = Join(node, place);
        var line = string.Join($" {word} ", parts.Select(p => One(p, inside)));
        return brackets ? $"({line})" : line;
    }

    private static (string Word, Place Inside, bool Brackets) Join(FormNode node, Place place) =>
        node.Kind == "all" ? ("AND", Place.InAll, place is Place.InAll or Place.InNot) : ("OR", Place.InAny, place != Place.Top);

    // A group of one is that one.
    private static FormNode Bare(FormNode node)
    {
        while (node is { Kind: "all" or "any", Parts: [var single] }) node = single;
        return node;
    }
}
