using Comeback.Engine.Orders;

namespace Comeback.Engine.Campaigns;

/// <summary>What a campaign's message is about: decides what the decision re-checks and which names a template may use.</summary>
public enum Subject : byte { FirstOrder = 1, Cart = 2, WinBack = 3, Broadcast = 4 }

/// <summary>The rules of a campaign that are not columns; stored as JSON.</summary>
public sealed record CampaignRules
{
    public Subject Subject { get; init; } = Subject.Broadcast;
    /// <summary>The segment must still hold the person when a step is due.</summary>
    public bool RuleMustHold { get; init; } = true;
    public bool NeedsCompleteHistory { get; init; }
    /// <summary>What is offered, where there is a code; the text has wording for both.</summary>
    public int? DiscountPercent { get; init; }
    /// <summary>A code that the merchant made in the store, for stores in which we cannot make one for each customer.</summary>
    public string? DiscountCode { get; init; }
    public int? DiscountDays { get; init; }
    public bool ThisWeekOnly { get; init; }
    public int HoldoutPercent { get; init; }
}

/// <summary>One step of a stock campaign.</summary>
public sealed record StockStep(TimeSpan Delay, TimeSpan? UsefulFor, Channel Channel = Channel.Email);

/// <summary>A campaign that every store starts with, switched off.</summary>
public sealed record StockCampaign(string Key, string Name, string SegmentKey, bool Automation, IReadOnlyList<StockStep> Steps, CampaignRules Rules);

/// <summary>The four campaigns that come with Comeback.</summary>
public static class StockCampaigns
{
    public static readonly IReadOnlyList<StockCampaign> All =
    [
        new("first_order_thanks", "Thanks for the first order", "first_time", Automation: true, [new(TimeSpan.FromDays(7), TimeSpan.FromDays(14))],
            new CampaignRules { Subject = Subject.FirstOrder, NeedsCompleteHistory = true, DiscountPercent = 10, DiscountDays = 14 }),
        new("abandoned_cart", "Forgotten cart", "abandoned_cart", Automation: true,
            [new(TimeSpan.FromHours(1), TimeSpan.FromHours(12)), new(TimeSpan.FromHours(24), TimeSpan.FromHours(72))],
            new CampaignRules { Subject = Subject.Cart, RuleMustHold = false }),
        new("win_back", "Win back", "lapsed", Automation: true, [new(TimeSpan.Zero, UsefulFor: null)],
            new CampaignRules { Subject = Subject.WinBack, ThisWeekOnly = true, DiscountPercent = 15 }),
        new("vip_early_access", "Early access for VIPs", "vip", Automation: false, [new(TimeSpan.Zero, UsefulFor: null)],
            new CampaignRules { Subject = Subject.Broadcast }),
    ];
}
