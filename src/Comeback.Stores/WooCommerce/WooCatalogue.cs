using System.Globalization;
using System.Text.Json;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.WooCommerce;

/// <summary>Maps products with their variations, and categories. Translations (WPML, Polylang) of one thing are one, told by its lowest id.</summary>
internal static class WooCatalogue
{
    public const string Fields = "id,name,permalink,type,status,catalog_visibility,date_created_gmt,date_modified_gmt,sku,price,regular_price,on_sale,manage_stock,stock_quantity,stock_status,"
        + "backorders_allowed,categories,tags,brands,images,variations,lang,translations";

    public const string VariationFields = "id,sku,price,regular_price,on_sale,manage_stock,stock_quantity,stock_status,backorders_allowed,attributes,status";

    /// <summary>Null when it is no product, or a translation whose original tells it.</summary>
    public static ProductRecord? Product(JsonElement product, IReadOnlyList<JsonElement> variations, WooSettings settings)
    {
        if (product.Id() is not { } id || product.Text("name") is not { } name) return null;
        if (Original(product) is { } original && original != id) return null;
        var modified = product.Instant("date_modified_gmt") ?? product.Instant("date_created_gmt");
        if (modified is not { } at) return null;
        var text = id.ToString(CultureInfo.InvariantCulture);
        return new ProductRecord
        {
            ExternalId = text,
            Title = name,
            Url = Https(product.Text("permalink")),
            ImageUrl = Https(product.List("images").Select(i => i.Text("src")).FirstOrDefault()),
            Vendor = product.List("brands").Select(b => b.Text("name")).FirstOrDefault(),
            Tags = [.. product.List("tags").Select(t => t.Text("name")).OfType<string>()],
            CategoryExternalIds = [.. product.List("categories").Select(c => c.IdText()).OfType<string>().Distinct(StringComparer.Ordinal)],
            TitlesByLanguage = product.Text("lang") is { } language ? new Dictionary<string, string> { [language] = name } : [],
            Published = product.Text("status") == "publish" && product.Text("catalog_visibility") != "hidden",
            Deleted = product.Text("status") == "trash",
            UpdatedAt = at,
            Variants = variations.Count > 0
                ? [.. variations.Select(v => Variant(v, product, settings.Currency)).OfType<VariantRecord>()]
                : [Variant(product, product, settings.Currency)!],
        };
    }

    public static bool HasVariations(JsonElement product) => product.Text("type") is "variable" or "variable-subscription" && product.List("variations").Any();

    /// <param name="at">Categories carry no date: when the store told of it.</param>
    public static CategoryRecord? Category(JsonElement category, DateTimeOffset at)
    {
        if (category.Id() is not { } id || category.Text("name") is not { } name || (Original(category) is { } original && original != id)) return null;
        return new CategoryRecord
        {
            ExternalId = id.ToString(CultureInfo.InvariantCulture),
            Name = System.Net.WebUtility.HtmlDecode(name),
            ParentExternalId = category.IdText("parent"),
            NamesByLanguage = category.Text("lang") is { } language ? new Dictionary<string, string> { [language] = name } : [],
            UpdatedAt = at,
        };
    }

    /// <summary>The lowest id among a thing's translations: the same whichever of them is read. Null without any.</summary>
    public static long? Original(JsonElement thing)
    {
        if (thing.Field("translations") is not { ValueKind: JsonValueKind.Object } translations) return null;
        var ids = translations.EnumerateObject().Select(t => translations.Id(t.Name)).OfType<long>().ToList();
        return ids.Count == 0 ? null : ids.Min();
    }

    private static VariantRecord? Variant(JsonElement variant, JsonElement product, Currency currency)
    {
        if (variant.IdText() is not { } id) return null;
        var price = variant.Amount("price");
        // A variation may leave its stock to the product.
        var counted = variant.Text("manage_stock") switch { "true" => variant, "parent" => product, _ => (JsonElement?)null };
        return new VariantRecord
        {
            ExternalId = id,
            Sku = variant.Text("sku"),
            Title = variant.List("attributes").Select(a => a.Text("option")).OfType<string>().ToList() is { Count: > 0 } options ? string.Join(", ", options) : null,
            Price = price is { } amount ? Money.FromDecimal(amount, currency) : null,
            CompareAtPrice = variant.Flag("on_sale") && variant.Amount("regular_price") is { } regular && regular > price ? Money.FromDecimal(regular, currency) : null,
            Stock = counted?.Amount("stock_quantity") is { } quantity ? (int)Math.Clamp(Math.Floor(quantity), int.MinValue / 2, int.MaxValue / 2)
                : variant.Text("stock_status") == "outofstock" ? 0 : null,
            SellsWithoutStock = variant.Flag("backorders_allowed"),
        };
    }

    private static string? Https(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && address!.Length <= 2000 ? address : null;
}

/// <summary>Maps accounts. Who works in the store is no shopper.</summary>
internal static class WooCustomers
{
    public const string Fields = "id,email,first_name,last_name,role,billing,date_created_gmt,date_modified_gmt,meta_data";
    private static readonly string[] Staff = ["administrator", "shop_manager", "editor", "author", "contributor", "wpseo_manager"];

    public static CustomerRecord? Map(JsonElement customer, WooSettings settings, DateTimeOffset readAt)
    {
        if (customer.IdText() is not { } id) return null;
        var billing = customer.Field("billing") ?? customer;
        var created = customer.Instant("date_created_gmt");
        var at = customer.Instant("date_modified_gmt") ?? created ?? readAt;
        return new CustomerRecord
        {
            Person = new Person
            {
                AccountId = id,
                Email = customer.Text("email") ?? billing.Text("email"),
                Phone = billing.Text("phone"),
                FirstName = customer.Text("first_name") ?? billing.Text("first_name"),
                LastName = customer.Text("last_name") ?? billing.Text("last_name"),
                Country = billing.Text("country"),
                Region = billing.Text("state"),
                City = billing.Text("city"),
                Language = customer.Meta("locale") is { Length: >= 2 } locale ? locale.Replace('_', '-') : null,
            },
            CreatedAt = created,
            UpdatedAt = at,
            NotAShopper = customer.Text("role") is { } role && Staff.Contains(role, StringComparer.Ordinal),
            Consents = WooOrders.Consents(customer, settings, at, $"account {id}"),
        };
    }
}
