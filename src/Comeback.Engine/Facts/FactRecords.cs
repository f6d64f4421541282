using Comeback.Engine.Orders;

namespace Comeback.Engine.Facts;

// What the host reads from its rows and puts into the columns. Each is a whole state, so that putting one twice, late or out of order is harmless.

/// <summary>What the columns must know of a store before the first row: its money and where its days begin.</summary>
/// <param name="Currency">All amounts in the columns are minor units of it.</param>
/// <param name="TimeZone">An id of NodaTime's TZDB, e.g. <c>Europe/Copenhagen</c>. Whole days are days of this zone.</param>
public sealed record StoreProfile(Currency Currency, string TimeZone);

/// <summary>A customer as the host knows them now. <see cref="Ordinal"/> is dense per store from 0 and never changes.</summary>
public sealed record CustomerFacts
{
    public required CustomerId Id { get; init; }
    public required int Ordinal { get; init; }
    /// <summary>Normalised; only its domain and whether there is one are kept in the columns.</summary>
    public string? Email { get; init; }
    /// <summary>E.164; only its country calling prefix and whether there is one are used.</summary>
    public string? Phone { get; init; }
    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? Country { get; init; }
    /// <summary>Without the country, e.g. <c>NY</c>.</summary>
    public string? Region { get; init; }
    public string? City { get; init; }
    /// <summary>BCP 47.</summary>
    public string? Language { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public DateOnly? BirthDate { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Stands outside ranks and medians.</summary>
    public bool NotAShopper { get; init; }
    /// <summary>A contact that is never written to: such a person is not reachable.</summary>
    public bool DoubtfulContact { get; init; }
    /// <summary>In no segment for marketing, and never reachable.</summary>
    public bool ObjectsToProfiling { get; init; }
    /// <summary>Channels on which an address is suppressed (bounced, complained, erased): not reachable there, whatever was consented.</summary>
    public IReadOnlyList<Channel> Blocked { get; init; } = [];
    /// <summary>Deleted or merged into another: member of nothing. The rows of a merged one are put again under the one who stays.</summary>
    public bool Gone { get; init; }
    /// <summary>The store's own totals where its history is short; null where the rows are the whole truth.</summary>
    public LifetimeFacts? Lifetime { get; init; }
    /// <summary>Words of the store itself that only it knows, by attribute, e.g. <c>rfm_group</c> to <c>LOYAL</c> (Shopify's own values).</summary>
    public IReadOnlyDictionary<string, string>? VendorValues { get; init; }
}

/// <summary>A store's own totals of one customer as of <see cref="AsOf"/>: what exceeds the rows up to then is added to what the rows say.</summary>
public sealed record LifetimeFacts(int Orders, long SpentMinor, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt, DateTimeOffset AsOf);

/// <summary>An order as it stands now, with the ordinal of the customer who has it now.</summary>
public sealed record OrderFacts
{
    public required OrderId Id { get; init; }
    public required int Ordinal { get; init; }
    public required DateTimeOffset PlacedAt { get; init; }
    public required OrderStanding Standing { get; init; }
    public OrderKind Kind { get; init; }
    public bool Test { get; init; }
    /// <summary>What it adds to amount spent, minor units of the store's currency (refunds, gift cards and tips already taken off); null without a rate.</summary>
    public long? SpentMinor { get; init; }
    /// <summary>Its total with tax and shipping in the store's currency; null without a rate.</summary>
    public long? TotalMinor { get; init; }
    public IReadOnlyList<string> DiscountCodes { get; init; } = [];
    public IReadOnlyList<LineFacts> Lines { get; init; } = [];
}

/// <summary>A line of goods or of something else. Lines that are no goods count in money only.</summary>
public readonly record struct LineFacts(ProductId? Product, int Quantity, long TotalMinor, LineKind Kind);

/// <summary>A refund that names no order: lowers its customer's amount from <see cref="At"/> on and nothing else.</summary>
/// <param name="AmountMinor">Positive, minor units of the store's currency; null without a rate.</param>
/// <param name="OfOrder">It is in an order's amount already: counts among the refunds only.</param>
public sealed record RefundFacts(long Id, int Ordinal, DateTimeOffset At, long? AmountMinor, bool OfOrder = false);

/// <summary>A cart as it stands.</summary>
public sealed record CartFacts
{
    public required CartId Id { get; init; }
    /// <summary>Null while nobody is known to own it.</summary>
    public int? Ordinal { get; init; }
    public required DateTimeOffset TouchedAt { get; init; }
    public bool Closed { get; init; }
    public long? TotalMinor { get; init; }
    public IReadOnlyList<ProductId> Products { get; init; } = [];
}

/// <summary>Something that happened once, to a known customer or to nobody yet.</summary>
public sealed record EventFacts
{
    public required EventId Id { get; init; }
    /// <summary>Null while nobody is known to own it.</summary>
    public int? Ordinal { get; init; }
    public required EventKind Kind { get; init; }
    public required DateTimeOffset At { get; init; }
    public ProductId? Product { get; init; }
    public CategoryId? Category { get; init; }
    public Channel? Channel { get; init; }
    public MessageId? Message { get; init; }
    public CampaignId? Campaign { get; init; }
    public HitVerdict Verdict { get; init; }
    /// <summary>Free properties; an event of the store's own (<see cref="EventKind.Custom"/>) has its name as <see cref="NameProperty"/>.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = NoProperties;

    /// <summary>The property that names an event of the store's own.</summary>
    public const string NameProperty = "name";

    private static readonly Dictionary<string, string> NoProperties = [];
}

/// <summary>A product with the categories that it is directly in; parents roll up in the columns.</summary>
public sealed record ProductFacts
{
    public required ProductId Id { get; init; }
    /// <summary>The store's own id, which definitions name it by (<c>id = 2012162031638</c>); null lets ours stand for it.</summary>
    public string? ExternalId { get; init; }
    public string? Vendor { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public IReadOnlyList<CategoryId> Categories { get; init; } = [];
    /// <summary>The highest price of its variants in minor units; null when unknown.</summary>
    public long? PriceMinor { get; init; }
}

/// <summary>A category. <see cref="Key"/> is what definitions name it by. One that is not in use is in no segment.</summary>
/// <param name="ExternalId">The store's own id; null lets ours stand for it.</param>
public sealed record CategoryFacts(CategoryId Id, string Key, string Name, CategoryId? Parent, bool InUse, string? ExternalId = null);

/// <summary>One entry of the consent ledger. The newest <see cref="At"/> of a channel holds; a "no" wins a tie.</summary>
public sealed record ConsentFacts(int Ordinal, Channel Channel, ConsentState State, DateTimeOffset At);
