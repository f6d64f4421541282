namespace Comeback.Engine.Segments;

/// <summary>Where the places of a population are: who stands how far from the top.</summary>
internal interface IRanked
{
    int Count { get; }

    /// <summary>How many have more than a value, or at least that.</summary>
    int CountAbove(long value, bool orEqual);

    /// <summary>The key of the one who stands at a place from the top, 0 for the best.</summary>
    RankKey At(int place);

    /// <summary>The value of the one who stands at a place from the top.</summary>
    long ValueAt(int place);
}

/// <summary>
/// A population as it was at a full pass: the values in one array, of which only the places that are asked for come to lie in order
/// (Hoare's FIND, 1961, with three-way partitions that are remembered). Far cheaper than an index, and it cannot follow changes.
/// </summary>
/// <param name="values">The values of the population, in any order. Rearranged.</param>
/// <param name="keysWith">The keys of those who have a value.</param>
internal sealed class RankArray(long[] values, Func<long, List<RankKey>> keysWith) : IRanked
{
    // Stretches of equal values that lie where they belong, by their first place.
    private readonly SortedList<int, int> settled = [];
    private readonly Dictionary<int, RankKey> asked = [];

    public int Count => values.Length;

    public int CountAbove(long value, bool orEqual)
    {
        var count = 0;
        foreach (var one in values)
            count += one > value || (orEqual && one == value) ? 1 : 0;
        return count;
    }

    public RankKey At(int place)
    {
        if (asked.TryGetValue(place, out var known)) return known;
        var value = ValueAt(place);
        var keys = keysWith(value);
        keys.Sort(static (left, right) => right.CompareTo(left));
        return asked[place] = keys[place - CountAbove(value, orEqual: false)];
    }

    public long ValueAt(int place)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, values.Length);
        var (low, high) = (0, values.Length - 1);
        foreach (var (first, last) in settled)
        {
            if (place >= first && place <= last) return values[place];
            if (last < place) low = last + 1;
            else
            {
                high = first - 1;
                break;
            }
        }
        while (true)
        {
            var pivot = Middle(values[low], values[low + ((high - low) / 2)], values[high]);
            var (above, next, below) = (low, low, high);
            while (next <= below)
            {
                var one = values[next];
                if (one > pivot) (values[above++], values[next++]) = (one, values[above - 1]);
                else if (one < pivot) (values[next], values[below--]) = (values[below + 1], one);
                else next++;
            }
            settled[above] = below;
            if (place < above) high = above - 1;
            else if (place > below) low = below + 1;
            else return pivot;
        }
    }

    private static long Middle(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
