using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>Everybody's summaries, one array a number, so that a condition on one number reads only that one. Days are worked out when asked for.</summary>
internal sealed class SummaryColumns
{
    private (int Sum, int Count)[] gaps = [];

    /// <summary>Counted orders; 0 for who is no buyer.</summary>
    public int[] Orders { get; private set; } = [];

    /// <summary>Amount spent in minor units.</summary>
    public long[] Spent { get; private set; } = [];

    /// <summary>The first counted order; <see cref="long.MaxValue"/> when there is none, or none that is dated.</summary>
    public long[] FirstAt { get; private set; } = [];

    /// <summary>The last counted order; <see cref="long.MinValue"/> when there is none, or none that is dated.</summary>
    public long[] LastAt { get; private set; } = [];

    public int Length => Orders.Length;

    public void Reserve(int capacity)
    {
        var before = Length;
        if (capacity <= before) return;
        // A fresh start fits exactly; growth leaves room.
        var room = before == 0 ? capacity : Math.Max(capacity, before + (before / 8));
        (Orders, Spent, FirstAt, LastAt) = (Grown(Orders, room), Grown(Spent, room), Grown(FirstAt, room), Grown(LastAt, room));
        gaps = Grown(gaps, room);
        Array.Fill(FirstAt, long.MaxValue, before, room - before);
        Array.Fill(LastAt, long.MinValue, before, room - before);
    }

    public bool Buyer(int ordinal) => Orders[ordinal] > 0;

    public Summary Of(int ordinal, StoreDays days)
    {
        var (first, last) = (FirstAt[ordinal], LastAt[ordinal]);
        return new Summary
        {
            Orders = Orders[ordinal],
            Spent = Spent[ordinal],
            FirstAt = first,
            LastAt = last,
            GapSum = gaps[ordinal].Sum,
            GapCount = gaps[ordinal].Count,
            FirstDay = first == long.MaxValue ? 0 : days.DayOf(first),
            LastDay = last == long.MinValue ? 0 : days.DayOf(last),
        };
    }

    public void Set(int ordinal, in Summary summary)
    {
        (Orders[ordinal], Spent[ordinal], FirstAt[ordinal], LastAt[ordinal]) = (summary.Orders, summary.Spent, summary.FirstAt, summary.LastAt);
        gaps[ordinal] = (summary.GapSum, summary.GapCount);
    }

    private static T[] Grown<T>(T[] array, int room)
    {
        Array.Resize(ref array, room);
        return array;
    }
}
