using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Comeback.Data;
using Comeback.Stores.WooCommerce;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>The door for WooCommerce's deliveries: what is let in, what is turned away, and that both look alike from outside.</summary>
public sealed class WooHookTests
{
    [Fact]
    public void The_recorded_deliveries_of_a_running_store_carry_the_signature_that_we_compute()
    {
        var signed = 0;
        foreach (var delivery in FakeWoo.RecordedDeliveries())
        {
            var body = Encoding.UTF8.GetBytes((string)delivery["body"]!);
            if (delivery["headers"]!["X-WC-Webhook-Signature"] is { } signature)
            {
                Assert.Equal((string)signature!, FakeWoo.Sign("hook-secret", body));
                Assert.False(WooHooks.IsPing((string?)delivery["headers"]!["Content-Type"], body));
                signed++;
            }
            else Assert.True(WooHooks.IsPing((string?)delivery["headers"]!["Content-Type"], body));
        }
        Assert.True(signed >= 3);
    }

    [Fact]
    public async Task Only_what_the_store_signed_gets_in_and_an_unknown_address_answers_as_a_wrong_signature_does()
    {
        await using var world = await ConnectedAsync();
        world.Woo.Order("anna@example.test");
        world.Woo.Pending.TryDequeue(out var delivery);
        async Task<HttpStatusCode> PostAsync(FakeDelivery d)
        {
            using var request = FakeWoo.Request(d);
            using var answer = await world.Comeback.Http.SendAsync(request);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(delivery! with { Signature = FakeWoo.Sign("another", delivery.Body) }));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(delivery with { Signature = "" }));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(delivery with { Body = [.. delivery.Body, (byte)' '] }));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(delivery with { Url = new Uri("https://comeback.example/hooks/woocommerce/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") }));
        Assert.Equal(0, await CountAsync(world));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(delivery));
        // Created and updated of one change are one body, and twice the same is once.
        Assert.Equal(HttpStatusCode.OK, await PostAsync(delivery with { Topic = "order.updated" }));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(delivery));
        Assert.Equal(1, await CountAsync(world));
    }

    [Theory]
    [InlineData("webhook_id=17", "application/x-www-form-urlencoded", HttpStatusCode.OK)]
    [InlineData("webhook_id=", "application/x-www-form-urlencoded", HttpStatusCode.Unauthorized)]
    [InlineData("webhook_id=17&x=1", "application/x-www-form-urlencoded", HttpStatusCode.Unauthorized)]
    [InlineData("webhook_id=1234567890123456789012345678901234567890123456789012345678901234567890", "application/x-www-form-urlencoded", HttpStatusCode.Unauthorized)]
    [InlineData("webhook_id=17", "application/json", HttpStatusCode.Unauthorized)]
    public async Task The_ping_of_a_new_webhook_is_answered_well_and_kept_nowhere(string body, string type, HttpStatusCode expected)
    {
        await using var world = await ConnectedAsync();
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await world.Comeback.Http.PostAsync(new Uri(new Uri(world.Woo.Pings[0].Url).PathAndQuery, UriKind.Relative), content);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(0, await CountAsync(world));
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_read_and_one_over_sixteen_is_answered_well_dropped_and_reconciled()
    {
        await using var world = await ConnectedAsync();
        var order = world.Woo.Order("big@example.test", tells: false);
        var body = FakeWoo.Body(order);
        body["customer_note"] = new string('x', 10 * 1024 * 1024);
        world.Woo.Deliver("order.created", body);
        await world.DeliverAsync();
        await world.WorkInboxAsync();
        await world.AssertSameAsync();

        var lost = world.Woo.Order("lost@example.test", tells: false);
        body = FakeWoo.Body(lost);
        body["customer_note"] = new string('x', 17 * 1024 * 1024);
        world.Woo.Deliver("order.created", body);
        await world.DeliverAsync();
        Assert.DoesNotContain(world.Woo.Webhooks.Values, w => (string)w["status"]! == "disabled");
        Assert.Equal(0, await world.WorkInboxAsync());
        // At once: no quarter of an hour passes.
        await world.ReadAsync(TimeSpan.FromMinutes(1));
        await world.AssertSameAsync();
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_in_a_name_are_read_around_and_a_body_that_is_no_json_is_parked()
    {
        await using var world = await ConnectedAsync();
        var order = world.Woo.Order("odd@example.test", tells: false);
        var text = Encoding.UTF8.GetBytes(FakeWoo.Body(order with { FirstName = "M#ller" }).ToJsonString());
        text[Array.IndexOf(text, (byte)'#')] = 0xfc;
        world.Woo.Deliver("order.created", text);
        world.Woo.Deliver("order.updated", "{\"id\":"u8.ToArray());
        world.Woo.Deliver("order.updated", "{\"id\":\"a\"}"u8.ToArray());
        world.Woo.Deliver("product.updated", new JsonObject { ["id"] = 5, ["status"] = "completed" });
        await world.DeliverAsync();
        await world.WorkInboxAsync();
        await world.AssertSameAsync();
        Assert.Equal("M\ufffdller", await world.OfAsync(db => db.Customers.Select(c => c.FirstName).SingleAsync()));
        Assert.Equal(3, await world.OfAsync(db => db.Inbox.CountAsync(i => i.State == InboxState.Parked)));
    }

    [Fact]
    public async Task A_flood_over_the_stores_quota_is_answered_well_and_not_kept()
    {
        await using var world = await ConnectedAsync();
        for (var i = 0; i < 40; i++) world.Woo.Deliver("order.updated", Encoding.UTF8.GetBytes($"{{\"id\":{i + 1},\"x\":\"{new string('y', 8 * 1024 * 1024)}\"}}"));
        await world.DeliverAsync();
        Assert.DoesNotContain(world.Woo.Webhooks.Values, w => (string)w["status"]! == "disabled");
        Assert.InRange(await CountAsync(world), 25, 33);
        Assert.NotNull((await world.ConnectionAsync())!.ReconcileAskedAt);
    }

    private static async Task<WooWorld> ConnectedAsync()
    {
        var world = await WooWorld.StartAsync();
        await world.ReadAsync();
        return world;
    }

    private static Task<int> CountAsync(WooWorld world) => world.OfAsync(db => db.Inbox.CountAsync());
}
