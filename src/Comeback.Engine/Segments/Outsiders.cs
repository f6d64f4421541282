namespace Comeback.Engine.Segments;

/// <summary>
/// The definition of who is no shopper. It comes before ranks, medians and all segments, so it may be about one customer's own rows and marks only.
/// </summary>
public static class Outsiders
{
    private static readonly string[] OfEverybody = ["not_a_shopper", "median_gap", "expected_gap", "comeback_rfm_group", "recency_quintile", "frequency_quintile", "amount_quintile"];

    /// <summary>What is wrong with a text, in one sentence; null when it can be used.</summary>
    public static string? Problem(string text)
    {
        var parsed = SegmentLanguage.Parse(text);
        if (parsed.Tree is not { } tree) return parsed.Errors.Count > 0 ? parsed.Errors[0].ToString() : "This is no definition.";
        return Problem(tree);
    }

    private static string? Problem(SegmentTree tree) => tree switch
    {
        AllOf all => all.Parts.Select(Problem).FirstOrDefault(found => found is not null),
        AnyOf any => any.Parts.Select(Problem).FirstOrDefault(found => found is not null),
        NotOf not => Problem(not.Part),
        Rank => "It cannot use a share such as 'top 10%': shares are counted among shoppers, and this says who they are.",
        InSegment inside => $"It cannot refer to the segment '{inside.Key}': write out its definition.",
        EnteredSegment entered => $"It cannot refer to the segment '{entered.Key}': write out its definition.",
        Comparison comparison when Names(comparison).FirstOrDefault(OfEverybody.Contains) is { } name =>
            $"It cannot use '{name}', which depends on who is a shopper.",
        _ => null,
    };

    private static IEnumerable<string> Names(Comparison comparison) => comparison.Values.OfType<AttributeValue>().Select(value => value.Attribute).Prepend(comparison.Attribute);
}
