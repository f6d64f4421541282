using System.Text;

namespace Comeback.Engine.Messages;

/// <summary>Whether an address is one that may stand in a header and an envelope (checked at import and again at sending).</summary>
public static class Address
{
    /// <summary>Refuses CR, LF, NUL and every other control, quoted local parts, more than 254 bytes, and what has no domain.</summary>
    public static bool IsMailable(string? address)
    {
        if (string.IsNullOrEmpty(address) || Encoding.UTF8.GetByteCount(address) > 254) return false;
        var at = address.LastIndexOf('@');
        if (at is < 1 or > 64 || at == address.Length - 1 || address.IndexOf('@') != at) return false;
        foreach (var c in address)
            if (char.IsControl(c) || char.IsWhiteSpace(c) || c is '"' or '<' or '>' or '(' or ')' or ',' or ';' or ':' or '\\' or '[' or ']' || char.IsSurrogate(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format)
                return false;
        var local = address.AsSpan(0, at);
        var domain = address.AsSpan(at + 1);
        return !local.StartsWith(".") && !local.EndsWith(".") && !local.Contains("..", StringComparison.Ordinal)
            && domain.Contains('.') && !domain.StartsWith(".") && !domain.EndsWith(".") && !domain.Contains("..", StringComparison.Ordinal)
            && !domain.StartsWith("-") && OnlyLetters(domain);
    }

    /// <summary>For screens and logs of what was done: <c>a•••@example.com</c>.</summary>
    public static string Mask(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 1 ? "•••" : $"{address[0]}•••{address[at..]}";
    }

    private static bool OnlyLetters(ReadOnlySpan<char> domain)
    {
        foreach (var c in domain)
            if (!char.IsLetterOrDigit(c) && c is not ('-' or '.')) return false;
        return true;
    }
}
