using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Comeback.Tests.Stores;

/// <summary>The demo through the whole service: its past writes to nobody, its days move people and bring messages, to the outbox and nowhere else.</summary>
public sealed class DemoFlowTests
{
    private const string Url = "http://localhost:5080";

    [Theory, EachDatabase]
    public async Task Days_of_the_demo_move_people_and_bring_messages_to_the_outbox_only(DatabaseKind kind)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var comeback = await RunningComeback.StartAsync(kind);
        var writer = comeback.Get<StoreWriter>();
        var records = comeback.Get<RecordWriter>();
        var clocks = comeback.Get<StoreClocks>();
        var connection = new DemoConnection(
            comeback.Databases, writer, records, clocks, comeback.Time, new DemoOptions { Customers = 400, DaysPerMinute = 0 }, NullLogger<DemoConnection>.Instance);
        // Even a mail server in the settings does not let a message of the demo out.
        var settings = DemoService.Settings with { Smtp = new SmtpSettings { Host = "smtp.example.com" } };
        var (store, truth) = await connection.ConnectAsync(Url, settings.Write(), stop);
        var shop = new FakeShop(store, records, comeback.Time, "DKK");

        // Two years of past, with the campaigns on: people are in their segments, and nobody is written to.
        await comeback.Get<CampaignCatalogue>().EnsureAsync(store, stop);
        await comeback.SettleAsync(shop);
        Assert.Empty(await comeback.MessagesAsync(shop));
        await using (var db = comeback.Databases.Open(store))
        {
            Assert.Empty(await db.Runs.ToListAsync(stop));
            Assert.All(await db.Memberships.ToListAsync(stop), m => Assert.False(m.Triggers));
            Assert.True(await db.Memberships.CountAsync(stop) > 400);
            Assert.Equal(3, await db.Campaigns.CountAsync(c => c.State == CampaignState.On, stop));
        }

        var life = await DemoLife.ResumeAsync(store, truth, Url, comeback.Databases, writer, clocks, records, comeback.Get<IDemoDoors>(), stop);
        for (var hours = 4; hours <= 9 * 24; hours += 4)
        {
            await life.PassAsync(truth.Anchor.AddHours(hours), stop);
            await comeback.SettleAsync(shop);
        }

        var messages = await comeback.MessagesAsync(shop);
        var sent = messages.Where(m => m.State == MessageState.Sent).ToList();
        Assert.True(sent.Count > 10, $"Only {sent.Count} messages were sent.");
        Assert.All(sent, m => Assert.Equal("outbox", m.Via));
        Assert.All(sent, m => Assert.EndsWith("@post.example", m.Address, StringComparison.Ordinal));
        await using (var db = comeback.Databases.Open(store))
        {
            var triggered = await db.Memberships.Where(m => m.Triggers).ToListAsync(stop);
            Assert.All(triggered, m => Assert.True(m.EnteredAt > truth.Anchor));
            Assert.Contains(triggered, m => m.EnteredBy == MembershipCause.Time);
            Assert.Contains(triggered, m => m.EnteredBy == MembershipCause.Order);
            Assert.All(await db.Runs.ToListAsync(stop), r => Assert.True(r.StartedAt > truth.Anchor));
            Assert.True(sent.Select(m => m.CampaignId).Distinct().Count() >= 3);
            Assert.NotEmpty(await db.Events.Where(e => e.Kind == EventKind.MessageClicked && e.MessageId != null && e.Verdict == HitVerdict.Human).ToListAsync(stop));
            Assert.All(await db.Events.Where(e => e.MessageId != null).ToListAsync(stop), e => Assert.True(e.At <= clocks.Now(store)));

            // Nobody helped: a shopper of the demo clicked, ordered after it, and the order is the campaign's.
            var results = await db.Results.Where(r => r.Counts).ToListAsync(stop);
            Assert.NotEmpty(results);
            var clicks = await db.Events.Where(e => e.Kind == EventKind.MessageClicked && e.Verdict == HitVerdict.Human).ToListAsync(stop);
            Assert.All(results, r => Assert.Contains(clicks, c => c.MessageId == r.MessageId && c.At <= r.OrderedAt && r.OrderedAt - c.At <= TimeSpan.FromDays(7)));
        }
    }

    [Fact]
    public async Task Whoever_changes_rank_because_of_somebody_elses_found_order_starts_nothing()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        for (var part = 0; part < 4; part++)
        {
            for (var person = 0; person < 12; person++)
                for (var order = 0; order <= part; order++)
                    shop.Customer($"{part}-{person}").Bought("tea", daysAgo: 10 + order + person, quantity: 1 + person);
            await shop.ArriveAsync(Arrival.Found);
            await comeback.SettleAsync(shop);
        }
        await using var db = comeback.Databases.Open(shop.Id);
        var memberships = await db.Memberships.ToListAsync(TestContext.Current.CancellationToken);
        Assert.Contains(memberships, m => m.LeftAt is not null);
        Assert.All(memberships, m => Assert.False(m.Triggers));
    }
}
