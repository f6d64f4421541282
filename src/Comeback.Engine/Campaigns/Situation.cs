using Comeback.Engine.Orders;
using NodaTime;

namespace Comeback.Engine.Campaigns;

/// <summary>All that the decision looks at, read at the moment of sending: who, what for, and how the store stands.</summary>
public sealed record Situation(DateTimeOffset Now, CustomerState Customer, StepState Step, StoreStanding Store);

public enum Engagement : byte { None = 0, Disengaged = 1, Moderate = 2, High = 3 }

/// <summary>One customer as they are at this moment.</summary>
public sealed record CustomerState
{
    public bool Gone { get; init; }
    public bool NotAShopper { get; init; }
    public bool ObjectsToProfiling { get; init; }
    public bool DoubtfulContact { get; init; }
    public string? Address { get; init; }
    public string? Country { get; init; }
    /// <summary>The address is on the suppression list: erased, complained, bounced or unsubscribed.</summary>
    public string? SuppressedFor { get; init; }
    /// <summary>The ledger for the step's channel, any order.</summary>
    public IReadOnlyList<ConsentRecord> Consents { get; init; } = [];
    /// <summary>Has bought, and the store offered the opt-out when it took the address.</summary>
    public bool HasBought { get; init; }
    public Engagement Engagement { get; init; }
    /// <summary>When promotions went to this person, all campaigns and channels, the last 14 days at least.</summary>
    public IReadOnlyList<DateTimeOffset> Promotions { get; init; } = [];
    public DateTimeOffset? LastPlacedOrderAt { get; init; }
    /// <summary>The newest order that the store says is on its way; null when deliveries are not known.</summary>
    public DateTimeOffset? UndeliveredSince { get; init; }
}

/// <summary>The step that is due.</summary>
public sealed record StepState
{
    public required Channel Channel { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public DateTimeOffset? UsefulUntil { get; init; }
    public bool CampaignOn { get; init; } = true;
    public DateTimeOffset? EndsAt { get; init; }
    /// <summary>The campaign's segment must still hold this person; what is in <see cref="RuleHolds"/>.</summary>
    public bool RuleHolds { get; init; } = true;
    public string Segment { get; init; } = "";
    public bool NeedsCompleteHistory { get; init; }
    public bool Holdout { get; init; }
    public CartState? Cart { get; init; }
}

/// <summary>The cart that a reminder is about.</summary>
public sealed record CartState
{
    public required DateTimeOffset TouchedAt { get; init; }
    public bool Closed { get; init; }
    public bool HasGoods { get; init; } = true;
    public DateTimeOffset? LastStepSentAt { get; init; }
    /// <summary>Another cart run of this person began within the last seven days.</summary>
    public DateTimeOffset? OtherRunAt { get; init; }
}

/// <summary>How the store stands.</summary>
public sealed record StoreStanding
{
    public required DateTimeZone Zone { get; init; }
    public string? Country { get; init; }
    public bool Restored { get; init; }
    public bool Uninstalled { get; init; }
    public bool NeedsReconnecting { get; init; }
    public DateTimeOffset? InStepAt { get; init; }
    /// <summary>How old "in step" may be: 6 hours, 24 for imports.</summary>
    public TimeSpan InStepFor { get; init; } = TimeSpan.FromHours(6);
    public bool HistoryComplete { get; init; }
    /// <summary>What is missing of the sender's legal identity; empty when complete.</summary>
    public IReadOnlyList<string> SenderLacks { get; init; } = [];
    public QuietHours? Quiet { get; init; }
    /// <summary>The merchant's own last day of the week; null follows the country.</summary>
    public IsoDayOfWeek? WeekEndsOn { get; init; }
    public PressureRules Pressure { get; init; } = new();
    /// <summary>Countries where the merchant relies on "existing customer"; empty when off.</summary>
    public IReadOnlySet<string> ExistingCustomerCountries { get; init; } = new HashSet<string>();
}
