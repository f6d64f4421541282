using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Engine.Results;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Results;

/// <summary>
/// Counts orders for the messages that they followed: an order within seven days of a person's click. Follows orders and events by the change
/// counter; an order that is cancelled later is un-counted, and a click that turns out to be a scanner's loses what it had.
/// </summary>
/// <remarks>
/// 1. Read the orders changed after the cursor, and the orders of people whose clicks changed.
/// 2. For each find the last human click within seven days before it.
/// 3. Write, change or un-count its result row. The amount is what the order is worth now.
/// 4. Save the cursor with them.
/// </remarks>
internal sealed class AttributionFollower(
    Databases databases, StoreWriter writer, OwnedStores owned, ChangeSignal signal, StoreClocks clocks, TimeProvider time, ILogger<AttributionFollower> logger)
    : StoreFollower(owned, signal, time, logger)
{
    public const string Follower = "results";
    private const int Batch = 500;

    protected override async Task LookAsync(StoreId store, CancellationToken ct)
    {
        while (await RoundAsync(store, ct).ConfigureAwait(false)) { }
    }

    /// <summary>Reads one batch of changes; true when there may be more.</summary>
    public async Task<bool> RoundAsync(StoreId store, CancellationToken ct)
    {
        await using (var db = databases.Open(store))
        {
            // Without a click nothing was ever followed: an import of years is passed over at once.
            var cursor = await db.Cursors.Where(c => c.Follower == Follower).Select(c => c.Change).SingleOrDefaultAsync(ct).ConfigureAwait(false);
            if (!await db.Events.AnyAsync(e => e.Kind == EventKind.MessageClicked, ct).ConfigureAwait(false)) return false;
            if (!await db.Orders.AnyAsync(o => o.Change > cursor, ct).ConfigureAwait(false)
                && !await db.Events.AnyAsync(e => e.Change > cursor && e.Kind == EventKind.MessageClicked, ct).ConfigureAwait(false)) return false;
        }
        return await writer.WriteAsync(store, Lane.Bulk, t => FollowAsync(t, ct), ct).ConfigureAwait(false);
    }

    private async Task<bool> FollowAsync(StoreTransaction t, CancellationToken ct)
    {
        var cursor = await t.Db.Cursors.Where(c => c.Follower == Follower).Select(c => c.Change).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        var here = await t.Db.Stores.Where(s => s.Id == t.Store).Select(s => s.Change).SingleAsync(ct).ConfigureAwait(false);
        // Step 1. Only people who ever clicked matter.
        var changed = await (
            from o in t.Db.Orders
            where o.Change > cursor && t.Db.Events.Any(e => e.CustomerId == o.CustomerId && e.Kind == EventKind.MessageClicked)
            orderby o.Change
            select new { o.Id, o.Change }).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
        var end = changed.Count == Batch && changed[^1].Change - 1 > cursor ? changed[^1].Change - 1 : changed.Count == Batch ? changed[^1].Change : here;
        var clickers = await t.Db.Events.Where(e => e.Change > cursor && e.Change <= end && e.Kind == EventKind.MessageClicked && e.CustomerId != null)
            .Select(e => e.CustomerId!.Value).Distinct().ToListAsync(ct).ConfigureAwait(false);
        var orders = await t.Db.Orders.AsNoTracking().Where(o =>
            (o.Change > cursor && o.Change <= end && t.Db.Events.Any(e => e.CustomerId == o.CustomerId && e.Kind == EventKind.MessageClicked)) || clickers.Contains(o.CustomerId))
            .ToListAsync(ct).ConfigureAwait(false);

        var people = orders.Select(o => (CustomerId?)o.CustomerId).Distinct().ToList();
        var clicks = (await t.Db.Events.Where(e => people.Contains(e.CustomerId) && e.Kind == EventKind.MessageClicked && e.Verdict == HitVerdict.Human && e.MessageId != null && e.CampaignId != null)
            .Select(e => new { e.CustomerId, e.MessageId, e.CampaignId, e.At }).ToListAsync(ct).ConfigureAwait(false)).ToLookup(e => e.CustomerId!.Value);
        var ids = orders.Select(o => o.Id).ToList();
        var results = await t.Db.Results.AsTracking().Where(r => ids.Contains(r.OrderId)).ToDictionaryAsync(r => r.OrderId, ct).ConfigureAwait(false);
        foreach (var order in orders)
        {
            // Step 2.
            var click = Attribution.Of(order.PlacedAt, clicks[order.CustomerId].Select(c => new Click(c.MessageId!.Value, c.CampaignId!.Value, c.At)));
            var counts = click is not null && Attribution.Counts(order.Standing, order.Test) && !order.Found;
            var amount = order.SpentMinor ?? 0;
            // Step 3.
            if (results.TryGetValue(order.Id, out var known))
            {
                if (click is not null && (known.MessageId != click.Message || known.ClickedAt != click.At))
                {
                    t.Db.Results.Remove(known);
                    await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
                    t.Db.Results.Add(await RowAsync(t, order, click, amount, counts).ConfigureAwait(false));
                }
                else if (known.Counts != counts || known.AmountMinor != amount || known.CustomerId != order.CustomerId)
                    (known.Counts, known.AmountMinor, known.CustomerId, known.Change) = (counts, amount, order.CustomerId, await t.ChangeAsync().ConfigureAwait(false));
            }
            else if (counts) t.Db.Results.Add(await RowAsync(t, order, click!, amount, counts).ConfigureAwait(false));
        }
        // Step 4.
        await CampaignFollower.SaveCursorAsync(t, Follower, end, clocks.Now(t.Store), ct).ConfigureAwait(false);
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return changed.Count == Batch;
    }

    private static async Task<ResultRow> RowAsync(StoreTransaction t, OrderRow order, Click click, long amount, bool counts) => new()
    {
        StoreId = t.Store,
        OrderId = order.Id,
        Change = await t.ChangeAsync().ConfigureAwait(false),
        MessageId = click.Message,
        CampaignId = click.Campaign,
        CustomerId = order.CustomerId,
        ClickedAt = click.At,
        OrderedAt = order.PlacedAt,
        AmountMinor = amount,
        Counts = counts,
    };
}
