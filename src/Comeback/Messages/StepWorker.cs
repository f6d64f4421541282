using System.Globalization;
using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Messages;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Comeback.Install;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>
/// Takes due steps in batches, decides about each person at this moment, and writes the message with its unique key and its links, or the reason
/// why not. One transaction a batch: a due row goes exactly when its message or its reason comes.
/// </summary>
internal sealed partial class StepWorker(
    Databases databases, StoreWriter writer, StoreClocks clocks, MessageText texts, Secrets secrets, ComebackOptions options, ILogger<StepWorker> logger)
{
    // About 50 ms of work on the slowest machine we care for.
    private const int Batch = 20;

    /// <summary>Works off what is due; returns how many messages were written.</summary>
    public async Task<int> TickAsync(StoreId store, CancellationToken ct)
    {
        var written = 0;
        Func<Channel, string, string>? hash = null;
        while (!ct.IsCancellationRequested)
        {
            var now = clocks.Now(store);
            await using (var db = databases.Open(store))
            {
                // Held steps would be moved, and what fell due before the operator's word could no longer be told from what did not.
                if (await db.Stores.AnyAsync(s => s.Id == store && s.State == StoreState.Restored, ct).ConfigureAwait(false)) return written;
                if (!await db.Due.AnyAsync(d => d.Kind == Runs.StepKind && d.DueAt <= now, ct).ConfigureAwait(false)) return written;
            }
            // Made before the write: its key may have to be made too.
            hash ??= await HashOf(secrets, store, ct).ConfigureAwait(false);
            var (done, messages) = await writer.WriteAsync(store, Lane.Bulk, t => BatchAsync(t, hash, ct), ct).ConfigureAwait(false);
            written += messages;
            if (done == 0) return written;
        }
        return written;
    }

    /// <summary>The keyed hash of addresses of one store.</summary>
    public static async Task<Func<Channel, string, string>> HashOf(Secrets secrets, StoreId store, CancellationToken ct)
    {
        var key = await secrets.AddressKeyAsync(store, ct).ConfigureAwait(false);
        return (channel, address) => Secrets.HashAddress(key, channel, address);
    }

    private async Task<(int Done, int Messages)> BatchAsync(StoreTransaction t, Func<Channel, string, string> hash, CancellationToken ct)
    {
        var now = clocks.Now(t.Store);
        var due = await t.Db.Due.AsTracking().Where(d => d.Kind == Runs.StepKind && d.DueAt <= now).OrderBy(d => d.DueAt).ThenBy(d => d.Id).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
        if (due.Count == 0) return (0, 0);
        var store = await t.Db.Stores.AsNoTracking().SingleAsync(s => s.Id == t.Store, ct).ConfigureAwait(false);
        var settings = StoreSettings.Read(store.Settings);
        var standing = Standing.Of(store, settings, clocks.Zone(t.Store));

        var runIds = due.Select(d => d.SubjectId).ToList();
        var runs = await t.Db.Runs.AsTracking().Where(r => runIds.Contains(r.Id)).ToDictionaryAsync(r => r.Id, ct).ConfigureAwait(false);
        var campaignIds = runs.Values.Select(r => r.CampaignId).Distinct().ToList();
        var campaigns = await t.Db.Campaigns.AsNoTracking().Where(c => campaignIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct).ConfigureAwait(false);
        var steps = await t.Db.CampaignSteps.AsNoTracking().Where(s => campaignIds.Contains(s.CampaignId)).ToListAsync(ct).ConfigureAwait(false);

        // One message a person a batch: the budget of the second is decided when the first is in the books.
        var subjects = new List<(DueRow Due, StepSubject Subject)>();
        var people = new HashSet<CustomerId>();
        foreach (var row in due)
        {
            var run = runs.GetValueOrDefault(row.SubjectId);
            var step = run is null ? null : steps.Find(s => s.CampaignId == run.CampaignId && s.Step == run.NextStep);
            if (run is null || step is null || run.State != RunState.Waiting) t.Db.Due.Remove(row);
            else if (people.Add(run.CustomerId)) subjects.Add((row, new StepSubject(campaigns[run.CampaignId], CampaignCatalogue.RulesOf(campaigns[run.CampaignId]), step, run)));
        }
        var prepared = await SituationReader.ReadAsync(t.Db, standing, [.. subjects.Select(s => s.Subject)], now, hash, ct).ConfigureAwait(false);
        var winBacks = subjects.Where(s => s.Subject.Rules.Subject == Engine.Campaigns.Subject.WinBack).Select(s => s.Subject.Run.CustomerId).ToList();
        var favourites = winBacks.Count == 0 ? [] : await MessageText.FavouritesAsync(t.Db, winBacks, ct).ConfigureAwait(false);

        var messages = 0;
        for (var i = 0; i < prepared.Count; i++)
        {
            var (row, subject) = subjects[i];
            var situation = prepared[i].Situation;
            if (situation.Step.DueAt > now)
            {
                row.DueAt = situation.Step.DueAt;
                continue;
            }
            switch (Decision.Decide(situation))
            {
                case Verdict.Send:
                    if (await ComposeAsync(t, prepared[i], store, settings, favourites.GetValueOrDefault(subject.Run.CustomerId), hash, now, ct).ConfigureAwait(false) is { } problem)
                        await SkipAsync(t, subject, SkipReason.TextIncomplete, problem, now).ConfigureAwait(false);
                    else messages++;
                    Advance(t, row, subject, situation, steps, now);
                    break;
                case Verdict.Hold hold:
                    row.DueAt = hold.Until;
                    subject.Run.Why = hold.Detail;
                    break;
                case Verdict.Drop drop:
                    await SkipAsync(t, subject, drop.Reason, drop.Detail, now).ConfigureAwait(false);
                    Advance(t, row, subject, situation, steps, now);
                    break;
                case Verdict.Skip skip:
                    await SkipAsync(t, subject, skip.Reason, skip.Detail, now).ConfigureAwait(false);
                    (subject.Run.State, subject.Run.Why) = (RunState.Stopped, skip.Detail);
                    t.Db.Due.Remove(row);
                    break;
            }
        }
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        if (messages > 0) Log.Written(logger, messages, t.Store.Value);
        return (due.Count, messages);
    }

    /// <summary>Renders and adds the message with its links; a sentence when the text could not be made.</summary>
    private async Task<string?> ComposeAsync(
        StoreTransaction t, Prepared prepared, StoreRow store, StoreSettings settings, CategoryRow? favourite, Func<Channel, string, string> hash, DateTimeOffset now, CancellationToken ct)
    {
        var subject = prepared.Subject;
        RenderedText? rendered;
        try
        {
            var templates = await texts.TemplatesAsync(t.Db, subject.Campaign, subject.Step.Step, ct).ConfigureAwait(false);
            rendered = MessageText.Render(templates, prepared, store, favourite, ct);
        }
        catch (TemplateLimitException limit)
        {
            return limit.Message;
        }
        if (rendered is null || rendered.Subject.Length == 0) return "The step has no text that can be printed";
        var id = new MessageId(await t.TakeIdsAsync(1).ConfigureAwait(false));
        var address = prepared.Situation.Customer.Address!;
        var links = new LinkTokens(t.Store, id, subject.Run.CustomerId, subject.Step.Channel, hash(subject.Step.Channel, address), options.PublicUrl, now);
        var (html, text) = MessageText.Wrap(rendered, store, settings, links);
        // The code is the store's only once the store has made it: until then the message rests.
        var waits = rendered.Code is not null && CouponMaker.MakesOwn(store, subject.Rules);
        if (waits) t.Db.Due.Add(new DueRow { StoreId = t.Store, Id = await t.TakeIdsAsync(1).ConfigureAwait(false), Kind = CouponMaker.Wanted, DueAt = now, SubjectId = id.Value, CustomerId = subject.Run.CustomerId });
        t.Db.Messages.Add(new MessageRow
        {
            StoreId = t.Store,
            Id = id,
            Change = await t.ChangeAsync().ConfigureAwait(false),
            CampaignId = subject.Campaign.Id,
            Step = subject.Step.Step,
            CustomerId = subject.Run.CustomerId,
            Occurrence = subject.Run.Occurrence,
            Channel = subject.Step.Channel,
            State = MessageState.Queued,
            CreatedAt = now,
            UsefulUntil = prepared.Situation.Step.UsefulUntil,
            Address = address,
            Language = rendered.Language,
            Subject = rendered.Subject,
            Html = html,
            Text = text,
            DiscountCode = rendered.Code,
            NextAttemptAt = waits ? CouponMaker.Resting : null,
            Why = waits ? CouponMaker.Why : null,
            MessageIdHeader = MessageIdOf(t.Store, id, settings.Sender.FromEmail),
        });
        t.Db.Links.AddRange(links.Rows);
        return null;
    }

    public static string MessageIdOf(StoreId store, MessageId id, string? from) => string.Create(CultureInfo.InvariantCulture,
        $"{id.Value}.{store.Value}.{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6))}@{from?.Split('@')[^1] ?? "comeback.invalid"}");

    private static void Advance(StoreTransaction t, DueRow row, StepSubject subject, Situation situation, List<CampaignStepRow> steps, DateTimeOffset now)
    {
        var run = subject.Run;
        run.Why = null;
        var next = steps.Find(s => s.CampaignId == run.CampaignId && s.Step == run.NextStep + 1);
        if (next is null)
        {
            run.State = RunState.Finished;
            t.Db.Due.Remove(row);
            return;
        }
        run.NextStep++;
        var at = situation.Step.DueAt.AddSeconds(next.DelaySeconds - subject.Step.DelaySeconds);
        row.DueAt = at > now ? at : now;
    }

    public static async Task SkipAsync(StoreTransaction t, StepSubject subject, SkipReason reason, string detail, DateTimeOffset now)
    {
        t.Db.Skips.Add(new SkipRow
        {
            StoreId = t.Store,
            Id = await t.TakeIdsAsync(1).ConfigureAwait(false),
            CampaignId = subject.Campaign.Id,
            Step = subject.Step.Step,
            CustomerId = subject.Run.CustomerId,
            Occurrence = subject.Run.Occurrence,
            Reason = reason.ToString(),
            Detail = detail,
            At = now,
        });
        t.AfterCommit(() => Telemetry.Skipped(reason.ToString()));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} messages were written for store {Store}.")]
        public static partial void Written(ILogger logger, int count, long store);
    }
}
