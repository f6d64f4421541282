using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Comeback.Engine.Messages;

/// <summary>Which part of a message a template makes.</summary>
public enum TemplatePart : byte { Subject, Html, Text }

/// <summary>What is wrong with a template, and where. Line and column count from 1.</summary>
public sealed record TemplateProblem(string Part, int Line, int Column, string Message);

/// <summary>
/// A text in Liquid, parsed by Scriban and checked once: every name against the schema in every branch, every printed value for its place.
/// What passes here can neither fail on a missing name nor print a value where it would become code.
/// </summary>
public sealed class MessageTemplate
{
    public const int LongestSource = 256 * 1024;
    public const int LongestOutput = 512 * 1024;
    private const int DeepestBrackets = 40;
    private const int MostTags = 5_000;

    private readonly Template template;
    private readonly IReadOnlyDictionary<ScriptNode, Place> places;
    private readonly TemplatePart part;

    private MessageTemplate(Template template, IReadOnlyDictionary<ScriptNode, Place> places, TemplatePart part) => (this.template, this.places, this.part) = (template, places, part);

    /// <summary>Parses and checks; the template, or what is wrong with it.</summary>
    public static (MessageTemplate? Template, IReadOnlyList<TemplateProblem> Problems) Parse(TemplatePart part, string source, SchemaNode? schema = null)
    {
        var name = part.ToString().ToLowerInvariant();
        if (source.Length > LongestSource) return (null, [new(name, 1, 1, "The text is longer than 256 KB.")]);
        if (TooDeep(source) is { } deep) return (null, [deep with { Part = name }]);

        // Scriban's own limit on nesting is kept besides ours: its parser recurses.
        var parsed = Template.ParseLiquid(source, parserOptions: new ParserOptions { ExpressionDepthLimit = DeepestBrackets });
        if (parsed.HasErrors)
            return (null, [.. parsed.Messages.Where(m => m.Type == ParserMessageType.Error).Select(m => new TemplateProblem(name, m.Span.Start.Line + 1, m.Span.Start.Column + 1, Readable(m.Message)))]);
        var check = new TemplateCheck(schema ?? CampaignSchema.All, part, source);
        var problems = check.Walk(parsed.Page!);
        return problems.Count > 0 ? (null, problems) : (new MessageTemplate(parsed, check.Places, part), []);
    }

    /// <summary>Prints the text for one customer. Values are dictionaries, lists, texts and numbers; anything else prints as nothing.</summary>
    /// <exception cref="TemplateLimitException">The text grew beyond its limits.</exception>
    public string Render(IReadOnlyDictionary<string, object?> values, CancellationToken stop = default)
    {
        var context = new Printer(places, part) { CancellationToken = stop };
        context.PushGlobal(ToScript(values));
        try
        {
            var text = template.Render(context);
            return part == TemplatePart.Subject ? Escaping.OneLine(text) : text;
        }
        catch (Exception error) when (error is ScriptRuntimeException or ScriptAbortException)
        {
            throw new TemplateLimitException(error.InnerException is TemplateLimitException inner ? inner.Message : error.Message, error);
        }
    }

    // Brackets and tags are counted before the parser sees them: each level is a frame of its stack.
    private static TemplateProblem? TooDeep(string source)
    {
        int depth = 0, tags = 0, blocks = 0, line = 1, column = 1;
        for (var i = 0; i < source.Length; i++, column++)
        {
            switch (source[i])
            {
                case '\n': line++; column = 0; break;
                case '(' or '[': depth++; break;
                case ')' or ']': depth = Math.Max(0, depth - 1); break;
                case '{' when i + 1 < source.Length && source[i + 1] is '{' or '%':
                    tags++;
                    depth = 0;
                    if (source[i + 1] == '%') blocks += BlockStep(source, i + 2);
                    break;
                case '.' or '|' or '-' or '!' or '=': break;
                default: break;
            }
            if (depth > DeepestBrackets) return new("", line, column, $"Brackets are nested more than {DeepestBrackets} deep.");
            if (blocks > DeepestBrackets) return new("", line, column, $"Blocks are nested more than {DeepestBrackets} deep.");
            if (tags > MostTags) return new("", line, column, $"More than {MostTags} tags in one text.");
        }
        return LongTag(source);
    }

    // One tag of thousands of operators is as deep to a recursive parser as thousands of brackets are.
    private static TemplateProblem? LongTag(string source)
    {
        int line = 1, lineStart = 0;
        for (var i = 0; i + 1 < source.Length; i++)
        {
            if (source[i] == '\n') (line, lineStart) = (line + 1, i + 1);
            if (source[i] != '{' || source[i + 1] is not ('{' or '%')) continue;
            var end = source.IndexOf(source[i + 1] == '{' ? "}}" : "%}", i + 2, StringComparison.Ordinal);
            if ((end < 0 ? source.Length : end) - i > 1_000) return new("", line, i - lineStart + 1, "A tag is longer than 1,000 characters or is never closed.");
        }
        return null;
    }

    private static int BlockStep(string source, int from)
    {
        while (from < source.Length && (source[from] is '-' || char.IsWhiteSpace(source[from]))) from++;
        var word = source.AsSpan(from, Math.Min(10, source.Length - from));
        if (word.StartsWith("end")) return -1;
        return word.StartsWith("elsif") ? 1 : word.StartsWith("if") || word.StartsWith("for") || word.StartsWith("unless") || word.StartsWith("case") ? 1 : 0;
    }

    private static string Readable(string message) => message.Length > 200 ? message[..200] : message;

    private static ScriptObject ToScript(IReadOnlyDictionary<string, object?> values)
    {
        var script = new ScriptObject();
        foreach (var (key, value) in values) script.SetValue(key, ToScript(value), readOnly: true);
        return script;
    }

    private static object? ToScript(object? value) => value switch
    {
        null or string or bool or int or long or decimal => value,
        IReadOnlyDictionary<string, object?> inner => ToScript(inner),
        IEnumerable<IReadOnlyDictionary<string, object?>> list => new ScriptArray(list.Take(100).Select(v => (object)ToScript(v))),
        _ => null,
    };

    /// <summary>Prints each value escaped for its place, and stops at the cap.</summary>
    private sealed class Printer : TemplateContext
    {
        private readonly IReadOnlyDictionary<ScriptNode, Place> places;
        private readonly TemplatePart part;
        private readonly Place otherwise;
        private ScriptNode? printing;
        private readonly CappedOutput output = new();

        public Printer(IReadOnlyDictionary<ScriptNode, Place> places, TemplatePart part) : base(Filters.ToScript())
        {
            this.places = places;
            this.part = part;
            otherwise = part switch { TemplatePart.Subject => Place.Subject, _ => Place.PlainText };
            Language = ScriptLang.Liquid;
            StrictVariables = true;
            LoopLimit = 1_000;
            RecursiveLimit = DeepestBrackets;
            ObjectRecursionLimit = 10;
            LimitToString = Filters.LongestText;
            OutputLimit = LongestOutput;
            AutoIndent = false;
            EnableRelaxedMemberAccess = true;
            RegexTimeOut = TimeSpan.FromMilliseconds(100);
            PushOutput(output);
        }

        public override object? Evaluate(ScriptNode? scriptNode, bool aliasReturnedVariable)
        {
            if (scriptNode is ScriptExpressionStatement output) printing = output;
            return base.Evaluate(scriptNode, aliasReturnedVariable);
        }

        // A value whose place is not known is never printed: guessing "text" would let an address through unchecked.
        public override TemplateContext Write(SourceSpan span, object? textAsObject)
        {
            var place = part != TemplatePart.Html ? otherwise
                : printing is not null && places.TryGetValue(printing, out var known) ? known
                : throw new TemplateLimitException("A value was printed in a place that was not checked.");
            Write(Escaping.For(place, Filters.Text(textAsObject)));
            return this;
        }
    }

    /// <summary>A cap on all that one rendering prints together; Scriban's limits are per value.</summary>
    private sealed class CappedOutput : IScriptOutput
    {
        private readonly System.Text.StringBuilder text = new();

        public void Write(string value, int offset, int count)
        {
            if (text.Length + count > LongestOutput) throw new TemplateLimitException("The text grows beyond 512 KB.");
            text.Append(value, offset, count);
        }

        public ValueTask WriteAsync(string value, int offset, int count, CancellationToken cancellationToken)
        {
            Write(value, offset, count);
            return default;
        }

        public override string ToString() => text.ToString();
    }
}

/// <summary>A text that grew beyond its limits while it was printed.</summary>
public sealed class TemplateLimitException : Exception
{
    public TemplateLimitException() { }
    public TemplateLimitException(string message) : base(message) { }
    public TemplateLimitException(string message, Exception inner) : base(message, inner) { }
}
