using System.Text;
using System.Text.Json.Nodes;
using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>A WooCommerce on good days and bad ones: afterwards every order here is as it is there.</summary>
public sealed class WooSyncTests
{
    [Fact]
    public async Task A_first_sync_brings_orders_of_every_kind_products_with_variations_categories_and_accounts()
    {
        await using var world = await WooWorld.StartAsync();
        var woo = world.Woo;
        woo.Category("Tea");
        woo.Product("Green tea", 9.5m);
        woo.Product("Mug", 12m, ("small", 12m, 3), ("big", 15m, null));
        woo.Customer("staff@example.test", "administrator");
        var account = (long)woo.Customer("anna@example.test")["id"]!;
        for (var i = 0; i < 230; i++) woo.Order($"buyer{i % 90}@example.test", i % 11 == 0 ? "processing" : "completed", 10 + i, daysAgo: i);
        woo.Order("anna@example.test", "on-hold", account: account);
        woo.Order("jp@example.test", total: 1234m, currency: "JPY");
        woo.Order("kw@example.test", total: 12.345m, currency: "KWD");
        woo.Order("big@example.test", total: 5000m, lines: 500);
        woo.Change(woo.Order("part@example.test", total: 30m), refund: 10m);
        woo.Change(woo.Order("whole@example.test", total: 30m), status: "refunded", refund: 30m);
        woo.Order("cart@example.test", "pending");
        woo.Order("odd@example.test", "awaiting-shipment");
        await world.ReadAsync();

        await world.AssertSameAsync();
        await world.OfAsync(async db =>
        {
            async Task<OrderStanding> Of(string email) => await db.Orders.Where(o => db.Customers.Any(c => c.Id == o.CustomerId && c.Email == email)).Select(o => o.Standing).SingleAsync();
            Assert.Equal(OrderStanding.Placed, await Of("anna@example.test"));
            Assert.Equal(OrderStanding.Counted, await Of("part@example.test"));
            Assert.Equal(OrderStanding.Refunded, await Of("whole@example.test"));
            Assert.Equal(OrderStanding.Cart, await Of("cart@example.test"));
            Assert.Equal(OrderStanding.Unknown, await Of("odd@example.test"));
            Assert.True(await db.Orders.AllAsync(o => o.Found));
            // Without a rate it is an order and nothing spent.
            Assert.Null((await db.Orders.SingleAsync(o => o.Currency == "JPY")).SpentMinor);
            var mug = await db.Products.SingleAsync(p => p.Title == "Mug");
            Assert.Equal([3, null], (await db.Variants.Where(v => v.ProductId == mug.Id).OrderBy(v => v.ExternalId).ToListAsync()).Select(v => v.Stock));
            Assert.True((await db.Customers.SingleAsync(c => c.Email == "staff@example.test")).NotAShopper);
            Assert.Single(await db.Categories.Where(c => c.FromCatalogue).ToListAsync());
            return true;
        });
        var answer = await world.Comeback.JsonAsync($"/api/stores/{world.Store}/sync");
        Assert.Equal("inStep", answer.GetProperty("state").GetString());
        Assert.All(answer.GetProperty("resources").EnumerateArray(), r => Assert.Equal(r.GetProperty("storeCount").GetInt64(), r.GetProperty("localCount").GetInt64()));
    }

    [Fact]
    public async Task A_store_that_is_down_for_an_hour_in_the_middle_of_its_first_sync_is_whole_afterwards()
    {
        await using var world = await WooWorld.StartAsync();
        for (var i = 0; i < 450; i++) world.Woo.Order($"buyer{i}@example.test", daysAgo: i % 300);
        var back = default(DateTimeOffset?);
        world.Woo.Instead = http =>
        {
            if (http.Request.Path.Value!.EndsWith("/orders", StringComparison.Ordinal) && http.Request.QueryString.Value!.Contains("modified_after", StringComparison.Ordinal))
                back ??= world.Time.GetUtcNow() + TimeSpan.FromHours(1);
            if (!(world.Time.GetUtcNow() < back)) return Task.FromResult(false);
            http.Response.StatusCode = 502;
            return Task.FromResult(true);
        };
        await world.PassAsync(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(3));
        var state = await world.Comeback.JsonAsync($"/api/stores/{world.Store}/sync");
        Assert.Equal("The store's server fails (502).", state.GetProperty("trouble").GetString());
        Assert.Equal("firstSync", state.GetProperty("state").GetString());
        Assert.True(state.GetProperty("progress").EnumerateArray().Last().GetProperty("done").GetInt64() is > 0 and < 450);
        // Life goes on in the store meanwhile.
        world.Woo.Order("meanwhile@example.test");
        await world.PassAsync(TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(3));
        await world.ReadAsync();
        await world.AssertSameAsync();
        Assert.Null((await world.ConnectionAsync())!.Trouble);
    }

    [Fact]
    public async Task Half_of_the_webhooks_lost_and_the_others_doubled_and_shuffled_end_in_the_same_orders_after_reconciling()
    {
        await using var world = await WooWorld.StartAsync();
        for (var i = 0; i < 60; i++) world.Woo.Order($"buyer{i}@example.test", "processing");
        await world.ReadAsync();
        Assert.Equal(11, world.Woo.Webhooks.Count);
        var random = new Random(7);
        for (var round = 0; round < 6; round++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(2));
            var known = world.Woo.Orders.Values.OrderBy(o => o.Id).ToList();
            for (var i = 0; i < 15; i++) world.Woo.Order($"new{round}-{i}@example.test", "pending");
            for (var i = 0; i < 20; i++)
            {
                var order = known[random.Next(known.Count)];
                if (world.Woo.Orders.GetValueOrDefault(order.Id) is not { Status: not "trash" } now) continue;
                if (i == 0) world.Woo.Delete(now, force: false);
                else if (i == 1) world.Woo.Change(now, refund: 1m);
                else world.Woo.Change(now, status: now.Status switch { "pending" => "processing", "processing" => "completed", _ => "processing" });
            }
            await world.DeliverAsync(all => all.Where(_ => random.Next(2) == 0).SelectMany(d => new[] { d, d }).OrderBy(_ => random.Next()));
            await world.WorkInboxAsync();
        }
        // And one is gone without a word.
        world.Woo.Delete(world.Woo.Orders.Values.First(o => o.Status == "completed"), force: true);
        Assert.Equal(0, await world.OfAsync(db => db.Inbox.CountAsync(i => i.State == InboxState.Parked)));
        world.Time.Advance(TimeSpan.FromMinutes(16));
        await world.ReadAsync();
        world.Time.Advance(TimeSpan.FromHours(24));
        await world.ReadAsync();
        await world.AssertSameAsync();
    }

    [Fact]
    public async Task Webhooks_alone_keep_a_store_in_step_and_those_it_switched_off_are_switched_on_again()
    {
        await using var world = await WooWorld.StartAsync();
        await world.ReadAsync();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var order = world.Woo.Order("anna@example.test", "pending");
        world.Time.Advance(TimeSpan.FromSeconds(20));
        world.Woo.Change(order, "processing");
        await world.DeliverAsync(all => all.Reverse());
        await world.WorkInboxAsync();
        await world.AssertSameAsync();
        // Came by itself: it may start a campaign.
        Assert.False(await world.OfAsync(db => db.Orders.Select(o => o.Found).SingleAsync()));
        world.Woo.Delete(order, force: false);
        await world.DeliverAsync();
        await world.WorkInboxAsync();
        await world.AssertSameAsync();

        var hook = world.Woo.Webhooks.Values.First(w => (string)w["topic"]! == "order.updated");
        hook["status"] = "disabled";
        world.Time.Advance(TimeSpan.FromMinutes(16));
        await world.ReadAsync();
        Assert.Equal("active", (string)hook["status"]!);
        Assert.Equal(11, world.Woo.Webhooks.Count);
    }

    [Fact]
    public async Task A_deletion_that_comes_late_does_not_delete_what_was_brought_back_meanwhile()
    {
        await using var world = await WooWorld.StartAsync();
        var order = world.Woo.Order("anna@example.test");
        await world.ReadAsync();
        world.Woo.Delete(order, force: false);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        world.Woo.Orders[order.Id] = order with { Status = "completed", Modified = world.Woo.Now };
        await world.DeliverAsync();
        await world.WorkInboxAsync();
        await world.AssertSameAsync();
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_store_whose_clock_is_hours_off_loses_nothing(int hours)
    {
        await using var world = await WooWorld.StartAsync();
        world.Woo.Skew = TimeSpan.FromHours(hours);
        world.Woo.Order("first@example.test");
        await world.ReadAsync();
        for (var i = 0; i < 5; i++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(16));
            world.Woo.Order($"lost{i}@example.test", tells: false);
            world.Woo.Change(world.Woo.Orders.Values.First(), status: i % 2 == 0 ? "processing" : "completed", tells: false);
            world.Time.Advance(TimeSpan.FromMinutes(1));
            await world.ReadAsync();
            await world.AssertSameAsync();
        }
    }

    [Fact]
    public async Task Keys_that_are_refused_twice_stop_the_calls_and_a_refusal_by_a_firewall_is_named()
    {
        await using var world = await WooWorld.StartAsync();
        world.Woo.Order("anna@example.test");
        await world.ReadAsync();
        world.Woo.Instead = async http =>
        {
            http.Response.StatusCode = 403;
            http.Response.Headers["CF-RAY"] = "8a";
            await http.Response.WriteAsync("<html>Attention required</html>");
            return true;
        };
        world.Time.Advance(TimeSpan.FromMinutes(16));
        await world.ReadAsync();
        var state = await world.Comeback.JsonAsync($"/api/stores/{world.Store}/sync");
        Assert.Equal("trouble", state.GetProperty("state").GetString());
        Assert.Contains("Cloudflare", state.GetProperty("trouble").GetString(), StringComparison.Ordinal);
        Assert.False(state.GetProperty("needsReconnecting").GetBoolean());

        world.Woo.Instead = null;
        world.Woo.Keys.Clear();
        world.Time.Advance(TimeSpan.FromMinutes(16));
        await world.ReadAsync();
        Assert.True((await world.Comeback.JsonAsync($"/api/stores/{world.Store}/sync")).GetProperty("needsReconnecting").GetBoolean());
        var asked = world.Woo.Asked.Count;
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.ReadAsync();
        Assert.Equal(asked, world.Woo.Asked.Count);

        await world.ConnectAsync();
        world.Woo.Order("bea@example.test");
        await world.ReadAsync();
        await world.AssertSameAsync();
    }

    [Fact]
    public async Task A_server_that_strips_the_authorization_header_is_asked_with_the_keys_in_the_query()
    {
        await using var world = await WooWorld.StartAsync(before: woo => woo.StripsAuthorization = true);
        for (var i = 0; i < 120; i++) world.Woo.Order($"buyer{i}@example.test");
        await world.ReadAsync();
        await world.AssertSameAsync();
        // Learnt once, not by two calls each time.
        Assert.Single(world.Woo.Asked, a => a.StartsWith("GET /wp-json/wc/v3/", StringComparison.Ordinal) && !a.Contains("consumer_key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Three_hundred_orders_changed_in_one_second_are_all_read()
    {
        await using var world = await WooWorld.StartAsync();
        for (var i = 0; i < 330; i++) world.Woo.Order($"buyer{i}@example.test");
        await world.ReadAsync();
        await world.AssertSameAsync();
        world.Time.Advance(TimeSpan.FromMinutes(30));
        foreach (var order in world.Woo.Orders.Values.ToList()) world.Woo.Change(order, "processing", tells: false);
        await world.ReadAsync();
        await world.AssertSameAsync();
    }

    [Theory]
    [InlineData("html")]
    [InlineData("deep")]
    [InlineData("long")]
    [InlineData("repeating")]
    [InlineData("redirect")]
    [InlineData("other")]
    [InlineData("total")]
    public async Task A_store_that_answers_with_nonsense_is_named_bounded_and_changes_nothing(string kind)
    {
        await using var world = await WooWorld.StartAsync();
        for (var i = 0; i < 130; i++) world.Woo.Order($"buyer{i}@example.test");
        await world.ReadAsync();
        world.Woo.Instead = async http =>
        {
            if (!http.Request.Path.Value!.EndsWith("/orders", StringComparison.Ordinal)) return false;
            http.Response.ContentType = "application/json";
            switch (kind)
            {
                case "html": await http.Response.WriteAsync("<html><script>alert(1)</script></html>"); break;
                case "deep": await http.Response.WriteAsync(new string('[', 5000) + new string(']', 5000)); break;
                case "long":
                    var block = Encoding.ASCII.GetBytes(new string(' ', 1 << 20));
                    for (var i = 0; i < 64 && !http.RequestAborted.IsCancellationRequested; i++) await http.Response.Body.WriteAsync(block);
                    break;
                case "repeating":
                    http.Response.Headers["X-WP-Total"] = "1000000";
                    await http.Response.WriteAsync(new JsonArray([.. world.Woo.Orders.Values.OrderBy(o => o.Id).Take(100).Select(o => (JsonNode)FakeWoo.Body(o))]).ToJsonString());
                    break;
                case "redirect":
                    http.Response.StatusCode = 302;
                    http.Response.Headers.Location = "https://evil.example/wp-json/";
                    break;
                case "other": await http.Response.WriteAsync("""[{"id":"x"},{"id":-4,"status":"completed"},[],7,{"id":{"a":1}}]"""); break;
                case "total":
                    http.Response.Headers["X-WP-Total"] = "-99999999999999999999";
                    await http.Response.WriteAsync("[]");
                    break;
                default: break;
            }
            return true;
        };
        world.Time.Advance(TimeSpan.FromMinutes(16));
        await world.ReadAsync();
        world.Woo.Instead = null;
        await world.AssertSameAsync();
        var trouble = (await world.ConnectionAsync())!.Trouble;
        if (kind is "other" or "total") Assert.Null(trouble);
        else Assert.NotNull(trouble);
        Assert.DoesNotContain("script", trouble ?? "", StringComparison.Ordinal);
        world.Woo.Order("afterwards@example.test");
        world.Time.Advance(TimeSpan.FromMinutes(30));
        await world.ReadAsync();
        await world.AssertSameAsync();
    }

    [Fact]
    public async Task A_list_that_is_empty_for_a_moment_deletes_nothing()
    {
        await using var world = await WooWorld.StartAsync();
        for (var i = 0; i < 130; i++) world.Woo.Order($"buyer{i}@example.test");
        await world.ReadAsync();
        var lies = 1;
        world.Woo.Instead = async http =>
        {
            if (!http.Request.QueryString.Value!.Contains("_fields=id", StringComparison.Ordinal) || !http.Request.Path.Value!.EndsWith("/orders", StringComparison.Ordinal)
                || !http.Request.QueryString.Value.Contains("offset", StringComparison.Ordinal) || lies-- <= 0) return false;
            await http.Response.WriteAsync("[]");
            return true;
        };
        world.Time.Advance(TimeSpan.FromHours(25));
        await world.ReadAsync();
        await world.AssertSameAsync();
    }

    [Fact]
    public async Task The_recorded_bodies_of_a_running_store_are_read_as_they_are()
    {
        var settings = new Comeback.Stores.WooCommerce.WooSettings(Engine.Currency.Parse("EUR"));
        using var order = System.Text.Json.JsonDocument.Parse(FakeWoo.Recorded("order.json").ToJsonString());
        var read = Comeback.Stores.WooCommerce.WooOrders.Map(order.RootElement, settings, new Dictionary<string, DateTimeOffset>())!;
        Assert.Equal(("182", OrderStanding.Counted, 6590L, "guest29@example.test"), (read.ExternalId, read.Standing, read.Total.Minor, read.Person.Email));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 16, 6, 25, TimeSpan.Zero), read.UpdatedAt);
        Assert.Equal([3900L, 2200L, 490L], read.Lines.Select(l => l.Total.Minor));
        Assert.Equal(LineKind.Charge, read.Lines[2].Kind);
        Assert.Null(read.Person.AccountId);
        using var refunded = System.Text.Json.JsonDocument.Parse(FakeWoo.Recorded("order-refunded.json").ToJsonString());
        var given = Comeback.Stores.WooCommerce.WooOrders.Map(refunded.RootElement, settings, new Dictionary<string, DateTimeOffset>())!;
        Assert.Equal((OrderStanding.Refunded, 550L), (given.Standing, given.Refunds.Sum(r => r.Amount.Minor)));
        using var product = System.Text.Json.JsonDocument.Parse(FakeWoo.Recorded("product-variable.json").ToJsonString());
        Assert.True(Comeback.Stores.WooCommerce.WooCatalogue.HasVariations(product.RootElement));
        await Task.CompletedTask;
    }

    [Fact]
    public void Rates_that_plugins_for_several_currencies_keep_and_consent_that_newsletter_plugins_keep_are_read_from_meta()
    {
        var body = FakeWoo.Recorded("order.json");
        body["currency"] = "USD";
        body["meta_data"] = new JsonArray(
            new JsonObject { ["id"] = 1, ["key"] = "_woocs_order_rate", ["value"] = "2" }, new JsonObject { ["id"] = 2, ["key"] = "mailchimp_woocommerce_is_subscribed", ["value"] = "1" },
            new JsonObject { ["id"] = 3, ["key"] = "_comeback_sms", ["value"] = "0" }, new JsonObject { ["id"] = 4, ["key"] = "_other", ["value"] = new JsonArray() });
        using var order = System.Text.Json.JsonDocument.Parse(body.ToJsonString());
        var read = Comeback.Stores.WooCommerce.WooOrders.Map(order.RootElement, new(Engine.Currency.Parse("EUR")), new Dictionary<string, DateTimeOffset>())!;
        Assert.Equal(3295, read.TotalInStoreCurrency!.Value.Minor);
        var consent = Assert.Single(read.Consents);
        Assert.Equal((Channel.Email, ConsentState.Granted, read.PlacedAt), (consent.Channel, consent.State, consent.At));
        Assert.NotNull(nameof(StoreTrouble));
    }
}
