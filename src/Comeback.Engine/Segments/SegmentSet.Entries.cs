using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

// Who entered a segment when, kept only for segments that a definition asks it of ("entered segment 'x' within -7d").
public sealed partial class SegmentSet
{
    /// <summary>Keys of the segments whose entries a tree asks for.</summary>
    public static IReadOnlyCollection<string> EnteredIn(SegmentTree tree) => [.. Entered(tree).Distinct(StringComparer.Ordinal)];

    /// <summary>Keys of the segments whose entries definitions of the set ask for.</summary>
    public IEnumerable<string> Watched => segments.Where(segment => segment.Watched).Select(segment => segment.Key);

    /// <summary>
    /// Hands in the latest entry of each customer into a segment as history has it; from then on the set keeps it up. Before the full pass, or any time
    /// later for a question asked once. Members without an entry are in since it became true by their own rows.
    /// </summary>
    public void Watch(string key, IEnumerable<KeyValuePair<int, DateTimeOffset>> entered)
    {
        if (!byKey.TryGetValue(key, out var segment)) return;
        segment.Watched = true;
        foreach (var (ordinal, at) in entered)
            if (StoreDays.Micros(at) is var micros && micros > segment.Entries.GetValueOrDefault(ordinal, long.MinValue)) segment.Entries[ordinal] = micros;
        Remember(segment);
    }

    /// <summary>When a customer last entered a watched segment; null when never, or nobody watches it.</summary>
    public DateTimeOffset? EnteredAt(string key, int ordinal) =>
        byKey.TryGetValue(key, out var segment) && segment.Entries.TryGetValue(ordinal, out var at) ? StoreDays.Instant(at) : null;

    private static IEnumerable<string> Entered(SegmentTree tree) => tree switch
    {
        AllOf all => all.Parts.SelectMany(Entered),
        AnyOf any => any.Parts.SelectMany(Entered),
        NotOf not => Entered(not.Part),
        EnteredSegment entered => [entered.Key],
        _ => [],
    };

    // Members whom history does not know yet.
    private void Remember(CompiledSegment segment)
    {
        if (!segment.Watched) return;
        foreach (var ordinal in segment.Members.Ordinals)
            if (!segment.Entries.ContainsKey(ordinal)) segment.Entries[ordinal] = StoreDays.Micros(Since(segment.Key, ordinal) ?? Now);
    }

    // Dated as the membership's row will be: what was found when it became true, what happened when it did, everything else now.
    private void Enter(CompiledSegment segment, int ordinal, Cause cause)
    {
        var found = cause.Found || cause.Kind is CauseKind.Found or CauseKind.Merge or CauseKind.Definition;
        var at = found && cause.Kind is not (CauseKind.Time or CauseKind.Others) ? StoreDays.Micros(Since(segment.Key, ordinal) ?? Now)
            : cause is { Kind: CauseKind.Order or CauseKind.Event or CauseKind.Cart, At: > 0 } ? cause.At
            : moment.Now;
        segment.Entries[ordinal] = Math.Max(Math.Min(at, moment.Now), segment.Entries.GetValueOrDefault(ordinal, long.MinValue));
    }
}
