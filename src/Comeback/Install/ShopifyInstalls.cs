using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores.Shopify;
using NodaTime;

namespace Comeback.Install;

/// <summary>
/// From a grant to a connected store, whichever way the grant came: the store is asked who it is before anything is kept. A dead grant is replaced by
/// the next visit's, and a shop is connected once however many of its staff open the page at the same time.
/// </summary>
internal sealed class ShopifyInstalls(
    ShopifyOptions options, ShopifyGrantsSource grants, StoreConnections connections, IHttpClientFactory clients, TimeProvider time)
{
    private readonly ConcurrentDictionary<ShopDomain, SemaphoreSlim> turns = new();

    /// <summary>The store of a visit; connected by token exchange when it is not, or when its grant has died.</summary>
    public async Task<StoreId> VisitAsync(ShopDomain shop, string sessionToken, string? language, CancellationToken ct)
    {
        if (await PresentAsync(shop, ct).ConfigureAwait(false) is { } known) return known;
        return await OnceAsync(shop, async () => await PresentAsync(shop, ct).ConfigureAwait(false)
            ?? await ConnectAsync(shop, ShopifyMode.Public, await grants.Open().ExchangeAsync(shop, sessionToken, ct).ConfigureAwait(false), language, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    /// <summary>The code of the callback.</summary>
    public Task<StoreId> CodeAsync(ShopDomain shop, string code, CancellationToken ct) => OnceAsync(shop, async () =>
        await ConnectAsync(shop, ShopifyMode.Custom, await grants.Open().CodeAsync(shop, code, ct).ConfigureAwait(false), null, ct).ConfigureAwait(false), ct);

    /// <summary>A store of our own organisation.</summary>
    public Task<StoreId> OwnAsync(ShopDomain shop, CancellationToken ct) => OnceAsync(shop, async () =>
        await ConnectAsync(shop, ShopifyMode.OwnOrganisation, await grants.Open().OwnAsync(shop, ct).ConfigureAwait(false), null, ct).ConfigureAwait(false), ct);

    /// <summary>An unguessable word that ties an install to the browser that began it.</summary>
    public static string NewState() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private async Task<StoreId?> PresentAsync(ShopDomain shop, CancellationToken ct) =>
        await connections.FindByAddressAsync(Platform.Shopify, shop.Value, ct).ConfigureAwait(false) is { State: ConnectionState.Connected } connection ? connection.StoreId : null;

    private async Task<StoreId> ConnectAsync(ShopDomain shop, ShopifyMode mode, ShopifyGrant grant, string? language, CancellationToken ct)
    {
        var client = new ShopifyClient(clients.CreateClient(ShopifyGrantsSource.ApiClient), shop, (_, _) => new ValueTask<string>(grant.Access), new CostBudget(time), time);
        var answer = (await client.AskAsync<ShopAnswer>("store", null, ct).ConfigureAwait(false)).Data;
        // The token must be of the shop that it was asked for.
        if (!ShopDomain.TryParse(answer.Shop.MyshopifyDomain, out var told) || told != shop) throw new ShopifyException("The token is of another shop.");
        if (!Currency.TryParse(answer.Shop.CurrencyCode, out var currency)) throw new ShopifyException("The shop's currency is not one of ISO 4217.");
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(answer.Shop.IanaTimezone)?.Id ?? "Etc/UTC";
        return await connections.ConnectAsync(new VerifiedStore(
            Platform.Shopify, shop.Value, Name(answer.Shop.Name, shop), $"https://{Host(answer.Shop.PrimaryDomain?.Url) ?? shop.Value}", currency.Code, zone,
            answer.Shop.ShopAddress?.CountryCodeV2, Language(language), new Dictionary<string, string>(StringComparer.Ordinal) { [SecretPurposes.StoreKeys] = ShopifyKeys.Of(mode, grant).Write() })
        {
            Details = new ShopifyDetails { ShopId = ShopifyMapping.IdOf(answer.Shop.Id) ?? "", Scopes = [.. answer.CurrentAppInstallation.AccessScopes.Select(s => s.Handle)] }.Write(),
        }, ct).ConfigureAwait(false);
    }

    private async Task<StoreId> OnceAsync(ShopDomain shop, Func<Task<StoreId>> connect, CancellationToken ct)
    {
        if (!options.Configured) throw new UserError("No Shopify app is configured: set Comeback:Shopify:ClientId and Comeback:Shopify:ClientSecret.");
        var turn = turns.GetOrAdd(shop, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await connect().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private static string Name(string name, ShopDomain shop) => new string([.. name.Where(c => !char.IsControl(c))]).Trim() is { Length: > 0 } text ? text.Length > 80 ? text[..80] : text : shop.Name;

    private static string? Host(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && Uri.CheckHostName(uri.Host) == UriHostNameType.Dns ? uri.Host : null;

    private static string Language(string? locale) => locale is { Length: >= 2 and <= 12 } && locale.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? locale.Split('-')[0].ToLowerInvariant() : "en";
}
