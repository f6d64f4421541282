using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Comeback.Engine;
using Comeback.Segments;
using Comeback.Tests.Stores.Klaviyo;

namespace Comeback.Tests.Segments;

/// <summary>Definitions go out of a store and into another unchanged, many at once, and an import is taken back as a whole.</summary>
public sealed class DefinitionsTests(SegmentsService service) : IClassFixture<SegmentsService>
{
    private const string Two = "# remarks\n[tea_lovers] Tea lovers\n# Who drink it\n  products_purchased MATCHES (category = 'tea')\n  AND number_of_orders >= 2\n\n[not_tea] The others\n  NOT (in segment 'tea_lovers')\n";

    [Fact]
    public async Task Text_and_json_carry_definitions_to_another_store_and_back()
    {
        var from = (await service.ShopAsync()).Id;
        Assert.Equal(["created", "created"], Outcomes(await ImportAsync(from, Two)));
        var text = await service.Http.GetStringAsync(new Uri($"/api/stores/{from}/segments/definitions/text", UriKind.Relative));
        Assert.Equal("[tea_lovers] Tea lovers\n# Who drink it\n  products_purchased MATCHES (category = 'tea') AND number_of_orders >= 2\n\n[not_tea] The others\n  NOT (in segment 'tea_lovers')\n\n", text);

        var to = (await service.ShopAsync()).Id;
        Assert.Equal(["created", "created"], Outcomes(await ImportAsync(to, text)));
        var json = await service.Http.GetStringAsync(new Uri($"/api/stores/{from}/segments/definitions", UriKind.Relative));
        Assert.All(Outcomes(await ImportAsync(to, json)), outcome => Assert.Equal("unchanged", outcome));
        Assert.Equal(json, await service.Http.GetStringAsync(new Uri($"/api/stores/{to}/segments/definitions", UriKind.Relative)));
    }

    [Fact]
    public async Task An_import_is_taken_back_as_a_whole_or_not_at_all()
    {
        var store = (await service.ShopAsync()).Id;
        await ImportAsync(store, "[mine] Mine\n  number_of_orders >= 1\n");
        var second = await ImportAsync(store, "[mine] Mine too\n  number_of_orders >= 2\n[new] New\n  number_of_orders >= 3\n", overwrite: true);
        Assert.Equal(["changed", "created"], Outcomes(second));
        Assert.Equal(HttpStatusCode.NoContent, await UndoAsync(store, second));
        Assert.Equal("number_of_orders >= 1", (await service.JsonAsync($"/api/stores/{store}/segments/mine")).GetProperty("definition").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await service.Http.GetAsync(new Uri($"/api/stores/{store}/segments/new", UriKind.Relative))).StatusCode);

        var third = await ImportAsync(store, "[new] New\n  number_of_orders >= 3\n");
        Assert.Equal(["created"], Outcomes(third));
        await ImportAsync(store, "[new] New\n  number_of_orders >= 4\n", overwrite: true);
        Assert.Equal(HttpStatusCode.Conflict, await UndoAsync(store, third));
        Assert.Equal("number_of_orders >= 4", (await service.JsonAsync($"/api/stores/{store}/segments/new")).GetProperty("definition").GetString());
    }

    [Fact]
    public async Task What_is_wrong_is_refused_by_name_and_the_rest_goes_in()
    {
        var store = (await service.ShopAsync()).Id;
        var answer = await ImportAsync(store, """
            [good] Good
              number_of_orders >= 1
            [bad] Bad
              number_of_order >= 1
            [a] A
              in segment 'b'
            [b] B
              in segment 'a'
            [on_bad] On bad
              in segment 'bad'
            [vip] Mine
              number_of_orders >= 9
            [lapsed] Lapsed
              last_order_date <= -60d
            """);
        Assert.Equal(["created", "refused", "refused", "refused", "refused", "refused", "unchanged"], Outcomes(answer));
        var problems = answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("problem").GetString()).ToList();
        Assert.Contains("Did you mean 'number_of_orders'?", problems[1], StringComparison.Ordinal);
        Assert.Contains("circle", problems[2] + problems[3], StringComparison.Ordinal);
        Assert.Contains("comes with Comeback", problems[5], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_writes_nothing()
    {
        var store = (await service.ShopAsync()).Id;
        var answer = await ImportAsync(store, Two, dryRun: true);
        Assert.Equal(["created", "created"], Outcomes(answer));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("undo").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Http.GetAsync(new Uri($"/api/stores/{store}/segments/tea_lovers", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Klaviyos_segments_come_in_with_a_list_of_what_could_not_be_carried()
    {
        var store = (await service.ShopAsync()).Id;
        var answer = await ImportAsync(store, KlaviyoSegmentsTests.Recorded);
        Assert.Equal(["created", "created", "refused"], Outcomes(answer));
        Assert.Equal(2, answer.GetProperty("items")[2].GetProperty("notCarried").GetArrayLength());
        var second = answer.GetProperty("items")[1];
        Assert.Contains("NOT (in segment 'win_back_bought_twice_silent_for_90_days')", second.GetProperty("definition").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, (await service.JsonAsync($"/api/stores/{store}/segments/{second.GetProperty("key").GetString()}")).GetProperty("error").ValueKind);
        Assert.Equal(["unchanged", "unchanged", "created"], Outcomes(await ImportAsync(store, KlaviyoSegmentsTests.Recorded, partial: true)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("number_of_orders >= 1")]
    [InlineData("[{\"key\":1}]")]
    [InlineData("{\"items\":[null]}")]
    [InlineData("{\"items\":7}")]
    [InlineData("[] nothing")]
    public async Task A_file_of_another_form_is_refused_in_a_sentence(string content)
    {
        var store = (await service.ShopAsync()).Id;
        using var answer = await service.SendAsync(HttpMethod.Post, $"/api/stores/{store}/segments/import", new { content });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_verb_exports_imports_and_takes_back()
    {
        var store = (await service.ShopAsync()).Id;
        var name = await service.NameAsync(store);
        var file = Path.Combine(Directory.CreateTempSubdirectory("comeback-definitions-").FullName, "segments.txt");
        await File.WriteAllTextAsync(file, Two, TestContext.Current.CancellationToken);
        var import = await service.VerbAsync("segments", "--store", name, "--import", file);
        Assert.True(import.Code == 0, import.Error);
        Assert.Contains("created   tea_lovers: products_purchased", import.Out, StringComparison.Ordinal);
        var export = await service.VerbAsync("segments", "--store", name, "--export", "text");
        Assert.Contains("[not_tea] The others\n  NOT (in segment 'tea_lovers')", export.Out, StringComparison.Ordinal);
        Assert.Equal(2, JsonDocument.Parse((await service.VerbAsync("segments", "--store", name, "--export", "json")).Out).RootElement.GetArrayLength());
        Assert.Equal(0, (await service.VerbAsync("segments", "--store", name, "--undo", file + ".undo.json")).Code);
        Assert.Empty((await service.VerbAsync("segments", "--store", name, "--export", "text")).Out);
        Assert.Equal(2, (await service.VerbAsync("segments", "--store", name, "--import", file + ".none")).Code);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void A_text_of_several_lines_and_odd_quotes_reads_back_the_same()
    {
        var item = new DefinitionItem("x", "Odd", null, "customer_tags CONTAINS 'two\nlines\n\n[not_a_key] x'", false);
        Assert.Equal([item], DefinitionText.Read(DefinitionText.Write([item])));
    }

    private static List<string?> Outcomes(JsonElement answer) => [.. answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("outcome").GetString())];

    private async Task<JsonElement> ImportAsync(StoreId store, string content, bool overwrite = false, bool dryRun = false, bool partial = false)
    {
        using var answer = await service.SendAsync(HttpMethod.Post, $"/api/stores/{store}/segments/import", new { content, overwrite, dryRun, partial });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpStatusCode> UndoAsync(StoreId store, JsonElement imported)
    {
        using var answer = await service.SendAsync(HttpMethod.Post, $"/api/stores/{store}/segments/import/undo", imported.GetProperty("undo"));
        return answer.StatusCode;
    }
}
