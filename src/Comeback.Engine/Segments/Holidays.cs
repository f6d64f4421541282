using NodaTime;

namespace Comeback.Engine.Segments;

/// <summary>
/// The first or last day of the latest Ramadan or Eid that has begun, by the Umm al-Qura calendar of Saudi Arabia (sightings elsewhere may be a day off).
/// Eid al-Fitr is 1-3 Shawwal, Eid al-Adha 10-13 Dhu al-Hijja.
/// </summary>
internal sealed record HolidayDay(string Name, bool Last) : DateOperand
{
    private const int FirstYear = 1330;
    private const int LastYear = 1499;

    public override long Resolve(Moment moment) => Latest(moment.Today) is var (first, last) ? Last ? last : first : 0;

    // The bound moves once a year, when the next one begins.
    public override long Flip(long at, int day, int sign, Moment moment)
    {
        if (sign < 0) return long.MaxValue;
        var year = Year(moment.Today);
        return year >= LastYear ? long.MaxValue : moment.Days.StartOf(Window(year + 1).First);
    }

    private (int First, int Last) Latest(int today) => Window(Year(today));

    private int Year(int today)
    {
        // A Hijri year has 354 or 355 days.
        var guess = FirstYear + ((today - Window(FirstYear).First) / 355);
        var year = Math.Clamp(guess, FirstYear, LastYear);
        while (year < LastYear && Window(year + 1).First <= today) year++;
        return year;
    }

    private (int First, int Last) Window(int year)
    {
        var calendar = CalendarSystem.UmAlQura;
        return Name switch
        {
            "ramadan" => (Number(year, 9, 1), Number(year, 9, calendar.GetDaysInMonth(year, 9))),
            "eid_al_fitr" => (Number(year, 10, 1), Number(year, 10, 3)),
            _ => (Number(year, 12, 10), Number(year, 12, 13)),
        };

        int Number(int y, int month, int day) =>
            Period.DaysBetween(new LocalDate(1970, 1, 1), new LocalDate(y, month, day, calendar).WithCalendar(CalendarSystem.Iso));
    }
}
