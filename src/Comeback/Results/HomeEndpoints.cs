using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Facts;
using Comeback.Install;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Comeback.Results;

/// <summary>The first page: the few numbers of the store, what happened today, and what needs the merchant.</summary>
internal static class HomeEndpoints
{
    internal static async Task<Ok<Home>> HomeAsync(StoreId store, Databases databases, StoreClocks clocks, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        var currency = Currency.Parse(row.Currency);
        var now = clocks.Now(store);
        var zone = clocks.Zone(store);
        var midnight = zone.AtStartOfDay(Instant.FromDateTimeOffset(now).InZone(zone).Date).ToDateTimeOffset().ToUniversalTime();

        var segments = await db.Segments.Where(s => !s.Deleted).Select(s => new { s.Id, s.Key, s.Name, s.Members, s.Error }).ToListAsync(ct).ConfigureAwait(false);
        int Members(string key) => segments.Find(s => s.Key == key)?.Members ?? 0;
        var sinceToday = await db.Events.Where(e => e.At >= midnight && e.Kind >= EventKind.MessageSent && e.Kind <= EventKind.Unsubscribed)
            .Select(e => new { e.Kind, e.Verdict, e.MessageId }).ToListAsync(ct).ConfigureAwait(false);
        int Today(EventKind kind, params HitVerdict[] verdicts) => sinceToday.Where(e => e.Kind == kind && verdicts.Contains(e.Verdict)).Select(e => e.MessageId).Distinct().Count();
        var results = await db.Results.Where(r => r.Counts).Select(r => new { r.OrderedAt, r.AmountMinor }).ToListAsync(ct).ConfigureAwait(false);
        var today = results.Where(r => r.OrderedAt >= midnight).ToList();

        return TypedResults.Ok(new Home(
            await db.Customers.CountAsync(c => !c.Deleted && c.MergedInto == null, ct).ConfigureAwait(false),
            Members("active"), Members("slipping_away"), new Money(results.Sum(r => r.AmountMinor), currency),
            await db.Events.CountAsync(e => e.Kind == EventKind.Unsubscribed, ct).ConfigureAwait(false),
            new HomeToday(Today(EventKind.MessageSent, HitVerdict.Unsure), Today(EventKind.MessageOpened, HitVerdict.Human, HitVerdict.Unsure), Today(EventKind.MessageClicked, HitVerdict.Human), today.Count,
                new Money(today.Sum(r => r.AmountMinor), currency)),
            await NeedsAsync(db, row, StoreSettings.Read(row.Settings), zone, now, ct).ConfigureAwait(false),
            await SizesAsync(db, segments.ToDictionary(s => s.Id, s => (s.Key, s.Name)), clocks.Today(store), ct).ConfigureAwait(false),
            await db.Orders.CountAsync(o => o.SpentMinor == null && o.Standing == OrderStanding.Counted, ct).ConfigureAwait(false)));
    }

    private static async Task<List<HomeNeed>> NeedsAsync(ComebackDb db, StoreRow store, StoreSettings settings, DateTimeZone zone, DateTimeOffset now, CancellationToken ct)
    {
        var needs = new List<HomeNeed>();
        var standing = Campaigns.Standing.Of(store, settings, zone);
        if (standing.Restored) needs.Add(new("restored", "Sending is paused after a restore", "Check what is due, then let it go on.", "settings", Wording.Of("restored")));
        if (standing.NeedsReconnecting) needs.Add(new("reconnect", "The store must be connected again", "Its keys stopped working; nothing promotional is sent meanwhile.", "settings", Wording.Of("reconnect")));
        if (standing.SenderLacks.Count > 0) needs.Add(new("sender", "Say who sends", $"The sender's {string.Join(", ", standing.SenderLacks)} must be filled in before the first message.", "settings", Wording.Of("sender", "fields", string.Join(',', standing.SenderLacks))));
        if (!standing.Uninstalled && (standing.InStepAt is not { } at || now - at > standing.InStepFor))
            needs.Add(new("in-step", "The orders are not up to date", standing.InStepAt is { } then
                ? $"They were last in step {Instant.FromDateTimeOffset(then).InZone(zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}. Promotions wait until they are."
                : "They were never in step. Promotions wait until they are.", "imports",
                standing.InStepAt is { } known ? Wording.Of("in-step", "at", known.UtcDateTime.ToString("O")) : Wording.Of("in-step.never")));
        var unknown = await db.Messages.CountAsync(m => m.State == MessageState.Unknown, ct).ConfigureAwait(false);
        if (unknown > 0) needs.Add(new("unknown", $"{unknown} messages may or may not have been sent", "The service stopped while the mail server had them. They are not sent again.", "messages?state=unknown", Wording.Of("unknown")));
        var waiting = await db.Messages.Where(m => m.State == MessageState.Queued && m.Attempts > 0).OrderByDescending(m => m.Attempts).Select(m => m.Why).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        if (waiting is not null) needs.Add(new("waiting", "Messages wait to be sent", waiting, "messages?state=queued", Wording.Of("waiting", "reason", waiting)));
        if (await db.Segments.AnyAsync(s => s.Error != null && !s.Deleted, ct).ConfigureAwait(false)) needs.Add(new("segment", "A segment cannot be computed", "Open it to see why.", "segments", Wording.Of("segment")));
        if (!await db.Campaigns.AnyAsync(c => c.State == CampaignState.On, ct).ConfigureAwait(false))
            needs.Add(new("campaigns", "No automation is switched on", "Look at the preview of one and switch it on.", "campaigns", Wording.Of("campaigns")));
        return needs;
    }

    private static async Task<List<HomeSize>> SizesAsync(ComebackDb db, Dictionary<SegmentId, (string Key, string Name)> segments, DateOnly today, CancellationToken ct)
    {
        string[] shown = ["active", "slipping_away", "inactive"];
        var ids = segments.Where(s => shown.Contains(s.Value.Key, StringComparer.Ordinal)).Select(s => s.Key).ToList();
        // Days are kept as ISO text, which sorts as they do; the comparison is done here.
        var rows = await db.SegmentSizes.Where(s => ids.Contains(s.SegmentId)).ToListAsync(ct).ConfigureAwait(false);
        return [.. rows.Where(r => r.Day >= today.AddDays(-90)).GroupBy(r => r.SegmentId).Select(g => new HomeSize(
            segments[g.Key].Key, segments[g.Key].Name, [.. g.OrderBy(r => r.Day).Select(r => new HomePoint(r.Day, r.Members))]))];
    }
}

internal sealed record Home(int Customers, int Active, int SlippingAway, Money CampaignRevenue, int OptOuts, HomeToday Today, IReadOnlyList<HomeNeed> Needs, IReadOnlyList<HomeSize> Sizes, int OutOfRate);
internal sealed record HomeToday(int Sent, int Opened, int Clicked, int Orders, Money Revenue);
/// <param name="Link">Where in the admin it is mended.</param>
internal sealed record HomeNeed(string Kind, string Title, string Detail, string Link, Wording DetailSaid);
internal sealed record HomeSize(string Key, string Name, IReadOnlyList<HomePoint> Points);
internal sealed record HomePoint(DateOnly Day, int Members);
