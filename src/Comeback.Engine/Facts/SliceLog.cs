namespace Comeback.Engine.Facts;

/// <summary>One growing list per customer, all in one array: a cache of slices that move to the end when they outgrow their room.</summary>
/// <remarks>A slice's room follows from its length (about half more), or is its length exactly where it lies as <see cref="Trim"/> left it: eight bytes a customer.</remarks>
internal sealed class SliceLog<T> where T : unmanaged
{
    private T[] pool = new T[16];
    private Slice[] slices = [];
    private int used;
    private int wasted;
    // Slices that start before this have no room.
    private int trimmed;

    /// <summary>Entries over all customers.</summary>
    public int Total { get; private set; }

    public Span<T> Of(int ordinal)
    {
        if ((uint)ordinal >= (uint)slices.Length) return default;
        var slice = slices[ordinal];
        return new Span<T>(pool, slice.Start, slice.Count);
    }

    /// <summary>The last entry of a customer; false without any.</summary>
    public bool LastOf(int ordinal, out T last)
    {
        var slice = (uint)ordinal < (uint)slices.Length ? slices[ordinal] : default;
        last = slice.Count == 0 ? default : pool[slice.Start + slice.Count - 1];
        return slice.Count != 0;
    }

    public void Insert(int ordinal, int index, in T item)
    {
        if (ordinal >= slices.Length) Array.Resize(ref slices, Math.Max(ordinal + 1, slices.Length * 2));
        ref var slice = ref slices[ordinal];
        if (slice.Count == Room(slice)) Move(ref slice, Room(slice.Count + 1));
        var span = pool.AsSpan(slice.Start, slice.Count + 1);
        span[index..^1].CopyTo(span[(index + 1)..]);
        span[index] = item;
        slice.Count++;
        Total++;
    }

    public void RemoveAt(int ordinal, int index)
    {
        ref var slice = ref slices[ordinal];
        var span = pool.AsSpan(slice.Start, slice.Count);
        span[(index + 1)..].CopyTo(span[index..]);
        slice.Count--;
        Total--;
    }

    /// <summary>Replaces the whole list of one customer.</summary>
    public void Set(int ordinal, ReadOnlySpan<T> items)
    {
        if (ordinal >= slices.Length)
        {
            if (items.IsEmpty) return;
            Array.Resize(ref slices, Math.Max(ordinal + 1, slices.Length * 2));
        }
        ref var slice = ref slices[ordinal];
        Total += items.Length - slice.Count;
        if (items.Length > Room(slice))
        {
            wasted += Room(slice);
            slice.Count = 0;
            Move(ref slice, Room(items.Length));
        }
        items.CopyTo(pool.AsSpan(slice.Start, items.Length));
        slice.Count = items.Length;
    }

    /// <summary>A copy of those lists whose owner fits, without room, each as it is or a part of it.</summary>
    public SliceLog<T> Where(Func<int, bool> owner, Func<ReadOnlySpan<T>, ReadOnlySpan<T>>? part = null)
    {
        var copy = new SliceLog<T> { pool = new T[Math.Max(Total, 1)], slices = new Slice[slices.Length] };
        for (var ordinal = 0; ordinal < slices.Length; ordinal++)
        {
            ReadOnlySpan<T> list = owner(ordinal) ? Of(ordinal) : default;
            if (part is not null && !list.IsEmpty) list = part(list);
            list.CopyTo(copy.pool.AsSpan(copy.used));
            copy.slices[ordinal] = new Slice(copy.used, list.Length);
            copy.used += list.Length;
        }
        (copy.Total, copy.trimmed) = (copy.used, copy.used);
        return copy;
    }

    /// <summary>Writes the lists; only of a log that was trimmed.</summary>
    public void Write(ColumnWriter to)
    {
        to.Column<Slice>(slices);
        to.Column<T>(pool.AsSpan(0, used));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ColumnReader from)
    {
        (slices, pool) = (from.Column<Slice>(), from.Column<T>());
        foreach (var slice in slices)
            if (slice.Start < 0 || slice.Count < 0 || (long)slice.Start + slice.Count > pool.Length) throw new InvalidDataException("A list lies outside its column.");
        (used, trimmed, wasted, Total) = (pool.Length, pool.Length, 0, slices.Sum(slice => slice.Count));
    }

    /// <summary>Gives back the room that is not used.</summary>
    public void Trim()
    {
        var fresh = new T[Math.Max(Total, 1)];
        var at = 0;
        foreach (ref var slice in slices.AsSpan())
        {
            pool.AsSpan(slice.Start, slice.Count).CopyTo(fresh.AsSpan(at));
            slice.Start = at;
            at += slice.Count;
        }
        (pool, used, wasted, trimmed) = (fresh, at, 0, at);
        var last = slices.Length;
        while (last > 0 && slices[last - 1].Count == 0) last--;
        Array.Resize(ref slices, last);
    }

    // 1, 2, 3, 4, 6, 9, 13, ...: the room of a slice of so many.
    private static int Room(int count)
    {
        if (count <= 4) return count;
        var room = 4;
        while (room < count) room += room / 2;
        return room;
    }

    private int Room(Slice slice) => slice.Start < trimmed ? slice.Count : Room(slice.Count);

    private void Move(ref Slice slice, int room)
    {
        if (used + room > pool.Length)
        {
            if (wasted > pool.Length / 2) Compact();
            if (used + room > pool.Length) Array.Resize(ref pool, Math.Max(used + room, pool.Length + (pool.Length / 2)));
        }
        pool.AsSpan(slice.Start, slice.Count).CopyTo(pool.AsSpan(used));
        wasted += Room(slice);
        slice.Start = used;
        used += room;
    }

    private void Compact()
    {
        var room = 0;
        foreach (var slice in slices)
            room += Room(slice.Count);
        var fresh = new T[Math.Max(room, pool.Length)];
        var at = 0;
        foreach (ref var slice in slices.AsSpan())
        {
            pool.AsSpan(slice.Start, slice.Count).CopyTo(fresh.AsSpan(at));
            slice.Start = at;
            at += Room(slice.Count);
        }
        (pool, used, wasted, trimmed) = (fresh, at, 0, 0);
    }

    private record struct Slice(int Start, int Count);
}

/// <summary>From the ids that a store hands out in blocks from 1 to a small number; pages of what is in use, so four bytes an id.</summary>
internal sealed class IdMap
{
    private const int PageBits = 12;
    private const int Near = 1 << 20;
    private readonly Dictionary<long, int[]> far = [];
    private int[]?[] pages = [];

    /// <summary>The number kept for an id; -1 when there is none.</summary>
    public int this[long id]
    {
        get
        {
            var key = id >> PageBits;
            var page = (ulong)key < (ulong)pages.Length ? pages[key] : key is >= 0 and < Near ? null : far.GetValueOrDefault(key);
            return page is null ? -1 : page[id & ((1 << PageBits) - 1)] - 1;
        }
        set => Page(id)[id & ((1 << PageBits) - 1)] = value + 1;
    }

    private int[] Page(long id)
    {
        var key = id >> PageBits;
        if (key is < 0 or >= Near) return far.TryGetValue(key, out var known) ? known : far[key] = new int[1 << PageBits];
        if (key >= pages.Length) Array.Resize(ref pages, (int)Math.Max(key + 1, pages.Length + (pages.Length / 8)));
        return pages[key] ??= new int[1 << PageBits];
    }
}

/// <summary>Ids that were met: one bit each, in pages of what is in use.</summary>
internal sealed class IdSet
{
    private const int PageBits = 15;
    private readonly Dictionary<long, ulong[]> pages = [];

    public bool Contains(long id) => pages.TryGetValue(id >> PageBits, out var page) && (page[(id & ((1 << PageBits) - 1)) >> 6] & (1UL << (int)(id & 63))) != 0;

    public void Add(long id)
    {
        if (!pages.TryGetValue(id >> PageBits, out var page)) pages[id >> PageBits] = page = new ulong[1 << (PageBits - 6)];
        page[(id & ((1 << PageBits) - 1)) >> 6] |= 1UL << (int)(id & 63);
    }

    public void Remove(long id)
    {
        if (pages.TryGetValue(id >> PageBits, out var page)) page[(id & ((1 << PageBits) - 1)) >> 6] &= ~(1UL << (int)(id & 63));
    }
}
