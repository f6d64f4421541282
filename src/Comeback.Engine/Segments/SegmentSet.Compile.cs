namespace Comeback.Engine.Segments;

// Compiling: references first, cycles refused by name.
public sealed partial class SegmentSet
{
    private void CompileAll(IReadOnlyList<SegmentDefinition> definitions)
    {
        // One that cannot be used makes nobody an outsider; it is refused where it is saved.
        if (columns.NotAShopper is { } rule && Outsiders.Problem(rule) is null && SegmentLanguage.Parse(rule).Tree is { } outside)
            shared.Outsiders = new CompiledSegment("", rule, builder.Build(outside), 0, []);
        var trees = new Dictionary<string, (string Text, SegmentTree Tree)>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            var parsed = SegmentLanguage.Parse(definition.Text);
            if (parsed.Tree is { } tree) trees[definition.Key] = (definition.Text, tree);
            else problems[definition.Key] = parsed.Errors;
        }
        var path = new List<string>();
        foreach (var definition in definitions)
            Compile(definition.Key, trees, path);
        keys.AddRange(definitions.Select(definition => definition.Key).Where(byKey.ContainsKey).Distinct(StringComparer.Ordinal));
        byNeeds.Clear();
        byEvent.Clear();
    }

    // Depth first, so that what a definition refers to is compiled, and later decided, before it.
    private bool Compile(string key, Dictionary<string, (string Text, SegmentTree Tree)> trees, List<string> path)
    {
        if (byKey.ContainsKey(key)) return true;
        if (problems.ContainsKey(key)) return false;
        if (!trees.TryGetValue(key, out var definition)) return false;
        path.Add(key);
        try
        {
            var level = 0;
            var refers = new List<int>();
            foreach (var (other, ranked) in References(definition.Tree).Distinct())
            {
                var start = path.IndexOf(other);
                if (start >= 0) return Refuse(key, $"Segments refer to each other in a circle: {string.Join(" -> ", path.Skip(start).Append(other))}.");
                if (!Compile(other, trees, path))
                {
                    if (problems.ContainsKey(key)) return false;
                    return Refuse(key, trees.ContainsKey(other) || problems.ContainsKey(other)
                        ? $"It refers to '{other}', which cannot be evaluated."
                        : $"It refers to '{other}', which does not exist.");
                }
                level = Math.Max(level, byKey[other].Level + (ranked ? 1 : 0));
                refers.Add(segments.IndexOf(byKey[other]));
            }
            var segment = new CompiledSegment(key, definition.Text, builder.Build(definition.Tree), level, [.. refers]);
            segments.Add(segment);
            byKey[key] = segment;
            return true;
        }
        finally
        {
            path.RemoveAt(path.Count - 1);
        }
    }

    private bool Refuse(string key, string message)
    {
        problems[key] = [new SegmentError(1, 1, 1, message, [], null)];
        return false;
    }

    /// <summary>The segments that a tree names, and whether a rank is within them.</summary>
    private static IEnumerable<(string Key, bool Ranked)> References(SegmentTree tree) => tree switch
    {
        AllOf all => all.Parts.SelectMany(References),
        AnyOf any => any.Parts.SelectMany(References),
        NotOf not => References(not.Part),
        InSegment inside => [(inside.Key, false)],
        EnteredSegment entered => [(entered.Key, false)],
        Rank { OfSegment: { } of } => [(of, true)],
        _ => [],
    };
}
