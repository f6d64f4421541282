using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>A store for tests: <c>shop.Customer("ann").Bought(daysAgo: 40)</c>. Good defaults, a test states only its point.</summary>
internal sealed class Shop
{
    private readonly Dictionary<string, int> names = [];
    private long nextId = 1_000;

    public Shop(string zone = "Europe/London", string currency = "GBP")
    {
        Columns = new StoreColumns(new StoreProfile(Currency.Parse(currency), zone));
        Now = new DateTimeOffset(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
    }

    public StoreColumns Columns { get; }
    public DateTimeOffset Now { get; set; }

    public long NextId() => nextId++;

    public Person Customer(string name, Func<CustomerFacts, CustomerFacts>? with = null)
    {
        if (!names.TryGetValue(name, out var ordinal)) names[name] = ordinal = names.Count;
        var facts = new CustomerFacts { Id = new(ordinal + 1), Ordinal = ordinal, Email = name + "@example.com", CreatedAt = Now.AddYears(-2) };
        Columns.PutCustomer(with is null ? facts : with(facts));
        return new Person(this, ordinal);
    }

    public SegmentSet Set(params (string Key, string Text)[] definitions)
    {
        var set = SegmentSet.Compile(Columns, definitions.Select(definition => new SegmentDefinition(definition.Key, definition.Text)));
        set.EvaluateAll(Now);
        return set;
    }

    /// <summary>Names of the members of one definition, in alphabetical order.</summary>
    public string Who(string text)
    {
        var set = Set(("s", text));
        if (set.Problems.TryGetValue("s", out var errors)) throw new InvalidOperationException(errors[0].ToString());
        return string.Join(' ', set.Members("s").Ordinals.Select(NameOf).Order());
    }

    /// <summary>Names of the members of a stock segment.</summary>
    public string Stock(string key) =>
        Who(StockSegments.All().Concat(Columns.CategoriesInUse.SelectMany(StockSegments.Of)).Single(stock => stock.Key == key).Definition);

    public string NameOf(int ordinal) => names.Single(pair => pair.Value == ordinal).Key;

    internal sealed class Person(Shop shop, int ordinal)
    {
        public int Ordinal => ordinal;

        public Person Bought(double daysAgo = 1, decimal amount = 10, long? product = null, OrderStanding standing = OrderStanding.Counted,
            OrderKind kind = OrderKind.Purchase, bool test = false, string? code = null, int quantity = 1)
        {
            shop.Columns.PutOrder(new OrderFacts
            {
                Id = new(shop.NextId()),
                Ordinal = ordinal,
                PlacedAt = shop.Now.AddDays(-daysAgo),
                Standing = standing,
                Kind = kind,
                Test = test,
                SpentMinor = (long)(amount * 100),
                TotalMinor = (long)(amount * 100),
                DiscountCodes = code is null ? [] : [code],
                Lines = product is { } id ? [new LineFacts(new ProductId(id), quantity, (long)(amount * 100), LineKind.Goods)] : [],
            });
            return this;
        }

        public Person Did(EventKind kind, double daysAgo = 1, long? product = null, long? category = null, long? message = null,
            HitVerdict verdict = HitVerdict.Human, Channel? channel = null)
        {
            shop.Columns.PutEvent(new EventFacts
            {
                Id = new(shop.NextId()),
                Ordinal = ordinal,
                Kind = kind,
                At = shop.Now.AddDays(-daysAgo),
                Product = product is { } p ? new ProductId(p) : null,
                Category = category is { } c ? new CategoryId(c) : null,
                Message = message is { } m ? new MessageId(m) : null,
                Verdict = verdict,
                Channel = channel,
            });
            return this;
        }

        public Person LeftCart(double hoursAgo, long? product = null, bool closed = false)
        {
            shop.Columns.PutCart(new CartFacts
            {
                Id = new(shop.NextId()),
                Ordinal = ordinal,
                TouchedAt = shop.Now.AddHours(-hoursAgo),
                Closed = closed,
                Products = product is { } id ? [new ProductId(id)] : [],
            });
            return this;
        }

        public Person Agreed(Channel channel = Channel.Email, ConsentState state = ConsentState.Granted, double daysAgo = 10)
        {
            shop.Columns.PutConsent(new ConsentFacts(ordinal, channel, state, shop.Now.AddDays(-daysAgo)));
            return this;
        }

        public Person Returned(decimal amount, double daysAgo = 1)
        {
            shop.Columns.PutRefund(new RefundFacts(shop.NextId(), ordinal, shop.Now.AddDays(-daysAgo), (long)(amount * 100)));
            return this;
        }
    }
}
