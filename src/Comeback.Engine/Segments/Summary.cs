using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>What the orders of one customer come to, as of an instant. Kept per customer; everything that ranks and medians are made of.</summary>
internal record struct Summary
{
    public int Orders;
    public int FirstDay;
    public int LastDay;
    /// <summary>Days between distinct order days, added up.</summary>
    public int GapSum;
    public int GapCount;
    public long Spent;
    public long FirstAt;
    public long LastAt;

    public readonly bool Buyer => Orders > 0;

    /// <summary>Of who is not there.</summary>
    public static Summary Nobody => new() { FirstAt = long.MaxValue, LastAt = long.MinValue };

    /// <summary>Reads a customer's rows up to <paramref name="now"/>; <paramref name="wake"/> is lowered to the first row after it.</summary>
    /// <param name="gaps">Receives each gap, when given.</param>
    public static Summary Of(StoreColumns columns, int ordinal, long now, ref long wake, List<int>? gaps = null)
    {
        var summary = new Summary { FirstAt = long.MaxValue, LastAt = long.MinValue };
        var lastDay = int.MinValue;
        foreach (ref readonly var order in columns.OrdersOf(ordinal))
        {
            if (order.At > now)
            {
                wake = Math.Min(wake, order.At);
                break;
            }
            if ((order.Flags & OrderFlags.Money) != 0 && order.Spent != OrderEntry.NoAmount) summary.Spent += order.Spent;
            if ((order.Flags & OrderFlags.Counted) == 0) continue;
            if (summary.Orders++ == 0) (summary.FirstAt, summary.FirstDay) = (order.At, order.Day);
            else if (order.Day != lastDay)
            {
                summary.GapSum += order.Day - lastDay;
                summary.GapCount++;
                gaps?.Add(order.Day - lastDay);
            }
            (summary.LastAt, summary.LastDay, lastDay) = (order.At, order.Day, order.Day);
        }
        foreach (ref readonly var refund in columns.RefundsOf(ordinal))
        {
            if (refund.OfOrder) continue;
            if (refund.At <= now) summary.Spent -= refund.Amount;
            else wake = Math.Min(wake, refund.At);
        }
        if (columns.LifetimeOf(ordinal) is { } lifetime) summary.Add(lifetime, columns, ordinal, now, ref wake);
        return summary;
    }

    // The store's own totals up to an instant: what they exceed the rows of that time by is older than our history.
    private void Add(LifetimeFacts lifetime, StoreColumns columns, int ordinal, long now, ref long wake)
    {
        var asOf = StoreDays.Micros(lifetime.AsOf);
        var (known, spent) = (0, 0L);
        foreach (ref readonly var order in columns.OrdersOf(ordinal))
        {
            if (order.At > asOf) break;
            if ((order.Flags & OrderFlags.Money) != 0 && order.Spent != OrderEntry.NoAmount) spent += order.Spent;
            if ((order.Flags & OrderFlags.Counted) != 0) known++;
        }
        if (lifetime.Orders <= known) return;
        var first = lifetime.FirstOrderAt is { } at ? StoreDays.Micros(at) : long.MinValue;
        if (first > now)
        {
            wake = Math.Min(wake, first);
            return;
        }
        foreach (ref readonly var refund in columns.RefundsOf(ordinal))
            if (refund.At <= asOf && !refund.OfOrder) spent -= refund.Amount;
        Orders += lifetime.Orders - known;
        Spent += lifetime.SpentMinor - spent;
        if (first != long.MinValue && first < FirstAt) (FirstAt, FirstDay) = (first, columns.Days.DayOf(first));
        if (lifetime.LastOrderAt is { } latest)
        {
            var last = StoreDays.Micros(latest);
            if (last > now) wake = Math.Min(wake, last);
            else if (last > LastAt) (LastAt, LastDay) = (last, columns.Days.DayOf(last));
        }
        if (LastAt == long.MinValue) (LastAt, LastDay) = (FirstAt, FirstDay);
        if (FirstAt == long.MaxValue) (FirstAt, FirstDay) = (LastAt, LastDay);
    }
}

/// <summary>The median of all gaps of a store, kept by counting gaps of each length.</summary>
internal sealed class GapMedian
{
    /// <summary>Fewer gaps than these say nothing yet (DEFINITIONS, "frequent").</summary>
    public const int Enough = 30;
    private const int Fallback = 60;

    private int[] counts = new int[512];
    private int total;
    private bool changed = true;

    /// <summary>Twice the median, in days, so that the mean of two middle gaps stays whole.</summary>
    public int Twice { get; private set; } = 2 * Fallback;

    public void Clear()
    {
        Array.Clear(counts);
        (total, changed) = (0, true);
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    public void Add(GapMedian other)
    {
        if (other.counts.Length > counts.Length) Array.Resize(ref counts, other.counts.Length);
        for (var gap = 0; gap < other.counts.Length; gap++)
            counts[gap] += other.counts[gap];
        total += other.total;
        changed = true;
    }

    public void Add(ReadOnlySpan<int> gaps, int by)
    {
        foreach (var gap in gaps)
        {
            if (gap >= counts.Length) Array.Resize(ref counts, Math.Max(gap + 1, counts.Length * 2));
            changed = true;
            counts[gap] += by;
            total += by;
        }
    }

    /// <summary>Finds the median anew; true when it moved.</summary>
    public bool Settle()
    {
        if (!changed) return false;
        changed = false;
        var before = Twice;
        Twice = total < Enough ? 2 * Fallback : At((total - 1) / 2) + At(total / 2);
        return Twice != before;
    }

    private int At(int index)
    {
        for (var gap = 0; ; gap++)
        {
            index -= counts[gap];
            if (index < 0) return gap;
        }
    }
}
