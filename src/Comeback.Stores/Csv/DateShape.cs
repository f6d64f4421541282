using System.Globalization;

namespace Comeback.Stores.Csv;

/// <summary>
/// A date as it was written: year first, month by name, or two numbers of which only the whole column tells day from month.
/// Read forgivingly: any separator, two-digit years, times with seconds or AM/PM, offsets, Unix time, Excel's day numbers, Arabic-Indic digits.
/// </summary>
internal readonly record struct DateShape(bool Ambiguous, bool Dotted, int Year, int First, int Second, TimeSpan Time, TimeSpan? Offset)
{
    private const int LongestText = 64;
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>The date with its day and month in place; false for a 31st of April.</summary>
    public bool TryResolve(DayOrder order, out DateTime local, out TimeSpan? offset)
    {
        // Unless it is ambiguous, First is the month and Second the day.
        var (month, day) = Ambiguous && (order != DayOrder.MonthFirst || Dotted) ? (Second, First) : (First, Second);
        offset = Offset;
        local = default;
        if (Year is < 1970 or > 2200 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(Year, month)) return false;
        local = new DateTime(Year, month, day, 0, 0, 0, DateTimeKind.Unspecified) + Time;
        return true;
    }

    public static bool TryRead(string cell, out DateShape shape)
    {
        shape = default;
        if (cell.Length is 0 or > LongestText) return false;
        Span<char> buffer = stackalloc char[LongestText];
        var length = 0;
        foreach (var c in cell)
        {
            if (char.GetUnicodeCategory(c) == UnicodeCategory.Format) continue;
            buffer[length++] = c == '\u060C' ? ',' : char.IsWhiteSpace(c) ? ' ' : Digits.ToAscii(c);
        }
        var text = buffer[..length].Trim(' ').TrimStart('\'');
        return TryNumber(text, out shape) || new Scanner(text).TryRead(out shape);
    }

    // One number: 20101201, 20101201082600, Unix seconds or milliseconds, or Excel's days since 1899-12-30 with the time as a fraction.
    private static bool TryNumber(ReadOnlySpan<char> text, out DateShape shape)
    {
        shape = default;
        var at = text.IndexOfAny('.', ',');
        var whole = at >= 0 ? text[..at] : text;
        if (whole.Length < 5 || whole.ContainsAnyExceptInRange('0', '9')) return false;
        if (at >= 0 && (whole.Length != 5 || text[(at + 1)..].ContainsAnyExceptInRange('0', '9'))) return false;
        var number = long.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture);
        DateTime date;
        TimeSpan? offset = null;
        switch (whole.Length)
        {
            case 5 when number is > 20_000 and < 80_000:
                var fraction = at < 0 || at + 1 == text.Length ? 0 : double.Parse("0." + text[(at + 1)..].ToString(), CultureInfo.InvariantCulture);
                date = DateTime.UnixEpoch.AddDays(number - 25_569).AddSeconds(Math.Round(fraction * 86_400));
                break;
            case 8 or 14:
                if (!DateTime.TryParseExact(whole, whole.Length == 8 ? "yyyyMMdd" : "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out date)) return false;
                break;
            case 10 or 13:
                date = DateTime.UnixEpoch.AddMilliseconds(whole.Length == 10 ? number * 1000 : number);
                offset = TimeSpan.Zero;
                break;
            default:
                return false;
        }
        shape = new DateShape(false, false, date.Year, date.Month, date.Day, date.TimeOfDay, offset);
        return true;
    }

    /// <summary>Goes over one date from left to right.</summary>
    private ref struct Scanner(ReadOnlySpan<char> all)
    {
        private ReadOnlySpan<char> rest = all;

        public bool TryRead(out DateShape shape)
        {
            shape = default;
            Span<int> numbers = stackalloc int[3];
            Span<int> widths = stackalloc int[3];
            int count = 0, month = 0, monthAt = 0;
            var dotted = false;
            while (count + (month > 0 ? 1 : 0) < 3)
            {
                if (rest.IsEmpty) return false;
                if (Number(out var number, out var width))
                {
                    // A time where a date should be.
                    if (!rest.IsEmpty && rest[0] == ':') return false;
                    numbers[count] = number;
                    widths[count++] = width;
                    if (rest.StartsWith("st") || rest.StartsWith("nd") || rest.StartsWith("rd") || rest.StartsWith("th")) rest = rest[2..];
                    if (count == 1) dotted = !rest.IsEmpty && rest[0] == '.';
                }
                else if (char.IsLetter(rest[0]))
                {
                    var word = Word();
                    var named = MonthOf(word);
                    if (named > 0)
                    {
                        if (month > 0) return false;
                        (month, monthAt) = (named, count);
                    }
                    else if (!IsWeekday(word) && !word.SequenceEqual("de") && !word.SequenceEqual("of"))
                    {
                        return false;
                    }
                }
                else
                {
                    return false;
                }
                if (count + (month > 0 ? 1 : 0) < 3) Separators();
            }
            if (!TryTime(out var time, out var offset)) return false;
            return month > 0
                ? TryNamed(numbers, widths, month, monthAt, time, offset, out shape)
                : TryNumbers(numbers, widths, dotted, time, offset, out shape);
        }

        private static bool TryNumbers(ReadOnlySpan<int> n, ReadOnlySpan<int> w, bool dotted, TimeSpan time, TimeSpan? offset, out DateShape shape)
        {
            shape = default;
            if (w[0] == 4 && w[1] <= 2 && w[2] <= 2)
            {
                shape = new DateShape(false, false, n[0], n[1], n[2], time, offset);
                return n[1] is >= 1 and <= 12 && n[2] is >= 1 and <= 31;
            }
            if (w[0] > 2 || w[1] > 2 || w[2] is not (2 or 4)) return false;
            if (w[2] == 2 && n[0] > 31)
            {
                shape = new DateShape(false, false, Full(n[0], 2), n[1], n[2], time, offset);
                return n[1] is >= 1 and <= 12;
            }
            shape = new DateShape(true, dotted, Full(n[2], w[2]), n[0], n[1], time, offset);
            return n[0] is >= 1 and <= 31 && n[1] is >= 1 and <= 31 && (n[0] <= 12 || n[1] <= 12);
        }

        private static bool TryNamed(ReadOnlySpan<int> n, ReadOnlySpan<int> w, int month, int monthAt, TimeSpan time, TimeSpan? offset, out DateShape shape)
        {
            // "2010 Dec 1"; else "1 Dec 2010" and "Dec 1, 2010".
            var (year, width, day) = w[0] == 4 && monthAt <= 1 ? (n[0], w[0], n[1]) : (n[1], w[1], n[0]);
            shape = new DateShape(false, false, Full(year, width), month, day, time, offset);
            return width is 2 or 4 && day is >= 1 and <= 31;
        }

        private static int Full(int year, int width) => width == 4 ? year : year + (year < 70 ? 2000 : 1900);

        private bool TryTime(out TimeSpan time, out TimeSpan? offset)
        {
            time = default;
            offset = null;
            var spaced = rest.TrimStart(" ,");
            if (spaced.Length > 1 && spaced[0] is 'T' or 't' && char.IsAsciiDigit(spaced[1])) spaced = spaced[1..];
            if (spaced.StartsWith("at ", StringComparison.OrdinalIgnoreCase)) spaced = spaced[3..];
            if (spaced.IsEmpty) return true;
            if (spaced.Length == rest.Length) return false;
            rest = spaced;
            if (!Number(out var hour, out _) || rest.IsEmpty || rest[0] != ':') return false;
            rest = rest[1..];
            if (!Number(out var minute, out _)) return false;
            int second = 0, milli = 0;
            if (!rest.IsEmpty && rest[0] == ':')
            {
                rest = rest[1..];
                if (!Number(out second, out _)) return false;
                if (rest.Length > 1 && rest[0] is '.' or ',' && char.IsAsciiDigit(rest[1]))
                {
                    rest = rest[1..];
                    var digits = 0;
                    while (digits < rest.Length && char.IsAsciiDigit(rest[digits])) digits++;
                    milli = (int)(double.Parse("0." + rest[..digits].ToString(), CultureInfo.InvariantCulture) * 1000);
                    rest = rest[digits..];
                }
            }
            if (!HalfDay(ref hour) || hour > 23 || minute > 59 || second > 59) return false;
            time = new TimeSpan(0, hour, minute, second, milli);
            return TryOffset(out offset) && rest.Trim(' ').IsEmpty;
        }

        private bool HalfDay(ref int hour)
        {
            var trimmed = rest.TrimStart(' ');
            var morning = trimmed.StartsWith("am", StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith("a.m.", StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith("\u0635");
            var evening = trimmed.StartsWith("pm", StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith("p.m.", StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith("\u0645");
            if (!morning && !evening) return true;
            if (hour is < 1 or > 12) return false;
            hour = (hour % 12) + (evening ? 12 : 0);
            rest = trimmed[(trimmed[0] > 'z' ? 1 : trimmed[1] == '.' ? 4 : 2)..];
            return true;
        }

        private bool TryOffset(out TimeSpan? offset)
        {
            offset = null;
            var trimmed = rest.TrimStart(' ');
            if (trimmed.IsEmpty) return true;
            if (trimmed.Equals("Z", StringComparison.OrdinalIgnoreCase) || trimmed.Equals("UTC", StringComparison.OrdinalIgnoreCase)
                || trimmed.Equals("GMT", StringComparison.OrdinalIgnoreCase))
            {
                offset = TimeSpan.Zero;
                rest = default;
                return true;
            }
            if (trimmed[0] is not ('+' or '-' or '\u2212')) return false;
            var sign = trimmed[0] == '+' ? 1 : -1;
            rest = trimmed[1..];
            if (!Number(out var hours, out var width)) return false;
            var minutes = 0;
            if (width == 4) (hours, minutes) = (hours / 100, hours % 100);
            else if (!rest.IsEmpty && rest[0] == ':')
            {
                rest = rest[1..];
                if (!Number(out minutes, out _)) return false;
            }
            if (hours > 14 || minutes > 59) return false;
            offset = sign * new TimeSpan(hours, minutes, 0);
            return true;
        }

        private bool Number(out int number, out int width)
        {
            width = 0;
            number = 0;
            while (width < rest.Length && width < 5 && char.IsAsciiDigit(rest[width])) number = (number * 10) + rest[width++] - '0';
            rest = rest[width..];
            return width is > 0 and < 5;
        }

        private ReadOnlySpan<char> Word()
        {
            var length = 0;
            while (length < rest.Length && char.IsLetter(rest[length])) length++;
            var word = rest[..length];
            rest = rest[length..];
            return word;
        }

        private void Separators() => rest = rest.TrimStart(" /-.,");

        private static int MonthOf(ReadOnlySpan<char> word)
        {
            if (word.Length < 3) return 0;
            for (var i = 0; i < Months.Length; i++)
            {
                if (word[..3].Equals(Months[i], StringComparison.OrdinalIgnoreCase)) return i + 1;
            }
            return 0;
        }

        private static bool IsWeekday(ReadOnlySpan<char> word) => word.Length >= 3 && word[..3].ToString().ToUpperInvariant() is
            "MON" or "TUE" or "WED" or "THU" or "FRI" or "SAT" or "SUN";
    }
}
