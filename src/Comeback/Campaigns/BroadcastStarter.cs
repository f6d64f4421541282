using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>Starts a scheduled broadcast when its time has come: one run for each member of its segment, in small transactions, by keyset.</summary>
internal sealed class BroadcastStarter(Databases databases, StoreWriter writer, StoreClocks clocks)
{
    public const string Occurrence = "broadcast";
    private const int Batch = 200;

    public async Task TickAsync(StoreId store, CancellationToken ct)
    {
        List<CampaignRow> waiting;
        await using (var db = databases.Open(store))
        {
            if (await db.Stores.AnyAsync(s => s.Id == store && s.State == StoreState.Restored, ct).ConfigureAwait(false)) return;
            waiting = await db.Campaigns.Where(c => c.Kind == CampaignKind.Broadcast && (c.State == CampaignState.Scheduled || c.State == CampaignState.Sending)).ToListAsync(ct).ConfigureAwait(false);
        }
        foreach (var campaign in waiting)
        {
            if (campaign.State == CampaignState.Scheduled && (campaign.StartsAt ?? DateTimeOffset.MinValue) <= clocks.Now(store)) await StartAsync(store, campaign.Id, ct).ConfigureAwait(false);
            else if (campaign.State == CampaignState.Sending) await EndAsync(store, campaign.Id, ct).ConfigureAwait(false);
        }
    }

    private async Task StartAsync(StoreId store, CampaignId id, CancellationToken ct)
    {
        var after = 0L;
        // A broadcast that was interrupted begins again at the first member; runs that exist are not made twice.
        while (true)
        {
            var next = await writer.WriteAsync(store, Lane.Bulk, t => BatchAsync(t, id, after, ct), ct).ConfigureAwait(false);
            if (next is null) return;
            after = next.Value;
        }
    }

    private async Task<long?> BatchAsync(StoreTransaction t, CampaignId id, long after, CancellationToken ct)
    {
        var now = clocks.Now(t.Store);
        var campaign = await t.Db.Campaigns.AsTracking().SingleAsync(c => c.Id == id, ct).ConfigureAwait(false);
        if (campaign.State != CampaignState.Scheduled) return null;
        var audience = await t.Db.Segments.AsNoTracking().SingleOrDefaultAsync(s => s.Key == campaign.SegmentKey && !s.Deleted, ct).ConfigureAwait(false);
        // Never yet computed is not the same as empty: wait for it.
        if (audience is { EvaluatedAt: null }) return null;
        var segment = audience?.Id ?? default;
        var members = await t.Db.Memberships.Where(m => m.SegmentId == segment && m.LeftAt == null && m.Id > after)
            .OrderBy(m => m.Id).Select(m => new { m.Id, m.CustomerId }).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
        var runs = new Runs(t, campaign, CampaignCatalogue.RulesOf(campaign), now);
        foreach (var member in members) await runs.StartAsync(member.CustomerId, Occurrence, campaign.StartsAt ?? now, ct).ConfigureAwait(false);
        if (members.Count < Batch) await MoveAsync(t, campaign, CampaignState.Sending, now).ConfigureAwait(false);
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return members.Count < Batch ? null : members[^1].Id;
    }

    private Task EndAsync(StoreId store, CampaignId id, CancellationToken ct) => writer.WriteAsync(store, Lane.Bulk, async t =>
    {
        var campaign = await t.Db.Campaigns.AsTracking().SingleAsync(c => c.Id == id, ct).ConfigureAwait(false);
        if (campaign.State != CampaignState.Sending || await t.Db.Runs.AnyAsync(r => r.CampaignId == id && r.State == RunState.Waiting, ct).ConfigureAwait(false)) return;
        // Written is not sent: what still waits for its turn, the morning or the mail server would be dropped with a campaign that is over.
        if (await t.Db.Messages.AnyAsync(m => (m.State == MessageState.Queued || m.State == MessageState.HandingOver) && m.CampaignId == id && !m.Test, ct).ConfigureAwait(false)) return;
        await MoveAsync(t, campaign, CampaignState.Done, clocks.Now(store)).ConfigureAwait(false);
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }, ct);

    private static async Task MoveAsync(StoreTransaction t, CampaignRow campaign, CampaignState state, DateTimeOffset now) =>
        (campaign.State, campaign.UpdatedAt, campaign.Change) = (state, now, await t.ChangeAsync().ConfigureAwait(false));
}
