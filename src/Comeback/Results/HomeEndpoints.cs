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
    private const int Days = 366;
    private static readonly string[] Shown = ["active", "slipping_away", "inactive"];

    internal static async Task<Ok<Home>> HomeAsync(StoreId store, Databases databases, StoreClocks clocks, Campaigns.WouldToday would, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        var currency = Currency.Parse(row.Currency);
        var now = clocks.Now(store);
        var zone = clocks.Zone(store);
        var midnight = zone.AtStartOfDay(Instant.FromDateTimeOffset(now).InZone(zone).Date).ToDateTimeOffset().ToUniversalTime();

        var segments = await db.Segments.Where(s => !s.Deleted && Shown.Contains(s.Key)).Select(s => new { s.Id, s.Key, s.Name, s.Members }).ToListAsync(ct).ConfigureAwait(false);
        int Members(string key) => segments.Find(s => s.Key == key)?.Members ?? 0;
        var sinceToday = await db.Events.Where(e => e.Kind >= EventKind.MessageSent && (e.Kind == EventKind.MessageSent || e.Kind == EventKind.MessageOpened || e.Kind == EventKind.MessageClicked) && e.At >= midnight)
            .GroupBy(e => new { e.Kind, e.Verdict }).Select(g => new { g.Key.Kind, g.Key.Verdict, Count = g.Select(e => e.MessageId).Distinct().Count() }).ToListAsync(ct).ConfigureAwait(false);
        int Today(EventKind kind, params HitVerdict[] verdicts) => sinceToday.Where(e => e.Kind == kind && verdicts.Contains(e.Verdict)).Sum(e => e.Count);
        var results = await db.Results.Where(r => r.Counts).GroupBy(r => r.OrderedAt >= midnight).Select(g => new { Today = g.Key, Orders = g.Count(), Amount = g.Sum(r => r.AmountMinor) })
            .ToListAsync(ct).ConfigureAwait(false);
        var today = results.Find(r => r.Today);

        return TypedResults.Ok(new Home(
            await db.Customers.CountAsync(c => !c.Deleted && c.MergedInto == null, ct).ConfigureAwait(false),
            Members("active"), Members("slipping_away"), new Money(results.Sum(r => r.Amount), currency),
            await db.Events.CountAsync(e => e.Kind >= EventKind.MessageSent && e.Kind == EventKind.Unsubscribed, ct).ConfigureAwait(false),
            new HomeToday(Today(EventKind.MessageSent, HitVerdict.Unsure), Today(EventKind.MessageOpened, HitVerdict.Human, HitVerdict.Unsure), Today(EventKind.MessageClicked, HitVerdict.Human),
                today?.Orders ?? 0, new Money(today?.Amount ?? 0, currency)),
            await NeedsAsync(db, row, StoreSettings.Read(row.Settings), zone, now, would, ct).ConfigureAwait(false),
            await SizesAsync(db, segments.ToDictionary(s => s.Id, s => (s.Key, s.Name)), clocks.Today(store), ct).ConfigureAwait(false),
            await db.Orders.CountAsync(o => o.SpentMinor == null && o.Standing == OrderStanding.Counted, ct).ConfigureAwait(false)));
    }

    private static async Task<List<HomeNeed>> NeedsAsync(ComebackDb db, StoreRow store, StoreSettings settings, DateTimeZone zone, DateTimeOffset now, Campaigns.WouldToday would, CancellationToken ct)
    {
        var needs = new List<HomeNeed>();
        var standing = Campaigns.Standing.Of(store, settings, zone);
        var connected = store.Platform is Platform.WooCommerce or Platform.Shopify;
        if (standing.Restored) needs.Add(new("restored", "Sending is paused after a restore", "Check what is due, then let it go on.", "settings", Wording.Of("restored")));
        if (standing.NeedsReconnecting) needs.Add(new("reconnect", "The store must be connected again", "Its keys stopped working; nothing promotional is sent meanwhile.", connected ? "in-step" : "settings", Wording.Of("reconnect")));
        if (standing.SenderLacks.Count > 0) needs.Add(new("sender", "Say who sends", $"The sender's {string.Join(", ", standing.SenderLacks)} must be filled in before the first message.", "settings", Wording.Of("sender", "fields", string.Join(',', standing.SenderLacks))));
        var reading = await db.Imports.Where(i => i.State == ImportState.Running).OrderByDescending(i => i.Id).Select(i => new { i.BytesRead, i.BytesTotal }).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        if (reading is { } read)
        {
            var share = (read.BytesTotal > 0 ? Math.Min(99, 100 * read.BytesRead / read.BytesTotal) : 0).ToString(CultureInfo.InvariantCulture);
            needs.Add(new("reading", "The history is being read", $"{share} % so far. Segments follow when it is there.", "imports", Wording.Of("reading", "percent", share)));
        }
        else if (!standing.Uninstalled && (standing.InStepAt is not { } at || now - at > standing.InStepFor))
            needs.Add(new("in-step", "The orders are not up to date", standing.InStepAt is { } then
                ? $"They were last in step {Instant.FromDateTimeOffset(then).InZone(zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}. Promotions wait until they are."
                : "They were never in step. Promotions wait until they are.", connected ? "in-step" : "imports",
                standing.InStepAt is { } known ? Wording.Of("in-step", "at", known.UtcDateTime.ToString("O")) : Wording.Of("in-step.never")));
        var unknown = await db.Messages.CountAsync(m => m.State == MessageState.Unknown, ct).ConfigureAwait(false);
        if (unknown > 0) needs.Add(new("unknown", $"{unknown} messages may or may not have been sent", "The service stopped while the mail server had them. They are not sent again.", "messages?state=unknown", Wording.Of("unknown")));
        var waiting = await db.Messages.Where(m => m.State == MessageState.Queued && m.Attempts > 0).OrderByDescending(m => m.Attempts).Select(m => m.Why).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        if (waiting is not null) needs.Add(new("waiting", "Messages wait to be sent", waiting, "messages?state=queued", Wording.Of("waiting", "reason", waiting)));
        if (await db.Segments.AnyAsync(s => s.Error != null && !s.Deleted, ct).ConfigureAwait(false)) needs.Add(new("segment", "A segment cannot be computed", "Open it to see why.", "segments", Wording.Of("segment")));
        var failed = await db.Messages.CountAsync(m => m.State == MessageState.Failed && m.CreatedAt >= now.AddDays(-7), ct).ConfigureAwait(false);
        if (failed > 0) needs.Add(new("failed", "Messages could not be sent", $"{failed} in the last 7 days.", "messages?state=failed", Wording.Of("failed", "count", failed.ToString(CultureInfo.InvariantCulture))));
        needs.AddRange(await RecipesAsync(db, store, would, ct).ConfigureAwait(false));
        return needs;
    }

    // A recipe worth switching on, with its count; without any, that none is on.
    private static async Task<List<HomeNeed>> RecipesAsync(ComebackDb db, StoreRow store, Campaigns.WouldToday would, CancellationToken ct)
    {
        var needs = new List<HomeNeed>();
        var automations = await db.Campaigns.Where(c => c.Kind == CampaignKind.Automation && c.State != CampaignState.Archived).OrderBy(c => c.Id).ToListAsync(ct).ConfigureAwait(false);
        foreach (var campaign in automations.Where(c => c.State == CampaignState.Off))
            if (await would.CountAsync(db, campaign, store, ct).ConfigureAwait(false) is > 0 and var count)
                needs.Add(new("recipe", $"{campaign.Name} is off", $"It would write to {count} today.", $"campaigns/{campaign.Key}",
                    Wording.Of("recipe", "count", count.ToString(CultureInfo.InvariantCulture)), campaign.Key));
        if (needs.Count == 0 && automations.TrueForAll(c => c.State != CampaignState.On))
            needs.Add(new("campaigns", "No automation is switched on", "Look at the preview of one and switch it on.", "campaigns", Wording.Of("campaigns")));
        return needs;
    }

    private static async Task<List<HomeSize>> SizesAsync(ComebackDb db, Dictionary<SegmentId, (string Key, string Name)> segments, DateOnly today, CancellationToken ct)
    {
        var ids = segments.Keys.ToList();
        // Days are kept as ISO text, which sorts as they do; the comparison is done here.
        var rows = await db.SegmentSizes.Where(s => ids.Contains(s.SegmentId)).ToListAsync(ct).ConfigureAwait(false);
        return [.. rows.Where(r => r.Day >= today.AddDays(-Days)).GroupBy(r => r.SegmentId).Select(g => new HomeSize(
            segments[g.Key].Key, segments[g.Key].Name, [.. g.OrderBy(r => r.Day).Select(r => new HomePoint(r.Day, r.Members))]))];
    }
}

internal sealed record Home(int Customers, int Active, int SlippingAway, Money CampaignRevenue, int OptOuts, HomeToday Today, IReadOnlyList<HomeNeed> Needs, IReadOnlyList<HomeSize> Sizes, int OutOfRate);
internal sealed record HomeToday(int Sent, int Opened, int Clicked, int Orders, Money Revenue);
/// <param name="Link">Where in the admin it is mended.</param>
internal sealed record HomeNeed(string Kind, string Title, string Detail, string Link, Wording DetailSaid, string? Campaign = null);
internal sealed record HomeSize(string Key, string Name, IReadOnlyList<HomePoint> Points);
internal sealed record HomePoint(DateOnly Day, int Members);
