using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Comeback.Browser.Tests;

/// <summary>A recipe is switched on, a demo day passes, a message goes out, is clicked, and an order follows.</summary>
public sealed partial class CampaignTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_switch_is_thrown_at_once_and_can_be_undone()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.DemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/campaigns");
        var winBack = page.GetByRole(AriaRole.Switch, new() { Name = "Win back: on or off" });
        await Expect(winBack).ToBeCheckedAsync();
        await page.Locator("label.switch").Filter(new() { Has = winBack }).ClickAsync();
        await Expect(winBack).Not.ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(winBack).ToBeCheckedAsync();
        await app.UntilAsync("win back is on again", async () => await StateAsync(app, store, "win_back") == "on");
    }

    private static async Task<string?> StateAsync(RunningApp app, string store, string key) =>
        (await app.ReadAsync($"/api/stores/{store}/campaigns")).EnumerateArray().First(c => c.GetProperty("key").GetString() == key).GetProperty("state").GetString();

    [Fact]
    public async Task Days_pass_and_messages_are_sent_clicked_and_followed_by_orders()
    {
        await using var app = await Chromium.LivingDemoAsync();
        var store = await app.DemoAsync();
        JsonElement message = default;
        await app.UntilAsync("a message was sent", async () =>
            (message = (await app.ReadAsync($"/api/stores/{store}/messages?state=sent&limit=1")).GetProperty("items").EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object,
            TimeSpan.FromMinutes(4));
        var id = message.GetProperty("id").GetString()!;
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/outbox");
        await page.Locator(".letters a").First.ClickAsync();
        var frame = page.Locator("iframe.frame");
        await Expect(frame).ToHaveAttributeAsync("sandbox", "");
        await Expect(page.FrameLocator("iframe.frame").Locator("body")).Not.ToBeEmptyAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Plain text" }).ClickAsync();
        await Expect(page.Locator("pre.plain")).Not.ToBeEmptyAsync();

        // Whether a made-up shopper buys is chance, and this one is asked to: the link of the message is followed, and an order comes through the API of events.
        var customer = await app.ReadAsync($"/api/stores/{store}/customers/{message.GetProperty("customerId").GetString()}");
        var body = await app.Http.GetStringAsync($"/api/stores/{store}/messages/{id}/body");
        // A click in the very moment of the sending is a scanner's: on a busy machine the demo's clock may not have moved since.
        var sentAt = message.GetProperty("sentAt").GetDateTimeOffset();
        await app.UntilAsync("time has passed in the demo", async () => (await app.ReadAsync("/api/stores"))[0].GetProperty("now").GetDateTimeOffset() > sentAt.AddMinutes(1));
        await app.ClicksAsync(LinkIn().Match(body).Value);
        await app.UntilAsync("the click is seen", async () => (await app.ReadAsync($"/api/stores/{store}/messages/{id}")).GetProperty("message").GetProperty("clicked").GetBoolean());
        var now = (await app.ReadAsync("/api/stores"))[0].GetProperty("now").GetString();
        await app.TellsAsync(store, new
        {
            type = "order",
            externalId = "after-a-click",
            number = "#1",
            person = new { email = customer.GetProperty("profile").GetProperty("email").GetString() },
            placedAt = now,
            updatedAt = now,
            standing = "counted",
            total = new { minor = "12500", currency = "DKK" },
            lines = new[] { new { productExternalId = "tea", title = "Tea", quantity = 1, unitPrice = new { minor = "12500", currency = "DKK" }, total = new { minor = "12500", currency = "DKK" } } },
        });
        await app.UntilAsync("the order followed the click", async () =>
            long.Parse((await app.ReadAsync($"/api/stores/{store}/home")).GetProperty("campaignRevenue").GetProperty("minor").GetString()!, CultureInfo.InvariantCulture) >= 12500);
        await merchant.OpensAsync($"/{store}");
        await Expect(page.Locator("a.stat").Filter(new() { HasText = "From campaigns" }).Locator(".value")).ToContainTextAsync(NotNothing());
    }

    [GeneratedRegex("/c/[A-Za-z0-9_-]{20,60}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LinkIn();

    [GeneratedRegex("[1-9]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotNothing();

    [Fact]
    public async Task A_campaign_shows_who_would_get_it_and_why_others_would_not()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.DemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/campaigns");
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview: Win back" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("would get it now", new() { Timeout = 30_000 });
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_broadcast_is_made_in_three_steps_and_back_goes_one_step_back()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.DemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/campaigns/new?segment=vip");
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(page.GetByText("Give it a name.")).ToBeVisibleAsync();
        await page.GetByLabel("Name of the broadcast").FillAsync("Autumn roast");
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await page.GetByLabel("Subject").FillAsync("A new roast");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Text", Exact = true }).FillAsync("It is here.\n\nCome and see.");
        await page.GoBackAsync();
        await Expect(page.GetByLabel("Name of the broadcast")).ToHaveValueAsync("Autumn roast");
        await page.GoForwardAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the broadcast" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Autumn roast" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(page.GetByRole(AriaRole.Switch)).Not.ToBeCheckedAsync();
    }
}
