using System.Runtime.CompilerServices;

namespace Comeback.Engine.Facts;

/// <summary>One growing list per customer, all in one array: a cache of slices that move to the end when they outgrow their room.</summary>
internal sealed class SliceLog<T> where T : struct
{
    private T[] pool = new T[64];
    private int used;
    private int wasted;
    private Slice[] slices = [];

    /// <summary>Entries over all customers.</summary>
    public int Total { get; private set; }

    public Span<T> Of(int ordinal)
    {
        if ((uint)ordinal >= (uint)slices.Length) return default;
        ref var slice = ref slices[ordinal];
        return pool.AsSpan(slice.Start, slice.Count);
    }

    public void Insert(int ordinal, int index, in T item)
    {
        if (ordinal >= slices.Length) Array.Resize(ref slices, Math.Max(ordinal + 1, slices.Length * 2));
        ref var slice = ref slices[ordinal];
        if (slice.Count == slice.Room) Move(ref slice, slice.Room == 0 ? 1 : slice.Room < 4 ? 4 : slice.Room + (slice.Room / 2));
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
        if (items.Length > slice.Room)
        {
            slice.Count = 0;
            Move(ref slice, items.Length);
        }
        items.CopyTo(pool.AsSpan(slice.Start, items.Length));
        slice.Count = items.Length;
    }

    /// <summary>Gives back the room that is not used.</summary>
    public void Trim()
    {
        var fresh = new T[Math.Max(Total, 1)];
        var at = 0;
        foreach (ref var slice in slices.AsSpan())
        {
            pool.AsSpan(slice.Start, slice.Count).CopyTo(fresh.AsSpan(at));
            (slice.Start, slice.Room) = (at, slice.Count);
            at += slice.Count;
        }
        (pool, used, wasted) = (fresh, at, 0);
    }

    private void Move(ref Slice slice, int room)
    {
        if (used + room > pool.Length)
        {
            if (wasted > pool.Length / 2) Compact();
            if (used + room > pool.Length) Array.Resize(ref pool, Math.Max(used + room, pool.Length + (pool.Length / 2)));
        }
        pool.AsSpan(slice.Start, slice.Count).CopyTo(pool.AsSpan(used));
        wasted += slice.Room;
        slice.Start = used;
        slice.Room = room;
        used += room;
    }

    private void Compact()
    {
        var fresh = new T[pool.Length];
        var at = 0;
        foreach (ref var slice in slices.AsSpan())
        {
            pool.AsSpan(slice.Start, slice.Count).CopyTo(fresh.AsSpan(at));
            slice.Start = at;
            at += slice.Room;
        }
        (pool, used, wasted) = (fresh, at, 0);
    }

    private record struct Slice(int Start, int Count, int Room);
}

/// <summary>From the ids that a store hands out in blocks from 1 to a small number; pages of what is in use, so four bytes an id.</summary>
internal sealed class IdMap
{
    private const int PageBits = 12;
    private readonly Dictionary<long, int[]> pages = [];
    private long lastKey = -1;
    private int[]? last;

    /// <summary>The number kept for an id; -1 when there is none.</summary>
    public int this[long id]
    {
        get => Page(id, make: false) is { } page ? page[id & ((1 << PageBits) - 1)] - 1 : -1;
        set => Page(id, make: true)![id & ((1 << PageBits) - 1)] = value + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int[]? Page(long id, bool make)
    {
        var key = id >> PageBits;
        if (key == lastKey) return last;
        if (!pages.TryGetValue(key, out var page))
        {
            if (!make) return null;
            pages[key] = page = new int[1 << PageBits];
        }
        (lastKey, last) = (key, page);
        return page;
    }
}
