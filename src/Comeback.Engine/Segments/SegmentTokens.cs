using Superpower;
using Superpower.Model;
using Superpower.Parsers;
using Superpower.Tokenizers;

namespace Comeback.Engine.Segments;

internal enum Lexeme { Name, Text, Number, Date, Instant, Offset, NamedDate, Open, Close, Comma, Percent, Times, Colon, Compare, End }

/// <summary>Text to tokens with their places.</summary>
internal static class SegmentTokens
{
    private static readonly Tokenizer<Lexeme> Tokenizer = new TokenizerBuilder<Lexeme>()
        .Ignore(Span.WhiteSpace)
        .Match(Span.Regex(@"'(?:[^'\\]|\\.|'')*'"), Lexeme.Text)
        .Match(Span.Regex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?![\w:.])"), Lexeme.Instant)
        .Match(Span.Regex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])"), Lexeme.Date)
        .Match(Span.Regex(@"[0-9]+_[a-z_]+(?!\w)"), Lexeme.NamedDate)
        .Match(Span.Regex(@"[+-]?[0-9]+(?:min|mo|h|d|w|m|y)(?!\w)"), Lexeme.Offset)
        .Match(Span.Regex(@"[+-]?[0-9]+(?:\.[0-9]+)?(?![\w.])"), Lexeme.Number)
        .Match(Span.Regex(@"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*"), Lexeme.Name)
        .Match(Span.Regex("(?:!=|<>|>=|<=|=|>|<)"), Lexeme.Compare)
        .Match(Character.EqualTo('('), Lexeme.Open)
        .Match(Character.EqualTo(')'), Lexeme.Close)
        .Match(Character.EqualTo(','), Lexeme.Comma)
        .Match(Character.EqualTo('%'), Lexeme.Percent)
        .Match(Character.EqualTo('*'), Lexeme.Times)
        .Match(Character.EqualTo(':'), Lexeme.Colon)
        .Build();

    /// <summary>The tokens, or the error at the first character that begins none.</summary>
    public static (List<Token<Lexeme>> Tokens, SegmentError? Error) Read(string text)
    {
        var result = Tokenizer.TryTokenize(text);
        if (result.HasValue) return ([.. result.Value], null);
        var at = result.Remainder.Position.HasValue ? result.Remainder.Position : result.ErrorPosition;
        var (line, column) = at.HasValue ? (at.Line, at.Column) : (1, 1);
        var rest = at.HasValue ? text[at.Absolute..] : text;
        var message = rest switch
        {
            ['\'', ..] => "This text has no closing quote.",
            ['"', ..] or ['“', ..] or ['”', ..] or ['‘', ..] or ['’', ..] => "Texts stand in straight single quotes, like 'coffee'.",
            [>= '0' and <= '9', ..] => "This is neither a number (12.50), a date (2026-01-31) nor a time span (-30d).",
            [] => "The definition ends too early.",
            _ => $"'{rest[..(char.IsHighSurrogate(rest[0]) && rest.Length > 1 ? 2 : 1)]}' has no meaning here.",
        };
        return ([], new SegmentError(line, column, 1, message, [], null));
    }
}
