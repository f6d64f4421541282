namespace Comeback.Engine.Campaigns;

/// <summary>Why somebody is not written to, for good. Stored by name with each skip, so that every count opens into reasons.</summary>
public enum SkipReason
{
    CustomerGone, NotAShopper, ObjectsToProfiling, NoAddress, DoubtfulContact, Suppressed, OptedOut, PendingConsent, NoConsent,
    OrderPlaced, CartClosed, RecentCartRun, NothingToShow, RuleNoLongerHolds, HistoryIncomplete, CampaignOff, Ended, TooLate, TextIncomplete, Holdout,
}

/// <summary>Why somebody is not written to yet.</summary>
public enum HoldReason { Restored, Uninstalled, NeedsReconnecting, OutOfStep, SenderIncomplete, QuietHours, DayBudget, WeekBudget, RecentOrder, Undelivered, StepsTooClose }

/// <summary>What is to be done about one person, one step, now. Exactly one of the four.</summary>
public abstract record Verdict
{
    private Verdict() { }

    /// <summary>Write now; <see cref="Basis"/> says by which right.</summary>
    public sealed record Send(string Basis) : Verdict;

    /// <summary>Not now: decide again at <paramref name="Until"/>, or sooner when the reason falls away.</summary>
    public sealed record Hold(DateTimeOffset Until, HoldReason Reason, string Detail) : Verdict;

    /// <summary>Never for this occurrence.</summary>
    public sealed record Skip(SkipReason Reason, string Detail) : Verdict;

    /// <summary>It would have been sent, but its time has passed.</summary>
    public sealed record Drop(SkipReason Reason, string Detail) : Verdict;
}
