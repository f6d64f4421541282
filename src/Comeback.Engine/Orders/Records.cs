namespace Comeback.Engine.Orders;

// The neutral records: what each connector, an import and the event API map a vendor's bodies into. They carry the vendor's own ids as text
// (ExternalId); Comeback's ids are given when Sync writes them. A record is a whole state ("the order is now like this"), never a difference,
// so that receiving it twice or late is harmless: Sync keeps the one with the newest UpdatedAt.

/// <summary>Anything that a store can tell us. <see cref="UpdatedAt"/> orders the states of one thing; older ones never overwrite newer ones.</summary>
public abstract record StoreRecord
{
    /// <summary>When the store says that this state came to be, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Who a record is about, as far as the store says. Resolved to one customer by account, then e-mail, then phone.</summary>
public sealed record Person
{
    /// <summary>The store's id of a verified account; null for a guest.</summary>
    public string? AccountId { get; init; }
    public string? Email { get; init; }
    /// <summary>As the store gives it; Sync turns it into E.164 with the help of <see cref="Country"/>.</summary>
    public string? Phone { get; init; }
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    /// <summary>ISO 3166-1 alpha-2, capitals.</summary>
    public string? Country { get; init; }
    /// <summary>Region code without the country, e.g. <c>NY</c>.</summary>
    public string? Region { get; init; }
    public string? City { get; init; }
    /// <summary>BCP 47, e.g. <c>da</c> or <c>en-GB</c>.</summary>
    public string? Language { get; init; }
}

/// <summary>A customer as the store keeps one.</summary>
public sealed record CustomerRecord : StoreRecord
{
    public required Person Person { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public DateOnly? BirthDate { get; init; }
    /// <summary>The store says that this is no shopper: a company, staff, a point-of-sale default, a marketplace relay, a test.</summary>
    public bool NotAShopper { get; init; }
    public bool Deleted { get; init; }
    public IReadOnlyList<ConsentRecord> Consents { get; init; } = [];
    /// <summary>The store's own lifetime totals, where its history does not reach back far enough; null when it does.</summary>
    public LifetimeTotals? Lifetime { get; init; }
}

/// <summary>Totals over a customer's whole life as the store counts them.</summary>
public sealed record LifetimeTotals(int Orders, Money Spent, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt);

public enum Channel : byte { Email = 1, Sms = 2, WhatsApp = 3 }

public enum ConsentState : byte
{
    /// <summary>Never asked, or not known. Not a basis.</summary>
    None = 0,
    Granted = 1,
    /// <summary>An unproven sign-up: counts once it is confirmed.</summary>
    Pending = 2,
    Withdrawn = 3,
}

/// <summary>A dated proof that a customer may, or may not, be written to on one channel.</summary>
public sealed record ConsentRecord(Channel Channel, ConsentState State, DateTimeOffset At, string Source, string? Wording);

/// <summary>Where an order stands under the store's purchase policy (DEFINITIONS: "Placed", "Counted").</summary>
public enum OrderStanding : byte
{
    /// <summary>Not an order yet: payment pending or a checkout draft. Neither placed nor counted.</summary>
    Cart = 0,
    /// <summary>Payment failed or was abandoned. Neither placed nor counted.</summary>
    Failed = 1,
    /// <summary>Placed and not yet counted, e.g. WooCommerce's on-hold.</summary>
    Placed = 2,
    /// <summary>Placed and counted, unpaid cash on delivery included.</summary>
    Counted = 3,
    Cancelled = 4,
    Voided = 5,
    /// <summary>Wholly refunded.</summary>
    Refunded = 6,
    /// <summary>Came back, e.g. refused cash on delivery.</summary>
    Returned = 7,
    /// <summary>Deleted in the store.</summary>
    Deleted = 8,
    /// <summary>A status that the merchant has yet to class; neither placed nor counted.</summary>
    Unknown = 9,
}

public enum OrderKind : byte
{
    Purchase = 0,
    /// <summary>A subscription renewal: counts in money only.</summary>
    Renewal = 1,
    /// <summary>An exchange: counts in money only.</summary>
    Exchange = 2,
}

/// <summary>An order with all its lines and refunds, as it stands now.</summary>
public sealed record OrderRecord : StoreRecord
{
    public required string ExternalId { get; init; }
    /// <summary>What the merchant calls it, e.g. <c>#1001</c>.</summary>
    public required string Number { get; init; }
    public required Person Person { get; init; }
    public required DateTimeOffset PlacedAt { get; init; }
    public required OrderStanding Standing { get; init; }
    /// <summary>The store's own word for the status.</summary>
    public string? VendorStatus { get; init; }
    public OrderKind Kind { get; init; }
    public bool Test { get; init; }
    public bool CashOnDelivery { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }
    /// <summary>Total with tax and shipping, in the order's own currency.</summary>
    public required Money Total { get; init; }
    /// <summary>The total in the store's currency, where the store says it or both are the same; null when there is no rate.</summary>
    public Money? TotalInStoreCurrency { get; init; }
    public Money? Tax { get; init; }
    public Money? Shipping { get; init; }
    public Money? Discount { get; init; }
    public Money? Tip { get; init; }
    public IReadOnlyList<string> DiscountCodes { get; init; } = [];
    public IReadOnlyList<OrderLineRecord> Lines { get; init; } = [];
    public IReadOnlyList<RefundRecord> Refunds { get; init; } = [];
    /// <summary>The cart that became this order, when the store says so.</summary>
    public string? CartExternalId { get; init; }
    /// <summary>Consent given with this order (a ticked box), with the order's date as its proof.</summary>
    public IReadOnlyList<ConsentRecord> Consents { get; init; } = [];
}

public enum LineKind : byte
{
    Goods = 0,
    /// <summary>Shipping, postage, fee, manual line: money only.</summary>
    Charge = 1,
    /// <summary>A gift card that was bought: not in amount spent.</summary>
    GiftCard = 2,
    Tip = 3,
}

/// <summary>One line. <see cref="Total"/> is what was charged for it, after its discounts, in the order's currency.</summary>
public sealed record OrderLineRecord
{
    public string? ProductExternalId { get; init; }
    public string? VariantExternalId { get; init; }
    public string? Sku { get; init; }
    public required string Title { get; init; }
    public required int Quantity { get; init; }
    public required Money UnitPrice { get; init; }
    public required Money Total { get; init; }
    public LineKind Kind { get; init; }
    /// <summary>Category names carried by the line itself (exports); a synced catalogue has them on the product.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];
}

/// <summary>A refund, positive, in the order's currency. One without an order (UCI's C rows) lowers the customer's amount and nothing else.</summary>
public sealed record RefundRecord(string ExternalId, DateTimeOffset At, Money Amount);

/// <summary>A refund that names a person and no order (an export that lists refunds as invoices of their own).</summary>
public sealed record LooseRefundRecord : StoreRecord
{
    public required string ExternalId { get; init; }
    public required Person Person { get; init; }
    public required DateTimeOffset At { get; init; }
    /// <summary>Positive.</summary>
    public required Money Amount { get; init; }
}

public enum DeletedThing : byte { Order = 1, Customer = 2, Product = 3, Category = 4, Cart = 5 }

/// <summary>
/// Something is gone from the store, and its id is all that is said. A newer state of the thing brings it back; one never known stays unknown.
/// </summary>
public sealed record DeletionRecord : StoreRecord
{
    public required DeletedThing Thing { get; init; }
    /// <summary>The thing's own id; a customer's is the account id.</summary>
    public required string ExternalId { get; init; }
}

/// <summary>Consents of a person, and nothing else of them: what is known of the person stays as it is.</summary>
public sealed record ConsentsRecord : StoreRecord
{
    public required Person Person { get; init; }
    public required IReadOnlyList<ConsentRecord> Consents { get; init; }
}

/// <summary>A category of the catalogue.</summary>
public sealed record CategoryRecord : StoreRecord
{
    public required string ExternalId { get; init; }
    public required string Name { get; init; }
    public string? ParentExternalId { get; init; }
    /// <summary>Its page in the store.</summary>
    public string? Url { get; init; }
    public IReadOnlyDictionary<string, string> NamesByLanguage { get; init; } = new Dictionary<string, string>();
    public bool Deleted { get; init; }
}

/// <summary>A product with its variants and true stock.</summary>
public sealed record ProductRecord : StoreRecord
{
    public required string ExternalId { get; init; }
    public required string Title { get; init; }
    public string? Url { get; init; }
    public string? ImageUrl { get; init; }
    public string? Vendor { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public IReadOnlyList<string> CategoryExternalIds { get; init; } = [];
    public IReadOnlyDictionary<string, string> TitlesByLanguage { get; init; } = new Dictionary<string, string>();
    public bool Published { get; init; } = true;
    public bool Deleted { get; init; }
    public IReadOnlyList<VariantRecord> Variants { get; init; } = [];
}

/// <summary>Stock is null when the store does not know it; then nothing is ever said about it.</summary>
public sealed record VariantRecord
{
    public required string ExternalId { get; init; }
    public string? Sku { get; init; }
    public string? Title { get; init; }
    public Money? Price { get; init; }
    public Money? CompareAtPrice { get; init; }
    public int? Stock { get; init; }
    public bool SellsWithoutStock { get; init; }
}

/// <summary>A cart as it stands. <see cref="StoreRecord.UpdatedAt"/> is when it was last touched.</summary>
public sealed record CartRecord : StoreRecord
{
    public required string ExternalId { get; init; }
    public Person? Person { get; init; }
    public string? Visitor { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    /// <summary>Where the customer takes the cart up again; https.</summary>
    public string? RecoveryUrl { get; init; }
    public Money? Total { get; init; }
    public IReadOnlyList<CartLineRecord> Lines { get; init; } = [];
    /// <summary>Closed by an order, emptied or deleted.</summary>
    public bool Closed { get; init; }
}

public sealed record CartLineRecord
{
    public required string ProductExternalId { get; init; }
    public string? VariantExternalId { get; init; }
    public required string Title { get; init; }
    public required int Quantity { get; init; }
    public Money? UnitPrice { get; init; }
    public string? ImageUrl { get; init; }
}

public enum EventKind : byte
{
    ProductViewed = 1,
    CategoryViewed = 2,
    Searched = 3,
    CartTouched = 4,
    /// <summary>An event of the store's own; its property <c>name</c> says what it is.</summary>
    Custom = 10,
    MessageSent = 20,
    MessageDelivered = 21,
    MessageBounced = 22,
    MessageOpened = 23,
    MessageClicked = 24,
    MessageAnswered = 25,
    MessageComplained = 26,
    Unsubscribed = 27,
    SignedUp = 28,
    MarkedNotAShopper = 40,
}

/// <summary>Who made an open or a click: a mail scanner and Apple's privacy proxy are not people (PAINS 17).</summary>
public enum HitVerdict : byte { Unsure = 0, Human = 1, Scanner = 2, PrivacyProxy = 3 }

/// <summary>Something that happened once. <see cref="ExternalId"/> makes it idempotent.</summary>
public sealed record EventRecord : StoreRecord
{
    public required string ExternalId { get; init; }
    public required EventKind Kind { get; init; }
    public required DateTimeOffset At { get; init; }
    public Person? Person { get; init; }
    public string? Visitor { get; init; }
    public string? ProductExternalId { get; init; }
    public string? CategoryExternalId { get; init; }
    public Channel? Channel { get; init; }
    /// <summary>Our message, for message events.</summary>
    public MessageId? Message { get; init; }
    public HitVerdict Verdict { get; init; }
    /// <summary>Free properties for filters in segments; small.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();
}
