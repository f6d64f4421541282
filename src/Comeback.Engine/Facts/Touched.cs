using Comeback.Engine.Orders;

namespace Comeback.Engine.Facts;

/// <summary>What moved a membership. The numbers are stored; never renumber.</summary>
public enum CauseKind : byte
{
    None = 0,
    Order = 1,
    Event = 2,
    Cart = 3,
    Consent = 4,
    Customer = 5,
    Catalogue = 6,
    Time = 7,
    Definition = 8,
    Found = 9,
    Merge = 10,
    /// <summary>Somebody else moved a rank's boundary or the store's median gap; the id is of what moved them.</summary>
    Others = 11,
}

/// <summary>Why a customer is decided anew: by which row, and whether it was found (import, resync) rather than just happened.</summary>
/// <param name="At">When it happened by the store's clock, UTC microseconds; 0 where the row does not say.</param>
public readonly record struct Cause(CauseKind Kind, long Id, bool Found = false, long At = 0);

/// <summary>What kind of facts changed. The numbers are those of the evaluator's needs.</summary>
[Flags]
internal enum FactKinds : byte
{
    None = 0,
    Orders = 1,
    Events = 2,
    Carts = 4,
    Consents = 8,
    Customer = 16,
    Catalogue = 32,
    All = 63,
}

/// <summary>Which events a change was about: decides which definitions it is put to. Opaque outside the Engine.</summary>
public readonly record struct Reach
{
    private const int Several = -2;

    internal Reach(EventKind kind, bool category, int subject) => (EventKinds, Category, Subject) = (1UL << (int)kind, category, subject);

    private Reach(ulong kinds, FactKinds facts, bool category, int subject) => (EventKinds, Facts, Category, Subject) = (kinds, facts, category, subject);

    /// <summary>Events of any kind about anything.</summary>
    internal static readonly Reach Everything = new(~0UL, FactKinds.None, false, Several);

    /// <summary>Whatever can be touched.</summary>
    public static readonly Reach All = new(~0UL, FactKinds.All, false, Several);

    internal ulong EventKinds { get; }

    internal FactKinds Facts { get; }

    /// <summary>The one event was about a category.</summary>
    internal bool Category { get; }

    /// <summary>The slot that the one event was about; -2 when there were several.</summary>
    internal int Subject { get; }

    internal bool IsOne => Subject != Several && EventKinds != 0;

    internal EventKind Kind => (EventKind)System.Numerics.BitOperations.TrailingZeroCount(EventKinds);

    internal Reach With(FactKinds facts) => new(EventKinds, Facts | facts, Category, Subject);

    /// <summary>Both together.</summary>
    public Reach And(Reach other)
    {
        var facts = Facts | other.Facts;
        if (other.EventKinds == 0) return new(EventKinds, facts, Category, Subject);
        if (EventKinds == 0) return new(other.EventKinds, facts, other.Category, other.Subject);
        var same = EventKinds == other.EventKinds && Category == other.Category && Subject == other.Subject;
        return new(EventKinds | other.EventKinds, facts, Category, same ? Subject : Several);
    }
}

/// <summary>The ordinals that one change touched: the owner, and the previous owner when a row was re-keyed; many for the catalogue.</summary>
public readonly struct Touched
{
    private readonly int first;
    private readonly int second;
    private readonly int[]? many;

    private Touched(Reach reach, int count, int first, int second, int[]? many) =>
        (Reach, Count, this.first, this.second, this.many) = (reach, count, first, second, many);

    /// <summary>Nobody: the state was known already.</summary>
    public static Touched None => default;

    public int Count { get; }

    public int this[int index] => many is not null ? many[index] : index == 0 ? first : second;

    /// <summary>What of them was touched.</summary>
    public Reach Reach { get; }

    internal FactKinds Kinds => Reach.Facts;

    internal static Touched One(FactKinds kinds, int ordinal, Reach reach = default) => ordinal < 0 ? default : new(reach.With(kinds), 1, ordinal, 0, null);

    internal static Touched Two(FactKinds kinds, int ordinal, int previous, Reach reach = default) => previous < 0 || previous == ordinal ? One(kinds, ordinal, reach)
        : ordinal < 0 ? One(kinds, previous, reach)
        : new(reach.With(kinds), 2, ordinal, previous, null);

    internal static Touched All(FactKinds kinds, int[] ordinals) => new(default(Reach).With(kinds), ordinals.Length, 0, 0, ordinals);
}

/// <summary>Collects what a batch of changes touched, each customer once, with the cause that counts: one that just happened before one that was found.</summary>
public sealed class Touches
{
    private readonly Dictionary<int, (Cause Cause, Reach Reach)> all = [];

    /// <summary>Customers to decide anew.</summary>
    public int Count => all.Count;

    /// <summary>Ordinals with their causes, in no order.</summary>
    public IEnumerable<KeyValuePair<int, Cause>> Causes => all.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Cause));

    internal Dictionary<int, (Cause Cause, Reach Reach)> Touched => all;

    public void Add(Touched touched, Cause cause)
    {
        for (var i = 0; i < touched.Count; i++)
            Add(touched[i], cause, touched.Reach);
    }

    /// <summary>Has a customer decided anew even though no row changed.</summary>
    public void Add(int ordinal, Cause cause) => Add(ordinal, cause, Reach.All);

    /// <summary>Has a customer decided anew for what was touched of them.</summary>
    public void Add(int ordinal, Cause cause, Reach reach)
    {
        ref var entry = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(all, ordinal, out var known);
        entry = known ? (!entry.Cause.Found || cause.Found ? entry.Cause : cause, entry.Reach.And(reach)) : (cause, reach);
    }

    public void Clear() => all.Clear();
}
