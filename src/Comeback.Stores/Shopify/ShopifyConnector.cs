using System.Globalization;
using System.Runtime.CompilerServices;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Shopify;

/// <summary>
/// One Shopify store: everything by bulk operations, then windows of what changed, and what webhooks name. A webhook is a word that something
/// changed; what it is now is asked of the store, once for all deliveries of one look, so that late, double and shuffled ones all end alike.
/// </summary>
/// <param name="shortHistory">The store did not grant <c>read_all_orders</c>: orders of the last 60 days only.</param>
public sealed class ShopifyConnector(ShopifyClient client, HttpClient files, ShopifyMapping mapping, ShopifyWebhooks webhooks, IBulkBook book, bool shortHistory, string folder, TimeProvider time) : IStoreConnector
{
    /// <summary>Unfinished checkouts: read by windows, never compared.</summary>
    public const string Checkouts = "checkouts";
    private static readonly TimeSpan CheckoutAge = TimeSpan.FromDays(7);
    private readonly Dictionary<string, Task<IReadOnlyList<StoreRecord>>> fetched = new(StringComparer.Ordinal);
    private CountsAnswer? counts;

    // Shopify tells of each deletion; with 60 days of orders its list would make every older one look deleted.
    public IReadOnlyList<StoreResource> Resources { get; } =
    [
        new(Resource.Categories, ListsIds: false), new(Resource.Products, ListsIds: false), new(Resource.Customers, ListsIds: false), new(Resource.Orders, ListsIds: false),
        new(Checkouts, ListsIds: false),
    ];

    public bool WholeHistory => !shortHistory;

    public async IAsyncEnumerable<StorePage> ReadAllAsync(string resource, string? position, [EnumeratorCancellation] CancellationToken ct)
    {
        var pages = resource == Checkouts
            ? ReadChangesAsync(resource, time.GetUtcNow() - CheckoutAge, ct)
            : new ShopifyBulk(client, files, mapping, book, folder, time).ReadAsync(resource, position, ct);
        await foreach (var page in Told(pages, ct).ConfigureAwait(false)) yield return page;
    }

    public IAsyncEnumerable<StorePage> ReadChangesAsync(string resource, DateTimeOffset from, CancellationToken ct) => Told(ChangesAsync(resource, from, ct), ct);

    public async Task<long?> CountAsync(string resource, CancellationToken ct)
    {
        if (resource is Checkouts or Resource.Categories) return null;
        var all = counts ??= await Told(async () => (await client.AskAsync<CountsAnswer>("counts", null, ct).ConfigureAwait(false)).Data).ConfigureAwait(false);
        var count = resource switch { Resource.Orders => all.OrdersCount, Resource.Customers => all.CustomersCount, _ => all.ProductsCount };
        return count is { Precision: "EXACT" } ? count.Count : null;
    }

    public Task<IReadOnlyList<StoreRecord>> ReadSomeAsync(string resource, IReadOnlyList<string> ids, CancellationToken ct) => Told(() => FetchAsync(resource switch
    {
        Resource.Orders => "Order",
        Resource.Customers => "Customer",
        Resource.Products => "Product",
        _ => "Collection",
    }, ids, ct));

    public async Task<IReadOnlyList<StoreRecord>> MapAsync(StoreDelivery delivery, CancellationToken ct)
    {
        var at = delivery.TriggeredAt ?? delivery.ReceivedAt;
        var said = webhooks.Read(delivery.Topic, delivery.Body, at);
        return said switch
        {
            { Task: ShopifyTask.Write } => said.Records,
            { Task: ShopifyTask.FetchOrder, Id: { } id } => await OnceAsync("Order", id, ct).ConfigureAwait(false),
            { Task: ShopifyTask.FetchCustomer or ShopifyTask.Merge, Id: { } id } => await OnceAsync("Customer", id, ct).ConfigureAwait(false),
            { Task: ShopifyTask.FetchProduct, Id: { } id } => await OnceAsync("Product", id, ct).ConfigureAwait(false),
            { Task: ShopifyTask.FetchCollection, Id: { } id } => await OnceAsync("Collection", id, ct).ConfigureAwait(false),
            { Task: ShopifyTask.FetchInventory, Id: { } id } => await OnceAsync("InventoryItem", id, ct).ConfigureAwait(false),
            _ => [],
        };
    }

    // One connector is made for one look at the inbox: all that it is asked to map had arrived before, so one answer is news enough for all.
    private Task<IReadOnlyList<StoreRecord>> OnceAsync(string type, string id, CancellationToken ct)
    {
        var key = $"{type}/{id}";
        if (fetched.TryGetValue(key, out var known) && !known.IsFaulted && !known.IsCanceled) return known;
        return fetched[key] = Told(() => FetchAsync(type, [id], ct));
    }

    private async Task<IReadOnlyList<StoreRecord>> FetchAsync(string type, IReadOnlyList<string> ids, CancellationToken ct)
    {
        List<StoreRecord> records = [];
        foreach (var some in ids.Chunk(type is "Order" or "Product" ? 8 : 50))
        {
            var gids = some.Select(id => ShopifyMapping.Gid(type, id)).ToArray();
            switch (type)
            {
                case "Order":
                    foreach (var order in await NodesAsync<OrderNode>("orders_by_id", gids, ct).ConfigureAwait(false)) await AddAsync(order).ConfigureAwait(false);
                    break;
                case "Customer":
                    records.AddRange((await NodesAsync<CustomerNode>("customers_by_id", gids, ct).ConfigureAwait(false)).Select(mapping.Customer).OfType<StoreRecord>());
                    break;
                case "Product":
                    foreach (var product in await NodesAsync<ProductNode>("products_by_id", gids, ct).ConfigureAwait(false)) records.AddRange(await ProductAsync(product, ct).ConfigureAwait(false));
                    break;
                case "Collection":
                    records.AddRange((await NodesAsync<CollectionNode>("collections_by_id", gids, ct).ConfigureAwait(false)).Select(ShopifyMapping.Collection).OfType<StoreRecord>());
                    break;
                default:
                    var products = (await NodesAsync<InventoryItemNode>("inventory_products", gids, ct).ConfigureAwait(false))
                        .SelectMany(i => i.Variants?.Nodes ?? []).Select(v => ShopifyMapping.IdOf(v.Product?.Id)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
                    if (products.Count > 0) records.AddRange(await FetchAsync("Product", products, ct).ConfigureAwait(false));
                    break;
            }
        }
        return records;

        async Task AddAsync(OrderNode node)
        {
            if (mapping.Order(node, await LinesAsync(node, ct).ConfigureAwait(false)) is { } order) records.Add(order);
        }
    }

    private async IAsyncEnumerable<StorePage> ChangesAsync(string resource, DateTimeOffset from, [EnumeratorCancellation] CancellationToken ct)
    {
        var asOf = time.GetUtcNow();
        var query = $"updated_at:>='{from.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}'";
        var done = 0L;
        string? after = null;
        do
        {
            IReadOnlyList<StoreRecord> records;
            PageInfo? next;
            switch (resource)
            {
                case Resource.Orders:
                    var orders = (await client.AskAsync<OrdersAnswer>("orders_changed", new { query = query + " AND status:any", after }, ct).ConfigureAwait(false)).Data.Orders;
                    List<StoreRecord> mapped = [];
                    foreach (var node in orders.Nodes ?? [])
                        if (mapping.Order(node, await LinesAsync(node, ct).ConfigureAwait(false)) is { } order) mapped.Add(order);
                    (records, next) = (mapped, orders.PageInfo);
                    break;
                case Resource.Customers:
                    var customers = (await client.AskAsync<CustomersAnswer>("customers_changed", new { query, after }, ct).ConfigureAwait(false)).Data.Customers;
                    (records, next) = ([.. (customers.Nodes ?? []).Select(mapping.Customer).OfType<StoreRecord>()], customers.PageInfo);
                    break;
                case Resource.Products:
                    var products = (await client.AskAsync<ProductsAnswer>("products_changed", new { query, after }, ct).ConfigureAwait(false)).Data.Products;
                    List<StoreRecord> all = [];
                    foreach (var product in products.Nodes ?? []) all.AddRange(await ProductAsync(product, ct).ConfigureAwait(false));
                    (records, next) = (all, products.PageInfo);
                    break;
                case Resource.Categories:
                    var collections = (await client.AskAsync<CollectionsAnswer>("collections_changed", new { query, after }, ct).ConfigureAwait(false)).Data.Collections;
                    (records, next) = ([.. (collections.Nodes ?? []).Select(ShopifyMapping.Collection).OfType<StoreRecord>()], collections.PageInfo);
                    break;
                default:
                    var checkouts = (await client.AskAsync<CheckoutsAnswer>("checkouts_changed", new { query, after }, ct).ConfigureAwait(false)).Data.AbandonedCheckouts;
                    (records, next) = ([.. (checkouts.Nodes ?? []).Select(mapping.Checkout).OfType<StoreRecord>()], checkouts.PageInfo);
                    break;
            }
            done += records.Count;
            // A page that leads to itself would be read for ever.
            if (next is { HasNextPage: true } && (next.EndCursor is null || next.EndCursor == after)) throw new StoreTrouble(StoreTroubleKind.BadAnswer, $"Shopify's pages of {resource} do not end.");
            after = next is { HasNextPage: true } ? next.EndCursor : null;
            yield return new StorePage(records, after ?? "", done, null, asOf);
        }
        while (after is not null);
    }

    private async Task<IReadOnlyList<LineNode>> LinesAsync(OrderNode order, CancellationToken ct)
    {
        List<LineNode> lines = [.. order.LineItems?.Nodes ?? []];
        for (var page = order.LineItems?.PageInfo; page is { HasNextPage: true, EndCursor: { } after } && lines.Count < 5_000;)
        {
            var more = (await client.AskAsync<OrderLinesAnswer>("order_lines", new { id = order.Id, after }, ct).ConfigureAwait(false)).Data.Order?.LineItems;
            lines.AddRange(more?.Nodes ?? []);
            page = more?.PageInfo;
        }
        return lines;
    }

    private async Task<IReadOnlyList<StoreRecord>> ProductAsync(ProductNode product, CancellationToken ct)
    {
        List<VariantNode> variants = [.. product.Variants?.Nodes ?? []];
        for (var page = product.Variants?.PageInfo; page is { HasNextPage: true, EndCursor: { } after } && variants.Count < 2_500;)
        {
            var more = (await client.AskAsync<ProductAnswer>("product_variants", new { id = product.Id, after }, ct).ConfigureAwait(false)).Data.Product?.Variants;
            variants.AddRange(more?.Nodes ?? []);
            page = more?.PageInfo;
        }
        List<CollectionNode> collections = [.. product.Collections?.Nodes ?? []];
        for (var page = product.Collections?.PageInfo; page is { HasNextPage: true, EndCursor: { } after } && collections.Count < 1_000;)
        {
            var more = (await client.AskAsync<ProductAnswer>("product_collections", new { id = product.Id, after }, ct).ConfigureAwait(false)).Data.Product?.Collections;
            collections.AddRange(more?.Nodes ?? []);
            page = more?.PageInfo;
        }
        return mapping.Product(product, variants, collections);
    }

    // A thing that is gone by now answers null: its own deletion says so.
    private async Task<IReadOnlyList<T>> NodesAsync<T>(string document, string[] ids, CancellationToken ct) where T : class =>
        [.. (await client.AskAsync<NodesAnswer<T>>(document, new { ids }, ct).ConfigureAwait(false)).Data.Nodes.OfType<T>()];

    private static async IAsyncEnumerable<StorePage> Told(IAsyncEnumerable<StorePage> pages, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var reading = pages.GetAsyncEnumerator(ct);
        while (await Told(() => reading.MoveNextAsync().AsTask()).ConfigureAwait(false)) yield return reading.Current;
    }

    /// <summary>Shopify's troubles in the words that all stores share.</summary>
    public static async Task<T> Told<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (ShopifyAccessLostException lost)
        {
            throw new StoreTrouble(StoreTroubleKind.NeedsReconnecting, lost.Message + " Open Comeback in the store's admin again.", lost);
        }
        catch (ShopifyGrantRefusedException refused)
        {
            throw new StoreTrouble(StoreTroubleKind.NeedsReconnecting, refused.Message + " Open Comeback in the store's admin again.", refused);
        }
        catch (ShopifyUnavailableException away)
        {
            throw new StoreTrouble(StoreTroubleKind.Unreachable, away.Message, away);
        }
        catch (ShopifyException other)
        {
            throw new StoreTrouble(StoreTroubleKind.Refused, other.Message, other);
        }
        catch (System.Text.Json.JsonException odd)
        {
            throw new StoreTrouble(StoreTroubleKind.BadAnswer, "Shopify's answer could not be read.", odd);
        }
    }

    private sealed record CountsAnswer(CountNode? OrdersCount, CountNode? CustomersCount, CountNode? ProductsCount);

    private sealed record NodesAnswer<T>(IReadOnlyList<T?> Nodes);

    private sealed record OrdersAnswer(Page<OrderNode> Orders);

    private sealed record CustomersAnswer(Page<CustomerNode> Customers);

    private sealed record ProductsAnswer(Page<ProductNode> Products);

    private sealed record CollectionsAnswer(Page<CollectionNode> Collections);

    private sealed record CheckoutsAnswer(Page<CheckoutNode> AbandonedCheckouts);

    private sealed record OrderLinesAnswer(OrderNode? Order);

    private sealed record ProductAnswer(ProductNode? Product);
}
