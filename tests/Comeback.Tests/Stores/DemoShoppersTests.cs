using Comeback.Engine.Orders;
using Comeback.Stores.Demo;

namespace Comeback.Tests.Stores;

/// <summary>Life in the demo goes on after the history, is the same after a restart, and reacts to messages with the effect that was put in.</summary>
public sealed class DemoShoppersTests
{
    private static readonly DateTimeOffset Anchor = new(2026, 6, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DemoTruth Truth = new(11, Anchor) { Customers = 1500 };

    [Fact]
    public void A_day_brings_orders_carts_and_views_and_nothing_from_outside_its_hours()
    {
        var shoppers = new DemoShoppers(Truth, "http://x", Anchor);
        var day = shoppers.Advance(Anchor.AddDays(1)).Records;
        Assert.Contains(day, r => r is OrderRecord);
        Assert.Contains(day, r => r is CartRecord { Closed: false });
        Assert.Contains(day, r => r is EventRecord { Kind: EventKind.ProductViewed, Person: null });
        Assert.Contains(day, r => r is ProductRecord);
        Assert.All(day, r => Assert.InRange(r.UpdatedAt, Anchor.AddTicks(1), Anchor.AddDays(1)));
    }

    [Fact]
    public void A_restart_changes_nothing_in_what_comes_next()
    {
        var through = new DemoShoppers(Truth, "http://x", Anchor);
        for (var hour = 1; hour <= 30; hour++)
            through.Advance(Anchor.AddHours(hour));
        var restarted = new DemoShoppers(Truth, "http://x", Anchor.AddHours(30));
        var expected = through.Advance(Anchor.AddHours(60)).Records.Where(r => r is not ProductRecord);
        Assert.Equal(DemoStoreTests.Hash(expected), DemoStoreTests.Hash(restarted.Advance(Anchor.AddHours(60)).Records.Where(r => r is not ProductRecord)));
    }

    [Fact]
    public void Stock_falls_by_what_is_bought_and_never_below_nothing()
    {
        var shoppers = new DemoShoppers(Truth, "http://x", Anchor);
        var records = shoppers.Advance(Anchor.AddDays(20)).Records;
        Assert.All(records.OfType<ProductRecord>().SelectMany(p => p.Variants), v => Assert.True(v.Stock is null or >= 0));
        Assert.NotEmpty(records.OfType<ProductRecord>());
    }

    [Theory]
    [InlineData("abandoned_cart", .10)]
    [InlineData("win_back", .05)]
    [InlineData("june_news", .02)]
    public void Messages_bring_as_many_orders_as_the_truth_says(string campaign, double effect)
    {
        var shoppers = new DemoShoppers(Truth, "http://x", Anchor);
        var people = shoppers.Truth().Where(p => p.Email is not null).ToList();
        var sent = 0;
        for (var i = 0; i < 12_000; i++, sent++)
            shoppers.Receive(new DemoMessage(i, campaign, people[i % people.Count].Email!, Anchor));
        var stretch = shoppers.Advance(Anchor.AddDays(7));
        var brought = stretch.Records.OfType<OrderRecord>().Where(o => o.Number.StartsWith("#M", StringComparison.Ordinal)).DistinctBy(o => o.ExternalId).Count();
        Assert.InRange(brought / (double)sent, effect * .85, effect * 1.15);
        Assert.Contains(stretch.Reactions, r => r.Kind == DemoReactionKind.Unsubscribed);
        Assert.Contains(stretch.Reactions, r => r.Kind == DemoReactionKind.OpenedByProxy);
        Assert.All(stretch.Reactions, r => Assert.True(r.At > Anchor));
    }

    [Fact]
    public void A_reader_decides_once_even_when_the_message_is_handed_over_twice_or_after_a_restart()
    {
        var email = new DemoShoppers(Truth, "http://x", Anchor).Truth().First(p => p.Email is not null && p.AliveAt(Anchor)).Email!;
        var messages = Enumerable.Range(0, 200).Select(i => new DemoMessage(i, "win_back", email, Anchor)).ToList();
        var through = new DemoShoppers(Truth, "http://x", Anchor);
        foreach (var message in messages.Concat(messages))
            through.Receive(message);
        var before = through.Advance(Anchor.AddHours(3)).Reactions;
        var after = through.Advance(Anchor.AddDays(5)).Reactions;

        var restarted = new DemoShoppers(Truth, "http://x", Anchor.AddHours(3));
        foreach (var message in messages)
            restarted.Receive(message, again: true);
        Assert.NotEmpty(before);
        Assert.Equal(after, restarted.Advance(Anchor.AddDays(5)).Reactions);
    }
}
