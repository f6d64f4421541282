using Comeback.Engine;

namespace Comeback.Data;

internal sealed class ProductRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public ProductId Id { get; init; }
    public long Change { get; set; }
    public required string ExternalId { get; init; }
    public required string Title { get; set; }
    /// <summary>Language to title, JSON.</summary>
    public string Titles { get; set; } = "{}";
    public string? Url { get; set; }
    public string? ImageUrl { get; set; }
    public string? Vendor { get; set; }
    public string Tags { get; set; } = "[]";
    public bool Published { get; set; } = true;
    public bool Deleted { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    /// <summary>Told by the catalogue itself, which beats what lines of orders say.</summary>
    public bool FromCatalogue { get; set; }
    public byte[] ContentHash { get; set; } = [];
}

internal sealed class VariantRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public ProductId ProductId { get; init; }
    public required string ExternalId { get; init; }
    public string? Sku { get; set; }
    public string? Title { get; set; }
    public long? PriceMinor { get; set; }
    public long? CompareAtMinor { get; set; }
    /// <summary>Null when the store does not know it.</summary>
    public int? Stock { get; set; }
    public bool SellsWithoutStock { get; set; }
}

internal sealed class CategoryRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public CategoryId Id { get; init; }
    public long Change { get; set; }
    public required string ExternalId { get; init; }
    /// <summary>Made from the name once and kept: what segment keys end in, e.g. <c>coffee-beans</c>.</summary>
    public required string Key { get; set; }
    public required string Name { get; set; }
    public string Names { get; set; } = "{}";
    /// <summary>Its page in the store; null where the store does not say.</summary>
    public string? Url { get; set; }
    public CategoryId? ParentId { get; set; }
    /// <summary>Off for default, "uncategorized", "all", "sale" and the like.</summary>
    public bool InUse { get; set; } = true;
    public bool Deleted { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    /// <summary>Told by the catalogue itself; before that it is only named by products or lines.</summary>
    public bool FromCatalogue { get; set; }
}

internal sealed class ProductCategoryRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public ProductId ProductId { get; init; }
    public CategoryId CategoryId { get; init; }
}
