using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Messages;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Microsoft.EntityFrameworkCore;
using CampaignSubject = Comeback.Engine.Campaigns.Subject;

namespace Comeback.Campaigns;

/// <summary>One run at one step of its campaign.</summary>
internal sealed record StepSubject(CampaignRow Campaign, CampaignRules Rules, CampaignStepRow Step, RunRow Run);

/// <summary>What the decision needs about one subject, and the rows that a text is made of.</summary>
/// <param name="LiveCode">A code that an earlier message gave this person and that still holds; they get no other one beside it.</param>
internal sealed record Prepared(
    StepSubject Subject, Situation Situation, CustomerRow? Customer, CartRow? Cart, IReadOnlyList<CartGoods> Goods, string? LiveCode = null);

/// <summary>A line of a cart that can still be bought, with the stock that may be spoken of.</summary>
internal sealed record CartGoods(CartLineRecord Line, ProductRow? Product, VariantRow? Variant)
{
    public int? OnlyLeft => Scarcity.OnlyLeft(Variant?.Stock, Variant?.SellsWithoutStock ?? true, Product is { Published: true, Deleted: false });
}

/// <summary>
/// Reads, for a batch of people, everything that the decision looks at, as it is at this moment: consents, orders since, stock, carts, budget.
/// One query a table for the whole batch.
/// </summary>
internal static class SituationReader
{
    private const string NotAShopper = "not_a_shopper";

    /// <param name="except">Messages that are themselves being decided about: they do not count against their own person.</param>
    public static async Task<List<Prepared>> ReadAsync(
        ComebackDb db, StoreStanding standing, IReadOnlyList<StepSubject> subjects, DateTimeOffset now, Func<Channel, string, string> hash, CancellationToken ct,
        IReadOnlySet<MessageId>? except = null)
    {
        var people = subjects.Select(s => s.Run.CustomerId).Distinct().ToList();
        var customers = await db.Customers.Where(c => people.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct).ConfigureAwait(false);
        var consents = (await db.Consents.Where(c => people.Contains(c.CustomerId)).ToListAsync(ct).ConfigureAwait(false)).ToLookup(c => c.CustomerId);
        var orders = (await db.Orders.Where(o => people.Contains(o.CustomerId) && !o.Test)
            .Select(o => new { o.CustomerId, o.PlacedAt, o.Standing, o.Kind, o.DeliveredAt }).ToListAsync(ct).ConfigureAwait(false)).ToLookup(o => o.CustomerId);
        var since = now.AddDays(-Math.Max(14, standing.Pressure.DisengagedDays));
        var sent = (await db.Messages.Where(m => people.Contains(m.CustomerId) && !m.Test && m.CreatedAt >= since)
            .Select(m => new { m.Id, m.CustomerId, m.CampaignId, m.Occurrence, m.Step, m.State, m.CreatedAt }).ToListAsync(ct).ConfigureAwait(false)).ToLookup(m => m.CustomerId);
        var keys = subjects.Select(s => s.Campaign.SegmentKey).Concat(["highly_engaged", "moderately_engaged", "disengaged", NotAShopper]).Distinct(StringComparer.Ordinal).ToList();
        var segments = await db.Segments.Where(s => keys.Contains(s.Key)).ToDictionaryAsync(s => s.Key, s => s.Id, ct).ConfigureAwait(false);
        var ids = segments.Values.ToList();
        var memberships = (await db.Memberships.Where(m => people.Contains(m.CustomerId) && ids.Contains(m.SegmentId) && m.LeftAt == null)
            .Select(m => new { m.CustomerId, m.SegmentId }).ToListAsync(ct).ConfigureAwait(false)).Select(m => (m.CustomerId, m.SegmentId)).ToHashSet();
        var codes = await LiveCodes.ReadAsync(db, people, standing, now, except, ct).ConfigureAwait(false);
        var carts = await CartsAsync(db, subjects, ct).ConfigureAwait(false);
        var otherRuns = await OtherCartRunsAsync(db, subjects, people, now, ct).ConfigureAwait(false);
        var deliveries = standing.Pressure.UndeliveredDays > 0
            && await db.Orders.AnyAsync(o => o.DeliveredAt != null && o.PlacedAt > now.AddDays(-90), ct).ConfigureAwait(false);
        var blocked = await BlockedAsync(db, customers.Values, hash, ct).ConfigureAwait(false);

        bool In(CustomerId customer, string key) => segments.TryGetValue(key, out var id) && memberships.Contains((customer, id));

        var prepared = new List<Prepared>(subjects.Count);
        foreach (var subject in subjects)
        {
            var id = subject.Run.CustomerId;
            var row = customers.GetValueOrDefault(id);
            var own = orders[id].ToList();
            var placed = own.Where(o => o.Standing is OrderStanding.Placed or OrderStanding.Counted && o.PlacedAt <= now).ToList();
            var channel = subject.Step.Channel;
            var address = channel == Channel.Email ? (Address.IsMailable(row?.Email) ? row!.Email : null) : row?.Phone;
            var customer = new CustomerState
            {
                Gone = row is null || row.Deleted || row.MergedInto is not null,
                // The store's mark, or its definition by which the segment was decided.
                NotAShopper = row?.NotAShopper == true || In(id, NotAShopper),
                ObjectsToProfiling = row?.ObjectsToProfiling ?? false,
                DoubtfulContact = row?.DoubtfulContact ?? false,
                Address = address,
                Country = row?.Country,
                SuppressedFor = address is null ? null : blocked.GetValueOrDefault((channel, address)),
                Consents = [.. consents[id].Where(c => c.Channel == channel).Select(c => new ConsentRecord(c.Channel, c.State, c.At, c.Source, c.Wording))],
                HasBought = own.Exists(o => o.Standing == OrderStanding.Counted),
                Engagement = In(id, "highly_engaged") ? Engagement.High : In(id, "moderately_engaged") ? Engagement.Moderate : In(id, "disengaged") ? Engagement.Disengaged : Engagement.None,
                Promotions = [.. sent[id].Where(m => except?.Contains(m.Id) != true && m.State is not (MessageState.Dropped or MessageState.Failed)).Select(m => m.CreatedAt)],
                LastPlacedOrderAt = placed.Count == 0 ? null : placed.Max(o => o.PlacedAt),
                UndeliveredSince = deliveries && placed.Where(o => o.DeliveredAt is null).Select(o => (DateTimeOffset?)o.PlacedAt).Max() is { } waiting ? waiting : null,
            };
            var nominal = subject.Run.StartedAt;
            var cart = carts.Carts.GetValueOrDefault(CartOf(subject.Run) ?? default);
            IReadOnlyList<CartGoods> goods = cart is null ? [] : carts.GoodsOf(cart);
            CartState? cartState = null;
            if (subject.Rules.Subject == CampaignSubject.Cart)
            {
                nominal = cart?.TouchedAt ?? nominal;
                cartState = new CartState
                {
                    TouchedAt = nominal,
                    Closed = cart is null || cart.Closed,
                    HasGoods = goods.Count > 0,
                    LastStepSentAt = sent[id].Where(m => m.CampaignId == subject.Campaign.Id && except?.Contains(m.Id) != true && m.State is not (MessageState.Dropped or MessageState.Failed))
                        .Select(m => (DateTimeOffset?)m.CreatedAt).Max(),
                    OtherRunAt = otherRuns.GetValueOrDefault((subject.Campaign.Id, subject.Run.CustomerId, subject.Run.Id)),
                };
            }
            var due = nominal.AddSeconds(subject.Step.DelaySeconds);
            var holds = !subject.Rules.RuleMustHold || In(id, subject.Campaign.SegmentKey);
            // The segment follows within a second; orders are asked directly, so that not even that second matters.
            holds &= subject.Rules.Subject switch
            {
                CampaignSubject.FirstOrder => own.Count(o => o.Standing == OrderStanding.Counted && o.Kind == OrderKind.Purchase) == 1 && placed.Count(o => o.Kind == OrderKind.Purchase) == 1,
                CampaignSubject.WinBack => customer.LastPlacedOrderAt is not { } last || last <= subject.Run.StartedAt,
                _ => true,
            };
            prepared.Add(new Prepared(subject, new Situation(now, customer, new StepState
            {
                Channel = channel,
                DueAt = due,
                UsefulUntil = subject.Step.UsefulForSeconds is { } useful ? due.AddSeconds(useful) : subject.Campaign.EndsAt,
                CampaignOn = subject.Campaign.State is CampaignState.On or CampaignState.Scheduled or CampaignState.Sending,
                EndsAt = subject.Campaign.EndsAt,
                RuleHolds = holds,
                Segment = subject.Campaign.SegmentKey,
                NeedsCompleteHistory = subject.Rules.NeedsCompleteHistory,
                Holdout = subject.Run.Holdout,
                Cart = cartState,
            }, standing), row, cart, goods, codes.GetValueOrDefault(id)));
        }
        return prepared;
    }

    /// <summary>The cart of a run whose occurrence is <c>cart:ID:N</c>.</summary>
    public static CartId? CartOf(RunRow run) =>
        run.Occurrence.Split(':') is ["cart", var id, ..] && long.TryParse(id, System.Globalization.CultureInfo.InvariantCulture, out var value) ? new CartId(value) : null;

    private static async Task<CartRows> CartsAsync(ComebackDb db, IReadOnlyList<StepSubject> subjects, CancellationToken ct)
    {
        var ids = subjects.Select(s => CartOf(s.Run)).OfType<CartId>().Distinct().ToList();
        if (ids.Count == 0) return new CartRows([], [], []);
        var carts = await db.Carts.Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct).ConfigureAwait(false);
        var external = carts.Values.SelectMany(LinesOf).Select(l => l.ProductExternalId).Distinct(StringComparer.Ordinal).ToList();
        var products = await db.Products.Where(p => external.Contains(p.ExternalId)).ToDictionaryAsync(p => p.ExternalId, StringComparer.Ordinal, ct).ConfigureAwait(false);
        var productIds = products.Values.Select(p => p.Id).ToList();
        var variants = await db.Variants.Where(v => productIds.Contains(v.ProductId)).ToListAsync(ct).ConfigureAwait(false);
        return new CartRows(carts, products, variants);
    }

    private static IReadOnlyList<CartLineRecord> LinesOf(CartRow cart)
    {
        try
        {
            return JsonSerializer.Deserialize<List<CartLineRecord>>(cart.Lines, Json.Options) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    // "One cart run a person in seven days": another run of the same campaign that began earlier.
    private static async Task<Dictionary<(CampaignId, CustomerId, long), DateTimeOffset?>> OtherCartRunsAsync(
        ComebackDb db, IReadOnlyList<StepSubject> subjects, List<CustomerId> people, DateTimeOffset now, CancellationToken ct)
    {
        var carts = subjects.Where(s => s.Rules.Subject == CampaignSubject.Cart).ToList();
        if (carts.Count == 0) return [];
        var campaigns = carts.Select(s => s.Campaign.Id).Distinct().ToList();
        var from = now.AddDays(-30);
        var runs = await db.Runs.Where(r => people.Contains(r.CustomerId) && campaigns.Contains(r.CampaignId) && r.StartedAt >= from)
            .Select(r => new { r.Id, r.CampaignId, r.CustomerId, r.StartedAt }).ToListAsync(ct).ConfigureAwait(false);
        // The runs of a preview have no id of their own yet.
        return carts.ToDictionary(s => (s.Campaign.Id, s.Run.CustomerId, s.Run.Id), s => runs
            .Where(r => r.CustomerId == s.Run.CustomerId && r.CampaignId == s.Campaign.Id && r.Id < s.Run.Id)
            .Select(r => (DateTimeOffset?)r.StartedAt).Max());
    }

    private static async Task<Dictionary<(Channel, string), string>> BlockedAsync(ComebackDb db, IEnumerable<CustomerRow> customers, Func<Channel, string, string> hash, CancellationToken ct)
    {
        var byHash = new Dictionary<string, (Channel, string)>(StringComparer.Ordinal);
        foreach (var customer in customers)
        {
            if (customer.Email is { } email) byHash[hash(Channel.Email, email)] = (Channel.Email, email);
            if (customer.Phone is { } phone) byHash[hash(Channel.Sms, phone)] = (Channel.Sms, phone);
        }
        var wanted = byHash.Keys.ToList();
        var rows = await db.Suppressions.Where(s => wanted.Contains(s.AddressHash)).ToListAsync(ct).ConfigureAwait(false);
        var blocked = new Dictionary<(Channel, string), string>();
        foreach (var row in rows.Where(r => byHash[r.AddressHash].Item1 == r.Channel)) blocked[byHash[row.AddressHash]] = row.Reason;
        return blocked;
    }

    private sealed record CartRows(Dictionary<CartId, CartRow> Carts, Dictionary<string, ProductRow> Products, List<VariantRow> Variants)
    {
        public List<CartGoods> GoodsOf(CartRow cart)
        {
            var goods = new List<CartGoods>();
            foreach (var line in LinesOf(cart))
            {
                var product = Products.GetValueOrDefault(line.ProductExternalId);
                if (product is { Deleted: true } or { Published: false }) continue;
                var own = product is null ? [] : Variants.Where(v => v.ProductId == product.Id).ToList();
                var variant = line.VariantExternalId is { } wanted ? own.Find(v => v.ExternalId == wanted) : own.Count == 1 ? own[0] : null;
                // Sold out and not oversold: naming it would be a disappointment.
                if (variant is { Stock: <= 0, SellsWithoutStock: false }) continue;
                goods.Add(new CartGoods(line, product, variant));
            }
            return goods;
        }
    }
}
