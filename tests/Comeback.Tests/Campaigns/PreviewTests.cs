using System.Text.Json;
using Comeback.Sync;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Campaigns;

/// <summary>What a merchant sees before anything is sent: as anybody of the store, of a text that is still being written, and of a recipe that is off.</summary>
public sealed class PreviewTests
{
    private static readonly object[] Text = [new { language = "en", subject = "For {{ customer.first_name | default: 'you' }}", html = "<p>Hello</p>", text = "Hello" }];

    [Theory, EachDatabase]
    public async Task A_preview_is_seen_as_anyone_even_as_somebody_who_would_not_get_it(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        shop.Customer("ann").Bought("Sencha", daysAgo: 70);
        shop.Customer("bob").Bought("Sencha", daysAgo: 5);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);

        var lapsed = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/win_back/preview?customer={await IdAsync(comeback, shop, "ann")}");
        Assert.Equal((1, 0), (lapsed.GetProperty("count").GetInt32(), lapsed.GetProperty("skipped").GetArrayLength()));

        var active = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/win_back/preview?customer={await IdAsync(comeback, shop, "bob")}");
        Assert.Equal(0, active.GetProperty("count").GetInt32());
        Assert.Equal("RuleNoLongerHolds", active.GetProperty("skipped")[0].GetProperty("reason").GetString());
        Assert.Equal("Bob Test", active.GetProperty("examples")[0].GetProperty("name").GetString());

        // The cart's recipe for somebody without a cart: the reason, and whatever its text says without one; never an error.
        var cart = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/abandoned_cart/preview?customer={await IdAsync(comeback, shop, "bob")}");
        Assert.Equal(0, cart.GetProperty("count").GetInt32());
        Assert.Equal(1, cart.GetProperty("skipped").GetArrayLength());

        var nobody = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/win_back/preview?customer=999999999");
        Assert.Equal((0, 0), (nobody.GetProperty("count").GetInt32(), nobody.GetProperty("examples").GetArrayLength()));
    }

    [Theory, EachDatabase]
    public async Task The_cart_message_is_previewed_for_everybody_who_left_a_cart(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        foreach (var name in new[] { "ann", "bob", "cleo" }) shop.Customer(name).LeftInCart("Teapot", hoursAgo: 3);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);

        var preview = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/abandoned_cart/preview");
        Assert.Equal((3, 3), (preview.GetProperty("count").GetInt32(), preview.GetProperty("examples").GetArrayLength()));
    }

    [Theory, EachDatabase]
    public async Task A_broadcast_is_previewed_while_it_is_written_and_nothing_of_it_is_kept(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        shop.Customer("ann").Bought("Sencha", daysAgo: 20);
        shop.Customer("bob", consent: false).Bought("Sencha", daysAgo: 20);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        var before = (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns")).GetArrayLength();

        var all = await DraftAsync(comeback, shop, new { name = "Spring", segmentKey = "first_time", templates = Text });
        Assert.Equal(1, all.GetProperty("count").GetInt32());
        Assert.Equal("NoConsent", all.GetProperty("skipped")[0].GetProperty("reason").GetString());
        Assert.Equal("For Ann", all.GetProperty("examples")[0].GetProperty("subject").GetString());

        var one = await DraftAsync(comeback, shop, new { segmentKey = "first_time", templates = Text, customer = await IdAsync(comeback, shop, "bob") });
        Assert.Equal("For Bob", one.GetProperty("examples")[0].GetProperty("subject").GetString());

        using var wrong = await comeback.PostAsync($"/api/stores/{shop.Id}/campaigns/preview", new { segmentKey = "first_time", templates = new[] { new { language = "en", subject = "{{ customer.nobody }}", html = "<p>x</p>", text = "x" } } });
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal(before, (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns")).GetArrayLength());
    }

    [Theory, EachDatabase]
    public async Task A_recipe_that_is_off_says_whom_it_would_write_to_today_and_home_says_it_is_worth_switching_on(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        // The thanks go out a week after: two who may be written to, one who may not, one whose week is not over.
        shop.Customer("ann").Bought("Sencha", daysAgo: 7);
        shop.Customer("bob").Bought("Sencha", daysAgo: 7);
        shop.Customer("cid", consent: false).Bought("Sencha", daysAgo: 7);
        shop.Customer("dan").Bought("Sencha", daysAgo: 3);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);

        var campaigns = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns");
        Assert.Equal(2, campaigns.EnumerateArray().Single(c => c.GetProperty("key").GetString() == "first_order_thanks").GetProperty("wouldToday").GetInt32());
        var need = (await comeback.GetAsync($"/api/stores/{shop.Id}/home")).GetProperty("needs").EnumerateArray().Single(n => n.GetProperty("kind").GetString() == "recipe");
        Assert.Equal(("first_order_thanks", "2"), (need.GetProperty("campaign").GetString(), need.GetProperty("detailSaid").GetProperty("values").GetProperty("count").GetString()));

        await comeback.SwitchOnAsync(shop, "first_order_thanks");
        Assert.DoesNotContain((await comeback.GetAsync($"/api/stores/{shop.Id}/home")).GetProperty("needs").EnumerateArray(), n => n.GetProperty("kind").GetString() == "recipe");
    }

    [Theory, EachDatabase]
    public async Task Each_number_of_the_home_page_opens_into_people_their_campaign_and_their_reason(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        shop.Customer("ann").Bought("Sencha", daysAgo: 70);
        shop.Customer("bob", consent: false).Bought("Sencha", daysAgo: 70);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        await comeback.SwitchOnAsync(shop, "win_back", backfillDays: 30);
        await comeback.SettleAsync(shop);

        var sent = await comeback.GetAsync($"/api/stores/{shop.Id}/people?outcome=sent&today=true");
        Assert.Equal(("Ann Test", "win_back"), (sent.GetProperty("items")[0].GetProperty("name").GetString(), sent.GetProperty("items")[0].GetProperty("campaignKey").GetString()));
        var skipped = await comeback.GetAsync($"/api/stores/{shop.Id}/people?outcome=skipped");
        Assert.Equal(("Bob Test", "NoConsent"), (skipped.GetProperty("items")[0].GetProperty("name").GetString(), skipped.GetProperty("items")[0].GetProperty("reason").GetString()));
        foreach (var outcome in new[] { "opened", "clicked", "ordered", "optedOut" })
            Assert.Equal(0, (await comeback.GetAsync($"/api/stores/{shop.Id}/people?outcome={outcome}")).GetProperty("total").GetInt32());
        using var nonsense = await comeback.Http.GetAsync($"/api/stores/{shop.Id}/people?outcome=nonsense", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, nonsense.StatusCode);
    }

    private static async Task<string> IdAsync(RunningComeback comeback, FakeShop shop, string name) =>
        (await comeback.GetAsync($"/api/stores/{shop.Id}/customers?search={name}%40example.com")).GetProperty("items")[0].GetProperty("id").GetString()!;

    private static async Task<JsonElement> DraftAsync(RunningComeback comeback, FakeShop shop, object draft)
    {
        using var answer = await comeback.PostAsync($"/api/stores/{shop.Id}/campaigns/preview", draft);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
