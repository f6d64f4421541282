using NodaTime;

namespace Comeback.Stores.Demo;

/// <summary>Where a shopper's year and day have their peaks.</summary>
internal enum DemoRegion : byte { Nordic = 0, Gulf = 1 }

/// <summary>
/// How much is bought when: hour of day, day of week, Black Friday, Christmas, Ramadan and both Eids (Umm al-Qura). People's rhythms run in
/// <em>shopping days</em>, which pass faster in a busy hour; one shopping day is an ordinary day on average.
/// </summary>
internal sealed class DemoSeasons
{
    private static readonly double[] DayHours =
        [.2, .1, .05, .05, .05, .1, .3, .7, 1, 1.1, 1.2, 1.3, 1.4, 1.2, 1.1, 1.1, 1.2, 1.3, 1.5, 1.9, 2.2, 2, 1.3, .6];
    private static readonly double[] RamadanHours =
        [2.2, 2, 1.6, 1, .5, .2, .2, .3, .5, .7, .9, 1, 1, 1, .9, .8, .6, .3, .3, .9, 1.6, 2.1, 2.4, 2.3];

    private static readonly LocalDate LastFeast = new(2076, 1, 1);

    private readonly DateTimeOffset start;
    private readonly List<double>[] passed = [[0], [0]];

    /// <param name="end">So far the hours are laid out at once; later ones when they are asked for.</param>
    public DemoSeasons(DateTimeOffset start, DateTimeOffset end)
    {
        this.start = start;
        var hours = (int)Math.Ceiling((end - start).TotalHours);
        LayOut(DemoRegion.Nordic, hours);
        LayOut(DemoRegion.Gulf, hours);
    }

    /// <summary>Shopping days from the start until the instant.</summary>
    public double Passed(DemoRegion region, DateTimeOffset at)
    {
        var hours = Math.Max(0, (at - start).TotalHours);
        var whole = (int)hours;
        var sums = LayOut(region, whole + 2);
        return sums[whole] + ((sums[whole + 1] - sums[whole]) * (hours - whole));
    }

    /// <summary>The instant, in whole seconds, at which so many shopping days have passed; null when that is farther off than thirty years.</summary>
    public DateTimeOffset? At(DemoRegion region, double shoppingDays)
    {
        var sums = passed[(int)region];
        if (shoppingDays > 12_000)
            return null;
        while (shoppingDays >= sums[^1])
            LayOut(region, sums.Count + 2000);
        var found = sums.BinarySearch(shoppingDays);
        var hour = found >= 0 ? found : ~found - 1;
        var part = (shoppingDays - sums[hour]) / (sums[hour + 1] - sums[hour]);
        return start.AddSeconds(Math.Floor((hour + part) * 3600));
    }

    /// <summary>How busy a day is against an ordinary one.</summary>
    public static double Day(DemoRegion region, LocalDate day) => Feast(region, day) * Week(region, day.DayOfWeek);

    /// <summary>Whether it is Ramadan or within the days before a feast, when gifts and dates are bought.</summary>
    public static bool Festive(DemoRegion region, LocalDate day) => region == DemoRegion.Gulf
        ? Feast(region, day) >= 1.4
        : day.Month == 12 && day.Day <= 22;

    /// <summary>The Friday after the fourth Thursday of November.</summary>
    public static LocalDate BlackFriday(int year)
    {
        var first = new LocalDate(year, 11, 1);
        return first.PlusDays(((int)IsoDayOfWeek.Thursday - (int)first.DayOfWeek + 7) % 7).PlusDays(22);
    }

    private static double Feast(DemoRegion region, LocalDate day)
    {
        var untilBlackFriday = Period.DaysBetween(day, BlackFriday(day.Year));
        var blackFriday = untilBlackFriday switch { 0 => 4.5, -1 or -2 or -3 => 2.6, >= 1 and <= 4 => 1.9, _ => 1.0 };
        if (region == DemoRegion.Nordic)
        {
            var month = day.Month switch { 1 => .75, 2 => .9, 7 => .8, 12 when day.Day <= 20 => 1.7, 12 => .6, _ => 1.0 };
            return Math.Max(blackFriday, month);
        }
        if (day >= LastFeast)
            return blackFriday;
        var hijri = day.WithCalendar(CalendarSystem.UmAlQura);
        var feast = (hijri.Month, hijri.Day) switch
        {
            (8, >= 19) => 1.7,
            (9, <= 20) => 1.4,
            (9, _) => 2.2,
            (10, <= 3) => .6,
            (11, >= 28) or (12, <= 8) => 1.6,
            (12, <= 12) => .6,
            _ => .95,
        };
        return Math.Max(feast, blackFriday > 1 ? 1 + ((blackFriday - 1) * .6) : 0);
    }

    private static double Week(DemoRegion region, IsoDayOfWeek day) => (region, day) switch
    {
        (DemoRegion.Nordic, IsoDayOfWeek.Sunday) => 1.25,
        (DemoRegion.Nordic, IsoDayOfWeek.Saturday) => .85,
        (DemoRegion.Gulf, IsoDayOfWeek.Thursday or IsoDayOfWeek.Saturday) => 1.2,
        (DemoRegion.Gulf, IsoDayOfWeek.Friday) => .8,
        _ => 1,
    };

    private List<double> LayOut(DemoRegion region, int hours)
    {
        var sums = passed[(int)region];
        if (sums.Count > hours)
            return sums;
        var zone = DateTimeZoneProviders.Tzdb[region == DemoRegion.Gulf ? "Asia/Riyadh" : "Europe/Copenhagen"];
        var day = default(LocalDate);
        var dayWeight = 0.0;
        var profile = DayHours;
        while (sums.Count <= hours)
        {
            var local = Instant.FromDateTimeOffset(start.AddHours(sums.Count - 1)).InZone(zone).LocalDateTime;
            if (local.Date != day)
            {
                day = local.Date;
                dayWeight = Day(region, day);
                profile = region == DemoRegion.Gulf && day < LastFeast && day.WithCalendar(CalendarSystem.UmAlQura).Month == 9 ? RamadanHours : DayHours;
            }
            sums.Add(sums[^1] + (profile[local.Hour] * dayWeight / 24));
        }
        return sums;
    }
}
