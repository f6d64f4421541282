using System.Globalization;
using System.Text.Json;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Shopify;

/// <summary>What a delivery asks for.</summary>
public enum ShopifyTask : byte
{
    /// <summary>A topic that we do not know, or one without anything to do.</summary>
    Nothing = 0,
    FetchOrder, FetchCustomer, FetchProduct, FetchCollection, FetchInventory,
    /// <summary>The body says all that there is to know.</summary>
    Write,
    Merge, JoinedSegment, LeftSegment, SegmentChanged, SegmentDeleted, BulkFinished, ScopesChanged, Uninstalled, DataRequest, RedactCustomer, RedactStore,
}

/// <summary>A delivery's body, read. Where the object can be fetched, only its id is taken from it: the newest state is the one in the store.</summary>
public sealed record ShopifyDelivery(ShopifyTask Task)
{
    /// <summary>Id of the object that it is about; of a merge, the customer who stays.</summary>
    public string? Id { get; init; }
    /// <summary>The second object: the customer who goes in a merge, or who joined or left a segment.</summary>
    public string? Other { get; init; }
    public IReadOnlyList<StoreRecord> Records { get; init; } = [];
    /// <summary>The shop that the body names; null when it names none.</summary>
    public string? Shop { get; init; }
    public IReadOnlyList<string> Orders { get; init; } = [];
    public string? Email { get; init; }
    public string? Phone { get; init; }
}

/// <summary>Reads webhook bodies. Nothing in them is trusted to be of the type it should be: what cannot be read is nothing to do.</summary>
public sealed class ShopifyWebhooks(Currency currency)
{
    private const int Deepest = 64;

    /// <summary>Every topic of <c>shopify.app.toml</c>, and what it asks for.</summary>
    public static IReadOnlyDictionary<string, ShopifyTask> Topics { get; } = new Dictionary<string, ShopifyTask>(StringComparer.Ordinal)
    {
        ["orders/create"] = ShopifyTask.FetchOrder,
        ["orders/updated"] = ShopifyTask.FetchOrder,
        ["orders/edited"] = ShopifyTask.FetchOrder,
        ["orders/cancelled"] = ShopifyTask.FetchOrder,
        ["orders/delete"] = ShopifyTask.Write,
        ["refunds/create"] = ShopifyTask.FetchOrder,
        ["checkouts/create"] = ShopifyTask.Write,
        ["checkouts/update"] = ShopifyTask.Write,
        ["checkouts/delete"] = ShopifyTask.Write,
        ["carts/create"] = ShopifyTask.Write,
        ["carts/update"] = ShopifyTask.Write,
        ["customers/create"] = ShopifyTask.FetchCustomer,
        ["customers/update"] = ShopifyTask.FetchCustomer,
        ["customers/delete"] = ShopifyTask.Write,
        ["customers/merge"] = ShopifyTask.Merge,
        ["customers_email_marketing_consent/update"] = ShopifyTask.FetchCustomer,
        ["customers_marketing_consent/update"] = ShopifyTask.FetchCustomer,
        ["customers_whats_app_marketing_consent/update"] = ShopifyTask.FetchCustomer,
        ["customer.tags_added"] = ShopifyTask.FetchCustomer,
        ["customer.tags_removed"] = ShopifyTask.FetchCustomer,
        ["customer.joined_segment"] = ShopifyTask.JoinedSegment,
        ["customer.left_segment"] = ShopifyTask.LeftSegment,
        ["segments/create"] = ShopifyTask.SegmentChanged,
        ["segments/update"] = ShopifyTask.SegmentChanged,
        ["segments/delete"] = ShopifyTask.SegmentDeleted,
        ["products/create"] = ShopifyTask.FetchProduct,
        ["products/update"] = ShopifyTask.FetchProduct,
        ["products/delete"] = ShopifyTask.Write,
        ["collections/create"] = ShopifyTask.FetchCollection,
        ["collections/update"] = ShopifyTask.FetchCollection,
        ["collections/delete"] = ShopifyTask.Write,
        ["inventory_levels/update"] = ShopifyTask.FetchInventory,
        ["bulk_operations/finish"] = ShopifyTask.BulkFinished,
        ["app/scopes_update"] = ShopifyTask.ScopesChanged,
        ["app/uninstalled"] = ShopifyTask.Uninstalled,
        ["customers/data_request"] = ShopifyTask.DataRequest,
        ["customers/redact"] = ShopifyTask.RedactCustomer,
        ["shop/redact"] = ShopifyTask.RedactStore,
    };

    /// <param name="triggeredAt">When Shopify says that it happened; what a body says without a date of its own is dated so.</param>
    public ShopifyDelivery Read(string topic, ReadOnlyMemory<byte> body, DateTimeOffset triggeredAt)
    {
        if (!Topics.TryGetValue(topic, out var task)) return new ShopifyDelivery(ShopifyTask.Nothing);
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Deepest });
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object ? new ShopifyDelivery(ShopifyTask.Nothing) : Read(topic, task, root, triggeredAt);
        }
        catch (JsonException)
        {
            return new ShopifyDelivery(ShopifyTask.Nothing);
        }
    }

    private ShopifyDelivery Read(string topic, ShopifyTask task, JsonElement root, DateTimeOffset at)
    {
        switch (task)
        {
            case ShopifyTask.FetchOrder:
                return Named(task, topic == "orders/edited" ? Id(Of(root, "order_edit"), "order_id") : topic == "refunds/create" ? Id(root, "order_id") : Id(root, "id"));
            case ShopifyTask.FetchCustomer:
                // Tag and consent topics name the customer in their own ways.
                return Named(task, topic.StartsWith("customers/", StringComparison.Ordinal) ? Id(root, "id") : Id(root, "customer_id") ?? Id(root, "customerId") ?? Id(root, "id"));
            case ShopifyTask.FetchProduct or ShopifyTask.FetchCollection:
                return Named(task, Id(root, "id"));
            case ShopifyTask.FetchInventory:
                return Named(task, Id(root, "inventory_item_id"));
            case ShopifyTask.Merge:
                // A merge that failed leaves both as they were.
                return Text(root, "status") is "failed" or "in_progress" ? new ShopifyDelivery(ShopifyTask.Nothing)
                    : Named(task, Id(root, "admin_graphql_api_customer_kept_id")) with { Other = Id(root, "admin_graphql_api_customer_deleted_id") };
            case ShopifyTask.JoinedSegment or ShopifyTask.LeftSegment:
                return Named(task, Id(root, "segment_id") ?? Id(root, "segmentId")) with { Other = Id(root, "customer_id") ?? Id(root, "customerId") };
            case ShopifyTask.SegmentChanged or ShopifyTask.SegmentDeleted or ShopifyTask.BulkFinished:
                return Named(task, Id(root, "admin_graphql_api_id") ?? Id(root, "id"));
            case ShopifyTask.Write:
                return new ShopifyDelivery(task)
                {
                    Records = topic.Split('/')[0] switch
                    {
                        "checkouts" => Checkout(topic, root, at),
                        "carts" => Cart(root, at),
                        var thing => Deleted(thing, root, at),
                    }
                };
            case ShopifyTask.Uninstalled:
                return new ShopifyDelivery(task) { Shop = Text(root, "myshopify_domain") ?? Text(root, "domain") };
            case ShopifyTask.DataRequest or ShopifyTask.RedactCustomer or ShopifyTask.RedactStore:
                var customer = Of(root, "customer");
                var listed = Of(root, task == ShopifyTask.DataRequest ? "orders_requested" : "orders_to_redact");
                return new ShopifyDelivery(task)
                {
                    Shop = Text(root, "shop_domain"),
                    Id = Id(customer, "id"),
                    Email = Text(customer, "email"),
                    Phone = Text(customer, "phone"),
                    Orders = listed.ValueKind == JsonValueKind.Array ? [.. listed.EnumerateArray().Select(Digits).OfType<string>()] : [],
                };
            default:
                return new ShopifyDelivery(task);
        }
    }

    private IReadOnlyList<StoreRecord> Checkout(string topic, JsonElement root, DateTimeOffset at)
    {
        var recovery = Text(root, "abandoned_checkout_url");
        if ((Token(root, "cart_token") ?? ShopifyMapping.CartKey(recovery) ?? Token(root, "token")) is not { } key) return [];
        if (topic == "checkouts/delete") return [new DeletionRecord { Thing = DeletedThing.Cart, ExternalId = key, UpdatedAt = at }];
        var customer = Of(root, "customer");
        var address = Of(root, "shipping_address");
        if (address.ValueKind != JsonValueKind.Object) address = Of(root, "billing_address");
        var email = Text(root, "email") ?? Text(customer, "email");
        var phone = Text(root, "phone") ?? Text(customer, "phone");
        var account = Id(customer, "id");
        var own = Currency.TryParse(Text(root, "presentment_currency") ?? Text(root, "currency"), out var told) ? told : currency;
        return [new CartRecord
        {
            ExternalId = key,
            UpdatedAt = Instant(root, "updated_at") ?? at,
            CreatedAt = Instant(root, "created_at"),
            Person = email is null && phone is null && account is null ? null : new Person
            {
                AccountId = account,
                Email = email,
                Phone = phone,
                FirstName = Text(customer, "first_name") ?? Text(address, "first_name"),
                LastName = Text(customer, "last_name") ?? Text(address, "last_name"),
                Country = Text(address, "country_code"),
                Region = Text(address, "province_code"),
                City = Text(address, "city"),
                Language = Text(root, "customer_locale"),
            },
            RecoveryUrl = ShopifyMapping.Https(recovery),
            Total = ShopifyMapping.Text(Text(root, "total_price") is { } total ? new MoneyText(total, own.Code) : null),
            Closed = Instant(root, "completed_at") is not null,
            Lines = Lines(root, own),
        }];
    }

    // A cart of the online store names nobody; the checkout that follows has the same token.
    private IReadOnlyList<StoreRecord> Cart(JsonElement root, DateTimeOffset at)
    {
        if ((Token(root, "token") ?? Token(root, "id")) is not { } key) return [];
        var lines = Lines(root, currency);
        return [new CartRecord { ExternalId = key, UpdatedAt = Instant(root, "updated_at") ?? at, CreatedAt = Instant(root, "created_at"), Lines = lines, Closed = lines.Count == 0 }];
    }

    private static List<CartLineRecord> Lines(JsonElement root, Currency money)
    {
        List<CartLineRecord> lines = [];
        if (Of(root, "line_items") is not { ValueKind: JsonValueKind.Array } items) return lines;
        foreach (var item in items.EnumerateArray().Take(250))
        {
            if (Id(item, "product_id") is not { } product || Of(item, "quantity") is not { ValueKind: JsonValueKind.Number } count || !count.TryGetInt32(out var quantity) || quantity <= 0) continue;
            lines.Add(new CartLineRecord
            {
                ProductExternalId = product,
                VariantExternalId = Id(item, "variant_id"),
                Title = Text(item, "title") ?? "",
                Quantity = quantity,
                UnitPrice = Text(item, "price") is { } price ? ShopifyMapping.Text(new MoneyText(price, money.Code)) : null,
            });
        }
        return lines;
    }

    private static IReadOnlyList<StoreRecord> Deleted(string thing, JsonElement root, DateTimeOffset at)
    {
        if (Id(root, "id") is not { } id) return [];
        return thing switch
        {
            "orders" => Gone(DeletedThing.Order, id),
            "customers" => Gone(DeletedThing.Customer, id),
            "products" => Gone(DeletedThing.Product, id),
            "collections" => Gone(DeletedThing.Category, $"collection:{id}"),
            _ => [],
        };

        IReadOnlyList<StoreRecord> Gone(DeletedThing kind, string external) => [new DeletionRecord { Thing = kind, ExternalId = external, UpdatedAt = at }];
    }

    private static ShopifyDelivery Named(ShopifyTask task, string? id) => id is null ? new ShopifyDelivery(ShopifyTask.Nothing) : new ShopifyDelivery(task) { Id = id };

    private static JsonElement Of(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement element, string name) => Of(element, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 and <= 2000 } text ? text : null;

    private static string? Token(JsonElement element, string name) => Text(element, name) is { Length: >= 6 and <= 100 } token && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? token : null;

    private static string? Id(JsonElement element, string name) => Digits(Of(element, name));

    // The number's own digits: a double would round an id over 2^53.
    private static string? Digits(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.GetRawText() is { Length: <= 20 } digits && digits.All(char.IsAsciiDigit) => digits,
        JsonValueKind.String => ShopifyMapping.IdOf(value.GetString()),
        _ => null,
    };

    private static DateTimeOffset? Instant(JsonElement element, string name) =>
        Text(element, name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : null;
}
