using System.Collections.Concurrent;
using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Comeback.Install;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>Hands queued messages to their channel, each exactly once.</summary>
/// <remarks>
/// 1. After a start, or when the store came over from another replica: what was being handed over is settled where the channel can say, else it is
///    unknown for ever.
/// 2. Take a batch no larger than the channel's connections; decide about each once more, against what is true now.
/// 3. Commit the state handing-over. Only then may a byte leave.
/// 4. Hand over, side by side.
/// 5. Commit what became of each: sent, refused, unknown, or back in the queue with a pause that grows.
/// </remarks>
internal sealed partial class Sender(
    Databases databases, StoreWriter writer, OwnedStores owned, StoreClocks clocks, Channels channels, Secrets secrets, TimeProvider time, ILogger<Sender> logger)
{
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30)];

    private readonly ConcurrentDictionary<StoreId, SemaphoreSlim> turns = new();
    private readonly ConcurrentDictionary<StoreId, long> recovered = new();

    /// <summary>Sends until the queue is empty or nothing more may go now; returns how many the channel took.</summary>
    public async Task<int> TickAsync(StoreId store, CancellationToken ct)
    {
        var turn = turns.GetOrAdd(store, _ => new SemaphoreSlim(1, 1));
        if (!await turn.WaitAsync(TimeSpan.Zero, ct).ConfigureAwait(false)) return 0;
        try
        {
            // Step 1.
            var lease = OwnedStores.WorkingUnder(store);
            var nobodys = lease is not null || !databases.IsPostgres;
            if (!nobodys || !recovered.TryGetValue(store, out var epoch) || epoch != (lease?.Epoch ?? 0))
            {
                await RecoverAsync(store, nobodys, ct).ConfigureAwait(false);
                if (nobodys) recovered[store] = lease?.Epoch ?? 0;
            }
            var taken = 0;
            Func<Channel, string, string>? hash = null;
            while (!ct.IsCancellationRequested)
            {
                var now = time.GetUtcNow();
                StoreRow row;
                await using (var db = databases.Open(store))
                {
                    if (!await db.Messages.AnyAsync(m => m.State == MessageState.Queued && m.NextAttemptAt == null, ct).ConfigureAwait(false)
                        && !await db.Messages.AnyAsync(m => m.State == MessageState.Queued && m.NextAttemptAt <= now, ct).ConfigureAwait(false)) return taken;
                    row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
                }
                var settings = StoreSettings.Read(row.Settings);
                var channel = await channels.ForAsync(row, settings, ct).ConfigureAwait(false);
                hash ??= await StepWorker.HashOf(secrets, store, ct).ConfigureAwait(false);
                await channel.RestAsync(ct).ConfigureAwait(false);
                // Steps 2 and 3.
                var batch = await writer.WriteAsync(store, Lane.Live, t => ClaimAsync(t, settings, channel, hash, ct), ct).ConfigureAwait(false);
                if (batch is null) return taken;
                // Step 4. From here on nothing is cancelled: what left is written down.
                var handed = await Task.WhenAll(batch.Select(m => OneAsync(channel, m, settings))).ConfigureAwait(false);
                // Step 5.
                await writer.WriteAsync(store, Lane.Live, t => SettleAsync(t, channel, batch, handed), CancellationToken.None).ConfigureAwait(false);
                taken += handed.Count(h => h.Result == Handed.Taken);
                if (handed.Any(h => h.Result == Handed.NotTaken)) return taken;
            }
            return taken;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task RecoverAsync(StoreId store, bool nobodys, CancellationToken ct)
    {
        // Who does not own the store cannot know that nobody is at it: then only what is old is nobody's.
        var before = nobodys ? DateTimeOffset.MaxValue : time.GetUtcNow() - TimeSpan.FromMinutes(2);
        List<MessageRow> left;
        await using (var db = databases.Open(store))
        {
            left = await db.Messages.Where(m => m.State == MessageState.HandingOver && m.HandedOverAt < before).ToListAsync(ct).ConfigureAwait(false);
        }
        if (left.Count == 0) return;
        foreach (var message in left)
        {
            var answer = await channels.Named(message.Via).AskAsync(message, ct).ConfigureAwait(false);
            var result = answer == Handed.Unknown ? new HandOver(Handed.Unknown, Why: "The service stopped while it was being handed over: the mail server may have taken it") : new HandOver(answer);
            await writer.WriteAsync(store, Lane.Live, t => SettleAsync(t, channels.Named(message.Via), [message], [result]), ct).ConfigureAwait(false);
        }
        Log.Recovered(logger, left.Count, store.Value);
    }

    private async Task<HandOver> OneAsync(IMessageChannel channel, MessageRow message, StoreSettings settings)
    {
        // A process that slept past its lease: the message is another's to settle by now, and what is said here will be refused.
        if (!owned.StillMine(message.StoreId)) return new HandOver(Handed.NotTaken, Why: "The store has another owner");
        try
        {
            return await channel.HandOverAsync(message, settings, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            // A channel says what happened; one that throws has said nothing, and what is not known is not repeated.
            return new HandOver(Handed.Unknown, Why: $"The channel failed: {problem.GetType().Name}");
        }
    }

    /// <summary>Null when nothing is left to claim; an empty list when all that was looked at was dropped or held.</summary>
    private async Task<List<MessageRow>?> ClaimAsync(StoreTransaction t, StoreSettings settings, IMessageChannel channel, Func<Channel, string, string> hash, CancellationToken ct)
    {
        // First of all: on PostgreSQL this is the lock that makes another process wait, so that it does not read as queued what is claimed here.
        var change = await t.ChangeAsync().ConfigureAwait(false);
        var wall = time.GetUtcNow();
        var now = clocks.Now(t.Store);
        var queued = await t.Db.Messages.AsTracking().Where(m => m.State == MessageState.Queued && (m.NextAttemptAt == null || m.NextAttemptAt <= wall))
            .OrderBy(m => m.NextAttemptAt).ThenBy(m => m.Id).Take(channel.Connections).ToListAsync(ct).ConfigureAwait(false);
        if (queued.Count == 0) return null;
        var store = await t.Db.Stores.AsNoTracking().SingleAsync(s => s.Id == t.Store, ct).ConfigureAwait(false);
        var standing = Standing.Of(store, settings, clocks.Zone(t.Store));
        var campaignIds = queued.Select(m => m.CampaignId).Distinct().ToList();
        var people = queued.Select(m => m.CustomerId).Distinct().ToList();
        var campaigns = await t.Db.Campaigns.AsNoTracking().Where(c => campaignIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct).ConfigureAwait(false);
        var steps = await t.Db.CampaignSteps.AsNoTracking().Where(s => campaignIds.Contains(s.CampaignId)).ToListAsync(ct).ConfigureAwait(false);
        var runs = await t.Db.Runs.AsNoTracking().Where(r => campaignIds.Contains(r.CampaignId) && people.Contains(r.CustomerId)).ToListAsync(ct).ConfigureAwait(false);
        var claimed = new List<MessageRow>();
        var asked = new List<(MessageRow Message, StepSubject Subject)>();
        var once = new HashSet<CustomerId>();
        foreach (var message in queued)
        {
            var run = runs.Find(r => r.CampaignId == message.CampaignId && r.CustomerId == message.CustomerId && r.Occurrence == message.Occurrence);
            var step = steps.Find(s => s.CampaignId == message.CampaignId && s.Step == message.Step);
            if (message.Test || run is null || step is null) Claim(message);
            // One message a person a batch, as where they are written: the second is decided about when the first is in the books.
            else if (once.Add(message.CustomerId)) asked.Add((message, new StepSubject(campaigns[message.CampaignId], CampaignCatalogue.RulesOf(campaigns[message.CampaignId]), step, run)));
        }
        var prepared = asked.Count == 0 ? [] : await SituationReader.ReadAsync(
            t.Db, standing, asked.ConvertAll(a => a.Subject), now, hash, ct, except: asked.Select(a => a.Message.Id).ToHashSet()).ConfigureAwait(false);
        for (var i = 0; i < asked.Count; i++)
        {
            var (message, subject) = asked[i];
            message.Change = change;
            var situation = prepared[i].Situation;
            switch (Decision.Decide(situation with { Step = situation.Step with { UsefulUntil = message.UsefulUntil } }))
            {
                case Verdict.Hold hold:
                    // The demo's night is over in minutes.
                    (message.NextAttemptAt, message.Why) = (store.Platform == Platform.Demo ? wall.AddSeconds(5) : wall + (hold.Until - now), hold.Detail);
                    break;
                case Verdict.Skip skip:
                    await DropAsync(t, message, subject, skip.Reason, skip.Detail, now).ConfigureAwait(false);
                    break;
                case Verdict.Drop drop:
                    await DropAsync(t, message, subject, drop.Reason, drop.Detail, now).ConfigureAwait(false);
                    break;
                default:
                    if (situation.Customer.Address is { } address) message.Address = address;
                    Claim(message);
                    break;
            }
        }
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return claimed;

        void Claim(MessageRow message)
        {
            (message.State, message.Via, message.HandedOverAt, message.Why, message.Change) = (MessageState.HandingOver, channel.Name, wall, null, change);
            message.Attempts++;
            claimed.Add(message);
        }
    }

    private static async Task DropAsync(StoreTransaction t, MessageRow message, StepSubject subject, SkipReason reason, string detail, DateTimeOffset now)
    {
        (message.State, message.Why, message.SettledAt, message.NextAttemptAt) = (MessageState.Dropped, detail, now, null);
        await StepWorker.SkipAsync(t, subject, reason, detail, now).ConfigureAwait(false);
    }

    private async Task SettleAsync(StoreTransaction t, IMessageChannel channel, IReadOnlyList<MessageRow> batch, IReadOnlyList<HandOver> handed)
    {
        if (batch.Count == 0) return;
        var now = clocks.Now(t.Store);
        var change = await t.ChangeAsync().ConfigureAwait(false);
        var ids = batch.Select(m => m.Id).ToList();
        var rows = await t.Db.Messages.AsTracking().Where(m => ids.Contains(m.Id)).ToDictionaryAsync(m => m.Id).ConfigureAwait(false);
        for (var i = 0; i < batch.Count; i++)
        {
            if (!rows.TryGetValue(batch[i].Id, out var message) || message.State != MessageState.HandingOver) continue;
            message.Change = change;
            message.Why = handed[i].Why;
            var outcome = handed[i].Result.ToString();
            t.AfterCommit(() => Telemetry.HandedOver(channel.Name, outcome));
            message.ProviderId = handed[i].ProviderId;
            switch (handed[i].Result)
            {
                case Handed.Taken:
                    (message.State, message.SettledAt, message.NextAttemptAt) = (MessageState.Sent, now, null);
                    if (!message.Test) t.Db.Events.Add(await HitBook.EventAsync(t, message, EventKind.MessageSent, now, HitVerdict.Unsure, "sent").ConfigureAwait(false));
                    break;
                case Handed.Refused:
                    (message.State, message.SettledAt, message.NextAttemptAt) = (MessageState.Failed, now, null);
                    break;
                case Handed.Unknown:
                    (message.State, message.SettledAt, message.NextAttemptAt) = (MessageState.Unknown, now, null);
                    break;
                case Handed.NotTaken:
                    (message.State, message.HandedOverAt) = (MessageState.Queued, null);
                    message.NextAttemptAt = time.GetUtcNow() + Pauses[Math.Min(message.Attempts, Pauses.Length) - 1 is var p and >= 0 ? p : 0];
                    break;
            }
        }
        await t.Db.SaveChangesAsync().ConfigureAwait(false);
        Log.Handed(logger, handed.Count(h => h.Result == Handed.Taken), batch.Count, channel.Name, t.Store.Value);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Taken} of {Count} messages were taken by {Channel} for store {Store}.")]
        public static partial void Handed(ILogger logger, int taken, int count, string channel, long store);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} messages of store {Store} were in other hands when the service last stopped; what the channel could say was settled, the others are unknown and stay so.")]
        public static partial void Recovered(ILogger logger, int count, long store);
    }
}
