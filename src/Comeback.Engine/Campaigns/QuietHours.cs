using NodaTime;
using NodaTime.TimeZones;

namespace Comeback.Engine.Campaigns;

/// <summary>
/// The hours in which nothing promotional is sent, by the wall clock of the store, usually over midnight (21:00 to 09:00), and beside them the seasons
/// of a country: the nights of Ramadan, the Friday prayer, the mornings of its weekend.
/// </summary>
/// <param name="Country">Whose seasons are kept; null for none.</param>
public sealed record QuietHours(LocalTime Start, LocalTime End, string? Country = null)
{
    /// <summary>The first instant at or after <paramref name="now"/> that is not quiet. An hour that a clock change skips moves to the first one that exists.</summary>
    public DateTimeOffset NextAllowed(DateTimeOffset now, DateTimeZone zone)
    {
        var at = Instant.FromDateTimeOffset(now);
        var seasons = QuietSeasons.Of(Country);
        // Each end can lie in another quiet time; a week of nothing else is more than any season has.
        for (var round = 0; round < 50; round++)
        {
            var local = at.InZone(zone).LocalDateTime;
            var end = Covers(local.TimeOfDay) ? (local.TimeOfDay < End ? local.Date : local.Date.PlusDays(1)) + End : seasons?.EndOf(local);
            if (end is not { } until) break;
            at = zone.ResolveLocal(until, Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter)).ToInstant();
        }
        return at == Instant.FromDateTimeOffset(now) ? now : at.ToDateTimeOffset();
    }

    /// <summary>Start is quiet, End is not; equal times mean no quiet hours. Seasons aside.</summary>
    public bool Covers(LocalTime time) => Start < End ? time >= Start && time < End : Start > End && (time >= Start || time < End);
}

/// <summary>
/// What is quiet by the calendar of a country, as data. These are the house's defaults, written down in November 2026 and on the careful side of what is
/// customary; no law is quoted. A merchant can switch them off.
/// </summary>
/// <param name="Weekend">Days whose morning is quiet until <see cref="WeekendMorning"/>.</param>
/// <param name="FridayPrayer">Quiet around noon on Fridays.</param>
/// <param name="Ramadan">The nights of Ramadan (Umm al-Qura) are quiet, from before sunset to dawn.</param>
public sealed record QuietSeasons(IReadOnlyList<IsoDayOfWeek> Weekend, bool FridayPrayer, bool Ramadan)
{
    public static readonly LocalTime WeekendMorning = new(10, 0);
    public static readonly LocalTime PrayerBegins = new(11, 30), PrayerEnds = new(13, 30);
    public static readonly LocalTime RamadanEvening = new(17, 0), RamadanDawn = new(6, 0);

    private static readonly QuietSeasons Gulf = new([IsoDayOfWeek.Friday, IsoDayOfWeek.Saturday], FridayPrayer: true, Ramadan: true);
    private static readonly QuietSeasons Emirates = new([IsoDayOfWeek.Saturday, IsoDayOfWeek.Sunday], FridayPrayer: true, Ramadan: true);
    private static readonly QuietSeasons Denmark = new([IsoDayOfWeek.Saturday, IsoDayOfWeek.Sunday], FridayPrayer: false, Ramadan: false);

    /// <summary>Null where nothing is known: the quiet hours alone hold.</summary>
    public static QuietSeasons? Of(string? country) => country switch
    {
        "SA" or "BH" or "KW" or "OM" or "QA" or "YE" or "JO" or "IQ" or "EG" => Gulf,
        "AE" => Emirates,
        "DK" => Denmark,
        _ => null,
    };

    /// <summary>When the quiet time that covers a local time ends; null when none does.</summary>
    public LocalDateTime? EndOf(LocalDateTime local)
    {
        var time = local.TimeOfDay;
        if (FridayPrayer && local.DayOfWeek == IsoDayOfWeek.Friday && time >= PrayerBegins && time < PrayerEnds) return local.Date + PrayerEnds;
        if (Ramadan && time >= RamadanEvening && InRamadan(local.Date)) return local.Date.PlusDays(1) + RamadanDawn;
        // The night that begins on the last evening ends on the first of Shawwal.
        if (Ramadan && time < RamadanDawn && InRamadan(local.Date.PlusDays(-1))) return local.Date + RamadanDawn;
        return Weekend.Contains(local.DayOfWeek) && time < WeekendMorning ? local.Date + WeekendMorning : null;
    }

    private static bool InRamadan(LocalDate day) => day.Year is > 1912 and < 2077 && day.WithCalendar(CalendarSystem.UmAlQura).Month == 9;
}
