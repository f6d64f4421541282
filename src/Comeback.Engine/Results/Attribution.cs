using Comeback.Engine.Orders;

namespace Comeback.Engine.Results;

/// <summary>A human click on a message.</summary>
public sealed record Click(MessageId Message, CampaignId Campaign, DateTimeOffset At);

/// <summary>Which message an order is counted for: the last human click within seven days before it. An order without one is counted for none.</summary>
public static class Attribution
{
    public static readonly TimeSpan Window = TimeSpan.FromDays(7);

    /// <summary>The click, or null. A click at the order's own instant counts; an older one than the window does not.</summary>
    public static Click? Of(DateTimeOffset orderedAt, IEnumerable<Click> clicks) => clicks
        .Where(c => c.At <= orderedAt && orderedAt - c.At <= Window)
        .OrderByDescending(c => c.At).ThenByDescending(c => c.Message.Value)
        .FirstOrDefault();

    /// <summary>Whether an order that stands like this counts as a result; a cancelled one is un-counted, a placed one waits in.</summary>
    public static bool Counts(OrderStanding standing, bool test) => !test && (standing is OrderStanding.Placed or OrderStanding.Counted);
}
