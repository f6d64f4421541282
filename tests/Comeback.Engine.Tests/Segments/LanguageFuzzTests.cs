using Comeback.Engine.Segments;
using CsCheck;

namespace Comeback.Engine.Tests.Segments;

/// <summary>Whatever is typed, the parser answers: a tree that prints and reads back the same, or an error with a place inside the text.</summary>
public sealed class LanguageFuzzTests
{
    private static readonly string[] Pieces =
    [
        "number_of_orders", "amount_spent", "last_order_date", "orders_placed", "MATCHES", "NOT", "AND", "OR", "(", ")", ",", "=", ">=", "BETWEEN", "IN", "top", "15", "%", "by",
        "exactly", "of", "segment", "'x'", "'", "-30d", "2026-01-31", "2026-02-30", "today", "*", "own_gap", "funnel", "then", "within", "share", "date", "count", "\u202e", "é", "\n",
        "9999999999999999999999", "-90m", "in", "IS", "NULL", "true", "anniversary", ":", "FROM", "WHERE", "ORDER", "\0", "1.5", "up", "to", "if", "under",
    ];

    [Fact]
    public void Any_words_in_any_order_give_a_tree_or_an_error_with_a_place() =>
        Gen.Int[0, Pieces.Length - 1].Array[0, 25].Select(picks => string.Join(' ', picks.Select(pick => Pieces[pick]))).Sample(Check, iter: 20_000);

    [Fact]
    public void Any_characters_give_a_tree_or_an_error_with_a_place() => Gen.String[0, 60].Sample(Check, iter: 5_000);

    private static void Check(string text)
    {
        var parsed = SegmentLanguage.Parse(text);
        if (parsed.Tree is { } tree)
        {
            if (!tree.Equals(SegmentLanguage.Parse(parsed.Text!).Tree)) throw new InvalidOperationException($"'{text}' prints as '{parsed.Text}', which reads differently");
            return;
        }
        var error = parsed.Errors[0];
        var lines = text.Split('\n');
        if (error.Line < 1 || error.Line > lines.Length || error.Column < 1 || error.Column > lines[error.Line - 1].Length + 1)
            throw new InvalidOperationException($"'{text}': {error}");
    }
}
