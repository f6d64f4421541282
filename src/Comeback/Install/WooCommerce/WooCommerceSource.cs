using System.Collections.Concurrent;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores;
using Comeback.Stores.WooCommerce;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Install.WooCommerce;

/// <summary>Opens a connected WooCommerce store: its keys, the hook that it delivers to, and one pace that all who call it share.</summary>
internal sealed class WooCommerceSource(IHttpClientFactory http, Secrets secrets, Databases databases, ComebackOptions options, TimeProvider time, IPixelKeys? pixels = null) : IConnectorSource
{
    /// <summary>The name of the HttpClient; guarded like every other.</summary>
    public const string Client = "woocommerce";
    private readonly ConcurrentDictionary<StoreId, WooPace> paces = new();

    public Platform Platform => Platform.WooCommerce;

    public async Task<IStoreConnector> OpenAsync(StoreConnectionRow connection, CancellationToken ct)
    {
        var (store, keys, settings) = await KeysAsync(connection, ct).ConfigureAwait(false);
        var secret = await secrets.LoadAsync(connection.StoreId, SecretPurposes.HookSecret, ct).ConfigureAwait(false);
        // WooCommerce delivers only to https.
        var webhooks = secret is not null && options.PublicUrl.Scheme == Uri.UriSchemeHttps ? new WooWebhooks(HookUrl(connection), secret) : null;
        return WooCommerceStore.Connect(http.CreateClient(Client), store, keys, Pace(connection.StoreId), settings, webhooks, time, await PluginAsync(connection, ct).ConfigureAwait(false));
    }

    public async Task<WooCoupons> CouponsAsync(StoreConnectionRow connection, CancellationToken ct)
    {
        var (store, keys, _) = await KeysAsync(connection, ct).ConfigureAwait(false);
        return WooCommerceStore.Coupons(http.CreateClient(Client), store, keys, Pace(connection.StoreId), time);
    }

    private async Task<WooPluginLink?> PluginAsync(StoreConnectionRow connection, CancellationToken ct)
    {
        if (options.PublicUrl.Scheme != Uri.UriSchemeHttps || await secrets.LoadAsync(connection.StoreId, SecretPurposes.PluginSecret, ct).ConfigureAwait(false) is not { } secret) return null;
        var pixel = pixels is null ? "" : await pixels.PresentAsync(connection.StoreId, ct).ConfigureAwait(false);
        return new WooPluginLink(options.PublicUrl.ToString().TrimEnd('/'), connection.StoreId.ToString(), connection.HookId, secret, connection.Installation, pixel);
    }

    public string HookUrl(StoreConnectionRow connection) => $"{options.PublicUrl}hooks/woocommerce/{connection.HookId}";

    private WooPace Pace(StoreId store) => paces.GetOrAdd(store, _ => new WooPace());

    private async Task<(Uri Store, WooKeys Keys, WooSettings Settings)> KeysAsync(StoreConnectionRow connection, CancellationToken ct)
    {
        var json = await secrets.LoadAsync(connection.StoreId, SecretPurposes.StoreKeys, ct).ConfigureAwait(false)
            ?? throw new StoreTrouble(StoreTroubleKind.NeedsReconnecting, "There are no keys of this store: connect it again.");
        await using var db = databases.OpenSystem();
        var row = await db.Stores.SingleAsync(s => s.Id == connection.StoreId, ct).ConfigureAwait(false);
        var settings = StoreSettings.Read(row.Settings);
        return (new Uri(connection.Address), JsonSerializer.Deserialize<WooKeys>(json)!, new WooSettings(Currency.Parse(row.Currency))
        {
            CountedStatuses = settings.CountedStatuses,
            ConsentMeta = settings.ConsentMeta ?? WooSettings.DefaultConsentMeta,
        });
    }
}

/// <summary>The public key that the pages of a store carry. Install hands it over and Sync makes it, since the flow goes one way.</summary>
internal interface IPixelKeys
{
    Task<string> PresentAsync(StoreId store, CancellationToken ct);
}
