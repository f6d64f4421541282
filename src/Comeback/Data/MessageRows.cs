using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Data;

internal enum MessageState : byte
{
    /// <summary>Decided and rendered, waiting for its channel.</summary>
    Queued = 0,
    /// <summary>Committed before the last byte leaves: after a crash it is <see cref="Unknown"/>, never resent.</summary>
    HandingOver = 1,
    Sent = 2,
    /// <summary>The channel refused it for good.</summary>
    Failed = 3,
    /// <summary>Past its usefulness, or its reason fell away.</summary>
    Dropped = 4,
    Unknown = 5,
    Delivered = 6,
    Bounced = 7,
}

/// <summary>One rendered text for one customer on one channel. (campaign, step, customer, occurrence) is unique, before any channel is called.</summary>
internal sealed class MessageRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public MessageId Id { get; init; }
    public long Change { get; set; }
    public CampaignId CampaignId { get; init; }
    public int Step { get; init; }
    public CustomerId CustomerId { get; set; }
    public required string Occurrence { get; init; }
    public Channel Channel { get; init; }
    /// <summary>The channel that took it: <c>outbox</c> or <c>smtp</c>.</summary>
    public string? Via { get; set; }
    public MessageState State { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UsefulUntil { get; init; }
    public DateTimeOffset? NextAttemptAt { get; set; }
    public int Attempts { get; set; }
    public DateTimeOffset? HandedOverAt { get; set; }
    public DateTimeOffset? SettledAt { get; set; }
    public string? Why { get; set; }
    public required string Address { get; set; }
    public required string Language { get; init; }
    public required string Subject { get; set; }
    /// <summary>Null after the retention time (90 days).</summary>
    public string? Html { get; set; }
    public string? Text { get; set; }
    /// <summary>RFC 5322 Message-ID, ours.</summary>
    public required string MessageIdHeader { get; init; }
    public string? ProviderId { get; set; }
    public string? DiscountCode { get; init; }
    public bool Test { get; init; }
}

internal enum LinkPurpose : byte { Click = 1, Open = 2, Unsubscribe = 3, Preferences = 4, RestoreCart = 5 }

/// <summary>
/// A signed link of a message. The token is opaque, the destination was fixed at render. Not keyed by store alone, since the token finds the
/// store; it outlives message and customer, so that unsubscribing always works.
/// </summary>
internal sealed class LinkRow
{
    /// <summary>SHA-256 of the token: the token itself is only in the message.</summary>
    public required byte[] TokenHash { get; init; }
    public StoreId StoreId { get; init; }
    public MessageId MessageId { get; init; }
    public CustomerId CustomerId { get; set; }
    public Channel Channel { get; init; }
    public LinkPurpose Purpose { get; init; }
    public string? Destination { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Keyed hash of the address, so that an unsubscribe works after everything else is gone.</summary>
    public string? AddressHash { get; init; }
}

/// <summary>An order that followed a click within seven days (last click wins).</summary>
internal sealed class ResultRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public OrderId OrderId { get; init; }
    public long Change { get; set; }
    public MessageId MessageId { get; init; }
    public CampaignId CampaignId { get; init; }
    public CustomerId CustomerId { get; set; }
    public DateTimeOffset ClickedAt { get; init; }
    public DateTimeOffset OrderedAt { get; init; }
    public long AmountMinor { get; set; }
    /// <summary>False when the order has since been cancelled or refunded.</summary>
    public bool Counts { get; set; } = true;
}
