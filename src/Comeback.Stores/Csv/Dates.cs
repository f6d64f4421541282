using System.Globalization;
using Comeback.Engine;
using NodaTime;

namespace Comeback.Stores.Csv;

/// <summary>Whether 03/04/2011 is in April or in March.</summary>
internal enum DayOrder
{
    Unknown,
    DayFirst,
    MonthFirst,
}

/// <summary>What the dates of a file say about their order. It takes the whole column: one 25/04 decides for all, but a later 04/25 contradicts it.</summary>
internal sealed class DateEvidence
{
    private (string Text, long Line)? dayFirst, monthFirst, undecided, unreadable;
    private long readable, unread, clear;

    /// <summary>True once so many dates began with their year that the rest need not be looked at.</summary>
    public bool Decided => clear >= 1000 && dayFirst is null && monthFirst is null && undecided is null;

    public void Add(string cell, long line)
    {
        if (cell.Length == 0) return;
        if (!DateShape.TryRead(cell, out var shape))
        {
            unread++;
            unreadable ??= (cell, line);
            return;
        }
        readable++;
        if (!shape.Ambiguous) clear++;
        else if (shape.First > 12 || shape.Dotted) dayFirst ??= (cell, line);
        else if (shape.Second > 12) monthFirst ??= (cell, line);
        else if (shape.First != shape.Second) undecided ??= (cell, line);
    }

    /// <exception cref="UserError">The dates are of no known form, or nothing tells day from month.</exception>
    public DayOrder Decide()
    {
        if (unreadable is { } strange && unread > readable)
        {
            throw new UserError(
                $"The date '{Short(strange.Text)}' on line {strange.Line} is in an unknown form: say which by --date-format, for example --date-format dd-MM-yyyy.");
        }
        if (dayFirst is { } day && monthFirst is { } month)
        {
            throw new UserError(
                $"Line {day.Line} has the date '{Short(day.Text)}' and line {month.Line} '{Short(month.Text)}', which cannot be of one form: " +
                "export the file with one form of date, or say which is right by --date-format; the other rows are then left out.");
        }
        if (dayFirst is null && monthFirst is null && undecided is { } both)
        {
            throw new UserError(
                $"Line {both.Line} has the date '{Short(both.Text)}', and no date in the file tells day from month: " +
                "say which by --date-format dd/MM/yyyy or --date-format MM/dd/yyyy.");
        }
        return monthFirst is null ? DayOrder.DayFirst : DayOrder.MonthFirst;
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}

/// <summary>Reads the dates of one file, in its order of day and month or by the format that the merchant gave.</summary>
internal sealed class DateReader(DayOrder order, string? format, DateTimeZone zone)
{
    private string? lastText;
    private DateTimeOffset last;

    /// <summary>A date as an instant; local ones are of the store's time zone.</summary>
    public bool TryRead(string cell, out DateTimeOffset instant)
    {
        // The rows of one order carry the same date.
        if (cell == lastText)
        {
            instant = last;
            return true;
        }
        instant = default;
        if (!TryLocal(cell, out var local, out var offset)) return false;
        instant = offset is { } known
            ? new DateTimeOffset(local, TimeSpan.Zero) - known
            : LocalDateTime.FromDateTime(local).InZoneLeniently(zone).ToDateTimeOffset().ToUniversalTime();
        (lastText, last) = (cell, instant);
        return true;
    }

    private bool TryLocal(string cell, out DateTime local, out TimeSpan? offset)
    {
        if (format is null || DateFormat.OrderOf(format) != DayOrder.Unknown)
        {
            local = default;
            offset = null;
            return DateShape.TryRead(cell, out var shape)
                && shape.TryResolve(format is null ? order : DateFormat.OrderOf(format), out local, out offset);
        }
        return DateFormat.TryExact(cell, format, out local, out offset);
    }
}

/// <summary>A format that the merchant gave by <c>--date-format</c>.</summary>
internal static class DateFormat
{
    private static readonly string[] Times = ["", " H:mm", " H:mm:ss", " h:mm tt", " h:mm:ss tt", "'T'HH:mm:ss"];

    /// <summary>Formats that only say the order of day and month are read as freely as dates without a format.</summary>
    public static DayOrder OrderOf(string format)
    {
        var day = format.IndexOf('d', StringComparison.Ordinal);
        var month = format.IndexOf('M', StringComparison.Ordinal);
        var year = format.IndexOf('y', StringComparison.Ordinal);
        if (day < 0 || month < 0 || year < day || year < month || format.Contains("MMM", StringComparison.Ordinal)) return DayOrder.Unknown;
        return format.IndexOfAny(['H', 'h', 'm', 's', '\'']) >= 0 ? DayOrder.Unknown : day < month ? DayOrder.DayFirst : DayOrder.MonthFirst;
    }

    /// <summary>Null when the format can be used, else one sentence that says what is wrong with it.</summary>
    public static string? Fault(string format)
    {
        try
        {
            var probe = new DateTime(2011, 10, 29, 0, 0, 0, DateTimeKind.Unspecified).ToString(format, CultureInfo.InvariantCulture);
            if (DateTime.TryParseExact(probe, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var back) && back.Date == new DateOnly(2011, 10, 29).ToDateTime(default))
                return null;
        }
        catch (FormatException)
        {
            // Said below.
        }
        return $"--date-format '{format}' does not say day, month and year: use d, M, y, H, m and s, for example dd-MM-yyyy HH:mm.";
    }

    public static bool TryExact(string cell, string format, out DateTime local, out TimeSpan? offset)
    {
        offset = null;
        var text = string.Create(cell.Length, cell, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = Digits.ToAscii(source[i]);
        }).Trim();
        local = default;
        foreach (var time in Times)
        {
            if (DateTime.TryParseExact(text, format + time, CultureInfo.InvariantCulture, DateTimeStyles.None, out local)) return true;
        }
        return false;
    }
}
