using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>A segment as the host keeps it: its key (unique per store) and its text.</summary>
public sealed record SegmentDefinition(string Key, string Text);

/// <summary>Somebody entered or left.</summary>
/// <param name="At">When it became true: the exact instant for what time did, the instant of deciding for everything else.</param>
public readonly record struct MembershipChange(string Key, int Ordinal, bool Entered, DateTimeOffset At, Cause Cause);

/// <summary>
/// Many definitions compiled over one store's columns: the segment stage's evaluator. A full pass fills the memberships, afterwards each change
/// decides only the customers that it can touch, and the pass of time only those whose truth can have changed.
/// </summary>
/// <remarks>
/// Order of use: <see cref="EvaluateAll"/> once; then, for each batch of changes put into the columns, <see cref="Decide"/>; and
/// <see cref="AdvanceTo"/> when <see cref="NextWake"/> has come. Instants never go back. Not thread-safe: the same single writer as the columns.
/// At any instant the memberships equal those of a full pass at that instant over the same columns.
/// </remarks>
public sealed partial class SegmentSet
{
    /// <summary>Compiles definitions. One that cannot be compiled (a bad text, a cycle, an unknown segment) is in <see cref="Problems"/> and has no members.</summary>
    public static SegmentSet Compile(StoreColumns columns, IEnumerable<SegmentDefinition> definitions) => throw new NotSupportedException();

    /// <summary>Keys of the definitions that compiled, in the order in which they were given.</summary>
    public IReadOnlyList<string> Keys => throw new NotSupportedException();

    /// <summary>Why a definition did not compile, by key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SegmentError>> Problems => throw new NotSupportedException();

    /// <summary>The instant that the memberships are true for.</summary>
    public DateTimeOffset Now => throw new NotSupportedException();

    /// <summary>When time alone can next change a membership; null when it never can.</summary>
    public DateTimeOffset? NextWake => throw new NotSupportedException();

    /// <summary>Evaluates every definition for every customer. Rows later than <paramref name="now"/> are ignored.</summary>
    public void EvaluateAll(DateTimeOffset now) => throw new NotSupportedException();

    /// <summary>Decides the touched customers anew, and those whom they moved (ranks, median). Time passes to <paramref name="now"/> first.</summary>
    public IReadOnlyList<MembershipChange> Decide(Touches touches, DateTimeOffset now) => throw new NotSupportedException();

    /// <summary>Lets time pass: what changed, in order, each dated with the instant at which it became true.</summary>
    public IReadOnlyList<MembershipChange> AdvanceTo(DateTimeOffset now) => throw new NotSupportedException();

    /// <summary>Who is in a segment now.</summary>
    /// <exception cref="KeyNotFoundException">No such segment.</exception>
    public MemberSet Members(string key) => throw new NotSupportedException();

    /// <summary>True when the store has none of the data that the segment is about: say "no data", not 0.</summary>
    public bool NoData(string key) => throw new NotSupportedException();

    /// <summary>Members of a definition that is not in the set, now; it may refer to segments of the set.</summary>
    /// <exception cref="SegmentException">It cannot be compiled.</exception>
    public MemberSet Query(SegmentTree tree) => throw new NotSupportedException();

    /// <summary>Why a customer is in a segment or not, now: each leaf with its witnesses, and when they leave if nothing else happens.</summary>
    public Explanation Explain(string key, int ordinal) => throw new NotSupportedException();

    /// <summary>Since when a member has been in, walking their own history; ranks and the median gap are taken as they are now.</summary>
    public DateTimeOffset? Since(string key, int ordinal) => throw new NotSupportedException();

    /// <summary>What is known of one customer now, for the customer's page and the member list.</summary>
    public CustomerSummary Summary(int ordinal) => throw new NotSupportedException();

    /// <summary>The store's median gap between order days, in days (60 when it has fewer than 30 gaps).</summary>
    public decimal MedianGapDays => throw new NotSupportedException();
}

/// <summary>A definition that cannot be evaluated, with the same errors as at parsing.</summary>
public sealed class SegmentException(IReadOnlyList<SegmentError> errors) : Exception(errors.Count == 0 ? "The definition is not usable." : errors[0].ToString())
{
    public IReadOnlyList<SegmentError> Errors { get; } = errors;
}

/// <summary>Numbers of one customer as of the set's instant. Amounts in minor units of the store's currency, gaps in days.</summary>
/// <param name="OwnGapDays">Mean gap between distinct order days; null with fewer than two of them.</param>
/// <param name="ExpectedGapDays">(2*M + sum of own gaps) / (2 + number of own gaps), at least 7; null for non-buyers.</param>
/// <param name="Lifecycle"><c>just_ordered</c>, <c>active</c>, <c>slipping_away</c> or <c>inactive</c>; null for non-buyers.</param>
public sealed record CustomerSummary(
    int Orders, long SpentMinor, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt, decimal? OwnGapDays, decimal? ExpectedGapDays, string? Lifecycle);

/// <summary>The truth of a definition for one customer. The root's <see cref="LeavesAt"/> says when the membership ends if nothing else happens.</summary>
/// <param name="Text">This part of the definition.</param>
/// <param name="Witness">What it rests on in words, e.g. <c>last order 2026-08-03, 74 days ago</c>; null on AND, OR, NOT.</param>
/// <param name="LeavesAt">When time alone changes this truth; null when it does not.</param>
public sealed record Explanation(string Text, bool Truth, string? Witness, DateTimeOffset? LeavesAt, IReadOnlyList<Explanation> Children);

/// <summary>Members as a bitmap over customer ordinals. A view that follows the set: copy it to keep it.</summary>
public sealed class MemberSet
{
    private ulong[] bits = [];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    public bool Contains(int ordinal) => (ordinal >> 6) < bits.Length && ordinal >= 0 && (bits[ordinal >> 6] & (1UL << (ordinal & 63))) != 0;

    /// <summary>Ordinals, ascending.</summary>
    public IEnumerable<int> Ordinals
    {
        get
        {
            for (var word = 0; word < bits.Length; word++)
                for (var rest = bits[word]; rest != 0; rest &= rest - 1)
                    yield return (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(rest);
        }
    }

    internal Span<ulong> Bits => bits;

    internal void Reserve(int capacity)
    {
        var words = (capacity + 63) >> 6;
        if (words > bits.Length) Array.Resize(ref bits, Math.Max(words, bits.Length + (bits.Length / 2)));
    }

    /// <summary>Sets or clears one; true when that changed it. The room must have been reserved.</summary>
    internal bool Set(int ordinal, bool member)
    {
        ref var word = ref bits[ordinal >> 6];
        var bit = 1UL << (ordinal & 63);
        if ((word & bit) != 0 == member) return false;
        word ^= bit;
        Count += member ? 1 : -1;
        return true;
    }

    /// <summary>Counts anew after the bits were written as words.</summary>
    internal void Recount()
    {
        Count = 0;
        foreach (var word in bits)
            Count += System.Numerics.BitOperations.PopCount(word);
    }

    internal void Clear()
    {
        Array.Clear(bits);
        Count = 0;
    }
}
