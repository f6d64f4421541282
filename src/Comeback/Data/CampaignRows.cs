using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Data;

internal enum CampaignKind : byte { Automation = 1, Broadcast = 2 }

internal enum CampaignState : byte { Off = 0, On = 1, Scheduled = 2, Sending = 3, Done = 4, Paused = 5, Archived = 6 }

/// <summary>A campaign: trigger, audience and steps. Automations are off until the merchant switches them on.</summary>
internal sealed class CampaignRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public CampaignId Id { get; init; }
    public long Change { get; set; }
    /// <summary>E.g. <c>first_order_thanks</c>; unique per store.</summary>
    public required string Key { get; init; }
    public required string Name { get; set; }
    public CampaignKind Kind { get; init; }
    public CampaignState State { get; set; }
    /// <summary>Only what becomes true after this may start it.</summary>
    public DateTimeOffset? SwitchedOnAt { get; set; }
    /// <summary>The segment whose membership triggers it, or that a broadcast goes to.</summary>
    public required string SegmentKey { get; set; }
    /// <summary>Broadcasts: when.</summary>
    public DateTimeOffset? StartsAt { get; set; }
    public DateTimeOffset? EndsAt { get; set; }
    /// <summary>Rules of the Engine (<c>CampaignRules</c>) as JSON: discount, holdout share, priority, re-entry.</summary>
    public string Rules { get; set; } = "{}";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    public int Version { get; set; }
}

/// <summary>One step of a campaign: wait this long, then this text on this channel.</summary>
internal sealed class CampaignStepRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public CampaignId CampaignId { get; init; }
    public int Step { get; init; }
    public long DelaySeconds { get; set; }
    public Channel Channel { get; set; }
    /// <summary>Past this many seconds after it was due the message is dropped. Null: the campaign's own end.</summary>
    public long? UsefulForSeconds { get; set; }
}

/// <summary>The text of a step in one language, in Liquid.</summary>
internal sealed class TemplateRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public CampaignId CampaignId { get; init; }
    public int Step { get; init; }
    public required string Language { get; init; }
    public required string Subject { get; set; }
    public required string Html { get; set; }
    public required string Text { get; set; }
}

internal enum RunState : byte { Waiting = 0, Finished = 1, Stopped = 2, Held = 3 }

/// <summary>One customer's way through one campaign once. (campaign, customer, occurrence) is unique: nobody enters twice for the same cause.</summary>
internal sealed class RunRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public CampaignId CampaignId { get; init; }
    public CustomerId CustomerId { get; set; }
    /// <summary>What this entry is about, e.g. <c>membership:123</c>, <c>cart:55</c>, <c>broadcast</c>.</summary>
    public required string Occurrence { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public RunState State { get; set; }
    public int NextStep { get; set; }
    public string? Why { get; set; }
    /// <summary>In the holdout: decided about, never written to.</summary>
    public bool Holdout { get; init; }
}

/// <summary>The due-time table: what is to be done about whom and when. Claimed in batches, never one trigger a person.</summary>
internal sealed class DueRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    /// <summary><c>step</c>, <c>message</c> or <c>segment</c>.</summary>
    public required string Kind { get; init; }
    public DateTimeOffset DueAt { get; set; }
    public long SubjectId { get; init; }
    public CustomerId? CustomerId { get; set; }
    public int Attempts { get; set; }
    public DateTimeOffset? ClaimedUntil { get; set; }
}

/// <summary>Why somebody was not written to: every count opens into these.</summary>
internal sealed class SkipRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public CampaignId CampaignId { get; init; }
    public int Step { get; init; }
    public CustomerId CustomerId { get; set; }
    public required string Occurrence { get; init; }
    /// <summary>A <c>SkipReason</c> of the Engine.</summary>
    public required string Reason { get; init; }
    public string? Detail { get; init; }
    public DateTimeOffset At { get; init; }
}
