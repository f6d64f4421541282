using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Privacy;

/// <summary>What waits in a store after a restore: it may have been done already, in the time that the backup does not know of.</summary>
internal sealed record Waiting(StoreId Store, string Name, int Messages, int Steps);

/// <summary>
/// After a restore nothing is sent: what the backup holds as due may have left long since. Each store waits until an operator says
/// <c>resume</c>; by default what fell due before that moment is dropped, so that nobody gets anything twice.
/// </summary>
internal sealed class AfterRestore(Databases databases, StoreWriter writer, StoreClocks clocks)
{
    public const string Why = "restored";

    public async Task<IReadOnlyList<Waiting>> PauseAllAsync(CancellationToken ct)
    {
        await writer.WriteSystemAsync(transaction => transaction.Db.Stores.Where(s => s.State != StoreState.Uninstalled)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.State, StoreState.Restored), ct), ct).ConfigureAwait(false);
        List<StoreRow> stores;
        await using (var db = databases.OpenSystem()) stores = await db.Stores.OrderBy(s => s.Name).ToListAsync(ct).ConfigureAwait(false);
        var waiting = new List<Waiting>();
        foreach (var store in stores) waiting.Add(await CountAsync(store, ct).ConfigureAwait(false));
        return waiting;
    }

    /// <param name="sendDue">True lets go what fell due before now; the operator knows that it never left.</param>
    public async Task<Waiting> ResumeAsync(StoreId store, bool sendDue, CancellationToken ct)
    {
        StoreRow row;
        await using (var db = databases.OpenSystem()) row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        if (row.State != StoreState.Restored) throw new UserError($"The store '{row.Name}' is not waiting after a restore.", UserErrorKind.Conflict);
        var waiting = await CountAsync(row, ct).ConfigureAwait(false);
        await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var db = transaction.Db;
            var now = clocks.Now(store);
            var change = await transaction.ChangeAsync().ConfigureAwait(false);
            // The hand-over began before the backup: whether it ended is not known, so it is never sent again.
            await db.Messages.Where(m => m.State == MessageState.HandingOver)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MessageState.Unknown).SetProperty(x => x.Why, Why).SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
            if (!sendDue)
            {
                await db.Messages.Where(m => m.State == MessageState.Queued)
                    .ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MessageState.Dropped).SetProperty(x => x.Why, Why).SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
                var due = await db.Due.Where(d => d.DueAt <= now && d.Kind != "segment").ToListAsync(ct).ConfigureAwait(false);
                var runs = due.Where(d => d.Kind == "step").Select(d => d.SubjectId).Distinct().ToList();
                await db.Runs.Where(r => runs.Contains(r.Id)).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Stopped).SetProperty(x => x.Why, Why), ct).ConfigureAwait(false);
                await db.Due.Where(d => d.DueAt <= now && d.Kind != "segment").ExecuteDeleteAsync(ct).ConfigureAwait(false);
                // A broadcast that was going out, or was to start by now, went out in the lost time.
                await db.Campaigns.Where(c => c.Kind == CampaignKind.Broadcast && (c.State == CampaignState.Sending || (c.State == CampaignState.Scheduled && c.StartsAt <= now)))
                    .ExecuteUpdateAsync(c => c.SetProperty(x => x.State, CampaignState.Done).SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
                // Orders and instants of the lost time come in again; they started their messages then.
                await db.Campaigns.Where(c => c.State == CampaignState.On && c.SwitchedOnAt != null)
                    .ExecuteUpdateAsync(c => c.SetProperty(x => x.SwitchedOnAt, now).SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
            }
            await db.Stores.Where(s => s.Id == store).ExecuteUpdateAsync(s => s.SetProperty(x => x.State, StoreState.Active), ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        return waiting;
    }

    private async Task<Waiting> CountAsync(StoreRow store, CancellationToken ct)
    {
        await using var db = databases.Open(store.Id);
        var now = clocks.Now(store.Id);
        return new Waiting(store.Id, store.Name,
            await db.Messages.CountAsync(m => m.State == MessageState.Queued || m.State == MessageState.HandingOver, ct).ConfigureAwait(false),
            await db.Due.CountAsync(d => d.DueAt <= now && d.Kind == "step", ct).ConfigureAwait(false));
    }
}
