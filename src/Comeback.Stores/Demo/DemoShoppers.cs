using System.Globalization;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Demo;

/// <summary>A message of ours that reached a shopper of the demo store.</summary>
public sealed record DemoMessage(long Id, string CampaignKey, string Email, DateTimeOffset SentAt);

public enum DemoReactionKind : byte { Opened, OpenedByProxy, Clicked, Answered, Complained, Unsubscribed }

/// <summary>What a shopper does with a message besides buying, and when.</summary>
public sealed record DemoReaction(long MessageId, DateTimeOffset At, DemoReactionKind Kind, Person Person);

/// <summary>What came to pass in a stretch of the demo's time, in its order: records for Sync, reactions for the doors of the messages.</summary>
public sealed record DemoStretch(IReadOnlyList<StoreRecord> Records, IReadOnlyList<DemoReaction> Reactions);

/// <summary>
/// The shoppers who stay alive while Comeback runs: they browse, leave carts, buy (stock falls and is filled up again) and react to the messages that
/// they get, with a true effect of each campaign (<see cref="DemoTruth.Effects"/>).
/// </summary>
public sealed class DemoShoppers
{
    private readonly DemoWorld world;
    private readonly string baseUrl;
    private readonly Dictionary<string, int?> stock;
    private readonly PriorityQueue<(DemoReaction? Reaction, DemoHappening? Happening), (long, long)> pending = new();
    private readonly HashSet<long> received = [];
    private long sequence;

    /// <param name="now">How far the demo's time has come: the world is run again up to here, unwritten.</param>
    /// <param name="stock">What is left of each variant by its id in the store; null starts with what the catalogue says.</param>
    public DemoShoppers(DemoTruth truth, string baseUrl, DateTimeOffset now, IReadOnlyDictionary<string, int?>? stock = null)
    {
        this.baseUrl = baseUrl;
        world = new DemoWorld(truth, baseUrl);
        this.stock = DemoCatalogue.Variants.ToDictionary(v => v.Key, v => stock is null ? v.Value.Stock : stock.GetValueOrDefault(v.Key, v.Value.Stock), StringComparer.Ordinal);
        foreach (var past in world.Until(now))
            _ = past;
    }

    public DateTimeOffset Now => world.Now;

    public IReadOnlyList<DemoTruthOfCustomer> Truth() => [.. world.People.Select(p => p.Truth)];

    /// <summary>
    /// Hands a message to its shopper, who decides at once, and for good, what to do about it and when. After a restart the recent messages are
    /// handed over again with <paramref name="again"/>, so that what was still to come comes.
    /// </summary>
    public void Receive(DemoMessage message, bool again = false)
    {
        if (world.ByEmail(message.Email) is not { } person || !received.Add(message.Id))
            return;
        var random = new DemoRandom(world.Truth.Seed, 9, message.Id);
        var alive = person.DropsAt > message.SentAt;
        var brings = random.Chance(Math.Min(.95, world.Truth.EffectOf(message.CampaignKey) * person.Responds));
        if (person.PrivacyProxy)
            React(DemoReactionKind.OpenedByProxy, message.SentAt.AddSeconds(20 + random.Below(90)));
        var opens = random.Chance(person.OpensShare * (alive ? 1 : .4));
        var clicks = random.Chance(person.ClicksShare * 1.6);
        var mood = random.Unit();
        var opened = message.SentAt.AddSeconds(60 + Math.Floor(random.Exponential(5 * 3600)));
        var clicked = opened.AddSeconds(8 + random.Below(120));
        if (!opens && !brings)
            return;
        React(DemoReactionKind.Opened, opened);
        if (clicks || brings)
            React(DemoReactionKind.Clicked, clicked);
        if (brings)
            Buy(message, person, random, clicked.AddSeconds(300 + Math.Floor(random.Exponential(6 * 3600))), again);
        else if (mood < .012)
            React(DemoReactionKind.Unsubscribed, opened.AddSeconds(30));
        else if (mood < .0135)
            React(DemoReactionKind.Complained, opened.AddSeconds(30));
        else if (mood < .022)
            React(DemoReactionKind.Answered, opened.AddMinutes(4));

        void React(DemoReactionKind kind, DateTimeOffset at)
        {
            if (at > Now || !again)
                pending.Enqueue((new DemoReaction(message.Id, NotBefore(at), kind, person.Person), null), (NotBefore(at).UtcTicks, sequence++));
        }
    }

    /// <summary>The customer as the store has them after they said no.</summary>
    public CustomerRecord WhoSaidNo(DemoReaction reaction)
    {
        var customer = world.ByEmail(reaction.Person.Email!)!.Record(reaction.At);
        var source = reaction.Kind == DemoReactionKind.Complained ? "complaint" : "one-click";
        return customer with { UpdatedAt = reaction.At, Consents = [.. customer.Consents, new ConsentRecord(Channel.Email, ConsentState.Withdrawn, reaction.At, source, null)] };
    }

    /// <summary>Lets time pass until <paramref name="to"/> and says what came to pass.</summary>
    public DemoStretch Advance(DateTimeOffset to)
    {
        var from = Now;
        var records = new List<StoreRecord>();
        var reactions = new List<DemoReaction>();
        var touched = new Dictionary<DemoProduct, DateTimeOffset>();
        var happenings = world.Until(to).ToList();
        while (pending.TryPeek(out _, out var key) && key.Item1 <= to.UtcTicks)
        {
            var (reaction, happening) = pending.Dequeue();
            if (reaction is not null)
                reactions.Add(reaction);
            if (happening is not null)
                happenings.Add(happening);
        }
        foreach (var happening in happenings.OrderBy(h => h.At))
        {
            records.Add(happening.AsOf(happening.At));
            if (happening is { First: true, Order: { } order } && order.Steps[0].Standing == OrderStanding.Counted)
                Sell(order, touched);
        }
        for (var morning = NextMorning(from); morning <= to; morning = morning.AddDays(1))
            Restock(morning, touched);
        records.AddRange(touched.OrderBy(t => t.Value).Select(t => DemoCatalogue.Record(t.Key, baseUrl, v => stock[v.Id], t.Value)));
        return new DemoStretch(records, reactions);
    }

    private void Buy(DemoMessage message, DemoPerson person, DemoRandom random, DateTimeOffset at, bool again)
    {
        at = again ? at : NotBefore(at);
        var cart = message.CampaignKey == "abandoned_cart" ? person.OpenCart : null;
        var basket = cart?.Lines ?? DemoBaskets.Fill(random, person, at);
        var id = message.Id.ToString(CultureInfo.InvariantCulture);
        var order = DemoOrder.Make(random, person, "om" + id, "#M" + id, at, basket, cart?.Id, message.Id);
        foreach (var (step, i) in order.Steps.Select((s, i) => (s, i)))
            Later(step.At, new DemoHappening(step.At, i == 0, order.AsOf, order));
        if (cart is not null)
            Later(at, new DemoHappening(at, false, _ => world.CartRecord(cart, at, at)));

        void Later(DateTimeOffset when, DemoHappening happening)
        {
            if (when > Now)
                pending.Enqueue((null, happening), (when.UtcTicks, sequence++));
        }
    }

    // When more is bought than there was, a delivery came in just before.
    private void Sell(DemoOrder order, Dictionary<DemoProduct, DateTimeOffset> touched)
    {
        foreach (var line in order.Basket)
        {
            if (stock[line.Variant.Id] is not { } left)
                continue;
            stock[line.Variant.Id] = left >= line.Quantity ? left - line.Quantity : left + line.Variant.Par - line.Quantity;
            touched[line.Variant.Product] = order.PlacedAt;
        }
    }

    private void Restock(DateTimeOffset morning, Dictionary<DemoProduct, DateTimeOffset> touched)
    {
        var random = new DemoRandom(world.Truth.Seed, 10, morning.UtcTicks);
        foreach (var variant in DemoCatalogue.Variants.Values)
        {
            if (stock[variant.Id] is not (<= 4 and { } left) || !random.Chance(.4))
                continue;
            stock[variant.Id] = left + variant.Par;
            touched[variant.Product] = touched.TryGetValue(variant.Product, out var later) && later > morning ? later : morning;
        }
    }

    // A message is heard of a moment after it was sent: what its reader did meanwhile is done now.
    private DateTimeOffset NotBefore(DateTimeOffset at) => at > Now ? at : Now.AddSeconds(1);

    private static DateTimeOffset NextMorning(DateTimeOffset from)
    {
        var today = new DateTimeOffset(from.UtcDateTime.Date.AddHours(6), TimeSpan.Zero);
        return today > from ? today : today.AddDays(1);
    }
}
