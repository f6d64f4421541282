using System.Globalization;
using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>Which products fit: by id, category, tag, vendor and price. Looked up once for each state of the catalogue.</summary>
internal sealed class ProductFilter
{
    private readonly StoreColumns columns;
    private readonly Parameter[] conditions;
    private readonly ValueKind idKind;
    private readonly Dictionary<Parameter, NumberTest> prices;
    private bool[] fits = [];
    private ulong signature;
    private int version = -1;

    public ProductFilter(FunctionMatch match, StoreColumns columns)
    {
        this.columns = columns;
        conditions = [.. match.Parameters.Where(parameter => parameter.Name is "id" or "tag" or "category" or "vendor" or "price")];
        prices = conditions.Where(condition => condition.Name == "price").Distinct().ToDictionary(condition => condition, condition => NumberTest.Of(condition, columns.Profile.Currency.Scale));
        idKind = match.Function == "storefront.collection_viewed" ? ValueKind.List : ValueKind.Id;
    }

    /// <summary>Takes every product, also one that the catalogue does not know.</summary>
    public bool Everything => conditions.Length == 0;

    /// <summary>The one category that is the whole condition, or null.</summary>
    public string? OnlyCategory => conditions is [{ Name: "category", Operator: Operator.Equal, Values: [TextValue text] }] ? text.Text : null;

    public bool HasCategory => conditions.Any(condition => condition.Name == "category");

    /// <summary>By slot, after <see cref="Prepare"/>.</summary>
    public bool[] Fits => fits;

    /// <summary>Looks every product up now.</summary>
    public void Prepare()
    {
        if (Everything || (version == columns.CatalogueVersion && fits.Length == columns.ProductCount)) return;
        Look();
        if (OnlyCategory is not null) columns.PrepareSignatures();
    }

    /// <summary>
    /// Bits of which anybody who has a product that fits has at least one: of products, and of the category where that is the whole condition
    /// (0 when it is not); null when everything fits. After <see cref="Prepare"/>.
    /// </summary>
    public (ulong Products, ulong Category)? Signature
    {
        get
        {
            if (Everything || version != columns.CatalogueVersion) return null;
            return (signature, OnlyCategory is { } key && columns.CategoryByKey(key) is >= 0 and var slot ? StoreColumns.Bit(slot) : 0);
        }
    }

    public bool Product(int slot)
    {
        if (Everything) return true;
        if (slot < 0) return false;
        if (version != columns.CatalogueVersion || slot >= fits.Length) Look();
        return fits[slot];
    }

    public bool Category(int slot)
    {
        foreach (var condition in conditions)
        {
            var negated = condition.Operator is Operator.NotEqual or Operator.NotIn;
            var holds = condition.Name switch
            {
                "category" => columns.RollUp(slot).Any(category => condition.Values.Any(value => Named(category, value))),
                "id" when idKind == ValueKind.List => condition.Values.Any(value => columns.CategoryAt(slot)?.ExternalId is { } external
                    ? StoreColumns.Tail(external) == StoreColumns.Tail(SegmentPrinter.Say(value))
                    : Id(value) == columns.CategoryIdAt(slot)),
                _ => negated,
            };
            if (holds == negated) return false;
        }
        return true;
    }

    private void Look()
    {
        var all = new bool[columns.ProductCount];
        Array.Fill(all, true);
        foreach (var condition in conditions)
        {
            var holds = Holder(condition);
            for (var slot = 0; slot < all.Length; slot++)
                all[slot] = all[slot] && holds(slot);
        }
        var bits = 0UL;
        for (var slot = 0; slot < all.Length; slot++)
            if (all[slot]) bits |= StoreColumns.Bit(slot);
        (fits, signature, version) = (all, bits, columns.CatalogueVersion);
    }

    // What a condition asks of one product; what it names is looked up once for all of them.
    private Func<int, bool> Holder(Parameter condition)
    {
        if (condition.Operator is Operator.IsNull or Operator.IsNotNull)
        {
            var none = condition.Operator == Operator.IsNull;
            return condition.Name switch
            {
                "category" => slot => columns.CategoriesOf(slot).Length > 0 != none,
                "tag" => slot => columns.ProductAt(slot).Tags.Length > 0 != none,
                "vendor" => slot => columns.ProductAt(slot).Vendor != 0 != none,
                "price" => slot => columns.ProductAt(slot).Price != OrderEntry.NoAmount != none,
                _ => _ => !none,
            };
        }
        var negated = condition.Operator is Operator.NotEqual or Operator.NotIn;
        switch (condition.Name)
        {
            case "id":
                var ids = condition.Values.Select(Id).ToHashSet();
                var external = condition.Values.Select(value => StoreColumns.Tail(SegmentPrinter.Say(value))).ToHashSet(StringComparer.Ordinal);
                // The store's own id is what merchants know; ours stands in where the store gave none.
                return slot => (columns.ProductAt(slot) is { External: 0 } own ? ids.Contains(own.Id) : external.Contains(columns.Texts[columns.ProductAt(slot).External])) != negated;
            case "price":
                var test = prices[condition];
                return slot => test.Test(columns.ProductAt(slot).Price is var price && price == OrderEntry.NoAmount ? Ratio.None : new Ratio(price, 1));
            case "category":
                var named = columns.CategorySlots(key => condition.Values.Any(value => key == SegmentPrinter.Say(value)));
                return slot => Array.Exists(columns.CategoriesOf(slot), named.Contains) != negated;
            case "tag":
                return slot => Array.Exists(columns.ProductAt(slot).Tags, tag => condition.Values.Any(value => Same(columns.Texts[tag], value))) != negated;
            default:
                return slot => condition.Values.Any(value => Same(columns.Texts[columns.ProductAt(slot).Vendor], value)) != negated;
        }
    }

    private bool Named(int category, SegmentValue value) => columns.CategoryAt(category)?.Key == SegmentPrinter.Say(value);

    private static bool Same(string text, SegmentValue value) => text.Equals(SegmentPrinter.Say(value), StringComparison.OrdinalIgnoreCase);

    private static long Id(SegmentValue value) =>
        value is NumberValue number ? (long)number.Number : long.TryParse(SegmentPrinter.Say(value), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;
}
