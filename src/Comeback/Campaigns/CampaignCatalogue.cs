using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>Gives every store the four campaigns, switched off, with their texts in each language that there is.</summary>
internal sealed class CampaignCatalogue(Databases databases, StoreWriter writer, TimeProvider time)
{
    /// <summary>Adds what is missing; what a merchant changed or archived stays.</summary>
    public async Task EnsureAsync(StoreId store, CancellationToken ct)
    {
        await using (var db = databases.Open(store))
        {
            var keys = await db.Campaigns.Select(c => c.Key).ToListAsync(ct).ConfigureAwait(false);
            if (StockCampaigns.All.All(c => keys.Contains(c.Key, StringComparer.Ordinal))) return;
        }
        await writer.WriteAsync(store, Lane.Live, t => AddMissingAsync(t, time.GetUtcNow(), ct), ct).ConfigureAwait(false);
    }

    public static CampaignRules RulesOf(CampaignRow campaign) => JsonSerializer.Deserialize<CampaignRules>(campaign.Rules, Json.Options) ?? new CampaignRules();

    public static string Write(CampaignRules rules) => JsonSerializer.Serialize(rules, Json.Options);

    private static async Task AddMissingAsync(StoreTransaction t, DateTimeOffset now, CancellationToken ct)
    {
        var keys = await t.Db.Campaigns.Select(c => c.Key).ToListAsync(ct).ConfigureAwait(false);
        foreach (var stock in StockCampaigns.All.Where(c => !keys.Contains(c.Key, StringComparer.Ordinal)))
        {
            var id = new CampaignId(await t.TakeIdsAsync(1).ConfigureAwait(false));
            t.Db.Campaigns.Add(new CampaignRow
            {
                StoreId = t.Store, Id = id, Change = await t.ChangeAsync().ConfigureAwait(false), Key = stock.Key, Name = stock.Name,
                Kind = stock.Automation ? CampaignKind.Automation : CampaignKind.Broadcast, State = CampaignState.Off, SegmentKey = stock.SegmentKey,
                Rules = Write(stock.Rules), CreatedAt = now, UpdatedAt = now, Version = 1,
            });
            for (var step = 0; step < stock.Steps.Count; step++)
            {
                t.Db.CampaignSteps.Add(new CampaignStepRow
                {
                    StoreId = t.Store, CampaignId = id, Step = step, DelaySeconds = (long)stock.Steps[step].Delay.TotalSeconds, Channel = stock.Steps[step].Channel,
                    UsefulForSeconds = (long?)stock.Steps[step].UsefulFor?.TotalSeconds,
                });
                foreach (var language in DefaultTexts.Languages)
                    if (DefaultTexts.Find(stock.Key, step, language) is { } text)
                        t.Db.Templates.Add(new TemplateRow
                        {
                            StoreId = t.Store, CampaignId = id, Step = step, Language = language, Subject = text.Subject, Html = text.Html, Text = text.Text,
                        });
            }
        }
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }
}
