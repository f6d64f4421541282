using System.Numerics;

namespace Comeback.Segments;

/// <summary>A set of customer ordinals as bits: what was, to compare with what is.</summary>
internal sealed class OrdinalBits
{
    private ulong[] bits = [];

    public OrdinalBits(IEnumerable<int> ordinals)
    {
        foreach (var ordinal in ordinals) Add(ordinal);
    }

    public IEnumerable<int> Ordinals
    {
        get
        {
            for (var word = 0; word < bits.Length; word++)
                for (var rest = bits[word]; rest != 0; rest &= rest - 1)
                    yield return (word << 6) + BitOperations.TrailingZeroCount(rest);
        }
    }

    public int Count => bits.Sum(BitOperations.PopCount);

    public bool Contains(int ordinal) => (ordinal >> 6) < bits.Length && (bits[ordinal >> 6] & (1UL << (ordinal & 63))) != 0;

    public void Add(int ordinal)
    {
        var word = ordinal >> 6;
        if (word >= bits.Length) Array.Resize(ref bits, Math.Max(word + 1, bits.Length + (bits.Length / 2)));
        bits[word] |= 1UL << (ordinal & 63);
    }
}
