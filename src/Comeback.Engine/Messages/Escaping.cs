using System.Globalization;
using System.Text;

namespace Comeback.Engine.Messages;

/// <summary>Where in the text a value is printed; it decides how the value is made harmless.</summary>
public enum Place : byte { PlainText, Subject, HtmlText, HtmlAttribute, UrlStart, UrlPart }

/// <summary>Makes values harmless in the place where they are printed.</summary>
public static class Escaping
{
    public static string For(Place place, string value) => place switch
    {
        Place.Subject => OneLine(value),
        Place.PlainText => WithoutControls(value, keepLines: true),
        Place.HtmlText or Place.HtmlAttribute => Html(WithoutControls(value, keepLines: true)),
        Place.UrlStart => Html(SafeUrl(value) ?? "#"),
        _ => Html(Uri.EscapeDataString(WithoutControls(value, keepLines: false))),
    };

    /// <summary>The address as it is when it is absolute http, https, mailto or tel; else null. Control characters never pass.</summary>
    public static string? SafeUrl(string? value)
    {
        if (value is null) return null;
        var text = value.Trim();
        if (text.Length is 0 or > 2_000 || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || IsBidi(c))) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "mailto" or "tel"
            && (uri.Scheme is "mailto" or "tel" || uri.Host.Length > 0) ? text : null;
    }

    /// <summary>For subjects and names: one line, no control and no bidi-override characters, single spaces.</summary>
    public static string OneLine(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            var plain = char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c;
            if (IsBidi(plain) || IsUnpairable(plain)) continue;
            if (plain == ' ' && (text.Length == 0 || text[^1] == ' ')) continue;
            text.Append(plain);
        }
        return text.ToString().TrimEnd();
    }

    /// <summary>Removes control characters (line feeds may stay; carriage returns never) and bidi overrides.</summary>
    public static string WithoutControls(string value, bool keepLines)
    {
        StringBuilder? text = null;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var bad = (char.IsControl(c) && !(keepLines && c is '\n' or '\t')) || IsBidi(c) || IsUnpairable(c);
            if (bad) text ??= new StringBuilder(value, 0, i, value.Length);
            else text?.Append(c);
        }
        return text?.ToString() ?? value;
    }

    public static string Html(string value)
    {
        if (value.AsSpan().IndexOfAny("&<>\"'`") < 0) return value;
        var text = new StringBuilder(value.Length + 16);
        foreach (var c in value)
            _ = c switch
            {
                '&' => text.Append("&amp;"),
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '"' => text.Append("&quot;"),
                '\'' => text.Append("&#39;"),
                '`' => text.Append("&#96;"),
                _ => text.Append(c),
            };
        return text.ToString();
    }

    // Embeddings, overrides and their ends. Isolates stay: our own right-to-left texts use them.
    private static bool IsBidi(char c) => c is >= '\u202A' and <= '\u202E';

    private static bool IsUnpairable(char c) => c is '\uFFFE' or '\uFFFF' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format && c is '\u200B' or '\uFEFF';
}
