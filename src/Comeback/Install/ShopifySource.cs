using System.Collections.Concurrent;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores;
using Comeback.Stores.Shopify;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Install;

/// <summary>Opens Shopify stores: the client with its store's tokens and budget, and the connector over it.</summary>
internal sealed class ShopifySource(
    IHttpClientFactory clients, ShopifyTokens tokens, StoreConnections connections, Databases databases, ComebackOptions options, TimeProvider time) : IConnectorSource
{
    private readonly ConcurrentDictionary<StoreId, CostBudget> budgets = new();

    public Platform Platform => Platform.Shopify;

    public async Task<IStoreConnector> OpenAsync(StoreConnectionRow connection, CancellationToken ct)
    {
        var details = ShopifyDetails.Read(connection.Details);
        string currency;
        await using (var db = databases.OpenSystem()) currency = await db.Stores.Where(s => s.Id == connection.StoreId).Select(s => s.Currency).SingleAsync(ct).ConfigureAwait(false);
        var money = Currency.Parse(currency);
        var shortHistory = !details.Scopes.Contains("read_all_orders", StringComparer.Ordinal);
        return new ShopifyConnector(
            Client(connection), clients.CreateClient(ShopifyGrantsSource.FileClient), new ShopifyMapping(money, shortHistory), new ShopifyWebhooks(money),
            new Book(connections, connection.StoreId), shortHistory, Path.Combine(options.Data, "bulk", connection.StoreId.ToString()), time);
    }

    /// <summary>GraphQL to the store; all that call it in this process share its points.</summary>
    public ShopifyClient Client(StoreConnectionRow connection)
    {
        if (!ShopDomain.TryParse(connection.Address, out var shop)) throw new InvalidOperationException("A Shopify store's address is its domain.");
        string? given = null;
        return new ShopifyClient(clients.CreateClient(ShopifyGrantsSource.ApiClient), shop, async (refused, ct) =>
            given = await tokens.AccessAsync(connection.StoreId, shop, connection.Installation, refused ? given : null, ct).ConfigureAwait(false),
            budgets.GetOrAdd(connection.StoreId, _ => new CostBudget(time)), time);
    }

    /// <summary>Bulk operations under way, among the connection's small facts.</summary>
    private sealed class Book(StoreConnections connections, StoreId store) : IBulkBook
    {
        public async Task<string?> FindAsync(string resource, CancellationToken ct) =>
            ShopifyDetails.Read((await connections.FindAsync(store, ct).ConfigureAwait(false))?.Details).Bulk.GetValueOrDefault(resource);

        public Task WriteAsync(string resource, string operation, CancellationToken ct) => ChangeAsync(bulk => bulk[resource] = operation, ct);

        public Task ForgetAsync(string resource, CancellationToken ct) => ChangeAsync(bulk => bulk.Remove(resource), ct);

        private Task ChangeAsync(Action<Dictionary<string, string>> change, CancellationToken ct) => connections.DetailsAsync(store, text =>
        {
            var details = ShopifyDetails.Read(text);
            var bulk = new Dictionary<string, string>(details.Bulk, StringComparer.Ordinal);
            change(bulk);
            return (details with { Bulk = bulk }).Write();
        }, ct);
    }
}

/// <summary>Shopify's small facts of a connection: what was granted, which shop it is, what runs.</summary>
internal sealed record ShopifyDetails
{
    public string ShopId { get; init; } = "";
    public IReadOnlyList<string> Scopes { get; init; } = [];
    public IReadOnlyDictionary<string, string> Bulk { get; init; } = new Dictionary<string, string>();

    public static ShopifyDetails Read(string? text) => text is { Length: > 2 } ? JsonSerializer.Deserialize<ShopifyDetails>(text, Json.Options) ?? new() : new();

    public string Write() => JsonSerializer.Serialize(this, Json.Options);
}
