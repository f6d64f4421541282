using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Comeback.Campaigns;

/// <summary>What campaigns did, in numbers: people, not hits. A click counts when a person made it, an open when no machine is known to have.</summary>
internal static class CampaignNumbers
{
    public static async Task<List<CampaignSummary>> ReadAsync(ComebackDb db, IReadOnlyList<CampaignRow> campaigns, StoreClocks clocks, StoreId store, CancellationToken ct)
    {
        var row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        var currency = Currency.Parse(row.Currency);
        var zone = clocks.Zone(store);
        var tonight = zone.AtStartOfDay(Instant.FromDateTimeOffset(clocks.Now(store)).InZone(zone).Date.PlusDays(1)).ToDateTimeOffset().ToUniversalTime();
        var summaries = new List<CampaignSummary>(campaigns.Count);
        foreach (var campaign in campaigns)
        {
            var id = campaign.Id;
            var states = await db.Messages.Where(m => m.CampaignId == id && !m.Test).GroupBy(m => m.State).Select(g => new { State = g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.State, g => g.Count, ct).ConfigureAwait(false);
            int In(params MessageState[] wanted) => wanted.Sum(s => states.GetValueOrDefault(s));
            var hits = db.Events.Where(e => e.CampaignId == id && e.MessageId != null);
            var results = await db.Results.Where(r => r.CampaignId == id && r.Counts).Select(r => r.AmountMinor).ToListAsync(ct).ConfigureAwait(false);
            summaries.Add(new CampaignSummary(
                campaign.Key, campaign.Name, campaign.Kind, campaign.State, campaign.SegmentKey, campaign.SwitchedOnAt, campaign.StartsAt,
                In(MessageState.Sent, MessageState.Delivered, MessageState.Bounced),
                await hits.Where(e => e.Kind == EventKind.MessageOpened && (e.Verdict == HitVerdict.Human || e.Verdict == HitVerdict.Unsure)).Select(e => e.MessageId).Distinct().CountAsync(ct).ConfigureAwait(false),
                await hits.Where(e => e.Kind == EventKind.MessageClicked && e.Verdict == HitVerdict.Human).Select(e => e.MessageId).Distinct().CountAsync(ct).ConfigureAwait(false),
                results.Count, new Money(results.Sum(), currency),
                await db.Events.CountAsync(e => e.CampaignId == id && e.Kind == EventKind.Unsubscribed, ct).ConfigureAwait(false),
                await db.Skips.CountAsync(s => s.CampaignId == id, ct).ConfigureAwait(false),
                await db.Due.CountAsync(d => d.Kind == Runs.StepKind && d.DueAt < tonight && db.Runs.Any(r => r.Id == d.SubjectId && r.CampaignId == id), ct).ConfigureAwait(false),
                In(MessageState.Unknown)));
        }
        return summaries;
    }
}
