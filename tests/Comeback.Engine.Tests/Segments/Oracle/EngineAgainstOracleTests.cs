using System.Globalization;
using Comeback.Engine.Facts;
using Comeback.Engine.Segments;
using CsCheck;

namespace Comeback.Engine.Tests.Segments.Oracle;

/// <summary>
/// Full pass = incremental = oracle, over random stores, definitions, changes and waits. COMEBACK_CASES sets how many; the default takes seconds.
/// </summary>
public sealed class EngineAgainstOracleTests
{
    private static readonly long Cases =
        long.TryParse(Environment.GetEnvironmentVariable("COMEBACK_CASES"), CultureInfo.InvariantCulture, out var cases) ? cases : 1_000;

    [Fact]
    public void At_every_instant_the_kept_memberships_are_those_of_the_oracle_and_of_a_full_pass() =>
        Gen.Int[0, 999_999].Array[40, 400].Sample(Run, iter: Cases, print: numbers => $"[{string.Join(", ", numbers)}]");

    internal static void Run(int[] numbers)
    {
        var scenario = new Scenario(numbers);
        var (set, trees) = Compile(scenario);
        while (!scenario.AtEnd)
        {
            scenario.Wait(set.NextWake);
            var touches = new Touches();
            for (var changes = scenario.Now.Minute % 3; changes >= 0; changes--)
                touches.Add(scenario.Act(out var kind), new Cause(kind, changes));
            Enter(scenario, set, set.Decide(touches, scenario.Now));
            Compare(scenario, set, trees, "after a change");
            scenario.Wait(set.NextWake);
            var moved = set.AdvanceTo(scenario.Now);
            Enter(scenario, set, moved);
            Dates(scenario, moved, trees);
            Compare(scenario, set, trees, "after a wait");
            if (!scenario.Edit()) continue;
            (set, trees) = Compile(scenario);
            Compare(scenario, set, trees, "after an edit");
        }
        var (fresh, _) = Compile(scenario);
        Compare(scenario, fresh, trees, "in a full pass");
        var restored = Restored(scenario.Columns);
        var (again, _) = Compile(scenario, restored);
        Compare(scenario, again, trees, "from a snapshot");
        again.Decide(scenario.World.PutInto(restored), scenario.Now);
        Compare(scenario, again, trees, "after every row came again to a snapshot");
        foreach (var (key, tree) in trees)
            for (var times = 0; times < 2; times++)
                if (!set.AnswerWhileEdited(tree).Members.Ordinals.SequenceEqual(set.Members(key).Ordinals)) throw new InvalidOperationException($"while edited: {SegmentLanguage.Print(tree)}");
        foreach (var (key, tree) in trees)
            if (!set.Query(tree).Ordinals.SequenceEqual(set.Members(key).Ordinals)) throw new InvalidOperationException($"asked once: {SegmentLanguage.Print(tree)}");
    }

    // A set as the host makes one: compiled, told the history of memberships, evaluated.
    private static (SegmentSet Set, Dictionary<string, SegmentTree> Trees) Compile(Scenario scenario, StoreColumns? columns = null)
    {
        var trees = scenario.Definitions.ToDictionary(definition => definition.Key, definition => SegmentLanguage.Parse(definition.Text).Tree
            ?? throw new InvalidOperationException($"{definition.Text}: {SegmentLanguage.Parse(definition.Text).Errors[0]}"));
        var set = SegmentSet.Compile(columns ?? scenario.Columns, scenario.Definitions);
        if (set.Problems.Count > 0) throw new InvalidOperationException(set.Problems.Values.First()[0].ToString());
        foreach (var key in set.Watched.ToList())
            set.Watch(key, scenario.World.Entries.Where(entry => entry.Key == key).Select(entry => KeyValuePair.Create(entry.Who, entry.At)));
        set.EvaluateAll(scenario.Now, cores: columns is null ? 1 : 2);
        foreach (var key in set.Watched)
            foreach (var who in set.Members(key).Ordinals)
                scenario.World.Entries.Add((key, who, set.EnteredAt(key, who)!.Value));
        return (set, trees);
    }

    private static void Enter(Scenario scenario, SegmentSet set, IReadOnlyList<MembershipChange> changes)
    {
        foreach (var change in changes.Where(change => change.Entered))
            if (set.EnteredAt(change.Key, change.Ordinal) is { } at)
                scenario.World.Entries.Add((change.Key, change.Ordinal, change.Cause.Kind == CauseKind.Time ? change.At : at));
    }

    private static StoreColumns Restored(StoreColumns columns)
    {
        using var stream = new MemoryStream();
        columns.Write(stream, DateTimeOffset.MinValue);
        stream.Position = 0;
        var restored = StoreColumns.Read(stream, stream.Length, columns.Profile);
        restored.NotAShopper = columns.NotAShopper;
        return restored;
    }

    private static Oracle OracleOf(Scenario scenario, Dictionary<string, SegmentTree> trees, DateTimeOffset at) =>
        new Oracle(scenario.World, trees, at).Without(scenario.Columns.NotAShopper is { } rule ? SegmentLanguage.Parse(rule).Tree : null);

    private static void Compare(Scenario scenario, SegmentSet set, Dictionary<string, SegmentTree> trees, string when)
    {
        var oracle = OracleOf(scenario, trees, scenario.Now);
        foreach (var definition in scenario.Definitions)
        {
            var right = string.Join(' ', oracle.Members(definition.Key).Order());
            var kept = string.Join(' ', set.Members(definition.Key).Ordinals);
            if (right != kept || set.Members(definition.Key).Count != oracle.Members(definition.Key).Count)
                throw new InvalidOperationException($"{when} at {scenario.Now:O} in {scenario.World.Zone}: oracle [{right}] engine [{kept}] for {definition.Key}: {definition.Text}; no shoppers: {scenario.Columns.NotAShopper}");
        }
    }

    // What time did is dated with the very microsecond at which it became true.
    private static void Dates(Scenario scenario, IReadOnlyList<MembershipChange> changes, Dictionary<string, SegmentTree> trees)
    {
        foreach (var change in changes)
        {
            var then = OracleOf(scenario, trees, change.At).Members(change.Key).Contains(change.Ordinal);
            var before = OracleOf(scenario, trees, change.At.AddTicks(-10)).Members(change.Key).Contains(change.Ordinal);
            if (then != change.Entered || before == change.Entered)
                throw new InvalidOperationException($"(then {then}, before {before}; all {string.Join("; ", changes.Where(other => other.Ordinal == change.Ordinal).Select(other => $"{other.Key} {other.Entered} {other.At:O}"))}) dated {change.At:O} in {scenario.World.Zone}: {change} for {scenario.Definitions.Single(definition => definition.Key == change.Key).Text}");
        }
    }
}
