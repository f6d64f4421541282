using System.Text.Json.Serialization;

namespace Comeback.Stores.Shopify;

// What the documents answer, and the lines of a bulk result, which are the same objects one by one. Anything may be null: Shopify keeps protected
// fields back, and deletes things that others point to.

public sealed record MoneyText(string Amount, string CurrencyCode);

public sealed record MoneyBag(MoneyText? ShopMoney, MoneyText? PresentmentMoney);

public sealed record PageInfo(bool HasNextPage, string? EndCursor);

public sealed record Page<T>(IReadOnlyList<T>? Nodes, PageInfo? PageInfo);

public sealed record IdNode(string? Id);

public sealed record EmailNode(string? EmailAddress, string? MarketingState, string? MarketingOptInLevel, DateTimeOffset? MarketingUpdatedAt);

public sealed record ChannelConsentNode(string? State, string? OptInLevel, DateTimeOffset? UpdatedAt);

public sealed record PhoneNode(string? PhoneNumber, ChannelConsentNode? SmsMarketingConsent, ChannelConsentNode? WhatsAppMarketingConsent);

public sealed record AddressNode(string? CountryCodeV2, string? ProvinceCode, string? City, string? Phone, string? FirstName, string? LastName);

public sealed record OrderNode
{
    public string? Id { get; init; }
    public string? Name { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ProcessedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? CancelledAt { get; init; }
    public string? DisplayFinancialStatus { get; init; }
    public string? DisplayFulfillmentStatus { get; init; }
    public string? ReturnStatus { get; init; }
    public bool Test { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? CustomerLocale { get; init; }
    public string? CartToken { get; init; }
    public string? CheckoutToken { get; init; }
    public IReadOnlyList<string>? DiscountCodes { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public string? SourceName { get; init; }
    public IReadOnlyList<string>? PaymentGatewayNames { get; init; }
    public MoneyBag? TotalPriceSet { get; init; }
    public MoneyBag? CurrentTotalPriceSet { get; init; }
    public MoneyBag? TotalTaxSet { get; init; }
    public MoneyBag? TotalShippingPriceSet { get; init; }
    public MoneyBag? TotalDiscountsSet { get; init; }
    public MoneyBag? TotalTipReceivedSet { get; init; }
    public CustomerNode? Customer { get; init; }
    public AddressNode? ShippingAddress { get; init; }
    public AddressNode? BillingAddress { get; init; }
    public IReadOnlyList<FulfillmentNode>? Fulfillments { get; init; }
    public IReadOnlyList<RefundNode>? Refunds { get; init; }
    /// <summary>In plain queries; in a bulk result the lines come as lines of the file.</summary>
    public Page<LineNode>? LineItems { get; init; }
}

public sealed record FulfillmentNode(DateTimeOffset? DeliveredAt);

public sealed record RefundNode(string? Id, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt, MoneyBag? TotalRefundedSet);

public sealed record LineNode
{
    public string? Id { get; init; }
    public string? Title { get; init; }
    public string? Sku { get; init; }
    public int Quantity { get; init; }
    public int? CurrentQuantity { get; init; }
    public bool IsGiftCard { get; init; }
    public bool RequiresShipping { get; init; }
    public IdNode? Product { get; init; }
    public IdNode? Variant { get; init; }
    public MoneyBag? OriginalUnitPriceSet { get; init; }
    public MoneyBag? DiscountedTotalSet { get; init; }
    public ImageNode? Image { get; init; }
    [JsonPropertyName("__parentId")] public string? ParentId { get; init; }
}

public sealed record CustomerNode
{
    public string? Id { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public string? Locale { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public string? State { get; init; }
    public long? NumberOfOrders { get; init; }
    public MoneyText? AmountSpent { get; init; }
    public LastOrderNode? LastOrder { get; init; }
    public EmailNode? DefaultEmailAddress { get; init; }
    public PhoneNode? DefaultPhoneNumber { get; init; }
    public AddressNode? DefaultAddress { get; init; }
}

public sealed record LastOrderNode(string? Id, DateTimeOffset? ProcessedAt);

public sealed record ImageNode(string? Url);

public sealed record PreviewNode(ImageNode? Image);

public sealed record MediaNode(PreviewNode? Preview);

public sealed record TaxonomyNode(string? Id, string? FullName, string? Name, bool IsRoot);

public sealed record ProductNode
{
    public string? Id { get; init; }
    public string? Title { get; init; }
    public string? Handle { get; init; }
    public string? Vendor { get; init; }
    public string? ProductType { get; init; }
    public string? Status { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public bool IsGiftCard { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public string? OnlineStoreUrl { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }
    public TaxonomyNode? Category { get; init; }
    public MediaNode? FeaturedMedia { get; init; }
    public Page<VariantNode>? Variants { get; init; }
    public Page<CollectionNode>? Collections { get; init; }
}

public sealed record VariantNode
{
    public string? Id { get; init; }
    public string? Title { get; init; }
    public string? Sku { get; init; }
    public string? Price { get; init; }
    public string? CompareAtPrice { get; init; }
    public int? SellableOnlineQuantity { get; init; }
    public string? InventoryPolicy { get; init; }
    public TrackedNode? InventoryItem { get; init; }
}

public sealed record TrackedNode(bool Tracked);

public sealed record CollectionNode(string? Id, string? Title, string? Handle, DateTimeOffset? UpdatedAt);

public sealed record CheckoutNode
{
    public string? Id { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public string? AbandonedCheckoutUrl { get; init; }
    public MoneyBag? TotalPriceSet { get; init; }
    public CustomerNode? Customer { get; init; }
    public AddressNode? ShippingAddress { get; init; }
    public Page<LineNode>? LineItems { get; init; }
}

public sealed record InventoryItemNode(string? Id, Page<VariantOfProduct>? Variants);

public sealed record VariantOfProduct(string? Id, IdNode? Product);

public sealed record SegmentNode(string? Id, string? Name, string? Query, DateTimeOffset? LastEditDate);

public sealed record BulkNode
{
    public string? Id { get; init; }
    public string? Status { get; init; }
    public string? ErrorCode { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public long ObjectCount { get; init; }
    public long RootObjectCount { get; init; }
    public long? FileSize { get; init; }
    public string? Url { get; init; }
    public string? PartialDataUrl { get; init; }
}

public sealed record ShopNode(string Id, string Name, string? Email, string MyshopifyDomain, string CurrencyCode, string IanaTimezone, DomainNode? PrimaryDomain, ShopAddressNode? ShopAddress);

public sealed record DomainNode(string? Url);

public sealed record ShopAddressNode(string? CountryCodeV2);

public sealed record InstallationNode(string Id, IReadOnlyList<ScopeNode> AccessScopes);

public sealed record ScopeNode(string Handle);

public sealed record ShopAnswer(ShopNode Shop, InstallationNode CurrentAppInstallation);

public sealed record CountNode(long Count, string? Precision);
