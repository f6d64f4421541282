namespace Comeback.Engine.Campaigns;

/// <summary>How often one person may be written to. Defaults are those of the definitions; a merchant may lower or raise them.</summary>
public sealed record PressureRules
{
    public int PerDay { get; init; } = 1;
    public int PerWeek { get; init; } = 3;
    public int PerWeekHighlyEngaged { get; init; } = 4;
    /// <summary>The disengaged get one promotion in this many days.</summary>
    public int DisengagedDays { get; init; } = 14;
    public int DaysAfterOrder { get; init; } = 3;
    /// <summary>An order that never arrives stops holding promotions after this many days.</summary>
    public int UndeliveredDays { get; init; } = 14;

    /// <summary>When the budget next has room: null when it has now. A day is 24 hours, a week 7 of them, so no clock change lends a message.</summary>
    public (DateTimeOffset Until, HoldReason Reason)? NextRoom(DateTimeOffset now, Engagement engagement, IReadOnlyList<DateTimeOffset> promotions)
    {
        var newest = promotions.Where(p => p <= now).OrderDescending().ToList();
        var day = Room(newest, PerDay, TimeSpan.FromDays(1), now);
        var week = engagement == Engagement.Disengaged
            ? Room(newest, 1, TimeSpan.FromDays(DisengagedDays), now)
            : Room(newest, engagement == Engagement.High ? PerWeekHighlyEngaged : PerWeek, TimeSpan.FromDays(7), now);
        if (day is null && week is null) return null;
        return week is null || day > week ? (day!.Value, HoldReason.DayBudget) : (week.Value, HoldReason.WeekBudget);
    }

    // With n allowed in a window there is room when the n-th newest has left it.
    private static DateTimeOffset? Room(List<DateTimeOffset> newest, int allowed, TimeSpan window, DateTimeOffset now)
    {
        if (allowed <= 0) return now + window;
        if (newest.Count < allowed) return null;
        var free = newest[allowed - 1] + window;
        return free > now ? free : null;
    }
}
