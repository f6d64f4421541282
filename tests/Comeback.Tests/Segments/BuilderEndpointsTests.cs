using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Comeback.Engine;
using Comeback.Segments;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Segments;

/// <summary>What the builder asks the service: the other face of a definition, what may come next, recipes, and a past day's people.</summary>
public sealed class BuilderEndpointsTests(SegmentsService running) : IClassFixture<SegmentsService>
{
    [Fact]
    public async Task A_text_comes_back_as_a_tree_and_the_tree_as_the_same_text()
    {
        var shop = await running.ShopAsync();
        const string text = "number_of_orders >= 2 AND (customer_tags CONTAINS 'it''s' OR NOT (last_order_date <= -60d))";
        var form = await PostAsync(shop.Id, "form", new { definition = text });
        Assert.Equal("all", form.GetProperty("tree").GetProperty("kind").GetString());
        var again = await PostAsync(shop.Id, "form", new { tree = form.GetProperty("tree") });
        Assert.Equal(text, again.GetProperty("text").GetString()!.Replace('\n', ' '));
        Assert.Empty(again.GetProperty("errors").EnumerateArray());

        var wrong = await PostAsync(shop.Id, "form", new { definition = "number_of_order >= 2" });
        Assert.Equal(JsonValueKind.Null, wrong.GetProperty("tree").ValueKind);
        Assert.Equal("number_of_orders", wrong.GetProperty("errors")[0].GetProperty("didYouMean").GetString());
    }

    [Fact]
    public async Task The_deepest_definition_goes_there_and_back_and_a_deeper_one_is_refused_in_a_sentence()
    {
        var shop = await running.ShopAsync();
        var deep = string.Concat(Enumerable.Repeat("NOT (number_of_orders = 1 OR ", 30)) + "reachable = true" + new string(')', 30);
        var form = await PostAsync(shop.Id, "form", new { definition = deep });
        Assert.Empty(form.GetProperty("errors").EnumerateArray());
        var again = await PostAsync(shop.Id, "form", new { tree = form.GetProperty("tree") });
        Assert.Empty(again.GetProperty("errors").EnumerateArray());
        var deeper = await PostAsync(shop.Id, "form", new { definition = new string('(', 5_000) });
        Assert.Contains("deeper", deeper.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        using var broken = await running.SendAsync(HttpMethod.Post, $"/api/stores/{shop.Id}/segments/form", new { tree = new { kind = "all", parts = new object?[] { null, new { kind = "what" } } } });
        Assert.Equal(HttpStatusCode.OK, broken.StatusCode);
    }

    [Fact]
    public async Task Every_recipe_of_the_gallery_is_counted_for_the_store()
    {
        var shop = await running.ShopAsync();
        shop.Customer("ann").Bought("tea", daysAgo: 120);
        await ArrivedAsync(shop);
        var gallery = await running.JsonAsync($"/api/stores/{shop.Id}/segments/gallery");
        Assert.True(gallery.GetArrayLength() >= 18);
        Assert.Equal(1, gallery.EnumerateArray().Single(r => r.GetProperty("key").GetString() == "once_and_gone").GetProperty("customers").GetInt32());
        var language = await running.JsonAsync($"/api/stores/{shop.Id}/segments/language");
        Assert.Contains(language.GetProperty("attributes").EnumerateArray(), a => a.GetProperty("name").GetString() == "number_of_orders" && a.GetProperty("kind").GetString() == "number");
    }

    [Fact]
    public async Task A_segment_named_as_an_address_of_the_service_gets_another_key()
    {
        var shop = await running.ShopAsync();
        using var made = await running.SendAsync(HttpMethod.Post, $"/api/stores/{shop.Id}/segments", new { name = "Language", definition = "number_of_orders >= 1" });
        Assert.Equal("language_2", (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
    }

    [Fact]
    public async Task The_people_of_a_past_day_are_those_who_bought_afterwards_and_those_who_did_not()
    {
        var shop = await running.ShopAsync();
        shop.Customer("ann").Bought("tea", daysAgo: 100).Bought("tea", daysAgo: 45);
        shop.Customer("bob").Bought("tea", daysAgo: 100);
        await ArrivedAsync(shop);
        var day = DateOnly.FromDateTime(running.Get<TimeProvider>().GetUtcNow().AddDays(-60).UtcDateTime).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(["ann", "bob"], await NamesAsync(""));
        Assert.Equal(["ann"], await NamesAsync("&bought=true"));
        Assert.Equal(["bob"], await NamesAsync("&bought=false"));

        async Task<List<string>> NamesAsync(string more) =>
            [.. (await running.JsonAsync($"/api/stores/{shop.Id}/segments/all_buyers/past/people?asOf={day}{more}")).GetProperty("items").EnumerateArray()
                .Select(p => p.GetProperty("email").GetString()!.Split('@')[0]).Order(StringComparer.Ordinal)];
    }

    private async Task ArrivedAsync(FakeShop shop)
    {
        await shop.ArriveAsync();
        await running.Get<SegmentStores>().GetAsync(shop.Id, CancellationToken.None);
        await running.Get<SegmentStores>().PassAsync(shop.Id, CancellationToken.None);
    }

    private async Task<JsonElement> PostAsync(StoreId store, string what, object body)
    {
        using var answer = await running.SendAsync(HttpMethod.Post, $"/api/stores/{store}/segments/{what}", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>(new JsonSerializerOptions { MaxDepth = 256 });
    }
}
