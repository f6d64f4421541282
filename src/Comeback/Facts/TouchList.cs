using Comeback.Engine.Facts;

namespace Comeback.Facts;

/// <summary>Which of several reasons in one reading counts for a customer: the first of these. A merge silences all others (DEFINITIONS: it never triggers).</summary>
internal enum TouchOrder : byte { Merge = 0, Order = 1, Cart = 2, Event = 3, FoundOrder = 4, Refund = 5, Consent = 6, Customer = 7, Catalogue = 8 }

/// <summary>Collects who is to be decided anew and why, and hands it over with the weightiest reason first.</summary>
internal sealed class TouchList
{
    private readonly Dictionary<int, (TouchOrder Order, Cause Cause, DateTimeOffset? At, Reach Reach)> touched = [];

    public int Count => touched.Count;

    /// <summary>Something just happened, rather than was found.</summary>
    public bool AnythingLive { get; private set; }

    /// <summary>History came in: found by an import, a first sync or late.</summary>
    public bool AnythingFound { get; private set; }

    /// <param name="at">When it happened by the store's clock, where the row says so.</param>
    public void Add(TouchOrder order, Touched whom, Cause cause, DateTimeOffset? at = null)
    {
        AnythingFound |= order is TouchOrder.FoundOrder or TouchOrder.Refund;
        AnythingLive |= order is TouchOrder.Order or TouchOrder.Cart or TouchOrder.Event;
        for (var i = 0; i < whom.Count; i++)
            Add(order, whom[i], cause, at, whom.Reach);
    }

    /// <inheritdoc cref="Add(TouchOrder, Touched, Cause, DateTimeOffset?)"/>
    public void Add(TouchOrder order, int ordinal, Cause cause, DateTimeOffset? at = null) => Add(order, ordinal, cause, at, Reach.All);

    private void Add(TouchOrder order, int ordinal, Cause cause, DateTimeOffset? at, Reach reach)
    {
        var found = touched.TryGetValue(ordinal, out var known);
        if (found) reach = known.Reach.And(reach);
        // Of several orders at once the last one counts: it completed what became true.
        touched[ordinal] = !found || order < known.Order || (order == known.Order && at >= known.At) ? (order, cause, at, reach) : known with { Reach = reach };
    }

    /// <summary>Whom, in no order.</summary>
    public IReadOnlyCollection<int> Ordinals => touched.Keys;

    /// <summary>Those whom a merge, or its undoing, concerns.</summary>
    public IEnumerable<int> Merged => touched.Where(t => t.Value.Order == TouchOrder.Merge).Select(t => t.Key);

    /// <summary>The reason that counts for a customer; null when nothing touched them.</summary>
    public Cause? CauseOf(int ordinal) => touched.TryGetValue(ordinal, out var known) ? known.Cause : null;

    /// <summary>When the reason that counts for a customer happened; null when rows do not say.</summary>
    public DateTimeOffset? At(int ordinal) => touched.TryGetValue(ordinal, out var known) ? known.At : null;

    public void PourInto(Touches touches)
    {
        foreach (var (ordinal, (_, cause, at, reach)) in touched)
            touches.Add(ordinal, at is { } happened ? cause with { At = StoreDays.Micros(happened) } : cause, reach);
    }
}
