using System.Collections.Concurrent;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores.Shopify;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Install;

/// <summary>What is kept of a grant, as one protected secret: access and refresh token are replaced together or not at all.</summary>
internal sealed record ShopifyKeys(ShopifyMode Mode, string Access, DateTimeOffset? Expires, string? Refresh, DateTimeOffset? RefreshExpires, string Scope)
{
    public static ShopifyKeys Of(ShopifyMode mode, ShopifyGrant grant) => new(mode, grant.Access, grant.Expires, grant.Refresh, grant.RefreshExpires, grant.Scope);

    public string Write() => JsonSerializer.Serialize(this, Json.Options);

    public static ShopifyKeys? Read(string? text) => text is null ? null : JsonSerializer.Deserialize<ShopifyKeys>(text, Json.Options);
}

/// <summary>
/// Gives the present access token of a store and renews it before it runs out, once for all who ask: in this process by a turn per store, across
/// replicas by the store's row, which PostgreSQL keeps locked while the one refreshes. (SQLite has one process, and its writer must not wait for a network.)
/// </summary>
internal sealed class ShopifyTokens(
    ShopifyOptions options, ShopifyGrantsSource grants, StoreConnections connections, Databases databases, StoreWriter writer, Secrets secrets, TimeProvider time)
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<StoreId, SemaphoreSlim> turns = new();

    /// <param name="refused">The token that a call was just refused with; null when none was.</param>
    /// <exception cref="ShopifyAccessLostException">There is none any more, or it cannot be renewed.</exception>
    public async Task<string> AccessAsync(StoreId store, ShopDomain shop, int installation, string? refused, CancellationToken ct)
    {
        var keys = await KeysAsync(store, ct).ConfigureAwait(false);
        if (Good(keys, refused)) return keys!.Access;
        var turn = turns.GetOrAdd(store, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            keys = await KeysAsync(store, ct).ConfigureAwait(false);
            if (Good(keys, refused)) return keys!.Access;
            if (!databases.IsPostgres)
            {
                var renewed = await RenewAsync(shop, keys, ct).ConfigureAwait(false);
                // Connected anew meanwhile: theirs is the pair that holds.
                if (!await connections.ReplaceKeysAsync(store, installation, renewed.Write(), ct).ConfigureAwait(false)) return (await KeysAsync(store, ct).ConfigureAwait(false))?.Access ?? throw Lost();
                return renewed.Access;
            }
            return await writer.WriteAsync(store, Lane.Live, async transaction =>
            {
                var row = await transaction.Db.StoreConnections.AsNoTracking().SingleAsync(c => c.StoreId == store, ct).ConfigureAwait(false);
                // Another process may have renewed it while we waited for the row.
                var present = await KeysAsync(store, ct).ConfigureAwait(false);
                if (Good(present, refused) || row.Installation != installation) return present?.Access ?? throw Lost();
                var renewed = await RenewAsync(shop, present, ct).ConfigureAwait(false);
                await secrets.StoreAsync(transaction, SecretPurposes.StoreKeys, renewed.Write(), ct).ConfigureAwait(false);
                return renewed.Access;
            }, ct).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private bool Good(ShopifyKeys? keys, string? refused) =>
        keys is not null && keys.Access != refused && (keys.Expires is not { } expires || expires - time.GetUtcNow() > Early);

    private async Task<ShopifyKeys?> KeysAsync(StoreId store, CancellationToken ct) => ShopifyKeys.Read(await connections.KeysAsync(store, ct).ConfigureAwait(false));

    private async Task<ShopifyKeys> RenewAsync(ShopDomain shop, ShopifyKeys? keys, CancellationToken ct)
    {
        try
        {
            return keys switch
            {
                null => throw Lost(),
                { Mode: ShopifyMode.OwnOrganisation } => ShopifyKeys.Of(keys.Mode, await grants.Open().OwnAsync(shop, ct).ConfigureAwait(false)),
                { Refresh: { } refresh } when keys.RefreshExpires is not { } end || end > time.GetUtcNow() =>
                    ShopifyKeys.Of(keys.Mode, await grants.Open().RefreshAsync(shop, refresh, ct).ConfigureAwait(false)),
                _ => throw Lost(),
            };
        }
        catch (ShopifyGrantRefusedException refused)
        {
            throw new ShopifyAccessLostException(refused.Message, refused);
        }
    }

    private ShopifyAccessLostException Lost() => new(options.Configured ? "The app's access to this store has run out." : "No Shopify app is configured.");
}

/// <summary>Opens the grants with a guarded HttpClient.</summary>
internal sealed class ShopifyGrantsSource(IHttpClientFactory clients, ShopifyOptions options, TimeProvider time)
{
    public const string ApiClient = "shopify", FileClient = "shopify-files";

    public ShopifyGrants Open() => new(clients.CreateClient(ApiClient), options.ClientId, options.ClientSecret, time);
}
