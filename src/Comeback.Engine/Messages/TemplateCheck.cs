using Scriban.Syntax;

namespace Comeback.Engine.Messages;

/// <summary>
/// Walks a parsed template once, in the order in which it prints, through every branch: only the kinds of node named here may occur, every name
/// must be in the schema, a name that may be missing must be guarded, and every printed value must stand where it can be made harmless.
/// </summary>
internal sealed class TemplateCheck(SchemaNode schema, TemplatePart part, string source)
{
    private readonly List<TemplateProblem> problems = [];
    private readonly Dictionary<ScriptNode, Place> places = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<(string Name, SchemaNode Node)> names = new();
    private readonly List<string> guarded = [];
    private HtmlScanner html = new();
    private int loops;

    /// <summary>Where the value of each output tag stands, by the tag itself.</summary>
    public IReadOnlyDictionary<ScriptNode, Place> Places => places;

    public List<TemplateProblem> Walk(ScriptPage page)
    {
        Block(page.Body);
        if (part == TemplatePart.Html && html.State != HtmlScanner.At.Text) problems.Add(At(source.Length, "The text ends inside a tag."));
        return problems;
    }

    private void Block(ScriptBlockStatement? block)
    {
        foreach (var statement in block?.Statements ?? Enumerable.Empty<ScriptStatement>()) Statement(statement);
    }

    private void Statement(ScriptStatement statement)
    {
        switch (statement)
        {
            case ScriptRawStatement raw: Raw(raw); break;
            case ScriptEscapeStatement or ScriptEndStatement or ScriptNopStatement: break;
            case ScriptExpressionStatement { Expression: ScriptAssignExpression assign }: Assign(assign); break;
            case ScriptExpressionStatement output: Output(output); break;
            case ScriptIfStatement branch: If(branch); break;
            case ScriptForStatement loop when loop.GetType() == typeof(ScriptForStatement): For(loop); break;
            case ScriptCaseStatement choice: Case(choice); break;
            default: Problem(statement, "This tag cannot be used in a message."); break;
        }
    }

    private void Raw(ScriptRawStatement raw)
    {
        if (part != TemplatePart.Html) return;
        var text = raw.Text.ToString();
        for (var i = 0; i < text.Length; i++)
            if (html.Read(text[i]) is { } problem) problems.Add(At(raw.Span.Start.Offset + i, problem));
    }

    private void Output(ScriptExpressionStatement output)
    {
        if (output.Expression is null) return;
        if (Expression(output.Expression) is { Optional: true } or { Item: not null })
            Problem(output, $"{Name(output.Expression)} may be missing: put an if around it, or end it with | default: \"…\".");
        else if (Expression(output.Expression, quiet: true) is { Members.Count: > 0 })
            Problem(output, $"{Name(output.Expression)} is a group of values: name one of them.");
        if (part != TemplatePart.Html) return;
        var (place, sentence) = html.Here();
        if (place is { } here) places[output] = here;
        else Problem(output, sentence!);
        html.Printed();
    }

    private void Assign(ScriptAssignExpression assign)
    {
        var node = Expression(assign.Value);
        if (assign.Target is ScriptVariableGlobal target && assign.EqualToken?.Value == "=" && schema.Members.GetValueOrDefault(target.Name) is null && !Filters.All.ContainsKey(target.Name))
            names.Push((target.Name, node ?? SchemaNode.Value));
        else Problem(assign, "A name of our own cannot be assigned to; choose another.");
    }

    private void If(ScriptIfStatement branch)
    {
        Expression(branch.Condition);
        var guards = guarded.Count;
        var before = html;
        var scope = names.Count;
        Guards(branch.Condition, truth: true);
        Block(branch.Then);
        guarded.RemoveRange(guards, guarded.Count - guards);
        var after = html;
        html = before;
        Guards(branch.Condition, truth: false);
        switch (branch.Else)
        {
            case ScriptElseStatement otherwise: Block(otherwise.Body); break;
            case ScriptIfStatement next: If(next); break;
        }
        guarded.RemoveRange(guards, guarded.Count - guards);
        Leave(scope);
        Join(branch, after);
    }

    private void Case(ScriptCaseStatement choice)
    {
        Expression(choice.Value);
        var before = html;
        var scope = names.Count;
        HtmlScanner? first = null;
        ScriptNode? next = choice.Body?.Statements.FirstOrDefault(s => s is ScriptWhenStatement or ScriptElseStatement);
        while (next is not null)
        {
            html = before;
            if (next is ScriptWhenStatement when)
            {
                foreach (var value in when.Values) Expression(value);
                Block(when.Body);
                next = when.Next;
            }
            else
            {
                Block(((ScriptElseStatement)next).Body);
                next = null;
            }
            if (first is { } one) Join(choice, one);
            first ??= html;
        }
        Leave(scope);
        Join(choice, before);
    }

    private void For(ScriptForStatement loop)
    {
        var list = loop.Iterator is ScriptMemberExpression or ScriptVariable ? Expression(loop.Iterator) : null;
        if (list?.Item is null) Problem(loop, "for goes over a list by its name, such as products.");
        if (loop.NamedArguments is { Count: > 0 } && loop.NamedArguments.Any(a => a.Name?.Name is not "limit" || a.Value is not ScriptLiteral))
            Problem(loop, "for takes limit: and a number, and nothing else.");
        if (loop.Variable is not ScriptVariable variable || schema.Members.ContainsKey(variable.Name)) { Problem(loop, "Choose another name for the loop."); return; }
        if (++loops > 10) Problem(loop, "More than ten loops in one text.");
        var before = html;
        var scope = names.Count;
        names.Push((variable.Name, list?.Item ?? SchemaNode.Value));
        names.Push(("for", SchemaNode.Object(("index", SchemaNode.Value), ("first", SchemaNode.Value), ("last", SchemaNode.Value), ("length", SchemaNode.Value))));
        if (names.Count > 60) Problem(loop, "Too many names."); else Block(loop.Body);
        Leave(scope);
        Join(loop, before);
        if (loop.Else is ScriptElseStatement otherwise) { Block(otherwise.Body); Join(loop, before); }
    }

    /// <summary>What an expression is; null when it is unknown (and said so).</summary>
    private SchemaNode? Expression(ScriptExpression? expression, bool quiet = false)
    {
        switch (expression)
        {
            case ScriptLiteral: return SchemaNode.Value;
            case ScriptVariable or ScriptMemberExpression: return Named(expression, quiet);
            case ScriptNestedExpression nested: return Expression(nested.Expression, quiet);
            case ScriptUnaryExpression { Operator: ScriptUnaryOperator.Not } not: Expression(not.Right, quiet); return SchemaNode.Value;
            case ScriptBinaryExpression binary when binary.Operator is ScriptBinaryOperator.And or ScriptBinaryOperator.Or or ScriptBinaryOperator.CompareEqual
                or ScriptBinaryOperator.CompareNotEqual or ScriptBinaryOperator.CompareLess or ScriptBinaryOperator.CompareLessOrEqual
                or ScriptBinaryOperator.CompareGreater or ScriptBinaryOperator.CompareGreaterOrEqual:
                Expression(binary.Left, quiet);
                Expression(binary.Right, quiet);
                return SchemaNode.Value;
            case ScriptPipeCall pipe: return Pipe(Expression(pipe.From, quiet), pipe.To, quiet);
            default:
                if (!quiet && expression is not null) Problem(expression, "Only names, texts, numbers, comparisons and filters can be used here.");
                return null;
        }
    }

    private SchemaNode? Pipe(SchemaNode? value, ScriptExpression? to, bool quiet)
    {
        if (to is null) return null;
        if (to is ScriptPipeCall chain) return Pipe(Pipe(value, chain.From, quiet), chain.To, quiet);
        var (target, arguments) = to is ScriptFunctionCall call ? (call.Target, call.Arguments.ToList()) : (to, []);
        if (target is not ScriptVariable name || !Filters.All.TryGetValue(name.Name, out var filter))
        {
            if (!quiet) Problem(to, $"There is no filter {Name(target)}. Filters are: {string.Join(", ", Filters.All.Keys.Order(StringComparer.Ordinal))}.");
            return null;
        }
        if (!quiet && (arguments.Count < filter.Least || arguments.Count > filter.Most))
            Problem(to, $"The filter {name.Name} takes {(filter.Least == filter.Most ? $"{filter.Least}" : $"{filter.Least} to {filter.Most}")} values after the colon.");
        var given = arguments.ConvertAll(a => Expression(a, quiet));
        if (name.Name == "default") return given is [{ Optional: false }] ? SchemaNode.Value : value;
        return name.Name is "size" or "plus" or "minus" ? SchemaNode.Value : value is null ? null : value.Optional ? SchemaNode.Maybe : SchemaNode.Value;
    }

    private SchemaNode? Named(ScriptExpression expression, bool quiet)
    {
        if (expression is ScriptVariable variable)
        {
            var own = names.FirstOrDefault(n => n.Name == variable.Name).Node ?? schema.Members.GetValueOrDefault(variable.Name);
            if (own is null && !quiet) Problem(expression, $"There is no {Name(expression)}.{Suggest(variable.Name, schema.Members.Keys)}");
            return Guarded(expression, own);
        }
        if (expression is not ScriptMemberExpression { Target: ScriptVariable or ScriptMemberExpression } member) return Unknown(expression, quiet);
        var parent = Named(member.Target, quiet);
        if (parent is null) return null;
        var node = parent.Members.GetValueOrDefault(member.Member?.Name ?? "");
        if (node is null && !quiet) Problem(member, $"There is no {Name(member)}.{Suggest(member.Member?.Name ?? "", parent.Members.Keys)}");
        return Guarded(expression, node);
    }

    private SchemaNode? Guarded(ScriptExpression expression, SchemaNode? node) =>
        node is { Optional: true, Item: null } && guarded.Contains(Name(expression)) ? SchemaNode.Value : node;

    private SchemaNode? Unknown(ScriptExpression expression, bool quiet)
    {
        if (!quiet) Problem(expression, "Name a value, such as customer.first_name.");
        return null;
    }

    // Which names are surely there when the condition is true (or false).
    private void Guards(ScriptExpression? condition, bool truth)
    {
        switch (condition)
        {
            case ScriptVariable or ScriptMemberExpression when truth: guarded.Add(Name(condition)); break;
            case ScriptNestedExpression nested: Guards(nested.Expression, truth); break;
            case ScriptUnaryExpression { Operator: ScriptUnaryOperator.Not } not: Guards(not.Right, !truth); break;
            case ScriptBinaryExpression { Operator: ScriptBinaryOperator.And } both when truth: Guards(both.Left, truth); Guards(both.Right, truth); break;
            case ScriptBinaryExpression { Operator: ScriptBinaryOperator.Or } either when !truth: Guards(either.Left, truth); Guards(either.Right, truth); break;
            case ScriptBinaryExpression { Operator: ScriptBinaryOperator.CompareEqual, Right: ScriptLiteral { Value: not (null or "") } } equal when truth: Guards(equal.Left, truth); break;
        }
    }

    private void Join(ScriptNode node, in HtmlScanner other)
    {
        if (part == TemplatePart.Html && !html.SameAs(other)) Problem(node, "The branches of this tag end in different places of the HTML: close the HTML tag inside the branch.");
    }

    private void Leave(int scope)
    {
        while (names.Count > scope) names.Pop();
    }

    private void Problem(ScriptNode node, string message) => problems.Add(new(part.ToString().ToLowerInvariant(), node.Span.Start.Line + 1, node.Span.Start.Column + 1, message));

    private TemplateProblem At(int offset, string message)
    {
        offset = Math.Min(offset, source.Length);
        var line = source.AsSpan(0, offset).Count('\n');
        var start = offset == 0 ? -1 : source.LastIndexOf('\n', offset - 1);
        return new(part.ToString().ToLowerInvariant(), line + 1, offset - start, message);
    }

    private static string Name(ScriptExpression? expression) => expression switch
    {
        ScriptVariable v => v.Name,
        ScriptMemberExpression m => $"{Name(m.Target)}.{m.Member?.Name}",
        ScriptNestedExpression n => Name(n.Expression),
        ScriptPipeCall p => Name(p.From),
        ScriptFunctionCall f => Name(f.Target),
        _ => "this",
    };

    private static string Suggest(string name, IEnumerable<string> known)
    {
        var best = known.Select(k => (k, d: Distance(k, name))).OrderBy(x => x.d).ThenBy(x => x.k, StringComparer.Ordinal).FirstOrDefault();
        return best.k is not null && best.d <= 2 ? $" Did you mean {best.k}?" : $" There is: {string.Join(", ", known.Order(StringComparer.Ordinal))}.";
    }

    private static int Distance(string a, string b)
    {
        if (b.Length > 60) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
