using System.Collections.Concurrent;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Comeback.Install;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Comeback.Campaigns;

/// <summary>
/// How many an automation that is off would write to today, were it on: those whose first step falls on today and whom nothing forbids. Asked at
/// most once a minute for each campaign, since lists and the home page ask all the time.
/// </summary>
internal sealed class WouldToday(StoreClocks clocks, Secrets secrets, TimeProvider time)
{
    private const int Batch = 400;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(StoreId, CampaignId, int Version), (DateTimeOffset At, int Count)> known = new();

    public async Task<int> CountAsync(ComebackDb db, CampaignRow campaign, StoreRow store, CancellationToken ct)
    {
        if (campaign.Kind != CampaignKind.Automation) return 0;
        var key = (db.Scope, campaign.Id, campaign.Version);
        var now = time.GetUtcNow();
        if (known.TryGetValue(key, out var kept) && now - kept.At < Kept) return kept.Count;
        if (known.Count > 10_000) known.Clear();
        var count = await ReadAsync(db, campaign, store, ct).ConfigureAwait(false);
        known[key] = (now, count);
        return count;
    }

    private async Task<int> ReadAsync(ComebackDb db, CampaignRow campaign, StoreRow store, CancellationToken ct)
    {
        var first = await db.CampaignSteps.SingleOrDefaultAsync(s => s.CampaignId == campaign.Id && s.Step == 0, ct).ConfigureAwait(false);
        if (first is null) return 0;
        var now = clocks.Now(db.Scope);
        var zone = clocks.Zone(db.Scope);
        var today = Instant.FromDateTimeOffset(now).InZone(zone).Date;
        var begin = zone.AtStartOfDay(today).ToDateTimeOffset().ToUniversalTime().AddSeconds(-first.DelaySeconds);
        var until = zone.AtStartOfDay(today.PlusDays(1)).ToDateTimeOffset().ToUniversalTime().AddSeconds(-first.DelaySeconds);
        var rules = CampaignCatalogue.RulesOf(campaign);
        List<(CustomerId Customer, DateTimeOffset At, CartId? Cart)> people;
        if (rules.Subject == Subject.Cart)
            people = (await db.Carts.Where(c => !c.Closed && c.CustomerId != null && c.TouchedAt >= begin && c.TouchedAt < until)
                .Select(c => new { c.CustomerId, c.TouchedAt, c.Id }).ToListAsync(ct).ConfigureAwait(false)).ConvertAll(c => (c.CustomerId!.Value, c.TouchedAt, (CartId?)c.Id));
        else
            people = (await (from m in db.Memberships
                             join s in db.Segments on m.SegmentId equals s.Id
                             where s.Key == campaign.SegmentKey && m.LeftAt == null && m.EnteredAt >= begin && m.EnteredAt < until
                             select new { m.CustomerId, m.EnteredAt }).ToListAsync(ct).ConfigureAwait(false)).ConvertAll(m => (m.CustomerId, m.EnteredAt, (CartId?)null));
        if (people.Count == 0) return 0;
        // Being off is what it is about, and no reason of a person's.
        campaign = new CampaignRow { StoreId = campaign.StoreId, Id = campaign.Id, Key = campaign.Key, Name = campaign.Name, Kind = campaign.Kind, SegmentKey = campaign.SegmentKey, State = CampaignState.On };
        var standing = Standing.Of(store, StoreSettings.Read(store.Settings), zone);
        var hashKey = await secrets.AddressKeyAsync(db.Scope, ct).ConfigureAwait(false);
        string Hash(Channel channel, string address) => Secrets.HashAddress(hashKey, channel, address);
        var count = 0;
        foreach (var part in people.DistinctBy(p => p.Customer).Chunk(Batch))
        {
            var subjects = Array.ConvertAll(part, p => new StepSubject(campaign, rules, first, new RunRow
            {
                StoreId = db.Scope,
                Id = long.MaxValue,
                CampaignId = campaign.Id,
                CustomerId = p.Customer,
                Occurrence = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cart:{p.Cart?.Value ?? 0}:would"),
                StartedAt = p.At,
            }));
            foreach (var prepared in await SituationReader.ReadAsync(db, standing, subjects, now, Hash, ct).ConfigureAwait(false))
                if (Decision.WouldSkip(prepared.Situation) is null) count++;
        }
        return count;
    }
}
