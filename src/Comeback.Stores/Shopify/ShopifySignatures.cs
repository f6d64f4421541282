using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Comeback.Stores.Shopify;

/// <summary>
/// Shopify's three signatures, each by its own rule: of a query (hex, sorted pairs joined by &amp;), of a webhook (base64, raw body) and of the app proxy
/// (hex, sorted pairs joined by nothing). The old client secret verifies beside the new one while it is being rotated.
/// </summary>
public sealed class ShopifySignatures(IReadOnlyList<string> secrets, TimeProvider time)
{
    /// <summary>A signed query is good for this long to either side of our clock.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(90);
    private readonly byte[][] keys = [.. secrets.Where(s => s.Length > 0).Select(Encoding.UTF8.GetBytes)];

    /// <summary>The raw body of a webhook against <c>X-Shopify-Hmac-Sha256</c>.</summary>
    public bool IsWebhook(ReadOnlySpan<byte> body, string? header)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return header is { Length: 44 } && Convert.TryFromBase64String(header, given, out var length) && length == given.Length && IsOfOurKeys(body, given);
    }

    /// <summary>One running hash a key, for a body that is read in pieces.</summary>
    public IReadOnlyList<IncrementalHash> Begin() => [.. keys.Select(key => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key))];

    /// <summary>Ends <see cref="Begin"/>.</summary>
    public static bool End(IReadOnlyList<IncrementalHash> hashes, string? header)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var readable = header is { Length: 44 } && Convert.TryFromBase64String(header, given, out var length) && length == given.Length;
        var matches = false;
        foreach (var hash in hashes) matches |= CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), given);
        return readable && matches;
    }

    /// <summary>An address that Shopify sends a browser to (install, callback, the app's page): <c>hmac</c> over the other parameters, and its time.</summary>
    public bool IsQuery(IReadOnlyList<KeyValuePair<string, string>> query)
    {
        // A parameter that comes twice could be signed as one value and read as the other.
        if (query.Select(p => p.Key).Distinct(StringComparer.Ordinal).Count() != query.Count) return false;
        var message = string.Join('&', query.Where(p => p.Key is not ("hmac" or "signature")).OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => $"{Escape(p.Key, key: true)}={Escape(p.Value, key: false)}"));
        return IsHex(message, Of(query, "hmac")) && IsFresh(Of(query, "timestamp"));
    }

    /// <summary>A call through the app proxy: <c>signature</c>; the values of a repeated parameter are joined by commas.</summary>
    public bool IsProxy(IReadOnlyList<KeyValuePair<string, string>> query)
    {
        if (query.Count(p => p.Key == "signature") != 1 || query.Count(p => p.Key == "timestamp") != 1 || query.Count(p => p.Key == "shop") != 1
            || query.Count(p => p.Key == "logged_in_customer_id") > 1) return false;
        var message = string.Concat(query.Where(p => p.Key != "signature").GroupBy(p => p.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key}={string.Join(',', g.Select(p => p.Value))}").Order(StringComparer.Ordinal));
        return IsHex(message, Of(query, "signature")) && IsFresh(Of(query, "timestamp"));
    }

    /// <summary>For the fake Shopify and for nothing else: what Shopify would send.</summary>
    internal static string Sign(string secret, string message) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(message)));

    private static string? Of(IReadOnlyList<KeyValuePair<string, string>> query, string name) => query.FirstOrDefault(p => p.Key == name).Value;

    // Shopify escapes only what would be mistaken for the joints.
    private static string Escape(string text, bool key)
    {
        var escaped = text.Replace("%", "%25", StringComparison.Ordinal).Replace("&", "%26", StringComparison.Ordinal);
        return key ? escaped.Replace("=", "%3D", StringComparison.Ordinal) : escaped;
    }

    private bool IsFresh(string? timestamp) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_799
        && (time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() <= Window;

    private bool IsHex(string message, string? hex)
    {
        if (hex is not { Length: 64 } || !hex.All(char.IsAsciiHexDigitLower)) return false;
        return IsOfOurKeys(Encoding.UTF8.GetBytes(message), Convert.FromHexString(hex));
    }

    private bool IsOfOurKeys(ReadOnlySpan<byte> message, ReadOnlySpan<byte> given)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var matches = false;
        foreach (var key in keys)
        {
            HMACSHA256.HashData(key, message, hash);
            matches |= CryptographicOperations.FixedTimeEquals(hash, given);
        }
        return matches;
    }
}
