using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using static Comeback.Tests.Sync.Told;

namespace Comeback.Tests.Sync;

public sealed class RecordWriterTests
{
    [Theory, EachDatabase]
    public async Task Telling_the_same_twice_changes_nothing_and_raises_nothing(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        StoreRecord[] records =
        [
            Order("1", Guest("ann@shop.test", "Ann"), products: ["tea", "cup"]), Order("2", Guest("bob@shop.test", "Bob")),
            new CustomerRecord { UpdatedAt = Monday, Person = Account("7", "ann@shop.test", "Ann"), Tags = ["friend"] },
            new CartRecord { UpdatedAt = Monday.AddHours(1), ExternalId = "c1", Person = Guest("bob@shop.test", "Bob"), Lines = [new CartLineRecord { ProductExternalId = "tea", Title = "Tea", Quantity = 1 }] },
            new EventRecord { UpdatedAt = Monday, At = Monday, ExternalId = "e1", Kind = EventKind.ProductViewed, Person = Account("7"), ProductExternalId = "cup" },
        ];
        var first = await database.TellAsync(store, records);
        var end = await database.EndAsync(store);
        var again = await database.TellAsync(store, records);
        Assert.Equal(first.Change, again.Change);
        Assert.Equal(0, again.Written);
        Assert.Equal(end, await database.EndAsync(store));
    }

    [Theory, EachDatabase]
    public async Task The_newest_state_of_an_order_stands_in_whatever_order_they_come(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var ann = Guest("ann@shop.test", "Ann");
        await database.TellAsync(store, Order("1", ann, hours: 2, OrderStanding.Cancelled));
        var late = await database.TellAsync(store, Order("1", ann, hours: 1));
        Assert.Equal(0, late.Written);
        await using var db = database.Open(store);
        Assert.Equal(OrderStanding.Cancelled, (await db.Orders.SingleAsync()).Standing);
    }

    [Theory, EachDatabase]
    public async Task An_order_that_is_refunded_in_part_is_a_change_and_spends_less(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var order = Order("1", Guest("ann@shop.test"), total: 5000) with { Tip = new Money(500, Pounds) };
        var first = await database.TellAsync(store, order);
        var second = await database.TellAsync(store, order with { UpdatedAt = Monday.AddDays(1), Refunds = [new RefundRecord("r", Monday.AddDays(1), new Money(1500, Pounds))] });
        Assert.True(second.Change > first.Change);
        await using var db = database.Open(store);
        Assert.Equal(3000, (await db.Orders.SingleAsync()).SpentMinor);
        Assert.Equal(1500, (await db.Refunds.SingleAsync()).AmountMinor);
        await database.TellAsync(store, order with { UpdatedAt = Monday.AddDays(2) });
        Assert.Equal(4500, (await db.Orders.SingleAsync()).SpentMinor);
        Assert.Equal(0, (await db.Refunds.SingleAsync()).AmountMinor);
    }

    [Theory, EachDatabase]
    public async Task An_order_in_another_currency_without_a_rate_counts_and_spends_nothing_known(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var crowns = Currency.Parse("DKK");
        await database.TellAsync(store, Order("1", Guest("ann@shop.test")) with { Total = new Money(90_000, crowns) },
            Order("2", Guest("ann@shop.test")) with { Total = new Money(90_000, crowns), TotalInStoreCurrency = new Money(10_000, Pounds), Refunds = [new("r", Monday, new Money(9_000, crowns))] });
        await using var db = database.Open(store);
        var spent = await db.Orders.OrderBy(o => o.ExternalId).Select(o => o.SpentMinor).ToListAsync();
        Assert.Equal([null, 9_000], spent);
    }

    [Theory, EachDatabase]
    public async Task A_guest_who_later_has_an_account_is_one_person_with_one_history(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        await database.TellAsync(store, Order("1", Guest("Ann@Shop.test ", "Ann")));
        await database.TellAsync(store, Order("2", Account("7", name: "Ann")));
        await database.TellAsync(store, new CustomerRecord { UpdatedAt = Monday.AddDays(1), Person = Account("7", "ann@shop.test", "Ann") });
        await using var db = database.Open(store);
        Assert.Single(await db.Orders.Select(o => o.CustomerId).Distinct().ToListAsync());
        var person = await db.Customers.SingleAsync(c => c.MergedInto == null);
        Assert.Equal(("7", "ann@shop.test"), (person.AccountId, person.Email));
        Assert.Single(await db.Merges.ToListAsync());
        Assert.Equal([0, 1], await db.Customers.OrderBy(c => c.Ordinal).Select(c => c.Ordinal).ToListAsync());
    }

    [Theory, EachDatabase]
    public async Task A_merge_taken_back_gives_each_their_own_history_and_is_not_made_again(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        await database.TellAsync(store, Order("1", Account("7", name: "Bob")));
        await database.TellAsync(store, Order("2", Guest("ann@shop.test", "Ann")));
        // Bob orders for Ann once, with her address; then each orders again.
        await database.TellAsync(store, Order("3", Account("7", "ann@shop.test", "Bob")));
        await database.TellAsync(store, Order("4", Guest("ann@shop.test", "Ann")));
        await using var db = database.Open(store);
        Assert.Single(await db.Orders.Select(o => o.CustomerId).Distinct().ToListAsync());
        var merges = new Merges(database.Writer, database.Clocks);
        var id = (await db.Merges.SingleAsync()).Id;
        Assert.True(await merges.UndoAsync(store, id, default));
        Assert.False(await merges.UndoAsync(store, id, default));
        var owners = await db.Orders.OrderBy(o => o.ExternalId).Select(o => o.CustomerId).ToListAsync();
        Assert.Equal((owners[0], owners[1]), (owners[2], owners[3]));
        Assert.NotEqual(owners[0], owners[1]);
        Assert.Null((await db.Customers.SingleAsync(c => c.Id == owners[1])).MergedInto);
        await database.TellAsync(store, Order("5", Account("7", "ann@shop.test", "Bob")), Order("6", Guest("ann@shop.test", "Ann")));
        owners = await db.Orders.OrderBy(o => o.ExternalId).Select(o => o.CustomerId).ToListAsync();
        Assert.Equal((owners[0], owners[1]), (owners[4], owners[5]));
    }

    [Theory, EachDatabase]
    public async Task A_phone_without_an_address_is_a_person_and_joins_the_one_address_it_was_seen_with(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var phone = new Person { Phone = "020 7946 0018", Country = "GB" };
        await database.TellAsync(store, Order("1", phone));
        await using var db = database.Open(store);
        Assert.Equal("+442079460018", (await db.Customers.SingleAsync()).Phone);
        await database.TellAsync(store, Order("2", Guest("ann@shop.test", "Ann", "+44 20 7946 0018")));
        Assert.Single(await db.Customers.Where(c => c.MergedInto == null).ToListAsync());
        // The same number with another address: it is a household's, and leads to neither.
        await database.TellAsync(store, Order("3", Guest("bob@shop.test", "Bob", "+44 20 7946 0018")));
        var owners = await db.Orders.OrderBy(o => o.ExternalId).Select(o => o.CustomerId).ToListAsync();
        Assert.Equal(3, owners.Distinct().Count());
    }

    [Theory, EachDatabase]
    public async Task An_address_seen_with_more_than_three_names_leads_to_nobody(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        string[] names = ["Ann", "Bob", "Cem", "Dua", "Eva"];
        for (var i = 0; i < 3; i++) await database.TellAsync(store, Order($"{i}", Guest("desk@shop.test", names[i])));
        await using var db = database.Open(store);
        Assert.False((await db.Customers.SingleAsync()).DoubtfulContact);
        for (var i = 3; i < 5; i++) await database.TellAsync(store, Order($"{i}", Guest("desk@shop.test", names[i])));
        Assert.Equal(5, await db.Orders.Select(o => o.CustomerId).Distinct().CountAsync());
        Assert.All(await db.Customers.ToListAsync(), c => Assert.True(c.DoubtfulContact));
        await database.TellAsync(store, Order("9", Guest("desk@shop.test", "ann")));
        Assert.Equal(5, await db.Orders.Select(o => o.CustomerId).Distinct().CountAsync());
    }

    [Theory, EachDatabase]
    public async Task A_placeholder_and_the_merchants_own_address_never_merge_people(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        await database.Writer.WriteAsync(store, Lane.Live, async t =>
        {
            (await t.Db.Stores.SingleAsync(s => s.Id == store)).Settings = """{"sender":{"ownDomains":["teashop.test"]}}""";
            await t.Db.SaveChangesAsync();
        }, default);
        await database.TellAsync(store, Order("1", Guest("no@no.com", "Ann")), Order("2", Guest("no@no.com", "Bob")), Order("3", Guest("no@no.com")), Order("4", Guest("no@no.com")),
            Order("5", Guest("till@teashop.test", "Ann")), Order("6", Guest("till@teashop.test", "Bob")));
        await using var db = database.Open(store);
        Assert.Equal(6, await db.Orders.Select(o => o.CustomerId).Distinct().CountAsync());
        Assert.All(await db.Customers.ToListAsync(), c => Assert.True(c.DoubtfulContact));
    }

    [Theory, EachDatabase]
    public async Task Placing_an_order_closes_the_cart_and_touching_it_again_opens_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var ann = Guest("ann@shop.test", "Ann");
        var cart = new CartRecord { UpdatedAt = Monday.AddHours(-1), ExternalId = "c", Person = ann, Lines = [new CartLineRecord { ProductExternalId = "tea", Title = "Tea", Quantity = 1 }] };
        await database.TellAsync(store, cart);
        await using var db = database.Open(store);
        Assert.False((await db.Carts.SingleAsync()).Closed);
        await database.TellAsync(store, Order("1", ann));
        Assert.True((await db.Carts.SingleAsync()).Closed);
        await database.TellAsync(store, cart with { UpdatedAt = Monday.AddHours(3) });
        Assert.False((await db.Carts.SingleAsync()).Closed);
        Assert.Equal(Monday.AddHours(3), (await db.Carts.SingleAsync()).TouchedAt);
        // A failed payment is no order: it stops nothing.
        await database.TellAsync(store, Order("2", ann, hours: 4, OrderStanding.Failed) with { PlacedAt = Monday.AddHours(4) });
        Assert.False((await db.Carts.SingleAsync()).Closed);
    }

    [Theory, EachDatabase]
    public async Task A_browser_joins_the_person_who_checks_out_and_never_two(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        await database.TellAsync(store, View("old", -40), View("new", -2), new CartRecord { UpdatedAt = Monday.AddHours(-1), ExternalId = "c", Visitor = "v" });
        await using var db = database.Open(store);
        Assert.Empty(await db.Customers.ToListAsync());
        await database.TellAsync(store, Order("1", Guest("ann@shop.test")) with { CartExternalId = "c" });
        var ann = (await db.Customers.SingleAsync()).Id;
        Assert.Equal([("new", ann), ("old", (CustomerId?)null)], (await db.Events.OrderBy(e => e.ExternalId).ToListAsync()).Select(e => (e.ExternalId, e.CustomerId)));
        Assert.Equal((ann, true), ((await db.Carts.SingleAsync()).CustomerId!.Value, (await db.Carts.SingleAsync()).Closed));
        await database.TellAsync(store, View("hers", 1, Guest("bea@shop.test")));
        Assert.Null((await db.Events.SingleAsync(e => e.ExternalId == "new")).CustomerId);

        static EventRecord View(string id, int days, Person? person = null) => new()
        {
            UpdatedAt = Monday.AddDays(days),
            At = Monday.AddDays(days),
            ExternalId = id,
            Kind = EventKind.ProductViewed,
            Visitor = "v",
            Person = person,
            ProductExternalId = "tea",
        };
    }

    [Theory, EachDatabase]
    public async Task What_lines_say_of_categories_makes_them_and_the_catalogue_overrules_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var order = Order("1", Guest("ann@shop.test"));
        await database.TellAsync(store, order with { Lines = [order.Lines[0] with { Categories = ["Coffee Beans", "Uncategorized"] }, order.Lines[0] with { Kind = LineKind.Charge, ProductExternalId = "post" }] });
        await using var db = database.Open(store);
        Assert.Equal([("coffee-beans", true), ("uncategorized", false)], (await db.Categories.OrderBy(c => c.Key).ToListAsync()).Select(c => (c.Key, c.InUse)));
        Assert.Equal("tea", (await db.Products.SingleAsync()).ExternalId);
        Assert.Equal(2, await db.ProductCategories.CountAsync());
        await database.TellAsync(store, new ProductRecord { UpdatedAt = Monday, ExternalId = "tea", Title = "Tea", CategoryExternalIds = ["12"] },
            new CategoryRecord { UpdatedAt = Monday, ExternalId = "12", Name = "Drinks", ParentExternalId = "1" }, new CategoryRecord { UpdatedAt = Monday, ExternalId = "1", Name = "All" });
        Assert.Equal(1, await db.ProductCategories.CountAsync());
        Assert.Equal(["all", "coffee-beans", "drinks", "uncategorized"], await db.Categories.OrderBy(c => c.Key).Select(c => c.Key).ToListAsync());
    }

    [Theory, EachDatabase]
    public async Task A_suppressed_address_gets_no_consent_from_a_reimport_and_a_no_is_always_taken(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        await database.Writer.WriteAsync(store, Lane.Live, async t =>
        {
            t.Db.Suppressions.Add(new SuppressionRow { StoreId = store, Channel = Channel.Email, AddressHash = "h:ann@shop.test", Reason = "erased", At = Monday });
            await t.Db.SaveChangesAsync();
        }, default);
        StoreRecord[] records = [.. new[] { "ann", "bob" }.Select(name => Order(name, Guest($"{name}@shop.test")) with { Consents = [new ConsentRecord(Channel.Email, ConsentState.Granted, Monday.AddDays(1), "shopify-export", null)] })];
        await database.Records(new PlainHashes()).WriteAsync(store, records, Arrival.Found, Lane.Bulk, default);
        await using var db = database.Open(store);
        Assert.Equal("order:bob", (await db.Consents.SingleAsync()).Proof);
        await database.TellAsync(store, new EventRecord { UpdatedAt = Monday, At = Monday.AddDays(2), ExternalId = "u", Kind = EventKind.Unsubscribed, Channel = Channel.Email, Person = Guest("bob@shop.test") });
        Assert.Equal(ConsentState.Withdrawn, (await db.Consents.OrderByDescending(c => c.At).FirstAsync()).State);
    }

    [Theory, EachDatabase]
    public async Task What_is_found_or_two_days_late_is_marked_so(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var ann = Guest("ann@shop.test");
        await database.TellAsync(store, Order("now", ann), Order("late", ann) with { PlacedAt = Monday.AddDays(-3) });
        await database.Records().WriteAsync(store, [Order("found", ann)], Arrival.Found, Lane.Bulk, default);
        await using var db = database.Open(store);
        Assert.Equal([("found", true), ("late", true), ("now", false)], (await db.Orders.OrderBy(o => o.ExternalId).ToListAsync()).Select(o => (o.ExternalId, o.Found)));
    }

    private sealed class PlainHashes : IAddressHashes
    {
        public string Of(Channel channel, string address) => "h:" + address;
    }
}
