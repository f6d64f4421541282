using Superpower.Model;

namespace Comeback.Engine.Segments;

/// <summary>What may be written at a place of a text. <see cref="Start"/> and <see cref="Length"/> are what it takes the place of.</summary>
/// <param name="Words">Words of the language that fit what was typed so far, best first.</param>
/// <param name="Attribute">Whose values may stand here: an attribute or a parameter; null when no value is due.</param>
/// <param name="Function">The function that the parameter belongs to; <c>segment</c> as attribute has none.</param>
/// <param name="Typed">What was typed of it so far, without quotes.</param>
public sealed record Completion(int Start, int Length, IReadOnlyList<CompletionWord> Words, string? Attribute, string? Function, string Typed);

/// <summary>A word to write, and what it is: <c>attribute</c>, <c>function</c>, <c>parameter</c>, <c>operator</c>, <c>value</c> or <c>word</c>.</summary>
public sealed record CompletionWord(string Text, string Kind, string? Meaning = null);

/// <summary>Completion while a definition is typed, by the tokens before the cursor; a text that is wrong so far completes too.</summary>
public static class SegmentCompletions
{
    private const int Most = 60;
    private static readonly string[] Clauses = ["NOT", "top", "bottom", "in segment", "share(", "funnel("];

    public static Completion At(string text, int position)
    {
        position = Math.Clamp(position, 0, Math.Min(text.Length, SegmentLanguage.MaxLength));
        var quote = OpenQuote(text, position);
        var start = quote >= 0 ? quote : position;
        while (quote < 0 && start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '.' or '+' or '-')) start--;
        var end = position;
        if (quote < 0) while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '.')) end++;
        else if (end < text.Length && text[end] == '\'') end++;
        var typed = text[(quote >= 0 ? start + 1 : start)..position];
        var (tokens, error) = SegmentTokens.Read(text[..start]);
        if (error is not null) return new Completion(start, end - start, [], null, null, typed);
        var due = Due(tokens);
        var words = quote >= 0 ? due.Words.Where(w => w.Text.StartsWith('\'')) : due.Words;
        var fitting = words.Select(w => (Word: w, Rank: RankOf(w.Text.Trim('\''), typed))).Where(w => w.Rank >= 0).OrderBy(w => w.Rank).Select(w => w.Word).Take(Most);
        return new Completion(start, end - start, [.. fitting], due.Term?.Name, due.Function?.Name, typed);
    }

    private readonly record struct Place(IReadOnlyList<CompletionWord> Words, Term? Term = null, FunctionTerm? Function = null);

    private static Place Due(List<Token<Lexeme>> tokens)
    {
        var (function, opened) = Around(tokens);
        if (tokens.Count == 0) return ClauseStart();
        var last = tokens[^1];
        var word = last.ToStringValue();
        // Inside a function's brackets.
        if (function is not null)
        {
            var parameter = opened < tokens.Count - 1 ? LastParameter(tokens, opened, function) : null;
            if (opened == tokens.Count - 1 || (last.Kind == Lexeme.Comma && !InList(tokens, opened)))
                return new([.. function.Parameters.Select(p => new CompletionWord(p.Name, "parameter", p.Meaning))], Function: function);
            return parameter is not { } found ? new([]) : Of(found.Term, tokens, found.At, function);
        }
        if (last.Kind == Lexeme.Open || Is(word, "AND", "OR", "NOT", "WHERE") && !Between(tokens)) return ClauseStart();
        if (Is(word, "in", "of", "entered", "left")) return new([new("segment", "word")]);
        if (Is(word, "segment")) return new([], new Term("segment", ValueKind.Text, "key of a segment"));
        if (Is(word, "then")) return new([new("not", "word"), .. SegmentPlan.FunnelFunctions.Select(f => new CompletionWord(f, "function"))]);
        if (Is(word, "by")) return new([.. SegmentPlan.RankAttributes.Select(a => new CompletionWord(a, "attribute", Vocabulary.Attributes[a].Meaning))]);
        if (last.Kind == Lexeme.Percent) return new([new("by", "word")]);
        for (var at = tokens.Count - 1; at >= Math.Max(0, tokens.Count - 7); at--)
        {
            if (tokens[at].Kind != Lexeme.Name) continue;
            var name = tokens[at].ToStringValue();
            if (Vocabulary.Functions.ContainsKey(name)) return at == tokens.Count - 1 ? new([new("MATCHES (", "operator"), new("NOT MATCHES (", "operator")]) : Joins();
            if (Is(name, "AND", "OR", "then") && !Between(tokens[..(at + 1)])) break;
            // The second of two attributes is a value: days_since_last_order > own_gap.
            if (Vocabulary.Attributes.TryGetValue(name, out var term) && (at == 0 || tokens[at - 1].Kind is not (Lexeme.Compare or Lexeme.Times))) return Of(term, tokens, at, null);
        }
        return Joins();
    }

    // After an attribute or parameter: an operator, then a value, then what joins clauses.
    private static Place Of(Term term, List<Token<Lexeme>> tokens, int at, FunctionTerm? function)
    {
        var after = tokens[(at + 1)..];
        if (after.Count == 0) return new([.. term.Operators.Select(o => new CompletionWord(SegmentPrinter.Word(o), "operator"))], Function: function);
        var last = after[^1];
        var word = last.ToStringValue();
        if (after.Count == 1 && Is(word, "IS")) return new([new("NULL", "operator"), new("NOT NULL", "operator")]);
        if (after.Count == 1 && Is(word, "NOT")) return new([new("IN (", "operator"), new("CONTAINS", "operator")]);
        if (after.Count == 1 && Is(word, "IN")) return new([new("(", "operator")]);
        var due = last.Kind is Lexeme.Compare or Lexeme.Open or Lexeme.Comma or Lexeme.Times or Lexeme.Colon || Is(word, "BETWEEN", "CONTAINS", "IN") || (Is(word, "AND") && Between(after));
        if (due) return new([.. ValuesOf(term)], term, function);
        if (after.Exists(t => Is(t.ToStringValue(), "BETWEEN")) && !after.Exists(t => Is(t.ToStringValue(), "AND"))) return new([new("AND", "operator")]);
        return function is null ? Joins() : new([new(",", "word"), new(")", "word")], Function: function);
    }

    private static IEnumerable<CompletionWord> ValuesOf(Term term) => term.Kind switch
    {
        ValueKind.Truth => [new("true", "value"), new("false", "value")],
        ValueKind.Word => term.Words.Select(w => new CompletionWord($"'{w}'", "value")),
        ValueKind.Date => new[] { "-7d", "-30d", "-60d", "-90d", "-12m", "-24h" }.Concat(Vocabulary.NamedDates).Select(w => new CompletionWord(w, "value")),
        ValueKind.Number or ValueKind.Money => Vocabulary.Attributes.Values.Where(a => a.Kind == term.Kind && a.Name != term.Name).OrderBy(a => a.Name, StringComparer.Ordinal)
            .Select(a => new CompletionWord(a.Name, "attribute", a.Meaning)),
        _ => [],
    };

    private static Place ClauseStart() => new(
    [
        .. Vocabulary.Attributes.Values.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => new CompletionWord(a.Name, "attribute", a.Meaning)),
        .. Vocabulary.Functions.Values.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => new CompletionWord(f.Name, "function", f.Meaning)),
        .. Clauses.Select(c => new CompletionWord(c, "word")),
    ]);

    private static Place Joins() => new([new("AND", "word"), new("OR", "word")]);

    /// <summary>The function whose brackets are open, and the token that opened them; -1 for none.</summary>
    private static (FunctionTerm? Function, int Opened) Around(List<Token<Lexeme>> tokens)
    {
        var depth = 0;
        for (var i = tokens.Count - 1; i >= 0; i--)
        {
            if (tokens[i].Kind == Lexeme.Close) depth++;
            else if (tokens[i].Kind == Lexeme.Open && depth > 0) depth--;
            else if (tokens[i].Kind == Lexeme.Open)
            {
                for (var before = i - 1; before >= Math.Max(0, i - 3); before--)
                {
                    if (Vocabulary.Functions.TryGetValue(tokens[before].ToStringValue(), out var function)) return (function, i);
                    if (!Is(tokens[before].ToStringValue(), "MATCHES", "NOT", "NOT_MATCHES")) break;
                }
                // A list of values or a plain bracket: a function may be open around it.
                if (i > 0 && Is(tokens[i - 1].ToStringValue(), "IN")) continue;
                return (null, -1);
            }
        }
        return (null, -1);
    }

    private static (Term Term, int At)? LastParameter(List<Token<Lexeme>> tokens, int opened, FunctionTerm function)
    {
        for (var i = tokens.Count - 1; i > opened; i--)
        {
            if (tokens[i].Kind != Lexeme.Name || (tokens[i - 1].Kind is not Lexeme.Comma && i - 1 != opened && !Is(tokens[i - 1].ToStringValue(), "AND"))) continue;
            if (function.Parameters.FirstOrDefault(p => p.Name == tokens[i].ToStringValue()) is { } term) return (term, i);
        }
        return null;
    }

    private static bool InList(List<Token<Lexeme>> tokens, int opened)
    {
        for (var i = tokens.Count - 1; i > opened; i--)
        {
            if (tokens[i].Kind == Lexeme.Close) return false;
            if (tokens[i].Kind == Lexeme.Open) return true;
        }
        return false;
    }

    // The AND of BETWEEN a AND b joins values, not clauses.
    private static bool Between(List<Token<Lexeme>> tokens) =>
        tokens.Count >= 3 && Is(tokens[^1].ToStringValue(), "AND") && tokens.FindLastIndex(t => Is(t.ToStringValue(), "BETWEEN")) is >= 0 and var at
        && !tokens[(at + 1)..^1].Exists(t => Is(t.ToStringValue(), "AND", "OR"));

    private static bool Is(string word, params ReadOnlySpan<string> any)
    {
        foreach (var one in any)
            if (word.Equals(one, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static int OpenQuote(string text, int position)
    {
        var open = -1;
        for (var i = 0; i < position; i++)
        {
            if (open >= 0 && text[i] == '\\') i++;
            else if (text[i] == '\'') open = open < 0 ? i : i + 1 < position && text[i + 1] == '\'' && ++i > 0 ? open : -1;
        }
        return open;
    }

    // Begins with it, then has it in it; -1 for neither.
    private static int RankOf(string word, string typed) =>
        typed.Length == 0 ? 0 : word.StartsWith(typed, StringComparison.OrdinalIgnoreCase) ? 0 : word.Contains(typed, StringComparison.OrdinalIgnoreCase) ? 1 : -1;
}
