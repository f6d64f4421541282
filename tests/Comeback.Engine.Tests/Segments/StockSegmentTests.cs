using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>The stock segments, each with those who are in and those who are not.</summary>
public sealed class StockSegmentTests
{
    private readonly Shop shop = new();

    [Fact]
    public void Customers_are_sorted_by_how_often_they_ordered()
    {
        shop.Customer("none");
        shop.Customer("one").Bought();
        shop.Customer("two").Bought(1).Bought(2);
        shop.Customer("four").Bought(1).Bought(2).Bought(3).Bought(4);
        Assert.Equal("none", shop.Stock("prospects"));
        Assert.Equal("one", shop.Stock("first_time"));
        Assert.Equal("one", shop.Stock("one_time"));
        Assert.Equal("four two", shop.Stock("repeat"));
        Assert.Equal("four two", shop.Stock("loyal"));
        Assert.Equal("four one two", shop.Stock("all_buyers"));
    }

    [Fact]
    public void Orders_that_do_not_count_make_no_buyer()
    {
        shop.Customer("cancelled").Bought(standing: OrderStanding.Cancelled);
        shop.Customer("test").Bought(test: true);
        shop.Customer("renewal").Bought(kind: OrderKind.Renewal);
        shop.Customer("held").Bought(standing: OrderStanding.Placed);
        shop.Customer("tomorrow").Bought(daysAgo: -1);
        shop.Customer("refundonly").Returned(5);
        shop.Customer("buyer").Bought();
        Assert.Equal("buyer", shop.Stock("all_buyers"));
        Assert.Equal("cancelled held refundonly renewal test tomorrow", shop.Stock("prospects"));
        Assert.Equal("renewal", shop.Who("amount_spent > 0 AND number_of_orders = 0"));
    }

    [Fact]
    public void Vip_keeps_equals_together_and_takes_the_next_group_only_when_few_are_in()
    {
        // 100 buyers: 8 with five orders, 11 with four, the rest with one: 8 % is under 10, one count lower is 19 %, at most 20.
        Buyers(8, 5);
        Buyers(11, 4);
        Buyers(81, 1);
        Assert.Equal(19, shop.Stock("vip").Split(' ').Length);
        Assert.Equal(8, shop.Who("top 15% by number_of_orders").Split(' ').Length);
        Assert.Equal(15, shop.Who("top 15% by number_of_orders exactly").Split(' ').Length);
        Assert.Equal("", shop.Stock("regular"));
    }

    [Fact]
    public void Vip_stays_small_when_the_next_group_is_too_many()
    {
        Buyers(8, 5);
        Buyers(13, 4);
        Buyers(79, 1);
        Assert.Equal(8, shop.Stock("vip").Split(' ').Length);
    }

    [Fact]
    public void Spenders_are_cut_exactly_and_ties_go_to_the_later_order()
    {
        for (var i = 0; i < 10; i++)
            shop.Customer("c" + i).Bought(daysAgo: 10 - i, amount: i < 8 ? 10 : 20);
        Assert.Equal("c8 c9", shop.Stock("clv_high"));
        Assert.Equal("c3 c4 c5 c6 c7", shop.Stock("clv_medium"));
        Assert.Equal("c0 c1 c2", shop.Stock("clv_low"));
    }

    [Fact]
    public void Who_is_no_shopper_stands_outside_ranks()
    {
        shop.Customer("staff", facts => facts with { NotAShopper = true }).Bought(amount: 1_000);
        shop.Customer("ann").Bought(amount: 2);
        shop.Customer("bob").Bought(amount: 1);
        Assert.Equal("ann", shop.Who("top 50% by amount_spent exactly"));
        Assert.Equal("bob", shop.Who("bottom 50% by amount_spent exactly"));
    }

    [Fact]
    public void Who_is_no_shopper_by_the_stores_definition_stands_outside_ranks_and_medians_like_those_it_marked()
    {
        shop.Customer("company", facts => facts with { Tags = ["B2B"] }).Bought(amount: 1_000);
        shop.Customer("staff", facts => facts with { NotAShopper = true }).Bought(amount: 500);
        shop.Customer("ann").Bought(amount: 2);
        shop.Customer("bob").Bought(amount: 1);
        Assert.Equal("company", shop.Who("top 30% by amount_spent exactly AND customer_tags CONTAINS 'b2b'"));
        shop.Columns.NotAShopper = "customer_tags CONTAINS 'b2b' OR number_of_orders > 3";
        Assert.Equal("ann", shop.Who("top 50% by amount_spent exactly"));
        Assert.Equal("bob", shop.Who("bottom 50% by amount_spent exactly"));
        Assert.Equal("company staff", shop.Stock("not_a_shopper"));
        Assert.Equal("ann bob company staff", shop.Stock("all_buyers"));

        // Thirty gaps of a day by a till are not the store's rhythm.
        var till = shop.Customer("till");
        for (var day = 0; day <= 30; day++) till.Bought(daysAgo: 40 + day);
        Assert.Equal(60, shop.Set(("s", "number_of_orders > 0")).MedianGapDays);
        shop.Columns.NotAShopper = null;
        Assert.Equal(1, shop.Set(("s", "number_of_orders > 0")).MedianGapDays);
    }

    [Fact]
    public void Who_turns_into_no_shopper_by_what_they_do_leaves_the_ranks_with_that_very_row()
    {
        shop.Columns.NotAShopper = "orders_placed MATCHES (count >= 3, date >= -7d)";
        shop.Customer("ann").Bought(amount: 5);
        shop.Customer("bob").Bought(amount: 4);
        var reseller = shop.Customer("reseller").Bought(2, amount: 50).Bought(3, amount: 50);
        var set = shop.Set(("best", "top 34% by amount_spent exactly"), ("not_a_shopper", "not_a_shopper = true"));
        Assert.Equal(["ann", "reseller"], set.Members("best").Ordinals.Select(shop.NameOf).Order());
        var touches = new Touches();
        reseller.Bought(1, amount: 50);
        touches.Add(reseller.Ordinal, new Cause(CauseKind.Order, 1));
        set.Decide(touches, shop.Now);
        Assert.Equal(["ann"], set.Members("best").Ordinals.Select(shop.NameOf));
        Assert.Equal(["reseller"], set.Members("not_a_shopper").Ordinals.Select(shop.NameOf));
        // Five days on the third is over a week old; they are a shopper again, by the clock alone.
        set.AdvanceTo(shop.Now.AddDays(5));
        Assert.Empty(set.Members("not_a_shopper").Ordinals);
        Assert.Contains(reseller.Ordinal, set.Members("best").Ordinals);
    }

    [Fact]
    public void Who_objects_to_profiling_is_counted_in_the_books_and_in_no_segment_for_marketing()
    {
        shop.Customer("ann").Agreed().Bought(70);
        var bob = shop.Customer("bob", facts => facts with { ObjectsToProfiling = true }).Agreed().Bought(70);
        Assert.Equal("ann", shop.Stock("lapsed"));
        Assert.Equal("ann", shop.Who("reachable = true"));
        var set = shop.Set(("all_buyers", "number_of_orders >= 1"), ("lapsed", "last_order_date <= -60d"));
        Assert.Equal(2, set.Members("all_buyers").Count);
        Assert.Equal(["ann"], set.Query(SegmentLanguage.Parse("last_order_date <= -60d").Tree!).Ordinals.Select(shop.NameOf));
        var why = set.Explain("lapsed", bob.Ordinal);
        Assert.False(why.Truth);
        Assert.Contains("objects to profiling", why.Witness, StringComparison.Ordinal);
        shop.Customer("bob", facts => facts with { ObjectsToProfiling = false });
        var touches = new Touches();
        touches.Add(bob.Ordinal, new Cause(CauseKind.Customer, 1));
        set.Decide(touches, shop.Now);
        Assert.Equal(2, set.Members("lapsed").Count);
    }

    [Theory]
    [InlineData("top 10% by amount_spent")]
    [InlineData("in segment 'vip'")]
    [InlineData("NOT (number_of_orders > 2 AND not_a_shopper = true)")]
    [InlineData("days_since_last_order > 2 * expected_gap")]
    [InlineData("comeback_rfm_group = 'LOYAL'")]
    [InlineData("who knows")]
    public void Who_is_no_shopper_cannot_hang_on_what_the_shoppers_are(string text) => Assert.NotNull(Outsiders.Problem(text));

    [Fact]
    public void A_customer_silent_for_sixty_days_is_lapsed()
    {
        shop.Customer("sixty").Bought(60);
        shop.Customer("fiftynine").Bought(59);
        shop.Customer("came back").Bought(100).Bought(3);
        shop.Customer("never");
        Assert.Equal("sixty", shop.Stock("lapsed"));
    }

    [Fact]
    public void The_life_cycle_parts_the_buyers_by_their_own_rhythm()
    {
        // Fewer than 30 gaps: the median is 60. One order: expected 60, so active to 90 days and slipping away to 180.
        shop.Customer("new").Bought(29);
        shop.Customer("active").Bought(90);
        shop.Customer("slipping").Bought(91);
        shop.Customer("edge").Bought(180);
        shop.Customer("gone").Bought(181);
        // Weekly: (120 + 70) / 12 = 15.83 expected; 23 days is within 23.75, 24 is not.
        Weekly("weekly23", 23);
        Weekly("weekly24", 24);
        Assert.Equal("new", shop.Stock("just_ordered"));
        Assert.Equal("active new weekly23", shop.Stock("active"));
        Assert.Equal("edge slipping weekly24", shop.Stock("slipping_away"));
        Assert.Equal("gone", shop.Stock("inactive"));
    }

    [Fact]
    public void Frequent_needs_three_orders_and_gaps_within_the_median()
    {
        shop.Customer("often").Bought(50).Bought(30).Bought(10);
        shop.Customer("seldom").Bought(300).Bought(200).Bought(10);
        shop.Customer("one day").Bought(1).Bought(1.01).Bought(1.02);
        shop.Customer("two").Bought(20).Bought(10);
        Assert.Equal("often", shop.Stock("frequent"));
    }

    [Fact]
    public void Engagement_counts_people_and_not_machines()
    {
        shop.Customer("clicked lately").Did(EventKind.MessageClicked, 20, message: 1);
        shop.Customer("clicked once").Did(EventKind.MessageClicked, 50, message: 1);
        shop.Customer("clicked twice in one").Did(EventKind.MessageClicked, 50, message: 1).Did(EventKind.MessageClicked, 49, message: 1);
        shop.Customer("answered two").Did(EventKind.MessageAnswered, 50, message: 1).Did(EventKind.MessageClicked, 89, message: 2);
        shop.Customer("opened").Did(EventKind.MessageOpened, 10, message: 1);
        shop.Customer("apple").Did(EventKind.MessageOpened, 10, message: 1, verdict: HitVerdict.PrivacyProxy);
        shop.Customer("scanner").Did(EventKind.MessageClicked, 10, message: 1, verdict: HitVerdict.Scanner);
        var silent = shop.Customer("silent");
        for (var i = 0; i < 5; i++)
            silent.Did(EventKind.MessageDelivered, 10 + i, message: i);
        shop.Customer("bought after").Did(EventKind.MessageClicked, 92, message: 1).Bought(86);
        Assert.Equal("answered two clicked lately", shop.Stock("highly_engaged"));
        Assert.Equal("bought after clicked once clicked twice in one opened", shop.Stock("moderately_engaged"));
        Assert.Equal("silent", shop.Stock("disengaged"));
    }

    [Fact]
    public void A_cart_is_abandoned_after_an_hour_for_a_week_by_someone_reachable_who_has_not_ordered()
    {
        shop.Customer("left").Agreed().LeftCart(2);
        shop.Customer("no consent").LeftCart(2);
        shop.Customer("withdrew").Agreed().Agreed(state: ConsentState.Withdrawn, daysAgo: 10).LeftCart(2);
        shop.Customer("just now").Agreed().LeftCart(0.5);
        shop.Customer("long ago").Agreed().LeftCart(7 * 24);
        shop.Customer("nearly").Agreed().LeftCart((7 * 24) - 0.01);
        shop.Customer("closed").Agreed().LeftCart(2, closed: true);
        shop.Customer("ordered").Agreed().LeftCart(2).Bought(1.0 / 24, standing: OrderStanding.Placed);
        shop.Customer("ordered before").Agreed().LeftCart(2).Bought(1);
        shop.Customer("blocked", facts => facts with { Blocked = [Channel.Email] }).Agreed().LeftCart(2);
        Assert.Equal("left nearly ordered before", shop.Stock("abandoned_cart"));
    }

    [Fact]
    public void Categories_roll_up_and_interest_ends_with_buying()
    {
        shop.Columns.PutCategory(new CategoryFacts(new(1), "drinks", "Drinks", null, true));
        shop.Columns.PutCategory(new CategoryFacts(new(2), "tea", "Tea", new(1), true));
        shop.Columns.PutCategory(new CategoryFacts(new(3), "sale", "Sale", null, false));
        shop.Columns.PutProduct(new ProductFacts { Id = new(7), Categories = [new(2), new(3)] });
        shop.Customer("buyer").Bought(product: 7);
        shop.Customer("looker").Did(EventKind.ProductViewed, 3, product: 7).Did(EventKind.CategoryViewed, 2, category: 2);
        shop.Customer("carter").Did(EventKind.ProductViewed, 3, product: 7).LeftCart(3, product: 7);
        shop.Customer("glancer").Did(EventKind.ProductViewed, 3, product: 7);
        shop.Customer("once looked").Did(EventKind.ProductViewed, 31, product: 7).Did(EventKind.ProductViewed, 32, product: 7);
        shop.Customer("looked and bought").Did(EventKind.ProductViewed, 3, product: 7).Did(EventKind.ProductViewed, 2, product: 7).Bought(product: 7);
        shop.Customer("other").Bought(product: 8);
        Assert.Equal("buyer looked and bought", shop.Stock("bought_from:tea"));
        Assert.Equal("buyer looked and bought", shop.Stock("bought_from:drinks"));
        Assert.Equal("carter looker", shop.Stock("interested_in:tea"));
        Assert.Equal("carter looker", shop.Stock("interested_in:drinks"));
        Assert.DoesNotContain(shop.Columns.CategoriesInUse, category => category.Key == "sale");
    }

    [Fact]
    public void A_store_without_carts_messages_or_views_has_no_data_rather_than_nobody()
    {
        shop.Customer("ann").Bought();
        var set = shop.Set([.. Comeback.Engine.Segments.StockSegments.All().Select(stock => (stock.Key, stock.Definition))]);
        string[] without = ["highly_engaged", "moderately_engaged", "disengaged", "abandoned_cart"];
        Assert.Equal(without, set.Keys.Where(set.NoData));
    }

    private void Buyers(int count, int orders)
    {
        for (var i = 0; i < count; i++)
        {
            var buyer = shop.Customer($"b{orders}-{i}");
            for (var order = 0; order < orders; order++)
                buyer.Bought(order + 1);
        }
    }

    private void Weekly(string name, int lastDaysAgo)
    {
        var buyer = shop.Customer(name);
        for (var week = 0; week <= 10; week++)
            buyer.Bought(lastDaysAgo + (week * 7));
    }
}
