using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Segments;

/// <summary>The plots have a past from the first day.</summary>
public sealed class SizeHistoryTests
{
    [Theory, EachDatabase]
    public async Task After_an_import_the_year_before_is_counted_week_by_week(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        world.Shop.Customer("ann").Bought("tea", daysAgo: 300).Bought("tea", daysAgo: 100);
        world.Shop.Customer("bob").Bought("tea", daysAgo: 30);
        await world.Shop.ArriveAsync(Arrival.Found);
        await world.Follower.RoundAsync(CancellationToken.None);
        world.Time.Advance(TimeSpan.FromSeconds(11));
        await world.Follower.RoundAsync(CancellationToken.None);
        await world.Follower.CountedAsync();

        await using var db = world.Database.Open(world.Store);
        var buyers = (await world.SegmentAsync("all_buyers")).Id;
        var sizes = await db.SegmentSizes.Where(s => s.SegmentId == buyers).OrderBy(s => s.Day).ToListAsync();
        Assert.Equal(53, sizes.Count);
        Assert.Equal((0, 1, 2), (sizes[0].Members, sizes[^10].Members, sizes[^2].Members));
        var today = DateOnly.FromDateTime(world.Time.GetUtcNow().UtcDateTime);
        var repeat = (await world.SegmentAsync("repeat")).Id;
        var before = await db.SegmentSizes.Where(s => s.SegmentId == repeat && s.Day == today.AddDays(-14 * 7)).SingleAsync();
        Assert.Equal((1, 2_500L), (before.Members, before.AmountSpentMinor));
    }

    [Theory, EachDatabase]
    public async Task Corrections_of_old_orders_do_not_put_the_count_off(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        for (var i = 0; i < 120; i++) world.Shop.Customer($"c{i}").Bought("tea", daysAgo: 100 + i);
        await world.Shop.ArriveAsync(Arrival.Found);
        await world.Follower.RoundAsync(CancellationToken.None);
        world.Time.Advance(TimeSpan.FromSeconds(6));
        // A late correction, as the demo store and live stores tell of old orders all day.
        world.Shop.Customer("late").Bought("tea", daysAgo: 90);
        await world.Shop.ArriveAsync(Arrival.Found);
        await world.Follower.RoundAsync(CancellationToken.None);
        world.Time.Advance(TimeSpan.FromSeconds(6));
        await world.Follower.RoundAsync(CancellationToken.None);
        await world.Follower.CountedAsync();

        await using var db = world.Database.Open(world.Store);
        var buyers = (await world.SegmentAsync("all_buyers")).Id;
        Assert.Equal(53, await db.SegmentSizes.CountAsync(s => s.SegmentId == buyers));
    }
}
