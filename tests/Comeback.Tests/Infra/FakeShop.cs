using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Sync;

namespace Comeback.Tests.Infra;

/// <summary>
/// A shop that a test tells what happened in: <c>shop.Customer("ann").Bought("tea", daysAgo: 40)</c>, then <c>await shop.ArriveAsync()</c>.
/// Good defaults (consent, a price, stock), so that a test states only its point. It speaks neutral records, as every connector does.
/// </summary>
internal sealed class FakeShop(StoreId store, RecordWriter records, TimeProvider time, string currency = "GBP")
{
    private readonly List<StoreRecord> told = [];
    private readonly Dictionary<string, FakeProduct> products = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FakeCustomer> customers = new(StringComparer.Ordinal);
    private int orders;

    public StoreId Id { get; } = store;

    public Currency Currency { get; } = Currency.Parse(currency);

    /// <summary>The customer of that name, made with e-mail and consent when first named.</summary>
    public FakeCustomer Customer(string name, bool consent = true, string country = "GB", string? phone = null)
    {
        if (customers.TryGetValue(name, out var known)) return known;
        var at = time.GetUtcNow() - TimeSpan.FromDays(400);
        var customer = customers[name] = new FakeCustomer(this, new Person
        {
            AccountId = $"account-{name}",
            Email = $"{name}@example.com",
            FirstName = char.ToUpperInvariant(name[0]) + name[1..],
            LastName = "Test",
            Country = country,
            Phone = phone,
            Language = "en",
        });
        Tell(new CustomerRecord
        {
            UpdatedAt = at,
            Person = customer.Person,
            CreatedAt = at,
            Consents = consent ? [new ConsentRecord(Channel.Email, ConsentState.Granted, at, "test", "Yes, write to me")] : [],
        });
        return customer;
    }

    /// <summary>The product of that name, made when first named; categories are made with it.</summary>
    public FakeProduct Product(string name, string category = "Things", decimal price = 12.50m, int? stock = 100, bool sellsWithoutStock = false)
    {
        if (products.TryGetValue(name, out var known)) return known;
        var at = time.GetUtcNow() - TimeSpan.FromDays(400);
        var product = products[name] = new FakeProduct(name, category, new Money((long)(price * Currency.Scale), Currency));
        Tell(new CategoryRecord { UpdatedAt = at, ExternalId = $"c-{category}", Name = category });
        Tell(State(product, at, stock, sellsWithoutStock));
        return product;
    }

    /// <summary>The stock of a product is now this.</summary>
    public void Stock(string name, int? stock, bool sellsWithoutStock = false) => Tell(State(Product(name), time.GetUtcNow(), stock, sellsWithoutStock));

    public void Tell(StoreRecord record) => told.Add(record);

    /// <summary>Everything told since last time arrives, in order; as it happens unless it is said to be found.</summary>
    public async Task<RecordsWritten> ArriveAsync(Arrival arrival = Arrival.Live)
    {
        var batch = told.ToArray();
        told.Clear();
        return await records.WriteAsync(Id, batch, arrival, Lane.Live, CancellationToken.None);
    }

    internal DateTimeOffset Ago(double days, double hours) => time.GetUtcNow() - TimeSpan.FromDays(days) - TimeSpan.FromHours(hours);

    internal string NextOrderNumber() => (1000 + ++orders).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static ProductRecord State(FakeProduct product, DateTimeOffset at, int? stock, bool sellsWithoutStock) => new()
    {
        UpdatedAt = at,
        ExternalId = product.ExternalId,
        Title = product.Name,
        Url = $"https://shop.example/{product.Name}",
        CategoryExternalIds = [$"c-{product.Category}"],
        Variants = [new VariantRecord
        {
            ExternalId = $"{product.ExternalId}-v", Price = product.Price, Stock = stock, SellsWithoutStock = sellsWithoutStock,
        }],
    };
}

internal sealed record FakeProduct(string Name, string Category, Money Price)
{
    public string ExternalId => $"p-{Name}";
}

/// <summary>One person in the fake shop, and what they did.</summary>
internal sealed class FakeCustomer(FakeShop shop, Person person)
{
    public Person Person { get; } = person;

    public string Email => Person.Email!;

    /// <summary>The order of <see cref="Bought"/> last made; change it with <c>with</c> and tell the shop.</summary>
    public OrderRecord LastOrder { get; private set; } = null!;

    /// <summary>The cart of <see cref="LeftInCart"/> last made.</summary>
    public CartRecord LastCart { get; private set; } = null!;

    public FakeCustomer Bought(string product, double daysAgo = 0, int quantity = 1, OrderStanding standing = OrderStanding.Counted, double hoursAgo = 0)
    {
        var item = shop.Product(product);
        var at = shop.Ago(daysAgo, hoursAgo);
        var number = shop.NextOrderNumber();
        var total = new Money(item.Price.Minor * quantity, shop.Currency);
        shop.Tell(LastOrder = new OrderRecord
        {
            ExternalId = $"o-{number}",
            Number = $"#{number}",
            Person = Person,
            PlacedAt = at,
            UpdatedAt = at,
            Standing = standing,
            Total = total,
            TotalInStoreCurrency = total,
            Lines = [new OrderLineRecord
            {
                ProductExternalId = item.ExternalId, VariantExternalId = $"{item.ExternalId}-v", Title = item.Name, Quantity = quantity,
                UnitPrice = item.Price, Total = total,
            }],
        });
        return this;
    }

    /// <summary>The last order is now cancelled, returned or the like.</summary>
    public FakeCustomer LastOrderBecame(OrderStanding standing)
    {
        shop.Tell(LastOrder = LastOrder with { Standing = standing, UpdatedAt = shop.Ago(0, 0) });
        return this;
    }

    public FakeCustomer LeftInCart(string product, double hoursAgo = 0, int quantity = 1)
    {
        var item = shop.Product(product);
        var at = shop.Ago(0, hoursAgo);
        shop.Tell(LastCart = new CartRecord
        {
            ExternalId = $"cart-{Email}-{product}",
            Person = Person,
            UpdatedAt = at,
            CreatedAt = at,
            RecoveryUrl = $"https://shop.example/cart/{item.Name}",
            Total = new Money(item.Price.Minor * quantity, shop.Currency),
            Lines = [new CartLineRecord
            {
                ProductExternalId = item.ExternalId, VariantExternalId = $"{item.ExternalId}-v", Title = item.Name, Quantity = quantity, UnitPrice = item.Price,
            }],
        });
        return this;
    }

    public FakeCustomer Viewed(string product, double daysAgo = 0, double hoursAgo = 0)
    {
        var at = shop.Ago(daysAgo, hoursAgo);
        shop.Tell(new EventRecord
        {
            UpdatedAt = at,
            At = at,
            ExternalId = $"view-{Email}-{product}-{at.UtcTicks}",
            Kind = EventKind.ProductViewed,
            Person = Person,
            ProductExternalId = shop.Product(product).ExternalId,
        });
        return this;
    }

    public FakeCustomer Consents(Channel channel, ConsentState state, double daysAgo = 0)
    {
        var at = shop.Ago(daysAgo, 0);
        shop.Tell(new CustomerRecord { UpdatedAt = at, Person = Person, Consents = [new ConsentRecord(channel, state, at, "test", "Yes, write to me")] });
        return this;
    }
}
