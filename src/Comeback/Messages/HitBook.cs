using System.Collections.Concurrent;
using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Messages;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>Writes opens and clicks as neutral events with a verdict on who made them, so that Facts and Results look upstream only.</summary>
internal sealed class HitBook(StoreWriter writer, StoreClocks clocks, TimeProvider time)
{
    // Which links of a message were asked for lately, to see a scanner that follows them all.
    private readonly ConcurrentDictionary<(StoreId, MessageId), List<(string Link, DateTimeOffset At)>> lately = new();

    /// <param name="at">When it was, where that is not just now: the demo's shoppers live through hours in a second.</param>
    public async Task RecordAsync(LinkRow link, bool click, string userAgent, string? purpose, CancellationToken ct, DateTimeOffset? at = null)
    {
        var links = Lately(link);
        await writer.WriteAsync(link.StoreId, Lane.Live, async t =>
        {
            var message = await t.Db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == link.MessageId, ct).ConfigureAwait(false);
            if (message is null || message.Test) return;
            var now = at ?? clocks.Now(t.Store);
            var verdict = HitJudge.Judge(new Hit
            {
                Click = click,
                UserAgent = userAgent,
                Purpose = purpose,
                LinksInTenSeconds = click ? links : 1,
                AfterSending = now - (message.SettledAt ?? message.CreatedAt),
            });
            var kind = click ? EventKind.MessageClicked : EventKind.MessageOpened;
            // A program that asks again and again is written down once an hour for each link.
            var day = string.Create(CultureInfo.InvariantCulture, $"{kind}:{link.MessageId.Value}:{Convert.ToHexStringLower(link.TokenHash.AsSpan(0, 8))}:{now.ToUnixTimeSeconds() / 3600}:{verdict}");
            if (await t.Db.Events.AnyAsync(e => e.ExternalId == day, ct).ConfigureAwait(false)) return;
            t.Db.Events.Add(await EventAsync(t, message, kind, now, verdict, day).ConfigureAwait(false));
            if (click && verdict == HitVerdict.Scanner && links >= 3) await RejudgeAsync(t, message, now, ct).ConfigureAwait(false);
            await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    public static async Task<EventRow> EventAsync(StoreTransaction t, MessageRow message, EventKind kind, DateTimeOffset at, HitVerdict verdict, string key) => new()
    {
        StoreId = t.Store,
        Id = new EventId(await t.TakeIdsAsync(1).ConfigureAwait(false)),
        Change = await t.ChangeAsync().ConfigureAwait(false),
        ExternalId = key.Contains(':', StringComparison.Ordinal) ? key : string.Create(CultureInfo.InvariantCulture, $"{key}:{message.Id.Value}"),
        Kind = kind,
        At = at,
        ReceivedAt = at,
        CustomerId = message.CustomerId,
        MessageId = message.Id,
        CampaignId = message.CampaignId,
        Channel = message.Channel,
        Verdict = verdict,
    };

    // The first two clicks of a scanner looked like a person's; once the third shows what it is, they are taken back.
    private static async Task RejudgeAsync(StoreTransaction t, MessageRow message, DateTimeOffset now, CancellationToken ct)
    {
        var from = now.AddSeconds(-15);
        var change = await t.ChangeAsync().ConfigureAwait(false);
        var before = await t.Db.Events.AsTracking()
            .Where(e => e.CustomerId == message.CustomerId && e.MessageId == message.Id && e.Kind == EventKind.MessageClicked && e.Verdict == HitVerdict.Human && e.At >= from)
            .ToListAsync(ct).ConfigureAwait(false);
        foreach (var hit in before) (hit.Verdict, hit.Change) = (HitVerdict.Scanner, change);
    }

    private int Lately(LinkRow link)
    {
        var now = time.GetUtcNow();
        if (lately.Count > 10_000) lately.Clear();
        var hits = lately.GetOrAdd((link.StoreId, link.MessageId), _ => []);
        lock (hits)
        {
            hits.RemoveAll(h => now - h.At > TimeSpan.FromSeconds(10));
            hits.Add((Convert.ToHexString(link.TokenHash), now));
            return hits.Select(h => h.Link).Distinct(StringComparer.Ordinal).Count();
        }
    }
}
