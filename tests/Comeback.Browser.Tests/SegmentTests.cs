using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Comeback.Browser.Tests;

/// <summary>Segments: to see, to take along as a file, to copy and change.</summary>
public sealed class SegmentTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task The_members_on_screen_are_those_in_the_exported_file()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.DemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments");
        await page.GetByRole(AriaRole.Link, new() { Name = "Loyal", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Loyal" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Members" }).GetByRole(AriaRole.Row).Nth(1)).ToBeVisibleAsync();

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Export CSV" }).ClickAsync());
        var lines = (await File.ReadAllLinesAsync(await download.PathAsync())).Where(l => l.Length > 0).ToList();
        var members = (await app.ReadAsync($"/api/stores/{store}/segments/loyal")).GetProperty("customers").GetInt32();
        // The demo's people go on buying meanwhile.
        Assert.InRange(lines.Count - 1, members - 5, members + 5);
    }

    [Fact]
    public async Task Members_are_sorted_and_found_and_the_address_keeps_it()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.DemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/all_buyers");
        await page.GetByRole(AriaRole.Button, new() { Name = "Orders", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Orders", Exact = true })).ToHaveAttributeAsync("aria-sort", "descending");
        Assert.Contains("sort=orders", page.Url, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Searchbox).FillAsync("zzzz-nobody");
        await Expect(page.GetByText("Nobody here matches that search.")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("zzzz-nobody");
    }

    [Fact]
    public async Task A_built_in_segment_is_copied_and_changed_with_its_mistakes_pointed_at()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.DemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/loyal");
        await page.GetByRole(AriaRole.Link, new() { Name = "Copy and change" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Three or more");
        await page.GetByLabel("Definition").FillAsync("number_of_order >= 3");
        await Expect(page.GetByText("Did you mean number_of_orders?")).ToBeVisibleAsync();
        await page.GetByLabel("Definition").FillAsync("number_of_orders >= 3");
        await Expect(page.GetByText("This fits")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Three or more" })).ToBeVisibleAsync();

        // Deleting is not asked about: it is undone.
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Three or more" })).ToBeVisibleAsync();
    }
}
