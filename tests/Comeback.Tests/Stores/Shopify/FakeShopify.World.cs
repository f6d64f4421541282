using System.Globalization;
using System.Text.Json.Nodes;

namespace Comeback.Tests.Stores.Shopify;

// What happens in the fake's shop, in whole objects: every field that a document of ours may ask for.
internal sealed partial class FakeShopify
{
    public JsonObject Customer(string name, string marketing = "SUBSCRIBED", DateTimeOffset? at = null)
    {
        var id = NewId();
        var when = Text(at ?? time.GetUtcNow().AddDays(-400));
        return Things[$"gid://shopify/Customer/{id}"] = new JsonObject
        {
            ["__typename"] = "Customer",
            ["id"] = $"gid://shopify/Customer/{id}",
            ["createdAt"] = when,
            ["updatedAt"] = when,
            ["firstName"] = name,
            ["lastName"] = "Test",
            ["locale"] = "en",
            ["tags"] = new JsonArray(),
            ["state"] = "ENABLED",
            ["numberOfOrders"] = "0",
            ["amountSpent"] = Money("0.00"),
            ["lastOrder"] = null,
            ["defaultEmailAddress"] = new JsonObject
            {
                ["emailAddress"] = $"{name.ToLowerInvariant()}@example.com",
                ["marketingState"] = marketing,
                ["marketingOptInLevel"] = "CONFIRMED_OPT_IN",
                ["marketingUpdatedAt"] = when,
            },
            ["defaultPhoneNumber"] = null,
            ["defaultAddress"] = new JsonObject { ["countryCodeV2"] = "GB", ["provinceCode"] = null, ["city"] = "London", ["phone"] = null, ["firstName"] = name, ["lastName"] = "Test" },
        };
    }

    public JsonObject Product(string title, string price = "10.00", string? category = null, int stock = 50)
    {
        var id = NewId();
        var variant = NewId();
        return Things[$"gid://shopify/Product/{id}"] = new JsonObject
        {
            ["__typename"] = "Product",
            ["id"] = $"gid://shopify/Product/{id}",
            ["title"] = title,
            ["handle"] = title.ToLowerInvariant(),
            ["vendor"] = "Tea House",
            ["productType"] = "Tea",
            ["status"] = "ACTIVE",
            ["tags"] = new JsonArray(),
            ["isGiftCard"] = false,
            ["updatedAt"] = Text(time.GetUtcNow().AddDays(-400)),
            ["onlineStoreUrl"] = $"https://teahouse.example/products/{title.ToLowerInvariant()}",
            ["publishedAt"] = Text(time.GetUtcNow().AddDays(-400)),
            ["category"] = category is null ? null : new JsonObject { ["id"] = $"gid://shopify/TaxonomyCategory/{category}", ["fullName"] = category, ["name"] = category, ["isRoot"] = false },
            ["featuredMedia"] = null,
            ["collections"] = new JsonArray(),
            ["variants"] = new JsonArray(new JsonObject
            {
                ["__typename"] = "ProductVariant",
                ["id"] = $"gid://shopify/ProductVariant/{variant}",
                ["title"] = "Default Title",
                ["sku"] = title,
                ["price"] = price,
                ["compareAtPrice"] = null,
                ["sellableOnlineQuantity"] = stock,
                ["inventoryPolicy"] = "DENY",
                ["inventoryItem"] = new JsonObject { ["tracked"] = true },
            }),
        };
    }

    public JsonObject Order(JsonObject? customer, JsonObject product, int quantity = 1, DateTimeOffset? at = null, string? id = null, string? cartToken = null)
    {
        id ??= NewId();
        var when = Text(at ?? time.GetUtcNow());
        var variant = product["variants"]![0]!;
        var price = decimal.Parse((string)variant["price"]!, CultureInfo.InvariantCulture);
        var total = (price * quantity).ToString("0.00", CultureInfo.InvariantCulture);
        return Things[$"gid://shopify/Order/{id}"] = new JsonObject
        {
            ["__typename"] = "Order",
            ["id"] = $"gid://shopify/Order/{id}",
            ["name"] = "#" + id,
            ["createdAt"] = when,
            ["processedAt"] = when,
            ["updatedAt"] = when,
            ["cancelledAt"] = null,
            ["displayFinancialStatus"] = "PAID",
            ["displayFulfillmentStatus"] = "UNFULFILLED",
            ["returnStatus"] = "NO_RETURN",
            ["test"] = false,
            ["email"] = (string?)customer?["defaultEmailAddress"]?["emailAddress"],
            ["phone"] = null,
            ["customerLocale"] = "en",
            ["cartToken"] = cartToken,
            ["checkoutToken"] = null,
            ["discountCodes"] = new JsonArray(),
            ["tags"] = new JsonArray(),
            ["sourceName"] = "web",
            ["paymentGatewayNames"] = new JsonArray("shopify_payments"),
            ["currencyCode"] = "GBP",
            ["currentTotalPriceSet"] = Bag(total),
            ["totalPriceSet"] = Bag(total),
            ["totalTaxSet"] = Bag("0.00"),
            ["totalShippingPriceSet"] = Bag("0.00"),
            ["totalDiscountsSet"] = Bag("0.00"),
            ["totalTipReceivedSet"] = Bag("0.00"),
            ["customer"] = customer?.DeepClone(),
            ["shippingAddress"] = new JsonObject { ["countryCodeV2"] = "GB", ["provinceCode"] = null, ["city"] = "London", ["phone"] = null, ["firstName"] = "X", ["lastName"] = "Y" },
            ["billingAddress"] = null,
            ["fulfillments"] = new JsonArray(),
            ["refunds"] = new JsonArray(),
            ["lineItems"] = new JsonArray(new JsonObject
            {
                ["__typename"] = "LineItem",
                ["id"] = $"gid://shopify/LineItem/{NewId()}",
                ["title"] = (string)product["title"]!,
                ["sku"] = null,
                ["quantity"] = quantity,
                ["currentQuantity"] = quantity,
                ["isGiftCard"] = false,
                ["requiresShipping"] = true,
                ["product"] = new JsonObject { ["id"] = (string)product["id"]! },
                ["variant"] = new JsonObject { ["id"] = (string)variant["id"]! },
                ["originalUnitPriceSet"] = Bag((string)variant["price"]!),
                ["discountedTotalSet"] = Bag(total),
            }),
        };
    }

    public void Touch(JsonObject thing, string field, JsonNode? value)
    {
        thing[field] = value;
        thing["updatedAt"] = Text(time.GetUtcNow());
    }

    public static string IdOf(JsonObject thing) => ((string)thing["id"]!)[(((string)thing["id"]!).LastIndexOf('/') + 1)..];

    private static JsonObject Bag(string amount) => new() { ["shopMoney"] = Money(amount), ["presentmentMoney"] = Money(amount) };

    private static JsonObject Money(string amount) => new() { ["amount"] = amount, ["currencyCode"] = "GBP" };

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
