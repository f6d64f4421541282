using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments.Oracle;

/// <summary>A store that lives: records come late, twice, corrected, deleted, under another owner, while time passes. Each goes to columns and world alike.</summary>
internal sealed class Scenario
{
    private readonly Tape tape;
    private readonly bool precise;

    public Scenario(int[] numbers)
    {
        tape = new Tape(numbers);
        var zone = tape.Pick("Europe/London", "America/New_York", "Asia/Kolkata", "Africa/Cairo", "Pacific/Apia", "America/Sao_Paulo");
        World = new World(zone);
        Columns = new StoreColumns(new StoreProfile(Currency.Parse("GBP"), zone));
        precise = tape.Chance(2);
        Now = new DateTimeOffset(2026, tape.Pick(1, 3, 4, 6, 10, 11), 20, 0, 0, 0, TimeSpan.Zero).AddMinutes(tape.Next(20_000));
        var keys = new List<string>();
        var count = 1 + tape.Next(4);
        for (var i = 0; i < count; i++)
        {
            var text = tape.Definition(tape.Next(3), keys);
            Definitions.Add(new SegmentDefinition("s" + i, text));
            keys.Add("s" + i);
        }
        if (tape.Chance(2))
        {
            var rule = tape.Definition(tape.Next(2), []);
            Columns.NotAShopper = Outsiders.Problem(rule) is null ? rule : "customer_tags CONTAINS 'vip'";
        }
        Categories();
        if (tape.Chance(2)) Regulars();
    }

    public World World { get; }
    public StoreColumns Columns { get; }
    public DateTimeOffset Now { get; private set; }
    public List<SegmentDefinition> Definitions { get; } = [];
    public bool AtEnd => tape.AtEnd;

    /// <summary>Lets time pass: minutes, hours or months, or to just before or after the wake that the engine announced.</summary>
    public void Wait(DateTimeOffset? wake)
    {
        var next = tape.Next(6) switch
        {
            0 => Now.AddMinutes(tape.Next(120)),
            1 => Now.AddHours(tape.Next(48)),
            2 => Now.AddDays(tape.Next(40)),
            3 when wake is { } at => at.AddTicks(-10),
            4 when wake is { } at => at,
            _ => Now.AddDays(tape.Next(4)),
        };
        if (next > Now && next.Year < 2030) Now = next;
    }

    /// <summary>One change, put into columns and world.</summary>
    public Touched Act(out CauseKind kind)
    {
        var who = tape.Next(7);
        switch (tape.Next(15))
        {
            case 14:
                kind = CauseKind.Merge;
                return Merge();
            case 0:
                kind = CauseKind.Customer;
                return Put(Customer(who));
            case 1 or 2 or 3 or 4 or 5:
                kind = CauseKind.Order;
                if (!World.Customers.ContainsKey(who)) return Put(Customer(who));
                var order = Order(who);
                World.Orders[order.Id.Value] = order;
                return Columns.PutOrder(order);
            case 6:
                kind = CauseKind.Order;
                var gone = tape.Next(14) + 1;
                World.Orders.Remove(gone);
                return Columns.RemoveOrder(new OrderId(gone));
            case 7:
                kind = CauseKind.Order;
                if (!World.Customers.ContainsKey(who)) return Put(Customer(who));
                var refund = new RefundFacts(tape.Next(4) + 1, who, When(), tape.Chance(6) ? null : tape.Next(3_000), tape.Chance(3));
                World.Refunds[refund.Id] = refund;
                return Columns.PutRefund(refund);
            case 8 or 9:
                kind = CauseKind.Event;
                if (!World.Customers.ContainsKey(who)) return Put(Customer(who));
                var happened = Event(who);
                World.Events[happened.Id.Value] = happened;
                return Columns.PutEvent(happened);
            case 10:
                kind = CauseKind.Cart;
                if (!World.Customers.ContainsKey(who)) return Put(Customer(who));
                var cart = new CartFacts
                {
                    Id = new(tape.Next(6) + 1),
                    Ordinal = tape.Chance(8) ? null : who,
                    TouchedAt = When(),
                    Closed = tape.Chance(4),
                    TotalMinor = tape.Next(5_000),
                    Products = [new ProductId(tape.Next(4))],
                };
                World.Carts[cart.Id.Value] = cart;
                return Columns.PutCart(cart);
            case 11:
                kind = CauseKind.Consent;
                if (!World.Customers.ContainsKey(who)) return Put(Customer(who));
                var consent = new ConsentFacts(who, tape.Pick(Channel.Email, Channel.Email, Channel.Sms), tape.Pick(ConsentState.Granted, ConsentState.Withdrawn, ConsentState.Pending), When());
                World.Consents.Add(consent);
                return Columns.PutConsent(consent);
            case 12:
                kind = CauseKind.Catalogue;
                var product = new ProductFacts
                {
                    Id = new(tape.Next(4)),
                    Categories = tape.Chance(3) ? [] : [new CategoryId(tape.Next(4))],
                    Tags = tape.Chance(2) ? ["organic"] : [],
                    Vendor = tape.Chance(2) ? "ACME" : null,
                    PriceMinor = tape.Chance(4) ? null : tape.Next(4_000),
                };
                World.Products[product.Id.Value] = product;
                return Columns.PutProduct(product);
            default:
                kind = CauseKind.Catalogue;
                var category = new CategoryFacts(new(2), "tea", "Tea", tape.Chance(2) ? new CategoryId(1) : null, !tape.Chance(3));
                World.Categories[2] = category;
                return Columns.PutCategory(category);
        }
    }

    private Touched Put(CustomerFacts customer)
    {
        World.Customers[customer.Ordinal] = customer;
        return Columns.PutCustomer(customer);
    }

    private CustomerFacts Customer(int who) => new()
    {
        Id = new(who + 1),
        Ordinal = who,
        Email = tape.Chance(4) ? null : $"c{who}@example.com",
        Phone = tape.Chance(2) ? "+4520304050" : null,
        Tags = tape.Chance(3) ? ["VIP"] : [],
        BirthDate = tape.Chance(2) ? new DateOnly(1980, tape.Pick(2, 6, 12), tape.Pick(1, 15, 29)) : null,
        CreatedAt = When(),
        NotAShopper = tape.Chance(6),
        ObjectsToProfiling = tape.Chance(8),
        DoubtfulContact = tape.Chance(6),
        Gone = tape.Chance(8),
        Lifetime = tape.Chance(6) ? new LifetimeFacts(1 + tape.Next(5), tape.Next(9_000), Now.AddDays(-90 - tape.Next(900)), Now.AddDays(-tape.Next(90)), Now) : null,
    };

    private OrderFacts Order(int who) => new()
    {
        Id = new(tape.Next(14) + 1),
        Ordinal = who,
        PlacedAt = When(),
        Standing = tape.Chance(4) ? tape.Pick(OrderStanding.Placed, OrderStanding.Cancelled, OrderStanding.Cart, OrderStanding.Returned) : OrderStanding.Counted,
        Kind = tape.Chance(8) ? OrderKind.Renewal : OrderKind.Purchase,
        Test = tape.Chance(10),
        SpentMinor = tape.Chance(8) ? null : tape.Next(8_000),
        TotalMinor = tape.Next(8_000),
        DiscountCodes = tape.Chance(4) ? ["Save"] : [],
        Lines =
        [
            new LineFacts(tape.Chance(5) ? null : new ProductId(tape.Next(4)), 1 + tape.Next(3), tape.Next(4_000), LineKind.Goods),
            new LineFacts(new ProductId(tape.Next(4)), tape.Next(3), tape.Next(4_000), tape.Chance(3) ? LineKind.Charge : LineKind.Goods),
        ],
    };

    private EventFacts Event(int who)
    {
        var kind = tape.Pick(EventKind.ProductViewed, EventKind.CategoryViewed, EventKind.CartTouched, EventKind.MessageClicked, EventKind.MessageOpened, EventKind.MessageDelivered,
            EventKind.MessageAnswered, EventKind.Custom, EventKind.Custom);
        var message = (int)kind >= 20;
        return new EventFacts
        {
            Id = new(tape.Next(16) + 1),
            Ordinal = tape.Chance(8) ? null : who,
            Kind = kind,
            At = When(),
            Properties = Properties(kind),
            Product = !message && kind != EventKind.CategoryViewed && !tape.Chance(6) ? new ProductId(tape.Next(4)) : null,
            Category = kind == EventKind.CategoryViewed ? new CategoryId(tape.Next(4)) : null,
            Message = message && !tape.Chance(6) ? new MessageId(tape.Next(3) + 1) : null,
            Channel = message ? tape.Pick(Channel.Email, Channel.Sms) : null,
            Verdict = tape.Pick(HitVerdict.Human, HitVerdict.Unsure, HitVerdict.Scanner),
        };
    }

    private Dictionary<string, string> Properties(EventKind kind)
    {
        var properties = new Dictionary<string, string>();
        if (kind == EventKind.Custom && !tape.Chance(10)) properties["name"] = tape.Pick("quiz", "gift");
        if (tape.Chance(2)) properties["colour"] = tape.Pick("red", "Red", "green", "blue");
        if (tape.Chance(2)) properties["value"] = tape.Pick("1", "2.5", "7", "-3", "much", "0.1");
        return properties;
    }

    /// <summary>Two turn out to be one: all rows of the first come again under the second, and the first is gone.</summary>
    public Touched Merge()
    {
        var (from, into) = (tape.Next(7), tape.Next(7));
        if (from == into || !World.Customers.TryGetValue(from, out var gone) || !World.Customers.ContainsKey(into)) return Touched.None;
        Put(gone with { Gone = true });
        foreach (var order in World.Orders.Values.Where(order => order.Ordinal == from).ToList()) Columns.PutOrder(World.Orders[order.Id.Value] = order with { Ordinal = into });
        foreach (var refund in World.Refunds.Values.Where(refund => refund.Ordinal == from).ToList()) Columns.PutRefund(World.Refunds[refund.Id] = refund with { Ordinal = into });
        foreach (var cart in World.Carts.Values.Where(cart => cart.Ordinal == from).ToList()) Columns.PutCart(World.Carts[cart.Id.Value] = cart with { Ordinal = into });
        foreach (var happened in World.Events.Values.Where(happened => happened.Ordinal == from).ToList()) Columns.PutEvent(World.Events[happened.Id.Value] = happened with { Ordinal = into });
        Columns.RemoveConsents(from);
        for (var i = 0; i < World.Consents.Count; i++)
            if (World.Consents[i].Ordinal == from) Columns.PutConsent(World.Consents[i] = World.Consents[i] with { Ordinal = into });
        return Touched.All(FactKinds.All, [from, into]);
    }

    /// <summary>The merchant edits one definition; true when something changed.</summary>
    public bool Edit()
    {
        if (!tape.Chance(6)) return false;
        var which = tape.Next(Definitions.Count);
        Definitions[which] = Definitions[which] with { Text = tape.Definition(tape.Next(2), [.. Definitions.Take(which).Select(definition => definition.Key)]) };
        return true;
    }

    // Mostly past, sometimes a little ahead of the clock; often on the same few instants, so that ties are met.
    private DateTimeOffset When()
    {
        var at = tape.Next(5) switch
        {
            0 => Now,
            1 => Now.AddMinutes(-tape.Next(300)),
            2 => Now.AddHours(tape.Next(200) - 150),
            _ => Now.AddDays(-tape.Next(tape.Pick(10, 100, 800))),
        };
        return precise ? at : new DateTimeOffset(at.Year, at.Month, at.Day, 12, 0, 0, TimeSpan.Zero);
    }

    // About thirty gaps, so that the store has a median of its own, near the point where it begins to count.
    private void Regulars()
    {
        var spread = 1 + tape.Next(30);
        for (var who = 7; who < 10; who++)
        {
            Put(new CustomerFacts { Id = new(who + 1), Ordinal = who, CreatedAt = Now.AddYears(-1) });
            for (var i = 0; i < 10 + (who % 2); i++)
            {
                var order = new OrderFacts
                {
                    Id = new((who * 100) + i),
                    Ordinal = who,
                    PlacedAt = Now.AddDays(-1 - (i * (1 + ((who * 7 + spread) % 13)))),
                    Standing = OrderStanding.Counted,
                    SpentMinor = 1_000,
                };
                World.Orders[order.Id.Value] = order;
                Columns.PutOrder(order);
            }
        }
    }

    private void Categories()
    {
        CategoryFacts[] all = [new(new(1), "drinks", "Drinks", null, true), new(new(2), "tea", "Tea", new(1), true), new(new(3), "sale", "Sale", null, true)];
        foreach (var category in all)
        {
            World.Categories[category.Id.Value] = category;
            Columns.PutCategory(category);
        }
        for (var id = 0; id < 3; id++)
        {
            var product = new ProductFacts { Id = new(id), Categories = [new CategoryId(id + 1)] };
            World.Products[id] = product;
            Columns.PutProduct(product);
        }
    }
}
