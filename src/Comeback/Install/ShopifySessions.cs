using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores.Shopify;

namespace Comeback.Install;

/// <summary>A call from the page inside Shopify's admin: the bearer is a session token, and it opens that one store.</summary>
internal sealed class ShopifySessions(ShopifyOptions options, StoreConnections connections, TimeProvider time) : IStoreSessions
{
    public const string Retry = "X-Shopify-Retry-Invalid-Session-Request";

    public async Task<StoreId?> StoreOfAsync(string bearer, CancellationToken ct)
    {
        if (!options.Configured || SessionToken.Read(bearer, options.ClientId, options.Secrets, time.GetUtcNow()) is not { } token) return null;
        return await connections.FindByAddressAsync(Platform.Shopify, token.Shop.Value, ct).ConfigureAwait(false) is { State: not ConnectionState.Uninstalled } connection ? connection.StoreId : null;
    }

    /// <summary>App Bridge fetches a new token and asks again when it sees this.</summary>
    public void Challenge(HttpContext http) => http.Response.Headers[Retry] = "1";

    /// <summary>
    /// Stores of a public app belong to merchants who are not the operator: nothing but their own session token opens them. On the developer's own
    /// machine, and where the app is the operator's own, the operator may.
    /// </summary>
    public bool OnlySessions(Platform platform) => platform == Platform.Shopify && options.Mode == ShopifyMode.Public;
}
