using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Comeback.Install;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>The companion plugin's calls, signed as its contract says.</summary>
public sealed class PluginTests
{
    private const string Secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Fact]
    public async Task A_cart_of_the_plugin_is_here_with_its_way_back_and_a_box_ticked_beside_a_typed_address_is_only_pending()
    {
        await using var world = await ConnectedAsync();
        Assert.Equal(HttpStatusCode.OK, await PostAsync(world, "carts", Cart("open", ticked: true)));
        await world.WorkInboxAsync();
        var cart = await world.OfAsync(db => db.Carts.SingleAsync());
        Assert.Equal((false, 14900L, $"{world.Woo.Address.ToString().TrimEnd('/')}/?comeback_restore={new string('r', 43)}"), (cart.Closed, cart.TotalMinor!.Value, cart.RecoveryUrl!));
        var consent = await world.OfAsync(db => db.Consents.SingleAsync());
        Assert.Equal((Channel.Email, ConsentState.Pending, "Tea news by e-mail"), (consent.Channel, consent.State, consent.Wording));
        // A name beside an address that nobody proved is nobody's name.
        Assert.Null(await world.OfAsync(db => db.Customers.Select(c => c.FirstName).SingleAsync()));

        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(world, "carts", Cart("ordered")));
        await world.WorkInboxAsync();
        Assert.True(await world.OfAsync(db => db.Carts.Select(c => c.Closed).SingleAsync()));
    }

    [Fact]
    public async Task What_is_not_signed_by_this_stores_plugin_now_is_turned_away_and_leaves_nothing()
    {
        await using var world = await ConnectedAsync();
        var body = Cart("open");
        var now = world.Time.GetUtcNow();
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(world, "carts", body, secret: new string('f', 64)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(world, "carts", body, at: now.AddMinutes(-6)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(world, "carts", body, at: now.AddMinutes(6)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(world, "carts", body, hook: new string('A', 32)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(world, "carts", body, delivery: "short"));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(world, "consents", body, signedPath: "/hooks/woocommerce/plugin/carts"));
        Assert.Equal(0, await world.OfAsync(db => db.Inbox.CountAsync()));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(world, "carts", body));
        // The same delivery tried again is one.
        Assert.Equal(HttpStatusCode.OK, await PostAsync(world, "carts", body));
        Assert.Equal(1, await world.OfAsync(db => db.Inbox.CountAsync()));
    }

    [Fact]
    public async Task A_no_is_always_taken_and_a_yes_needs_somebody_proven_and_its_wording()
    {
        await using var world = await ConnectedAsync();
        await PostAsync(world, "consents", """
            {"consents":[
            {"account":"7","email":"a@example.test","channel":"email","given":true,"at":"2026-03-01T10:00:00Z","wording":"Yes please","source":"checkout"},
            {"email":"b@example.test","channel":"email","given":true,"wording":"Yes please","source":"account"},
            {"account":"9","email":"c@example.test","channel":"sms","given":true},
            {"email":"d@example.test","channel":"email","given":false,"source":"account"}]}
            """);
        await world.WorkInboxAsync();
        var states = await world.OfAsync(db => db.Consents.Join(db.Customers, c => c.CustomerId, p => p.Id, (c, p) => new { p.Email, c.State }).OrderBy(x => x.Email).ToListAsync());
        Assert.Equal([("a@example.test", ConsentState.Granted), ("b@example.test", ConsentState.Pending), ("d@example.test", ConsentState.Withdrawn)], states.Select(s => (s.Email!, s.State)));
    }

    [Fact]
    public async Task Views_belong_to_the_sessions_account_or_to_a_browser_and_a_flood_of_made_up_ones_makes_no_customer()
    {
        await using var world = await ConnectedAsync();
        var tea = world.Woo.Product("Green tea", 9m);
        await world.ReadAsync();
        JsonObject View(int i, string? account, string? visitor) => new()
        {
            ["id"] = $"view-0123456789-{i}",
            ["kind"] = "product",
            ["product"] = tea["id"]!.ToString(),
            ["at"] = "2031-01-01T00:00:00Z",
            ["account"] = account,
            ["visitor"] = visitor,
            ["email"] = "victim@example.test",
        };
        var views = new JsonArray([View(0, "45", null), View(1, null, new string('v', 22)), View(2, null, null), .. Enumerable.Range(3, 200).Select(i => View(i, null, new string('w', 22)))]);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(world, "events", new JsonObject { ["events"] = views }.ToJsonString()));
        await world.WorkInboxAsync();
        var kept = await world.OfAsync(db => db.Events.ToListAsync());
        Assert.Equal(99, kept.Count);
        Assert.All(kept, e => Assert.True(e.At <= world.Time.GetUtcNow()));
        // The account is somebody; the browsers are nobody, and no address of theirs was read.
        Assert.Equal("45", await world.OfAsync(db => db.Customers.Select(c => c.AccountId).SingleAsync()));
        Assert.Equal(1, kept.Count(e => e.CustomerId is not null));
    }

    [Fact]
    public async Task A_sign_up_changes_nothing_that_is_known_of_the_person()
    {
        await using var world = await ConnectedAsync();
        world.Woo.Order("anna@example.test");
        await world.ReadAsync();
        var before = await world.OfAsync(db => db.Customers.SingleAsync());
        await PostAsync(world, "sign-up", """{"kind":"newsletter","email":"Anna@Example.test","channels":["email"],"wording":"Weekly tea","source":"block"}""");
        await world.WorkInboxAsync();
        var after = await world.OfAsync(db => db.Customers.SingleAsync());
        Assert.Equal((before.FirstName, before.Tags, before.Deleted, before.NotAShopper), (after.FirstName, after.Tags, after.Deleted, after.NotAShopper));
        Assert.Equal(ConsentState.Pending, await world.OfAsync(db => db.Consents.Select(c => c.State).SingleAsync()));
    }

    [Fact]
    public async Task WordPress_own_exporter_and_eraser_reach_us_and_removing_the_plugin_disconnects_this_installation_only()
    {
        await using var world = await ConnectedAsync();
        world.Woo.Order("anna@example.test");
        await world.ReadAsync();
        var (status, data) = await SendAsync(world, "data-request", """{"email":"anna@example.test"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("anna@example.test", data, StringComparison.Ordinal);
        Assert.Equal("""{"data":[]}""", (await SendAsync(world, "data-request", """{"email":"nobody@example.test"}""")).Body);
        Assert.Equal("""{"erased":true}""", (await SendAsync(world, "erase", """{"email":"anna@example.test"}""")).Body);
        Assert.Equal("""{"erased":false}""", (await SendAsync(world, "erase", """{"email":"anna@example.test"}""")).Body);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(world, "uninstall", """{"installation":0}"""));
        Assert.Equal(ConnectionState.Connected, (await world.ConnectionAsync())!.State);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(world, "uninstall", """{"installation":1}""", delivery: "uninstalled-for-good"));
        Assert.Equal(ConnectionState.Uninstalled, (await world.ConnectionAsync())!.State);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(world, "carts", Cart("open")));
    }

    [Fact]
    public async Task A_plugin_that_is_there_is_told_its_secret_once_after_each_install()
    {
        var told = new List<JsonObject>();
        await using var world = await WooWorld.StartAsync();
        world.Woo.Instead = async http =>
        {
            if (!http.Request.Path.StartsWithSegments("/wp-json/wc-comeback/v1", StringComparison.Ordinal)) return false;
            if (HttpMethods.IsPost(http.Request.Method)) told.Add(JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!.AsObject());
            await http.Response.WriteAsync(new JsonObject { ["plugin"] = "1.0.0", ["installation"] = told.LastOrDefault()?["installation"]?.DeepClone() }.ToJsonString());
            return true;
        };
        await world.Comeback.Get<Secrets>().StoreAsync(world.Store, SecretPurposes.PluginSecret, Secret, default);
        await world.ReadAsync();
        world.Time.Advance(TimeSpan.FromMinutes(16));
        await world.ReadAsync();
        var one = Assert.Single(told);
        Assert.Equal((Secret, 1, WooWorld.PublicUrl), ((string)one["secret"]!, (int)one["installation"]!, (string)one["service"]!));
        Assert.StartsWith("cbs_", (string)one["pixelKey"]!, StringComparison.Ordinal);
    }

    private static async Task<WooWorld> ConnectedAsync()
    {
        var world = await WooWorld.StartAsync();
        await world.Comeback.Get<Secrets>().StoreAsync(world.Store, SecretPurposes.PluginSecret, Secret, default);
        return world;
    }

    private static string Cart(string state, bool ticked = false) => new JsonObject
    {
        ["carts"] = new JsonArray(new JsonObject
        {
            ["id"] = "cart-0123456789abcdef",
            ["state"] = state,
            ["email"] = "anna@example.test",
            ["firstName"] = "Mallory",
            ["currency"] = "EUR",
            ["total"] = "149.00",
            ["restore"] = new string('r', 43),
            ["consents"] = ticked ? new JsonArray(new JsonObject { ["channel"] = "email", ["given"] = true, ["wording"] = "Tea news by e-mail", ["source"] = "checkout" }) : new JsonArray(),
            ["lines"] = new JsonArray(new JsonObject { ["product"] = "12", ["variation"] = null, ["quantity"] = 2, ["title"] = "Tea", ["price"] = "74.50" }),
        }),
    }.ToJsonString();

    private static async Task<HttpStatusCode> PostAsync(
        WooWorld world, string what, string body, string secret = Secret, DateTimeOffset? at = null, string? hook = null, string? delivery = null, string? signedPath = null) =>
        (await SendAsync(world, what, body, secret, at, hook, delivery, signedPath)).Status;

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(
        WooWorld world, string what, string body, string secret = Secret, DateTimeOffset? at = null, string? hook = null, string? delivery = null, string? signedPath = null)
    {
        var path = $"/hooks/woocommerce/plugin/{what}";
        var stamp = (at ?? world.Time.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        delivery ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what + body)))[..32];
        var message = $"POST\n{signedPath ?? path}\n{stamp}\n{delivery}\n{body}";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Comeback-Hook", hook ?? (await world.Comeback.Get<StoreConnections>().FindAsync(world.Store, default))!.HookId);
        request.Headers.Add("X-Comeback-Timestamp", stamp);
        request.Headers.Add("X-Comeback-Delivery", delivery);
        request.Headers.Add("X-Comeback-Signature", Convert.ToBase64String(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), Encoding.UTF8.GetBytes(message))));
        using var answer = await world.Comeback.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
