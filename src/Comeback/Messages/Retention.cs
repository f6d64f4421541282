using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>Forgets what has served its time: bodies of messages, deliveries, old events. Numbers and reasons stay. In small transactions.</summary>
internal sealed class Retention(StoreWriter writer, StoreClocks clocks)
{
    private const int Batch = 500;

    public async Task TickAsync(StoreId store, CancellationToken ct)
    {
        var now = clocks.Now(store);
        while (await writer.WriteAsync(store, Lane.Bulk, t => BodiesAsync(t, now.AddDays(-90), ct), ct).ConfigureAwait(false) == Batch) { }
        while (await writer.WriteAsync(store, Lane.Bulk, async t =>
        {
            var ids = await t.Db.Inbox.Where(i => i.ReceivedAt < now.AddDays(-30)).Select(i => i.Id).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
            return await t.Db.Inbox.Where(i => ids.Contains(i.Id)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false) == Batch) { }
        while (await writer.WriteAsync(store, Lane.Bulk, async t =>
        {
            var ids = await t.Db.Events.Where(e => e.At < now.AddMonths(-26)).Select(e => e.Id).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
            return await t.Db.Events.Where(e => ids.Contains(e.Id)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false) == Batch) { }
    }

    private static async Task<int> BodiesAsync(StoreTransaction t, DateTimeOffset before, CancellationToken ct)
    {
        var ids = await t.Db.Messages.Where(m => m.CreatedAt < before && (m.Html != null || m.Text != null) && m.State != MessageState.Queued && m.State != MessageState.HandingOver)
            .Select(m => m.Id).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
        return await t.Db.Messages.Where(m => ids.Contains(m.Id)).ExecuteUpdateAsync(s => s.SetProperty(m => m.Html, (string?)null).SetProperty(m => m.Text, (string?)null), ct).ConfigureAwait(false);
    }
}
