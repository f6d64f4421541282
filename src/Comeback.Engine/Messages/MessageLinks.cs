using System.Text;
using System.Text.RegularExpressions;

namespace Comeback.Engine.Messages;

/// <summary>Replaces the addresses in a finished message by ones that come back to us, so that a click can be followed.</summary>
public static partial class MessageLinks
{
    /// <summary>Gives each href of an anchor (decoded, http or https only) to <paramref name="replace"/> and puts its answer in its place.</summary>
    public static string InHtml(string html, Func<string, string> replace)
    {
        var result = new StringBuilder(html.Length + 256);
        var scanner = new HtmlScanner();
        var valueStart = -1;
        for (var i = 0; i < html.Length; i++)
        {
            var before = scanner.State;
            scanner.Read(html[i]);
            var inside = scanner.State is HtmlScanner.At.Quoted or HtmlScanner.At.Apostrophed;
            var was = before is HtmlScanner.At.Quoted or HtmlScanner.At.Apostrophed;
            if (inside && !was && scanner.Tag == "a" && scanner.Attribute == "href") valueStart = i + 1;
            if (valueStart >= 0 && was && !inside)
            {
                var value = Decode(html[valueStart..i]);
                result.Append(Escaping.Html(IsWeb(value) ? replace(value) : value));
                valueStart = -1;
            }
            if (valueStart < 0 || i < valueStart) result.Append(html[i]);
        }
        return result.ToString();
    }

    /// <summary>The same for plain text.</summary>
    public static string InText(string text, Func<string, string> replace) => Web().Replace(text, m => replace(m.Value));

    private static bool IsWeb(string value) => value.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || value.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    private static string Decode(string value) => value
        .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&#39;", "'", StringComparison.Ordinal).Replace("&#96;", "`", StringComparison.Ordinal)
        .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"https?://[^\s<>""\u2066-\u2069]+[^\s<>""\u2066-\u2069.,;:!?)]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Web();
}
