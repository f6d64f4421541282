using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>What can change a truth: decides which definitions a change is put to.</summary>
[Flags]
internal enum Needs
{
    None = 0,
    Orders = 1,
    Events = 2,
    Carts = 4,
    Consents = 8,
    Customer = 16,
    Catalogue = 32,
    Time = 64,
    Rank = 128,
    Median = 256,
    All = 511,
}

/// <summary>A part of a compiled definition: true or false for the subject, lowering the subject's wake to when time can next change that.</summary>
internal abstract class PlanNode(SegmentTree tree)
{
    /// <summary>The part of the definition that this was compiled from.</summary>
    public SegmentTree Tree { get; } = tree;

    public virtual IReadOnlyList<PlanNode> Parts => [];

    public abstract Needs Needs { get; }

    /// <summary>True when the store has none of the data that this is about.</summary>
    public virtual bool NoData => false;

    /// <summary>Kinds of events that can change it, one bit each.</summary>
    public virtual ulong EventKinds => (Needs & Needs.Events) == 0 ? 0 : Parts.Count == 0 ? ~0UL : Parts.Aggregate(0UL, (kinds, part) => kinds | part.EventKinds);

    /// <summary>Whether one event about one product, category or message can change it.</summary>
    public virtual bool TouchedBy(EventKind kind, bool category, int subject) =>
        Parts.Count == 0 ? (EventKinds & (1UL << (int)kind)) != 0 : Parts.Any(part => part.TouchedBy(kind, category, subject));

    public abstract bool Test(Subject subject);

    /// <summary>Takes out of a mask of customers those for whom this is false. Wakes are not worked out.</summary>
    public virtual void Filter(Bulk bulk, Span<ulong> mask) => bulk.OneByOne(this, mask);

    /// <summary>How dear a test is beside a look at a number; the cheap ones go first.</summary>
    public virtual int Cost => 10;

    /// <summary>Works out what is looked up once, before several cores ask for it.</summary>
    public virtual void Prepare()
    {
        foreach (var part in Parts)
            part.Prepare();
    }

    /// <summary>What the truth rests on, in words; null for AND, OR, NOT.</summary>
    public virtual string? Witness(Subject subject) => null;
}

// Short-circuiting is sound for the wake too: while the part that decided stays as it is, the others cannot change the truth.
internal sealed class AllNode(SegmentTree tree, PlanNode[] parts) : PlanNode(tree)
{
    private readonly PlanNode[] cheapFirst = [.. parts.OrderBy(part => part.Cost)];

    public override IReadOnlyList<PlanNode> Parts => parts;
    public override Needs Needs { get; } = parts.Aggregate(Needs.None, (needs, part) => needs | part.Needs);
    public override bool NoData => parts.Any(part => part.NoData);
    public override int Cost { get; } = parts.Sum(part => part.Cost);

    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        foreach (var part in cheapFirst)
        {
            part.Filter(bulk, mask);
            if (!mask.ContainsAnyExcept(0UL)) return;
        }
    }

    public override bool Test(Subject subject)
    {
        var before = subject.Wake;
        foreach (var part in cheapFirst)
        {
            var outer = subject.Wake;
            subject.Wake = long.MaxValue;
            if (!part.Test(subject))
            {
                // This part alone keeps the whole false: only its own wake matters.
                subject.Wake = Math.Min(before, subject.Wake);
                return false;
            }
            subject.Wake = Math.Min(outer, subject.Wake);
        }
        return true;
    }
}

internal sealed class AnyNode(SegmentTree tree, PlanNode[] parts) : PlanNode(tree)
{
    private readonly PlanNode[] cheapFirst = [.. parts.OrderBy(part => part.Cost)];

    public override IReadOnlyList<PlanNode> Parts => parts;
    public override Needs Needs { get; } = parts.Aggregate(Needs.None, (needs, part) => needs | part.Needs);
    public override bool NoData => parts.All(part => part.NoData);
    public override int Cost { get; } = parts.Sum(part => part.Cost);

    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        // Whom an earlier part lets in is not asked again.
        var (open, buffer) = (bulk.Rent(), bulk.Rent());
        mask.CopyTo(open);
        mask.Clear();
        foreach (var part in cheapFirst)
        {
            var fits = buffer.AsSpan(0, mask.Length);
            open.AsSpan(0, mask.Length).CopyTo(fits);
            part.Filter(bulk, fits);
            for (var word = 0; word < mask.Length; word++)
            {
                mask[word] |= fits[word];
                open[word] &= ~fits[word];
            }
        }
        bulk.Return(open);
        bulk.Return(buffer);
    }

    public override bool Test(Subject subject)
    {
        var before = subject.Wake;
        foreach (var part in cheapFirst)
        {
            var outer = subject.Wake;
            subject.Wake = long.MaxValue;
            if (part.Test(subject))
            {
                subject.Wake = Math.Min(before, subject.Wake);
                return true;
            }
            subject.Wake = Math.Min(outer, subject.Wake);
        }
        return false;
    }
}

internal sealed class NotNode(SegmentTree tree, PlanNode part) : PlanNode(tree)
{
    public override IReadOnlyList<PlanNode> Parts => [part];
    public override Needs Needs => part.Needs;
    public override bool NoData => part.NoData;
    public override int Cost => part.Cost;
    public override bool Test(Subject subject) => !part.Test(subject);

    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        var buffer = bulk.Rent();
        var fits = buffer.AsSpan(0, mask.Length);
        mask.CopyTo(fits);
        part.Filter(bulk, fits);
        for (var word = 0; word < mask.Length; word++)
            mask[word] &= ~fits[word];
        bulk.Return(buffer);
    }
}

/// <summary>True or false for everyone, e.g. what a store cannot know.</summary>
internal sealed class ConstantNode(SegmentTree tree, bool truth, bool noData) : PlanNode(tree)
{
    public override Needs Needs => Needs.None;
    public override bool NoData => noData;
    public override bool Test(Subject subject) => truth;
    public override string? Witness(Subject subject) => noData ? "this store has no such data" : truth ? "true for everyone" : "false for everyone";
}

/// <summary>Membership of another segment of the set, which is always decided before this one.</summary>
internal sealed class InSegmentNode(SegmentTree tree, CompiledSegment other) : PlanNode(tree)
{
    public override Needs Needs => other.Root.Needs;
    public override ulong EventKinds => other.Root.EventKinds;
    public override bool TouchedBy(EventKind kind, bool category, int subject) => other.Root.TouchedBy(kind, category, subject);
    public override bool NoData => other.Root.NoData;
    public override int Cost => 1;

    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        bulk.Keep(mask, other.Members.Bits);
    }

    public override bool Test(Subject subject)
    {
        if (!subject.Alone) return other.Members.Contains(subject.Ordinal);
        return other.Root.Test(subject);
    }

    public override string? Witness(Subject subject) => $"{(Test(subject) ? "in" : "not in")} '{other.Key}'";
}

/// <summary>A stable share: an even hash of seed and customer id, so that neither time nor other customers matter.</summary>
internal sealed class ShareNode(RandomShare tree) : PlanNode(tree)
{
    // FNV-1a over the seed, then a 64-bit finaliser (Steele, Lea, Flood 2014, SplitMix) over seed and id.
    private readonly ulong seed = tree.Seed.Aggregate(14_695_981_039_346_656_037UL, (hash, letter) => unchecked((hash ^ letter) * 1_099_511_628_211UL));
    private readonly ulong limit = (ulong)(tree.Percent / 100m * (1UL << 63));

    public override Needs Needs => Needs.Customer;

    public override bool Test(Subject subject) => Place(subject.Columns.IdOf(subject.Ordinal).Value, seed) < limit;

    public override string? Witness(Subject subject) => $"customer {subject.Columns.IdOf(subject.Ordinal)} is {(Test(subject) ? "inside" : "outside")} the share";

    internal static ulong Place(long id, ulong seed)
    {
        unchecked
        {
            var mixed = seed + ((ulong)id * 0x9E3779B97F4A7C15UL);
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return (mixed ^ (mixed >> 31)) >> 1;
        }
    }
}

/// <summary>A definition ready to run, with its members.</summary>
internal sealed class CompiledSegment(string key, string text, PlanNode root, int level, int[] refers)
{
    public string Key => key;
    public string Text => text;
    public PlanNode Root => root;
    /// <summary>0, or one more than the level of the segments that its ranks are within.</summary>
    public int Level => level;
    /// <summary>Indices of the segments that it names; all before its own.</summary>
    public int[] Refers => refers;
    /// <summary>For marketing, as all are but those that only keep the books.</summary>
    public bool Marketing { get; } = !StockSegments.Books.Contains(key);
    public Needs Needs { get; } = root.Needs;
    public MemberSet Members { get; } = new();
    /// <summary>Some definition asks who entered it when.</summary>
    public bool Watched { get; set; }
    /// <summary>The latest entry of each customer, UTC microseconds; only while watched.</summary>
    public Dictionary<int, long> Entries { get; } = [];
}
