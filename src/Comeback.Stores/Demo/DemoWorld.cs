using System.Globalization;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Demo;

/// <summary>
/// Something that came to pass in the demo store. <see cref="AsOf"/> gives the whole state of its thing at an instant; the first happening of a
/// thing is marked, since a history needs only that one, as it stands at its end.
/// </summary>
internal sealed record DemoHappening(DateTimeOffset At, bool First, Func<DateTimeOffset, StoreRecord> AsOf, DemoOrder? Order = null);

/// <summary>
/// The lives of all shoppers in one time-ordered stream that never ends. Everything is a function of the seed and the anchor: after a restart the
/// world is run again up to the present without being written, and goes on as if nothing had been.
/// </summary>
internal sealed class DemoWorld
{
    private readonly DemoTruth truth;
    private readonly DemoSeasons seasons;
    private readonly string baseUrl;
    private readonly PriorityQueue<(Action? Expand, DemoHappening? Happening), (long, long)> ahead = new();
    private readonly List<DemoPerson> people = [];
    private readonly Dictionary<string, DemoPerson> byEmail = new(StringComparer.Ordinal);
    private long sequence;
    private int orders;
    private int carts;
    private readonly double arrivalsPerDay;

    public DemoWorld(DemoTruth truth, string baseUrl)
    {
        this.truth = truth;
        this.baseUrl = baseUrl;
        seasons = new DemoSeasons(truth.Start, truth.Anchor.AddDays(90));
        var days = seasons.Passed(DemoRegion.Nordic, truth.Anchor);
        arrivalsPerDay = truth.Customers / days * 1.8 / 1.4;
        foreach (var joinedAt in Arrivals(days))
            Schedule(joinedAt, () => Join(joinedAt));
        ScheduleNextArrival(truth.Customers, days);
        for (var letter = 1; letter <= 6; letter++)
        {
            var number = letter;
            Schedule(truth.Anchor.AddDays(9 - (14 * number)), () => Newsletter(number));
        }
        Schedule(truth.BrowsingFrom, () => Stranger(0, seasons.Passed(DemoRegion.Nordic, truth.BrowsingFrom)));
    }

    public DemoTruth Truth => truth;
    public DateTimeOffset Now { get; private set; }
    public IReadOnlyList<DemoPerson> People => people;

    public DemoPerson? ByEmail(string email) => byEmail.GetValueOrDefault(email);

    /// <summary>What happens up to and including the instant, in order of time.</summary>
    public IEnumerable<DemoHappening> Until(DateTimeOffset until)
    {
        while (ahead.TryPeek(out _, out var key) && key.Item1 <= until.UtcTicks)
        {
            var (expand, happening) = ahead.Dequeue();
            expand?.Invoke();
            if (happening is not null)
                yield return happening;
        }
        Now = until;
    }

    private void Schedule(DateTimeOffset at, Action expand) => ahead.Enqueue((expand, null), (at.UtcTicks, sequence++));

    private void Happens(DateTimeOffset at, bool first, Func<DateTimeOffset, StoreRecord> asOf, DemoOrder? order = null) =>
        ahead.Enqueue((null, new DemoHappening(at, first, asOf, order)), (at.UtcTicks, sequence++));

    // The shop grows: at the end nearly twice as many new customers come as in the beginning.
    private List<DateTimeOffset> Arrivals(double days)
    {
        var random = new DemoRandom(truth.Seed, 2);
        var shares = Enumerable.Range(0, truth.Customers).Select(_ => (Math.Sqrt(1 + (2.24 * random.Unit())) - 1) / .8).Order();
        return [.. shares.Select(share => seasons.At(DemoRegion.Nordic, share * days) ?? truth.Anchor)];
    }

    private void ScheduleNextArrival(int index, double days)
    {
        var next = days + new DemoRandom(truth.Seed, 3, index).Exponential(1 / arrivalsPerDay);
        if (seasons.At(DemoRegion.Nordic, next) is { } at)
            Schedule(at, () =>
            {
                Join(at);
                ScheduleNextArrival(index + 1, next);
            });
    }

    private void Join(DateTimeOffset at)
    {
        var person = DemoPeople.Make(truth, people.Count, at);
        people.Add(person);
        if (person.Person.Email is { } email)
            byEmail[email] = person;
        var random = Stream(4, person.Index);
        if (!person.Guest)
        {
            Happens(at, first: true, person.Record);
            foreach (var change in person.Consents.Where(c => c.At > at))
                Happens(change.At, first: false, person.Record);
        }

        var from = seasons.Passed(person.Region, at);
        if (person.Role == DemoRole.Prospect)
        {
            Event(EventKind.SignedUp, person, null, at, $"up{person.Index}");
            if (random.Chance(.35))
                ScheduleOrder(person, 0, seasons.At(person.Region, from + random.Exponential(60)), at);
        }
        else
        {
            ScheduleOrder(person, 0, at.AddMinutes(2 + random.Below(20)), at);
        }
        if (person.Role is DemoRole.Shopper or DemoRole.Prospect)
            ScheduleVisit(person, 0, Math.Max(from + 1, seasons.Passed(person.Region, truth.BrowsingFrom)));
    }

    // An order is looked around for and lies in a cart first; every seventh cart waits for hours before its owner comes back without being asked.
    private void ScheduleOrder(DemoPerson person, int number, DateTimeOffset? at, DateTimeOffset earliest)
    {
        if (at is not { } placedAt || (number > 0 && placedAt >= person.DropsAt))
            return;
        var random = Stream(5, person.Index, number);
        var lead = number > 0 && random.Chance(.14) ? TimeSpan.FromMinutes(random.Between(120, 1900)) : TimeSpan.FromMinutes(random.Between(8, 50));
        var start = placedAt - lead;
        start = Whole(start < earliest ? earliest : start);
        placedAt = Whole(placedAt < start.AddMinutes(2) ? start.AddMinutes(2) : placedAt);
        Schedule(start, () => Occasion(person, number, start, placedAt, random));
    }

    private void Occasion(DemoPerson person, int number, DateTimeOffset start, DateTimeOffset placedAt, DemoRandom random)
    {
        var basket = DemoBaskets.Fill(random, person, placedAt);
        DemoCart? cart = null;
        if (start >= truth.BrowsingFrom)
        {
            foreach (var (line, i) in basket.Take(3).Select((l, i) => (l, i)))
                View(person, null, line.Variant.Product, start.AddSeconds(15 * i), $"o{person.Index}-{number}-{i}");
            cart = Cart(person, start.AddSeconds(60), basket, placedAt);
            if (placedAt - start > TimeSpan.FromHours(1))
                person.OpenCart = cart;
        }
        Schedule(placedAt, () => Place(person, number, placedAt, basket, cart, random));
    }

    private void Place(DemoPerson person, int number, DateTimeOffset at, List<DemoBasketLine> basket, DemoCart? cart, DemoRandom random)
    {
        var name = (1001 + orders++).ToString(CultureInfo.InvariantCulture);
        var order = DemoOrder.Make(random, person, "o" + name, "#" + name, at, basket, cart?.Id);
        person.OrdersSoFar++;
        person.OpenCart = null;
        if (order.Steps[0].Standing != OrderStanding.Failed)
            person.Bought.AddRange(basket.Select(l => l.Variant));
        Happens(at, first: true, order.AsOf, order);
        foreach (var step in order.Steps.Skip(1))
            Happens(step.At, first: false, order.AsOf, order);
        if (person.Role == DemoRole.Staff)
            return;
        var gap = random.Gamma(person.Regularity, 1 / person.RatePerDay);
        ScheduleOrder(person, number + 1, seasons.At(person.Region, seasons.Passed(person.Region, at) + Math.Max(.15, gap)), at.AddHours(1));
    }

    private void ScheduleVisit(DemoPerson person, int number, double from)
    {
        var random = Stream(6, person.Index, number);
        var days = from + random.Exponential(1 / ((person.RatePerDay * 1.1) + .012));
        if (seasons.At(person.Region, days) is { } at && at < person.DropsAt.AddDays(20))
            Schedule(at, () => Visit(person, number, at, days, random));
    }

    private void Visit(DemoPerson person, int number, DateTimeOffset at, double days, DemoRandom random)
    {
        var views = 1 + random.Below(4);
        if (random.Chance(.3))
            Event(EventKind.CategoryViewed, person, null, at, $"wc{person.Index}-{number}", category: DemoCatalogue.Categories[random.Weighted(person.Taste)].Key);
        for (var i = 0; i < views; i++)
            View(person, null, DemoBaskets.Look(random, person.Taste), at.AddSeconds(40 * i), $"w{person.Index}-{number}-{i}");
        if (random.Chance(.26))
        {
            var made = at.AddSeconds((40 * views) + random.Below(600));
            person.OpenCart = Cart(person, made, DemoBaskets.Fill(random, person, made), null);
        }
        ScheduleVisit(person, number + 1, days);
    }

    private void Stranger(int number, double days)
    {
        var random = Stream(7, number);
        if (number > 0 && seasons.At(DemoRegion.Nordic, days) is { } at)
        {
            var region = random.Chance(.3) ? DemoRegion.Gulf : DemoRegion.Nordic;
            var taste = DemoCatalogue.Categories.Select(c => region == DemoRegion.Gulf ? c.GulfWeight : c.NordicWeight).ToArray();
            for (var i = random.Below(3); i >= 0; i--)
                View(null, "visitor-" + number.ToString(CultureInfo.InvariantCulture), DemoBaskets.Look(random, taste), at.AddSeconds(25 * i), $"s{number}-{i}");
        }
        var next = days + random.Exponential(1 / 45.0);
        if (seasons.At(DemoRegion.Nordic, next) is { } then)
            Schedule(then, () => Stranger(number + 1, next));
    }

    // The shop wrote newsletters before it had Comeback; how people took them is known, as an old mail tool's export would say it.
    private void Newsletter(int number)
    {
        foreach (var person in people.Where(p => p.Person.Email is not null && p.MayMailAt(truth.Anchor.AddDays(9 - (14 * number)))))
        {
            var random = Stream(8, person.Index, number);
            var at = truth.Anchor.AddDays(9 - (14 * number)).AddSeconds(random.Below(1800));
            Message(EventKind.MessageDelivered, at, "d");
            if (person.PrivacyProxy)
                Message(EventKind.MessageOpened, at.AddSeconds(20 + random.Below(60)), "p", HitVerdict.PrivacyProxy);
            if (!random.Chance(person.OpensShare))
                continue;
            var opened = Whole(at.AddHours(random.Exponential(9) + .05));
            Message(EventKind.MessageOpened, opened, "o", HitVerdict.Human);
            if (random.Chance(person.ClicksShare))
                Message(EventKind.MessageClicked, opened.AddSeconds(5 + random.Below(90)), "c", HitVerdict.Human);

            void Message(EventKind kind, DateTimeOffset when, string mark, HitVerdict verdict = HitVerdict.Unsure) => Happens(when, first: true, _ => new EventRecord
            {
                UpdatedAt = when,
                At = when,
                ExternalId = $"n{number}-{person.Index}-{mark}",
                Kind = kind,
                Person = person.Person,
                Channel = Channel.Email,
                Verdict = verdict,
            });
        }
    }

    private DemoCart Cart(DemoPerson person, DateTimeOffset at, IReadOnlyList<DemoBasketLine> lines, DateTimeOffset? boughtAt)
    {
        var cart = new DemoCart("k" + (1 + carts++).ToString(CultureInfo.InvariantCulture), person, at, lines);
        Happens(at, first: true, asOf => CartRecord(cart, at, boughtAt is { } bought && bought <= asOf ? bought : null));
        if (boughtAt is { } closed)
            Happens(closed, first: false, _ => CartRecord(cart, at, closed));
        return cart;
    }

    /// <summary>A cart as it stands, open or closed.</summary>
    public CartRecord CartRecord(DemoCart cart, DateTimeOffset at, DateTimeOffset? closedAt) => new()
    {
        UpdatedAt = closedAt ?? at,
        ExternalId = cart.Id,
        Person = cart.Person.Person,
        CreatedAt = cart.CreatedAt,
        RecoveryUrl = $"{baseUrl}/demo/shop/cart/{cart.Id}",
        Total = new Money(cart.Lines.Sum(l => DemoCatalogue.Price(l.Variant, cart.Person.Currency).Minor * l.Quantity), cart.Person.Currency),
        Lines =
        [
            .. cart.Lines.Select(l => new CartLineRecord
            {
                ProductExternalId = l.Variant.Product.Id,
                VariantExternalId = l.Variant.Id,
                Title = l.Variant.Product.Title(cart.Person.Person.Language ?? "en"),
                Quantity = l.Quantity,
                UnitPrice = DemoCatalogue.Price(l.Variant, cart.Person.Currency),
                ImageUrl = $"{baseUrl}/demo/pictures/{l.Variant.Product.Key}.svg",
            }),
        ],
        Closed = closedAt is not null,
    };

    private void View(DemoPerson? person, string? visitor, DemoProduct product, DateTimeOffset at, string id) =>
        Event(EventKind.ProductViewed, person, visitor, at, id, product.Id);

    private void Event(EventKind kind, DemoPerson? person, string? visitor, DateTimeOffset at, string id, string? product = null, string? category = null) =>
        Happens(at, first: true, _ => new EventRecord
        {
            UpdatedAt = at,
            At = at,
            ExternalId = id,
            Kind = kind,
            Person = person?.Person,
            Visitor = visitor,
            ProductExternalId = product,
            CategoryExternalId = category is null ? null : "cat-" + category,
        });

    private DemoRandom Stream(params ReadOnlySpan<long> key) => new([truth.Seed, .. key]);

    private static DateTimeOffset Whole(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond));
}
