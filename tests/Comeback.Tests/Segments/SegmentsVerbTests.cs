using System.Text.Json;
using Comeback.Tests.Architecture;

namespace Comeback.Tests.Segments;

/// <summary>The verbs that show segments and carry their members away.</summary>
public sealed class SegmentsVerbTests(SegmentsService running) : IClassFixture<SegmentsService>
{
    [Fact]
    public async Task The_verb_prints_a_table_or_only_json_and_answers_any_definition()
    {
        var shop = await running.ShopAsync();
        var name = await running.NameAsync(shop.Id);
        shop.Customer("ann").Bought("tea", daysAgo: 45).Bought("tea", daysAgo: 5);
        shop.Customer("=bob").Bought("tea", daysAgo: 200);
        await shop.ArriveAsync();

        var table = await FineAsync("segments", "--store", name);
        Assert.Matches(@"all_buyers\s+All buyers\s+2\s+37\.50\s+100\.00 %", table);

        using var json = JsonDocument.Parse(await FineAsync("segments", "--store", name, "--json"));
        var first = json.RootElement[0];
        Assert.Equal("all_buyers", first.GetProperty("key").GetString());
        Assert.Equal(2, first.GetProperty("customers").GetInt32());
        Assert.Equal("37.50", first.GetProperty("amountSpent").GetString());
        Assert.Equal("GBP", first.GetProperty("currency").GetString());

        var asked = await FineAsync("segments", "--store", name, "--query", "number_of_orders>1", "--json");
        Assert.Equal("""{"customers":1,"query":"number_of_orders > 1"}""", asked.Trim());
        var why = await FineAsync("segments", "--store", name, "--query", "number_of_orders > 1", "--explain", "ann@example.com");
        Assert.StartsWith("yes", why, StringComparison.Ordinal);

        var before = await FineAsync("segments", "--store", name, "--as-of", "2001-01-01", "--json");
        using var past = JsonDocument.Parse(before);
        Assert.Equal(0, past.RootElement[0].GetProperty("customers").GetInt32());

        var file = await FineAsync("export", "--store", name, "--segment", "all_buyers");
        Assert.StartsWith("\uFEFFcustomer_id,", file, StringComparison.Ordinal);
        Assert.Contains(",'=bob,", file, StringComparison.Ordinal);
        Assert.Contains(",=bob,", await FineAsync("export", "--store", name, "--segment", "all_buyers", "--raw"), StringComparison.Ordinal);

        Assert.Contains("no store named 'nix'", await SentenceAsync("segments", "--store", "nix"), StringComparison.Ordinal);
        Assert.Contains("2026-02-30", await SentenceAsync("segments", "--store", name, "--as-of", "2026-02-30"), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'number_of_orders'", await SentenceAsync("segments", "--store", name, "--query", "number_of_order > 1"),
            StringComparison.Ordinal);
        Assert.Contains("no segment 'nix'", await SentenceAsync("export", "--store", name, "--segment", "nix"), StringComparison.Ordinal);
        Assert.Contains("no such customer",
            await SentenceAsync("segments", "--store", name, "--query", "number_of_orders > 1", "--explain", "nobody"), StringComparison.Ordinal);
    }

    /// <summary>Customers and amounts as an independent program counted them from the file by DEFINITIONS (no code of ours in it).</summary>
    [Fact]
    public async Task Online_Retail_is_sorted_as_an_independent_calculation_sorts_it()
    {
        var file = Path.Combine(Repository.Shared, "data", "online-retail.csv.gz");
        Assert.SkipUnless(File.Exists(file), "Wants ../shared/data/online-retail.csv.gz, which is not there.");
        var folder = Directory.CreateTempSubdirectory("comeback-retail-").FullName;
        try
        {
            var settings = SegmentsService.SettingsOf(folder);
            var import = await SegmentsService.VerbAsync(settings, ["import", file, "--store", "retail", "--currency", "GBP", "--time-zone", "Europe/London"]);
            Assert.True(import.Code == 0, import.Error);
            var segments = await SegmentsService.VerbAsync(settings, ["segments", "--store", "retail", "--as-of", "2011-12-10", "--json"]);
            using var json = JsonDocument.Parse(segments.Out);
            var ours = json.RootElement.EnumerateArray().ToDictionary(
                s => s.GetProperty("key").GetString()!, s => $"{s.GetProperty("customers").GetInt32()} {s.GetProperty("amountSpent").GetString()}", StringComparer.Ordinal);
            foreach (var (key, expected) in OnlineRetail) Assert.Equal($"{key} {expected}", $"{key} {ours[key]}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<string> FineAsync(params string[] words)
    {
        var (code, output, error) = await running.VerbAsync(words);
        Assert.True(code == 0, $"exit {code}: {error}");
        return output;
    }

    /// <summary>Exit 2, nothing on standard output, one readable line on standard error.</summary>
    private async Task<string> SentenceAsync(params string[] words)
    {
        var (code, output, error) = await running.VerbAsync(words);
        Assert.Equal((2, ""), (code, output));
        return Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static readonly Dictionary<string, string> OnlineRetail = new(StringComparer.Ordinal)
    {
        ["all_buyers"] = "4338 8310477.05",
        ["prospects"] = "33 -10411.24",
        ["first_time"] = "1493 521113.71",
        ["one_time"] = "1493 521113.71",
        ["repeat"] = "1731 1668354.42",
        ["loyal"] = "2845 7789363.34",
        ["regular"] = "557 1231167.80",
        ["vip"] = "557 4889841.12",
        ["frequent"] = "393 3791276.45",
        ["lapsed"] = "1983 1425613.80",
        ["clv_high"] = "868 6115311.89",
        ["clv_medium"] = "2169 1942966.57",
        ["clv_low"] = "1301 252198.59",
        ["active"] = "2395 6934219.16",
        ["slipping_away"] = "673 621459.59",
        ["inactive"] = "1270 754798.30",
    };
}
