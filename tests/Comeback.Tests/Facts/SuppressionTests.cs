using Comeback.Engine.Orders;
using Comeback.Privacy;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Facts;

/// <summary>A blocked address shows at once, not when its customer's row next changes.</summary>
public sealed class SuppressionTests
{
    private const string Family = "+4520304050";

    [Theory, EachDatabase]
    public async Task Who_shares_the_number_of_somebody_who_was_erased_is_not_reachable_by_it_any_more(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        Told(comeback, shop, "zenobia");
        Told(comeback, shop, "wahballat");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        var (zenobia, wahballat) = (await IdAsync(comeback, shop, "zenobia"), await IdAsync(comeback, shop, "wahballat"));
        Assert.True(await BySmsAsync(comeback, shop, wahballat));
        using (var made = await comeback.PostAsync($"/api/stores/{shop.Id}/segments", new { name = "Can be written to", definition = "reachable = true", key = "reach" }))
            Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await comeback.SettleAsync(shop);
        Assert.Equal(2, await CountAsync(comeback, shop));

        await comeback.Get<Erasure>().EraseAsync(shop.Id, zenobia, "test", TestContext.Current.CancellationToken);
        await comeback.SettleAsync(shop);

        Assert.False(await BySmsAsync(comeback, shop, wahballat));
        Assert.Equal(0, await CountAsync(comeback, shop));
    }

    // Two accounts of one family with one number: two people, each known by the account.
    private static void Told(RunningComeback comeback, FakeShop shop, string name) => shop.Tell(new CustomerRecord
    {
        UpdatedAt = comeback.Time.GetUtcNow().AddDays(-3),
        Person = new Engine.Orders.Person { AccountId = "account-" + name, Phone = Family, FirstName = name, LastName = "Septimia", Country = "DK" },
        Consents = [new ConsentRecord(Channel.Sms, ConsentState.Granted, comeback.Time.GetUtcNow().AddDays(-3), "test", "Yes")],
    });

    private static async Task<bool> BySmsAsync(RunningComeback comeback, FakeShop shop, Engine.CustomerId id) =>
        (await comeback.GetAsync($"/api/stores/{shop.Id}/customers/{id}")).GetProperty("reachable").GetProperty("sms").GetBoolean();

    private static async Task<int> CountAsync(RunningComeback comeback, FakeShop shop)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        return await db.Memberships.CountAsync(m => m.LeftAt == null && m.SegmentId == db.Segments.Single(s => s.Key == "reach").Id, TestContext.Current.CancellationToken);
    }

    private static async Task<Engine.CustomerId> IdAsync(RunningComeback comeback, FakeShop shop, string name)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        return await db.Customers.Where(c => c.AccountId == "account-" + name).Select(c => c.Id).SingleAsync();
    }
}
