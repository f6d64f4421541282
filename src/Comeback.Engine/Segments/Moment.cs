using Comeback.Engine.Facts;
using NodaTime;

namespace Comeback.Engine.Segments;

/// <summary>An instant that definitions are evaluated at, with what every date in them means then.</summary>
internal sealed class Moment
{
    public Moment(StoreDays days, long now, IReadOnlyList<DateOperand> operands)
    {
        (Days, Now, Today) = (days, now, days.DayOf(now));
        Bounds = new long[operands.Count];
        for (var i = 0; i < Bounds.Length; i++)
            Bounds[i] = operands[i].Resolve(this);
    }

    private Moment(Moment before, long now, IReadOnlyList<DateOperand> operands)
    {
        (Days, Now, Today, Bounds) = (before.Days, now, before.Today, (long[])before.Bounds.Clone());
        for (var i = 0; i < Bounds.Length; i++)
            if (operands[i].ToTheInstant) Bounds[i] = operands[i].Resolve(this);
    }

    /// <summary>A later moment. Within one day only what moves with the instant is worked out anew.</summary>
    public Moment Next(long now, IReadOnlyList<DateOperand> operands) =>
        now >= Now && Bounds.Length == operands.Count && now < Days.StartOf(Today + 1) ? new(this, now, operands) : new(Days, now, operands);

    public StoreDays Days { get; }
    /// <summary>UTC microseconds.</summary>
    public long Now { get; }
    /// <summary>Day number in the store's zone.</summary>
    public int Today { get; }
    /// <summary>By operand: a day number, or microseconds for an operand to the instant.</summary>
    public long[] Bounds { get; }
}

/// <summary>A date in a definition: fixed, or moving with the day or the instant.</summary>
internal abstract record DateOperand
{
    public int Index { get; set; }

    /// <summary>Compared with the instant of a row, not with its day.</summary>
    public virtual bool ToTheInstant => false;

    public abstract long Resolve(Moment moment);

    /// <summary>When the order of a row and this bound changes next, given its present sign; <see cref="long.MaxValue"/> for never.</summary>
    public abstract long Flip(long at, int day, int sign, Moment moment);

    /// <summary>The order of a row and this bound: negative when the row is earlier.</summary>
    public int Sign(long at, int day, Moment moment) => ToTheInstant ? at.CompareTo(moment.Bounds[Index]) : ((long)day).CompareTo(moment.Bounds[Index]);

    public static DateOperand Of(SegmentValue value, StoreDays days) => value switch
    {
        DateValue date => new FixedDay(StoreDays.Number(date.Date)),
        InstantValue instant => new FixedInstant(LocalDateTime.FromDateTime(instant.Local).InZoneLeniently(days.Zone).ToInstant().ToUnixTimeTicks() / 10),
        DateOffset { Unit: OffsetUnit.Minutes or OffsetUnit.Hours } offset => new MovingInstant(offset.Amount * (offset.Unit == OffsetUnit.Hours ? 3_600_000_000L : 60_000_000L)),
        DateOffset { Unit: OffsetUnit.Days } offset => new MovingDay(offset.Amount),
        DateOffset { Unit: OffsetUnit.Weeks } offset => new MovingDay(offset.Amount * 7),
        DateOffset { Unit: OffsetUnit.Months } offset => new MovingMonth(offset.Amount),
        DateOffset offset => new MovingMonth(offset.Amount * 12),
        NamedDate { Name: "today" } => new MovingDay(0),
        NamedDate { Name: "yesterday" } => new MovingDay(-1),
        NamedDate { Name: "7_days_ago" } => new MovingDay(-7),
        NamedDate { Name: "30_days_ago" } => new MovingDay(-30),
        NamedDate { Name: "90_days_ago" } => new MovingDay(-90),
        NamedDate { Name: "12_months_ago" } => new MovingMonth(-12),
        _ => throw new ArgumentException("This is no date.", nameof(value)),
    };
}

internal sealed record FixedDay(int Day) : DateOperand
{
    public override long Resolve(Moment moment) => Day;
    public override long Flip(long at, int day, int sign, Moment moment) => long.MaxValue;
}

internal sealed record FixedInstant(long At) : DateOperand
{
    public override bool ToTheInstant => true;
    public override long Resolve(Moment moment) => At;
    public override long Flip(long at, int day, int sign, Moment moment) => long.MaxValue;
}

internal sealed record MovingInstant(long Offset) : DateOperand
{
    public override bool ToTheInstant => true;
    public override long Resolve(Moment moment) => moment.Now + Offset;
    public override long Flip(long at, int day, int sign, Moment moment) => sign < 0 ? long.MaxValue : at - Offset + (sign == 0 ? 1 : 0);
}

internal sealed record MovingDay(int Offset) : DateOperand
{
    public override long Resolve(Moment moment) => moment.Today + Offset;

    public override long Flip(long at, int day, int sign, Moment moment) =>
        sign < 0 ? long.MaxValue : moment.Days.StartOf(day - Offset + (sign == 0 ? 1 : 0));
}

/// <summary>So many calendar months before or after today; the 31st becomes the month's last day.</summary>
internal sealed record MovingMonth(int Months) : DateOperand
{
    public override long Resolve(Moment moment) => On(moment.Today);

    // The bound never goes back as days pass, so the next change is found near the row's day shifted the other way.
    public override long Flip(long at, int day, int sign, Moment moment)
    {
        if (sign < 0) return long.MaxValue;
        var guess = StoreDays.Number(Shift(StoreDays.Date(day), -Months)) - 4;
        var candidate = Math.Max(moment.Today + 1, guess);
        while (((long)day).CompareTo(On(candidate)) == sign) candidate++;
        return moment.Days.StartOf(candidate);
    }

    private int On(int today) => StoreDays.Number(Shift(StoreDays.Date(today), Months));

    private static DateOnly Shift(DateOnly date, int months) =>
        LocalDate.FromDateOnly(date).PlusMonths(months) is { Year: > 1 and < 9998 } shifted ? shifted.ToDateOnly() : months < 0 ? new DateOnly(2, 1, 1) : new DateOnly(9_998, 1, 1);
}

/// <summary>A condition on a date, e.g. <c>>= -90d</c>, as one or two bounds.</summary>
internal sealed class DateTest(Operator op, DateOperand first, DateOperand? second, bool negated = false)
{
    /// <summary>True when time alone can change it.</summary>
    public bool Moves => first is not (FixedDay or FixedInstant) || second is not (null or FixedDay or FixedInstant);

    /// <summary>Whether an instant fits at a moment, without its day and without a wake; for passes over everybody.</summary>
    public bool Within(long at, Moment moment)
    {
        var known = span;
        if (known is null || !ReferenceEquals(known.Moment, moment)) span = known = Find(moment);
        if (known.Plain) return at >= known.From && at < known.Until;
        var wake = long.MaxValue;
        return Test(at, moment.Days.DayOf(at), moment, ref wake);
    }

    /// <summary>The instants that fit, the end excluded; null where they are no one stretch.</summary>
    public (long From, long Until)? Window(Moment moment)
    {
        var known = span;
        if (known is null || !ReferenceEquals(known.Moment, moment)) span = known = Find(moment);
        return known.Plain ? (known.From, known.Until) : null;
    }

    private Span? span;

    private Span Find(Moment moment)
    {
        if (Range(moment) is not var (low, high, byDay)) return new(moment, false, 0, 0);
        const int Far = 3_000_000;
        if (byDay) return new(moment, true, low < -Far ? long.MinValue : moment.Days.StartOf((int)low), high > Far ? long.MaxValue : high < -Far ? long.MinValue : moment.Days.StartOf((int)high + 1));
        return new(moment, true, low, high == long.MaxValue ? high : high + 1);
    }

    private sealed record Span(Moment Moment, bool Plain, long From, long Until);

    /// <summary>The values that fit at a moment, both ends included, and whether they are day numbers; null for what is no one range.</summary>
    public (long Low, long High, bool ByDay)? Range(Moment moment)
    {
        if (negated || (second is not null && second.ToTheInstant != first.ToTheInstant)) return null;
        var bound = moment.Bounds[first.Index];
        var byDay = !first.ToTheInstant;
        return op switch
        {
            Operator.Equal => (bound, bound, byDay),
            Operator.Less => (long.MinValue, bound - 1, byDay),
            Operator.LessOrEqual => (long.MinValue, bound, byDay),
            Operator.Greater => (bound + 1, long.MaxValue, byDay),
            Operator.GreaterOrEqual => (bound, long.MaxValue, byDay),
            Operator.Between => (bound, moment.Bounds[second!.Index], byDay),
            _ => null,
        };
    }

    /// <summary>Whether a row fits, lowering <paramref name="wake"/> to the next instant at which that can change.</summary>
    public bool Test(long at, int day, Moment moment, ref long wake)
    {
        var sign = first.Sign(at, day, moment);
        wake = Math.Min(wake, first.Flip(at, day, sign, moment));
        switch (op)
        {
            case Operator.Equal: return sign == 0;
            case Operator.NotEqual: return sign != 0;
            case Operator.Less: return sign < 0;
            case Operator.LessOrEqual: return sign <= 0;
            case Operator.Greater: return sign > 0;
            case Operator.GreaterOrEqual: return sign >= 0;
            default:
                var high = second!.Sign(at, day, moment);
                wake = Math.Min(wake, second.Flip(at, day, high, moment));
                return (sign >= 0 && high <= 0) != negated;
        }
    }
}
