using System.Net;
using System.Text.RegularExpressions;
using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Messages;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Comeback.Tests.Messages;

/// <summary>Messages on their way out and what comes back: exactly one each, whatever the mail server does, and a "no" that always works.</summary>
public sealed partial class MessageTests
{
    private static async Task<(RunningComeback Comeback, FakeShop Shop)> WithCartsAsync(SmtpSink? sink, params string[] people) =>
        await WithCartsAsync(DatabaseKind.Sqlite, sink, people);

    private static async Task<(RunningComeback Comeback, FakeShop Shop)> WithCartsAsync(DatabaseKind kind, SmtpSink? sink, params string[] people)
    {
        var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync(settings: s => sink is null ? s : s with { Smtp = new SmtpSettings { Host = "127.0.0.1", Port = sink.Port } });
        await comeback.SwitchOnAsync(shop, "abandoned_cart");
        await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
        foreach (var person in people) shop.Customer(person).LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
        await comeback.SettleAsync(shop, send: false);
        return (comeback, shop);
    }

    private static Task<int> SendAsync(RunningComeback comeback, FakeShop shop) => comeback.Get<Sender>().TickAsync(shop.Id, TestContext.Current.CancellationToken);

    private static async Task<MessageRow> OnlyAsync(RunningComeback comeback, FakeShop shop) => Assert.Single(await comeback.MessagesAsync(shop));

    [Fact]
    public async Task A_mail_server_gets_each_message_once()
    {
        await using var sink = new SmtpSink();
        var (comeback, shop) = await WithCartsAsync(sink, "ann", "bob", "cleo");
        await using var _ = comeback;
        Assert.Equal(3, await SendAsync(comeback, shop));
        Assert.Equal(0, await SendAsync(comeback, shop));
        Assert.Equal(3, sink.Taken.Count);
        Assert.All(sink.Taken.Values, copies => Assert.Single(copies));
        Assert.All(await comeback.MessagesAsync(shop), m => Assert.Equal(MessageState.Sent, m.State));
        var text = sink.Taken.Values.First().First();
        Assert.Contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click", text, StringComparison.Ordinal);
        Assert.InRange(sink.Connections, 1, 3);
        await using var db = comeback.Databases.Open(shop.Id);
        Assert.Equal(3, await db.Events.CountAsync(e => e.Kind == EventKind.MessageSent, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Two_messages_go_side_by_side_over_two_connections()
    {
        // Each is only said to be taken when both have arrived: one connection alone would wait for ever.
        await using var sink = new SmtpSink { WaitsFor = 2 };
        var (comeback, shop) = await WithCartsAsync(sink, "ann", "bob");
        await using var _ = comeback;
        Assert.Equal(2, await SendAsync(comeback, shop));
        Assert.Equal(2, sink.Connections);
        Assert.All(await comeback.MessagesAsync(shop), m => Assert.Equal(MessageState.Sent, m.State));
    }

    [Fact]
    public async Task However_many_wait_no_more_than_four_connections_are_opened_and_they_are_used_again()
    {
        await using var sink = new SmtpSink { Thinks = TimeSpan.FromMilliseconds(5) };
        var (comeback, shop) = await WithCartsAsync(sink, [.. Enumerable.Range(0, 10).Select(i => $"person{i}")]);
        await using var _ = comeback;
        Assert.Equal(10, await SendAsync(comeback, shop));
        Assert.InRange(sink.Connections, 2, SmtpChannel.MostConnections);
        Assert.All(sink.Taken.Values, copies => Assert.Single(copies));
    }

    [Fact]
    public async Task A_test_of_the_mail_server_tells_what_the_server_said_and_touches_nobody_else()
    {
        await using var sink = new SmtpSink();
        var (comeback, shop) = await WithCartsAsync(sink, "ann");
        await using var _ = comeback;

        Assert.Equal(("smtp", true, null), await TestChannelAsync(comeback, shop, "me@example.com"));
        Assert.Contains("Comeback", Assert.Single(Assert.Single(sink.Taken.Values)), StringComparison.Ordinal);
        sink.Mood = SinkMood.Refuses;
        Assert.Contains("550", (await TestChannelAsync(comeback, shop, "me@example.com")).Why!, StringComparison.Ordinal);
        sink.Down();
        Assert.Contains("cannot be used", (await TestChannelAsync(comeback, shop, "me@example.com")).Why!, StringComparison.Ordinal);
        Assert.All(await comeback.MessagesAsync(shop), m => Assert.Equal(MessageState.Queued, m.State));
        using var nonsense = await comeback.PostAsync($"/api/stores/{shop.Id}/channels/email/test", new { address = "a@b.example\r\nBcc: c@d.example" });
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, nonsense.StatusCode);
    }

    [Fact]
    public async Task Without_a_mail_server_a_test_says_that_there_is_nothing_to_try()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        Assert.Equal(("outbox", false, null), await TestChannelAsync(comeback, shop, "me@example.com"));
    }

    private static async Task<(string? Via, bool Taken, string? Why)> TestChannelAsync(RunningComeback comeback, FakeShop shop, string address)
    {
        using var answer = await comeback.PostAsync($"/api/stores/{shop.Id}/channels/email/test", new { address, language = "da" });
        var said = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (said.GetProperty("via").GetString(), said.GetProperty("taken").GetBoolean(), said.GetProperty("why").GetString());
    }

    [Fact]
    public async Task A_mail_server_that_wants_a_pace_gets_no_more_a_second_and_nothing_is_claimed_while_it_rests()
    {
        await using var sink = new SmtpSink();
        var (comeback, shop) = await WithCartsAsync(sink, "ann", "bob", "cleo");
        await using var _ = comeback;
        await comeback.ChangeAsync(shop, row => row.Settings = (StoreSettings.Read(row.Settings) with { Smtp = new SmtpSettings { Host = "127.0.0.1", Port = sink.Port, PerSecond = 1 } }).Write());
        var sending = SendAsync(comeback, shop);
        for (var second = 1; second <= 3; second++)
        {
            for (var i = 0; i < 500 && (await comeback.MessagesAsync(shop)).Count(m => m.State == MessageState.Sent) < second; i++) await Task.Delay(20, TestContext.Current.CancellationToken);
            Assert.Equal(second, sink.Messages);
            Assert.DoesNotContain(await comeback.MessagesAsync(shop), m => m.State == MessageState.HandingOver);
            comeback.Time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(3, await sending);
    }

    [Fact]
    public async Task While_the_mail_server_is_down_messages_wait_and_none_is_lost_and_none_goes_twice()
    {
        await using var sink = new SmtpSink();
        var (comeback, shop) = await WithCartsAsync(sink, "ann", "bob");
        await using var _ = comeback;
        sink.Down();
        Assert.Equal(0, await SendAsync(comeback, shop));
        Assert.Contains("cannot be used", (await comeback.MessagesAsync(shop))[0].Why!, StringComparison.Ordinal);
        Assert.All(await comeback.MessagesAsync(shop), m => Assert.Equal(MessageState.Queued, m.State));
        var home = await comeback.GetAsync($"/api/stores/{shop.Id}/home");
        Assert.Contains("waiting", home.GetProperty("needs").EnumerateArray().Select(n => n.GetProperty("kind").GetString()));
        sink.Up();
        for (var i = 0; i < 4; i++)
        {
            await comeback.PassAsync(shop, TimeSpan.FromMinutes(2));
            await SendAsync(comeback, shop);
        }
        Assert.All(await comeback.MessagesAsync(shop), m => Assert.Equal(MessageState.Sent, m.State));
        Assert.Equal(2, sink.Taken.Values.Sum(copies => copies.Count));
    }

    [Fact]
    public async Task An_address_that_is_refused_is_not_tried_again()
    {
        await using var sink = new SmtpSink { Mood = SinkMood.Refuses };
        var (comeback, shop) = await WithCartsAsync(sink, "ann");
        await using var _ = comeback;
        await SendAsync(comeback, shop);
        Assert.Equal(MessageState.Failed, (await OnlyAsync(comeback, shop)).State);
        Assert.Contains("550", (await OnlyAsync(comeback, shop)).Why!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)SinkMood.Later)]
    [InlineData((int)SinkMood.BreaksBefore)]
    public async Task What_was_surely_not_taken_is_tried_again_later(int mood)
    {
        await using var sink = new SmtpSink { Mood = (SinkMood)mood };
        var (comeback, shop) = await WithCartsAsync(sink, "ann");
        await using var _ = comeback;
        await SendAsync(comeback, shop);
        Assert.Equal(MessageState.Queued, (await OnlyAsync(comeback, shop)).State);
        Assert.Empty(sink.Taken);
        sink.Mood = SinkMood.Takes;
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(2));
        await SendAsync(comeback, shop);
        Assert.Equal(MessageState.Sent, (await OnlyAsync(comeback, shop)).State);
        Assert.Single(Assert.Single(sink.Taken).Value);
    }

    [Fact]
    public async Task What_may_have_been_taken_is_unknown_and_never_sent_again()
    {
        await using var sink = new SmtpSink { Mood = SinkMood.SilentAfterText };
        var (comeback, shop) = await WithCartsAsync(sink, "ann");
        await using var _ = comeback;
        await SendAsync(comeback, shop);
        Assert.Equal(MessageState.Unknown, (await OnlyAsync(comeback, shop)).State);
        sink.Mood = SinkMood.Takes;
        await comeback.PassAsync(shop, TimeSpan.FromHours(1));
        await SendAsync(comeback, shop);
        Assert.Single(Assert.Single(sink.Taken).Value);
        var campaign = (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/abandoned_cart")).GetProperty("campaign");
        Assert.Equal(1, campaign.GetProperty("unknown").GetInt32());
        var home = await comeback.GetAsync($"/api/stores/{shop.Id}/home");
        Assert.Contains("unknown", home.GetProperty("needs").EnumerateArray().Select(n => n.GetProperty("kind").GetString()));
    }

    [Theory]
    [InlineData("smtp", false, MessageState.Unknown)]
    [InlineData("outbox", true, MessageState.Sent)]
    [InlineData("outbox", false, MessageState.Sent)]
    internal async Task What_was_in_other_hands_when_the_service_died_is_settled_where_the_channel_can_say(string via, bool taken, MessageState becomes)
    {
        var (comeback, shop) = await WithCartsAsync(null, "ann");
        await using var _ = comeback;
        var message = await OnlyAsync(comeback, shop);
        await comeback.Get<StoreWriter>().WriteAsync(shop.Id, Lane.Live, async t =>
        {
            var row = await t.Db.Messages.AsTracking().SingleAsync(m => m.Id == message.Id);
            (row.State, row.Via, row.HandedOverAt) = (MessageState.HandingOver, via, comeback.Time.GetUtcNow());
            await t.Db.SaveChangesAsync();
        }, CancellationToken.None);
        var file = Path.Combine(comeback.Folder, "outbox", shop.Id.ToString(), $"{message.Id}.eml");
        if (taken)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, "taken before", TestContext.Current.CancellationToken);
        }
        // A sender that has just been started.
        var sender = ActivatorUtilities.CreateInstance<Sender>(comeback.Services);
        await sender.TickAsync(shop.Id, TestContext.Current.CancellationToken);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(1));
        await sender.TickAsync(shop.Id, TestContext.Current.CancellationToken);
        Assert.Equal(becomes, (await OnlyAsync(comeback, shop)).State);
        Assert.Equal(via == "outbox", File.Exists(file));
        if (taken) Assert.Equal("taken before", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory, EachDatabase]
    public async Task Several_processes_that_send_at_once_send_each_message_once(DatabaseKind kind)
    {
        await using var sink = new SmtpSink { Thinks = TimeSpan.FromMilliseconds(3) };
        var (comeback, shop) = await WithCartsAsync(kind, sink, [.. Enumerable.Range(0, 12).Select(i => $"person{i}")]);
        await using var _ = comeback;
        var senders = Enumerable.Range(0, 3).Select(_ => ActivatorUtilities.CreateInstance<Sender>(comeback.Services)).ToList();
        // As replicas do it: on SQLite there is one process only, and one sender in it.
        if (kind == DatabaseKind.Sqlite) senders.RemoveRange(1, 2);
        var taken = await Task.WhenAll(senders.Select(s => Task.Run(() => s.TickAsync(shop.Id, TestContext.Current.CancellationToken))));
        Assert.Equal(12, taken.Sum());
        Assert.Equal(12, sink.Messages);
        Assert.All(await comeback.MessagesAsync(shop), m => Assert.Equal(MessageState.Sent, m.State));
    }

    [Theory, EachDatabase]
    public async Task What_the_outbox_had_taken_when_the_service_died_is_sent_and_what_it_had_not_goes_again(DatabaseKind kind)
    {
        var (comeback, shop) = await WithCartsAsync(kind, null, "ann", "bob");
        await using var _ = comeback;
        await comeback.Get<StoreWriter>().WriteAsync(shop.Id, Lane.Live, async t =>
        {
            foreach (var row in await t.Db.Messages.AsTracking().ToListAsync())
                (row.State, row.Via, row.HandedOverAt) = (MessageState.HandingOver, "outbox", comeback.Time.GetUtcNow());
            await t.Db.SaveChangesAsync();
        }, CancellationToken.None);
        var messages = await comeback.MessagesAsync(shop);
        string FileOf(MessageRow message) => Path.Combine(comeback.Folder, "outbox", shop.Id.ToString(), $"{message.Id}.eml");
        Directory.CreateDirectory(Path.GetDirectoryName(FileOf(messages[0]))!);
        await File.WriteAllTextAsync(FileOf(messages[0]), "taken before", TestContext.Current.CancellationToken);
        // Where replicas are possible, only what is minutes old is surely nobody's.
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(3));
        var sender = ActivatorUtilities.CreateInstance<Sender>(comeback.Services);
        await sender.TickAsync(shop.Id, TestContext.Current.CancellationToken);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(1));
        await sender.TickAsync(shop.Id, TestContext.Current.CancellationToken);
        Assert.All(await comeback.MessagesAsync(shop), m => Assert.Equal(MessageState.Sent, m.State));
        Assert.Equal("taken before", await File.ReadAllTextAsync(FileOf(messages[0]), TestContext.Current.CancellationToken));
        Assert.True(File.Exists(FileOf(messages[1])));
    }

    [Fact]
    public async Task Looking_at_the_way_out_changes_nothing_and_one_post_stops_what_waits()
    {
        var (comeback, shop) = await WithCartsAsync(null, "ann");
        await using var _ = comeback;
        var message = await OnlyAsync(comeback, shop);
        var way = Unsubscribe().Match(message.Text!).Value;
        for (var i = 0; i < 3; i++)
        {
            using var look = await comeback.FollowAsync(way, agent: "Barracuda Sentinel");
            var page = await look.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("a•••@example.com", page, StringComparison.Ordinal);
            Assert.DoesNotContain("ann@example.com", page, StringComparison.Ordinal);
            Assert.False(look.Headers.Contains("Set-Cookie"));
        }
        Assert.Equal(MessageState.Queued, (await OnlyAsync(comeback, shop)).State);
        using (var post = await comeback.FollowAsync(way, method: HttpMethod.Post)) Assert.Equal(HttpStatusCode.OK, post.StatusCode);
        Assert.Equal(MessageState.Dropped, (await OnlyAsync(comeback, shop)).State);
        Assert.Contains("OptedOut", (await comeback.SkipsAsync(shop)).Select(s => s.Reason));
        // Twice is once.
        using (var post = await comeback.FollowAsync(way, method: HttpMethod.Post)) Assert.Equal(HttpStatusCode.OK, post.StatusCode);
        await using var db = comeback.Databases.Open(shop.Id);
        Assert.Single(await db.Consents.Where(c => c.State == ConsentState.Withdrawn).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Single(await db.Events.Where(e => e.Kind == EventKind.Unsubscribed).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_way_out_works_when_message_customer_and_even_store_are_gone()
    {
        var (comeback, shop) = await WithCartsAsync(null, "ann");
        await using var _ = comeback;
        var way = Unsubscribe().Match((await OnlyAsync(comeback, shop)).Text!).Value;
        await comeback.Get<StoreWriter>().WriteAsync(shop.Id, Lane.Live, async t =>
        {
            await t.Db.Messages.ExecuteDeleteAsync();
            await t.Db.Customers.ExecuteDeleteAsync();
        }, CancellationToken.None);
        using (var look = await comeback.FollowAsync(way)) Assert.Equal(HttpStatusCode.OK, look.StatusCode);
        using (var post = await comeback.FollowAsync(way, method: HttpMethod.Post)) Assert.Equal(HttpStatusCode.OK, post.StatusCode);
        await using (var db = comeback.Databases.Open(shop.Id)) Assert.Equal("unsubscribed", Assert.Single(await db.Suppressions.ToListAsync(TestContext.Current.CancellationToken)).Reason);

        await comeback.Get<StoreWriter>().WriteSystemAsync(async t => await t.Db.Stores.Where(s => s.Id == shop.Id).ExecuteDeleteAsync(), CancellationToken.None);
        using (var look = await comeback.FollowAsync(way)) Assert.Equal(HttpStatusCode.OK, look.StatusCode);
        using (var post = await comeback.FollowAsync(way, method: HttpMethod.Post)) Assert.Equal(HttpStatusCode.OK, post.StatusCode);
    }

    [Fact]
    public async Task A_click_is_no_way_out_and_the_way_out_is_no_click()
    {
        var (comeback, shop) = await WithCartsAsync(null, "ann");
        await using var _ = comeback;
        var message = await OnlyAsync(comeback, shop);
        var click = Click().Match(message.Html!).Value;
        using (var post = await comeback.FollowAsync(click.Replace("/c/", "/u/", StringComparison.Ordinal), method: HttpMethod.Post)) Assert.Equal(HttpStatusCode.NotFound, post.StatusCode);
        using (var get = await comeback.FollowAsync(Unsubscribe().Match(message.Text!).Value.Replace("/u/", "/c/", StringComparison.Ordinal))) Assert.Equal(HttpStatusCode.NotFound, get.StatusCode);
        using (var unknown = await comeback.FollowAsync("https://mail.shop.example/c/aaaaaaaaaaaaaaaaaaaaaaaaaaaa")) Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_scanner_that_follows_every_link_counts_for_nothing()
    {
        var (comeback, shop) = await WithCartsAsync(null, "ann");
        await using var _ = comeback;
        await SendAsync(comeback, shop);
        var message = await OnlyAsync(comeback, shop);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(5));
        var clicks = Click().Matches(message.Html! + message.Text!).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        foreach (var link in clicks)
        {
            using var bot = await comeback.FollowAsync(link, agent: "Mozilla/5.0 (compatible; Proofpoint URL Defense)");
            Assert.Equal(HttpStatusCode.Redirect, bot.StatusCode);
        }
        using (var head = await comeback.FollowAsync(clicks[0], method: HttpMethod.Head)) Assert.Equal(HttpStatusCode.Redirect, head.StatusCode);
        var campaign = (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/abandoned_cart")).GetProperty("campaign");
        Assert.Equal(0, campaign.GetProperty("clicked").GetInt32());
        using (await comeback.FollowAsync(clicks[0])) { }
        campaign = (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/abandoned_cart")).GetProperty("campaign");
        Assert.Equal(1, campaign.GetProperty("clicked").GetInt32());
    }

    [Fact]
    public async Task The_outbox_shows_a_message_as_the_customer_sees_it_and_looking_is_no_open()
    {
        var (comeback, shop) = await WithCartsAsync(null, "ann");
        await using var _ = comeback;
        await SendAsync(comeback, shop);
        var message = await OnlyAsync(comeback, shop);
        using var body = await comeback.Http.GetAsync($"/api/stores/{shop.Id}/messages/{message.Id}/body", TestContext.Current.CancellationToken);
        Assert.Contains("sandbox", string.Join(' ', body.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        var html = await body.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Teapot", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/o/", html, StringComparison.Ordinal);
        Assert.Contains("/o/", message.Html!, StringComparison.Ordinal);
        var list = await comeback.GetAsync($"/api/stores/{shop.Id}/messages?state=sent");
        Assert.Equal("a•••@example.com", list.GetProperty("items")[0].GetProperty("address").GetString());
        Assert.Equal(1, list.GetProperty("total").GetInt32());
        await comeback.GetAsync($"/api/stores/{shop.Id}/messages/{message.Id}");
        using var sent = await comeback.PostAsync($"/api/stores/{shop.Id}/campaigns/abandoned_cart/test", new { address = "me@teahouse.example\r\nBcc: x@y.example" });
        Assert.Equal(HttpStatusCode.BadRequest, sent.StatusCode);
    }

    [GeneratedRegex("https://mail.shop.example/c/[A-Za-z0-9_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Click();

    [GeneratedRegex("https://mail.shop.example/u/[A-Za-z0-9_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unsubscribe();
}
