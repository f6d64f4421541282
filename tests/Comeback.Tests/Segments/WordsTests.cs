using System.Text.Json;
using Comeback.Engine;

namespace Comeback.Tests.Segments;

/// <summary>Completion offers the language's own words and what this store has, ready to stand in a definition.</summary>
public sealed class WordsTests(SegmentsService service) : IClassFixture<SegmentsService>
{
    [Fact]
    public async Task Attributes_come_with_their_operators_and_functions_with_their_parameters()
    {
        var store = (await service.ShopAsync()).Id;
        var orders = Assert.Single(await WordsAsync(store, "attribute", "number_of_orders"));
        Assert.Equal("number", orders.GetProperty("takes").GetString());
        Assert.Contains(">=", orders.GetProperty("operators").EnumerateArray().Select(o => o.GetString()));
        var bought = (await WordsAsync(store, "attribute", "products_pur"))[0];
        Assert.Equal("function", bought.GetProperty("type").GetString());
        Assert.Contains("category", bought.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("value").GetString()));
        Assert.Contains(await WordsAsync(store, "attribute", "funnel"), w => w.GetProperty("type").GetString() == "clause");
        Assert.Empty(await WordsAsync(store, "attribute", "zzzz"));
    }

    [Fact]
    public async Task What_the_store_has_is_offered_quoted_and_nothing_of_another_store()
    {
        var shop = await service.ShopAsync();
        shop.Product("it's tea", "Drinks");
        shop.Customer("ann").Bought("it's tea");
        await shop.ArriveAsync();
        var other = await service.ShopAsync();

        var product = Assert.Single(await WordsAsync(shop.Id, "product", "TEA"));
        Assert.Equal("it's tea", product.GetProperty("label").GetString());
        var category = Assert.Single(await WordsAsync(shop.Id, "category", "drin"));
        Assert.Equal("'drinks'", category.GetProperty("text").GetString());
        Assert.NotEmpty(await WordsAsync(shop.Id, "country", ""));
        Assert.Contains(await WordsAsync(shop.Id, "segment", "laps"), w => w.GetProperty("text").GetString() == "'lapsed'");

        Assert.Empty(await WordsAsync(other.Id, "product", "tea"));
        Assert.Empty(await WordsAsync(other.Id, "category", ""));
    }

    [Fact]
    public async Task An_unknown_kind_is_refused_by_name()
    {
        var store = (await service.ShopAsync()).Id;
        using var answer = await service.Http.GetAsync(new Uri($"/api/stores/{store}/segments/words?kind=colour", UriKind.Relative));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("not 'colour'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<JsonElement[]> WordsAsync(StoreId store, string kind, string search) =>
        [.. (await service.JsonAsync($"/api/stores/{store}/segments/words?kind={kind}&search={Uri.EscapeDataString(search)}")).GetProperty("items").EnumerateArray()];
}
