using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Messages;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>Saves a merchant's changes to a campaign, after every text has passed the check.</summary>
internal static class CampaignChanges
{
    internal enum Outcome { Saved, NotFound, Stale }

    /// <summary>Field to sentence. A text's problem names step, language, part, line and column.</summary>
    public static Dictionary<string, string[]> Problems(string name, IReadOnlyList<StepBody> steps, CampaignRules? rules = null)
    {
        var problems = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(name) || name.Length > 200 || name.Any(char.IsControl)) problems["name"] = ["Give a name of one line."];
        if (steps.Count is < 1 or > 20) problems["steps"] = ["A campaign has 1 to 20 steps."];
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Step != i) problems[$"steps[{i}]"] = ["Steps are numbered from 0 in their order."];
            if (steps[i].DelaySeconds is < 0 or > 366L * 86_400) problems[$"steps[{i}].delaySeconds"] = ["Wait between nothing and a year."];
            if (steps[i].Templates.Count == 0) problems[$"steps[{i}].templates"] = ["Write the text in one language at least."];
            foreach (var text in steps[i].Templates)
                if (Check(text) is { Count: > 0 } wrong)
                    problems[$"steps[{i}].{text.Language}"] = [.. wrong.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Part}, line {p.Line}, column {p.Column}: {p.Message}"))];
        }
        if (rules?.DiscountPercent is < 1 or > 90) problems["rules.discountPercent"] = ["Give a whole number from 1 to 90, or nothing for no offer."];
        if (rules?.DiscountDays is < 1 or > 365) problems["rules.discountDays"] = ["Give a whole number of days from 1 to 365."];
        if (rules?.DiscountCode is { Length: > 0 } code && (code.Length > 40 || !code.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
            problems["rules.discountCode"] = ["Give the code as the store knows it: up to 40 letters, digits, - and _."];
        return problems;
    }

    public static List<TemplateProblem> Check(TextBody text) =>
    [
        .. MessageTemplate.Parse(TemplatePart.Subject, text.Subject).Problems,
        .. MessageTemplate.Parse(TemplatePart.Html, text.Html).Problems,
        .. MessageTemplate.Parse(TemplatePart.Text, text.Text).Problems,
        .. text.Subject.Contains('\n', StringComparison.Ordinal) ? [new TemplateProblem("subject", 1, 1, "The subject is one line.")] : Array.Empty<TemplateProblem>(),
    ];

    public static async Task<Outcome> ApplyAsync(StoreTransaction t, string key, CampaignChange body, DateTimeOffset now, CancellationToken ct)
    {
        var campaign = await t.Db.Campaigns.AsTracking().SingleOrDefaultAsync(c => c.Key == key, ct).ConfigureAwait(false);
        if (campaign is null) return Outcome.NotFound;
        if (campaign.Version != body.Version) return Outcome.Stale;
        campaign.Name = body.Name.Trim();
        if (campaign.Kind == CampaignKind.Broadcast)
        {
            campaign.SegmentKey = body.SegmentKey ?? campaign.SegmentKey;
            (campaign.StartsAt, campaign.EndsAt) = (body.StartsAt, body.EndsAt);
        }
        // What a campaign is about decides what is re-checked before sending; that is not the merchant's to change.
        var before = CampaignCatalogue.RulesOf(campaign);
        if (body.Rules is { } rules)
            campaign.Rules = CampaignCatalogue.Write(rules with
            {
                Subject = before.Subject,
                RuleMustHold = before.RuleMustHold,
                NeedsCompleteHistory = before.NeedsCompleteHistory,
                HoldoutPercent = Math.Clamp(rules.HoldoutPercent, 0, 50),
            });
        (campaign.UpdatedAt, campaign.Change) = (now, await t.ChangeAsync().ConfigureAwait(false));
        campaign.Version++;
        await TextsAsync(t, campaign.Id, body.Steps, ct).ConfigureAwait(false);
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return Outcome.Saved;
    }

    /// <summary>Makes a broadcast, off until it is switched on; returns its key.</summary>
    public static async Task<string> CreateAsync(StoreTransaction t, NewBroadcast body, DateTimeOffset now, CancellationToken ct)
    {
        if (!await t.Db.Segments.AnyAsync(s => s.Key == body.SegmentKey && !s.Deleted, ct).ConfigureAwait(false))
            throw new UserError($"There is no segment '{body.SegmentKey}': choose one of the store's segments.");
        var id = new CampaignId(await t.TakeIdsAsync(1).ConfigureAwait(false));
        var key = string.Create(CultureInfo.InvariantCulture, $"broadcast_{id.Value}");
        t.Db.Campaigns.Add(new CampaignRow
        {
            StoreId = t.Store,
            Id = id,
            Change = await t.ChangeAsync().ConfigureAwait(false),
            Key = key,
            Name = body.Name.Trim(),
            Kind = CampaignKind.Broadcast,
            State = CampaignState.Off,
            SegmentKey = body.SegmentKey,
            StartsAt = body.StartsAt,
            EndsAt = body.EndsAt,
            Rules = CampaignCatalogue.Write(new CampaignRules()),
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        });
        await TextsAsync(t, id, [new StepBody(0, 0, body.Channel ?? Engine.Orders.Channel.Email, null, body.Templates)], ct).ConfigureAwait(false);
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return key;
    }

    private static async Task TextsAsync(StoreTransaction t, CampaignId campaign, IReadOnlyList<StepBody> steps, CancellationToken ct)
    {
        await t.Db.CampaignSteps.Where(s => s.CampaignId == campaign).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await t.Db.Templates.Where(s => s.CampaignId == campaign).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        foreach (var step in steps)
        {
            t.Db.CampaignSteps.Add(new CampaignStepRow
            {
                StoreId = t.Store,
                CampaignId = campaign,
                Step = step.Step,
                DelaySeconds = step.DelaySeconds,
                Channel = step.Channel,
                UsefulForSeconds = step.UsefulForSeconds,
            });
            foreach (var text in step.Templates)
                t.Db.Templates.Add(new TemplateRow
                {
                    StoreId = t.Store,
                    CampaignId = campaign,
                    Step = step.Step,
                    Language = text.Language,
                    Subject = text.Subject,
                    Html = text.Html,
                    Text = text.Text,
                });
        }
    }
}
