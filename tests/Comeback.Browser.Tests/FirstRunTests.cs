using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Comeback.Browser.Tests;

/// <summary>The first minute: no store, an order export dropped on the page, customers in segments.</summary>
public sealed class FirstRunTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task An_order_history_dropped_on_the_page_becomes_segments()
    {
        var app = await Chromium.BareAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;

        await page.GotoAsync("/");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        // A door whose connection has not landed says so: Shopify is the last that may.
        Assert.InRange(await page.GetByText("Not there yet", new() { Exact = true }).CountAsync(), 0, 1);
        await page.GetByRole(AriaRole.Link, new() { Name = "Choose a file" }).ClickAsync();

        await Expect(page.Locator(".drop")).ToBeVisibleAsync();
        await DropAsync(page, "orders.csv", Orders());
        await Expect(page.GetByLabel("Store name")).ToBeVisibleAsync();
        await page.GetByLabel("Store name").FillAsync("Corner shop");
        await page.GetByLabel("Currency").FillAsync("GBP");
        await page.GetByLabel("Time zone").SelectOptionAsync("Europe/London");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Imported" })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByText("row was left out")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Download the rows left out" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "See the segments" }).ClickAsync();
        var loyal = page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = "Loyal", Exact = true }) });
        await Expect(loyal).ToContainTextAsync("20", new() { Timeout = 30_000 });
        Assert.Contains("Corner shop", (await app.ReadAsync("/api/stores")).EnumerateArray().Select(s => s.GetProperty("name").GetString()));
    }

    /// <summary>Sixty customers of UCI's layout: twenty bought twice. One row has no customer.</summary>
    private static string Orders()
    {
        var csv = new StringBuilder("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n");
        var invoice = 536000;
        for (var customer = 0; customer < 60; customer++)
            for (var order = 0; order < (customer < 20 ? 2 : 1); order++)
                csv.Append(CultureInfo.InvariantCulture, $"{invoice++},85123A,WHITE HANGING HEART,6,{1 + order}/{1 + (customer % 27)}/2011 8:26,2.55,{17000 + customer},United Kingdom\r\n");
        return csv.Append("536999,85123A,WHITE HANGING HEART,6,1/9/2011 8:26,2.55,,United Kingdom\r\n").ToString();
    }

    /// <summary>As the system does it: a file of the disk, dragged over the page and let go.</summary>
    private static async Task DropAsync(IPage page, string name, string content)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("comeback-drop-").FullName, name);
        await File.WriteAllTextAsync(file, content);
        var box = await page.Locator(".drop").BoundingBoxAsync();
        var session = await page.Context.NewCDPSessionAsync(page);
        foreach (var step in new[] { "dragEnter", "dragOver", "drop" })
        {
            await session.SendAsync("Input.dispatchDragEvent", new()
            {
                ["type"] = step,
                ["x"] = box!.X + (box.Width / 2),
                ["y"] = box.Y + 20,
                ["data"] = new { items = Array.Empty<object>(), files = new[] { file }, dragOperationsMask = 1 },
            });
        }
    }

    [Fact]
    public async Task A_file_that_is_no_table_is_refused_in_a_sentence()
    {
        var app = await Chromium.BareAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.OpensAsync("/connect/import");
        await merchant.IsToldAsync("/imports/preview", 400, new { title = "Bad file", detail = "This is a picture, not a table: export the orders as CSV.", status = 400 });
        await DropAsync(merchant.Page, "orders.csv", "\u0089PNG");
        await Expect(merchant.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is a picture");
        await Expect(merchant.Page.Locator(".drop")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_unknown_layout_is_mapped_by_hand_and_says_what_is_missing()
    {
        var app = await Chromium.BareAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync("/connect/import");
        string[] columns = ["Nr", "When", "Who", "Sum"];
        await merchant.IsToldAsync("/imports/preview", 200, new
        {
            layout = (string?)null,
            delimiter = ";",
            encoding = "utf-8",
            columns = columns.Select(c => new { name = c, field = (string?)null, samples = new[] { "1", "2" } }),
            missing = Array.Empty<string>(),
            currencyGuess = (string?)null,
            problems = Array.Empty<string>(),
        });
        await DropAsync(page, "export.csv", "Nr;When;Who;Sum\n1;2026-01-01;a@example.com;5\n");
        await Expect(page.GetByText("Still missing")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true })).ToBeDisabledAsync();
        foreach (var (column, field) in new[] { ("Nr", "order"), ("When", "date"), ("Who", "email"), ("Sum", "total") })
            await page.GetByLabel($"{column}: Holds").SelectOptionAsync(field);
        await Expect(page.GetByText("Still missing")).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true })).ToBeEnabledAsync();
    }
}
