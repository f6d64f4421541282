using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Comeback.Stores.Shopify;

/// <summary>
/// Shopify's session (ID) token: a JWT that lives a minute and says which shop and which of its staff is calling from inside the admin. HS256 with the
/// app's secret and nothing else; the header's word about the algorithm is checked, never followed.
/// </summary>
public sealed record SessionToken(ShopDomain Shop, string User, string? Session, DateTimeOffset Expires)
{
    private const int Longest = 4096;
    /// <summary>Clocks differ.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(10);

    /// <summary>Null for anything that is not a present token of this app for one shop.</summary>
    /// <param name="clientId">The app's own id, which <c>aud</c> must be.</param>
    /// <param name="secrets">The present secret, and the old one while it is being rotated.</param>
    public static SessionToken? Read(string? token, string clientId, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        if (token is not { Length: > 0 and <= Longest } || token.Split('.') is not [var header, var claims, var signature]) return null;
        if (Bytes(signature) is not { Length: 32 } given || Bytes(header) is not { } headerBytes || Bytes(claims) is not { } claimBytes) return null;
        var matches = false;
        var signed = Encoding.ASCII.GetBytes($"{header}.{claims}");
        foreach (var secret in secrets.Where(s => s.Length > 0))
            matches |= CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed), given);
        if (!matches || clientId.Length == 0) return null;
        try
        {
            using var head = JsonDocument.Parse(headerBytes, new JsonDocumentOptions { MaxDepth = 4 });
            using var body = JsonDocument.Parse(claimBytes, new JsonDocumentOptions { MaxDepth = 4 });
            return Text(head, "alg") == "HS256" ? Claims(body, clientId, now) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SessionToken? Claims(JsonDocument body, string clientId, DateTimeOffset now)
    {
        if (body.RootElement.ValueKind != JsonValueKind.Object || Text(body, "aud") != clientId) return null;
        if (Instant(body, "exp") is not { } expires || Instant(body, "nbf") is not { } begins) return null;
        if (now > expires + Leeway || now < begins - Leeway) return null;
        if (!ShopDomain.TryOrigin(Text(body, "dest"), out var shop)) return null;
        // The issuer is the same shop's admin; a token of one shop must not name another as its destination.
        var issuer = Text(body, "iss");
        if (issuer is null || !issuer.EndsWith("/admin", StringComparison.Ordinal) || !ShopDomain.TryOrigin(issuer[..^"/admin".Length], out var by) || by != shop) return null;
        return new SessionToken(shop, Text(body, "sub") ?? "", Text(body, "sid"), expires);
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Instant(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static byte[]? Bytes(string part)
    {
        try
        {
            return part.Length > 0 && !part.Contains('=', StringComparison.Ordinal) ? Base64Url.DecodeFromChars(part) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
