using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Install;
using Comeback.Messages;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Campaigns;

/// <summary>Who gets what and when, through the real service: what starts a campaign, what stops it, and where the reason stands.</summary>
public sealed class CampaignTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static async Task AllOnAsync(RunningComeback comeback, FakeShop shop)
    {
        foreach (var key in new[] { "first_order_thanks", "abandoned_cart", "win_back" }) await comeback.SwitchOnAsync(shop, key);
        // What happens at the very instant of switching on is not after it.
        await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
    }

    [Theory, EachDatabase]
    public async Task Two_years_that_are_imported_and_imported_again_make_nobody_due(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        await AllOnAsync(comeback, shop);
        for (var again = 0; again < 2; again++)
        {
            for (var person = 0; person < 40; person++)
                shop.Customer($"person{person}").Bought("Sencha", daysAgo: 10 + (person * 18)).LeftInCart("Pot", hoursAgo: 5);
            await shop.ArriveAsync(Arrival.Found);
            await comeback.SettleAsync(shop);
        }
        await using var db = comeback.Databases.Open(shop.Id);
        Assert.Equal(0, await db.Due.CountAsync(d => d.Kind == "step", TestContext.Current.CancellationToken));
        Assert.Empty(await comeback.MessagesAsync(shop));
        Assert.Equal(40, await db.Customers.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task While_everything_is_off_nothing_starts_and_switching_on_looks_forward_only()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        shop.Customer("ann").LeftInCart("Pot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await AllOnAsync(comeback, shop);
        await comeback.PassAsync(shop, Hour * 2);
        await comeback.SettleAsync(shop);
        Assert.Empty(await comeback.MessagesAsync(shop));

        shop.Customer("bob").LeftInCart("Pot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, Hour * 1.1);
        await comeback.SettleAsync(shop);
        Assert.Equal("bob@example.com", Assert.Single(await comeback.MessagesAsync(shop)).Address);
    }

    [Theory, EachDatabase]
    public async Task A_forgotten_cart_is_remembered_after_an_hour_and_after_a_day_and_then_left_alone(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        await AllOnAsync(comeback, shop);
        shop.Product("Teapot", stock: 3);
        shop.Customer("ann").LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(59));
        await comeback.SettleAsync(shop);
        Assert.Empty(await comeback.MessagesAsync(shop));
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(2));
        await comeback.SettleAsync(shop);
        var first = Assert.Single(await comeback.MessagesAsync(shop));
        Assert.Equal("Teapot is still in your cart", first.Subject);
        Assert.Contains("Only 3 left", first.Text!, StringComparison.Ordinal);

        for (var i = 0; i < 8; i++)
        {
            await comeback.PassAsync(shop, Hour * 12);
            await comeback.SettleAsync(shop);
        }
        var messages = await comeback.MessagesAsync(shop);
        Assert.Equal([0, 1], messages.Select(m => m.Step));
        Assert.True(messages[1].CreatedAt - messages[0].CreatedAt >= Hour * 23);
    }

    [Fact]
    public async Task Only_x_left_is_not_said_of_what_can_be_oversold()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        await AllOnAsync(comeback, shop);
        shop.Product("Teapot", stock: 3, sellsWithoutStock: true);
        shop.Customer("ann").LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, Hour * 2);
        await comeback.SettleAsync(shop);
        Assert.DoesNotContain("Only", Assert.Single(await comeback.MessagesAsync(shop)).Text!, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task An_order_stops_the_cart_at_once_even_before_anything_followed_it(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        await AllOnAsync(comeback, shop);
        shop.Customer("ann").LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, Hour * 2);
        shop.Customer("ann").Bought("Sencha");
        await shop.ArriveAsync();
        // Only the moment of sending looks: no follower has run since the order.
        await comeback.Get<StepWorker>().TickAsync(shop.Id, TestContext.Current.CancellationToken);
        Assert.Empty(await comeback.MessagesAsync(shop));
        Assert.Equal("OrderPlaced", Assert.Single(await comeback.SkipsAsync(shop)).Reason);
    }

    [Theory, EachDatabase]
    public async Task An_order_stops_even_a_reminder_that_waits_in_the_queue(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        await AllOnAsync(comeback, shop);
        shop.Customer("ann").LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, Hour * 2);
        await comeback.SettleAsync(shop, send: false);
        Assert.Equal(MessageState.Queued, Assert.Single(await comeback.MessagesAsync(shop)).State);
        shop.Customer("ann").Bought("Teapot");
        await shop.ArriveAsync();
        await comeback.Get<Sender>().TickAsync(shop.Id, TestContext.Current.CancellationToken);
        Assert.Equal(MessageState.Dropped, Assert.Single(await comeback.MessagesAsync(shop)).State);
    }

    [Fact]
    public async Task However_often_a_cart_is_touched_there_is_one_run_in_seven_days()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        await AllOnAsync(comeback, shop);
        for (var i = 0; i < 10; i++)
        {
            shop.Customer("ann").LeftInCart(i % 2 == 0 ? "Teapot" : "Sencha");
            await shop.ArriveAsync();
            await comeback.SettleAsync(shop);
            await comeback.PassAsync(shop, Hour * 13);
            await comeback.SettleAsync(shop);
        }
        Assert.True((await comeback.MessagesAsync(shop)).Count is 1 or 2);
        await using var db = comeback.Databases.Open(shop.Id);
        Assert.Single(await db.Runs.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_first_order_is_thanked_for_after_seven_days_and_a_second_one_in_between_is_not()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        await AllOnAsync(comeback, shop);
        await comeback.PassAsync(shop, Hour);
        shop.Customer("ann").Bought("Sencha");
        shop.Customer("bob").Bought("Sencha");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, Day * 5);
        shop.Customer("bob").Bought("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        Assert.Empty(await comeback.MessagesAsync(shop));
        await comeback.PassAsync(shop, Day * 2);
        await comeback.SettleAsync(shop);
        var message = Assert.Single(await comeback.MessagesAsync(shop));
        Assert.Equal("ann@example.com", message.Address);
        Assert.Equal("Thank you for your first order, Ann", message.Subject);
        Assert.DoesNotContain("% off", message.Text!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_history_is_short_nobody_is_thanked_for_a_first_order()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync(complete: false);
        await AllOnAsync(comeback, shop);
        await comeback.PassAsync(shop, Hour);
        shop.Customer("ann").Bought("Sencha");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, Day * 7.5);
        await comeback.SettleAsync(shop);
        Assert.Empty(await comeback.MessagesAsync(shop));
        Assert.Equal("HistoryIncomplete", Assert.Single(await comeback.SkipsAsync(shop)).Reason);
    }

    [Fact]
    public async Task Orders_out_of_step_hold_and_say_so_on_Home()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        await AllOnAsync(comeback, shop);
        shop.Customer("ann").LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.InStepAsync(shop, comeback.Time.GetUtcNow().AddHours(-30));
        comeback.Time.Advance(Hour * 2);
        await comeback.SettleAsync(shop);
        Assert.Empty(await comeback.MessagesAsync(shop));
        Assert.Empty(await comeback.SkipsAsync(shop));
        var needs = (await comeback.GetAsync($"/api/stores/{shop.Id}/home")).GetProperty("needs").EnumerateArray().Select(n => n.GetProperty("kind").GetString()).ToList();
        Assert.Contains("in-step", needs);
        await comeback.PassAsync(shop, Hour);
        await comeback.SettleAsync(shop);
        Assert.Single(await comeback.MessagesAsync(shop));
    }

    [Fact]
    public async Task Back_fill_reaches_the_older_people_that_the_merchant_was_told_of_and_no_others()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        shop.Customer("ann").Bought("Sencha", daysAgo: 70);
        shop.Customer("bob").Bought("Sencha", daysAgo: 300);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        var count = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/win_back/backfill?maxAgeDays=30");
        Assert.Equal(1, count.GetProperty("count").GetInt32());
        await comeback.SwitchOnAsync(shop, "win_back", backfillDays: 30);
        await comeback.SettleAsync(shop);
        Assert.Equal("ann@example.com", Assert.Single(await comeback.MessagesAsync(shop)).Address);
    }

    [Theory, EachDatabase]
    public async Task A_broadcast_shows_its_exact_count_and_why_the_others_get_nothing_and_then_does_just_that(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        for (var i = 0; i < 6; i++) shop.Customer($"p{i}", consent: i % 2 == 0).Bought("Sencha", daysAgo: 20);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        using var made = await comeback.PostAsync($"/api/stores/{shop.Id}/campaigns", new
        {
            name = "Spring <teas>",
            segmentKey = "first_time",
            templates = new[] { new { language = "en", subject = "{{ campaign.name }} for {{ customer.first_name | default: 'you' }}", html = "<p>Hi {{ customer.first_name | default: 'there' }}</p>", text = "Hi" } },
        });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var key = made.Headers.Location!.OriginalString.Split('/')[^1];
        var preview = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/{key}/preview");
        Assert.Equal(3, preview.GetProperty("count").GetInt32());
        Assert.Equal("NoConsent", preview.GetProperty("skipped")[0].GetProperty("reason").GetString());
        Assert.Equal(3, preview.GetProperty("skipped")[0].GetProperty("count").GetInt32());
        Assert.Equal(3, preview.GetProperty("examples").GetArrayLength());
        Assert.Equal("Spring <teas> for P0", preview.GetProperty("examples")[0].GetProperty("subject").GetString());

        await comeback.SwitchOnAsync(shop, key);
        await comeback.SettleAsync(shop);
        await comeback.SettleAsync(shop);
        Assert.Equal(3, (await comeback.MessagesAsync(shop)).Count(m => m.State == MessageState.Sent));
        var people = await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/{key}/people?outcome=skipped&reason=NoConsent");
        Assert.Equal(3, people.GetProperty("total").GetInt32());
        var campaign = (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/{key}")).GetProperty("campaign");
        Assert.Equal("done", campaign.GetProperty("state").GetString());
    }

    [Theory, EachDatabase]
    public async Task A_broadcast_is_over_only_when_its_last_message_is_out(DatabaseKind kind)
    {
        await using var sink = new SmtpSink();
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync(settings: s => s with { Smtp = new SmtpSettings { Host = "127.0.0.1", Port = sink.Port } });
        for (var i = 0; i < 3; i++) shop.Customer($"p{i}").Bought("Sencha", daysAgo: 20);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        using var made = await comeback.PostAsync($"/api/stores/{shop.Id}/campaigns", new
        {
            name = "Spring teas",
            segmentKey = "first_time",
            templates = new[] { new { language = "en", subject = "Spring", html = "<p>Spring</p>", text = "Spring" } },
        });
        var key = made.Headers.Location!.OriginalString.Split('/')[^1];
        await comeback.SwitchOnAsync(shop, key);
        sink.Down();
        for (var i = 0; i < 3; i++) await comeback.SettleAsync(shop);
        Assert.All(await comeback.MessagesAsync(shop), m => Assert.Equal(MessageState.Queued, m.State));
        sink.Up();
        await comeback.PassAsync(shop, Hour);
        await comeback.SettleAsync(shop);
        await comeback.SettleAsync(shop);
        Assert.Equal([MessageState.Sent, MessageState.Sent, MessageState.Sent], (await comeback.MessagesAsync(shop)).Select(m => m.State));
        Assert.Equal("done", (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/{key}")).GetProperty("campaign").GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_text_with_an_unknown_name_is_not_saved_and_the_place_is_told()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        using var made = await comeback.PostAsync($"/api/stores/{shop.Id}/campaigns", new
        {
            name = "x",
            segmentKey = "vip",
            templates = new[] { new { language = "en", subject = "s", html = "<p>\n{{ customer.nick }}</p>", text = "t" } },
        });
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, made.StatusCode);
        Assert.Contains("html, line 2, column 4: There is no customer.nick", await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Sunday")]
    [InlineData(DayOfWeek.Friday, "Friday")]
    public void This_week_ends_when_the_merchant_says_and_else_as_in_the_country(DayOfWeek? chosen, string last)
    {
        var store = new StoreRow { Id = new StoreId(1), Name = "Tea House", Currency = "GBP", TimeZone = "Europe/London", Country = "GB", Language = "en" };
        var standing = Standing.Of(store, new StoreSettings { WeekEndsOn = chosen }, NodaTime.DateTimeZoneProviders.Tzdb["Europe/London"]);
        var winBack = Engine.Campaigns.StockCampaigns.All.Single(c => c.Key == "win_back").Rules with { DiscountCode = "BACK15" };
        // A Monday.
        var now = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        var situation = new Engine.Campaigns.Situation(now, new Engine.Campaigns.CustomerState(), new Engine.Campaigns.StepState { Channel = Engine.Orders.Channel.Email, DueAt = now }, standing);
        var prepared = new Comeback.Campaigns.Prepared(
            new StepSubject(new CampaignRow { Key = "win_back", Name = "Win back", SegmentKey = "lapsed" }, winBack, new CampaignStepRow(), new RunRow { Occurrence = "x" }), situation, null, null, []);
        var templates = MessageText.Parse([new TemplateRow { Language = "en", Subject = "Until {{ offer.ends | default: '-' }}", Html = "<p>x</p>", Text = "x" }]);
        Assert.Contains(last, MessageText.Render(templates, prepared, store, null, TestContext.Current.CancellationToken)!.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_shops_with_the_same_customer_know_nothing_of_each_other()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var tea = await comeback.ShopAsync();
        var coffee = await comeback.ShopAsync("Coffee House");
        await AllOnAsync(comeback, tea);
        tea.Customer("ann").LeftInCart("Teapot");
        coffee.Customer("ann").LeftInCart("Mug");
        await tea.ArriveAsync();
        await coffee.ArriveAsync();
        await comeback.SettleAsync(tea);
        await comeback.PassAsync(tea, Hour * 2);
        await comeback.InStepAsync(coffee, comeback.Time.GetUtcNow());
        await comeback.SettleAsync(tea);
        await comeback.SettleAsync(coffee);
        Assert.Single(await comeback.MessagesAsync(tea));
        Assert.Empty(await comeback.MessagesAsync(coffee));
        var message = (await comeback.MessagesAsync(tea))[0];
        using var other = await comeback.Http.GetAsync($"/api/stores/{coffee.Id}/messages/{message.Id}", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, other.StatusCode);
    }
}
