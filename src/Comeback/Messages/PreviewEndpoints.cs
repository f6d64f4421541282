using System.Globalization;
using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Messages;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Comeback.Install;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using CampaignSubject = Comeback.Engine.Campaigns.Subject;

namespace Comeback.Messages;

/// <summary>A campaign before it is sent: the exact count, why the others will not get it, and how three real customers would see it.</summary>
internal static class PreviewEndpoints
{
    private const int Batch = 400;

    public static void Map(RouteGroupBuilder store)
    {
        store.MapGet("/campaigns/{key}/preview", PreviewAsync).WithName("Preview");
        store.MapPost("/campaigns/preview", DraftAsync).WithName("PreviewDraft");
        store.MapPost("/campaigns/{key}/test", TestAsync).WithName("SendTest");
        store.MapPost("/templates/check", Check).WithName("CheckTemplates");
    }

    internal static Ok<TemplateCheckAnswer> Check(TextBody body) => TypedResults.Ok(new TemplateCheckAnswer(CampaignChanges.Check(body)));

    /// <param name="customer">Anyone of the store: those who would not get it are shown it all the same, with the reason.</param>
    internal static async Task<Results<Ok<Preview>, NotFound>> PreviewAsync(
        StoreId store, string key, CustomerId? customer, int? step, Databases databases, StoreClocks clocks, MessageText texts, Secrets secrets, CampaignCatalogue catalogue, CancellationToken ct)
    {
        await catalogue.EnsureAsync(store, ct).ConfigureAwait(false);
        await using var db = databases.Open(store);
        var campaign = await db.Campaigns.SingleOrDefaultAsync(c => c.Key == key, ct).ConfigureAwait(false);
        var row = await db.CampaignSteps.SingleOrDefaultAsync(s => campaign != null && s.CampaignId == campaign.Id && s.Step == (step ?? 0), ct).ConfigureAwait(false);
        if (campaign is null || row is null) return TypedResults.NotFound();
        var templates = await texts.TemplatesAsync(db, campaign, row.Step, ct).ConfigureAwait(false);
        return TypedResults.Ok(await ReadAsync(db, campaign, row, templates, customer, clocks, secrets, ct).ConfigureAwait(false));
    }

    /// <summary>A broadcast that is still being written: the same look, and nothing is kept.</summary>
    internal static async Task<Results<Ok<Preview>, ValidationProblem>> DraftAsync(
        StoreId store, DraftBroadcast body, Databases databases, StoreClocks clocks, Secrets secrets, CancellationToken ct)
    {
        var channel = body.Channel ?? Channel.Email;
        if (CampaignChanges.Problems("preview", [new StepBody(0, 0, channel, null, body.Templates)]) is { Count: > 0 } problems) return TypedResults.ValidationProblem(problems);
        await using var db = databases.Open(store);
        var now = clocks.Now(store);
        var campaign = new CampaignRow
        {
            StoreId = store,
            Key = "preview",
            Name = string.IsNullOrWhiteSpace(body.Name) ? "preview" : body.Name.Trim(),
            Kind = CampaignKind.Broadcast,
            SegmentKey = body.SegmentKey,
            StartsAt = now,
            Rules = CampaignCatalogue.Write(new CampaignRules()),
        };
        var templates = MessageText.Parse(body.Templates.Select(t => new TemplateRow { StoreId = store, Language = t.Language, Subject = t.Subject, Html = t.Html, Text = t.Text }));
        return TypedResults.Ok(await ReadAsync(
            db, campaign, new CampaignStepRow { StoreId = store, Channel = channel }, templates, body.Customer, clocks, secrets, ct).ConfigureAwait(false));
    }

    private static async Task<Preview> ReadAsync(
        ComebackDb db, CampaignRow campaign, CampaignStepRow row, StepTemplates templates, CustomerId? customer, StoreClocks clocks, Secrets secrets, CancellationToken ct)
    {
        var store = db.Scope;
        // "Would it be sent, were it on": being off is no reason of a person's.
        campaign.State = CampaignState.On;
        var now = clocks.Now(store);
        var storeRow = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        var settings = StoreSettings.Read(storeRow.Settings);
        var standing = Standing.Of(storeRow, settings, clocks.Zone(store));
        var rules = CampaignCatalogue.RulesOf(campaign);
        var hash = await StepWorker.HashOf(secrets, store, ct).ConfigureAwait(false);

        var count = 0;
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        var examples = new List<Prepared>();
        var after = 0L;
        while (true)
        {
            var (people, last) = customer is { } one ? ([one], 0L) : await MembersAsync(db, campaign, after, ct).ConfigureAwait(false);
            if (people.Count == 0) break;
            after = last;
            var subjects = people.ConvertAll(person => new StepSubject(campaign, rules, row, new RunRow
            {
                StoreId = store,
                Id = long.MaxValue,
                CampaignId = campaign.Id,
                CustomerId = person,
                Occurrence = "preview",
                StartedAt = now.AddSeconds(-row.DelaySeconds),
            }));
            if (rules.Subject == CampaignSubject.Cart) subjects = await WithCartsAsync(db, subjects, ct).ConfigureAwait(false);
            foreach (var prepared in await SituationReader.ReadAsync(db, standing, subjects, now, hash, ct).ConfigureAwait(false))
            {
                var skip = Decision.WouldSkip(prepared.Situation);
                if (skip is not null) reasons[skip.Reason.ToString()] = reasons.GetValueOrDefault(skip.Reason.ToString()) + 1;
                else count++;
                if (examples.Count < 3 && (customer is not null || skip is null) && prepared.Customer is not null) examples.Add(prepared);
            }
            if (people.Count < Batch || customer is not null) break;
        }
        var favourites = await MessageText.FavouritesAsync(db, examples.ConvertAll(e => e.Subject.Run.CustomerId), ct).ConfigureAwait(false);
        return new Preview(count, [.. reasons.OrderByDescending(r => r.Value).Select(r => new ReasonCount(r.Key, r.Value))],
            [.. examples.Select(e => Example(e, templates, storeRow, settings, favourites.GetValueOrDefault(e.Subject.Run.CustomerId), ct)).OfType<PreviewExample>()]);
    }

    /// <summary>Sends the first step to an address of the merchant's, as the first example would get it, marked as a test.</summary>
    internal static async Task<Results<Accepted<TestSent>, NotFound, ProblemHttpResult>> TestAsync(
        StoreId store, string key, TestAddress body, Databases databases, StoreWriter writer, StoreClocks clocks, MessageText texts, Secrets secrets, CampaignCatalogue catalogue, CancellationToken ct)
    {
        if (!Address.IsMailable(body.Address)) return TypedResults.Problem("This is no address that a message can be sent to.", statusCode: StatusCodes.Status400BadRequest);
        var preview = await PreviewAsync(store, key, null, null, databases, clocks, texts, secrets, catalogue, ct).ConfigureAwait(false);
        if (preview.Result is not Ok<Preview> { Value: { } made }) return TypedResults.NotFound();
        if (made.Examples.Count == 0) return TypedResults.Problem("Nobody would get this campaign now, so there is nobody to take as an example.", statusCode: StatusCodes.Status409Conflict);
        var example = made.Examples[0];
        var id = await writer.WriteAsync(store, Lane.Live, async t =>
        {
            var campaign = await t.Db.Campaigns.AsNoTracking().SingleAsync(c => c.Key == key, ct).ConfigureAwait(false);
            var row = await t.Db.Stores.AsNoTracking().SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
            var now = clocks.Now(store);
            var message = new MessageId(await t.TakeIdsAsync(1).ConfigureAwait(false));
            t.Db.Messages.Add(new MessageRow
            {
                StoreId = store,
                Id = message,
                Change = await t.ChangeAsync().ConfigureAwait(false),
                CampaignId = campaign.Id,
                Step = 0,
                CustomerId = example.CustomerId,
                Occurrence = string.Create(CultureInfo.InvariantCulture, $"test:{message.Value}"),
                Channel = Channel.Email,
                State = MessageState.Queued,
                CreatedAt = now,
                Address = body.Address,
                Language = example.Language,
                Subject = "[Test] " + example.Subject,
                Html = example.Html,
                Text = example.Text,
                Test = true,
                MessageIdHeader = StepWorker.MessageIdOf(store, message, StoreSettings.Read(row.Settings).Sender.FromEmail),
            });
            await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            return message;
        }, ct).ConfigureAwait(false);
        return TypedResults.Accepted($"/api/stores/{store}/messages/{id}", new TestSent(id));
    }

    private static async Task<(List<CustomerId> People, long Last)> MembersAsync(ComebackDb db, CampaignRow campaign, long after, CancellationToken ct)
    {
        var members = await (from m in db.Memberships
                             join s in db.Segments on m.SegmentId equals s.Id
                             where s.Key == campaign.SegmentKey && m.LeftAt == null && m.Id > after
                             orderby m.Id
                             select new { m.Id, m.CustomerId }).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
        return (members.ConvertAll(m => m.CustomerId), members.Count == 0 ? after : members[^1].Id);
    }

    private static async Task<List<StepSubject>> WithCartsAsync(ComebackDb db, List<StepSubject> subjects, CancellationToken ct)
    {
        var people = subjects.Select(s => (CustomerId?)s.Run.CustomerId).ToList();
        var carts = (await db.Carts.Where(c => people.Contains(c.CustomerId) && !c.Closed).Select(c => new { c.Id, c.CustomerId, c.TouchedAt }).ToListAsync(ct).ConfigureAwait(false))
            .GroupBy(c => c.CustomerId!.Value).ToDictionary(g => g.Key, g => g.MaxBy(c => c.TouchedAt)!.Id);
        return subjects.ConvertAll(s => s with
        {
            Run = new RunRow
            {
                StoreId = s.Run.StoreId,
                Id = 0,
                CampaignId = s.Run.CampaignId,
                CustomerId = s.Run.CustomerId,
                StartedAt = s.Run.StartedAt,
                Occurrence = string.Create(CultureInfo.InvariantCulture, $"cart:{(carts.TryGetValue(s.Run.CustomerId, out var cart) ? cart.Value : 0)}:preview"),
            },
        });
    }

    private static PreviewExample? Example(Prepared prepared, StepTemplates templates, StoreRow store, StoreSettings settings, CategoryRow? favourite, CancellationToken ct)
    {
        if (MessageText.Render(templates, prepared, store, favourite, ct) is not { } rendered) return null;
        var (html, text) = MessageText.Wrap(rendered, store, settings, links: null);
        return new PreviewExample(prepared.Subject.Run.CustomerId, $"{prepared.Customer?.FirstName} {prepared.Customer?.LastName}".Trim(), rendered.Language, rendered.Subject, html, text);
    }
}

internal sealed record Preview(int Count, IReadOnlyList<ReasonCount> Skipped, IReadOnlyList<PreviewExample> Examples);
internal sealed record DraftBroadcast(string? Name, string SegmentKey, Channel? Channel, IReadOnlyList<TextBody> Templates, CustomerId? Customer);
internal sealed record PreviewExample(CustomerId CustomerId, string Name, string Language, string Subject, string Html, string Text);
internal sealed record TemplateCheckAnswer(IReadOnlyList<TemplateProblem> Errors);
internal sealed record TestAddress(string Address);
internal sealed record TestSent(MessageId MessageId);
