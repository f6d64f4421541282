namespace Comeback.Engine.Facts;

// Products and categories: parents roll up, categories that are not in use count for nothing.
public sealed partial class StoreColumns
{
    private readonly IdMap productSlots = new();
    private readonly IdMap categorySlots = new();
    private readonly List<ProductEntry> products = [];
    private readonly List<CategoryEntry> categories = [];
    private readonly Dictionary<string, int> categoryByKey = new(StringComparer.Ordinal);

    /// <summary>Raised when a product or category changes, so that plans look their names up again.</summary>
    internal int CatalogueVersion { get; private set; }

    /// <summary>Categories that are in use, by key.</summary>
    public IEnumerable<CategoryFacts> CategoriesInUse => categories.Where(entry => entry.Facts is { InUse: true }).Select(entry => entry.Facts!);

    /// <summary>Puts a product. When its categories, tags, vendor or price changed, all who bought, viewed or carted it are touched.</summary>
    public Touched PutProduct(ProductFacts facts)
    {
        var slot = ProductSlot(facts.Id);
        var entry = products[slot];
        var next = new ProductEntry
        {
            Id = facts.Id.Value,
            Used = entry.Used,
            External = Texts.Of(Tail(facts.ExternalId)),
            Vendor = Texts.Of(facts.Vendor?.ToLowerInvariant()),
            Price = facts.PriceMinor ?? OrderEntry.NoAmount,
            Tags = facts.Tags.Select(tag => Texts.Of(tag.ToLowerInvariant())).Distinct().Order().ToArray(),
            Direct = facts.Categories.Select(CategorySlot).Distinct().Order().ToArray(),
        };
        if (entry.External == next.External && entry.Vendor == next.Vendor && entry.Price == next.Price && entry.Tags.AsSpan().SequenceEqual(next.Tags)
            && entry.Direct.AsSpan().SequenceEqual(next.Direct))
            return Touched.None;
        products[slot] = next;
        CatalogueVersion++;
        return next.Used ? WhoUses(candidate => candidate == slot, category: -1) : Touched.None;
    }

    /// <summary>Puts a category. Its key may be found at once; who is touched are all with a product in it, or who viewed it.</summary>
    public Touched PutCategory(CategoryFacts facts)
    {
        var slot = CategorySlot(facts.Id);
        var parent = facts.Parent is { } up ? CategorySlot(up) : -1;
        var entry = categories[slot];
        if (entry.Facts == facts) return Touched.None;
        var before = InCategory(slot);
        if (entry.Facts is { } old && categoryByKey.GetValueOrDefault(old.Key, -1) == slot) categoryByKey.Remove(old.Key);
        categories[slot] = new CategoryEntry(facts.Id.Value, facts, parent);
        categoryByKey[facts.Key] = slot;
        foreach (var product in products)
            product.Effective = null;
        CatalogueVersion++;
        before.UnionWith(InCategory(slot));
        return WhoUses(before.Contains, slot);
    }

    /// <summary>The slot of the category with this key, in use or not; -1 when there is none.</summary>
    internal int CategoryByKey(string key) => categoryByKey.GetValueOrDefault(key, -1);

    /// <summary>The slots of the categories whose key fits.</summary>
    internal HashSet<int> CategorySlots(Func<string, bool> key) =>
        [.. Enumerable.Range(0, categories.Count).Where(slot => categories[slot].Facts is { } facts && key(facts.Key))];

    internal bool HasCategories => categoryByKey.Count > 0;

    internal long CategoryIdAt(int slot) => categories[slot].Id;

    internal CategoryFacts? CategoryAt(int slot) => categories[slot].Facts;

    internal ProductEntry ProductAt(int slot) => products[slot];

    internal int ProductById(long id) => productSlots[id];

    internal int ProductCount => products.Count;

    /// <summary>The categories in use that a product is in, parents too, ascending.</summary>
    internal int[] CategoriesOf(int product) => products[product].Effective ??= RollUp(products[product].Direct);

    /// <summary>The category itself and its parents, those in use, ascending.</summary>
    internal int[] RollUp(params ReadOnlySpan<int> direct)
    {
        var all = new SortedSet<int>();
        foreach (var category in direct)
            for (var (up, depth) = (category, 0); up >= 0 && depth < 64; up = categories[up].Parent, depth++)
                if (categories[up].Facts is { InUse: true }) all.Add(up);
        return [.. all];
    }

    private int ProductSlot(Comeback.Engine.ProductId id)
    {
        var slot = productSlots[id.Value];
        if (slot >= 0) return slot;
        products.Add(new ProductEntry { Id = id.Value });
        return productSlots[id.Value] = products.Count - 1;
    }

    private int CategorySlot(CategoryId id)
    {
        var slot = categorySlots[id.Value];
        if (slot >= 0) return slot;
        categories.Add(new CategoryEntry(id.Value, null, -1));
        return categorySlots[id.Value] = categories.Count - 1;
    }

    /// <summary>An id as merchants know it: the last part of <c>gid://shopify/Product/1</c>.</summary>
    internal static string? Tail(string? externalId) => externalId?[(externalId.LastIndexOf('/') + 1)..];

    private void Use(int product)
    {
        if (product >= 0) products[product].Used = true;
    }

    private HashSet<int> InCategory(int category)
    {
        var found = new HashSet<int>();
        for (var slot = 0; slot < products.Count; slot++)
            if (Array.BinarySearch(CategoriesOf(slot), category) >= 0 || Array.IndexOf(products[slot].Direct, category) >= 0) found.Add(slot);
        return found;
    }

    // One scan over everybody: catalogue changes are rare beside orders, and an index would cost memory for each line.
    private Touched WhoUses(Func<int, bool> product, int category)
    {
        var found = new List<int>();
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
            if (Uses(ordinal, product, category)) found.Add(ordinal);
        return Touched.All(FactKinds.Catalogue, [.. found]);
    }

    private bool Uses(int ordinal, Func<int, bool> product, int category)
    {
        foreach (ref readonly var order in OrdersOf(ordinal))
            foreach (ref readonly var line in LinesOf(order.Slot))
                if (line.Product >= 0 && product(line.Product)) return true;
        foreach (ref readonly var happened in EventsOf(ordinal))
            if (happened.IsCategory ? category >= 0 : happened.Subject >= 0 && (int)happened.Kind < 20 && product(happened.Subject)) return true;
        foreach (ref readonly var cart in CartsOf(ordinal))
            foreach (var carted in CartProducts(cart.Id))
                if (product(carted)) return true;
        return false;
    }
}

internal sealed class ProductEntry
{
    public long Id;
    /// <summary>The store's own id, without what stands before the last slash of <c>gid://shopify/Product/1</c>.</summary>
    public int External;
    public int Vendor;
    public long Price = OrderEntry.NoAmount;
    public int[] Tags = [];
    public int[] Direct = [];
    /// <summary>In use and rolled up; null until asked for.</summary>
    public int[]? Effective;
    /// <summary>Bits of its categories in signatures, true for the version of the catalogue beside it.</summary>
    public ulong Signature;
    public int SignatureOf = -1;
    /// <summary>Somebody bought, viewed or carted it.</summary>
    public bool Used;
}

internal readonly record struct CategoryEntry(long Id, CategoryFacts? Facts, int Parent);
