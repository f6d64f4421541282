using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Comeback.Engine;
using Comeback.Segments;

namespace Comeback.Tests.Segments;

/// <summary>What the admin sees and does with segments and customers, over HTTP on the whole service.</summary>
public sealed class SegmentsEndpointsTests(SegmentsService running) : IClassFixture<SegmentsService>
{
    [Fact]
    public async Task The_list_counts_customers_money_and_share()
    {
        var store = await StoreAsync();
        var list = await running.JsonAsync($"/api/stores/{store}/segments");
        Assert.Equal(3, list.GetProperty("buyers").GetInt32());
        Assert.Equal("8750", list.GetProperty("amountSpent").GetProperty("minor").GetString());
        Assert.Equal("all_buyers", list.GetProperty("items")[0].GetProperty("key").GetString());
        var repeat = list.GetProperty("items").EnumerateArray().Single(s => s.GetProperty("key").GetString() == "repeat");
        Assert.Equal(1, repeat.GetProperty("customers").GetInt32());
        Assert.Equal("5000", repeat.GetProperty("amountSpent").GetProperty("minor").GetString());
        Assert.Equal(Math.Round(5000m / 8750, 6), Math.Round(repeat.GetProperty("share").GetDecimal(), 6));
        Assert.Contains(list.GetProperty("items").EnumerateArray(), s => s.GetProperty("key").GetString() == "bought_from:things");
        Assert.True(list.GetProperty("items").EnumerateArray().Single(s => s.GetProperty("key").GetString() == "disengaged").GetProperty("noData").GetBoolean());
    }

    [Theory]
    [InlineData("name")]
    [InlineData("email")]
    [InlineData("orders")]
    [InlineData("amountSpent")]
    [InlineData("lastOrderAt")]
    [InlineData("since")]
    public async Task Pages_of_members_name_everybody_once_in_order(string sort)
    {
        var store = await StoreAsync();
        foreach (var dir in new[] { "asc", "desc" })
        {
            var seen = new List<string>();
            var after = "";
            do
            {
                var page = await running.JsonAsync($"/api/stores/{store}/segments/all_buyers/members?limit=1&sort={sort}&dir={dir}&after={after}");
                Assert.Equal(3, page.GetProperty("total").GetInt32());
                seen.AddRange(page.GetProperty("items").EnumerateArray().Select(m => m.GetProperty("email").GetString()!));
                after = page.GetProperty("next").GetString();
            }
            while (after is not null);
            Assert.Equal(["ann@example.com", "bob@example.com", "cem@example.com"], seen.Order(StringComparer.Ordinal));
            if (sort is "name" or "email") Assert.Equal(dir == "asc" ? seen.Order(StringComparer.Ordinal) : seen.OrderDescending(StringComparer.Ordinal), seen);
            if (sort is "orders" or "amountSpent") Assert.Equal("ann@example.com", dir == "desc" ? seen[0] : seen[^1]);
        }
    }

    [Fact]
    public async Task A_search_finds_members_by_name_and_address_and_says_why_they_are_in()
    {
        var store = await StoreAsync();
        var page = await running.JsonAsync($"/api/stores/{store}/segments/repeat/members?search=ANN");
        var ann = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal("Ann Test", ann.GetProperty("name").GetString());
        Assert.EndsWith("found in the history", ann.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await running.JsonAsync($"/api/stores/{store}/segments/repeat/members?search=100%25")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_segment_is_made_changed_by_the_newest_reader_only_and_deleted()
    {
        var store = await StoreAsync();
        var path = $"/api/stores/{store}/segments";
        var made = await running.SendAsync(HttpMethod.Post, path, new { name = "Big spenders", definition = "amount_spent>=50" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var body = await made.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("big_spenders", body.GetProperty("key").GetString());
        Assert.Equal("amount_spent >= 50", body.GetProperty("definition").GetString());
        Assert.Equal(1, (await running.JsonAsync($"{path}/big_spenders")).GetProperty("customers").GetInt32());

        var change = new { name = "Big spenders", definition = "amount_spent >= 20", version = 1 };
        Assert.Equal(HttpStatusCode.OK, (await running.SendAsync(HttpMethod.Put, $"{path}/big_spenders", change)).StatusCode);
        Assert.Equal(2, (await running.JsonAsync($"{path}/big_spenders")).GetProperty("customers").GetInt32());
        Assert.Equal(HttpStatusCode.Conflict, (await running.SendAsync(HttpMethod.Put, $"{path}/big_spenders", change)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await running.SendAsync(HttpMethod.Put, $"{path}/vip", change)).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await running.Http.DeleteAsync(new Uri($"{path}/big_spenders", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await running.Http.GetAsync(new Uri($"{path}/big_spenders", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_wrong_definition_is_refused_with_its_place()
    {
        var store = await StoreAsync();
        var path = $"/api/stores/{store}/segments";
        Assert.Equal(HttpStatusCode.BadRequest, (await running.SendAsync(HttpMethod.Post, path, new { name = "x", definition = "number_of_order > 1" })).StatusCode);
        var check = await CheckAsync(path, "number_of_orders >= 1 AND\n number_of_order > 1");
        Assert.False(check.GetProperty("ok").GetBoolean());
        var error = check.GetProperty("errors")[0];
        Assert.Equal(2, error.GetProperty("line").GetInt32());
        Assert.Equal(2, error.GetProperty("column").GetInt32());
        Assert.Equal("number_of_orders", error.GetProperty("didYouMean").GetString());
        Assert.False((await CheckAsync(path, "in segment 'nobody'")).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_definition_is_counted_with_a_sample_while_it_is_typed()
    {
        var store = await StoreAsync();
        var check = await CheckAsync($"/api/stores/{store}/segments", "number_of_orders > 1");
        Assert.True(check.GetProperty("ok").GetBoolean());
        Assert.Equal(1, check.GetProperty("customers").GetInt32());
        Assert.Equal("ann@example.com", check.GetProperty("sample")[0].GetProperty("email").GetString());
        var nobody = await CheckAsync($"/api/stores/{store}/segments", "number_of_orders > 1000");
        Assert.NotEmpty(nobody.GetProperty("warnings").EnumerateArray());
    }

    [Fact]
    public async Task Explaining_says_which_part_holds_and_when_they_leave()
    {
        var store = await StoreAsync();
        var page = await running.JsonAsync($"/api/stores/{store}/segments/repeat/members");
        var ann = page.GetProperty("items")[0].GetProperty("customerId").GetString();
        Assert.True((await running.JsonAsync($"/api/stores/{store}/segments/repeat/explain/{ann}")).GetProperty("member").GetBoolean());
        var active = await running.JsonAsync($"/api/stores/{store}/segments/active/explain/{ann}");
        Assert.NotEqual(JsonValueKind.Null, active.GetProperty("leavesAt").ValueKind);
        Assert.NotEmpty(active.GetProperty("tree").GetProperty("children").EnumerateArray());
    }

    [Fact]
    public async Task The_file_of_members_neutralises_formulas()
    {
        var store = await StoreAsync();
        var bytes = await running.Http.GetByteArrayAsync(new Uri($"/api/stores/{store}/segments/all_buyers/export", UriKind.Relative));
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Contains(lines, l => l.Contains(",ann@example.com,", StringComparison.Ordinal) && l.Contains(",50.00,GBP,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_customer_is_shown_with_numbers_segments_consents_and_what_happened()
    {
        var store = await StoreAsync();
        var list = await running.JsonAsync($"/api/stores/{store}/customers?search=ann@");
        var id = Assert.Single(list.GetProperty("items").EnumerateArray()).GetProperty("id").GetString();
        var ann = await running.JsonAsync($"/api/stores/{store}/customers/{id}");
        Assert.Equal("Ann Test", ann.GetProperty("profile").GetProperty("name").GetString());
        Assert.Equal(2, ann.GetProperty("facts").GetProperty("orders").GetInt32());
        Assert.Contains(ann.GetProperty("segments").EnumerateArray(), s => s.GetProperty("key").GetString() == "repeat");
        Assert.Equal("granted", ann.GetProperty("consents")[0].GetProperty("state").GetString());
        Assert.True(ann.GetProperty("reachable").GetProperty("email").GetBoolean());
        Assert.False(ann.GetProperty("reachable").GetProperty("sms").GetBoolean());

        var kinds = new List<string>();
        var before = "";
        do
        {
            var page = await running.JsonAsync($"/api/stores/{store}/customers/{id}/timeline?limit=2{before}");
            kinds.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("kind").GetString()!));
            before = page.GetProperty("next").GetString() is { } next ? "&before=" + Uri.EscapeDataString(next) : null;
        }
        while (before is not null && kinds.Count < 100);
        Assert.Equal(2, kinds.Count(k => k == "order"));
        Assert.Contains("entered", kinds);
        Assert.Contains("consent", kinds);
    }

    [Fact]
    public async Task Another_stores_people_and_segments_are_not_there()
    {
        var store = await StoreAsync();
        var other = (await running.ShopAsync()).Id;
        var id = (await running.JsonAsync($"/api/stores/{store}/customers")).GetProperty("items")[0].GetProperty("id").GetString();
        await running.SendAsync(HttpMethod.Post, $"/api/stores/{store}/segments", new { name = "Mine", definition = "number_of_orders > 1" });
        foreach (var path in new[] { $"customers/{id}", $"customers/{id}/timeline", "segments/mine", "segments/mine/members", "segments/mine/export", $"segments/vip/explain/{id}" })
            Assert.Equal(HttpStatusCode.NotFound, (await running.Http.GetAsync(new Uri($"/api/stores/{other}/{path}", UriKind.Relative))).StatusCode);
        Assert.Equal(0, (await running.JsonAsync($"/api/stores/{other}/customers")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Past_moves_overlap_and_difference_are_answered()
    {
        var store = await StoreAsync();
        var path = $"/api/stores/{store}/segments";
        var now = running.Get<TimeProvider>().GetUtcNow();
        var then = now.AddDays(-30).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var today = now.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

        // A month ago ann had bought once and bob once; since then ann and cem bought.
        var past = await running.JsonAsync($"{path}/all_buyers/past?asOf={then}");
        Assert.Equal(2, past.GetProperty("customers").GetInt32());
        Assert.Equal(1, past.GetProperty("boughtAfter").GetInt32());
        Assert.Equal(2, (await running.JsonAsync($"{path}/all_buyers?asOf={then}")).GetProperty("customers").GetInt32());

        var moves = await running.JsonAsync($"{path}/migration?from={then}&to={today}&keys=prospects,first_time,repeat");
        Assert.Contains(moves.GetProperty("cells").EnumerateArray(), c =>
            c.GetProperty("from").GetString() == "first_time" && c.GetProperty("to").GetString() == "repeat" && c.GetProperty("customers").GetInt32() == 1);
        Assert.Equal(1, (await running.JsonAsync($"{path}/migration/people?from={then}&to={today}&keys=first_time,repeat&was=first_time&is=repeat")).GetProperty("total").GetInt32());

        var overlap = await running.JsonAsync($"{path}/overlap?keys=all_buyers,repeat");
        Assert.Equal([2, 1], overlap.GetProperty("parts").EnumerateArray().Select(p => p.GetProperty("customers").GetInt32()));

        var diff = await (await running.SendAsync(HttpMethod.Post, $"{path}/diff", new { a = "number_of_orders >= 1", b = "number_of_orders >= 2" })).Content
            .ReadFromJsonAsync<JsonElement>();
        Assert.Equal(2, diff.GetProperty("onlyA").GetProperty("customers").GetInt32());
        Assert.Equal(0, diff.GetProperty("onlyB").GetProperty("customers").GetInt32());
        Assert.Equal(1, diff.GetProperty("both").GetProperty("customers").GetInt32());
    }

    /// <summary>Ann bought twice (50.00), bob once long ago (25.00), cem once (12.50), dea never.</summary>
    private async Task<StoreId> StoreAsync()
    {
        var shop = await running.ShopAsync();
        shop.Customer("ann").Bought("tea", daysAgo: 45, quantity: 2).Bought("tea", daysAgo: 5, quantity: 2);
        shop.Customer("bob").Bought("tea", daysAgo: 200, quantity: 2);
        shop.Customer("cem").Bought("tea", daysAgo: 2);
        shop.Customer("dea");
        await shop.ArriveAsync();
        await running.Get<SegmentStores>().PassAsync(shop.Id, CancellationToken.None);
        return shop.Id;
    }

    private async Task<JsonElement> CheckAsync(string path, string definition) =>
        await (await running.SendAsync(HttpMethod.Post, $"{path}/check", new { definition })).Content.ReadFromJsonAsync<JsonElement>();
}
