using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Comeback.Browser.Tests;

/// <summary>What a merchant sees when the service answers badly, or not at all, or with more than anyone expected.</summary>
public sealed class TroubleTests(Chromium chromium) : BrowserTest(chromium)
{
    private RunningApp app = null!;
    private string store = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        app = await Chromium.DemoAsync();
        store = await app.DemoAsync();
    }

    [Fact]
    public async Task Without_a_session_the_page_says_how_to_sign_in()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.IsToldAsync("/stores", 401);
        await merchant.Page.GotoAsync($"/admin/{store}");
        await Expect(merchant.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Comeback" })).ToBeVisibleAsync();
        await Expect(merchant.Page.GetByText("sign-in", new() { Exact = false }).Last).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(500, "This could not be read")]
    [InlineData(429, "Too many requests at once")]
    [InlineData(404, "There is nothing here")]
    public async Task A_bad_answer_is_said_in_words(int status, string words)
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.IsToldAsync($"/stores/{store}/home", status);
        await merchant.Page.GotoAsync($"/admin/{store}");
        await Expect(merchant.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(words);
        // It comes back by itself, or by asking again.
        await merchant.Page.UnrouteAllAsync();
        var again = merchant.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" });
        if (status != 404 && await again.IsVisibleAsync()) await again.ClickAsync();
        await Expect(merchant.Page.Locator(".stat").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task When_nothing_answers_the_page_says_so_and_returns_by_itself()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.Page.RouteAsync($"**/api/stores/{store}/home", route => route.AbortAsync("connectionrefused"));
        await merchant.Page.GotoAsync($"/admin/{store}");
        await Expect(merchant.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Comeback does not answer");
        await merchant.Page.UnrouteAllAsync();
        await Expect(merchant.Page.Locator(".stat").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_was_read_stays_on_screen_when_the_line_is_lost()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.OpensAsync($"/{store}");
        await Expect(merchant.Page.Locator(".stat").First).ToBeVisibleAsync();
        await merchant.Page.Context.SetOfflineAsync(true);
        await Expect(merchant.Page.GetByText("Offline. Showing what was last read.")).ToBeVisibleAsync();
        await Expect(merchant.Page.Locator(".stat").First).ToBeVisibleAsync();
        await merchant.Page.Context.SetOfflineAsync(false);
        await Expect(merchant.Page.GetByText("Offline. Showing what was last read.")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_page_of_html_in_place_of_an_answer_breaks_nothing()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.Page.RouteAsync($"**/api/stores/{store}/home", route => route.FulfillAsync(new() { Status = 200, ContentType = "text/html", Body = "<h1>Proxy</h1>" }));
        await merchant.Page.GotoAsync($"/admin/{store}");
        await Expect(merchant.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This could not be read");
    }

    [Fact]
    public async Task Two_tabs_that_change_the_same_settings_are_told()
    {
        await using var one = await Visitor.ComesAsync(Chromium, app);
        await using var two = await Visitor.ComesAsync(Chromium, app);
        await one.OpensAsync($"/{store}/settings");
        await two.OpensAsync($"/{store}/settings");
        await one.Page.GetByLabel("From: name").FillAsync("Kardemomme one");
        await two.Page.GetByLabel("From: name").FillAsync("Kardemomme two");
        await one.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(one.Page.GetByText("Saved", new() { Exact = true })).ToBeVisibleAsync();
        await two.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(two.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("changed in another tab");
        await Expect(two.Page.GetByLabel("From: name")).ToHaveValueAsync("Kardemomme two");
        await two.Page.GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await Expect(two.Page.GetByLabel("From: name")).ToHaveValueAsync("Kardemomme one");
    }

    [Fact]
    public async Task A_wrong_field_is_marked()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.OpensAsync($"/{store}/settings");
        await merchant.Page.GetByLabel("From: e-mail address").FillAsync("not an address");
        await merchant.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(merchant.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("marked fields");
        await Expect(merchant.Page.GetByLabel("From: e-mail address")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task Markup_in_names_missing_addresses_and_huge_amounts_are_shown_as_they_are()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var items = new object[]
        {
            new { id = "1", name = "<img src=x onerror=document.title='broken'>", email = (string?)null, phone = (string?)null, country = (string?)null, orders = 5000, amountSpent = new { minor = "100000000000000", currency = "DKK" }, lastOrderAt = (string?)null },
            new { id = "2", name = (string?)null, email = (string?)null, phone = (string?)null, country = "ZZ", orders = 0, amountSpent = new { minor = "0", currency = "DKK" }, lastOrderAt = (string?)null },
        };
        await merchant.IsToldAsync($"/stores/{store}/customers?*", 200, new { items, next = (string?)null, total = 2 });
        await merchant.OpensAsync($"/{store}/customers");
        await Expect(merchant.Page.GetByText("<img src=x onerror=document.title='broken'>")).ToBeVisibleAsync();
        await Expect(merchant.Page.GetByText("1,000,000,000,000.00")).ToBeVisibleAsync();
        await Expect(merchant.Page.GetByText("No name")).ToBeVisibleAsync();
        Assert.False(await merchant.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Ten_thousand_segments_stay_usable()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var items = Enumerable.Range(1, 10_000).Select(i => new
        {
            id = $"{i}",
            key = $"own_{i}",
            name = $"Segment {i}",
            description = (string?)null,
            definition = "number_of_orders >= 1",
            stock = false,
            customers = i,
            amountSpent = new { minor = $"{i}00", currency = "DKK" },
            share = 0.1,
            sizes = Array.Empty<object>(),
            evaluatedAt = "2026-01-01T00:00:00Z",
            lagSeconds = 0,
            error = (string?)null,
            noData = false,
            version = 1,
        });
        await merchant.IsToldAsync($"/stores/{store}/segments", 200, new { asOf = "2026-01-01T00:00:00Z", buyers = 10_000, amountSpent = new { minor = "1000", currency = "DKK" }, items });
        await merchant.OpensAsync($"/{store}/segments");
        await Expect(merchant.Page.GetByRole(AriaRole.Table)).ToHaveAttributeAsync("aria-rowcount", "10001");
        Assert.InRange(await merchant.Page.GetByRole(AriaRole.Row).CountAsync(), 5, 60);
        await merchant.Page.GetByRole(AriaRole.Searchbox).FillAsync("Segment 7777");
        await Expect(merchant.Page.GetByRole(AriaRole.Link, new() { Name = "Segment 7777" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_customer_with_five_thousand_orders_comes_in_pages()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var customer = (await app.ReadAsync($"/api/stores/{store}/customers?limit=1")).GetProperty("items")[0].GetProperty("id").GetString();
        await merchant.Page.RouteAsync("**/timeline?**", route =>
        {
            var from = route.Request.Url.Contains("before", StringComparison.Ordinal) ? 50 : 0;
            var items = Enumerable.Range(from, 50).Select(i => new { at = DateTimeOffset.UnixEpoch.AddDays(20_000 - i), kind = "order", title = $"Order #{5000 - i}", detail = "1 line", amount = new { minor = "100", currency = "DKK" }, link = (string?)null });
            return route.FulfillAsync(new() { ContentType = "application/json", Body = System.Text.Json.JsonSerializer.Serialize(new { items, next = "2024-01-01T00:00:00Z", total = 5000 }) });
        });
        await merchant.OpensAsync($"/{store}/customers/{customer}");
        await Expect(merchant.Page.GetByText("Order #5000")).ToBeVisibleAsync();
        await merchant.Page.GetByRole(AriaRole.Button, new() { Name = "Show more" }).ClickAsync();
        await Expect(merchant.Page.GetByText("Order #4940")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_store_with_nothing_says_what_to_do()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var nothing = new { minor = "0", currency = "DKK" };
        await merchant.IsToldAsync("/stores", 200, new[] { new { id = "77", name = "Empty", platform = "import", state = "active", currency = "DKK", timeZone = "Europe/Copenhagen", country = "DK", language = "da", createdAt = "2026-01-01T00:00:00Z", now = "2026-01-01T00:00:00Z", inStepAt = (string?)null, historyComplete = false, counts = new { orders = 0, orderLines = 0, customers = 0, products = 0, carts = 0, events = 0 } } });
        await merchant.IsToldAsync("/stores/77/home", 200, new { customers = 0, active = 0, slippingAway = 0, campaignRevenue = nothing, optOuts = 0, today = new { sent = 0, opened = 0, clicked = 0, orders = 0, revenue = nothing }, needs = Array.Empty<object>(), sizes = Array.Empty<object>(), outOfRate = 0 });
        await merchant.OpensAsync("/77");
        await Expect(merchant.Page.GetByRole(AriaRole.Link, new() { Name = "Import an order history" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(429, "Not saved: ")]
    [InlineData(500, "Not saved: ")]
    [InlineData(409, "changed in another tab")]
    [InlineData(0, "Not saved: Comeback does not answer")]
    public async Task What_could_not_be_saved_is_said_and_what_was_typed_stays(int status, string words)
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/settings");
        await page.RouteAsync($"**/api/stores/{store}/settings", route => status == 0
            ? route.AbortAsync("connectionrefused")
            : route.FulfillAsync(new() { Status = status, ContentType = "application/problem+json", Body = $$"""{"title":"No","status":{{status}}}""" }));
        await page.GetByLabel("From: name").FillAsync("Kept as it is typed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(words);
        await Expect(page.GetByLabel("From: name")).ToHaveValueAsync("Kept as it is typed");
    }

    [Fact]
    public async Task A_session_that_ends_while_a_page_is_open_leads_to_the_sign_in_page()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.OpensAsync($"/{store}");
        await merchant.Page.RouteAsync("**/api/**", route => route.FulfillAsync(new() { Status = 401, ContentType = "application/problem+json", Body = """{"title":"Unauthorized","status":401}""" }));
        await Expect(merchant.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Comeback" })).ToBeVisibleAsync(new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task Two_tabs_that_change_the_text_of_the_same_campaign_are_told()
    {
        await using var one = await Visitor.ComesAsync(Chromium, app);
        await using var two = await Visitor.ComesAsync(Chromium, app);
        foreach (var (tab, subject) in new[] { (one, "A first line"), (two, "A second line") })
        {
            await tab.OpensAsync($"/{store}/campaigns/first_order_thanks");
            await tab.Page.GetByLabel("Subject").FillAsync(subject);
        }
        var save = (Visitor tab) => tab.Page.Locator("section.card").Filter(new() { HasText = "Texts" }).GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await save(one);
        await Expect(one.Page.GetByText("The text is saved")).ToBeVisibleAsync();
        await save(two);
        await Expect(two.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("changed in another tab");
        await Expect(two.Page.GetByLabel("Subject")).ToHaveValueAsync("A second line");
    }

    [Fact]
    public async Task A_switch_that_the_service_refuses_goes_back_and_says_so()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/campaigns");
        await page.RouteAsync("**/campaigns/*/off", route => route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = """{"title":"No","status":500}""" }));
        var cart = page.GetByRole(AriaRole.Switch, new() { Name = "The cart they left: on or off" });
        await page.Locator("label.switch").Filter(new() { Has = cart }).ClickAsync();
        await Expect(page.GetByText("Not saved: ")).ToBeVisibleAsync();
        await Expect(cart).ToBeCheckedAsync();
    }

    [Fact]
    public async Task A_product_without_a_picture_and_a_customer_without_an_address_are_shown_as_what_there_is()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        var cart = await app.ReadAsync($"/api/stores/{store}/campaigns/abandoned_cart/preview");
        var example = new { customerId = "1", name = "", language = "en", subject = "Without a picture", html = "<h1>Teapot</h1><p>No picture of it.</p>", text = "Teapot" };
        Assert.Equal(System.Text.Json.JsonValueKind.Array, cart.GetProperty("examples").ValueKind);
        await merchant.IsToldAsync($"/stores/{store}/campaigns/abandoned_cart/preview?*", 200, new { count = 1, skipped = new[] { new { reason = "NoAddress", count = 3 } }, examples = new[] { example } });
        await merchant.OpensAsync($"/{store}/campaigns/abandoned_cart");
        await Expect(page.FrameLocator("iframe.frame").GetByText("No picture of it.")).ToBeVisibleAsync();
        Assert.Equal(0, await page.FrameLocator("iframe.frame").Locator("img").CountAsync());
        await page.GetByText("Would not get it").ClickAsync();
        await Expect(page.GetByText("No address")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Nothing_and_a_thousand_billion_fit_on_the_home_page_of_a_phone()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app, width: 360, height: 740);
        var page = merchant.Page;
        var (nothing, much) = (new { minor = "0", currency = "DKK" }, new { minor = "100000000000000", currency = "DKK" });
        await merchant.IsToldAsync($"/stores/{store}/home", 200, new { customers = 1_000_000_000, active = 0, slippingAway = 999_999_999, campaignRevenue = much, optOuts = 0, today = new { sent = 1, opened = 0, clicked = 0, orders = 1, revenue = nothing }, needs = new[] { new { kind = "nonsense", title = "<b>Markup</b>", detail = "<i>kept</i>", link = "javascript:alert(1)", detailSaid = (object?)null } }, sizes = Array.Empty<object>(), outOfRate = 1 });
        await merchant.OpensAsync($"/{store}");
        await Expect(page.GetByText("1,000,000,000,000")).ToBeVisibleAsync();
        await Expect(page.GetByText("<b>Markup</b>")).ToBeVisibleAsync();
        Assert.StartsWith($"/admin/{store}/", await page.GetByRole(AriaRole.Link, new() { Name = "<b>Markup</b>" }).GetAttributeAsync("href"), StringComparison.Ordinal);
        Assert.False(await merchant.ScrollsSidewaysAsync());
    }
}
