using System.Globalization;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Demo;

internal sealed record DemoCategory(
    string Key, string English, string Danish, string Arabic, double NordicWeight, double GulfWeight, IReadOnlyList<string> GoesWith, int Index);

internal sealed record DemoVariant(DemoProduct Product, string Id, string Label, decimal PriceDkk, int Par, int? Stock)
{
    public string Sku => Id.ToUpperInvariant();
    /// <summary>A gift card is sent by mail and never runs out.</summary>
    public bool SellsWithoutStock => Product.GiftCard;
}

internal sealed record DemoProduct(DemoCategory Category, string Key, string English, string Danish, string Arabic, IReadOnlyList<string> Tags)
{
    public string Id => "p-" + Key;
    public bool GiftCard => Key == "gift-card";
    public List<DemoVariant> Variants { get; } = [];

    public string Title(string language) => language switch { "da" => Danish, "ar" => Arabic, _ => English };
}

/// <summary>What the demo store sells: a coffee and gift shop in Copenhagen with customers in the Gulf. Twelve categories, a hundred products.</summary>
internal static partial class DemoCatalogue
{
    public static Currency StoreCurrency { get; } = Currency.Parse("DKK");

    /// <summary>Minor units of the store's currency for one major unit of another; none is known for the yen, on purpose.</summary>
    public static IReadOnlyDictionary<string, decimal> RateToDkk { get; } = new Dictionary<string, decimal>(StringComparer.Ordinal)
    {
        ["DKK"] = 1m,
        ["EUR"] = 7.46m,
        ["SEK"] = .67m,
        ["NOK"] = .64m,
        ["GBP"] = 8.72m,
        ["SAR"] = 1.83m,
        ["AED"] = 1.87m,
        ["KWD"] = 22.4m,
    };

    public static IReadOnlyList<DemoCategory> Categories { get; } = ReadCategories();
    public static IReadOnlyList<DemoProduct> Products { get; } = ReadProducts();
    public static IReadOnlyList<IReadOnlyList<DemoProduct>> ByCategory { get; } =
        [.. Categories.Select(c => (IReadOnlyList<DemoProduct>)[.. Products.Where(p => p.Category == c)])];
    public static IReadOnlyDictionary<string, DemoVariant> Variants { get; } = Products.SelectMany(p => p.Variants).ToDictionary(v => v.Id, StringComparer.Ordinal);

    /// <summary>The price in a currency: converted and rounded to what a shop would print there.</summary>
    public static Money Price(DemoVariant variant, Currency currency)
    {
        var rate = RateToDkk.GetValueOrDefault(currency.Code, 0.047m);
        var price = variant.PriceDkk / rate;
        var step = currency.Digits switch { 0 => 10m, 3 => .25m, _ => currency == StoreCurrency ? 1m : .5m };
        return Money.FromDecimal(Math.Max(step, Math.Round(price / step) * step), currency);
    }

    /// <summary>An amount in the store's currency; null where there is no rate.</summary>
    public static Money? InStoreCurrency(Money amount) => RateToDkk.TryGetValue(amount.Currency.Code, out var rate)
        ? Money.FromDecimal(amount.ToDecimal() * rate, StoreCurrency)
        : null;

    public static CategoryRecord Record(DemoCategory category, DateTimeOffset at) => new()
    {
        UpdatedAt = at,
        ExternalId = "cat-" + category.Key,
        Name = category.English,
        NamesByLanguage = Names(category.English, category.Danish, category.Arabic),
    };

    /// <param name="stock">What is left of a variant; null where the store does not know.</param>
    public static ProductRecord Record(DemoProduct product, string baseUrl, Func<DemoVariant, int?> stock, DateTimeOffset at) => new()
    {
        UpdatedAt = at,
        ExternalId = product.Id,
        Title = product.English,
        TitlesByLanguage = Names(product.English, product.Danish, product.Arabic),
        Url = $"{baseUrl}/demo/shop/{product.Key}",
        ImageUrl = $"{baseUrl}/demo/pictures/{product.Key}.svg",
        Vendor = "Kardemomme",
        Tags = product.Tags,
        CategoryExternalIds = ["cat-" + product.Category.Key],
        Variants =
        [
            .. product.Variants.Select(v => new VariantRecord
            {
                ExternalId = v.Id, Sku = v.Sku, Title = v.Label, Price = Price(v, StoreCurrency), Stock = stock(v), SellsWithoutStock = v.SellsWithoutStock,
            }),
        ],
    };

    private static Dictionary<string, string> Names(string english, string danish, string arabic) => new(StringComparer.Ordinal)
    {
        ["en"] = english,
        ["da"] = danish,
        ["ar"] = arabic,
    };

    private static List<DemoCategory> ReadCategories() =>
    [
        .. Rows(CategoryTable).Select((f, i) => new DemoCategory(f[0], f[1], f[2], f[3], Number(f[4]), Number(f[5]), f[6].Split(','), i)),
    ];

    private static List<DemoProduct> ReadProducts()
    {
        var categories = Categories.ToDictionary(c => c.Key, StringComparer.Ordinal);
        var products = new List<DemoProduct>();
        foreach (var f in Rows(ProductTable))
        {
            var product = new DemoProduct(categories[f[0]], f[1], f[2], f[3], f[4], f[7].Length == 0 ? [] : f[7].Split(','));
            foreach (var (size, at) in f[6].Split(',').Select((s, i) => (s.Split('*'), i)))
            {
                var random = new DemoRandom(17, products.Count, at);
                var par = 25 + random.Below(120);
                // A few run low, so that "only 3 left" is sometimes true; of one in twenty the store does not count the stock.
                int? stock = product.GiftCard || random.Chance(.05) ? null : random.Chance(.15) ? 1 + random.Below(9) : 5 + random.Below(par);
                var price = Math.Round(decimal.Parse(f[5], CultureInfo.InvariantCulture) * decimal.Parse(size[1], CultureInfo.InvariantCulture));
                product.Variants.Add(new DemoVariant(product, $"v-{product.Key}-{at + 1}", size[0], price, par, stock));
            }
            products.Add(product);
        }
        return products;
    }

    private static IEnumerable<string[]> Rows(string table) => table.Split('\n').Select(line => line.TrimEnd('\r').Split('|'));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
