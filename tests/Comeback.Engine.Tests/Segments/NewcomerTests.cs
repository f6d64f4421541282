using Comeback.Engine.Facts;

namespace Comeback.Engine.Tests.Segments;

/// <summary>People who come after the full pass are decided, and woken, as everybody is.</summary>
public sealed class NewcomerTests
{
    [Fact]
    public void A_store_that_fills_up_after_the_full_pass_moves_its_people_in_time()
    {
        var shop = new Shop();
        var set = shop.Set(("lapsed", "last_order_date <= -60d"));
        var touches = new Touches();
        for (var i = 0; i < 2_000; i++)
            touches.Add(shop.Customer($"c{i}").Bought(daysAgo: 1).Ordinal, new Cause(CauseKind.Order, i));

        Assert.Empty(set.Decide(touches, shop.Now));
        var lapsed = set.AdvanceTo(shop.Now.AddDays(60));

        Assert.Equal(2_000, lapsed.Count(change => change is { Key: "lapsed", Entered: true }));
    }
}
