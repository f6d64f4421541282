using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Comeback.Stores.Shopify;

/// <summary>
/// A shop's own domain, <c>name.myshopify.com</c>, in small letters. There is no other way to make one than to pass the rule, so that wherever a shop
/// name enters, no look-alike, user-info, port, new line or path comes with it.
/// </summary>
public readonly partial record struct ShopDomain
{
    private const string Suffix = ".myshopify.com";
    // A DNS label holds 63 characters.
    private const int LongestName = 63;
    private readonly string? value;

    private ShopDomain(string value) => this.value = value;

    /// <summary>E.g. <c>tea.myshopify.com</c>.</summary>
    public string Value => value ?? throw new InvalidOperationException("No shop was named.");

    /// <summary>The part before <c>.myshopify.com</c>, as the admin's addresses use it.</summary>
    public string Name => Value[..^Suffix.Length];

    /// <summary>The domain itself and nothing else.</summary>
    public static bool TryParse(string? text, out ShopDomain shop)
    {
        shop = default;
        // Of the characters as they came: folding may turn a look-alike (the Kelvin sign) into a letter.
        if (text is null || text.Length > LongestName + Suffix.Length || !Ascii.IsValid(text)) return false;
        var folded = text.ToLowerInvariant();
        if (!Rule().IsMatch(folded)) return false;
        shop = new ShopDomain(folded);
        return true;
    }

    /// <summary>What a merchant pastes: the domain, its https address without a path, or <c>admin.shopify.com/store/name</c> with nothing after it.</summary>
    public static bool TryPaste(string? text, out ShopDomain shop)
    {
        shop = default;
        if (text is null || text.Length > 200) return false;
        var trimmed = text.Trim(' ');
        if (trimmed.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) trimmed = trimmed["https://".Length..];
        if (trimmed.EndsWith('/')) trimmed = trimmed[..^1];
        const string admin = "admin.shopify.com/store/";
        return trimmed.StartsWith(admin, StringComparison.OrdinalIgnoreCase)
            ? TryParse(trimmed[admin.Length..] + Suffix, out shop)
            : TryParse(trimmed, out shop);
    }

    /// <summary>The shop of an address such as a token's <c>dest</c>: <c>https://name.myshopify.com</c> with no port, path, query or user.</summary>
    public static bool TryOrigin(string? text, out ShopDomain shop)
    {
        shop = default;
        const string https = "https://";
        return text is not null && text.StartsWith(https, StringComparison.Ordinal) && TryParse(text[https.Length..], out shop);
    }

    /// <summary>
    /// The query parameter <c>host</c>: base64 of <c>admin.shopify.com/store/name</c> or <c>name.myshopify.com/admin</c>. Anything else is no host:
    /// redirecting to what it says would be an open redirect.
    /// </summary>
    public static bool TryHost(string? text, out ShopDomain shop, [NotNullWhen(true)] out string? admin)
    {
        shop = default;
        admin = null;
        if (text is not { Length: > 0 and <= 400 }) return false;
        var plain = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        Span<byte> bytes = stackalloc byte[400];
        if (plain.Length % 4 == 1 || !Convert.TryFromBase64String(plain.PadRight(plain.Length + ((4 - (plain.Length % 4)) % 4), '='), bytes, out var length)) return false;
        var decoded = Encoding.Latin1.GetString(bytes[..length]);
        const string store = "admin.shopify.com/store/", old = "/admin";
        var known = decoded.StartsWith(store, StringComparison.Ordinal)
            ? TryParse(decoded[store.Length..] + Suffix, out shop)
            : decoded.EndsWith(old, StringComparison.Ordinal) && TryParse(decoded[..^old.Length], out shop);
        // Written anew from the checked name, never the caller's text.
        if (known) admin = decoded.StartsWith(store, StringComparison.Ordinal) ? store + shop.Name : shop.Value + old;
        return known;
    }

    public override string ToString() => value ?? "";

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]*\.myshopify\.com\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Rule();
}
