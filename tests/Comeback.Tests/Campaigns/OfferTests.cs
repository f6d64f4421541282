using System.Net;
using System.Text.Json.Nodes;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Campaigns;

/// <summary>The merchant's own code in a message: saved on the campaign, printed with its percentage and its end.</summary>
public sealed class OfferTests
{
    [Fact]
    public async Task Thanks_carry_the_merchants_code_and_the_day_on_which_it_ends()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        using var saved = await SaveAsync(comeback, shop, "THANKS10");
        Assert.True(saved.IsSuccessStatusCode, await saved.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await comeback.SwitchOnAsync(shop, "first_order_thanks");
        await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
        shop.Customer("ann").Bought("Sencha");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);

        await comeback.PassAsync(shop, TimeSpan.FromDays(7));
        await comeback.SettleAsync(shop);

        var message = Assert.Single(await comeback.MessagesAsync(shop));
        Assert.Equal("THANKS10", message.DiscountCode);
        Assert.Contains("10% off", message.Text!, StringComparison.Ordinal);
        Assert.Contains("THANKS10", message.Html!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TWO WORDS")]
    [InlineData("<b>")]
    public async Task A_code_that_no_store_would_know_is_refused_by_its_field(string code)
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();

        using var answer = await SaveAsync(comeback, shop, code);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("rules.discountCode", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SaveAsync(RunningComeback comeback, FakeShop shop, string code)
    {
        var path = $"/api/stores/{shop.Id}/campaigns/first_order_thanks";
        var detail = JsonNode.Parse((await comeback.GetAsync(path)).GetRawText())!;
        detail["rules"]!["discountCode"] = code;
        var body = new JsonObject
        {
            ["name"] = "Thanks",
            ["rules"] = detail["rules"]!.DeepClone(),
            ["steps"] = detail["steps"]!.DeepClone(),
            ["version"] = detail["version"]!.DeepClone(),
        };
        using var request = new HttpRequestMessage(HttpMethod.Put, path)
        {
            Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return await comeback.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
