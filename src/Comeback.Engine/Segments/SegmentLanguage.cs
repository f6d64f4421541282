namespace Comeback.Engine.Segments;

/// <summary>
/// The segment language: text to tree and back. Every Shopify segment query is a text of it. <c>AND</c> binds tighter than <c>OR</c>;
/// words of the language are read in any case, names of attributes are small letters.
/// </summary>
public static partial class SegmentLanguage
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int MaxLength = 100_000;

    /// <summary>The deepest nesting of brackets and NOT.</summary>
    public const int MaxDepth = 64;

    /// <summary>The most clauses in one definition.</summary>
    public const int MaxClauses = 2_000;

    /// <summary>Reads a definition. Never throws for a bad text: the errors say where and what to write instead.</summary>
    public static ParsedSegment Parse(string text) => SegmentParser.Parse(text);

    /// <summary>Writes a tree as the text that a merchant reads; reading it again gives an equal tree.</summary>
    public static string Print(SegmentTree tree) => SegmentPrinter.Print(tree);
}

/// <summary>A tree, or why there is none. <see cref="Text"/> is the normalised text, null when there are errors.</summary>
public sealed record ParsedSegment(SegmentTree? Tree, IReadOnlyList<SegmentError> Errors)
{
    public bool Ok => Tree is not null;

    public string? Text => Tree is null ? null : SegmentLanguage.Print(Tree);
}

/// <summary>A mistake in a definition.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 characters.</param>
/// <param name="Length">Of what is wrong, at least 1.</param>
/// <param name="Message">One sentence for the merchant.</param>
/// <param name="Expected">What could stand here; may be empty.</param>
/// <param name="DidYouMean">The nearest known word, if one is near.</param>
public sealed record SegmentError(int Line, int Column, int Length, string Message, IReadOnlyList<string> Expected, string? DidYouMean)
{
    public override string ToString() =>
        $"line {Line}, column {Column}: {Message}{(DidYouMean is null ? "" : $" Did you mean '{DidYouMean}'?")}";
}
