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
}
