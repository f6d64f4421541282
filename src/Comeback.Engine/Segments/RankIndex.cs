namespace Comeback.Engine.Segments;

/// <summary>Where one stands in a rank: more of the metric first, then the later last order, then the lower id.</summary>
internal readonly record struct RankKey(long Value, long LastAt, long Id) : IComparable<RankKey>
{
    /// <summary>Greater is better.</summary>
    public int CompareTo(RankKey other) =>
        Value != other.Value ? Value.CompareTo(other.Value) : LastAt != other.LastAt ? LastAt.CompareTo(other.LastAt) : other.Id.CompareTo(Id);
}

/// <summary>
/// An order statistic over a population by one metric: buckets of neighbouring values, of which only the one at a boundary is ever sorted.
/// </summary>
internal sealed class RankIndex : IRanked
{
    private const int Aim = 256;

    // bounds[b] is the least value of bucket b; bucket 0 takes everything below bounds[1].
    private long[] bounds = [long.MinValue];
    private List<Bucket> buckets = [new()];
    private Place[] places = [];

    public int Count { get; private set; }

    /// <summary>Ranks within this population, told of each change so that they need not look for it.</summary>
    public List<RankState> Followers { get; } = [];

    public bool Contains(int ordinal) => ordinal < places.Length && places[ordinal].Bucket > 0;

    /// <summary>The key kept for a member of the population.</summary>
    public RankKey KeyOf(int ordinal) => buckets[places[ordinal].Bucket - 1].Items[places[ordinal].Index].Key;

    public void Set(int ordinal, RankKey key)
    {
        if (ordinal >= places.Length) Array.Resize(ref places, Math.Max(ordinal + 1, places.Length * 2));
        ref var place = ref places[ordinal];
        if (place.Bucket > 0)
        {
            if (KeyOf(ordinal) == key) return;
            Remove(ordinal);
        }
        foreach (var follower in Followers)
            follower.Came(key);
        var bucket = Find(key.Value);
        Put(ordinal, key, bucket);
        Count++;
        var items = buckets[bucket].Items;
        // A bucket of one value cannot be split, and needs no splitting: ranks that keep equals together never look inside.
        if (items.Count > Aim * 8 && items.Count > buckets[bucket].SplitAt) Split(bucket);
    }

    public void Remove(int ordinal)
    {
        if (!Contains(ordinal)) return;
        ref var place = ref places[ordinal];
        var bucket = buckets[place.Bucket - 1];
        foreach (var follower in Followers)
            follower.Went(bucket.Items[place.Index].Key);
        var last = bucket.Items.Count - 1;
        if (place.Index != last)
        {
            bucket.Items[place.Index] = bucket.Items[last];
            places[bucket.Items[last].Ordinal].Index = place.Index;
        }
        bucket.Items.RemoveAt(last);
        bucket.Sorted = false;
        place = default;
        Count--;
    }

    public void Clear()
    {
        (bounds, buckets, Count) = ([long.MinValue], [new()], 0);
        Array.Clear(places);
    }

    /// <summary>Fills an empty index at once.</summary>
    public void Fill(List<(int Ordinal, RankKey Key)> all, int capacity)
    {
        Clear();
        if (capacity > places.Length) Array.Resize(ref places, capacity);
        var values = all.Select(item => item.Key.Value).ToArray();
        Array.Sort(values);
        var cuts = new List<long> { long.MinValue };
        for (var i = Aim; i < values.Length; i += Aim)
        {
            // Begin a bucket at each heavy value and just after it, so that a heavy value has a bucket of its own.
            if (values[i] > cuts[^1]) cuts.Add(values[i]);
            if (values[i] == values[i - Aim] && values[i] < long.MaxValue && cuts[^1] <= values[i]) cuts.Add(values[i] + 1);
        }
        bounds = [.. cuts.Distinct().Order()];
        buckets = [.. bounds.Select(_ => new Bucket())];
        foreach (var (ordinal, key) in all)
            Put(ordinal, key, Find(key.Value));
        Count = all.Count;
    }

    /// <summary>How many have more than a value, or at least that.</summary>
    public int CountAbove(long value, bool orEqual)
    {
        var bucket = Find(value);
        var count = 0;
        for (var b = buckets.Count - 1; b > bucket; b--)
            count += buckets[b].Items.Count;
        if (Single(bucket)) return count + (orEqual ? buckets[bucket].Items.Count : 0);
        foreach (var item in buckets[bucket].Items)
            if (item.Key.Value > value || (orEqual && item.Key.Value == value)) count++;
        return count;
    }

    /// <summary>The key of the one who stands at a place from the top, 0 for the best.</summary>
    public RankKey At(int place)
    {
        for (var b = buckets.Count - 1; b >= 0; b--)
        {
            var bucket = buckets[b];
            if (place < bucket.Items.Count) return bucket.Ranked()[place];
            place -= bucket.Items.Count;
        }
        throw new ArgumentOutOfRangeException(nameof(place));
    }

    /// <summary>The value of the one who stands at a place from the top; cheaper than <see cref="At"/> where many are equal.</summary>
    public long ValueAt(int place)
    {
        for (var b = buckets.Count - 1; b >= 0; b--)
        {
            var bucket = buckets[b];
            if (place >= bucket.Items.Count)
            {
                place -= bucket.Items.Count;
                continue;
            }
            return Single(b) ? bounds[b] : bucket.Ranked()[place].Value;
        }
        throw new ArgumentOutOfRangeException(nameof(place));
    }

    /// <summary>Those whose value is between two (both included), and perhaps some neighbours.</summary>
    public IEnumerable<int> Near(long low, long high)
    {
        for (var b = Find(low); b <= Find(high); b++)
            foreach (var item in buckets[b].Items)
                if (item.Key.Value >= low && item.Key.Value <= high) yield return item.Ordinal;
    }

    // All in it have the same value.
    private bool Single(int bucket) => bucket > 0 && bucket + 1 < bounds.Length && bounds[bucket + 1] == bounds[bucket] + 1;

    private int Find(long value)
    {
        var index = Array.BinarySearch(bounds, value);
        return index >= 0 ? index : ~index - 1;
    }

    private void Put(int ordinal, RankKey key, int bucket)
    {
        var into = buckets[bucket];
        places[ordinal] = new Place(bucket + 1, into.Items.Count);
        into.Items.Add(new Item(ordinal, key));
        into.Sorted = false;
    }

    private void Split(int bucket)
    {
        var items = buckets[bucket].Items;
        var values = items.Select(item => item.Key.Value).Order().ToArray();
        if (values[0] == values[^1])
        {
            buckets[bucket].SplitAt = items.Count * 2;
            return;
        }
        var all = new List<(int, RankKey)>(Count);
        foreach (var each in buckets)
            foreach (var item in each.Items)
                all.Add((item.Ordinal, item.Key));
        Fill(all, places.Length);
        foreach (var each in buckets)
            each.SplitAt = Math.Max(Aim * 8, each.Items.Count * 2);
    }

    private readonly record struct Item(int Ordinal, RankKey Key);

    private record struct Place(int Bucket, int Index);

    private sealed class Bucket
    {
        private RankKey[] ranked = [];

        public List<Item> Items { get; } = [];
        public bool Sorted { get; set; }
        public int SplitAt { get; set; }

        /// <summary>Keys of the bucket, best first.</summary>
        public RankKey[] Ranked()
        {
            if (Sorted) return ranked;
            ranked = [.. Items.Select(item => item.Key)];
            Array.Sort(ranked, static (left, right) => right.CompareTo(left));
            Sorted = true;
            return ranked;
        }
    }
}
