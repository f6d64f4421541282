using System.Net;
using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Comeback.Browser.Tests;

/// <summary>What a merchant does besides: looks at a message as anyone, opens a number into people, makes and revokes a key, tries the mail server, sits inside another admin.</summary>
public sealed class MerchantTests(Chromium chromium) : BrowserTest(chromium)
{
    private RunningApp app = null!;
    private string store = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        app = await Chromium.DemoAsync();
        store = await app.DemoAsync();
    }

    private async Task<(string Id, string Name)> SomebodyAsync(string segment)
    {
        // The first test of all finds the demo still reading its history.
        var member = default(System.Text.Json.JsonElement);
        await app.UntilAsync($"somebody is in {segment}", async () =>
            (member = (await app.ReadAsync($"/api/stores/{store}/segments/{segment}/members?limit=1&sort=orders&dir=desc")).GetProperty("items").EnumerateArray().FirstOrDefault()).ValueKind
                == System.Text.Json.JsonValueKind.Object, TimeSpan.FromMinutes(2));
        return (member.GetProperty("customerId").GetString()!, member.GetProperty("name").GetString()!);
    }

    private static async Task ChoosesAsync(IPage page, string name)
    {
        var box = page.GetByRole(AriaRole.Combobox, new() { Name = "Preview as another customer" });
        await box.FillAsync(name);
        await Expect(page.GetByRole(AriaRole.Option).First).ToContainTextAsync(name);
        await box.PressAsync("ArrowDown");
        await box.PressAsync("Enter");
    }

    [Fact]
    public async Task A_campaign_is_seen_as_any_customer_with_the_reason_when_they_would_not_get_it()
    {
        var (_, name) = await SomebodyAsync("just_ordered");
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/campaigns/win_back");
        await ChoosesAsync(page, name);
        await Expect(page.GetByText($"{name} would not get it now: ")).ToBeVisibleAsync();
        await Expect(page.FrameLocator("iframe.frame").Locator("body")).Not.ToBeEmptyAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Back to the examples" }).ClickAsync();
        await Expect(page.GetByText($"{name} would not get it now: ")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_broadcast_is_previewed_while_it_is_written_and_says_that_there_is_only_email()
    {
        var (_, name) = await SomebodyAsync("vip");
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/campaigns/new?segment=vip");
        await Expect(page.GetByText("SMS and WhatsApp are not there yet.")).ToBeVisibleAsync();
        await page.GetByLabel("Name of the broadcast").FillAsync("Winter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(page.GetByText("As soon as there is a subject and a text")).ToBeVisibleAsync();
        await page.GetByLabel("Subject").FillAsync("For {{ customer.first_name }}");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Text", Exact = true }).FillAsync("It is here.");
        // A name that may be missing needs wording without it: the check says so in words.
        await Expect(page.Locator(".notice.warn").First).ToContainTextAsync("customer.first_name");
        await page.GetByLabel("Subject").FillAsync("A winter roast");
        await Expect(page.GetByText("would get it now").First).ToBeVisibleAsync();
        await ChoosesAsync(page, name);
        await Expect(page.FrameLocator("iframe.frame").GetByText("It is here.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("Opt-outs", "Opted out")]
    [InlineData("From campaigns", "Ordered")]
    public async Task A_number_of_the_home_page_opens_into_who_and_why(string tile, string heading)
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await page.RouteAsync($"**/api/stores/{store}/people?**", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = """{"items":[{"customerId":"1","name":"<b>Ann</b>","at":"2026-01-01T10:00:00Z","reason":null,"detail":null,"messageId":"1","campaignKey":"win_back","campaignName":"Win back","amount":{"minor":"12500","currency":"DKK"}}],"next":null,"total":1,"reasons":null}""",
        }));
        await merchant.OpensAsync($"/{store}");
        await page.Locator("a.stat").Filter(new() { HasText = tile }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = heading })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "<b>Ann</b>" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Win back" })).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.Locator("a.stat").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_key_is_shown_once_lets_events_in_and_stops_when_it_is_revoked()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/settings");
        await page.GetByLabel("Name of the key").FillAsync("The till");
        await page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await Expect(page.GetByText("Copy it now. It is not shown again.")).ToBeVisibleAsync();
        var key = await page.Locator(".notice.good code").InnerTextAsync();
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key));
        await page.ReloadAsync();
        await merchant.SettlesAsync();
        await Expect(page.GetByText(key)).ToHaveCountAsync(0);
        var row = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "The till" });
        await Expect(row).ToContainTextAsync("last used");

        // A change of mind first, then for good.
        await row.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(row).ToBeVisibleAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        await app.UntilAsync("the key stops working", async () => await CallAsync(key) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(30));
    }

    private async Task<HttpStatusCode> CallAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/events")
        {
            Content = JsonContent.Create(new { records = new[] { new { type = "category", externalId = "cat-keys", name = "Keys", updatedAt = "2026-01-01T00:00:00Z" } } }),
        };
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await app.Http.SendAsync(request);
        return answer.StatusCode;
    }

    [Fact]
    public async Task A_test_of_the_channel_says_what_came_of_it()
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/settings");
        await page.GetByLabel("Your e-mail address").FillAsync("me@example.com");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
        await Expect(page.GetByText("There is no mail server")).ToBeVisibleAsync();
        await merchant.IsToldAsync($"/stores/{store}/channels/email/test", 200, new { via = "smtp", taken = false, why = "The mail server refused it: 550 no such user" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("550 no such user");
        // What is not saved cannot be tried.
        await page.GetByLabel("Mail server (SMTP)").FillAsync("smtp.example.com");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Send a test" })).ToBeDisabledAsync();
    }

    [Theory]
    [InlineData("shopify", "rgb(241, 241, 241)", "650", "12px")]
    [InlineData("wordpress", "rgb(240, 240, 241)", "400", "0px")]
    public async Task Inside_another_admin_it_looks_as_that_one_does_on_every_page_after(string look, string ground, string weight, string corner)
    {
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}?look={look}");
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Campaigns" }).ClickAsync();
        await merchant.SettlesAsync();
        Assert.Equal(look, await page.GetAttributeAsync("html", "data-look"));
        Assert.Equal(ground, await page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor"));
        Assert.Equal(weight, await page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('h1')).fontWeight"));
        Assert.Equal(corner, await page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('.card')).borderTopLeftRadius"));
        // The host has the name and the side bar; ours is a row of tabs.
        await Expect(page.Locator(".brand")).ToBeHiddenAsync();
        var tabs = await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link).EvaluateAllAsync<double[]>("all => all.map(e => e.getBoundingClientRect().top)");
        Assert.Single(tabs.Distinct());
        await page.ReloadAsync();
        await merchant.SettlesAsync();
        Assert.Equal(look, await page.GetAttributeAsync("html", "data-look"));
    }

    [Fact]
    public async Task The_home_page_shows_a_year_of_sizes_from_the_first_minutes()
    {
        await app.UntilAsync("the year before is counted", async () =>
            (await app.ReadAsync($"/api/stores/{store}/home")).GetProperty("sizes").EnumerateArray().Any(s => s.GetProperty("points").GetArrayLength() >= 52), TimeSpan.FromMinutes(2));
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show as a table" }).ClickAsync();
        Assert.True(await page.GetByRole(AriaRole.Region, new() { Name = "Segments over time" }).GetByRole(AriaRole.Row).CountAsync() > 50);
    }
}
