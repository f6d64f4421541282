using System.Net;
using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Segments;

/// <summary>Who is no shopper by the store's own definition, and who objects to profiling: outside ranks, medians, campaigns, or segments altogether.</summary>
public sealed class OutsiderTests
{
    [Theory, EachDatabase]
    public async Task A_definition_of_who_is_no_shopper_moves_people_as_soon_as_it_is_saved_and_back_when_it_is_taken_away(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        for (var i = 0; i < 4; i++) shop.Customer("buyer" + i).Bought("Sencha", daysAgo: 70 + i);
        Company(comeback, shop, "palmyra").Bought("Sencha", daysAgo: 80, quantity: 50);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        Assert.Equal(["palmyra"], await MembersAsync(comeback, shop, "clv_high"));
        Assert.Empty(await MembersAsync(comeback, shop, "not_a_shopper"));

        await DefineAsync(comeback, shop, "customer_tags CONTAINS 'b2b'");
        await comeback.SettleAsync(shop);

        Assert.Equal(["palmyra"], await MembersAsync(comeback, shop, "not_a_shopper"));
        Assert.Equal(["buyer0"], await MembersAsync(comeback, shop, "clv_high"));
        var listed = (await comeback.GetAsync($"/api/stores/{shop.Id}/segments")).GetProperty("items").EnumerateArray().Single(i => i.GetProperty("key").GetString() == "not_a_shopper");
        Assert.Equal(1, listed.GetProperty("customers").GetInt32());
        // Nobody is written to because a definition was edited.
        await using (var db = comeback.Databases.Open(shop.Id))
            Assert.False(await db.Memberships.AnyAsync(m => m.Triggers, TestContext.Current.CancellationToken));

        await DefineAsync(comeback, shop, null);
        await comeback.SettleAsync(shop);
        Assert.Equal(["palmyra"], await MembersAsync(comeback, shop, "clv_high"));
        Assert.Empty(await MembersAsync(comeback, shop, "not_a_shopper"));
    }

    [Fact]
    public async Task Who_is_no_shopper_by_definition_is_written_to_by_no_campaign_and_the_preview_says_why()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync(settings: s => s with { NotAShopper = "customer_tags CONTAINS 'b2b'" });
        await comeback.SwitchOnAsync(shop, "win_back");
        shop.Customer("ann").Bought("Sencha", daysAgo: 59);
        Company(comeback, shop, "palmyra").Bought("Sencha", daysAgo: 59);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);

        await comeback.PassAsync(shop, TimeSpan.FromDays(2));
        await comeback.SettleAsync(shop);

        Assert.Equal("ann@example.com", Assert.Single(await comeback.MessagesAsync(shop)).Address);
        Assert.Equal("NotAShopper", Assert.Single(await comeback.SkipsAsync(shop)).Reason);
        var customer = await IdAsync(comeback, shop, "palmyra");
        Assert.True((await comeback.GetAsync($"/api/stores/{shop.Id}/customers/{customer}")).GetProperty("profile").GetProperty("notAShopper").GetBoolean());
    }

    [Fact]
    public async Task Who_objects_to_profiling_leaves_every_segment_for_marketing_and_stays_in_the_books()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        shop.Customer("ann").Bought("Sencha", daysAgo: 90);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        Assert.Equal(["ann"], await MembersAsync(comeback, shop, "lapsed"));

        var ann = await IdAsync(comeback, shop, "ann");
        await comeback.Get<StoreWriter>().WriteAsync(shop.Id, Lane.Live, async t =>
        {
            var row = await t.Db.Customers.SingleAsync(c => c.Id == ann);
            (row.ObjectsToProfiling, row.Change) = (true, await t.ChangeAsync());
            await t.Db.SaveChangesAsync();
        }, CancellationToken.None);
        await comeback.SettleAsync(shop);

        await using var db = comeback.Databases.Open(shop.Id);
        var stays = await db.Memberships.Where(m => m.LeftAt == null).Join(db.Segments, m => m.SegmentId, s => s.Id, (_, s) => s.Key).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["all_buyers"], stays);
        Assert.False((await comeback.GetAsync($"/api/stores/{shop.Id}/customers/{ann}")).GetProperty("reachable").GetProperty("email").GetBoolean());
    }

    [Fact]
    public async Task A_definition_that_hangs_on_who_is_a_shopper_is_refused_in_one_sentence()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        using var answer = await PutAsync(comeback, shop, "top 10% by amount_spent");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("shares are counted among shoppers", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static FakeCustomer Company(RunningComeback comeback, FakeShop shop, string name)
    {
        var customer = shop.Customer(name);
        shop.Tell(new CustomerRecord { UpdatedAt = comeback.Time.GetUtcNow(), Person = customer.Person, Tags = ["B2B"] });
        return customer;
    }

    private static async Task DefineAsync(RunningComeback comeback, FakeShop shop, string? definition)
    {
        using var answer = await PutAsync(comeback, shop, definition);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<HttpResponseMessage> PutAsync(RunningComeback comeback, FakeShop shop, string? definition)
    {
        var path = $"/api/stores/{shop.Id}/settings";
        var now = System.Text.Json.Nodes.JsonNode.Parse((await comeback.GetAsync(path)).GetRawText())!;
        now["settings"]!["notAShopper"] = definition;
        var body = new System.Text.Json.Nodes.JsonObject { ["settings"] = now["settings"]!.DeepClone(), ["version"] = now["version"]!.DeepClone() };
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return await comeback.Http.SendAsync(request);
    }

    private static async Task<List<string>> MembersAsync(RunningComeback comeback, FakeShop shop, string segment)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        return await db.Memberships.Where(m => m.LeftAt == null && m.SegmentId == db.Segments.Single(s => s.Key == segment).Id)
            .Join(db.Customers, m => m.CustomerId, c => c.Id, (_, c) => c.Email!.Replace("@example.com", "")).OrderBy(n => n).ToListAsync();
    }

    private static async Task<Engine.CustomerId> IdAsync(RunningComeback comeback, FakeShop shop, string name)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        return await db.Customers.Where(c => c.Email == name + "@example.com").Select(c => c.Id).SingleAsync();
    }
}
