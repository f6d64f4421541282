using System.Globalization;
using PhoneNumbers;

namespace Comeback.Stores;

/// <summary>E-mail addresses as they are compared and stored; what is no address is null.</summary>
public static class EmailAddresses
{
    private const int MostBytes = 254;
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>Trimmed, lower case, the domain in its ASCII form. Null on CR, LF, NUL, quotes, more than 254 bytes, or anything but one address.</summary>
    public static string? Normalise(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var trimmed = text.Trim().ToLowerInvariant();
        var at = trimmed.LastIndexOf('@');
        if (at < 1 || at == trimmed.Length - 1 || trimmed.IndexOf('@', StringComparison.Ordinal) != at) return null;
        var local = trimmed[..at];
        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal)) return null;
        foreach (var c in local)
        {
            if (char.IsControl(c) || char.IsWhiteSpace(c) || c is '"' or '(' or ')' or '<' or '>' or '[' or ']' or ',' or ';' or ':' or '\\') return null;
        }
        if (Domain(trimmed[(at + 1)..]) is not { } domain) return null;
        var address = $"{local}@{domain}";
        return System.Text.Encoding.UTF8.GetByteCount(address) <= MostBytes ? address : null;
    }

    private static string? Domain(string text)
    {
        if (!text.Contains('.', StringComparison.Ordinal) || text[^1] == '.') return null;
        var plain = true;
        foreach (var c in text) plain &= c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-' or '.';
        if (plain) return text[0] is '.' or '-' || text.Contains("..", StringComparison.Ordinal) ? null : text;
        try
        {
            return Idn.GetAscii(text);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>Phone numbers in E.164, read with the country of the order where they carry none.</summary>
public static class Phones
{
    /// <summary>E.g. <c>+4520123456</c>; null when it is no number that could be dialled.</summary>
    /// <param name="country">ISO 3166-1 alpha-2, or null when it is not known: then only numbers with <c>+</c> are read.</param>
    public static string? ToE164(string? text, string? country)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > 40) return null;
        var numbers = PhoneNumberUtil.GetInstance();
        try
        {
            var parsed = numbers.Parse(text, country);
            return numbers.IsValidNumber(parsed) ? numbers.Format(parsed, PhoneNumberFormat.E164) : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }
}
