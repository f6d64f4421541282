using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Comeback.Engine.Segments;

/// <summary>Comparisons of a stretch of a column, one bit a number. Vectors where the machine has them; the same answer without.</summary>
internal static class Lanes
{
    /// <summary>Keeps in a mask those whose number lies from <paramref name="low"/> to <paramref name="high"/>, both included; or those whose does not.</summary>
    public static void Keep(Span<ulong> mask, ReadOnlySpan<long> values, long low, long high, bool not = false)
    {
        for (var word = 0; word < mask.Length; word++)
        {
            if (mask[word] == 0) continue;
            var bits = Between(Part(values, word), low, high);
            mask[word] &= not ? ~bits : bits;
        }
    }

    /// <inheritdoc cref="Keep(Span{ulong}, ReadOnlySpan{long}, long, long, bool)"/>
    public static void Keep(Span<ulong> mask, ReadOnlySpan<int> values, long low, long high, bool not = false)
    {
        var (least, most) = ((int)Math.Clamp(low, int.MinValue, int.MaxValue), (int)Math.Clamp(high, int.MinValue, int.MaxValue));
        var none = low > high || low > int.MaxValue || high < int.MinValue;
        for (var word = 0; word < mask.Length; word++)
        {
            if (mask[word] == 0) continue;
            var bits = none ? 0 : Between(Part(values, word), least, most);
            mask[word] &= not ? ~bits : bits;
        }
    }

    /// <summary>Bits of up to 64 numbers that lie between two.</summary>
    public static ulong Between(ReadOnlySpan<long> values, long low, long high)
    {
        var (bits, i) = (0UL, 0);
        if (Vector256.IsHardwareAccelerated)
        {
            var (least, most) = (Vector256.Create(low), Vector256.Create(high));
            ref var first = ref MemoryMarshal.GetReference(values);
            for (; i + 4 <= values.Length; i += 4)
            {
                var four = Vector256.LoadUnsafe(ref first, (nuint)i);
                bits |= (ulong)(Vector256.GreaterThanOrEqual(four, least) & Vector256.LessThanOrEqual(four, most)).ExtractMostSignificantBits() << i;
            }
        }
        for (; i < values.Length; i++)
            bits |= (values[i] >= low & values[i] <= high ? 1UL : 0UL) << i;
        return bits;
    }

    /// <inheritdoc cref="Between(ReadOnlySpan{long}, long, long)"/>
    public static ulong Between(ReadOnlySpan<int> values, int low, int high)
    {
        var (bits, i) = (0UL, 0);
        if (Vector256.IsHardwareAccelerated)
        {
            var (least, most) = (Vector256.Create(low), Vector256.Create(high));
            ref var first = ref MemoryMarshal.GetReference(values);
            for (; i + 8 <= values.Length; i += 8)
            {
                var eight = Vector256.LoadUnsafe(ref first, (nuint)i);
                bits |= (ulong)(Vector256.GreaterThanOrEqual(eight, least) & Vector256.LessThanOrEqual(eight, most)).ExtractMostSignificantBits() << i;
            }
        }
        for (; i < values.Length; i++)
            bits |= (values[i] >= low & values[i] <= high ? 1UL : 0UL) << i;
        return bits;
    }

    private static ReadOnlySpan<T> Part<T>(ReadOnlySpan<T> values, int word) => values.Slice(word << 6, Math.Min(64, values.Length - (word << 6)));
}
