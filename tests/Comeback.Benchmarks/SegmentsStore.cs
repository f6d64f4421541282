using Comeback.Engine;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Benchmarks;

/// <summary>The store of the segments benchmark: heavy tails, a fixed seed, 365 days; per customer 4 orders of 2.5 lines and 20 events as the mean.</summary>
internal sealed class SegmentsStore
{
    public static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Countries = ["GB", "DK", "SA", "US", "DE", "SE", "NO", "FR"];

    public SegmentsStore(int customers)
    {
        Customers = customers;
        Products = Math.Max(1_000, customers / 50);
        var random = new Random(20_260_615);
        for (var c = 0; c < customers; c++)
        {
            var buyer = random.NextDouble() < 0.7;
            People.Add(new(c, Countries[(int)(Countries.Length * Math.Pow(random.NextDouble(), 2))], random.NextDouble() < 0.6, Now.AddDays(-random.Next(365)).AddSeconds(-random.Next(86_400))));
            var count = buyer ? Math.Min(200, (int)Math.Ceiling(1.6 / Math.Pow(1 - random.NextDouble(), 0.75))) : 0;
            for (var o = 0; o < count; o++)
            {
                var order = Orders.Count;
                Orders.Add(new(order + 1, c, At(random), 500 + (long)(5_000 / Math.Pow(1 - random.NextDouble(), 0.5))));
                var lines = 1 + random.Next(4);
                for (var l = 0; l < lines; l++)
                    Lines.Add(new(order + 1, Product(random), 1 + random.Next(3), 500 + random.Next(5_000)));
            }
            var events = (int)(8 / Math.Pow(1 - random.NextDouble(), 0.6));
            for (var e = 0; e < Math.Min(events, 300); e++)
            {
                var open = random.Next(3) == 0;
                Events.Add(new(Events.Count + 10_000_001, c, At(random), open ? EventKind.MessageOpened : EventKind.ProductViewed, open ? random.Next(1, 100_000) : Product(random)));
            }
            if (random.Next(40) == 0) Carts.Add(new(Carts.Count + 5_000_001, c, Now.AddMinutes(-random.Next(4_000))));
        }
    }

    public int Customers { get; }
    public int Products { get; }
    public List<PersonRow> People { get; } = [];
    public List<OrderLine> Lines { get; } = [];
    public List<OrderHead> Orders { get; } = [];
    public List<Happened> Events { get; } = [];
    public List<Cart> Carts { get; } = [];

    /// <summary>Each product is in one of 200 categories.</summary>
    public static int CategoryOf(int product) => product % 200;

    public StoreColumns Columns()
    {
        var columns = new StoreColumns(new StoreProfile(Currency.Parse("GBP"), "Europe/London"));
        for (var c = 0; c < 200; c++)
            columns.PutCategory(new CategoryFacts(new(c + 1), "c" + c, "C" + c, null, true));
        for (var p = 0; p < Products; p++)
            columns.PutProduct(new ProductFacts { Id = new(p + 1), Categories = [new(CategoryOf(p) + 1)] });
        foreach (var person in People)
        {
            columns.PutCustomer(new CustomerFacts { Id = new(person.Ordinal + 1), Ordinal = person.Ordinal, Email = "x@example.com", Country = person.Country, CreatedAt = person.CreatedAt });
            if (person.Consent) columns.PutConsent(new ConsentFacts(person.Ordinal, Channel.Email, ConsentState.Granted, person.CreatedAt));
        }
        var line = 0;
        foreach (var order in Orders)
        {
            var lines = new List<LineFacts>();
            for (; line < Lines.Count && Lines[line].Order == order.Id; line++)
                lines.Add(new LineFacts(new ProductId(Lines[line].Product + 1), Lines[line].Quantity, Lines[line].Minor, LineKind.Goods));
            columns.PutOrder(new OrderFacts { Id = new(order.Id), Ordinal = order.Customer, PlacedAt = order.At, Standing = OrderStanding.Counted, SpentMinor = order.Minor, TotalMinor = order.Minor, Lines = lines });
        }
        foreach (var happened in Events)
            columns.PutEvent(happened.Facts);
        foreach (var cart in Carts)
            columns.PutCart(new CartFacts { Id = new(cart.Id), Ordinal = cart.Customer, TouchedAt = cart.At });
        columns.Trim();
        return columns;
    }

    private static DateTimeOffset At(Random random) => Now.AddTicks(-(long)(random.NextDouble() * 365 * TimeSpan.TicksPerDay) / 10 * 10);

    private int Product(Random random) => (int)(Products * Math.Pow(random.NextDouble(), 3));

    internal readonly record struct PersonRow(int Ordinal, string Country, bool Consent, DateTimeOffset CreatedAt);

    internal readonly record struct OrderHead(long Id, int Customer, DateTimeOffset At, long Minor);

    internal readonly record struct OrderLine(long Order, int Product, int Quantity, long Minor);

    internal readonly record struct Cart(long Id, int Customer, DateTimeOffset At);

    /// <summary>A view of a product or an open of a message.</summary>
    internal readonly record struct Happened(long Id, int Customer, DateTimeOffset At, EventKind Kind, int Subject)
    {
        public EventFacts Facts => new()
        {
            Id = new(Id),
            Ordinal = Customer,
            Kind = Kind,
            At = At,
            Product = Kind == EventKind.ProductViewed ? new ProductId(Subject + 1) : null,
            Message = Kind == EventKind.MessageOpened ? new MessageId(Subject) : null,
            Verdict = HitVerdict.Human,
            Channel = Kind == EventKind.MessageOpened ? Channel.Email : null,
        };
    }
}
