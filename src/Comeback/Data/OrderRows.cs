using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Data;

/// <summary>An order as it stands now. Amounts are in minor units; <see cref="StoreTotalMinor"/> is null when there is no rate.</summary>
internal sealed class OrderRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public OrderId Id { get; init; }
    public long Change { get; set; }
    public required string ExternalId { get; init; }
    public required string Number { get; set; }
    public CustomerId CustomerId { get; set; }
    public DateTimeOffset PlacedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    /// <summary>When Comeback first wrote it: tells an order that came from one that was found by an import.</summary>
    public DateTimeOffset RecordedAt { get; init; }
    /// <summary>Found by import, first sync, resync or late reconciliation: never starts a campaign.</summary>
    public bool Found { get; init; }
    public OrderStanding Standing { get; set; }
    public string? VendorStatus { get; set; }
    public OrderKind Kind { get; set; }
    public bool Test { get; set; }
    public bool CashOnDelivery { get; set; }
    public DateTimeOffset? DeliveredAt { get; set; }
    public required string Currency { get; set; }
    public long TotalMinor { get; set; }
    public long? StoreTotalMinor { get; set; }
    /// <summary>In the store's currency: total less refunds, gift cards bought and tips. Null without a rate. Written by Sync.</summary>
    public long? SpentMinor { get; set; }
    public long RefundedMinor { get; set; }
    public long TaxMinor { get; set; }
    public long ShippingMinor { get; set; }
    public long DiscountMinor { get; set; }
    /// <summary>JSON array of text.</summary>
    public string DiscountCodes { get; set; } = "[]";
    public string? CartExternalId { get; set; }
    /// <summary>Of the whole neutral record: an equal one changes nothing.</summary>
    public required byte[] ContentHash { get; set; }
    /// <summary>Who the store said it is, as JSON: people are told apart by it again when an address turns out to be shared.</summary>
    public string? Claim { get; set; }
}

internal sealed class OrderLineRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public OrderId OrderId { get; init; }
    public int LineNumber { get; init; }
    public ProductId? ProductId { get; set; }
    public string? VariantExternalId { get; set; }
    public string? Sku { get; set; }
    public required string Title { get; set; }
    public int Quantity { get; set; }
    public long UnitPriceMinor { get; set; }
    public long TotalMinor { get; set; }
    public LineKind Kind { get; set; }
}

/// <summary>A refund; without an order it lowers the customer's amount and nothing else. Minor units of the store's currency.</summary>
internal sealed class RefundRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public long Change { get; set; }
    public required string ExternalId { get; init; }
    public OrderId? OrderId { get; init; }
    public CustomerId CustomerId { get; set; }
    public DateTimeOffset At { get; set; }
    public long AmountMinor { get; set; }
    public required string Currency { get; init; }
    public long? StoreAmountMinor { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    /// <summary>Who the store said it is, as JSON: people are told apart by it again when an address turns out to be shared.</summary>
    public string? Claim { get; set; }
}

/// <summary>A cart as it stands.</summary>
internal sealed class CartRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public CartId Id { get; init; }
    public long Change { get; set; }
    public required string ExternalId { get; init; }
    public CustomerId? CustomerId { get; set; }
    public string? Visitor { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset TouchedAt { get; set; }
    public string? RecoveryUrl { get; set; }
    public long? TotalMinor { get; set; }
    public string? Currency { get; set; }
    /// <summary>JSON array of <see cref="CartLineRecord"/> with our product id.</summary>
    public string Lines { get; set; } = "[]";
    public bool Closed { get; set; }
    /// <summary>The store itself closed or emptied it; <see cref="Closed"/> is also true once the person has placed an order.</summary>
    public bool ClosedByStore { get; set; }
    public bool Found { get; init; }
    public byte[] ContentHash { get; set; } = [];
    /// <summary>Who the store said it is, as JSON: people are told apart by it again when an address turns out to be shared.</summary>
    public string? Claim { get; set; }
}
