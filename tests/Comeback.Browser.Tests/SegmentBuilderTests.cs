using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Comeback.Browser.Tests;

/// <summary>The builder: conditions and text in step, by keyboard and by mouse, with nothing lost on either side.</summary>
public sealed class SegmentBuilderTests(Chromium chromium) : BrowserTest(chromium)
{
    private const string Whole = "number_of_orders >= 2 AND (amount_spent > 100 OR reachable = true) AND NOT (last_order_date <= -60d)";

    private static ILocator Text(IPage page) => page.GetByLabel("Definition", new() { Exact = true });

    private static ILocator Clause(IPage page, string text) => page.GetByRole(AriaRole.Group, new() { Name = $"Condition: {text}", Exact = true });

    private static Task InStepAsync(IPage page) => Expect(page.Locator("[data-step=yes]")).ToBeVisibleAsync();

    private async Task<(Visitor Merchant, string Store)> AtNewAsync(string? definition = null)
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        var merchant = await Visitor.ComesAsync(Chromium, app);
        await merchant.OpensAsync($"/{store}/segments/new");
        if (definition is not null)
        {
            await Text(merchant.Page).FillAsync(definition);
            await InStepAsync(merchant.Page);
        }
        return (merchant, store);
    }

    [Fact]
    public async Task What_is_typed_as_text_stands_as_conditions_and_what_is_changed_there_stands_in_the_text()
    {
        var (merchant, _) = await AtNewAsync(Whole);
        await using var _m = merchant;
        var page = merchant.Page;
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "All of these, 3 inside" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Any of these, 2 inside" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "None of this, 1 inside" })).ToBeVisibleAsync();

        // A field, a way to join, an operator: each is in the text at once, and the rest of it is as it was.
        await Clause(page, "amount_spent > 100").GetByLabel("Value", new() { Exact = true }).FillAsync("250");
        await Expect(Text(page)).ToHaveValueAsync(Lines(Whole.Replace("> 100", "> 250", StringComparison.Ordinal)));
        await page.GetByRole(AriaRole.Group, new() { Name = "Any of these, 2 inside" }).GetByRole(AriaRole.Button, new() { Name = "All of these" }).ClickAsync();
        await Expect(Text(page)).ToHaveValueAsync(Lines("number_of_orders >= 2 AND (amount_spent > 250 AND reachable = true) AND NOT (last_order_date <= -60d)"));
        await Clause(page, "number_of_orders >= 2").GetByLabel("Comparison").SelectOptionAsync("BETWEEN");
        await Expect(Text(page)).ToHaveValueAsync(Lines("number_of_orders BETWEEN 2 AND 1 AND (amount_spent > 250 AND reachable = true) AND NOT (last_order_date <= -60d)"));
        await Expect(page.GetByText("This fits")).ToBeVisibleAsync();

        // What it means for everyone is counted beside it, with ten of them and what is odd about it.
        await Expect(page.GetByText("The first bound is above the second: nobody fits.").First).ToBeVisibleAsync();
    }

    // The builder breaks a long definition at its outer joins.
    private static string Lines(string text) => text.Length <= 90 ? text : text.Replace(" AND (", "\nAND (", StringComparison.Ordinal).Replace(" AND NOT", "\nAND NOT", StringComparison.Ordinal);

    [Fact]
    public async Task A_definition_is_built_by_the_keyboard_alone()
    {
        var (merchant, _) = await AtNewAsync();
        await using var _m = merchant;
        var page = merchant.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the first condition" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var first = Clause(page, "number_of_orders >= 1");
        await Expect(Text(page)).ToHaveValueAsync("number_of_orders >= 1");
        await first.FocusAsync();

        // A condition, then a group of its own with one in it.
        await page.Keyboard.PressAsync("a");
        await Expect(Text(page)).ToHaveValueAsync("number_of_orders >= 1 AND number_of_orders >= 1");
        var focused = page.Locator("[data-part]:focus");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync("Amount s");
        await Expect(page.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Expect(Text(page)).ToHaveValueAsync("number_of_orders >= 1 AND amount_spent >= 100");

        await Clause(page, "amount_spent >= 100").FocusAsync();
        await page.Keyboard.PressAsync("Alt+ArrowUp");
        await Expect(Text(page)).ToHaveValueAsync("amount_spent >= 100 AND number_of_orders >= 1");
        await Expect(focused).ToHaveAttributeAsync("aria-label", "Condition: amount_spent >= 100");
        await page.Keyboard.PressAsync("d");
        await page.Keyboard.PressAsync("n");
        await Expect(Text(page)).ToHaveValueAsync("NOT (amount_spent >= 100) AND amount_spent >= 100 AND number_of_orders >= 1");
        await page.Keyboard.PressAsync("Control+z");
        await Expect(Text(page)).ToHaveValueAsync("amount_spent >= 100 AND amount_spent >= 100 AND number_of_orders >= 1");
        await Expect(focused).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Control+z");
        await Expect(Text(page)).ToHaveValueAsync("amount_spent >= 100 AND number_of_orders >= 1");
        await Expect(focused).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Control+y");
        await Expect(Text(page)).ToHaveValueAsync("amount_spent >= 100 AND amount_spent >= 100 AND number_of_orders >= 1");
        await Clause(page, "number_of_orders >= 1").FocusAsync();
        await page.Keyboard.PressAsync("Alt+ArrowRight");
        await page.Keyboard.PressAsync("Delete");
        await Expect(Text(page)).ToHaveValueAsync("amount_spent >= 100 AND amount_spent >= 100");
    }

    [Fact]
    public async Task A_condition_is_dragged_into_a_group_and_a_menu_does_what_the_keys_do()
    {
        var (merchant, _) = await AtNewAsync("number_of_orders >= 2 AND (amount_spent > 100 OR reachable = true)");
        await using var _m = merchant;
        var page = merchant.Page;
        await Clause(page, "number_of_orders >= 2").Locator(".grip").DragToAsync(Clause(page, "reachable = true"), new() { TargetPosition = new() { X = 60, Y = 4 } });
        await Expect(Text(page)).ToHaveValueAsync("amount_spent > 100 OR number_of_orders >= 2 OR reachable = true");

        await Clause(page, "reachable = true").GetByRole(AriaRole.Button, new() { Name = "More for reachable = true" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Turn into its opposite" }).ClickAsync();
        await Expect(Text(page)).ToHaveValueAsync("amount_spent > 100 OR number_of_orders >= 2 OR NOT (reachable = true)");
        await Clause(page, "amount_spent > 100").GetByRole(AriaRole.Button, new() { Name = "More for amount_spent > 100" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Edit as text" }).ClickAsync();
        await page.GetByLabel("Condition as text").FillAsync("amount_spent > 1 AND reachable = true");
        await Expect(Text(page)).ToHaveValueAsync("amount_spent > 1 AND reachable = true OR number_of_orders >= 2 OR NOT (reachable = true)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo", Exact = true }).ClickAsync();
        await Expect(Text(page)).ToHaveValueAsync("amount_spent > 100 OR number_of_orders >= 2 OR NOT (reachable = true)");
    }

    [Fact]
    public async Task A_text_that_cannot_be_read_loses_nothing_and_points_at_its_mistake()
    {
        var (merchant, _) = await AtNewAsync("number_of_orders >= 2 AND reachable = true");
        await using var _m = merchant;
        var page = merchant.Page;
        await Text(page).FillAsync("number_of_orders >= 2 AND\nlast_ordr_date <= -60d");
        await Expect(page.Locator(".squiggle")).ToHaveTextAsync("last_ordr_date");
        await Expect(page.GetByText("Line 2, column 1")).ToBeVisibleAsync();
        await Expect(page.GetByText("This is the last version that could.")).ToBeVisibleAsync();
        await Expect(Clause(page, "reachable = true")).ToHaveCountAsync(1);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeDisabledAsync();
        await Expect(Text(page)).ToHaveValueAsync("number_of_orders >= 2 AND\nlast_ordr_date <= -60d");

        await page.GetByRole(AriaRole.Button, new() { Name = "Write last_order_date there" }).ClickAsync();
        await Expect(Clause(page, "last_order_date <= -60d")).ToBeVisibleAsync();
        await Expect(page.GetByText("This is the last version that could.")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Words_of_the_language_and_of_the_store_are_offered_and_taken_by_the_keyboard()
    {
        var (merchant, _) = await AtNewAsync();
        await using var _m = merchant;
        var page = merchant.Page;
        await Text(page).ClickAsync();
        await page.Keyboard.TypeAsync("numb");
        var offers = page.GetByRole(AriaRole.Listbox, new() { Name = "What may come next" });
        await Expect(offers.GetByRole(AriaRole.Option).First).ToContainTextAsync("number_of_orders");
        await page.Keyboard.PressAsync("Enter");
        await Expect(Text(page)).ToHaveValueAsync("number_of_orders ");
        await Expect(offers.GetByRole(AriaRole.Option, new() { Name = ">=", Exact = true })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(offers).ToHaveCountAsync(0);

        await Text(page).FillAsync("");
        await page.Keyboard.TypeAsync("products_purchased MATCHES (category = '");
        await page.Keyboard.PressAsync("Control+Space");
        await Expect(offers.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(")");
        await InStepAsync(page);
        await Expect(page.GetByText("This fits")).ToBeVisibleAsync();

        // The same in the fields: a category by its name.
        await page.GetByLabel("Value", new() { Exact = true }).FillAsync("");
        await Expect(page.GetByRole(AriaRole.Listbox).GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_typed_later_wins_over_an_answer_that_comes_late()
    {
        var (merchant, _) = await AtNewAsync();
        await using var _m = merchant;
        var page = merchant.Page;
        var held = new TaskCompletionSource();
        await page.RouteAsync("**/segments/form", async route =>
        {
            if (route.Request.PostData?.Contains("number_of_orders = 7", StringComparison.Ordinal) == true) await held.Task;
            try
            {
                await route.ContinueAsync();
            }
            catch (PlaywrightException)
            {
                // The page has given this one up.
            }
        });
        await Text(page).FillAsync("number_of_orders = 7");
        await page.WaitForTimeoutAsync(400);
        await Text(page).FillAsync("number_of_orders = 8");
        await Expect(Clause(page, "number_of_orders = 8")).ToBeVisibleAsync();
        held.SetResult();
        await page.WaitForTimeoutAsync(300);
        await Expect(Clause(page, "number_of_orders = 8")).ToBeVisibleAsync();
        await Expect(Clause(page, "number_of_orders = 7")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_recipe_is_copied_changed_and_saved_and_the_change_from_the_saved_one_is_counted()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/gallery");
        await page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Came once, never again" }).GetByRole(AriaRole.Link, new() { Name = "Copy and change" }).ClickAsync();
        await Expect(Text(page)).ToHaveValueAsync("number_of_orders = 1 AND last_order_date <= -90d");
        await Expect(page.GetByText("This fits")).ToBeVisibleAsync();
        await Expect(page.Locator(".people li")).ToHaveCountAsync(10);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Came once, never again" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Change", Exact = true }).ClickAsync();
        await Expect(page.GetByText("The same people as the saved definition.")).ToBeVisibleAsync();
        await Text(page).FillAsync("number_of_orders BETWEEN 1 AND 2 AND last_order_date <= -200d");
        await Expect(page.GetByText(Change)).ToBeVisibleAsync();
    }

    private static readonly System.Text.RegularExpressions.Regex Change = new("[1-9][0-9]* would come in, [1-9][0-9]* would leave", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Plain_words_become_a_definition_that_is_shown_before_it_is_taken_over()
    {
        var app = await Chromium.DemoAsync();
        var store = await app.WholeDemoAsync();
        await using var merchant = await Visitor.ComesAsync(Chromium, app);
        var page = merchant.Page;
        await merchant.OpensAsync($"/{store}/segments/new");
        await Expect(page.GetByText("No language model is connected")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Open the gallery" })).ToBeVisibleAsync();

        var sample = JsonSerializer.Deserialize<JsonElement>("""{"ok":true,"normalised":"number_of_orders = 0","errors":[],"warnings":["Nobody was asked."],"customers":12,"sample":[]}""");
        await page.RouteAsync("**/segments/draft", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = route.Request.Method == "GET" ? """{"configured":true}""" : JsonSerializer.Serialize(new { configured = true, definition = "number_of_orders = 0", check = sample }),
        }));
        await page.ReloadAsync();
        await page.GetByLabel("Describe the customers").FillAsync("people who never bought");
        await page.GetByRole(AriaRole.Button, new() { Name = "Write the definition" }).ClickAsync();
        await Expect(page.GetByText("This is what was understood. Nothing is saved yet.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Nobody was asked.")).ToBeVisibleAsync();
        await Expect(Text(page)).ToHaveValueAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this" }).ClickAsync();
        await Expect(Clause(page, "number_of_orders = 0")).ToBeVisibleAsync();
    }
}
