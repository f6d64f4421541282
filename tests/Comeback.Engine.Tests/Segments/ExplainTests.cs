using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>Why somebody is in, until when, since when; time that moves people; segments that name each other; lint.</summary>
public sealed class ExplainTests
{
    private readonly Shop shop = new();

    [Fact]
    public void Each_leaf_says_what_it_rests_on_and_when_it_ends()
    {
        var ann = shop.Customer("ann").Bought(74).Bought(50);
        var set = shop.Set(("s", "number_of_orders >= 2 AND NOT (last_order_date <= -60d)"));
        var why = set.Explain("s", ann.Ordinal);
        Assert.True(why.Truth);
        Assert.Equal(["number_of_orders >= 2", "NOT (last_order_date <= -60d)"], why.Children.Select(child => child.Text));
        Assert.Equal("2 against 2", why.Children[0].Witness);
        Assert.Equal("2026-04-26, 50 days ago", why.Children[1].Children[0].Witness);
        // Sixty whole days after 26 April begins 25 June in London, which is an hour ahead of UTC then.
        Assert.Equal(new DateTimeOffset(2026, 6, 24, 23, 0, 0, TimeSpan.Zero), why.LeavesAt);
        Assert.Null(why.Children[0].LeavesAt);
    }

    [Fact]
    public void Functions_name_the_days_of_their_rows()
    {
        var ann = shop.Customer("ann").Bought(20, 10).Bought(10, 20);
        var why = shop.Set(("s", "orders_placed MATCHES (date >= -30d, count >= 2)")).Explain("s", ann.Ordinal);
        Assert.Equal("2, 30.00 GBP, latest 2026-05-26, 2026-06-05", why.Witness);
        Assert.Equal(new DateTimeOffset(2026, 6, 25, 23, 0, 0, TimeSpan.Zero), why.LeavesAt);
    }

    [Fact]
    public void A_member_is_in_since_it_became_true()
    {
        var ann = shop.Customer("ann").Bought(100);
        var bob = shop.Customer("bob").Bought(9).Bought(4);
        var set = shop.Set(("lapsed", "last_order_date <= -60d"), ("loyal", "number_of_orders >= 2"));
        Assert.Equal(shop.Columns.Days.StartOf(StoreDays.Number(new DateOnly(2026, 3, 7)) + 60), StoreDays.Micros(set.Since("lapsed", ann.Ordinal)!.Value));
        Assert.Equal(shop.Now.AddDays(-4), set.Since("loyal", bob.Ordinal));
        Assert.Null(set.Since("loyal", ann.Ordinal));
    }

    [Theory]
    [InlineData("Europe/London", "2026-01-28")]
    [InlineData("America/New_York", "2026-01-07")]
    [InlineData("Africa/Cairo", "2026-02-23")]
    public void A_customer_lapses_at_the_stores_own_midnight_across_clock_changes(string zone, string day)
    {
        var store = new Shop(zone);
        var date = DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture);
        store.Now = StoreDays.Instant(store.Columns.Days.StartOf(StoreDays.Number(date)) + 1);
        store.Customer("ann").Bought(0);
        var set = store.Set(("lapsed", "last_order_date <= -60d"));
        var expected = StoreDays.Instant(store.Columns.Days.StartOf(StoreDays.Number(date) + 60));
        Assert.Empty(set.AdvanceTo(expected.AddTicks(-10)));
        var change = Assert.Single(set.AdvanceTo(expected.AddMinutes(1)));
        Assert.Equal(("lapsed", true, expected, CauseKind.Time), (change.Key, change.Entered, change.At, change.Cause.Kind));
    }

    [Fact]
    public void Somebody_elses_order_moves_a_rank_and_says_so()
    {
        var ann = shop.Customer("ann").Bought(amount: 20);
        var bob = shop.Customer("bob").Bought(amount: 10);
        var set = shop.Set(("best", "top 50% by amount_spent exactly"));
        var touches = new Touches();
        touches.Add(shop.Columns.PutOrder(new OrderFacts { Id = new(1), Ordinal = bob.Ordinal, PlacedAt = shop.Now, Standing = OrderStanding.Counted, SpentMinor = 5_000 }), new Cause(CauseKind.Order, 1));
        var changes = set.Decide(touches, shop.Now).OrderBy(change => change.Ordinal).ToArray();
        Assert.Equal([(ann.Ordinal, false, CauseKind.Others), (bob.Ordinal, true, CauseKind.Order)], changes.Select(change => (change.Ordinal, change.Entered, change.Cause.Kind)));
    }

    [Fact]
    public void A_circle_of_segments_is_refused_by_name_and_the_rest_goes_on()
    {
        shop.Customer("ann").Bought();
        var set = shop.Set(("a", "in segment 'b'"), ("b", "number_of_orders = 1 AND in segment 'c'"), ("c", "NOT in segment 'a'"), ("d", "in segment 'nobody'"), ("ok", "number_of_orders = 1"));
        Assert.Equal(["ok"], set.Keys);
        Assert.Contains("a -> b -> c -> a", set.Problems.Values.SelectMany(errors => errors).Select(error => error.Message).First(message => message.Contains("circle", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("'nobody', which does not exist", set.Problems["d"][0].Message, StringComparison.Ordinal);
        Assert.Equal(1, set.Members("ok").Count);
    }

    [Fact]
    public void A_random_share_is_stable_and_about_as_large_as_it_says()
    {
        for (var i = 0; i < 2_000; i++)
            shop.Customer("c" + i);
        var tenth = shop.Who("share(10%, 'spring')");
        Assert.InRange(tenth.Split(' ').Length, 150, 250);
        Assert.Equal(tenth, shop.Who("share(10%, 'spring')"));
        Assert.NotEqual(tenth, shop.Who("share(10%, 'autumn')"));
        Assert.Empty(shop.Who("share(10%, 'spring') AND NOT (share(20%, 'spring'))"));
    }

    [Fact]
    public void Holidays_are_the_latest_that_began_by_the_calendar_of_Umm_al_Qura()
    {
        // Ramadan 1447 ran from 18 February to 19 March 2026.
        shop.Customer("in").Bought((shop.Now - new DateTimeOffset(2026, 2, 20, 12, 0, 0, TimeSpan.Zero)).TotalDays);
        shop.Customer("after").Bought((shop.Now - new DateTimeOffset(2026, 3, 25, 12, 0, 0, TimeSpan.Zero)).TotalDays);
        shop.Customer("before").Bought((shop.Now - new DateTimeOffset(2026, 2, 10, 12, 0, 0, TimeSpan.Zero)).TotalDays);
        Assert.Equal("in", shop.Who("orders_placed MATCHES (date = ramadan)"));
        Assert.Equal("after", shop.Who("orders_placed MATCHES (date > ramadan)"));
        Assert.Equal("after in", shop.Who("first_order_date >= ramadan"));
        Assert.Equal("after before", shop.Who("orders_placed MATCHES (date != ramadan)"));
    }

    [Fact]
    public void Rfm_groups_follow_the_published_formula()
    {
        for (var i = 0; i < 10; i++)
        {
            var buyer = shop.Customer("c" + i);
            for (var order = 0; order <= i; order++)
                buyer.Bought(100 - (i * 10) + order, 10);
        }
        shop.Customer("none");
        Assert.Equal("c8 c9", shop.Who("comeback_rfm_group = 'CHAMPIONS'"));
        Assert.Equal("c6 c7", shop.Who("comeback_rfm_group = 'LOYAL'"));
        Assert.Equal("c4 c5", shop.Who("comeback_rfm_group = 'NEEDS_ATTENTION'"));
        Assert.Equal("c2 c3", shop.Who("comeback_rfm_group = 'ALMOST_LOST'"));
        Assert.Equal("c0 c1", shop.Who("comeback_rfm_group = 'DORMANT'"));
        Assert.Equal("none", shop.Who("comeback_rfm_group = 'PROSPECTS'"));
    }

    [Theory]
    [InlineData("number_of_orders >= 0", "true for everyone")]
    [InlineData("number_of_orders < 0", "never true")]
    [InlineData("number_of_orders > 5 AND number_of_orders < 3", "nobody can fit")]
    [InlineData("number_of_orders > 5 AND number_of_orders > 3", "no effect")]
    [InlineData("reachable = true OR NOT (reachable = true)", "everyone fits")]
    [InlineData("reachable = true AND NOT (reachable = true)", "exclude each other")]
    [InlineData("customer_tags CONTAINS 'a' OR customer_countries = 'DK' AND customer_tags NOT CONTAINS 'bounced'", "lets the excluded in again")]
    [InlineData("orders_placed MATCHES (count = 0)", "over all time")]
    [InlineData("last_order_date >= -90m", "minutes")]
    [InlineData("amount_spent BETWEEN 10 AND 5", "nobody fits")]
    public void Lint_says_what_was_probably_not_meant(string text, string part) =>
        Assert.Contains(SegmentLint.Check(SegmentLanguage.Parse(text).Tree!), warning => warning.Message.Contains(part, StringComparison.Ordinal));

    [Fact]
    public void Lint_is_silent_on_the_stock_segments() =>
        Assert.All(StockSegments.All(), stock => Assert.Empty(SegmentLint.Check(SegmentLanguage.Parse(stock.Definition).Tree!)));
}
