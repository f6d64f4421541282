using System.Net;
using System.Text.Json;
using Comeback.Data;
using Comeback.Install;
using Comeback.Stores.Shopify;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>How a Shopify store comes in, who may open it, and what becomes of its tokens.</summary>
public sealed class InstallTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Opening_the_app_connects_the_store_and_shows_it_in_that_shops_frame_alone()
    {
        await using var world = await ShopifyWorld.StartAsync();
        using var page = await world.VisitAsync();

        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.EndsWith("frame-ancestors https://tea.myshopify.com https://admin.shopify.com", policy, StringComparison.Ordinal);
        Assert.False(page.Headers.Contains("Set-Cookie"));
        var connection = await world.Comeback.Get<StoreConnections>().FindByAddressAsync(Platform.Shopify, FakeShopify.Shop, Stop);
        Assert.Equal((ConnectionState.Connected, 1), (connection!.State, connection.Installation));
        var html = await page.Content.ReadAsStringAsync(Stop);
        // Without a built admin the page says so; with one App Bridge stands before anything else.
        if (page.StatusCode == HttpStatusCode.OK) Assert.Matches("<head><meta name=\"shopify-api-key\" content=\"client-1\" /><script src=\"https://cdn.shopify.com/shopifycloud/app-bridge.js\"></script>", html);

        using var again = await world.VisitAsync();
        Assert.Equal(1, world.Shopify.Mailbox.Exchanges);
    }

    [Theory]
    [InlineData("?embedded=1"), InlineData("?embedded=1&shop=evil.example"), InlineData("?embedded=1&shop=tea.myshopify.com.evil.example"), InlineData("?embedded=1&shop=tea.myshopify.com%0d%0aX:y")]
    [InlineData("?embedded=1&shop=tea.myshopify.com&host=ZXZpbC5leGFtcGxlL2FkbWlu"), InlineData("?embedded=1&shop=coffee.myshopify.com&host=YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvdGVh")]
    public async Task Without_a_good_shop_nobody_may_frame_the_page(string query)
    {
        await using var world = await ShopifyWorld.StartAsync();
        using var page = await world.Comeback.Http.GetAsync(new Uri("/shopify" + query, UriKind.Relative), Stop);

        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains("frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_token_is_fetched_by_a_bounce_to_our_own_address_whatever_the_request_says()
    {
        await using var world = await ShopifyWorld.StartAsync();
        foreach (var bad in new[] { "", "&id_token=x.y.z", $"&id_token={SignatureTests.Token("another", at: world.Time.GetUtcNow())}" })
        {
            using var page = await world.Comeback.Http.GetAsync(new Uri($"/shopify?embedded=1&shop={FakeShopify.Shop}&host={ShopifyWorld.Host}&hmac=1&session=2{bad}", UriKind.Relative), Stop);
            Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
            var to = page.Headers.Location!.OriginalString;
            Assert.StartsWith("/shopify/bounce?", to, StringComparison.Ordinal);
            var reload = Uri.UnescapeDataString(to[(to.IndexOf("shopify-reload=", StringComparison.Ordinal) + 15)..]);
            Assert.StartsWith("https://mail.shop.example/shopify?", reload, StringComparison.Ordinal);
            Assert.DoesNotContain("id_token", reload, StringComparison.Ordinal);
            Assert.DoesNotContain("hmac", reload, StringComparison.Ordinal);
        }
        using var bounce = await world.Comeback.Http.GetAsync(new Uri($"/shopify/bounce?shop={FakeShopify.Shop}", UriKind.Relative), Stop);
        Assert.Contains("app-bridge.js", await bounce.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(0, world.Shopify.Mailbox.Exchanges);
    }

    [Fact]
    public async Task Outside_the_admin_it_goes_to_the_apps_address_inside()
    {
        await using var world = await ShopifyWorld.StartAsync();
        using var page = await world.Comeback.Http.GetAsync(new Uri($"/shopify?shop={FakeShopify.Shop}", UriKind.Relative), Stop);
        Assert.Equal("https://admin.shopify.com/store/tea/apps/client-1", page.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_session_token_opens_its_own_store_and_no_other()
    {
        await using var world = await ShopifyWorld.StartAsync();
        var store = await world.InstallAsync();
        var other = (await world.Comeback.ShopAsync("neighbour")).Id;

        Assert.Equal(HttpStatusCode.OK, (await CallAsync(world, $"/api/stores/{store}/settings", world.Token())).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(world, $"/api/stores/{other}/settings", world.Token())).StatusCode);
        var stores = JsonSerializer.Deserialize<JsonElement>(await (await CallAsync(world, "/api/stores", world.Token())).Content.ReadAsStringAsync(Stop));
        Assert.Equal([store.ToString()], stores.EnumerateArray().Select(s => s.GetProperty("id").GetString()));
        // What belongs to no store is not there.
        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(world, "/api/shopify", world.Token())).StatusCode);
    }

    [Fact]
    public async Task Any_other_bearer_is_answered_so_that_app_bridge_tries_again_with_a_new_one()
    {
        await using var world = await ShopifyWorld.StartAsync();
        var store = await world.InstallAsync();
        var stale = world.Token();
        world.Time.Advance(TimeSpan.FromSeconds(75));
        foreach (var token in new[] { stale, SignatureTests.Token("another", at: world.Time.GetUtcNow()), "nonsense", SignatureTests.Token(FakeShopify.Secret, shop: "coffee.myshopify.com", at: world.Time.GetUtcNow()) })
        {
            using var answer = await CallAsync(world, $"/api/stores/{store}/settings", token);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("1", answer.Headers.GetValues("X-Shopify-Retry-Invalid-Session-Request").Single());
        }
    }

    [Fact]
    public async Task Twenty_calls_at_the_moment_of_expiry_refresh_once()
    {
        await using var world = await ShopifyWorld.StartAsync();
        await world.InstallAsync();
        world.Time.Advance(TimeSpan.FromMinutes(56));
        var (tokens, connection, shop) = await TokensAsync(world);

        var given = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => tokens.AccessAsync(world.Store, shop, connection.Installation, null, Stop)));

        Assert.Single(given.Distinct());
        Assert.Equal(1, world.Shopify.Mailbox.Refreshes);
    }

    [Fact]
    public async Task Two_replicas_at_the_moment_of_expiry_refresh_once()
    {
        Assert.SkipUnless(TestDatabase.Postgres is not null, TestDatabase.NoPostgres);
        await using var world = await ShopifyWorld.StartAsync(DatabaseKind.Postgres);
        await world.InstallAsync();
        world.Time.Advance(TimeSpan.FromMinutes(56));
        var (tokens, connection, shop) = await TokensAsync(world);
        // As another process would: a turn of its own, the same row.
        var other = Microsoft.Extensions.DependencyInjection.ActivatorUtilities.CreateInstance<ShopifyTokens>(world.Comeback.Services);

        var given = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? tokens : other).AccessAsync(world.Store, shop, connection.Installation, null, Stop)));

        Assert.Single(given.Distinct());
        Assert.Equal(1, world.Shopify.Mailbox.Refreshes);
    }

    [Fact]
    public async Task A_refresh_whose_answer_was_lost_is_asked_again_with_the_old_token()
    {
        await using var world = await ShopifyWorld.StartAsync();
        await world.InstallAsync();
        world.Time.Advance(TimeSpan.FromMinutes(56));
        world.Shopify.Mailbox.LoseAnswers = 1;
        var (tokens, connection, shop) = await TokensAsync(world);

        await Assert.ThrowsAsync<ShopifyUnavailableException>(async () => await tokens.AccessAsync(world.Store, shop, connection.Installation, null, Stop));
        var token = await tokens.AccessAsync(world.Store, shop, connection.Installation, null, Stop);

        Assert.True(world.Shopify.Mailbox.Accepts(token));
    }

    [Fact]
    public async Task A_missing_life_is_an_hour()
    {
        await using var world = await ShopifyWorld.StartAsync();
        world.Shopify.Mailbox.WithoutExpiresIn = true;
        await world.InstallAsync();
        var keys = ShopifyKeys.Read(await world.Comeback.Get<StoreConnections>().KeysAsync(world.Store, Stop));
        Assert.Equal(world.Time.GetUtcNow().AddHours(1), keys!.Expires);
    }

    [Fact]
    public async Task A_dead_grant_is_said_plainly_and_replaced_once_at_the_next_visit()
    {
        await using var world = await ShopifyWorld.StartAsync();
        await world.InstallAsync();
        await world.SyncAsync();
        world.Shopify.Mailbox.KillAll();
        world.Time.Advance(TimeSpan.FromMinutes(20));
        await world.SyncAsync();

        var connection = await world.Comeback.Get<StoreConnections>().FindAsync(world.Store, Stop);
        Assert.Equal(ConnectionState.NeedsReconnecting, connection!.State);
        Assert.Contains("Open Comeback", connection.Trouble, StringComparison.Ordinal);

        var pages = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.VisitAsync()));
        Assert.Equal(2, world.Shopify.Mailbox.Exchanges);
        connection = await world.Comeback.Get<StoreConnections>().FindAsync(world.Store, Stop);
        Assert.Equal((ConnectionState.Connected, 2, (string?)null), (connection!.State, connection.Installation, connection.Trouble));
        await world.SyncAsync();
        foreach (var page in pages) page.Dispose();
    }

    [Fact]
    public async Task A_custom_app_is_installed_by_the_browser_that_began_it()
    {
        await using var world = await ShopifyWorld.StartAsync(mode: "custom");
        using var begun = await world.Comeback.Http.GetAsync(new Uri("/shopify/install?shop=admin.shopify.com/store/tea", UriKind.Relative), Stop);
        Assert.StartsWith("https://tea.myshopify.com/admin/oauth/authorize?client_id=client-1&redirect_uri=https%3A%2F%2Fmail.shop.example%2Fshopify%2Fcallback&state=", begun.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var state = begun.Headers.Location.OriginalString.Split("state=")[1];
        var cookie = begun.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        Assert.Equal(HttpStatusCode.Unauthorized, (await CallbackAsync(world, state, null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await CallbackAsync(world, "another", cookie)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await CallbackAsync(world, state, cookie, shop: "coffee.myshopify.com")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await CallbackAsync(world, state, cookie, secret: "another")).StatusCode);
        Assert.Null(await world.Comeback.Get<StoreConnections>().FindByAddressAsync(Platform.Shopify, FakeShopify.Shop, Stop));
        using var done = await CallbackAsync(world, state, cookie);
        Assert.Equal("/admin", done.Headers.Location?.OriginalString);
        Assert.NotNull(await world.Comeback.Get<StoreConnections>().FindByAddressAsync(Platform.Shopify, FakeShopify.Shop, Stop));
    }

    [Fact]
    public async Task A_store_of_the_own_organisation_is_connected_by_its_name_and_its_token_renewed_daily()
    {
        await using var world = await ShopifyWorld.StartAsync(mode: "own");
        using var answer = await world.Comeback.PostAsync("/api/shopify/connect", new { shop = "https://tea.myshopify.com/" });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        var connection = await world.Comeback.Get<StoreConnections>().FindByAddressAsync(Platform.Shopify, FakeShopify.Shop, Stop);
        world.Time.Advance(TimeSpan.FromHours(25));
        Assert.True(ShopDomain.TryParse(FakeShopify.Shop, out var shop));
        Assert.True(world.Shopify.Mailbox.Accepts(await world.Comeback.Get<ShopifyTokens>().AccessAsync(connection!.StoreId, shop, 1, null, Stop)));
        using var wrong = await world.Comeback.PostAsync("/api/shopify/connect", new { shop = "https://evil.example/" });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task No_answer_of_the_api_holds_a_token()
    {
        await using var world = await ShopifyWorld.StartAsync();
        var store = await world.InstallAsync();
        foreach (var path in new[] { "/api/stores", $"/api/stores/{store}/settings", $"/api/stores/{store}/sync" })
            Assert.DoesNotContain("shpat_", await (await CallAsync(world, path, world.Token())).Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.DoesNotContain("shpat_", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(world.Comeback.Folder, "comeback.db"), Stop)), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> CallbackAsync(ShopifyWorld world, string state, string? cookie, string shop = FakeShopify.Shop, string secret = FakeShopify.Secret)
    {
        var at = world.Time.GetUtcNow().ToUnixTimeSeconds();
        var query = $"code=good-code&shop={shop}&state={state}&timestamp={at}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/shopify/callback?{query}&hmac={ShopifySignatures.Sign(secret, query)}");
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        return await world.Comeback.Http.SendAsync(request, Stop);
    }

    private static async Task<(ShopifyTokens Tokens, StoreConnectionRow Connection, ShopDomain Shop)> TokensAsync(ShopifyWorld world)
    {
        Assert.True(ShopDomain.TryParse(FakeShopify.Shop, out var shop));
        return (world.Comeback.Get<ShopifyTokens>(), (await world.Comeback.Get<StoreConnections>().FindAsync(world.Store, Stop))!, shop);
    }

    private static async Task<HttpResponseMessage> CallAsync(ShopifyWorld world, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Authorization", "Bearer " + token);
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return await world.Comeback.Http.SendAsync(request, Stop);
    }
}
