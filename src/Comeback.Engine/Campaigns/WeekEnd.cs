using System.Collections.Frozen;
using NodaTime;

namespace Comeback.Engine.Campaigns;

/// <summary>"This week only": the instant at which the week ends where the store is.</summary>
public static class WeekEnd
{
    // Weekends by CLDR supplemental data (weekData, 2026): where the last day of the weekend is not Sunday. The Emirates moved to Sunday in 2022.
    private static readonly FrozenSet<string> SaturdayLast = new[]
        { "SA", "BH", "KW", "OM", "QA", "EG", "JO", "IQ", "YE", "SY", "LY", "DZ", "SD", "IL" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Less than this left means the end of next week.</summary>
    public static readonly Duration Shortest = Duration.FromHours(72);

    /// <summary>The last day of the week of a country: Saturday in Saudi Arabia, Friday in Iran, Sunday in Denmark and wherever nothing else is known.</summary>
    public static IsoDayOfWeek LastDay(string? country) =>
        country is "IR" or "AF" ? IsoDayOfWeek.Friday : country is not null && SaturdayLast.Contains(country) ? IsoDayOfWeek.Saturday : IsoDayOfWeek.Sunday;

    /// <summary>
    /// The midnight after the week's last day, as the last instant of the offer; at least 72 hours away.
    /// <paramref name="lastDay"/> is the merchant's own choice, if any.
    /// </summary>
    public static DateTimeOffset After(DateTimeOffset now, DateTimeZone zone, string? country, IsoDayOfWeek? lastDay = null)
    {
        var instant = Instant.FromDateTimeOffset(now);
        var today = instant.InZone(zone).Date;
        var last = lastDay ?? LastDay(country);
        var day = today.DayOfWeek == last ? today : today.Next(last);
        var end = zone.AtStartOfDay(day.PlusDays(1)).ToInstant();
        if (end - instant < Shortest) end = zone.AtStartOfDay(day.PlusDays(8)).ToInstant();
        return end.ToDateTimeOffset();
    }
}
