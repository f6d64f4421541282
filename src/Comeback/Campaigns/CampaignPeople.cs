using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Comeback.Campaigns;

/// <summary>Who is behind each number of a campaign, page by page, and for those left out the reason.</summary>
internal static class CampaignPeople
{
    private const int Page = 50;

    internal static async Task<Results<Ok<PeoplePage>, NotFound, ProblemHttpResult>> ListAsync(
        StoreId store, string key, string outcome, string? reason, string? after, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var campaign = await db.Campaigns.Where(c => c.Key == key).Select(c => (CampaignId?)c.Id).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        if (campaign is null) return TypedResults.NotFound();
        return await PageAsync(db, campaign, outcome, reason, null, after, ct).ConfigureAwait(false) is { } page ? TypedResults.Ok(page) : Unknown();
    }

    /// <summary>The same over all campaigns, each person with the campaign: what a number on the home page opens into.</summary>
    internal static async Task<Results<Ok<PeoplePage>, ProblemHttpResult>> AllAsync(
        StoreId store, string outcome, string? reason, bool? today, string? after, Databases databases, StoreClocks clocks, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var zone = clocks.Zone(store);
        var since = today == true ? zone.AtStartOfDay(Instant.FromDateTimeOffset(clocks.Now(store)).InZone(zone).Date).ToDateTimeOffset().ToUniversalTime() : (DateTimeOffset?)null;
        return await PageAsync(db, null, outcome, reason, since, after, ct).ConfigureAwait(false) is { } page ? TypedResults.Ok(page) : Unknown();
    }

    private static ProblemHttpResult Unknown() =>
        TypedResults.Problem("outcome is sent, opened, clicked, ordered, skipped or optedOut.", statusCode: StatusCodes.Status400BadRequest);

    private static async Task<PeoplePage?> PageAsync(ComebackDb db, CampaignId? campaign, string outcome, string? reason, DateTimeOffset? since, string? after, CancellationToken ct)
    {
        IQueryable<Found>? all = outcome switch
        {
            "sent" => db.Messages.Where(m => (campaign == null || m.CampaignId == campaign) && !m.Test && (m.State == MessageState.Sent || m.State == MessageState.Delivered || m.State == MessageState.Bounced))
                .Select(m => new Found { Customer = m.CustomerId, At = m.SettledAt ?? m.CreatedAt, Message = m.Id, Campaign = m.CampaignId }),
            "opened" => Hits(db, campaign, EventKind.MessageOpened).Where(e => e.Verdict == HitVerdict.Human || e.Verdict == HitVerdict.Unsure).Select(OfEvent),
            "clicked" => Hits(db, campaign, EventKind.MessageClicked).Where(e => e.Verdict == HitVerdict.Human).Select(OfEvent),
            "ordered" => db.Results.Where(r => (campaign == null || r.CampaignId == campaign) && r.Counts)
                .Select(r => new Found { Customer = r.CustomerId, At = r.OrderedAt, Message = r.MessageId, Campaign = r.CampaignId, Amount = r.AmountMinor }),
            "optedOut" => Hits(db, campaign, EventKind.Unsubscribed).Select(OfEvent),
            "skipped" => db.Skips.Where(s => (campaign == null || s.CampaignId == campaign) && (reason == null || s.Reason == reason))
                .Select(s => new Found { Customer = s.CustomerId, At = s.At, Reason = s.Reason, Detail = s.Detail, Campaign = s.CampaignId }),
            _ => null,
        };
        if (all is null) return null;
        if (since is { } from) all = all.Where(f => f.At >= from);
        var limit = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? Instants.FromMicroseconds(before) : DateTimeOffset.MaxValue.AddDays(-1);
        var rows = await all.Where(f => f.At < limit).OrderByDescending(f => f.At).Take(Page + 1).ToListAsync(ct).ConfigureAwait(false);
        var ids = rows.Select(r => r.Customer).Distinct().ToList();
        var names = await db.Customers.Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => $"{c.FirstName} {c.LastName}".Trim(), ct).ConfigureAwait(false);
        var campaigns = await db.Campaigns.ToDictionaryAsync(c => c.Id, c => (c.Key, c.Name), ct).ConfigureAwait(false);
        var currency = Currency.Parse(await db.Stores.Where(s => s.Id == db.Scope).Select(s => s.Currency).SingleAsync(ct).ConfigureAwait(false));
        var reasons = outcome == "skipped"
            ? await db.Skips.Where(s => campaign == null || s.CampaignId == campaign).GroupBy(s => s.Reason).Select(g => new ReasonCount(g.Key, g.Count())).ToListAsync(ct).ConfigureAwait(false)
            : null;
        return new PeoplePage(
            [.. rows.Take(Page).Select(r => new CampaignPerson(
                r.Customer, names.GetValueOrDefault(r.Customer) ?? "", r.At, r.Reason, r.Detail, r.Message,
                r.Campaign is { } c && campaigns.TryGetValue(c, out var known) ? known.Key : null, r.Campaign is { } n && campaigns.TryGetValue(n, out var named) ? named.Name : null,
                r.Amount is { } amount ? new Money(amount, currency) : null))],
            rows.Count > Page ? Instants.ToMicroseconds(rows[Page - 1].At).ToString(CultureInfo.InvariantCulture) : null,
            await all.CountAsync(ct).ConfigureAwait(false), reasons);
    }

    private static readonly System.Linq.Expressions.Expression<Func<EventRow, Found>> OfEvent = e => new Found { Customer = e.CustomerId!.Value, At = e.At, Message = e.MessageId, Campaign = e.CampaignId };

    private static IQueryable<EventRow> Hits(ComebackDb db, CampaignId? campaign, EventKind kind) =>
        db.Events.Where(e => e.Kind >= EventKind.MessageSent && e.Kind == kind && e.CustomerId != null && (campaign == null || e.CampaignId == campaign));

    private sealed class Found
    {
        public CustomerId Customer { get; init; }
        public DateTimeOffset At { get; init; }
        public string? Reason { get; init; }
        public string? Detail { get; init; }
        public MessageId? Message { get; init; }
        public CampaignId? Campaign { get; init; }
        public long? Amount { get; init; }
    }
}

internal sealed record PeoplePage(IReadOnlyList<CampaignPerson> Items, string? Next, int Total, IReadOnlyList<ReasonCount>? Reasons);
internal sealed record CampaignPerson(
    CustomerId CustomerId, string Name, DateTimeOffset At, string? Reason, string? Detail, MessageId? MessageId, string? CampaignKey, string? CampaignName, Money? Amount);
internal sealed record ReasonCount(string Reason, int Count);
