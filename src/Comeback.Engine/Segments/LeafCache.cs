using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>
/// Bitmaps of the conditions that were asked lately: while somebody edits one part of a definition, the others are not worked out again.
/// One holds for the columns, the catalogue and the instant that it was made at.
/// </summary>
internal sealed class LeafCache(StoreColumns columns)
{
    /// <summary>A bitmap is 125 KB for a million customers.</summary>
    private const int Most = 96;
    private readonly Dictionary<SegmentTree, (ulong[] Bits, long Used)> known = [];
    private (long Version, int Catalogue, long Now) state;
    private long uses;

    /// <summary>A node that answers from a bitmap; <paramref name="missing"/> receives those that must be filled first.</summary>
    public PlanNode Remembered(PlanNode leaf, Moment moment, List<(PlanNode, ulong[])> missing)
    {
        if (state != (columns.Version, columns.CatalogueVersion, moment.Now))
        {
            known.Clear();
            state = (columns.Version, columns.CatalogueVersion, moment.Now);
        }
        if (known.TryGetValue(leaf.Tree, out var entry))
        {
            known[leaf.Tree] = entry with { Used = ++uses };
            return new RememberedNode(leaf, entry.Bits);
        }
        if (known.Count >= Most) known.Remove(known.MinBy(pair => pair.Value.Used).Key);
        var bits = new ulong[(columns.Capacity + 63) >> 6];
        known[leaf.Tree] = (bits, ++uses);
        missing.Add((leaf, bits));
        return new RememberedNode(leaf, bits);
    }

    /// <summary>Forgets everything, when filling went wrong.</summary>
    public void Clear() => known.Clear();

    private sealed class RememberedNode(PlanNode leaf, ulong[] bits) : PlanNode(leaf.Tree)
    {
        public override Needs Needs => leaf.Needs;
        public override bool NoData => leaf.NoData;
        public override ulong EventKinds => leaf.EventKinds;
        public override int Cost => 0;
        public override bool TouchedBy(EventKind kind, bool category, int subject) => leaf.TouchedBy(kind, category, subject);
        public override bool Test(Subject subject) => leaf.Test(subject);
        public override void Filter(Bulk bulk, Span<ulong> mask) => bulk.Keep(mask, bits);
    }
}
