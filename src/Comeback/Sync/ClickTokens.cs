using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Comeback.Engine;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Comeback.Sync;

/// <summary>
/// Says who came from a message. A click adds a token of half an hour to the store's own address; the first browser that shows it belongs to that
/// customer from then on. Shown by a second browser (a forwarded address) it says nothing.
/// </summary>
internal sealed class ClickTokens(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>The name of the parameter on the store's address.</summary>
    public const string Parameter = "cb_v";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, (string Visitor, DateTimeOffset Until)> shown = new(StringComparer.Ordinal);

    /// <summary>The destination with a token on it where it is the store's own page; another's address stays as it is.</summary>
    public string On(string destination, StoreId store, CustomerId customer, string? storeUrl)
    {
        if (!Uri.TryCreate(storeUrl, UriKind.Absolute, out var own) || !Uri.TryCreate(destination, UriKind.Absolute, out var to) || to.Scheme != own.Scheme
            || !string.Equals(to.Authority, own.Authority, StringComparison.OrdinalIgnoreCase)) return destination;
        var until = (time.GetUtcNow() + Life).ToUnixTimeSeconds();
        var token = WebEncoders.Base64UrlEncode(Protector(store).Protect(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{customer.Value}:{until}"))));
        return QueryHelpers.AddQueryString(destination, Parameter, token);
    }

    /// <summary>Whom a browser's token names; null when it is none of this store, too old, or another browser's.</summary>
    public CustomerId? Read(StoreId store, string? token, string visitor)
    {
        if (token is not { Length: > 40 and < 500 }) return null;
        try
        {
            var text = Encoding.ASCII.GetString(Protector(store).Unprotect(WebEncoders.Base64UrlDecode(token)));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var until = DateTimeOffset.FromUnixTimeSeconds(long.Parse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture));
            if (until <= time.GetUtcNow()) return null;
            foreach (var old in shown.Where(s => s.Value.Until <= time.GetUtcNow()).Select(s => s.Key).ToList()) shown.TryRemove(old, out _);
            return shown.GetOrAdd(token, (visitor, until)).Visitor == visitor ? new CustomerId(long.Parse(text.AsSpan(0, colon), CultureInfo.InvariantCulture)) : null;
        }
        catch (Exception problem) when (problem is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private IDataProtector Protector(StoreId store) => protection.CreateProtector("Comeback.ClickTokens", store.ToString());
}
