using System.Globalization;

namespace Comeback.Stores.Csv;

/// <summary>Cells as text of a person or a product: trimmed, without control characters and without marks that turn the direction of what follows.</summary>
internal static class Clean
{
    /// <summary>Null when nothing is left.</summary>
    public static string? Text(string cell)
    {
        var plain = true;
        foreach (var c in cell)
        {
            if (c is >= ' ' and < '\u007F' or >= '\u00A0' and < '\u2000') continue;
            plain = false;
            break;
        }
        var text = (plain ? cell : string.Concat(cell.Where(Kept))).Trim();
        return text.Length == 0 ? null : text;
    }

    /// <summary>A phone number without the apostrophe that keeps spreadsheets from counting with it.</summary>
    public static string? Phone(string cell) => Text(cell.TrimStart('\''));

    /// <summary>True when a cell can be an e-mail address at all; Sync decides finally.</summary>
    public static bool IsEmail(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == text.LastIndexOf('@') && text.IndexOf('.', at) > at + 1 && !text.EndsWith('.') && text.Length <= 254
            && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or ',' or ';' or '<' or '>' or '(' or ')');
    }

    // Joiners stay: Persian and emoji are written with them.
    private static bool Kept(char c) => !char.IsControl(c) && (char.GetUnicodeCategory(c) != UnicodeCategory.Format || c is '\u200C' or '\u200D');
}
