using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Tests.Infra;
using CsCheck;
using static Comeback.Tests.Sync.Told;

namespace Comeback.Tests.Sync;

/// <summary>Webhooks come twice, late and in any order, in any portions: the end is the same, on both databases.</summary>
public sealed class AnyOrderTests
{
    // Accounts that share an address, a number that two addresses share, an address with four names, a placeholder, people without a name.
    private static readonly Person[] Everybody =
    [
        Account("1", "ann@shop.test", "Ann"), Account("2", "ann@shop.test", "Bob"), Account("3", null, "Cem"), Account("3", "cem@shop.test", "Cem"),
        Guest("ann@shop.test"), Guest("ann@shop.test", "Cem"), Guest("ann@shop.test", "Dua"), Guest("ann@shop.test", "Eva", "+442079460018"),
        Guest("bob@shop.test", "Bob", "+442079460019"), Guest("cem@shop.test", "Cem", "+442079460019"), Guest("dua@shop.test", null, "+442079460020"),
        new Person { Phone = "+442079460018" }, new Person { Phone = "+442079460019", FirstName = "Fay" }, new Person { Phone = "+442079460020" },
        Guest("no@no.com", "Ann"), Guest("no@no.com", "Bob", "+442079460021"), Guest("no@no.com"), new Person { FirstName = "Gil" },
    ];

    private static readonly Gen<DateTimeOffset> Instants = Gen.Int[-20, 20].Select(hours => Monday.AddHours(hours));
    private static readonly Gen<string> Products = OneOf("tea", "cup", "pot");

    private static readonly Gen<StoreRecord> Orders = Gen.Select(Gen.Int[0, 17], Instants, Gen.Int[0, 8], Gen.Int[1, 3], Products, Gen.Int[0, 3],
        (id, at, standing, total, product, extra) => (StoreRecord)(Order($"{id}", Everybody[id], 0, (OrderStanding)standing, total * 1000, product) with
        {
            UpdatedAt = at,
            PlacedAt = Monday.AddHours(id),
            Refunds = extra == 1 ? [new RefundRecord("r", at, new Money(300, Pounds))] : [],
            Consents = extra == 2 ? [new ConsentRecord(Channel.Email, ConsentState.Granted, at, "test", null)] : [],
            CartExternalId = id < 3 ? $"{id}" : null,
        }));

    private static readonly Gen<StoreRecord> Customers = Gen.Select(OneOf(0, 3, 8), Instants, Gen.Bool,
        (id, at, tagged) => (StoreRecord)new CustomerRecord { UpdatedAt = at, Person = Everybody[id], Tags = tagged ? ["friend"] : [], NotAShopper = tagged });

    private static readonly Gen<StoreRecord> Things = Gen.Select(Products, Instants, Gen.Int[0, 3],
        (id, at, n) => n switch
        {
            0 => new ProductRecord { UpdatedAt = at, ExternalId = id, Title = $"{id} {at.Hour}", CategoryExternalIds = ["c1"], Variants = [new VariantRecord { ExternalId = "v", Stock = at.Hour }] },
            1 => new ProductRecord { UpdatedAt = at, ExternalId = id, Title = id, CategoryExternalIds = ["c1", "c2"], Deleted = at.Hour == 3 },
            2 => (StoreRecord)new CategoryRecord { UpdatedAt = at, ExternalId = "c1", Name = $"Drinks {at.Hour}", ParentExternalId = "c2" },
            _ => new CategoryRecord { UpdatedAt = at, ExternalId = "c2", Name = "Food" },
        });

    // A cart keeps its person: the store does not hand it from one to another.
    private static readonly Gen<StoreRecord> Carts = Gen.Select(Gen.Int[0, 2], Instants, Gen.Bool,
        (id, at, closed) => (StoreRecord)new CartRecord
        {
            ExternalId = $"{id}",
            UpdatedAt = at,
            Person = id == 1 ? Guest("ann@shop.test") : null,
            Visitor = $"v{id}",
            Closed = closed,
            Lines = [new CartLineRecord { ProductExternalId = "tea", Title = "tea", Quantity = 1 }],
        });

    private static readonly Gen<StoreRecord> Events = Gen.Select(Gen.Int[1, 5], Gen.Bool,
        (id, known) => (StoreRecord)new EventRecord
        {
            ExternalId = $"{id}{known}",
            UpdatedAt = Monday.AddDays(-id),
            At = Monday.AddDays(-id * 9),
            Kind = EventKind.ProductViewed,
            Visitor = $"v{id % 3}",
            Person = known && id < 4 ? Guest(id == 3 ? "bob@shop.test" : "ann@shop.test") : null,
            ProductExternalId = "cup",
        });

    private static readonly Gen<StoreRecord[]> Histories = Gen.Frequency((6, Orders), (2, Customers), (2, Things), (2, Carts), (2, Events)).Array[2, 14];

    [Fact]
    public async Task Any_order_with_any_repetition_and_any_portions_ends_the_same() =>
        await Gen.Select(Histories, Gen.Int[0, int.MaxValue]).SampleAsync(async (history, seed) =>
        {
            var shuffled = Shuffle(history, seed);
            var (one, other) = (await EndAsync(DatabaseKind.Sqlite, [history]), await EndAsync(DatabaseKind.Sqlite, shuffled));
            if (one != other) throw new Xunit.Sdk.XunitException(Story(history) + "\n--- at once\n" + one + "\n--- in portions\n" + string.Join("\n|\n", shuffled.Select(Story)) + "\n" + other);
        }, iter: 60, threads: 1);

    [Theory, EachDatabase]
    public async Task Both_databases_end_the_same(DatabaseKind kind) =>
        await Gen.Select(Histories, Gen.Int[0, int.MaxValue]).SampleAsync(async (history, seed) =>
            Assert.Equal(await EndAsync(DatabaseKind.Sqlite, [history]), await EndAsync(kind, Shuffle(history, seed))), iter: 8, threads: 1);

    private static Gen<T> OneOf<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static string Story(StoreRecord[] records) => string.Join('\n', records.Select(r => r switch
    {
        OrderRecord o => $"order {o.ExternalId} {o.UpdatedAt:s} {o.Standing} {o.Person.AccountId}/{o.Person.Email}/{o.Person.Phone}/{o.Person.FirstName} refunds {o.Refunds.Count} consents {o.Consents.Count}",
        CustomerRecord c => $"customer {c.UpdatedAt:s} {c.Person.AccountId}/{c.Person.Email}/{c.Person.Phone}/{c.Person.FirstName} tags {c.Tags.Count}",
        CartRecord c => $"cart {c.ExternalId} {c.UpdatedAt:s} {c.Person?.Email} {c.Visitor} {c.Closed}",
        EventRecord e => $"event {e.ExternalId} {e.At:s} {e.Person?.Email} {e.Visitor}",
        ProductRecord p => $"product {p.ExternalId} {p.UpdatedAt:s} {p.Title} {p.CategoryExternalIds.Count}",
        CategoryRecord c => $"category {c.ExternalId} {c.UpdatedAt:s} {c.Name} {c.ParentExternalId}",
        _ => r.GetType().Name,
    }));

    private static StoreRecord[][] Shuffle(StoreRecord[] history, int seed)
    {
        var random = new Random(seed);
        var all = history.Concat(history.Where(_ => random.Next(3) == 0)).ToArray();
        random.Shuffle(all);
        return [.. all.Chunk(1 + random.Next(5))];
    }

    private static async Task<string> EndAsync(DatabaseKind kind, StoreRecord[][] portions)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        foreach (var portion in portions) await database.TellAsync(store, portion);
        return await database.EndAsync(store);
    }
}
