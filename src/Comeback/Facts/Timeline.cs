using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Facts;

/// <summary>What happened to one customer, newest first: orders, refunds, carts, views, messages, consents, segments entered and left.</summary>
internal static class Timeline
{
    // A customer enters and leaves many segments at one instant.
    private const int AtOneInstant = 50;

    /// <summary>More than asked for, so that the caller sees whether there is another page and what else happened at its last instant.</summary>
    public static async Task<List<TimelineItem>> ReadAsync(ComebackDb db, CustomerId customer, DateTimeOffset before, int take, CancellationToken ct)
    {
        var more = take + AtOneInstant;
        var items = new List<TimelineItem>();
        foreach (var o in await db.Orders.Where(o => o.CustomerId == customer && o.PlacedAt < before).OrderByDescending(o => o.PlacedAt).Take(more)
            .ToListAsync(ct).ConfigureAwait(false))
            items.Add(new(o.PlacedAt, "order", $"Order {o.Number}", Standing(o), Amount(o.TotalMinor, o.Currency), null, Wording.Of("order", "number", o.Number), StandingSaid(o)));
        foreach (var r in await db.Refunds.Where(r => r.CustomerId == customer && r.At < before).OrderByDescending(r => r.At).Take(more)
            .ToListAsync(ct).ConfigureAwait(false))
            items.Add(new(r.At, "refund", "Refund", null, Amount(r.AmountMinor, r.Currency), null, Wording.Of("refund")));
        foreach (var c in await db.Carts.Where(c => c.CustomerId == customer && c.TouchedAt < before).OrderByDescending(c => c.TouchedAt).Take(more)
            .ToListAsync(ct).ConfigureAwait(false))
            items.Add(new(c.TouchedAt, "cart", c.Closed ? "Cart, closed" : "Cart", null, c is { TotalMinor: { } total, Currency: { } code } ? Amount(total, code) : null, null,
                Wording.Of(c.Closed ? "cartClosed" : "cart")));
        await EventsAsync(db, customer, before, more, items, ct).ConfigureAwait(false);
        foreach (var c in await db.Consents.Where(c => c.CustomerId == customer && c.At < before).OrderByDescending(c => c.At).Take(more)
            .ToListAsync(ct).ConfigureAwait(false))
            items.Add(new(c.At, "consent", $"{Words(c.Channel)}: {Words(c.State)}", c.Source, null, null, Wording.Of($"consent{c.State}", "channel", Key(c.Channel))));
        await SegmentsAsync(db, customer, before, more, items, ct).ConfigureAwait(false);
        return [.. items.OrderByDescending(i => i.At).ThenBy(i => i.Kind, StringComparer.Ordinal).Take(more)];
    }

    private static async Task EventsAsync(ComebackDb db, CustomerId customer, DateTimeOffset before, int more, List<TimelineItem> items, CancellationToken ct)
    {
        var events = await db.Events.Where(e => e.CustomerId == customer && e.At < before).OrderByDescending(e => e.At).Take(more).ToListAsync(ct).ConfigureAwait(false);
        var productIds = events.Where(e => e.ProductId is not null).Select(e => e.ProductId!.Value).Distinct().ToList();
        var products = await db.Products.Where(p => productIds.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Title, ct).ConfigureAwait(false);
        foreach (var e in events)
        {
            var detail = e.ProductId is { } id ? products.GetValueOrDefault(id) : null;
            var link = e.MessageId is { } message ? $"/api/stores/{e.StoreId}/messages/{message}" : null;
            items.Add(new(e.At, "event", Words(e.Kind), detail, null, link, Wording.Of(Key(e.Kind))));
        }
    }

    private static async Task SegmentsAsync(ComebackDb db, CustomerId customer, DateTimeOffset before, int more, List<TimelineItem> items, CancellationToken ct)
    {
        var stays = await db.Memberships.Where(m => m.CustomerId == customer && (m.EnteredAt < before || m.LeftAt < before))
            .OrderByDescending(m => m.LeftAt ?? m.EnteredAt).Take(more * 2)
            .Join(db.Segments, m => m.SegmentId, s => s.Id, (m, s) => new { s.Key, s.Name, Stay = m }).ToListAsync(ct).ConfigureAwait(false);
        var why = await WhyTexts.OfAsync(db, stays.Select(s => (s.Stay.EnteredBy, s.Stay.EnteredById))
            .Concat(stays.Where(s => s.Stay.LeftBy is not null).Select(s => (s.Stay.LeftBy!.Value, s.Stay.LeftById))), ct).ConfigureAwait(false);
        foreach (var s in stays)
        {
            if (s.Stay.EnteredAt < before) items.Add(new(s.Stay.EnteredAt, "entered", $"Entered {s.Name}", why.Of(s.Stay.EnteredBy, s.Stay.EnteredById), null, s.Key,
                Wording.Of("entered", "segment", s.Name), why.Said(s.Stay.EnteredBy, s.Stay.EnteredById)));
            if (s.Stay.LeftAt is { } left && left < before)
                items.Add(new(left, "left", $"Left {s.Name}", why.Of(s.Stay.LeftBy ?? MembershipCause.Time, s.Stay.LeftById), null, s.Key,
                    Wording.Of("left", "segment", s.Name), why.Said(s.Stay.LeftBy ?? MembershipCause.Time, s.Stay.LeftById)));
        }
    }

    private static Money? Amount(long minor, string currency) => Currency.TryParse(currency, out var known) ? new Money(minor, known) : null;

    // Only what is not an order like any other is said; a test order counts nowhere, whatever its standing.
    private static string? Standing(OrderRow order) => order switch
    {
        { Test: true } => "test order, not counted",
        { Standing: OrderStanding.Counted } => order.CashOnDelivery ? "cash on delivery" : null,
        { Standing: OrderStanding.Placed } => "placed, not yet counted",
        var other => $"{Lower(other.Standing.ToString())}, not counted",
    };

    private static Wording? StandingSaid(OrderRow order) => order switch
    {
        { Test: true } => Wording.Of("test"),
        { Standing: OrderStanding.Counted } => order.CashOnDelivery ? Wording.Of("cashOnDelivery") : null,
        var other => Wording.Of(Key(other.Standing)),
    };

    private static string Key<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string Words(Channel channel) => channel switch { Channel.Email => "E-mail", Channel.Sms => "SMS", _ => "WhatsApp" };

    private static string Words(ConsentState state) => state switch
    {
        ConsentState.Granted => "consent given",
        ConsentState.Withdrawn => "consent withdrawn",
        ConsentState.Pending => "sign-up not yet confirmed",
        _ => "no consent",
    };

    private static string Words(EventKind kind) => kind switch
    {
        EventKind.ProductViewed => "Viewed a product",
        EventKind.CategoryViewed => "Viewed a category",
        EventKind.Searched => "Searched",
        EventKind.CartTouched => "Changed the cart",
        EventKind.MessageSent => "Message sent",
        EventKind.MessageDelivered => "Message delivered",
        EventKind.MessageBounced => "Message bounced",
        EventKind.MessageOpened => "Opened a message",
        EventKind.MessageClicked => "Clicked in a message",
        EventKind.MessageAnswered => "Answered a message",
        EventKind.MessageComplained => "Complained about a message",
        EventKind.Unsubscribed => "Unsubscribed",
        EventKind.SignedUp => "Signed up",
        EventKind.Custom => "An event of the store",
        _ => "Something happened",
    };

    private static string Lower(string word) => word.ToLowerInvariant();
}
