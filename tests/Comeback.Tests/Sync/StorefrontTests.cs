using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Comeback.Engine.Orders;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Sync;

/// <summary>What a store's own pages may say, and what they may not (SECURITY 7).</summary>
public sealed partial class StorefrontTests
{
    private const string Ann = "ann-browser-0123456789abcdef", Stranger = "stranger-0123456789abcdef";

    [Fact]
    public async Task A_view_by_a_browser_that_nobody_knows_is_kept_without_a_customer()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, door) = await OpenAsync(comeback);

        using var answer = await SendAsync(comeback, door, Stranger, View("p-Sencha", comeback));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        await using var db = comeback.Databases.Open(shop.Id);
        var view = await db.Events.SingleAsync();
        Assert.Equal(EventKind.ProductViewed, view.Kind);
        Assert.Null(view.CustomerId);
        Assert.Equal(1, await db.Customers.CountAsync());
    }

    [Fact]
    public async Task A_beacon_that_is_sent_twice_is_one_view()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, door) = await OpenAsync(comeback);
        var view = View("p-Sencha", comeback);
        (await SendAsync(comeback, door, Stranger, view)).Dispose();
        (await SendAsync(comeback, door, Stranger, view)).Dispose();
        await using var db = comeback.Databases.Open(shop.Id);
        Assert.Equal(1, await db.Events.CountAsync());
    }

    [Fact]
    public async Task Who_clicked_in_a_message_is_known_with_what_their_browser_looked_at_before()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, door) = await OpenAsync(comeback);
        (await SendAsync(comeback, door, Ann, View("p-Matcha", comeback))).Dispose();
        comeback.Time.Advance(TimeSpan.FromHours(1));
        var token = await ClickAsync(comeback, shop);

        (await SendAsync(comeback, door, Ann, View("p-Matcha", comeback), token)).Dispose();
        await comeback.SettleAsync(shop, send: false);

        await using var db = comeback.Databases.Open(shop.Id);
        var ann = await db.Customers.SingleAsync(c => c.Email == "ann@example.com");
        var views = await db.Events.Where(e => e.Kind == EventKind.ProductViewed).ToListAsync();
        Assert.Equal(2, views.Count);
        Assert.All(views, v => Assert.Equal(ann.Id, v.CustomerId));
        var interested = await db.Segments.SingleAsync(s => s.Key == "interested_in:powders");
        Assert.True(await db.Memberships.AnyAsync(m => m.SegmentId == interested.Id && m.CustomerId == ann.Id && m.LeftAt == null));
    }

    [Fact]
    public async Task A_click_does_not_name_a_second_browser_nor_count_after_half_an_hour_nor_in_another_store()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, door) = await OpenAsync(comeback);
        var (other, othersDoor) = await OpenAsync(comeback, "Coffee House");
        var token = await ClickAsync(comeback, shop);
        (await SendAsync(comeback, othersDoor, Stranger, View("p-Sencha", comeback), token)).Dispose();
        (await SendAsync(comeback, door, Ann, View("p-Sencha", comeback), token)).Dispose();
        (await SendAsync(comeback, door, Stranger, View("p-Matcha", comeback), token)).Dispose();
        var late = await ClickAsync(comeback, shop);
        comeback.Time.Advance(TimeSpan.FromMinutes(31));
        (await SendAsync(comeback, door, "late-0123456789abcdefghij", View("p-Matcha", comeback), late)).Dispose();

        await using var db = comeback.Databases.Open(shop.Id);
        Assert.Equal(1, await db.Events.CountAsync(e => e.Kind == EventKind.ProductViewed && e.CustomerId != null));
        Assert.Equal(2, await db.Events.CountAsync(e => e.Kind == EventKind.ProductViewed && e.CustomerId == null));
        await using var theirs = comeback.Databases.Open(other.Id);
        Assert.Equal(0, await theirs.Events.CountAsync(e => e.CustomerId != null));
    }

    [Fact]
    public async Task A_link_to_somebody_elses_page_carries_no_token()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, _) = await OpenAsync(comeback);
        var clicks = comeback.Get<ClickTokens>();
        Assert.Contains("cb_v=", clicks.On("https://teahouse.example/tea?a=1", shop.Id, new(1), "https://teahouse.example"), StringComparison.Ordinal);
        foreach (var foreign in new[] { "https://teahouse.example.evil.test/", "http://teahouse.example/", "https://teahouse.example:8443/", "https://other.example/", "mailto:x@teahouse.example" })
            Assert.Equal(foreign, clicks.On(foreign, shop.Id, new(1), "https://teahouse.example"));
        Assert.Equal("https://teahouse.example/", clicks.On("https://teahouse.example/", shop.Id, new(1), storeUrl: null));
    }

    [Fact]
    public async Task A_flood_of_forged_events_sends_nothing_and_changes_no_known_customer()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, door) = await OpenAsync(comeback);
        foreach (var campaign in new[] { "first_order_thanks", "abandoned_cart", "win_back" }) await comeback.SwitchOnAsync(shop, campaign);
        await comeback.SettleAsync(shop);
        var before = await StandAsync(comeback, shop);

        for (var i = 0; i < 300; i++)
        {
            var visitor = i % 3 == 0 ? Stranger : string.Create(CultureInfo.InvariantCulture, $"forged-{i:D16}-visitor");
            var events = string.Join(',', Enumerable.Range(0, 20).Select(n => View(n % 2 == 0 ? "p-Matcha" : $"p-forged-{i}-{n}", comeback, minus: TimeSpan.FromSeconds((i * 20) + n))));
            // Names in every place where somebody might hope that they are read.
            using var request = new HttpRequestMessage(HttpMethod.Post, door)
            {
                Content = new StringContent($$$"""{"v":"{{{visitor}}}","t":"ann@example.com","person":{"email":"ann@example.com"},"email":"ann@example.com","customer":"1","e":[{{{events}}}]}""", Encoding.UTF8, "text/plain"),
            };
            using var answer = await comeback.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
        await comeback.SettleAsync(shop);

        Assert.Equal(before, await StandAsync(comeback, shop));
        var told = await comeback.GetAsync($"/api/stores/{shop.Id}/storefront");
        var dropped = told.GetProperty("droppedSinceStart");
        Assert.True(dropped.GetProperty("overTheCap").GetInt64() > 1_000);
        Assert.True(dropped.GetProperty("unknownThing").GetInt64() > 100);
        await using var db = comeback.Databases.Open(shop.Id);
        Assert.True(await db.Events.CountAsync() <= 3_000, "one address may not send more than its share");
        Assert.Equal(2, await db.Products.CountAsync());
    }

    [Theory]
    [InlineData("not json", "unreadable")]
    [InlineData("""{"v":"short","e":[{"n":"product","p":"p-Sencha","at":1}]}""", "unreadable")]
    [InlineData("""{"v":"stranger-0123456789abcdef","e":[null]}""", "unreadable")]
    [InlineData("""{"v":"stranger-0123456789abcdef","e":[]}""", "unreadable")]
    [InlineData("""{"v":"stranger-0123456789abcdef","e":[{"n":"product","p":"p-nothing","at":1}]}""", "unknownThing")]
    [InlineData("""{"v":"stranger-0123456789abcdef","e":[{"n":"order","p":"p-Sencha","at":1}]}""", "unknownThing")]
    [InlineData("""{"v":"stranger-0123456789abcdef","e":[{"n":"search","q":"   ","at":1}]}""", "unknownThing")]
    public async Task What_is_no_view_of_the_stores_own_things_is_dropped_and_counted(string body, string reason)
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, door) = await OpenAsync(comeback);
        using var answer = await comeback.Http.PostAsync(new Uri(door), new StringContent(body));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        var told = await comeback.GetAsync($"/api/stores/{shop.Id}/storefront");
        Assert.Equal(1, told.GetProperty("droppedSinceStart").GetProperty(reason).GetInt64());
        await using var db = comeback.Databases.Open(shop.Id);
        Assert.Equal(0, await db.Events.CountAsync());
    }

    [Fact]
    public async Task A_long_body_and_a_wrong_clock_do_no_harm()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, door) = await OpenAsync(comeback);
        using (var answer = await comeback.Http.PostAsync(new Uri(door), new StringContent("{\"v\":\"" + new string('x', 5_000) + "\"}"))) Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        (await SendAsync(comeback, door, Stranger, """{"n":"product","p":"p-Sencha","at":0},{"n":"product","p":"p-Matcha","at":99999999999999}""")).Dispose();

        var now = comeback.Time.GetUtcNow();
        await using var db = comeback.Databases.Open(shop.Id);
        var times = await db.Events.OrderBy(e => e.At).Select(e => e.At).ToListAsync();
        Assert.Equal([now - TimeSpan.FromHours(24), now], times);
        Assert.Equal(1, (await comeback.GetAsync($"/api/stores/{shop.Id}/storefront")).GetProperty("droppedSinceStart").GetProperty("tooLong").GetInt64());
    }

    [Fact]
    public async Task A_replaced_key_is_heard_for_a_week_and_an_unknown_one_is_answered_alike()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var (shop, door) = await OpenAsync(comeback);
        using (var rotated = await comeback.PostAsync($"/api/stores/{shop.Id}/storefront/rotate", new { })) Assert.Equal(HttpStatusCode.OK, rotated.StatusCode);
        comeback.Time.Advance(TimeSpan.FromDays(6));
        (await SendAsync(comeback, door, Stranger, View("p-Sencha", comeback))).Dispose();
        comeback.Time.Advance(TimeSpan.FromDays(2));
        using (var old = await SendAsync(comeback, door, Stranger, View("p-Matcha", comeback))) Assert.Equal(HttpStatusCode.NoContent, old.StatusCode);
        using (var unknown = await SendAsync(comeback, door[..^12] + "/events", Stranger, View("p-Matcha", comeback))) Assert.Equal(HttpStatusCode.NoContent, unknown.StatusCode);
        await using var db = comeback.Databases.Open(shop.Id);
        Assert.Equal(1, await db.Events.CountAsync());
    }

    private static async Task<(FakeShop Shop, string Door)> OpenAsync(RunningComeback comeback, string name = "Tea House")
    {
        var shop = await comeback.ShopAsync(name);
        shop.Product("Sencha", "Green tea");
        shop.Product("Matcha", "Powders");
        shop.Customer("ann").Bought("Sencha", daysAgo: 65);
        await shop.ArriveAsync(Arrival.Found);
        var url = (await comeback.GetAsync($"/api/stores/{shop.Id}/storefront")).GetProperty("eventsUrl").GetString()!;
        return (shop, new Uri(comeback.Http.BaseAddress!, new Uri(url).AbsolutePath).AbsoluteUri);
    }

    private static Task<HttpResponseMessage> SendAsync(RunningComeback comeback, string door, string visitor, string events, string? token = null) => comeback.Http.PostAsync(
        new Uri(door), new StringContent($$"""{"v":"{{visitor}}",{{(token is null ? "" : $"\"t\":\"{token}\",")}}"e":[{{events}}]}""", Encoding.UTF8, "text/plain"));

    private static string View(string product, RunningComeback comeback, TimeSpan minus = default) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"n":"product","p":"{{product}}","at":{{(comeback.Time.GetUtcNow() - minus).ToUnixTimeMilliseconds()}}}""");

    /// <summary>Ann gets a message, clicks in it, and lands on the store's page with the token.</summary>
    private static async Task<string> ClickAsync(RunningComeback comeback, FakeShop shop)
    {
        if ((await comeback.MessagesAsync(shop)).Count == 0)
        {
            await comeback.SettleAsync(shop);
            await comeback.SwitchOnAsync(shop, "win_back", backfillDays: 30);
            await comeback.SettleAsync(shop);
        }
        var message = Assert.Single(await comeback.MessagesAsync(shop));
        using var click = await comeback.FollowAsync(Link().Match(message.Html!).Value);
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(click.Headers.Location!.Query);
        Assert.DoesNotContain("ann", click.Headers.Location!.AbsoluteUri, StringComparison.OrdinalIgnoreCase);
        return query[ClickTokens.Parameter].ToString();
    }

    private static async Task<string> StandAsync(RunningComeback comeback, FakeShop shop)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        var people = await db.Customers.OrderBy(c => c.Id).Select(c => $"{c.Id} {c.Change} {c.Email}").ToListAsync();
        var stays = await db.Memberships.CountAsync();
        return $"{string.Join('|', people)} {stays} {await db.Messages.CountAsync()} {await db.Runs.CountAsync()} {await db.Identities.CountAsync()} {await db.Carts.CountAsync()}";
    }

    [GeneratedRegex("https://mail\\.shop\\.example/c/[A-Za-z0-9_-]+", RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}
