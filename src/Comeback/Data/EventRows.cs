using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Data;

/// <summary>Something that happened once; also how sends, opens, clicks and replies come back to Facts.</summary>
internal sealed class EventRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public EventId Id { get; init; }
    public long Change { get; set; }
    public required string ExternalId { get; init; }
    public EventKind Kind { get; init; }
    public DateTimeOffset At { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }
    public CustomerId? CustomerId { get; set; }
    public string? Visitor { get; init; }
    public ProductId? ProductId { get; init; }
    public CategoryId? CategoryId { get; init; }
    public MessageId? MessageId { get; init; }
    public CampaignId? CampaignId { get; init; }
    public Channel? Channel { get; init; }
    public HitVerdict Verdict { get; set; }
    public string Properties { get; init; } = "{}";
    public bool Found { get; init; }
    /// <summary>Who the store said it is, as JSON: people are told apart by it again when an address turns out to be shared.</summary>
    public string? Claim { get; set; }
}
