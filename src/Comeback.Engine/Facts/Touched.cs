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
public readonly record struct Cause(CauseKind Kind, long Id, bool Found = false);

/// <summary>The ordinals that one change touched: the owner, and the previous owner when a row was re-keyed; many for the catalogue.</summary>
public readonly struct Touched
{
    private readonly int first;
    private readonly int second;
    private readonly int[]? many;

    private Touched(int count, int first, int second, int[]? many) => (Count, this.first, this.second, this.many) = (count, first, second, many);

    /// <summary>Nobody: the state was known already.</summary>
    public static Touched None => default;

    public int Count { get; }

    public int this[int index] => many is not null ? many[index] : index == 0 ? first : second;

    internal static Touched One(int ordinal) => ordinal < 0 ? default : new(1, ordinal, 0, null);

    internal static Touched Two(int ordinal, int previous) =>
        previous < 0 || previous == ordinal ? One(ordinal) : ordinal < 0 ? One(previous) : new(2, ordinal, previous, null);

    internal static Touched All(int[] ordinals) => new(ordinals.Length, 0, 0, ordinals);
}

/// <summary>Collects what a batch of changes touched, each customer once, with the cause that counts: one that just happened before one that was found.</summary>
public sealed class Touches
{
    private readonly Dictionary<int, Cause> causes = [];

    /// <summary>Customers to decide anew.</summary>
    public int Count => causes.Count;

    /// <summary>Ordinals with their causes, in no order.</summary>
    public IReadOnlyDictionary<int, Cause> Causes => causes;

    public void Add(Touched touched, Cause cause)
    {
        for (var i = 0; i < touched.Count; i++)
            Add(touched[i], cause);
    }

    /// <summary>Has a customer decided anew even though no row changed.</summary>
    public void Add(int ordinal, Cause cause)
    {
        if (!causes.TryGetValue(ordinal, out var known) || (known.Found && !cause.Found))
            causes[ordinal] = cause;
    }

    public void Clear() => causes.Clear();
}
