using System.Globalization;
using Superpower.Model;

namespace Comeback.Engine.Segments;

/// <summary>
/// Text to tree, by descent: <c>or := and {OR and}; and := part {AND part}; part := NOT part | (or) | clause</c>.
/// Clauses are in <c>SegmentParser.Clauses</c>, values in <c>SegmentParser.Values</c>.
/// </summary>
internal sealed partial class SegmentParser
{
    private readonly string text;
    private readonly List<Token<Lexeme>> tokens;
    private int next;
    private int clauses;

    private SegmentParser(string text, List<Token<Lexeme>> tokens) => (this.text, this.tokens) = (text, tokens);

    public static ParsedSegment Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > SegmentLanguage.MaxLength)
            return Failed(new SegmentError(1, 1, 1, $"The definition has {text.Length} characters; {SegmentLanguage.MaxLength} are the most.", [], null));
        var (tokens, error) = SegmentTokens.Read(text);
        if (error is not null) return Failed(error);
        var parser = new SegmentParser(text, tokens);
        try
        {
            parser.SkipShopifyFrame();
            var tree = parser.Either(0);
            return parser.AtEnd ? new ParsedSegment(tree, []) : throw parser.Wrong("AND, OR or the end was expected here.", ["AND", "OR"]);
        }
        catch (Mistake mistake)
        {
            return Failed(mistake.Error);
        }
    }

    private static ParsedSegment Failed(SegmentError error) => new(null, [error]);

    private bool AtEnd => next >= tokens.Count;

    private Lexeme Kind => AtEnd ? Lexeme.End : tokens[next].Kind;

    private string Word => AtEnd ? "" : tokens[next].ToStringValue();

    // Shopify's screens show FROM customers SHOW ... WHERE <the definition> ORDER BY updated_at: only the middle says who.
    private void SkipShopifyFrame()
    {
        if (!Is("FROM")) return;
        var where = tokens.FindIndex(token => token.ToStringValue().Equals("WHERE", StringComparison.OrdinalIgnoreCase));
        if (where < 0) throw Wrong("A query that begins with FROM needs a WHERE.", ["WHERE"]);
        next = where + 1;
        var order = tokens.FindIndex(next, token => token.Kind == Lexeme.Name && token.ToStringValue().Equals("ORDER", StringComparison.OrdinalIgnoreCase));
        if (order >= 0) tokens.RemoveRange(order, tokens.Count - order);
    }

    private SegmentTree Either(int depth)
    {
        var parts = new List<SegmentTree> { Both(depth) };
        while (Take("OR"))
            parts.Add(Both(depth));
        return parts.Count == 1 ? parts[0] : new AnyOf([.. parts]);
    }

    private SegmentTree Both(int depth)
    {
        var parts = new List<SegmentTree> { Part(depth) };
        while (Take("AND"))
            parts.Add(Part(depth));
        return parts.Count == 1 ? parts[0] : new AllOf([.. parts]);
    }

    private SegmentTree Part(int depth)
    {
        if (depth > SegmentLanguage.MaxDepth) throw Wrong($"Brackets and NOT are nested deeper than {SegmentLanguage.MaxDepth}.", []);
        if (Take("NOT")) return new NotOf(Part(depth + 1));
        if (Kind != Lexeme.Open)
        {
            return ++clauses > SegmentLanguage.MaxClauses ? throw Wrong($"There are more than {SegmentLanguage.MaxClauses} clauses.", []) : Clause();
        }
        next++;
        var inner = Either(depth + 1);
        Expect(Lexeme.Close, ")");
        return inner;
    }

    private bool Is(string word) => Kind == Lexeme.Name && tokens[next].Span.EqualsValueIgnoreCase(word);

    private bool Take(string word)
    {
        if (!Is(word)) return false;
        next++;
        return true;
    }

    private void Need(string word)
    {
        if (!Take(word)) throw Wrong($"'{word}' was expected here.", [word]);
    }

    private string Expect(Lexeme kind, string what)
    {
        if (Kind != kind) throw Wrong($"{(what.Length == 1 ? $"'{what}'" : what)} was expected here.", [what]);
        return tokens[next++].ToStringValue();
    }

    private Mistake Wrong(string message, IReadOnlyList<string> expected, string? didYouMean = null) => Wrong(next, message, expected, didYouMean);

    private Mistake Wrong(int token, string message, IReadOnlyList<string> expected, string? didYouMean = null)
    {
        if (token < tokens.Count)
        {
            var at = tokens[token];
            return new Mistake(new SegmentError(at.Position.Line, at.Position.Column, Math.Max(1, at.Span.Length), message, expected, didYouMean));
        }
        var line = text.AsSpan().Count('\n') + 1;
        var column = text.Length - text.LastIndexOf('\n');
        return new Mistake(new SegmentError(line, column, 1, message, expected, didYouMean));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Mistake(SegmentError error) : Exception(error.Message)
    {
        public SegmentError Error { get; } = error;
    }
}
