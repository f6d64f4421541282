using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>Gives every store the four campaigns, switched off (the demo store's are on), with their texts in each language that there is.</summary>
internal sealed class CampaignCatalogue(Databases databases, StoreWriter writer, StoreClocks clocks, TimeProvider time)
{
    /// <summary>Adds what is missing; what a merchant changed or archived stays.</summary>
    public async Task EnsureAsync(StoreId store, CancellationToken ct)
    {
        await using (var db = databases.Open(store))
        {
            var keys = await db.Campaigns.Select(c => c.Key).ToListAsync(ct).ConfigureAwait(false);
            if (StockCampaigns.All.All(c => keys.Contains(c.Key, StringComparer.Ordinal))) return;
        }
        await writer.WriteAsync(store, Lane.Live, t => AddMissingAsync(t, ct), ct).ConfigureAwait(false);
    }

    public static CampaignRules RulesOf(CampaignRow campaign) => JsonSerializer.Deserialize<CampaignRules>(campaign.Rules, Json.Options) ?? new CampaignRules();

    public static string Write(CampaignRules rules) => JsonSerializer.Serialize(rules, Json.Options);

    // The demo shows all four from its first minute; its broadcast goes out on the second day and ends with the week.
    private static void SwitchOn(CampaignRow campaign, DateTimeOffset now)
    {
        campaign.SwitchedOnAt = now;
        (campaign.State, campaign.StartsAt, campaign.EndsAt) = campaign.Kind == CampaignKind.Automation
            ? (CampaignState.On, (DateTimeOffset?)null, (DateTimeOffset?)null)
            : (CampaignState.Scheduled, now.AddDays(1), now.AddDays(6));
    }

    private async Task AddMissingAsync(StoreTransaction t, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var keys = await t.Db.Campaigns.Select(c => c.Key).ToListAsync(ct).ConfigureAwait(false);
        DateTimeOffset? demo = await t.Db.Stores.AnyAsync(s => s.Id == t.Store && s.Platform == Platform.Demo, ct).ConfigureAwait(false) ? clocks.Now(t.Store) : null;
        foreach (var stock in StockCampaigns.All.Where(c => !keys.Contains(c.Key, StringComparer.Ordinal)))
        {
            var id = new CampaignId(await t.TakeIdsAsync(1).ConfigureAwait(false));
            var campaign = new CampaignRow
            {
                StoreId = t.Store,
                Id = id,
                Change = await t.ChangeAsync().ConfigureAwait(false),
                Key = stock.Key,
                Name = stock.Name,
                Kind = stock.Automation ? CampaignKind.Automation : CampaignKind.Broadcast,
                State = CampaignState.Off,
                SegmentKey = stock.SegmentKey,
                Rules = Write(stock.Rules),
                CreatedAt = now,
                UpdatedAt = now,
                Version = 1,
            };
            if (demo is { } demoNow) SwitchOn(campaign, demoNow);
            t.Db.Campaigns.Add(campaign);
            for (var step = 0; step < stock.Steps.Count; step++)
            {
                t.Db.CampaignSteps.Add(new CampaignStepRow
                {
                    StoreId = t.Store,
                    CampaignId = id,
                    Step = step,
                    DelaySeconds = (long)stock.Steps[step].Delay.TotalSeconds,
                    Channel = stock.Steps[step].Channel,
                    UsefulForSeconds = (long?)stock.Steps[step].UsefulFor?.TotalSeconds,
                });
                foreach (var language in DefaultTexts.Languages)
                    if (DefaultTexts.Find(stock.Key, step, language) is { } text)
                        t.Db.Templates.Add(new TemplateRow
                        {
                            StoreId = t.Store,
                            CampaignId = id,
                            Step = step,
                            Language = language,
                            Subject = text.Subject,
                            Html = text.Html,
                            Text = text.Text,
                        });
            }
        }
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }
}
