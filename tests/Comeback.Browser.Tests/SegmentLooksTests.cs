using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Comeback.Browser.Tests;

/// <summary>Looks at segments that no list gives: why somebody is in, who moved, what two definitions share, how segments overlap, another day.</summary>
public sealed class SegmentLooksTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task Anybody_is_explained_for_any_segment_from_the_list_of_members()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/lapsed");
        await page.GetByRole(AriaRole.Table, new() { Name = "Members" }).GetByRole(AriaRole.Link, new() { NameRegex = Says("^Why ") }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = Says(" is in Lapsed$") })).ToBeVisibleAsync();
        await Expect(page.Locator(".why-tree code").First).ToContainTextAsync("last_order_date <= -60d");

        // The same person, another segment: not in it, each part with its own truth.
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Segment" }).FillAsync("Just ordered");
        await page.GetByRole(AriaRole.Option, new() { Name = "Just ordered" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = Says(" is not in Just ordered$") })).ToBeVisibleAsync();
        await Expect(page.Locator(".why-tree li li")).ToHaveCountAsync(3);
        await Expect(page.Locator(".why-tree li[data-truth=true]").First).ToBeVisibleAsync();
        Assert.Contains("segment=just_ordered", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_by_a_window_of_time_is_told_when_they_leave_unless_they_buy()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        var member = (await app.ReadAsync($"/api/stores/{store}/segments/just_ordered/members?limit=1")).GetProperty("items")[0].GetProperty("customerId").GetString();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.OpensAsync($"/{store}/segments/explain?segment=just_ordered&customer={member}");
        await Expect(merchant.Page.GetByText("Leaves on")).ToBeVisibleAsync();
        await Expect(merchant.Page.GetByText("unless they buy.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_number_in_a_cell_of_the_matrix_opens_into_as_many_people()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/migration");
        var cell = page.GetByRole(AriaRole.Button, new() { NameRegex = Says("From Active to Slipping away$") });
        await cell.WaitForAsync();
        var count = int.Parse((await cell.Locator(".num").First.InnerTextAsync()).Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(count > 0);
        await cell.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var people = page.GetByRole(AriaRole.Dialog).Locator(".people-list li");
        await Expect(people).ToHaveCountAsync(Math.Min(200, count));
        await people.First.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Timeline" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Two_definitions_are_compared_and_the_three_parts_add_up()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/compare?a=loyal&b=lapsed");
        await page.Locator("[data-diff=both] .big").WaitForAsync();
        await Expect(page.Locator("[data-diff=onlyA] .people li").First).ToBeVisibleAsync();
        var loyal = (await app.ReadAsync($"/api/stores/{store}/segments/loyal")).GetProperty("customers").GetInt32();
        Assert.Equal(loyal, await NumberAsync("onlyA") + await NumberAsync("both"));

        // Changed by hand on one side.
        await page.GetByRole(AriaRole.Group, new() { Name = "Second definition" }).GetByLabel("Definition", new() { Exact = true }).FillAsync("number_of_orders >= 2 AND reachable = true");
        await Expect(page.Locator("[data-diff=onlyB] .big")).ToHaveTextAsync("0");

        async Task<int> NumberAsync(string part) =>
            int.Parse((await page.Locator($"[data-diff={part}] .big").InnerTextAsync()).Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Overlap_is_a_plot_with_the_same_numbers_as_a_table_beside_it()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/overlap?keys=loyal,lapsed");
        await Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = Says("^Overlap of ") })).ToBeVisibleAsync();
        var rows = page.GetByRole(AriaRole.Region, new() { Name = "The same numbers as a table" }).GetByRole(AriaRole.Row);
        await Expect(rows).ToHaveCountAsync(4);
        await Expect(page.Locator(".upset-bar")).ToHaveCountAsync(3);
        var add = page.GetByRole(AriaRole.Combobox, new() { Name = "Add a segment" });
        await add.FillAsync("VIPs");
        await page.GetByRole(AriaRole.Option, new() { Name = "VIPs" }).ClickAsync();
        await Expect(page.Locator(".upset-row")).ToHaveCountAsync(3);
        Assert.Contains("vip", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_is_seen_on_a_past_day_with_what_its_people_did_in_the_days_after()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/loyal");
        await Expect(page.GetByText("of them bought in the 30 days after")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Who bought" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).Locator(".people-list li").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Who bought" })).ToBeFocusedAsync();
    }

    private static Regex Says(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>Pictures of the pages for a person to look at: only when somebody names a folder for them.</summary>
    [Fact(Explicit = true)]
    public async Task Pictures()
    {
        var folder = Environment.GetEnvironmentVariable("COMEBACK_PICTURES") ?? throw new InvalidOperationException("COMEBACK_PICTURES names no folder.");
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        var member = (await app.ReadAsync($"/api/stores/{store}/segments/just_ordered/members?limit=1")).GetProperty("items")[0].GetProperty("customerId").GetString();
        const string Definition = "number_of_orders >= 2 AND (products_purchased MATCHES (category = 'tea', date >= -90d, sum_amount > 20) OR top 20% by amount_spent exactly) AND NOT (last_order_date <= -60d) AND funnel(storefront.product_viewed, then not orders_placed within 7d)";
        (string Name, string Path)[] pages =
        [
            ("builder", $"/segments/new?definition={Uri.EscapeDataString(Definition)}"), ("new", "/segments/new"), ("gallery", "/segments/gallery"), ("migration", "/segments/migration"),
            ("overlap", "/segments/overlap"), ("compare", "/segments/compare"), ("explain", $"/segments/explain?segment=just_ordered&customer={member}"), ("segment", "/segments/loyal"), ("segments", "/segments"),
        ];
        foreach (var (look, language, theme, width) in new[] { ("wide", "en", "light", 1280), ("narrow", "en", "light", 360), ("arabic", "ar", "light", 1280), ("dark", "da", "dark", 1280), ("arabic-narrow", "ar", "dark", 360) })
        {
            if (Environment.GetEnvironmentVariable("COMEBACK_PICTURES_LOOK") is { Length: > 0 } only && only != look) continue;
            await using var merchant = await Visitor.ComesAsync(Chromium, app, language, theme, width: width);
            foreach (var (name, path) in pages)
            {
                await merchant.OpensAsync($"/{store}{path}");
                await merchant.Page.WaitForTimeoutAsync(1500);
                await merchant.Page.ScreenshotAsync(new() { Path = Path.Combine(folder!, $"{name}-{look}.png"), FullPage = true });
            }
        }
    }
}
