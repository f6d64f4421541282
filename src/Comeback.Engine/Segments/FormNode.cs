namespace Comeback.Engine.Segments;

// A definition as the admin's builder edits it: the tree with every clause taken apart into fields. Values stand as they are written,
// so a half-typed clause has a form too.

/// <summary>A group or a clause.</summary>
/// <param name="Kind">
/// <c>all</c>, <c>any</c> or <c>not</c> with <see cref="Parts"/>; <c>comparison</c>, <c>function</c>, <c>rank</c>, <c>member</c>, <c>share</c> or
/// <c>funnel</c> with fields; <c>text</c> for a clause that has no fields of its own.
/// </param>
public sealed record FormNode(string Kind)
{
    public IReadOnlyList<FormNode>? Parts { get; init; }

    /// <summary>A clause as it is written; null for groups.</summary>
    public string? Text { get; init; }

    /// <summary>Attribute, function, what a rank goes by, key of a segment, or seed of a share.</summary>
    public string? Name { get; init; }

    public bool Negated { get; init; }

    public string? Operator { get; init; }

    public IReadOnlyList<FormValue>? Values { get; init; }

    /// <summary>What stands in a function's brackets.</summary>
    public IReadOnlyList<FormCondition>? Conditions { get; init; }

    public FormRank? Rank { get; init; }

    /// <summary>Of a share, as digits.</summary>
    public string? Percent { get; init; }

    public IReadOnlyList<FormStep>? Steps { get; init; }

    /// <summary>What is wrong with this clause, placed in <see cref="Text"/>; null when nothing is.</summary>
    public IReadOnlyList<SegmentError>? Errors { get; init; }
}

/// <summary>A value: texts without their quotes, an attribute with its factor, everything else as it is written.</summary>
/// <param name="Kind"><c>number</c>, <c>attribute</c>, <c>text</c>, <c>truth</c>, <c>date</c>, <c>instant</c>, <c>offset</c>, <c>named</c> or <c>raw</c>.</param>
public sealed record FormValue(string Kind, string Text, string? Factor = null);

public sealed record FormCondition(string Name, string Operator, IReadOnlyList<FormValue> Values);

public sealed record FormRank(bool Top, string Percent, bool Exactly = false, string? OfSegment = null, string? UpTo = null, string? IfUnder = null);

public sealed record FormStep(string Function, bool Negated, IReadOnlyList<FormCondition> Conditions, string? Within = null);

/// <summary>A form with its text, and what is wrong with that. <see cref="Node"/> is null for a text that cannot be read.</summary>
public sealed record SegmentForm(string Text, FormNode? Node, IReadOnlyList<SegmentError> Errors);
