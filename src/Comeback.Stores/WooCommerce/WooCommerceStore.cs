using System.Globalization;
using System.Text.Json;
using Comeback.Engine;
using NodaTime;

namespace Comeback.Stores.WooCommerce;

/// <summary>What a store says of itself.</summary>
/// <param name="Country">ISO 3166-1 alpha-2; null when the store does not say.</param>
public sealed record WooStoreFacts(string Name, Currency Currency, string TimeZone, string? Country, string Language, string? Version);

/// <summary>The door to WooCommerce for the rest of Comeback: finding a store, looking at it with its keys, and its connector.</summary>
public static class WooCommerceStore
{
    private static readonly Dictionary<decimal, string> HalfHours = new()
    {
        [-3.5m] = "America/St_Johns",
        [3.5m] = "Asia/Tehran",
        [4.5m] = "Asia/Kabul",
        [5.5m] = "Asia/Kolkata",
        [5.75m] = "Asia/Kathmandu",
        [6.5m] = "Asia/Yangon",
        [9.5m] = "Australia/Darwin",
    };

    /// <summary>
    /// Where the store's REST API is: the address itself, or a folder above it (merchants paste the page they look at). A store that calls itself by
    /// the same name with or without www is taken at its word; by any other name, the merchant is told.
    /// </summary>
    /// <exception cref="StoreTrouble">There is no WooCommerce there.</exception>
    public static async Task<Uri> FindAsync(HttpClient http, Uri address, TimeProvider time, CancellationToken ct)
    {
        StoreTrouble? first = null;
        for (var at = address; ; at = Above(at))
        {
            try
            {
                return await LookAtIndexAsync(http, at, time, ct).ConfigureAwait(false);
            }
            catch (StoreTrouble trouble) when (trouble.Kind == StoreTroubleKind.BadAnswer)
            {
                first ??= trouble;
                if (at.AbsolutePath.Trim('/').Length == 0) throw first;
            }
        }
    }

    /// <summary>Asks with the keys: succeeds only when they are this store's and may read.</summary>
    public static async Task<WooStoreFacts> LookAsync(HttpClient http, Uri store, WooKeys keys, WooPace pace, TimeProvider time, CancellationToken ct)
    {
        var client = new WooClient(http, store, keys, pace, time);
        using var index = await client.GetAsync("?_fields=name,timezone_string,gmt_offset", ct).ConfigureAwait(false);
        // Only here it is seen whether the keys are good: the index is open to all.
        using var currency = await client.GetAsync("wc/v3/data/currencies/current", ct).ConfigureAwait(false);
        if (!Currency.TryParse(currency.Root.Text("code"), out var code)) throw new StoreTrouble(StoreTroubleKind.BadAnswer, "The store does not say in which currency it sells.");
        using (await client.GetAsync("wc/v3/orders?per_page=1&_fields=id", ct).ConfigureAwait(false)) { }
        var country = await TryAsync(client, "wc/v3/settings/general/woocommerce_default_country", r => r.Text("value")?.Split(':')[0], ct).ConfigureAwait(false);
        var environment = await TryAsync(client, "wc/v3/system_status?_fields=environment", r => r.Field("environment") is { } e ? $"{e.Text("language")}|{e.Text("version")}" : null, ct).ConfigureAwait(false);
        var (language, version) = environment?.Split('|') is [var l, var v] ? (l, v) : ("", "");
        return new WooStoreFacts(
            System.Net.WebUtility.HtmlDecode(index.Root.Text("name") ?? store.Host), code, Zone(index.Root), country is { Length: 2 } ? country.ToUpperInvariant() : null,
            language.Length >= 2 ? language[..2].ToLowerInvariant() : "en", version.Length > 0 ? version : null);
    }

    public static IStoreConnector Connect(HttpClient http, Uri store, WooKeys keys, WooPace pace, WooSettings settings, WooWebhooks? webhooks, TimeProvider time,
        WooPluginLink? plugin = null) => new WooCommerceConnector(new WooClient(http, store, keys, pace, time), settings, webhooks, plugin, time);

    public static WooCoupons Coupons(HttpClient http, Uri store, WooKeys keys, WooPace pace, TimeProvider time) =>
        new(new WooClient(http, store, keys, pace, time));

    private static async Task<Uri> LookAtIndexAsync(HttpClient http, Uri at, TimeProvider time, CancellationToken ct)
    {
        // Without keys: none exist yet, and nobody else gets them.
        var client = new WooClient(http, at, new WooKeys("", ""), new WooPace(), time);
        using var index = await client.GetAsync("?_fields=name,url,home,namespaces", ct).ConfigureAwait(false);
        if (!index.Root.List("namespaces").Any(n => n.ValueKind == JsonValueKind.String && n.GetString() == "wc/v3"))
            throw new StoreTrouble(StoreTroubleKind.BadAnswer, "There is a WordPress at this address, and WooCommerce is not switched on in it.");
        var own = Uri.TryCreate(index.Root.Text("home") ?? index.Root.Text("url"), UriKind.Absolute, out var home) ? home : at;
        if (Bare(own.Host) != Bare(at.Host))
            throw new StoreTrouble(StoreTroubleKind.Refused, $"This store calls itself {own.Host}: connect it under that address.");
        return new Uri(WooAddress.Write(new UriBuilder(at) { Host = own.Host }.Uri));
    }

    private static Uri Above(Uri at) => new(at.GetLeftPart(UriPartial.Authority) + at.AbsolutePath.TrimEnd('/')[..Math.Max(0, at.AbsolutePath.TrimEnd('/').LastIndexOf('/'))]);

    private static string Bare(string host) => host.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? host[4..].ToLowerInvariant() : host.ToLowerInvariant();

    private static string Zone(JsonElement index)
    {
        if (index.Text("timezone_string") is { } name && DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is not null) return name;
        var offset = index.Amount("gmt_offset") ?? 0;
        if (HalfHours.TryGetValue(offset, out var known)) return known;
        // POSIX signs: Etc/GMT-3 is three hours east.
        var zone = string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{(offset > 0 ? "-" : "+")}{Math.Abs((int)offset)}");
        return offset != 0 && offset == (int)offset && DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is not null ? zone : "UTC";
    }

    private static async Task<string?> TryAsync(WooClient client, string path, Func<JsonElement, string?> read, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync(path, ct).ConfigureAwait(false);
            return read(answer.Root);
        }
        catch (StoreTrouble trouble) when (trouble.Kind is not StoreTroubleKind.NeedsReconnecting)
        {
            // A nicety that a shop manager may not see.
            return null;
        }
    }
}
