using System.Collections.Concurrent;
using NodaTime;

namespace Comeback.Engine.Facts;

/// <summary>
/// Whole days of a store's time zone as numbers (days since 1970-01-01) and instants as UTC microseconds since then.
/// A day runs from its first instant to the first instant of the next, so a day may have 23, 24 or 25 hours.
/// </summary>
public sealed class StoreDays
{
    // 1990-01-01 to 2060-01-01 are looked up; anything beyond is asked of NodaTime each time.
    private const int FirstDay = 7_305;
    private const int LastDay = 32_872;
    // Years 2 to 9998, as instants are kept to: a definition may say 9999-12-31.
    private static readonly int Earliest = Number(new DateOnly(2, 1, 2));
    private static readonly int Latest = Number(new DateOnly(9_998, 12, 30));
    private const long DayMicros = 86_400_000_000;
    private static readonly ConcurrentDictionary<string, StoreDays> Known = new(StringComparer.Ordinal);

    private readonly DateTimeZone zone;
    private readonly long[] starts;

    private StoreDays(DateTimeZone zone)
    {
        this.zone = zone;
        starts = new long[LastDay - FirstDay + 1];
        for (var i = 0; i < starts.Length; i++)
            starts[i] = Ask(FirstDay + i);
    }

    /// <summary>The zone itself.</summary>
    public DateTimeZone Zone => zone;

    /// <summary>The days of an IANA zone as NodaTime's bundled TZDB has it.</summary>
    /// <exception cref="ArgumentException">No such zone.</exception>
    public static StoreDays Of(string timeZone) => Known.GetOrAdd(timeZone, static id => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is { } zone
        ? new StoreDays(zone)
        : throw new ArgumentException($"'{id}' is not a time zone of the TZDB, such as Europe/Copenhagen.", nameof(id)));

    /// <summary>UTC microseconds since 1970, rounded down; kept within the years 2 to 9998, so that there is a day on either side.</summary>
    public static long Micros(DateTimeOffset instant)
    {
        var (micros, rest) = Math.DivRem(instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, 10);
        return Math.Clamp(rest < 0 ? micros - 1 : micros, -62_100_000_000_000_000, 253_300_000_000_000_000);
    }

    /// <summary>The instant of UTC microseconds since 1970.</summary>
    public static DateTimeOffset Instant(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * 10);

    /// <summary>Days since 1970-01-01 of a date.</summary>
    public static int Number(DateOnly date) => date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>The date of a day number.</summary>
    public static DateOnly Date(int day) => DateOnly.FromDayNumber(day + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);

    /// <summary>The first instant of a day here.</summary>
    public long StartOf(int day) => day is >= FirstDay and <= LastDay ? starts[day - FirstDay] : Ask(Math.Clamp(day, Earliest, Latest));

    /// <summary>The last microsecond of a date here: what to evaluate at to answer "as of" that date.</summary>
    public DateTimeOffset EndOf(DateOnly date) => Instant(StartOf(Number(date) + 1) - 1);

    /// <summary>The day that an instant falls on here.</summary>
    public int DayOf(long micros)
    {
        var day = (int)Math.DivRem(micros, DayMicros, out var rest);
        if (rest < 0) day--;
        while (StartOf(day) > micros) day--;
        while (StartOf(day + 1) <= micros) day++;
        return day;
    }

    // A midnight that a clock change skips begins at the change; a day that never was (Samoa, 30 December 2011) is empty.
    private long Ask(int day) => LocalDate.FromDateOnly(Date(day)).AtMidnight().InZoneLeniently(zone).ToInstant().ToUnixTimeTicks() / 10;
}
