namespace Comeback.Engine.Segments;

/// <summary>Members as a bitmap over customer ordinals. A view that follows the set: copy it to keep it.</summary>
public sealed class MemberSet
{
    private ulong[] bits = [];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    public bool Contains(int ordinal) => (ordinal >> 6) < bits.Length && ordinal >= 0 && (bits[ordinal >> 6] & (1UL << (ordinal & 63))) != 0;

    /// <summary>Ordinals, ascending.</summary>
    public IEnumerable<int> Ordinals => In(bits);

    /// <summary>The ordinals of a bitmap, ascending.</summary>
    internal static IEnumerable<int> In(ulong[] bits)
    {
        for (var word = 0; word < bits.Length; word++)
            for (var rest = bits[word]; rest != 0; rest &= rest - 1)
                yield return (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>Two segments side by side: who is only here, only there, and in both.</summary>
    public MemberDiff DiffFrom(MemberSet other)
    {
        var (here, there, both) = (new MemberSet(), new MemberSet(), new MemberSet());
        var words = Math.Max(bits.Length, other.bits.Length);
        foreach (var set in new[] { here, there, both })
            set.Reserve(words << 6);
        for (var word = 0; word < words; word++)
        {
            var mine = word < bits.Length ? bits[word] : 0;
            var theirs = word < other.bits.Length ? other.bits[word] : 0;
            (here.bits[word], there.bits[word], both.bits[word]) = (mine & ~theirs, theirs & ~mine, mine & theirs);
        }
        foreach (var set in new[] { here, there, both })
            set.Recount();
        return new MemberDiff(here, there, both);
    }

    /// <summary>A copy of the ordinals, ascending.</summary>
    public List<int> ToList()
    {
        var list = new List<int>(Count);
        System.Runtime.InteropServices.CollectionsMarshal.SetCount(list, Count);
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list);
        var at = 0;
        for (var word = 0; word < bits.Length; word++)
            for (var rest = bits[word]; rest != 0; rest &= rest - 1)
                span[at++] = (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(rest);
        return list;
    }

    internal Span<ulong> Bits => bits;

    internal ulong[] Words => bits;

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

/// <summary>The difference of two segments.</summary>
public sealed record MemberDiff(MemberSet OnlyFirst, MemberSet OnlySecond, MemberSet Both);
