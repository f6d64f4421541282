using System.Globalization;

namespace Comeback.Engine.Campaigns;

/// <summary>
/// Whether this person gets this step now. Pure: the same situation gives the same verdict, so any decision can be replayed and explained.
/// Rules stand in the order in which they are asked: what can never be, then what must wait, then what has become useless by waiting.
/// </summary>
public static class Decision
{
    /// <summary>How soon a held step is looked at again when nobody knows when its reason falls away.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan BetweenCartSteps = TimeSpan.FromHours(12);
    private static readonly TimeSpan BetweenCartRuns = TimeSpan.FromDays(7);

    private static readonly Func<Situation, Verdict?>[] Never =
        [CampaignIsOn, SomebodyToWriteTo, AddressMayBeUsed, CartStillOpen, OneCartRunAWeek, RuleStillHolds, HistoryKnown, NotEnded, NotInHoldout, StillUseful];

    private static readonly Func<Situation, Verdict.Hold?>[] NotYet =
        [StoreMaySend, OrdersInStep, SenderComplete, CartStepsApart, AwayFromAnOrder, NotWhileUndelivered, WithinBudget, OutsideQuietHours];

    public static Verdict Decide(Situation situation)
    {
        foreach (var rule in Never)
            if (rule(situation) is { } no) return no;
        var (basis, reason, detail) = FindBasis(situation);
        if (basis is null) return new Verdict.Skip(reason, detail);

        Verdict.Hold? longest = null;
        foreach (var rule in NotYet)
            if (rule(situation) is { } wait && (longest is null || wait.Until > longest.Until)) longest = wait;
        if (longest is null) return new Verdict.Send(basis);
        return situation.Step.UsefulUntil is { } useful && longest.Until > useful
            ? new Verdict.Drop(SkipReason.TooLate, $"{longest.Detail}; it would be of no use after {Print(useful, situation.Store)}")
            : longest;
    }

    /// <summary>The reason why somebody will not get it at all, leaving out what only waits: what a preview counts.</summary>
    public static Verdict.Skip? WouldSkip(Situation situation)
    {
        foreach (var rule in Never)
            if (rule(situation) is Verdict.Skip skip) return skip;
        var (basis, reason, detail) = FindBasis(situation);
        return basis is null ? new Verdict.Skip(reason, detail) : null;
    }

    private static (string? Basis, SkipReason Reason, string Detail) FindBasis(Situation s) =>
        Basis.Find(s.Customer, s.Step.Channel, s.Step.Cart is not null, s.Store, s.Now);

    internal static Verdict? CampaignIsOn(Situation s) => s.Step.CampaignOn ? null : new Verdict.Skip(SkipReason.CampaignOff, "The campaign was switched off");

    internal static Verdict? SomebodyToWriteTo(Situation s) => s.Customer switch
    {
        { Gone: true } => new Verdict.Skip(SkipReason.CustomerGone, "The customer was deleted or merged"),
        { NotAShopper: true } => new Verdict.Skip(SkipReason.NotAShopper, "Marked as not a shopper"),
        { ObjectsToProfiling: true } => new Verdict.Skip(SkipReason.ObjectsToProfiling, "Objects to profiling"),
        _ => null,
    };

    internal static Verdict? AddressMayBeUsed(Situation s) => s.Customer switch
    {
        { Address: null or "" } => new Verdict.Skip(SkipReason.NoAddress, "No address on this channel"),
        { DoubtfulContact: true } => new Verdict.Skip(SkipReason.DoubtfulContact, "A placeholder, the shop's own, or an address of several people"),
        { SuppressedFor: { } why } => new Verdict.Skip(why == "unsubscribed" ? SkipReason.OptedOut : SkipReason.Suppressed, $"The address is blocked: {why}"),
        _ => null,
    };

    internal static Verdict? CartStillOpen(Situation s) => s.Step.Cart switch
    {
        null => null,
        { } cart when s.Customer.LastPlacedOrderAt >= cart.TouchedAt => new Verdict.Skip(SkipReason.OrderPlaced, "An order was placed since"),
        { Closed: true } => new Verdict.Skip(SkipReason.CartClosed, "The cart was closed or emptied"),
        { HasGoods: false } => new Verdict.Skip(SkipReason.NothingToShow, "Nothing in the cart can be bought any more"),
        _ => null,
    };

    internal static Verdict? OneCartRunAWeek(Situation s) => s.Step.Cart?.OtherRunAt is { } other && s.Now - other < BetweenCartRuns
        ? new Verdict.Skip(SkipReason.RecentCartRun, "Reminded of another cart within seven days")
        : null;

    internal static Verdict? RuleStillHolds(Situation s) => s.Step.RuleHolds ? null : new Verdict.Skip(SkipReason.RuleNoLongerHolds, $"No longer in {s.Step.Segment}");

    internal static Verdict? HistoryKnown(Situation s) => s.Step.NeedsCompleteHistory && !s.Store.HistoryComplete
        ? new Verdict.Skip(SkipReason.HistoryIncomplete, "Whether this was the first order is not known: the history does not reach back to the store's first")
        : null;

    internal static Verdict? NotEnded(Situation s) => s.Step.EndsAt <= s.Now ? new Verdict.Drop(SkipReason.Ended, "The campaign has ended") : null;

    internal static Verdict? NotInHoldout(Situation s) => s.Step.Holdout ? new Verdict.Skip(SkipReason.Holdout, "In the group that is deliberately not written to") : null;

    internal static Verdict? StillUseful(Situation s) => s.Step.UsefulUntil is { } until && until < s.Now
        ? new Verdict.Drop(SkipReason.TooLate, $"Of no use after {Print(until, s.Store)}")
        : null;

    internal static Verdict.Hold? StoreMaySend(Situation s) => s.Store switch
    {
        { Restored: true } => Later(s, HoldReason.Restored, "Restored from a backup and not yet reconciled"),
        { Uninstalled: true } => Later(s, HoldReason.Uninstalled, "The store has uninstalled Comeback"),
        { NeedsReconnecting: true } => Later(s, HoldReason.NeedsReconnecting, "The store's connection does not work"),
        _ => null,
    };

    internal static Verdict.Hold? OrdersInStep(Situation s) => s.Store.InStepAt is { } at && s.Now - at <= s.Store.InStepFor
        ? null
        : Later(s, HoldReason.OutOfStep, $"The store's orders were last in step {(s.Store.InStepAt is { } then ? Print(then, s.Store) : "never")}");

    internal static Verdict.Hold? SenderComplete(Situation s) => s.Store.SenderLacks.Count == 0
        ? null
        : Later(s, HoldReason.SenderIncomplete, $"The sender's {string.Join(", ", s.Store.SenderLacks)} must be filled in first");

    internal static Verdict.Hold? CartStepsApart(Situation s) => s.Step.Cart?.LastStepSentAt is { } last && last + BetweenCartSteps > s.Now
        ? new(last + BetweenCartSteps, HoldReason.StepsTooClose, "Less than 12 hours after the reminder before")
        : null;

    internal static Verdict.Hold? AwayFromAnOrder(Situation s) =>
        s.Customer.LastPlacedOrderAt is { } order && order.AddDays(s.Store.Pressure.DaysAfterOrder) > s.Now
            ? new(order.AddDays(s.Store.Pressure.DaysAfterOrder), HoldReason.RecentOrder, $"Within {s.Store.Pressure.DaysAfterOrder} days of an order")
            : null;

    internal static Verdict.Hold? NotWhileUndelivered(Situation s) =>
        s.Customer.UndeliveredSince is { } since && since.AddDays(s.Store.Pressure.UndeliveredDays) > s.Now
            ? new(Min(s.Now.AddHours(6), since.AddDays(s.Store.Pressure.UndeliveredDays)), HoldReason.Undelivered, "An order has not arrived yet")
            : null;

    internal static Verdict.Hold? WithinBudget(Situation s) =>
        s.Store.Pressure.NextRoom(s.Now, s.Customer.Engagement, s.Customer.Promotions) is { } room
            ? new(room.Until, room.Reason, room.Reason == HoldReason.DayBudget ? "Already written to today" : "Already written to often enough lately")
            : null;

    internal static Verdict.Hold? OutsideQuietHours(Situation s) =>
        s.Store.Quiet?.NextAllowed(s.Now, s.Store.Zone) is { } allowed && allowed > s.Now ? new(allowed, HoldReason.QuietHours, "Quiet hours") : null;

    private static Verdict.Hold Later(Situation s, HoldReason reason, string detail) => new(s.Now + LookAgain, reason, detail);

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static string Print(DateTimeOffset at, StoreStanding store) =>
        NodaTime.Instant.FromDateTimeOffset(at).InZone(store.Zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
