using System.Net;
using Comeback.Engine.Orders;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Sync;

/// <summary>Two people who were taken for one are parted again by the merchant.</summary>
public sealed class MergesEndpointsTests
{
    [Fact]
    public async Task The_merchant_sees_who_was_taken_in_and_takes_it_back()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        var at = comeback.Time.GetUtcNow().AddDays(-2);
        shop.Tell(new CustomerRecord { UpdatedAt = at, Person = new Person { Email = "ann@example.com", FirstName = "Ann" } });
        shop.Tell(new CustomerRecord { UpdatedAt = at, Person = new Person { AccountId = "7", FirstName = "Bob" } });
        await shop.ArriveAsync();
        shop.Tell(new CustomerRecord { UpdatedAt = at.AddDays(1), Person = new Person { AccountId = "7", Email = "ann@example.com", FirstName = "Bob" } });
        await shop.ArriveAsync();
        await using var db = comeback.Databases.Open(shop.Id);
        var stays = await db.Customers.SingleAsync(c => c.MergedInto == null, TestContext.Current.CancellationToken);
        var path = $"/api/stores/{shop.Id}/customers/{stays.Id}/merges";
        var merge = Assert.Single((await comeback.GetAsync(path)).EnumerateArray());

        using (var wrong = await comeback.PostAsync($"{path}/987654/undo", new { })) Assert.Equal(HttpStatusCode.NotFound, wrong.StatusCode);
        using (var undone = await comeback.PostAsync($"{path}/{merge.GetProperty("id").GetString()}/undo", new { })) Assert.Equal(HttpStatusCode.NoContent, undone.StatusCode);

        Assert.Equal(2, await db.Customers.CountAsync(c => c.MergedInto == null, TestContext.Current.CancellationToken));
        Assert.Empty((await comeback.GetAsync(path)).EnumerateArray());
        using var twice = await comeback.PostAsync($"{path}/{merge.GetProperty("id").GetString()}/undo", new { });
        Assert.Equal(HttpStatusCode.NotFound, twice.StatusCode);
    }
}
