using System.Net;
using System.Text.Json.Nodes;
using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>What a Shopify store tells us comes in whole and once, whatever goes wrong. Each of these ends by comparing every order.</summary>
public sealed class SyncTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task The_first_sync_brings_everything_with_its_consents_and_categories(DatabaseKind kind)
    {
        await using var world = await ShopifyWorld.StartAsync(kind);
        Fill(world, 60);
        await world.InstallAsync();
        await world.SyncAsync();

        await world.AssertSameOrdersAsync();
        var store = await world.ReadAsync(db => db.Stores.SingleAsync(s => s.Id == world.Store));
        Assert.True(store.HistoryComplete);
        Assert.NotNull(store.InStepAt);
        Assert.Equal("Europe/London", store.TimeZone);
        var ann = await world.ReadAsync(db => db.Customers.SingleAsync(c => c.Email == "ann@example.com"));
        Assert.Equal(ConsentState.Granted, (await world.ReadAsync(db => db.Consents.SingleAsync(c => c.CustomerId == ann.Id))).State);
        Assert.Contains("Black tea", await world.ReadAsync(db => db.Categories.Select(c => c.Name).ToListAsync()));
        Assert.Equal(50, (await world.ReadAsync(db => db.Variants.FirstAsync())).Stock);
        // All four were asked for at once.
        Assert.Equal(4, world.Shopify.MostBulkAtOnce);
        var sync = await world.ReadAsync(db => db.SyncResources.SingleAsync(r => r.Resource == "orders"));
        Assert.Equal((60L, 60L), (sync.StoreCount, sync.LocalCount));
        Assert.Empty(Directory.GetFiles(Path.Combine(world.Comeback.Folder, "bulk"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Without_all_orders_the_customers_own_totals_come_along_and_the_history_is_said_to_be_short()
    {
        await using var world = await ShopifyWorld.StartAsync();
        world.Shopify.Scopes.Remove("read_all_orders");
        Fill(world, 3);
        var ann = world.Shopify.Of("Customer").First();
        ann["numberOfOrders"] = "7";
        ann["amountSpent"] = new JsonObject { ["amount"] = "123.40", ["currencyCode"] = "GBP" };
        await world.InstallAsync();
        await world.SyncAsync();

        Assert.False((await world.ReadAsync(db => db.Stores.SingleAsync(s => s.Id == world.Store))).HistoryComplete);
        var row = await world.ReadAsync(db => db.Customers.SingleAsync(c => c.Email == "ann@example.com"));
        Assert.Contains("\"Orders\":7", row.Lifetime, StringComparison.Ordinal);
        await world.AssertSameOrdersAsync();
    }

    [Fact]
    public async Task Nothing_but_what_the_shop_says_is_known_of_somebody_whose_data_is_protected()
    {
        await using var world = await ShopifyWorld.StartAsync();
        var tea = world.Shopify.Product("Assam");
        var order = world.Shopify.Order(null, tea);
        order["shippingAddress"] = null;
        var hidden = world.Shopify.Customer("Hidden");
        (hidden["firstName"], hidden["lastName"], hidden["defaultEmailAddress"], hidden["defaultAddress"]) = (null, null, null, null);
        world.Shopify.Order(hidden, tea)["email"] = null;
        await world.InstallAsync();
        await world.SyncAsync();

        await world.AssertSameOrdersAsync();
        Assert.Null((await world.ReadAsync(db => db.Customers.SingleAsync(c => c.AccountId == FakeShopify.IdOf(hidden)))).Email);
    }

    [Theory]
    [InlineData("CANCELED"), InlineData("EXPIRED"), InlineData("FAILED")]
    public async Task A_bulk_operation_that_ends_early_is_asked_for_anew(string fate)
    {
        await using var world = await ShopifyWorld.StartAsync();
        Fill(world, 30);
        for (var i = 0; i < 4; i++) world.Shopify.BulkFates.Enqueue(fate);
        await world.InstallAsync();
        await world.SyncAsync();
        await world.AssertSameOrdersAsync();
    }

    [Fact]
    public async Task A_file_that_is_cut_in_the_middle_is_fetched_again()
    {
        await using var world = await ShopifyWorld.StartAsync();
        Fill(world, 40);
        world.Shopify.CutFiles = (1500, 5);
        await world.InstallAsync();
        await world.SyncAsync();
        await world.AssertSameOrdersAsync();
    }

    [Fact]
    public async Task A_token_that_dies_in_the_middle_of_reading_is_renewed_on_the_way()
    {
        await using var world = await ShopifyWorld.StartAsync();
        Fill(world, 40);
        world.Shopify.LooksUntilDone = 6;
        await world.InstallAsync();
        var reading = world.SyncAsync();
        while (world.Shopify.Calls < 6 && !reading.IsCompleted) await Task.Delay(5, Stop);
        world.Shopify.Mailbox.ExpireAccess();
        await reading;
        await world.AssertSameOrdersAsync();
        Assert.True(world.Shopify.Mailbox.Refreshes > 0);
    }

    [Fact]
    public async Task A_minute_without_query_points_is_waited_for()
    {
        await using var world = await ShopifyWorld.StartAsync();
        Fill(world, 10);
        await world.InstallAsync();
        world.Shopify.ThrottledUntil = world.Time.GetUtcNow().AddMinutes(1);
        await world.SyncAsync();
        await world.AssertSameOrdersAsync();
        Assert.Null((await world.Comeback.Get<StoreConnections>().FindAsync(world.Store, Stop))!.Trouble);
    }

    [Theory, EachDatabase]
    public async Task Deliveries_that_come_twice_shuffled_and_late_lead_to_the_orders_as_they_are(DatabaseKind kind)
    {
        await using var world = await SyncedAsync(kind);
        var random = new Random(7);
        var deliveries = new List<(string Topic, string Body, string Event, DateTimeOffset At)>();
        for (var i = 0; i < 25; i++)
        {
            var order = world.Shopify.Order(world.Shopify.Of("Customer").First(), world.Shopify.Of("Product").First(), 1 + (i % 3));
            Tell("orders/create", order);
            if (i % 3 == 0)
            {
                world.Time.Advance(TimeSpan.FromSeconds(5));
                world.Shopify.Touch(order, "cancelledAt", (string)order["updatedAt"]!);
                Tell("orders/cancelled", order);
            }
            if (i % 4 == 0) Tell("orders/updated", order);
        }
        foreach (var (topic, body, id, at) in deliveries.Concat(deliveries).OrderBy(_ => random.Next())) await world.DeliverAsync(topic, body, id, at);
        world.Time.Advance(TimeSpan.FromHours(23));
        await world.WorkInboxAsync();
        foreach (var (topic, body, id, at) in deliveries.OrderBy(_ => random.Next()).Take(10)) await world.DeliverAsync(topic, body, id, at);
        await world.WorkInboxAsync();

        await world.AssertSameOrdersAsync();
        Assert.Equal(0, await world.ReadAsync(db => db.Inbox.CountAsync(i => i.State != InboxState.Done)));

        void Tell(string topic, JsonObject order) => deliveries.Add((topic, $$"""{"id":{{FakeShopify.IdOf(order)}},"email":"ann@example.com"}""", Guid.NewGuid().ToString(), world.Time.GetUtcNow()));
    }

    [Fact]
    public async Task One_action_with_two_topics_is_two_deliveries()
    {
        await using var world = await SyncedAsync();
        var order = world.Shopify.Order(world.Shopify.Of("Customer").First(), world.Shopify.Of("Product").First());
        var body = $$"""{"id":{{FakeShopify.IdOf(order)}}}""";
        await world.DeliverAsync("orders/create", body, "event-1");
        await world.DeliverAsync("orders/create", body, "event-1");
        await world.DeliverAsync("orders/updated", body, "event-1");
        Assert.Equal(2, await world.ReadAsync(db => db.Inbox.CountAsync()));
        await world.WorkInboxAsync();
        await world.AssertSameOrdersAsync();
    }

    [Fact]
    public async Task The_inbox_keeps_nothing_of_a_person_that_can_be_asked_for()
    {
        await using var world = await SyncedAsync();
        await world.DeliverAsync("orders/create", """{"id":1,"email":"secret@example.com","customer":{"first_name":"Secret"}}""");
        await world.DeliverAsync("customers/update", """{"id":2,"email":"secret@example.com"}""");
        foreach (var row in await world.ReadAsync(db => db.Inbox.ToListAsync()))
            Assert.DoesNotContain("ecret", System.Text.Encoding.UTF8.GetString(InboxBodies.Unpack(row.Body!)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ids_over_two_to_the_fifty_third_stay_apart()
    {
        await using var world = await SyncedAsync();
        foreach (var id in new[] { "9007199254740993", "9007199254740992", "9223372036854775806" })
        {
            world.Shopify.Order(world.Shopify.Of("Customer").First(), world.Shopify.Of("Product").First(), id: id);
            await world.DeliverAsync("orders/create", $$"""{"id":{{id}}}""");
        }
        await world.WorkInboxAsync();
        await world.AssertSameOrdersAsync();
    }

    [Theory]
    [InlineData(null), InlineData("x"), InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task A_wrong_signature_is_401_on_every_topic_and_leaves_nothing(string? signature)
    {
        await using var world = await SyncedAsync();
        foreach (var topic in Comeback.Stores.Shopify.ShopifyWebhooks.Topics.Keys.Append("unknown/topic"))
        {
            using var request = FakeShopify.Delivery(topic, """{"id":1,"shop_domain":"tea.myshopify.com"}""", signature: signature ?? "");
            if (signature is null) request.Headers.Remove("X-Shopify-Hmac-Sha256");
            using var answer = await world.Comeback.Http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        Assert.Equal(0, await world.ReadAsync(db => db.Inbox.CountAsync()));
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_taken_and_one_over_the_limit_is_read_from_the_store_instead()
    {
        await using var world = await SyncedAsync();
        var order = world.Shopify.Order(world.Shopify.Of("Customer").First(), world.Shopify.Of("Product").First());
        await world.DeliverAsync("orders/create", $$"""{"id":{{FakeShopify.IdOf(order)}},"note":"{{new string('x', 10_000_000)}}"}""");
        await world.WorkInboxAsync();
        await world.AssertSameOrdersAsync();

        world.Shopify.Order(world.Shopify.Of("Customer").First(), world.Shopify.Of("Product").First());
        await world.DeliverAsync("orders/create", $$"""{"id":1,"note":"{{new string('x', 17_000_000)}}"}""");
        await world.SyncAsync();
        await world.AssertSameOrdersAsync();
    }

    [Fact]
    public async Task What_no_delivery_told_of_is_found_by_the_window()
    {
        await using var world = await SyncedAsync();
        var order = world.Shopify.Order(world.Shopify.Of("Customer").First(), world.Shopify.Of("Product").First());
        world.Time.Advance(TimeSpan.FromMinutes(20));
        world.Shopify.Touch(world.Shopify.Of("Order").First(), "displayFinancialStatus", "REFUNDED");
        await world.SyncAsync();
        await world.AssertSameOrdersAsync();
        Assert.NotNull(order);
    }

    [Fact]
    public async Task A_deleted_order_is_gone()
    {
        await using var world = await SyncedAsync();
        var order = world.Shopify.Of("Order").First();
        world.Shopify.Things.Remove((string)order["id"]!);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.DeliverAsync("orders/delete", $$"""{"id":{{FakeShopify.IdOf(order)}}}""");
        await world.WorkInboxAsync();
        await world.AssertSameOrdersAsync();
    }

    [Fact]
    public async Task A_cart_of_a_guest_becomes_the_checkouts_and_is_closed_by_the_order()
    {
        await using var world = await SyncedAsync();
        var product = world.Shopify.Of("Product").First();
        var line = $$"""[{"product_id":{{FakeShopify.IdOf(product)}},"variant_id":1,"quantity":1,"title":"Assam","price":"10.00"}]""";
        await world.DeliverAsync("carts/create", $$"""{"token":"carttoken1","updated_at":"{{world.Time.GetUtcNow():O}}","line_items":{{line}}}""");
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.DeliverAsync("checkouts/create",
            $$"""{"id":1,"token":"checkout1","cart_token":"carttoken1","email":"ann@example.com","currency":"GBP","total_price":"10.00","updated_at":"{{world.Time.GetUtcNow():O}}","abandoned_checkout_url":"https://teahouse.example/1/checkouts/cn/carttoken1/recover?key=k","line_items":{{line}}}""");
        await world.WorkInboxAsync();
        var cart = await world.ReadAsync(db => db.Carts.SingleAsync());
        Assert.NotNull(cart.CustomerId);
        Assert.False(cart.Closed);
        Assert.StartsWith("https://teahouse.example/", cart.RecoveryUrl, StringComparison.Ordinal);

        world.Time.Advance(TimeSpan.FromMinutes(1));
        var order = world.Shopify.Order(world.Shopify.Of("Customer").First(), product, cartToken: "carttoken1");
        await world.DeliverAsync("orders/create", $$"""{"id":{{FakeShopify.IdOf(order)}}}""");
        await world.WorkInboxAsync();
        Assert.True((await world.ReadAsync(db => db.Carts.SingleAsync())).Closed);
        await world.AssertSameOrdersAsync();
    }

    [Fact]
    public async Task A_consent_that_changed_is_asked_for_since_the_body_lacks_it()
    {
        await using var world = await SyncedAsync();
        var ann = world.Shopify.Of("Customer").First();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        ann["defaultEmailAddress"]!["marketingState"] = "UNSUBSCRIBED";
        ann["defaultEmailAddress"]!["marketingUpdatedAt"] = $"{world.Time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}";
        world.Shopify.Touch(ann, "tags", new JsonArray("friend"));
        await world.DeliverAsync("customers_email_marketing_consent/update", $$"""{"customer_id":{{FakeShopify.IdOf(ann)}},"email_address":"ann@example.com"}""");
        await world.WorkInboxAsync();

        var row = await world.ReadAsync(db => db.Customers.SingleAsync(c => c.Email == "ann@example.com"));
        Assert.Equal("[\"friend\"]", row.Tags);
        Assert.Equal(ConsentState.Withdrawn, (await world.ReadAsync(db => db.Consents.Where(c => c.CustomerId == row.Id).OrderByDescending(c => c.At).FirstAsync())).State);
    }

    [Fact]
    public async Task A_no_that_was_said_here_is_shopifys_at_once_and_a_yes_when_no_second_welcome_comes_of_it()
    {
        await using var world = await SyncedAsync();
        var consents = world.Comeback.Get<ShopifyConsents>();
        while (await consents.RoundAsync(world.Store, Stop)) { }
        var (ann, bob) = (world.Shopify.Of("Customer").First(), world.Shopify.Of("Customer").Last());
        await SayAsync("ann@example.com", ConsentState.Withdrawn);
        await SayAsync("bob@example.com", ConsentState.Granted);
        await world.PassAsync(consents.RoundAsync(world.Store, Stop));
        Assert.Equal(("UNSUBSCRIBED", "NOT_SUBSCRIBED"), (State(ann), State(bob)));

        var said = world.Time.GetUtcNow();
        world.Time.Advance(TimeSpan.FromHours(25));
        await world.PassAsync(consents.RoundAsync(world.Store, Stop));
        Assert.Equal("SUBSCRIBED", State(bob));
        Assert.True(DateTimeOffset.Parse((string)bob["defaultEmailAddress"]!["marketingUpdatedAt"]!, System.Globalization.CultureInfo.InvariantCulture) <= said);

        static string State(JsonObject customer) => (string)customer["defaultEmailAddress"]!["marketingState"]!;

        Task SayAsync(string email, ConsentState state) => world.Comeback.Get<RecordWriter>().WriteAsync(world.Store, [new CustomerRecord
        {
            Person = new Person { Email = email }, UpdatedAt = world.Time.GetUtcNow(), Consents = [new ConsentRecord(Channel.Email, state, world.Time.GetUtcNow(), "sign-up-confirmed", "Yes, write to me")],
        }], Arrival.Live, Lane.Live, Stop);
    }

    [Fact]
    public async Task An_uninstall_stops_what_was_queued_and_forgets_the_tokens()
    {
        await using var world = await SyncedAsync();
        await QueueAsync(world);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.DeliverAsync("app/uninstalled", """{"id":954889,"myshopify_domain":"tea.myshopify.com"}""");
        await world.WorkInboxAsync();

        Assert.Equal(MessageState.Dropped, (await world.ReadAsync(db => db.Messages.SingleAsync())).State);
        Assert.Equal(StoreState.Uninstalled, (await world.ReadAsync(db => db.Stores.SingleAsync(s => s.Id == world.Store))).State);
        Assert.Null(await world.Comeback.Get<StoreConnections>().KeysAsync(world.Store, Stop));
        // What comes afterwards is taken and nothing becomes of it.
        await world.DeliverAsync("orders/create", """{"id":1}""");
        await world.WorkInboxAsync();
        Assert.Equal(0, await world.ReadAsync(db => db.Inbox.CountAsync(i => i.State == InboxState.Waiting)));
    }

    [Fact]
    public async Task An_uninstall_and_a_redaction_older_than_the_present_installation_touch_nothing()
    {
        await using var world = await SyncedAsync();
        var uninstalled = world.Time.GetUtcNow().AddSeconds(10);
        world.Time.Advance(TimeSpan.FromSeconds(20));
        await world.DeliverAsync("app/uninstalled", """{"myshopify_domain":"tea.myshopify.com"}""", triggeredAt: uninstalled);
        await world.WorkInboxAsync();
        world.Time.Advance(TimeSpan.FromSeconds(20));
        await world.InstallAsync();
        await world.SyncAsync();

        // The same notice again, late; and the redaction that follows it by two days.
        await world.DeliverAsync("app/uninstalled", """{"myshopify_domain":"tea.myshopify.com"}""", triggeredAt: uninstalled);
        world.Time.Advance(TimeSpan.FromHours(48));
        await world.DeliverAsync("shop/redact", """{"shop_id":954889,"shop_domain":"tea.myshopify.com"}""", triggeredAt: uninstalled.AddHours(48));
        await world.WorkInboxAsync();

        var connection = await world.Comeback.Get<StoreConnections>().FindAsync(world.Store, Stop);
        Assert.Equal((ConnectionState.Connected, 2), (connection!.State, connection.Installation));
        Assert.NotNull(await world.Comeback.Get<StoreConnections>().KeysAsync(world.Store, Stop));
        Assert.True(await world.ReadAsync(db => db.Customers.AnyAsync(c => c.Email == "ann@example.com")));
        await world.SyncAsync();
        await world.AssertSameOrdersAsync();
    }

    [Fact]
    public async Task A_redacted_customer_is_nowhere_afterwards_and_a_data_request_leaves_a_file_for_the_merchant()
    {
        await using var world = await SyncedAsync();
        var ann = world.Shopify.Of("Customer").First();
        var body = $$$"""{"shop_domain":"tea.myshopify.com","customer":{"id":{{{FakeShopify.IdOf(ann)}}},"email":"ann@example.com","phone":null},"orders_requested":[],"orders_to_redact":[]}""";
        await world.DeliverAsync("customers/data_request", body);
        await world.WorkInboxAsync();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(world.Comeback.Folder, "requests"), "*.json", SearchOption.AllDirectories));
        Assert.Contains("ann@example.com", await File.ReadAllTextAsync(file, Stop), StringComparison.Ordinal);

        await world.DeliverAsync("customers/redact", body);
        await world.WorkInboxAsync();

        foreach (var left in Directory.GetFiles(world.Comeback.Folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
            Assert.DoesNotContain("ann@example.com", System.Text.Encoding.Latin1.GetString(await ReadAsync(left)), StringComparison.OrdinalIgnoreCase);
        await world.AssertSameOrdersAsync();
        Assert.Equal(2, await world.ReadAsync(db => db.Audit.CountAsync(a => a.By == "shopify" && a.Action != "data-request-file")));
    }

    [Fact]
    public async Task A_body_that_names_another_shop_is_nothing()
    {
        await using var world = await SyncedAsync();
        await world.DeliverAsync("app/uninstalled", """{"myshopify_domain":"coffee.myshopify.com"}""");
        await world.DeliverAsync("shop/redact", """{"shop_domain":"coffee.myshopify.com"}""");
        Assert.Equal(0, await world.ReadAsync(db => db.Inbox.CountAsync()));
    }

    internal static async Task<ShopifyWorld> SyncedAsync(DatabaseKind kind = DatabaseKind.Sqlite)
    {
        var world = await ShopifyWorld.StartAsync(kind);
        Fill(world, 8);
        await world.InstallAsync();
        await world.SyncAsync();
        return world;
    }

    internal static void Fill(ShopifyWorld world, int orders)
    {
        var ann = world.Shopify.Customer("Ann");
        var bob = world.Shopify.Customer("Bob", "NOT_SUBSCRIBED");
        var tea = world.Shopify.Product("Assam", "10.00", "Black tea");
        var pot = world.Shopify.Product("Pot", "25.50", "Teapots");
        for (var i = 0; i < orders; i++) world.Shopify.Order(i % 2 == 0 ? ann : bob, i % 3 == 0 ? pot : tea, 1 + (i % 4), world.Time.GetUtcNow().AddDays(-300 + i));
    }

    private static Task QueueAsync(ShopifyWorld world) => world.Comeback.Get<StoreWriter>().WriteAsync(world.Store, Lane.Live, async t =>
    {
        var customer = await t.Db.Customers.FirstAsync(Stop);
        t.Db.Messages.Add(new MessageRow
        {
            StoreId = world.Store,
            Id = new(await t.TakeIdsAsync(1)),
            Change = await t.ChangeAsync(),
            CampaignId = new(1),
            CustomerId = customer.Id,
            Occurrence = "x",
            Channel = Channel.Email,
            State = MessageState.Queued,
            CreatedAt = world.Time.GetUtcNow(),
            Address = "ann@example.com",
            Language = "en",
            Subject = "x",
            MessageIdHeader = "x@y",
        });
        await t.Db.SaveChangesAsync(Stop);
    }, Stop);

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
