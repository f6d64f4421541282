using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Comeback.Campaigns;

/// <summary>
/// What campaigns did, in numbers: people, not hits. A click counts when a person made it, an open when no machine is known to have. One query a
/// table for all campaigns, since a page asks for them every few seconds.
/// </summary>
internal static class CampaignNumbers
{
    public static async Task<List<CampaignSummary>> ReadAsync(
        ComebackDb db, IReadOnlyList<CampaignRow> campaigns, StoreClocks clocks, WouldToday would, CancellationToken ct)
    {
        var store = db.Scope;
        var row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        var currency = Currency.Parse(row.Currency);
        var zone = clocks.Zone(store);
        var tonight = zone.AtStartOfDay(Instant.FromDateTimeOffset(clocks.Now(store)).InZone(zone).Date.PlusDays(1)).ToDateTimeOffset().ToUniversalTime();
        var ids = campaigns.Select(c => c.Id).ToList();
        var states = (await db.Messages.Where(m => ids.Contains(m.CampaignId) && !m.Test).GroupBy(m => new { m.CampaignId, m.State })
            .Select(g => new { g.Key.CampaignId, g.Key.State, Count = g.Count() }).ToListAsync(ct).ConfigureAwait(false)).ToLookup(g => g.CampaignId);
        var hits = (await db.Events.Where(e => e.Kind >= EventKind.MessageSent && e.CampaignId != null && ids.Contains(e.CampaignId.Value)
                && ((e.Kind == EventKind.MessageOpened && e.MessageId != null && (e.Verdict == HitVerdict.Human || e.Verdict == HitVerdict.Unsure))
                    || (e.Kind == EventKind.MessageClicked && e.MessageId != null && e.Verdict == HitVerdict.Human) || e.Kind == EventKind.Unsubscribed))
            .GroupBy(e => new { e.CampaignId, e.Kind }).Select(g => new { g.Key.CampaignId, g.Key.Kind, Messages = g.Select(e => e.MessageId).Distinct().Count(), All = g.Count() })
            .ToListAsync(ct).ConfigureAwait(false)).ToDictionary(g => (g.CampaignId!.Value, g.Kind));
        var results = (await db.Results.Where(r => r.Counts && ids.Contains(r.CampaignId)).GroupBy(r => r.CampaignId)
            .Select(g => new { g.Key, Orders = g.Count(), Amount = g.Sum(r => r.AmountMinor) }).ToListAsync(ct).ConfigureAwait(false)).ToDictionary(g => g.Key);
        var skips = await db.Skips.Where(s => ids.Contains(s.CampaignId)).GroupBy(s => s.CampaignId).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct).ConfigureAwait(false);
        var due = await (from d in db.Due
                         join r in db.Runs on d.SubjectId equals r.Id
                         where d.Kind == Runs.StepKind && d.DueAt < tonight && ids.Contains(r.CampaignId)
                         group r by r.CampaignId into g
                         select new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct).ConfigureAwait(false);
        var summaries = new List<CampaignSummary>(campaigns.Count);
        foreach (var campaign in campaigns)
        {
            var id = campaign.Id;
            int In(params ReadOnlySpan<MessageState> wanted)
            {
                var sum = 0;
                foreach (var state in states[id])
                    if (wanted.Contains(state.State)) sum += state.Count;
                return sum;
            }
            int Hits(EventKind kind) => hits.TryGetValue((id, kind), out var found) ? kind == EventKind.Unsubscribed ? found.All : found.Messages : 0;
            var orders = results.GetValueOrDefault(id);
            summaries.Add(new CampaignSummary(
                campaign.Key, campaign.Name, campaign.Kind, campaign.State, campaign.SegmentKey, campaign.SwitchedOnAt, campaign.StartsAt,
                In(MessageState.Sent, MessageState.Delivered, MessageState.Bounced), Hits(EventKind.MessageOpened), Hits(EventKind.MessageClicked),
                orders?.Orders ?? 0, new Money(orders?.Amount ?? 0, currency), Hits(EventKind.Unsubscribed), skips.GetValueOrDefault(id),
                campaign.State == CampaignState.Off ? await would.CountAsync(db, campaign, row, ct).ConfigureAwait(false) : due.GetValueOrDefault(id),
                In(MessageState.Unknown)));
        }
        return summaries;
    }
}
