using System.Globalization;
using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>The numbers that a function gathers from the rows that fit.</summary>
internal record struct Gathered
{
    public int Count;
    public long Quantity;
    public long Sum;
    public long Least;
    public long Most;
    /// <summary>Rows with a known amount.</summary>
    public int Amounts;
    /// <summary>Of properties that are added up; null where none are.</summary>
    public Tally[]? Tallies;

    public void Amount(long amount)
    {
        if (amount == OrderEntry.NoAmount) return;
        (Least, Most) = Amounts == 0 ? (amount, amount) : (Math.Min(Least, amount), Math.Max(Most, amount));
        Sum += amount;
        Amounts++;
    }
}

/// <summary>A number against constant bounds.</summary>
internal sealed class NumberTest(Operator op, Ratio first, Ratio second)
{
    public static NumberTest Of(Parameter parameter, long scale) => new(parameter.Operator, Bound(parameter, 0, scale), Bound(parameter, 1, scale));

    public bool Test(Ratio value)
    {
        if (op == Operator.IsNull) return !value.HasValue;
        if (op == Operator.IsNotNull) return value.HasValue;
        if (!value.HasValue) return op == Operator.NotEqual;
        var sign = value.CompareTo(first);
        return op switch
        {
            Operator.Equal => sign == 0,
            Operator.NotEqual => sign != 0,
            Operator.Less => sign < 0,
            Operator.LessOrEqual => sign <= 0,
            Operator.Greater => sign > 0,
            Operator.GreaterOrEqual => sign >= 0,
            _ => sign >= 0 && value.CompareTo(second) <= 0,
        };
    }

    private static Ratio Bound(Parameter parameter, int index, long scale) =>
        index < parameter.Values.Count && parameter.Values[index] is NumberValue number ? Ratio.Of(number.Number * scale) : new(0, 1);
}

/// <summary>A function over rows: subclasses say which rows fit, this one what is asked of those that do.</summary>
internal abstract class RowsNode : PlanNode
{
    private readonly FunctionMatch match;
    private readonly (string Name, NumberTest Test)[] asked;

    protected RowsNode(FunctionMatch match, PlanBuilder builder) : base(match)
    {
        this.match = match;
        Dates = [.. match.Parameters.Where(parameter => parameter.Name == "date" && match.Function != "anniversary").Select(builder.Date)];
        Amounts = [.. match.Parameters.Where(parameter => parameter.Name == "amount").Select(parameter => NumberTest.Of(parameter, builder.Scale))];
        asked =
        [
            .. match.Parameters.Where(parameter => parameter.Name is "count" or "sum_quantity").Select(parameter => (parameter.Name, NumberTest.Of(parameter, 1))),
            .. match.Parameters.Where(parameter => parameter.Name is "sum_amount" or "average_amount" or "min_amount" or "max_amount")
                .Select(parameter => (parameter.Name, NumberTest.Of(parameter, builder.Scale))),
        ];
        Enough = asked.Length == 0 ? 1
            : asked.Length == 1 && match.Parameters.Single(parameter => parameter.Name == asked[0].Name) is { Name: "count", Operator: (Operator.GreaterOrEqual or Operator.Greater) and var op, Values: [NumberValue least] }
                && least.Number is >= 0 and < 1_000_000 ? Math.Max(1, op == Operator.Greater ? (int)least.Number + 1 : (int)Math.Ceiling(least.Number)) : int.MaxValue;
    }

    protected DateTest[] Dates { get; }

    protected NumberTest[] Amounts { get; }

    protected bool Negated => match.Negated;

    /// <summary>Nothing but whether any row fits is asked.</summary>
    protected bool OneIsEnough => asked.Length == 0;

    /// <summary>So many rows that fit decide the truth whatever else there is; more than can be where all must be seen.</summary>
    protected int Enough { get; }

    protected Needs TimeNeed => Dates.Any(date => date.Moves) ? Needs.Time : Needs.None;

    /// <summary>Adds up the rows that fit and are not later than now; lowers the wake to when that can change.</summary>
    protected abstract Gathered Gather(Subject subject);

    public sealed override bool Test(Subject subject)
    {
        var rows = Gather(subject);
        return Fits(rows) != match.Negated;
    }

    /// <summary>The instants of the rows that fit, in order.</summary>
    public List<long> Instants(Subject subject)
    {
        var before = subject.Fits;
        subject.Fits = [];
        Gather(subject);
        var found = subject.Fits;
        subject.Fits = before;
        found.Sort();
        return found;
    }

    public override string? Witness(Subject subject)
    {
        var rows = Gather(subject);
        if (rows.Count == 0) return "none";
        var days = Instants(subject).TakeLast(5).Select(at => Words.Day(subject.Moment.Days.DayOf(at)));
        var amount = rows.Amounts > 0 ? $", {Words.Amount(rows.Sum, subject)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{rows.Count}{amount}, latest {string.Join(", ", days)}");
    }

    /// <summary>The events that can fit: in a pass over everybody only those within the dates asked for, as the log is in order of time.</summary>
    protected ReadOnlySpan<EventEntry> EventsOf(Subject subject)
    {
        var all = subject.Columns.EventsOf(subject.Ordinal);
        if (!subject.Passing || Within(subject.Moment) is not { Plain: true } within) return all;
        var (first, end) = (0, all.Length);
        while (first < end && all[first].At < within.From) first++;
        while (end > first && all[end - 1].At >= within.Until) end--;
        return all[first..end];
    }

    /// <summary>Only those who can have a row that fits are asked one by one; what holds without any row holds for all others.</summary>
    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        if (AsksMore)
        {
            bulk.OneByOne(this, mask);
            return;
        }
        var buffer = bulk.Rent();
        var could = buffer.AsSpan(0, mask.Length);
        mask.CopyTo(could);
        Narrow(bulk, could);
        if (Fits(default) != match.Negated)
        {
            for (var word = 0; word < mask.Length; word++)
                mask[word] &= ~could[word];
            bulk.OneByOne(this, could);
            for (var word = 0; word < mask.Length; word++)
                mask[word] |= could[word];
        }
        else
        {
            bulk.OneByOne(this, could);
            could.CopyTo(mask);
        }
        bulk.Return(buffer);
    }

    /// <summary>What is asked of most is put to the fewest: a function that may keep many goes after one that keeps few.</summary>
    public override int Cost => match.Negated ? 14 : 10;

    /// <summary>Takes out of a mask, cheaply, some of those who have no row that fits.</summary>
    protected virtual void Narrow(Bulk bulk, Span<ulong> mask)
    {
    }

    /// <summary>Keeps those with a counted order since the earliest date asked for.</summary>
    protected void KeepBuyers(Bulk bulk, Span<ulong> mask)
    {
        Lanes.Keep(mask, bulk.Orders, 1, int.MaxValue);
        if (Within(bulk.Moment).From is > long.MinValue and var from) Lanes.Keep(mask, bulk.LastAt, from, long.MaxValue);
    }

    /// <summary>The stretch of time that all dates together leave at a moment; all of time and not plain where they leave no one stretch.</summary>
    protected Stretch Within(Moment moment)
    {
        var known = stretch;
        return known is not null && ReferenceEquals(known.Moment, moment) ? known : stretch = Find(moment);
    }

    private Stretch Find(Moment moment)
    {
        var (from, until) = (long.MinValue, long.MaxValue);
        foreach (var date in Dates)
        {
            if (date.Window(moment) is not var (first, end)) return new Stretch(moment, false, long.MinValue, long.MaxValue);
            (from, until) = (Math.Max(from, first), Math.Min(until, end));
        }
        return new Stretch(moment, true, from, until);
    }

    private Stretch? stretch;

    /// <summary>From an instant to another, the end excluded.</summary>
    protected sealed record Stretch(Moment Moment, bool Plain, long From, long Until);

    /// <summary>Lowers the subject's wake to when a row comes into, or falls out of, the dates asked for.</summary>
    protected void WakeFor(Subject subject, long at)
    {
        if (Dates.Length == 0) return;
        var day = subject.Moment.Days.DayOf(at);
        foreach (var date in Dates)
            date.Test(at, day, subject.Moment, ref subject.Wake);
    }

    protected bool InTime(Subject subject, long at)
    {
        if (subject.Passing)
        {
            foreach (var date in Dates)
                if (!date.Within(at, subject.Moment)) return false;
            return true;
        }
        return Dates.Length == 0 || InTime(subject, at, subject.Moment.Days.DayOf(at));
    }

    protected bool InTime(Subject subject, long at, int day)
    {
        if (subject.Passing) return InTime(subject, at);
        var fits = true;
        foreach (var date in Dates)
            fits &= date.Test(at, day, subject.Moment, ref subject.Wake);
        return fits;
    }

    protected bool InAmount(long amount)
    {
        foreach (var test in Amounts)
            if (!test.Test(amount == OrderEntry.NoAmount ? Ratio.None : new Ratio(amount, 1))) return false;
        return true;
    }

    /// <summary>True when something else than count and amounts is asked of the rows, by <see cref="FitsMore"/>.</summary>
    protected virtual bool AsksMore => false;

    protected virtual bool FitsMore(in Gathered rows) => true;

    private bool Fits(in Gathered rows)
    {
        if (asked.Length == 0 && !AsksMore) return rows.Count > 0;
        if (!FitsMore(rows)) return false;
        foreach (var (name, test) in asked)
        {
            var value = name switch
            {
                "count" => new Ratio(rows.Count, 1),
                "sum_quantity" => new Ratio(rows.Quantity, 1),
                "sum_amount" => new Ratio(rows.Sum, 1),
                "average_amount" => rows.Amounts == 0 ? Ratio.None : new Ratio(rows.Sum, rows.Amounts),
                "min_amount" => rows.Amounts == 0 ? Ratio.None : new Ratio(rows.Least, 1),
                _ => rows.Amounts == 0 ? Ratio.None : new Ratio(rows.Most, 1),
            };
            if (!test.Test(value)) return false;
        }
        return true;
    }
}
