using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>Who is behind each number of a campaign, page by page, and for those left out the reason.</summary>
internal static class CampaignPeople
{
    private const int Page = 50;

    internal static async Task<Results<Ok<PeoplePage>, NotFound, ProblemHttpResult>> ListAsync(
        StoreId store, string key, string outcome, string? reason, string? after, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var campaign = await db.Campaigns.SingleOrDefaultAsync(c => c.Key == key, ct).ConfigureAwait(false);
        if (campaign is null) return TypedResults.NotFound();
        var before = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;
        IQueryable<Found>? all = outcome switch
        {
            "sent" => db.Messages.Where(m => m.CampaignId == campaign.Id && !m.Test && (m.State == MessageState.Sent || m.State == MessageState.Delivered || m.State == MessageState.Bounced))
                .Select(m => new Found { Customer = m.CustomerId, At = m.SettledAt ?? m.CreatedAt, Message = m.Id }),
            "opened" => Hits(db, campaign.Id, EventKind.MessageOpened).Where(e => e.Verdict == HitVerdict.Human || e.Verdict == HitVerdict.Unsure)
                .Select(e => new Found { Customer = e.CustomerId!.Value, At = e.At, Message = e.MessageId }),
            "clicked" => Hits(db, campaign.Id, EventKind.MessageClicked).Where(e => e.Verdict == HitVerdict.Human).Select(e => new Found { Customer = e.CustomerId!.Value, At = e.At, Message = e.MessageId }),
            "ordered" => db.Results.Where(r => r.CampaignId == campaign.Id && r.Counts).Select(r => new Found { Customer = r.CustomerId, At = r.OrderedAt, Message = r.MessageId }),
            "optedOut" => Hits(db, campaign.Id, EventKind.Unsubscribed).Select(e => new Found { Customer = e.CustomerId!.Value, At = e.At, Message = e.MessageId }),
            "skipped" => db.Skips.Where(s => s.CampaignId == campaign.Id && (reason == null || s.Reason == reason)).Select(s => new Found { Customer = s.CustomerId, At = s.At, Reason = s.Reason, Detail = s.Detail }),
            _ => null,
        };
        if (all is null) return TypedResults.Problem("outcome is sent, opened, clicked, ordered, skipped or optedOut.", statusCode: StatusCodes.Status400BadRequest);
        var limit = before == long.MaxValue ? DateTimeOffset.MaxValue.AddDays(-1) : Instants.FromMicroseconds(before);
        var rows = await all.Where(f => f.At < limit).OrderByDescending(f => f.At).Take(Page + 1).ToListAsync(ct).ConfigureAwait(false);
        var ids = rows.Select(r => r.Customer).Distinct().ToList();
        var names = await db.Customers.Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => $"{c.FirstName} {c.LastName}".Trim(), ct).ConfigureAwait(false);
        var reasons = outcome == "skipped"
            ? await db.Skips.Where(s => s.CampaignId == campaign.Id).GroupBy(s => s.Reason).Select(g => new ReasonCount(g.Key, g.Count())).ToListAsync(ct).ConfigureAwait(false)
            : null;
        return TypedResults.Ok(new PeoplePage(
            [.. rows.Take(Page).Select(r => new CampaignPerson(r.Customer, names.GetValueOrDefault(r.Customer) ?? "", r.At, r.Reason, r.Detail, r.Message))],
            rows.Count > Page ? Instants.ToMicroseconds(rows[Page - 1].At).ToString(CultureInfo.InvariantCulture) : null,
            await all.CountAsync(ct).ConfigureAwait(false), reasons));
    }

    private static IQueryable<EventRow> Hits(ComebackDb db, CampaignId campaign, EventKind kind) => db.Events.Where(e => e.CampaignId == campaign && e.Kind == kind && e.CustomerId != null);

    private sealed class Found
    {
        public CustomerId Customer { get; init; }
        public DateTimeOffset At { get; init; }
        public string? Reason { get; init; }
        public string? Detail { get; init; }
        public MessageId? Message { get; init; }
    }
}

internal sealed record PeoplePage(IReadOnlyList<CampaignPerson> Items, string? Next, int Total, IReadOnlyList<ReasonCount>? Reasons);
internal sealed record CampaignPerson(CustomerId CustomerId, string Name, DateTimeOffset At, string? Reason, string? Detail, MessageId? MessageId);
internal sealed record ReasonCount(string Reason, int Count);
