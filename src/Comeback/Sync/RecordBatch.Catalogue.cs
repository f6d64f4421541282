using System.Globalization;
using System.Text;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

// Products and categories: told by the catalogue, or only named by the lines of orders; the catalogue's word beats the lines'.
internal sealed partial class RecordBatch
{
    /// <summary>Groups that say nothing about taste; off until the merchant says otherwise (DEFINITIONS, "Category").</summary>
    private static readonly HashSet<string> SaysNothing = new(StringComparer.Ordinal)
    {
        "default", "default-category", "uncategorized", "uncategorised", "all", "all-products", "sale", "new", "new-arrivals", "front-page", "frontpage",
        "home-page", "homepage", "featured", "misc", "other", "ukategoriseret", "alle", "udsalg", "nyheder", "غير-مصنف",
    };

    private readonly Dictionary<string, Work<CategoryRow>> categories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Work<ProductRow>> products = new(StringComparer.Ordinal);
    private bool productsRead;
    private readonly Dictionary<long, List<VariantRow>> variants = [];
    private readonly HashSet<long> replacedVariants = [];
    private readonly HashSet<long> replacedLinks = [];
    private readonly HashSet<(long Product, long Category)> links = [];
    private readonly HashSet<(long Product, long Category)> newLinks = [];
    private readonly HashSet<string> categoryKeys = new(StringComparer.Ordinal);

    private async Task LoadThingsAsync(IReadOnlyList<Prepared> records)
    {
        HashSet<string> productIds = new(StringComparer.Ordinal), categoryIds = new(StringComparer.Ordinal), orderIds = new(StringComparer.Ordinal);
        HashSet<string> cartIds = new(StringComparer.Ordinal), refundIds = new(StringComparer.Ordinal), eventIds = new(StringComparer.Ordinal);
        HashSet<long> messageIds = [];
        var anyLinks = false;
        foreach (var prepared in records)
        {
            switch (prepared.Record)
            {
                case CategoryRecord category:
                    categoryIds.Add(category.ExternalId);
                    if (category.ParentExternalId is not null) categoryIds.Add(category.ParentExternalId);
                    break;
                case ProductRecord product:
                    productIds.Add(product.ExternalId);
                    categoryIds.UnionWith(product.CategoryExternalIds);
                    anyLinks = true;
                    break;
                case OrderRecord order:
                    orderIds.Add(order.ExternalId);
                    if (order.CartExternalId is not null) cartIds.Add(order.CartExternalId);
                    foreach (var refund in order.Refunds) refundIds.Add(RefundKey(order, refund));
                    foreach (var line in order.Lines)
                    {
                        if (line is not { Kind: LineKind.Goods, ProductExternalId: not null }) continue;
                        productIds.Add(line.ProductExternalId);
                        foreach (var name in line.Categories) categoryIds.Add(NamedCategory(name));
                        anyLinks |= line.Categories.Count > 0;
                    }
                    break;
                case LooseRefundRecord refund: refundIds.Add(refund.ExternalId); break;
                case DeletionRecord gone:
                    (gone.Thing switch
                    {
                        DeletedThing.Order => orderIds,
                        DeletedThing.Product => productIds,
                        DeletedThing.Category => categoryIds,
                        _ => cartIds,
                    }).Add(gone.ExternalId);
                    break;
                case CartRecord cart:
                    cartIds.Add(cart.ExternalId);
                    foreach (var line in cart.Lines) productIds.Add(line.ProductExternalId);
                    break;
                case EventRecord happening:
                    eventIds.Add(happening.ExternalId);
                    if (happening.ProductExternalId is not null) productIds.Add(happening.ProductExternalId);
                    if (happening.CategoryExternalId is not null) categoryIds.Add(happening.CategoryExternalId);
                    if (happening.Message is { } message) messageIds.Add(message.Value);
                    break;
                default: break;
            }
        }
        await ReserveIdsAsync(
            productIds.Count + categoryIds.Count + orderIds.Count + cartIds.Count + refundIds.Count + eventIds.Count + (records.Count * 8)).ConfigureAwait(false);
        foreach (var row in await FindAsync<CategoryRow, string>(categoryIds, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.ExternalId))).ConfigureAwait(false))
            categories[row.ExternalId] = new Work<CategoryRow>(row, false);
        if (categoryIds.Count > 0)
        {
            categoryKeys.UnionWith(await transaction.Db.Categories.Select(r => r.Key).ToListAsync(transaction.Cancellation).ConfigureAwait(false));
        }
        productsRead = productIds.Count > 0;
        foreach (var id in productIds)
        {
            if (memory?.Products.TryGetValue(id, out var known) == true) products[id] = new Work<ProductRow>(known, false);
        }
        productIds.ExceptWith(products.Keys);
        foreach (var row in await FindAsync<ProductRow, string>(productIds, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.ExternalId))).ConfigureAwait(false))
            products[row.ExternalId] = new Work<ProductRow>(row, false);
        if (anyLinks)
        {
            foreach (var row in await FindAsync<ProductCategoryRow, ProductId>(products.Values.Select(p => p.Row.Id).ToList(),
                (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.ProductId))).ConfigureAwait(false))
                links.Add((row.ProductId.Value, row.CategoryId.Value));
        }
        foreach (var row in await FindAsync<OrderRow, string>(orderIds, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.ExternalId))).ConfigureAwait(false))
            orders[row.ExternalId] = new Work<OrderRow>(row, false);
        foreach (var row in await FindAsync<RefundRow, string>(refundIds, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.ExternalId))).ConfigureAwait(false))
            refunds[row.ExternalId] = new Work<RefundRow>(row, false);
        await LoadRefundsOfOrdersAsync().ConfigureAwait(false);
        foreach (var row in await FindAsync<CartRow, string>(cartIds, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.ExternalId))).ConfigureAwait(false))
            carts[row.ExternalId] = new Work<CartRow>(row, false);
        foreach (var row in await FindAsync<EventRow, string>(eventIds, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.ExternalId))).ConfigureAwait(false))
            events[row.ExternalId] = new Work<EventRow>(row, false);
        await LoadMessagesAsync(messageIds).ConfigureAwait(false);
        await LoadOrdersOfCartsAsync(records).ConfigureAwait(false);
    }

    private void ApplyCategory(CategoryRecord record)
    {
        var name = Claim.Clean(record.Name) ?? record.ExternalId;
        var work = Category(record.ExternalId, name);
        var row = work.Row;
        var names = record.NamesByLanguage.Count == 0 ? "{}" : JsonSerializer.Serialize(new SortedDictionary<string, string>(record.NamesByLanguage.ToDictionary(), StringComparer.Ordinal));
        CategoryId? parent = record.ParentExternalId is null ? null : Category(record.ParentExternalId, record.ParentExternalId).Row.Id;
        var older = row.FromCatalogue && (record.UpdatedAt < row.UpdatedAt
            || (record.UpdatedAt == row.UpdatedAt && string.CompareOrdinal(name + names, row.Name + row.Names) < 0));
        if (older)
        {
            Count(false);
            return;
        }
        if (!row.FromCatalogue && row.Name == row.ExternalId && name != row.Name)
        {
            // Only its id was known till now: its key and use follow its name.
            categoryKeys.Remove(row.Key);
            row.Key = NewKey(name);
            row.InUse = IsUseful(name);
        }
        var url = Claim.Clean(record.Url, 2000);
        var same = row.FromCatalogue && row.Name == name && row.Names == names && row.Url == url && row.ParentId == parent && row.Deleted == record.Deleted;
        if (row.UpdatedAt != record.UpdatedAt) work.Dirty = true;
        (row.FromCatalogue, row.Name, row.Names, row.Url, row.ParentId, row.Deleted, row.UpdatedAt) = (true, name, names, url, parent, record.Deleted, record.UpdatedAt);
        if (!same) work.Change();
        Count(!same);
    }

    private void ApplyProduct(Prepared prepared, ProductRecord record)
    {
        var title = Claim.Clean(record.Title, 500) ?? record.ExternalId;
        var work = Product(record.ExternalId, title, record.UpdatedAt);
        var row = work.Row;
        var order = row.FromCatalogue ? record.UpdatedAt.CompareTo(row.UpdatedAt) : 1;
        var same = row.FromCatalogue && row.ContentHash.AsSpan().SequenceEqual(prepared.Hash);
        if (order == 0) order = prepared.Hash.AsSpan().SequenceCompareTo(row.ContentHash);
        if (order <= 0 || same)
        {
            if (order > 0)
            {
                row.UpdatedAt = record.UpdatedAt;
                work.Dirty = true;
            }
            Count(false);
            return;
        }
        row.FromCatalogue = true;
        row.ContentHash = prepared.Hash!;
        row.Title = title;
        row.Titles = record.TitlesByLanguage.Count == 0 ? "{}" : JsonSerializer.Serialize(new SortedDictionary<string, string>(record.TitlesByLanguage.ToDictionary(), StringComparer.Ordinal));
        (row.Url, row.ImageUrl, row.Vendor) = (Claim.Clean(record.Url, 2000), Claim.Clean(record.ImageUrl, 2000), Claim.Clean(record.Vendor));
        row.Tags = JsonSerializer.Serialize(record.Tags);
        (row.Published, row.Deleted, row.UpdatedAt) = (record.Published, record.Deleted, record.UpdatedAt);
        work.Change();
        Count(true);

        var id = row.Id.Value;
        if (!work.IsNew)
        {
            replacedVariants.Add(id);
            replacedLinks.Add(id);
        }
        variants[id] = [.. record.Variants.DistinctBy(v => v.ExternalId, StringComparer.Ordinal).Select(v => new VariantRow
        {
            StoreId = store.Id, ProductId = row.Id, ExternalId = v.ExternalId, Sku = v.Sku, Title = Claim.Clean(v.Title), PriceMinor = v.Price?.Minor,
            CompareAtMinor = v.CompareAtPrice?.Minor, Stock = v.Stock, SellsWithoutStock = v.SellsWithoutStock,
        })];
        links.RemoveWhere(l => l.Product == id);
        newLinks.RemoveWhere(l => l.Product == id);
        foreach (var category in record.CategoryExternalIds) Link(id, Category(category, category).Row.Id.Value);
    }

    /// <summary>A product as a line names it. The earliest title stays, so that a chronological import writes each product once.</summary>
    private Work<ProductRow> Product(string externalId, string title, DateTimeOffset at)
    {
        if (!products.TryGetValue(externalId, out var work))
        {
            work = new Work<ProductRow>(new ProductRow { StoreId = store.Id, Id = new(NextId()), ExternalId = externalId, Title = title, UpdatedAt = at }, true);
            products.Add(externalId, work);
            return work;
        }
        var row = work.Row;
        if (row.FromCatalogue || at > row.UpdatedAt || (at == row.UpdatedAt && string.CompareOrdinal(title, row.Title) >= 0)) return work;
        work.Dirty = true;
        row.UpdatedAt = at;
        if (row.Title != title)
        {
            row.Title = title;
            work.Change();
        }
        return work;
    }

    private void LinkByName(Work<ProductRow> product, IReadOnlyList<string> names)
    {
        if (product.Row.FromCatalogue) return;
        foreach (var text in names)
        {
            if (Claim.Clean(text) is not { } name || Slug(name).Length == 0) continue;
            var category = Category(NamedCategory(name), name);
            if (!category.Row.FromCatalogue && string.CompareOrdinal(name, category.Row.Name) < 0)
            {
                category.Row.Name = name;
                category.Change();
            }
            if (Link(product.Row.Id.Value, category.Row.Id.Value)) product.Change();
        }
    }

    private bool Link(long product, long category) => links.Add((product, category)) && newLinks.Add((product, category));

    private Work<CategoryRow> Category(string externalId, string name)
    {
        if (categories.TryGetValue(externalId, out var work)) return work;
        work = new Work<CategoryRow>(new CategoryRow
        {
            StoreId = store.Id,
            Id = new(NextId()),
            ExternalId = externalId,
            Key = NewKey(name),
            Name = name,
            InUse = IsUseful(name),
        }, true);
        categories.Add(externalId, work);
        return work;
    }

    private string NewKey(string name)
    {
        var slug = Slug(name);
        if (slug.Length == 0) slug = "category";
        var key = slug;
        for (var n = 2; !categoryKeys.Add(key); n++) key = string.Create(CultureInfo.InvariantCulture, $"{slug}-{n}");
        return key;
    }

    private static bool IsUseful(string name) => !SaysNothing.Contains(Slug(name));

    private static string NamedCategory(string name) => "name:" + Slug(name);

    /// <summary>Lower case, letters and digits of any script, hyphens between: what a segment's key ends in.</summary>
    internal static string Slug(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name.Normalize(NormalizationForm.FormC))
        {
            if (char.IsLetterOrDigit(c)) text.Append(char.ToLowerInvariant(c));
            else if (text.Length > 0 && text[^1] != '-') text.Append('-');
        }
        return text.ToString().TrimEnd('-');
    }
}
