using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Messages;
using Comeback.Engine.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>Messages on the wire: the outbox as a list, one message, and its body as the customer sees it.</summary>
internal static class MessagesEndpoints
{
    public static void Map(RouteGroupBuilder store)
    {
        store.MapGet("/messages", ListAsync).WithName("Messages");
        store.MapGet("/messages/{id}", GetAsync).WithName("Message");
        store.MapGet("/messages/{id}/body", BodyAsync).WithName("MessageBody");
    }

    internal static async Task<Results<Ok<MessagePage>, ProblemHttpResult>> ListAsync(
        StoreId store, [FromQuery(Name = "state")] string? stateName, string? campaign, CustomerId? customer, string? after, int? limit, Databases databases, CancellationToken ct)
    {
        var take = Math.Clamp(limit ?? 50, 1, 200);
        MessageState? state = Enum.TryParse<MessageState>(stateName, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null;
        if (stateName is not null && state is null) return TypedResults.Problem("state is queued, handingOver, sent, failed, dropped, unknown, delivered or bounced.", statusCode: StatusCodes.Status400BadRequest);
        await using var db = databases.Open(store);
        var all = from m in db.Messages
                  join c in db.Campaigns on m.CampaignId equals c.Id
                  where (state == null || m.State == state) && (campaign == null || c.Key == campaign) && (customer == null || m.CustomerId == customer)
                  select new { Message = m, c.Key, c.Name };
        var before = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? Instants.FromMicroseconds(last) : (DateTimeOffset?)null;
        var page = before is { } end ? all.Where(x => x.Message.CreatedAt < end) : all;
        var rows = await page.OrderByDescending(x => x.Message.CreatedAt).Take(take + 1).Select(x => new
        {
            x.Message.Id,
            x.Key,
            x.Name,
            x.Message.Step,
            x.Message.CustomerId,
            x.Message.Channel,
            x.Message.State,
            x.Message.Address,
            x.Message.Subject,
            x.Message.CreatedAt,
            x.Message.SettledAt,
            x.Message.Why,
            x.Message.Test,
        }).ToListAsync(ct).ConfigureAwait(false);
        var people = rows.Select(r => r.CustomerId).Distinct().ToList();
        var names = await db.Customers.Where(c => people.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => $"{c.FirstName} {c.LastName}".Trim(), ct).ConfigureAwait(false);
        var hits = await HitsAsync(db, rows.ConvertAll(r => r.Id), ct).ConfigureAwait(false);
        return TypedResults.Ok(new MessagePage(
            [.. rows.Take(take).Select(r => new MessageSummary(r.Id, r.Key, r.Name, r.Step, r.CustomerId, names.GetValueOrDefault(r.CustomerId) ?? "", r.Channel, r.State, Address.Mask(r.Address), r.Subject,
                r.CreatedAt, Sent(r.State, r.SettledAt), hits.Contains((r.Id, EventKind.MessageOpened)), hits.Contains((r.Id, EventKind.MessageClicked)), r.Why, r.Test))],
            rows.Count > take ? Instants.ToMicroseconds(rows[take - 1].CreatedAt).ToString(CultureInfo.InvariantCulture) : null,
            await all.CountAsync(ct).ConfigureAwait(false)));
    }

    internal static async Task<Results<Ok<MessageDetail>, NotFound>> GetAsync(StoreId store, MessageId id, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var m = await db.Messages.SingleOrDefaultAsync(x => x.Id == id, ct).ConfigureAwait(false);
        if (m is null) return TypedResults.NotFound();
        var campaign = await db.Campaigns.Where(c => c.Id == m.CampaignId).Select(c => new { c.Key, c.Name }).SingleAsync(ct).ConfigureAwait(false);
        var customer = await db.Customers.Where(c => c.Id == m.CustomerId).Select(c => new { c.FirstName, c.LastName }).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        // Links have no store filter of their own: the store is named here.
        var links = await db.Links.Where(l => l.StoreId == store && l.MessageId == id).Select(l => new MessageLink(l.Purpose, l.Destination)).ToListAsync(ct).ConfigureAwait(false);
        var hits = await HitsAsync(db, [id], ct).ConfigureAwait(false);
        return TypedResults.Ok(new MessageDetail(
            new MessageSummary(m.Id, campaign.Key, campaign.Name, m.Step, m.CustomerId, $"{customer?.FirstName} {customer?.LastName}".Trim(), m.Channel, m.State, Address.Mask(m.Address), m.Subject, m.CreatedAt,
                Sent(m.State, m.SettledAt), hits.Contains((id, EventKind.MessageOpened)), hits.Contains((id, EventKind.MessageClicked)), m.Why, m.Test),
            m.Text, m.Via, m.Language, links));
    }

    /// <summary>As the customer sees it, in a box without scripts, forms, cookies or addresses to go to.</summary>
    internal static async Task<IResult> BodyAsync(StoreId store, MessageId id, HttpContext http, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var message = await db.Messages.Where(m => m.Id == id).Select(m => new { m.Html, m.Text }).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        if (message is null) return TypedResults.NotFound();
        http.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; frame-ancestors 'self'";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers["X-Content-Type-Options"] = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        // Looking at it here is no open: the picture that tells of one is taken out.
        var html = message.Html is { } body ? Pictures.Replace(body, "") : "<p>The text has been forgotten after its time.</p>";
        return TypedResults.Text(html, "text/html; charset=utf-8");
    }

    private static readonly System.Text.RegularExpressions.Regex Pictures = new("<img src=\"[^\"]*/o/[A-Za-z0-9_-]{20,60}\"[^>]*>",
        System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static async Task<HashSet<(MessageId, EventKind)>> HitsAsync(ComebackDb db, IReadOnlyCollection<MessageId> ids, CancellationToken ct)
    {
        var wanted = ids.Select(i => (MessageId?)i).ToList();
        var hits = await db.Events.Where(e => e.Kind >= EventKind.MessageSent && wanted.Contains(e.MessageId) && (e.Kind == EventKind.MessageOpened || e.Kind == EventKind.MessageClicked)
                && (e.Verdict == HitVerdict.Human || (e.Verdict == HitVerdict.Unsure && e.Kind == EventKind.MessageOpened)))
            .Select(e => new { e.MessageId, e.Kind }).Distinct().ToListAsync(ct).ConfigureAwait(false);
        return [.. hits.Select(h => (h.MessageId!.Value, h.Kind))];
    }

    private static DateTimeOffset? Sent(MessageState state, DateTimeOffset? settled) => state is MessageState.Sent or MessageState.Delivered or MessageState.Bounced ? settled : null;
}

internal sealed record MessagePage(IReadOnlyList<MessageSummary> Items, string? Next, int Total);
internal sealed record MessageSummary(
    MessageId Id, string CampaignKey, string CampaignName, int Step, CustomerId CustomerId, string CustomerName, Channel Channel, MessageState State, string Address, string Subject,
    DateTimeOffset CreatedAt, DateTimeOffset? SentAt, bool Opened, bool Clicked, string? Why, bool Test);
internal sealed record MessageDetail(MessageSummary Message, string? Text, string? Via, string Language, IReadOnlyList<MessageLink> Links);
internal sealed record MessageLink(LinkPurpose Purpose, string? Destination);
