using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>Campaigns on the wire: see, change, make, switch on and off. Who got what is in <see cref="CampaignPeople"/>.</summary>
internal static class CampaignsEndpoints
{
    public static void Map(RouteGroupBuilder store)
    {
        store.MapGet("/campaigns", ListAsync).WithName("Campaigns");
        store.MapPost("/campaigns", CreateAsync).WithName("CreateBroadcast");
        store.MapGet("/campaigns/{key}", GetAsync).WithName("Campaign");
        store.MapPut("/campaigns/{key}", PutAsync).WithName("ChangeCampaign");
        store.MapPost("/campaigns/{key}/on", OnAsync).WithName("SwitchOn");
        store.MapPost("/campaigns/{key}/off", OffAsync).WithName("SwitchOff");
        store.MapGet("/campaigns/{key}/backfill", BackfillAsync).WithName("Backfill");
        store.MapGet("/campaigns/{key}/people", CampaignPeople.ListAsync).WithName("CampaignPeople");
        store.MapGet("/people", CampaignPeople.AllAsync).WithName("PeopleOfCampaigns");
    }

    internal static async Task<Ok<List<CampaignSummary>>> ListAsync(StoreId store, Databases databases, StoreClocks clocks, CampaignCatalogue catalogue, WouldToday would, CancellationToken ct)
    {
        await catalogue.EnsureAsync(store, ct).ConfigureAwait(false);
        await using var db = databases.Open(store);
        var campaigns = await db.Campaigns.Where(c => c.State != CampaignState.Archived).OrderBy(c => c.Id).ToListAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(await CampaignNumbers.ReadAsync(db, campaigns, clocks, would, ct).ConfigureAwait(false));
    }

    internal static async Task<Results<Ok<CampaignDetail>, NotFound>> GetAsync(StoreId store, string key, Databases databases, StoreClocks clocks, CampaignCatalogue catalogue, WouldToday would, CancellationToken ct)
    {
        await catalogue.EnsureAsync(store, ct).ConfigureAwait(false);
        await using var db = databases.Open(store);
        return await db.Campaigns.SingleOrDefaultAsync(c => c.Key == key, ct).ConfigureAwait(false) is { } campaign
            ? TypedResults.Ok(await DetailAsync(db, campaign, clocks, would, ct).ConfigureAwait(false))
            : TypedResults.NotFound();
    }

    internal static async Task<Results<Ok<CampaignDetail>, NotFound, ValidationProblem, ProblemHttpResult>> PutAsync(
        StoreId store, string key, CampaignChange body, Databases databases, StoreWriter writer, StoreClocks clocks, WouldToday would, CancellationToken ct)
    {
        if (CampaignChanges.Problems(body.Name, body.Steps, body.Rules) is { Count: > 0 } problems) return TypedResults.ValidationProblem(problems);
        var found = await writer.WriteAsync(store, Lane.Live, t => CampaignChanges.ApplyAsync(t, key, body, clocks.Now(store), ct), ct).ConfigureAwait(false);
        if (found == CampaignChanges.Outcome.Stale) return TypedResults.Problem("Somebody else changed this campaign meanwhile: load it again.", statusCode: StatusCodes.Status409Conflict);
        if (found == CampaignChanges.Outcome.NotFound) return TypedResults.NotFound();
        await using var db = databases.Open(store);
        return TypedResults.Ok(await DetailAsync(db, await db.Campaigns.SingleAsync(c => c.Key == key, ct).ConfigureAwait(false), clocks, would, ct).ConfigureAwait(false));
    }

    internal static async Task<Results<Created<CampaignDetail>, ValidationProblem>> CreateAsync(
        StoreId store, NewBroadcast body, Databases databases, StoreWriter writer, StoreClocks clocks, WouldToday would, CancellationToken ct)
    {
        if (CampaignChanges.Problems(body.Name, [new StepBody(0, 0, body.Channel ?? Channel.Email, null, body.Templates)]) is { Count: > 0 } problems) return TypedResults.ValidationProblem(problems);
        var key = await writer.WriteAsync(store, Lane.Live, t => CampaignChanges.CreateAsync(t, body, clocks.Now(store), ct), ct).ConfigureAwait(false);
        await using var db = databases.Open(store);
        var detail = await DetailAsync(db, await db.Campaigns.SingleAsync(c => c.Key == key, ct).ConfigureAwait(false), clocks, would, ct).ConfigureAwait(false);
        return TypedResults.Created($"/api/stores/{store}/campaigns/{key}", detail);
    }

    internal static async Task<Results<Ok<CampaignDetail>, NotFound>> OnAsync(
        StoreId store, string key, SwitchOn? body, Databases databases, StoreWriter writer, StoreClocks clocks, CampaignCatalogue catalogue, WouldToday would, CancellationToken ct)
    {
        await catalogue.EnsureAsync(store, ct).ConfigureAwait(false);
        var found = await writer.WriteAsync(store, Lane.Live, t => Switch.OnAsync(t, key, body?.Backfill?.MaxAgeDays, clocks.Now(store), ct), ct).ConfigureAwait(false);
        return found ? await SwitchedAsync(store, key, databases, clocks, would, ct).ConfigureAwait(false) : TypedResults.NotFound();
    }

    internal static async Task<Results<Ok<CampaignDetail>, NotFound>> OffAsync(StoreId store, string key, Databases databases, StoreWriter writer, StoreClocks clocks, WouldToday would, CancellationToken ct)
    {
        var found = await writer.WriteAsync(store, Lane.Live, t => Switch.OffAsync(t, key, clocks.Now(store), ct), ct).ConfigureAwait(false);
        return found ? await SwitchedAsync(store, key, databases, clocks, would, ct).ConfigureAwait(false) : TypedResults.NotFound();
    }

    /// <summary>How many older people the merchant would reach by switching on with a back-fill of that age.</summary>
    internal static async Task<Results<Ok<BackfillCount>, NotFound>> BackfillAsync(StoreId store, string key, int maxAgeDays, Databases databases, StoreClocks clocks, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var campaign = await db.Campaigns.SingleOrDefaultAsync(c => c.Key == key, ct).ConfigureAwait(false);
        if (campaign is null) return TypedResults.NotFound();
        return TypedResults.Ok(new BackfillCount(await Switch.Backfill(db, campaign, clocks.Now(store), maxAgeDays).CountAsync(ct).ConfigureAwait(false)));
    }

    private static async Task<Results<Ok<CampaignDetail>, NotFound>> SwitchedAsync(StoreId store, string key, Databases databases, StoreClocks clocks, WouldToday would, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        return TypedResults.Ok(await DetailAsync(db, await db.Campaigns.SingleAsync(c => c.Key == key, ct).ConfigureAwait(false), clocks, would, ct).ConfigureAwait(false));
    }

    private static async Task<CampaignDetail> DetailAsync(ComebackDb db, CampaignRow campaign, StoreClocks clocks, WouldToday would, CancellationToken ct)
    {
        var summary = (await CampaignNumbers.ReadAsync(db, [campaign], clocks, would, ct).ConfigureAwait(false))[0];
        var steps = await db.CampaignSteps.Where(s => s.CampaignId == campaign.Id).OrderBy(s => s.Step).ToListAsync(ct).ConfigureAwait(false);
        var templates = (await db.Templates.Where(t => t.CampaignId == campaign.Id).OrderBy(t => t.Language).ToListAsync(ct).ConfigureAwait(false)).ToLookup(t => t.Step);
        return new CampaignDetail(summary, campaign.EndsAt, CampaignCatalogue.RulesOf(campaign), campaign.Version, [.. steps.Select(s => new StepBody(
            s.Step, s.DelaySeconds, s.Channel, s.UsefulForSeconds, [.. templates[s.Step].Select(t => new TextBody(t.Language, t.Subject, t.Html, t.Text))]))]);
    }
}

internal sealed record CampaignSummary(
    string Key, string Name, CampaignKind Kind, CampaignState State, string SegmentKey, DateTimeOffset? SwitchedOnAt, DateTimeOffset? StartsAt,
    int Sent, int Opened, int Clicked, int Orders, Money Revenue, int OptOuts, int Skipped, int WouldToday, int Unknown);

internal sealed record CampaignDetail(CampaignSummary Campaign, DateTimeOffset? EndsAt, CampaignRules Rules, int Version, IReadOnlyList<StepBody> Steps);
internal sealed record StepBody(int Step, long DelaySeconds, Channel Channel, long? UsefulForSeconds, IReadOnlyList<TextBody> Templates);
internal sealed record TextBody(string Language, string Subject, string Html, string Text);
internal sealed record CampaignChange(string Name, string? SegmentKey, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, CampaignRules? Rules, IReadOnlyList<StepBody> Steps, int Version);
internal sealed record NewBroadcast(string Name, string SegmentKey, Channel? Channel, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, IReadOnlyList<TextBody> Templates);
/// <param name="Backfill">Null: only what happens from now on. Else people who came to be in the segment within so many days too.</param>
internal sealed record SwitchOn(BackfillAge? Backfill);
internal sealed record BackfillAge(int MaxAgeDays);
internal sealed record BackfillCount(int Count);
