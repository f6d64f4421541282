using Comeback.Engine.Segments;
using CsCheck;

namespace Comeback.Engine.Tests.Segments.Oracle;

/// <summary>An explanation is true: each part's truth is the oracle's, and the instant at which it says that time turns it is the very one.</summary>
public sealed class ExplainAgainstOracleTests
{
    private static readonly int[] Later = [1, 9, 40, 130, 400];

    [Fact]
    public void Each_part_of_an_explanation_and_the_instant_of_leaving_are_those_of_the_oracle() =>
        Gen.Int[0, 999_999].Array[60, 250].Sample(Run, iter: 400, print: numbers => $"[{string.Join(", ", numbers)}]");

    private static void Run(int[] numbers)
    {
        var scenario = new Scenario(numbers);
        for (var acts = 0; acts < 25 && !scenario.AtEnd; acts++)
            scenario.Act(out _);
        var trees = scenario.Definitions.ToDictionary(definition => definition.Key, definition => SegmentLanguage.Parse(definition.Text).Tree!);
        var set = SegmentSet.Compile(scenario.Columns, scenario.Definitions);
        set.EvaluateAll(scenario.Now);
        foreach (var key in set.Watched)
            foreach (var who in set.Members(key).Ordinals)
                scenario.World.Entries.Add((key, who, set.EnteredAt(key, who)!.Value));
        foreach (var (key, tree) in trees)
            foreach (var who in scenario.World.Everybody)
            {
                // What the store knows of the future cannot be explained by time alone: everybody else's rows move ranks and medians.
                if (ByOthers(SegmentLanguage.Print(tree), trees)) continue;
                var why = set.Explain(key, who);
                // Whoever objected is told so, whatever the definition says of them.
                if (!scenario.World.Customers[who].ObjectsToProfiling) Check(scenario, trees, why, who);
                else if (why.Truth || why.Children.Count > 0) throw new InvalidOperationException($"customer {who} objects to profiling: {why}");
            }
    }

    private static void Check(Scenario scenario, Dictionary<string, SegmentTree> trees, Explanation part, int who)
    {
        var tree = SegmentLanguage.Parse(part.Text).Tree!;
        var outsiders = scenario.Columns.NotAShopper is { } rule ? SegmentLanguage.Parse(rule).Tree : null;
        Same(part.Truth, scenario.Now, "now");
        if (part.LeavesAt is { } turns)
        {
            Same(part.Truth, turns.AddTicks(-10), "just before it turns");
            Same(!part.Truth, turns, "when it turns");
        }
        else
        {
            foreach (var days in Later) Same(part.Truth, scenario.Now.AddDays(days), "later");
        }
        foreach (var child in part.Children) Check(scenario, trees, child, who);

        void Same(bool truth, DateTimeOffset at, string when)
        {
            if (new Oracle(scenario.World, trees, at).Without(outsiders).Fits(tree, who) != truth)
                throw new InvalidOperationException($"{when} ({at:O}, asked {scenario.Now:O} in {scenario.World.Zone}), customer {who}: {part}");
        }
    }

    private static bool ByOthers(string text, Dictionary<string, SegmentTree> trees) =>
        text.Contains("% by", StringComparison.Ordinal) || text.Contains("quintile", StringComparison.Ordinal) || text.Contains("rfm", StringComparison.Ordinal)
        || text.Contains("expected_gap", StringComparison.Ordinal) || text.Contains("median_gap", StringComparison.Ordinal)
        || trees.Any(other => text.Contains($"segment '{other.Key}'", StringComparison.Ordinal) && (text.Contains("entered", StringComparison.Ordinal) || ByOthers(SegmentLanguage.Print(other.Value), trees)));
}
