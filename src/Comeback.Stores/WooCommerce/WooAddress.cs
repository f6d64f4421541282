using System.Net;

namespace Comeback.Stores.WooCommerce;

/// <summary>The address of a WooCommerce store as everything here writes it: https, lower-case host, a sub-folder install's path, no slash at the end.</summary>
public static class WooAddress
{
    /// <summary>Null when the text is no address that a store could have. http only where this machine itself is meant (development).</summary>
    public static Uri? Parse(string? text, bool allowLoopback = false)
    {
        text = text?.Trim();
        if (text is not { Length: > 3 and <= 300 } || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '\\')) return null;
        if (!text.Contains("://", StringComparison.Ordinal)) text = "https://" + text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0) return null;
        var loopback = allowLoopback && (uri.Host is "localhost" || (IPAddress.TryParse(uri.Host, out var address) && IPAddress.IsLoopback(address)));
        if (uri.Scheme != Uri.UriSchemeHttps && !(loopback && uri.Scheme == Uri.UriSchemeHttp)) return null;
        if (!loopback && (uri.HostNameType != UriHostNameType.Dns || !uri.IdnHost.Contains('.', StringComparison.Ordinal) || uri.Port is not (443 or 8443))) return null;
        var path = uri.AbsolutePath;
        // Merchants paste the page they look at.
        foreach (var tail in new[] { "/wp-admin", "/wp-login.php", "/wp-json", "/index.php" })
        {
            var at = path.IndexOf(tail, StringComparison.OrdinalIgnoreCase);
            if (at >= 0) path = path[..at];
        }
        return new Uri($"{uri.Scheme}://{uri.IdnHost.ToLowerInvariant()}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}{path.TrimEnd('/')}");
    }

    /// <summary>Without a slash at the end, also where there is no path.</summary>
    public static string Write(Uri store) => store.GetLeftPart(UriPartial.Path).TrimEnd('/');
}
