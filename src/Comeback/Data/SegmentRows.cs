using Comeback.Engine;

namespace Comeback.Data;

/// <summary>A segment: a definition in the segment language, and how true it is to the data.</summary>
internal sealed class SegmentRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public SegmentId Id { get; init; }
    public long Change { get; set; }
    /// <summary>E.g. <c>vip</c> or <c>bought_from:coffee-beans</c>; unique per store.</summary>
    public required string Key { get; init; }
    public required string Name { get; set; }
    public string? Description { get; set; }
    public required string Definition { get; set; }
    /// <summary>Comes with Comeback: copied to be changed.</summary>
    public bool Stock { get; init; }
    public bool Deleted { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    /// <summary>When the members were last true to the data, up to which change, and the last error.</summary>
    public DateTimeOffset? EvaluatedAt { get; set; }
    public long EvaluatedChange { get; set; }
    public string? Error { get; set; }
    public int Members { get; set; }
    public long AmountSpentMinor { get; set; }
    /// <summary>Optimistic concurrency for two tabs that edit the same thing.</summary>
    public int Version { get; set; }
}

internal enum MembershipCause : byte { Order = 1, Event = 2, Cart = 3, Consent = 4, Customer = 5, Catalogue = 6, Time = 7, Definition = 8, Found = 9, Merge = 10, Others = 11 }

/// <summary>One stay of a customer in a segment: entered, left, when, and by what.</summary>
internal sealed class MembershipRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public long Change { get; set; }
    public SegmentId SegmentId { get; init; }
    public CustomerId CustomerId { get; set; }
    /// <summary>When it became true, by the store's clock.</summary>
    public DateTimeOffset EnteredAt { get; init; }
    public DateTimeOffset RecordedAt { get; init; }
    public MembershipCause EnteredBy { get; init; }
    /// <summary>Id of the order, event or cart behind it; null for time and definitions.</summary>
    public long? EnteredById { get; init; }
    public DateTimeOffset? LeftAt { get; set; }
    public MembershipCause? LeftBy { get; set; }
    public long? LeftById { get; set; }
    /// <summary>May start a campaign: only what an order, an event or a passing instant brought, never what was found (DEFINITIONS).</summary>
    public bool Triggers { get; init; }
}

/// <summary>Size of a segment at the end of a day of the store, for the plots.</summary>
internal sealed class SegmentSizeRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public SegmentId SegmentId { get; init; }
    public DateOnly Day { get; init; }
    public int Members { get; set; }
    public long AmountSpentMinor { get; set; }
}
