using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Stores;
using Comeback.Stores.Shopify;
using Comeback.Sync;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Privacy;

/// <summary>
/// Shopify's three compliance topics. A data request makes the file that the merchant hands over; a customer's redaction is an erasure; a shop's
/// erases every customer of the store, and never one that was installed again since.
/// </summary>
internal sealed class ShopifyCompliance(
    Databases databases, StoreConnections connections, Erasure erasure, DataRequest requests, ComebackOptions options, StoreWriter writer, TimeProvider time) : IDeliveryHandler
{
    private const string By = "shopify";
    // Shopify sends shop/redact two days after the uninstall.
    private static readonly TimeSpan RedactAfter = TimeSpan.FromHours(48);

    public Platform Platform => Platform.Shopify;

    public async Task<bool> HandleAsync(StoreId store, StoreDelivery delivery, CancellationToken ct)
    {
        if (ShopifyWebhooks.Topics.GetValueOrDefault(delivery.Topic) is not (ShopifyTask.DataRequest or ShopifyTask.RedactCustomer or ShopifyTask.RedactStore) || delivery.Body.IsEmpty) return false;
        var at = delivery.TriggeredAt ?? delivery.ReceivedAt;
        var said = new ShopifyWebhooks(Currency.Parse("USD")).Read(delivery.Topic, delivery.Body, at);
        switch (said.Task)
        {
            case ShopifyTask.DataRequest:
                foreach (var customer in await FindAsync(store, said, ct).ConfigureAwait(false))
                    await WriteFileAsync(store, customer, await requests.ReadAsync(store, customer, By, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
                break;
            case ShopifyTask.RedactCustomer:
                foreach (var customer in await FindAsync(store, said, ct).ConfigureAwait(false)) await erasure.EraseAsync(store, customer, By, ct).ConfigureAwait(false);
                break;
            case ShopifyTask.RedactStore:
                await RedactStoreAsync(store, at, ct).ConfigureAwait(false);
                break;
        }
        return true;
    }

    private async Task RedactStoreAsync(StoreId store, DateTimeOffset at, CancellationToken ct)
    {
        // Sent 48 h after the uninstall that it belongs to: an installation younger than that uninstall is not meant.
        if (await connections.FindAsync(store, ct).ConfigureAwait(false) is not { } connection || connection.State != ConnectionState.Uninstalled || connection.InstalledAt > at - RedactAfter + TimeSpan.FromHours(1)) return;
        while (true)
        {
            List<CustomerId> some;
            await using (var db = databases.Open(store)) some = await db.Customers.Where(c => !c.Deleted && c.MergedInto == null).OrderBy(c => c.Id).Select(c => c.Id).Take(100).ToListAsync(ct).ConfigureAwait(false);
            if (some.Count == 0) return;
            foreach (var customer in some) await erasure.EraseAsync(store, customer, By, ct).ConfigureAwait(false);
        }
    }

    /// <summary>By the account, else by an address or number that is nobody else's.</summary>
    private async Task<IReadOnlyList<CustomerId>> FindAsync(StoreId store, ShopifyDelivery said, CancellationToken ct)
    {
        var email = EmailAddresses.Normalise(said.Email);
        await using var db = databases.Open(store);
        var ways = await db.Identities.Where(i => (i.Kind == IdentityKind.Account && i.Value == said.Id) || (email != null && i.Kind == IdentityKind.Email && i.Value == email))
            .Select(i => i.CustomerId).Distinct().ToListAsync(ct).ConfigureAwait(false);
        var orders = said.Orders;
        if (ways.Count == 0 && orders.Count > 0) ways = await db.Orders.Where(o => orders.Contains(o.ExternalId)).Select(o => o.CustomerId).Distinct().ToListAsync(ct).ConfigureAwait(false);
        return ways;
    }

    // Kept where exports are kept, readable by nobody else, and named without the person.
    private async Task WriteFileAsync(StoreId store, CustomerId customer, byte[] file, CancellationToken ct)
    {
        var folder = Path.Combine(options.Data, "requests", store.ToString());
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{customer}.json");
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(path, how)) await stream.WriteAsync(file, ct).ConfigureAwait(false);
        await DataRequest.AuditAsync(writer, store, time, "data-request-file", By, customer, ct).ConfigureAwait(false);
    }
}
