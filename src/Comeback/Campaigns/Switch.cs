using System.Globalization;
using Comeback.Data;
using Comeback.Engine.Campaigns;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>Switches a campaign on and off. From switch-on only what happens later starts anything; older people come by a back-fill that was asked about.</summary>
internal static class Switch
{
    public static async Task<bool> OnAsync(StoreTransaction t, string key, int? maxAgeDays, DateTimeOffset now, CancellationToken ct)
    {
        var campaign = await t.Db.Campaigns.AsTracking().SingleOrDefaultAsync(c => c.Key == key, ct).ConfigureAwait(false);
        if (campaign is null) return false;
        if (campaign.State is CampaignState.On or CampaignState.Scheduled or CampaignState.Sending) return true;
        var change = await t.ChangeAsync().ConfigureAwait(false);
        (campaign.SwitchedOnAt, campaign.UpdatedAt, campaign.Change) = (now, now, change);
        if (campaign.Kind == CampaignKind.Broadcast)
        {
            campaign.State = CampaignState.Scheduled;
            campaign.StartsAt ??= now;
        }
        else
        {
            // The follower stood still while everything was off: it goes on from here, not through all that an import once wrote.
            if (!await t.Db.Campaigns.AnyAsync(c => c.Kind == CampaignKind.Automation && c.State == CampaignState.On, ct).ConfigureAwait(false))
                await CampaignFollower.SaveCursorAsync(t, CampaignFollower.Follower, change, now, ct).ConfigureAwait(false);
            if (maxAgeDays is { } days) await BackfillAsync(t, campaign, now, days, ct).ConfigureAwait(false);
            campaign.State = CampaignState.On;
        }
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return true;
    }

    public static async Task<bool> OffAsync(StoreTransaction t, string key, DateTimeOffset now, CancellationToken ct)
    {
        var campaign = await t.Db.Campaigns.AsTracking().SingleOrDefaultAsync(c => c.Key == key, ct).ConfigureAwait(false);
        if (campaign is null) return false;
        if (campaign.State is CampaignState.Done or CampaignState.Archived) return true;
        (campaign.State, campaign.UpdatedAt, campaign.Change) = (CampaignState.Off, now, await t.ChangeAsync().ConfigureAwait(false));
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return true;
    }

    /// <summary>Who is in the segment now and came to be in it within so many days, and has had no run of this campaign.</summary>
    public static IQueryable<MembershipRow> Backfill(ComebackDb db, CampaignRow campaign, DateTimeOffset now, int maxAgeDays)
    {
        var since = now.AddDays(-Math.Clamp(maxAgeDays, 0, 3650));
        // A forgotten cart is forgotten: reminders of old ones are never sent.
        var any = CampaignCatalogue.RulesOf(campaign).Subject != Subject.Cart;
        return from m in db.Memberships
               join s in db.Segments on m.SegmentId equals s.Id
               where any && s.Key == campaign.SegmentKey && m.LeftAt == null && m.EnteredAt >= since && m.EnteredAt <= now
                   && !db.Runs.Any(r => r.CampaignId == campaign.Id && r.CustomerId == m.CustomerId)
               select m;
    }

    private static async Task BackfillAsync(StoreTransaction t, CampaignRow campaign, DateTimeOffset now, int maxAgeDays, CancellationToken ct)
    {
        var runs = new Runs(t, campaign, CampaignCatalogue.RulesOf(campaign), now);
        var delay = await t.Db.CampaignSteps.Where(s => s.CampaignId == campaign.Id && s.Step == 0).Select(s => s.DelaySeconds).SingleAsync(ct).ConfigureAwait(false);
        foreach (var membership in await Backfill(t.Db, campaign, now, maxAgeDays).AsNoTracking().ToListAsync(ct).ConfigureAwait(false))
        {
            // Due now where it would have been due before: its usefulness counts from the merchant's decision.
            var earliest = now.AddSeconds(-delay);
            await runs.StartAsync(membership.CustomerId, string.Create(CultureInfo.InvariantCulture, $"membership:{membership.Id}"),
                membership.EnteredAt > earliest ? membership.EnteredAt : earliest, ct).ConfigureAwait(false);
        }
    }
}
