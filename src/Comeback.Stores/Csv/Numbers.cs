using System.Globalization;
using System.Text;
using Comeback.Engine;

namespace Comeback.Stores.Csv;

/// <summary>Which character stands before the fraction.</summary>
public enum DecimalMark
{
    Unknown,
    Point,
    Comma,
}

/// <summary>What the numbers of a file say about their decimal mark: one "1.234,50" decides it for all, "1.234" alone cannot.</summary>
internal sealed class NumberEvidence
{
    private const int Enough = 200;

    private int points, commas;

    /// <summary>A number that could be read both ways, with its mark and its line.</summary>
    public (string Text, char Mark, long Line)? Undecided { get; private set; }

    public bool Decided => points + commas >= Enough;

    /// <summary>The mark that the numbers show; unknown while they show none.</summary>
    public DecimalMark Mark => points == 0 && commas == 0 ? DecimalMark.Unknown : points >= commas ? DecimalMark.Point : DecimalMark.Comma;

    public void Add(string cell, long line)
    {
        if (!Numbers.TryBare(cell, out var bare)) return;
        var text = bare.AsSpan().TrimStart('-');
        var point = text.LastIndexOf('.');
        var comma = text.LastIndexOf(',');
        if (point < 0 && comma < 0) return;
        if (point >= 0 && comma >= 0)
        {
            Count(point > comma ? '.' : ',');
            return;
        }
        var mark = point >= 0 ? '.' : ',';
        var at = Math.Max(point, comma);
        if (text.Count(mark) > 1) Count(mark == '.' ? ',' : '.');
        else if (text.Length - at - 1 != 3 || at == 0 || at > 3 || text[0] == '0') Count(mark);
        else Undecided ??= (cell, mark, line);
    }

    /// <summary>The mark of the whole file, with the help of the currency: dinars have three decimals, yen none.</summary>
    /// <exception cref="UserError">Nothing decides.</exception>
    public DecimalMark Decide(int currencyDigits)
    {
        if (Mark != DecimalMark.Unknown) return Mark;
        if (Undecided is not { } undecided) return DecimalMark.Point;
        var own = undecided.Mark == '.' ? DecimalMark.Point : DecimalMark.Comma;
        var other = undecided.Mark == '.' ? DecimalMark.Comma : DecimalMark.Point;
        return currencyDigits switch
        {
            3 => own,
            0 => other,
            _ => throw new UserError(
                $"Line {undecided.Line} has the amount '{undecided.Text}', and nothing in the file tells thousands from decimals: " +
                "say which by --decimal point or --decimal comma."),
        };
    }

    private void Count(char mark)
    {
        if (mark == '.') points++;
        else commas++;
    }
}

/// <summary>Reads amounts and quantities as shops write them: with currency signs, thousands separators, decimal commas, Arabic-Indic digits.</summary>
internal static class Numbers
{
    /// <summary>Reads a number whose decimal mark is known; false when it is none.</summary>
    public static bool TryParse(string cell, DecimalMark mark, out decimal value)
    {
        const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (mark != DecimalMark.Comma && decimal.TryParse(cell, Plain, CultureInfo.InvariantCulture, out value)) return true;
        value = 0;
        if (!TryBare(cell, out var bare)) return false;
        var (point, group) = mark == DecimalMark.Comma ? (',', '.') : ('.', ',');
        var whole = bare.AsSpan();
        var at = whole.IndexOf(point);
        if (at >= 0)
        {
            if (whole[(at + 1)..].ContainsAny('.', ',')) return false;
            whole = whole[..at];
        }
        if (!GroupsHold(whole.TrimStart('-'), group)) return false;
        var plain = bare.Replace(group.ToString(), "", StringComparison.Ordinal).Replace(point, '.');
        return decimal.TryParse(plain, Plain, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Digits, points, commas and a leading minus are left; signs, letters and spaces around them are taken off. False when it is no number.</summary>
    public static bool TryBare(string cell, out string bare)
    {
        var text = new StringBuilder(cell.Length);
        bare = "";
        bool negative = false, digits = false, lettersBefore = false, ended = false;
        foreach (var c in cell)
        {
            if (Digits.ToAscii(c) is var digit && digit is >= '0' and <= '9')
            {
                if (ended) return false;
                text.Append(digit);
                digits = true;
                continue;
            }
            switch (c)
            {
                case '.' or ',' or '\u060C':
                    if (!digits && lettersBefore) break; // "kr."
                    if (!ended) text.Append(c == '\u060C' ? ',' : c);
                    break;
                case '\u066B': // Arabic decimal separator
                    text.Append('.');
                    if (text.ToString().AsSpan().Count('.') > 1) return false;
                    break;
                case '\u066C' or '\'' or '\u2019' or '`': // thousands: Arabic, Swiss
                    break;
                case '-' or '\u2212' or '\u2010':
                    if (digits) ended = true;
                    // "100,-" is a price without øre; "100-" is a negative one.
                    if (!(text.Length > 0 && text[^1] is ',' or '.')) negative = true;
                    break;
                case '+' when !digits:
                    break;
                case '(' when !digits:
                    negative = true;
                    break;
                case ')':
                    ended = true;
                    break;
                default:
                    var kind = char.GetUnicodeCategory(c);
                    if (char.IsWhiteSpace(c) || kind == UnicodeCategory.Format) break;
                    if (!char.IsLetter(c) && kind != UnicodeCategory.CurrencySymbol) return false;
                    if (digits) ended = true;
                    else lettersBefore = true;
                    break;
            }
        }
        if (!digits) return false;
        bare = (negative ? "-" : "") + text.ToString().TrimEnd('.', ',');
        return true;
    }

    // Thousands in threes, or in Indian lakhs: twos and a closing three.
    private static bool GroupsHold(ReadOnlySpan<char> whole, char group)
    {
        var last = whole.LastIndexOf(group);
        if (last < 0) return true;
        if (whole.Length - last - 1 != 3) return false;
        var rest = whole[..last];
        while (rest.LastIndexOf(group) is var at and >= 0)
        {
            if (rest.Length - at - 1 is not (2 or 3)) return false;
            rest = rest[..at];
        }
        return rest.Length is >= 1 and <= 3;
    }
}

/// <summary>Digits of any script that shops here use.</summary>
internal static class Digits
{
    /// <summary>Arabic-Indic and Persian digits as ASCII; anything else as it is.</summary>
    public static char ToAscii(char c) => c switch
    {
        >= '\u0660' and <= '\u0669' => (char)(c - '\u0660' + '0'),
        >= '\u06F0' and <= '\u06F9' => (char)(c - '\u06F0' + '0'),
        _ => c,
    };
}
