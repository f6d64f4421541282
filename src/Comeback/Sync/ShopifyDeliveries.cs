using Comeback.Data;
using Comeback.Engine;
using Comeback.Install;
using Comeback.Stores;
using Comeback.Stores.Shopify;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// Shopify's deliveries that are about the installation: an uninstall stops sending with its commit and forgets the tokens, unless the store was
/// installed again since; changed scopes are written down.
/// </summary>
internal sealed class ShopifyDeliveries(StoreConnections connections, StoreWriter writer, ShopifySource source) : IDeliveryHandler
{
    public Platform Platform => Platform.Shopify;

    public async Task<bool> HandleAsync(StoreId store, StoreDelivery delivery, CancellationToken ct)
    {
        var task = ShopifyWebhooks.Topics.GetValueOrDefault(delivery.Topic);
        switch (task)
        {
            case ShopifyTask.Uninstalled:
                if (await connections.UninstallAsync(store, null, delivery.TriggeredAt ?? delivery.ReceivedAt, ct).ConfigureAwait(false)) await DropQueuedAsync(store, ct).ConfigureAwait(false);
                return true;
            case ShopifyTask.ScopesChanged:
                if (await connections.FindAsync(store, ct).ConfigureAwait(false) is { State: ConnectionState.Connected } connection)
                {
                    // Asked, not believed: an old delivery would bring old scopes back.
                    var answer = await ShopifyConnector.Told(() => source.Client(connection).AskAsync<ShopAnswer>("store", null, ct)).ConfigureAwait(false);
                    IReadOnlyList<string> scopes = [.. answer.Data.CurrentAppInstallation.AccessScopes.Select(s => s.Handle)];
                    await connections.DetailsAsync(store, text => (ShopifyDetails.Read(text) with { Scopes = scopes }).Write(), ct).ConfigureAwait(false);
                }
                return true;
            case ShopifyTask.Nothing:
                return true;
            default:
                return false;
        }
    }

    // What waits to be sent must not wait for a store that may come back: its orders and consents are not known any more.
    private Task DropQueuedAsync(StoreId store, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async transaction =>
    {
        var change = await transaction.ChangeAsync().ConfigureAwait(false);
        await transaction.Db.Messages.Where(m => m.State == MessageState.Queued).ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MessageState.Dropped)
            .SetProperty(x => x.Why, "The store was uninstalled").SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
    }, ct);
}
