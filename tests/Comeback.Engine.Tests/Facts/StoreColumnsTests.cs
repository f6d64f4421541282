using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;
using Comeback.Engine.Tests.Segments;

namespace Comeback.Engine.Tests.Facts;

/// <summary>The columns: whole states, in any order, as often as they come; and the days of a store.</summary>
public sealed class StoreColumnsTests
{
    private readonly StoreColumns columns = new(new StoreProfile(Currency.Parse("GBP"), "Europe/London"));

    [Fact]
    public void The_same_state_again_touches_nobody()
    {
        Assert.Equal([0], Whom(columns.PutCustomer(Customer(0))));
        Assert.Empty(Whom(columns.PutCustomer(Customer(0))));
        Assert.Equal([0], Whom(columns.PutOrder(Order(1, 0))));
        Assert.Empty(Whom(columns.PutOrder(Order(1, 0))));
        Assert.Equal([0], Whom(columns.PutOrder(Order(1, 0) with { Standing = OrderStanding.Cancelled })));
        var consent = new ConsentFacts(0, Channel.Email, ConsentState.Granted, DateTimeOffset.UnixEpoch);
        Assert.Equal([0], Whom(columns.PutConsent(consent)));
        Assert.Empty(Whom(columns.PutConsent(consent)));
        Assert.Equal(1, columns.Orders);
    }

    [Fact]
    public void An_order_that_changes_hands_touches_both_customers()
    {
        columns.PutOrder(Order(1, 0));
        Assert.Equal([1, 0], Whom(columns.PutOrder(Order(1, 1))));
        Assert.Equal([1], Whom(columns.RemoveOrder(new(1))));
        Assert.Empty(Whom(columns.RemoveOrder(new(1))));
        Assert.Equal(0, columns.Orders);
    }

    [Fact]
    public void An_event_of_nobody_belongs_to_a_customer_once_they_are_known()
    {
        var view = new EventFacts { Id = new(5), Kind = EventKind.ProductViewed, At = DateTimeOffset.UnixEpoch, Product = new ProductId(3) };
        Assert.Empty(Whom(columns.PutEvent(view)));
        Assert.Equal([2], Whom(columns.PutEvent(view with { Ordinal = 2 })));
        Assert.Equal([2], Whom(columns.PutEvent(view)));
        Assert.Equal(0, columns.Events);
    }

    [Fact]
    public void A_product_that_moves_category_touches_those_who_bought_or_viewed_it()
    {
        columns.PutCategory(new CategoryFacts(new(1), "tea", "Tea", null, true));
        columns.PutOrder(Order(1, 0) with { Lines = [new LineFacts(new ProductId(3), 1, 100, LineKind.Goods)] });
        columns.PutEvent(new EventFacts { Id = new(5), Ordinal = 1, Kind = EventKind.ProductViewed, At = DateTimeOffset.UnixEpoch, Product = new ProductId(3) });
        columns.PutOrder(Order(2, 2));
        Assert.Equal([0, 1], Whom(columns.PutProduct(new ProductFacts { Id = new(3), Categories = [new(1)] })));
        Assert.Empty(Whom(columns.PutProduct(new ProductFacts { Id = new(3), Categories = [new(1)] })));
        Assert.Equal([0, 1], Whom(columns.PutCategory(new CategoryFacts(new(1), "tea", "Tea", null, false))));
    }

    [Fact]
    public void Giving_back_room_changes_no_answer()
    {
        var shop = new Shop();
        for (var i = 0; i < 50; i++)
            shop.Customer("c" + i).Bought(i + 1).Bought(i + 2);
        var before = shop.Who("last_order_date <= -20d");
        shop.Columns.Trim();
        Assert.Equal(before, shop.Who("last_order_date <= -20d"));
        shop.Customer("c3").Bought(0);
        Assert.Equal(before, shop.Who("last_order_date <= -20d"));
    }

    [Theory]
    [InlineData("Europe/London", "2026-03-29", 23)]
    [InlineData("Europe/London", "2026-10-25", 25)]
    [InlineData("Asia/Kolkata", "2026-10-25", 24)]
    [InlineData("Pacific/Apia", "2011-12-30", 0)]
    public void A_day_is_as_long_as_the_zone_has_it(string zone, string date, int hours)
    {
        var days = StoreDays.Of(zone);
        var day = StoreDays.Number(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(hours, (days.StartOf(day + 1) - days.StartOf(day)) / 3_600_000_000);
        Assert.Equal(day + 1, days.DayOf(days.StartOf(day + 1)));
    }

    [Fact]
    public void An_unknown_zone_is_one_sentence() =>
        Assert.Contains("Europe/Atlantis", Assert.Throws<ArgumentException>(() => StoreDays.Of("Europe/Atlantis")).Message, StringComparison.Ordinal);

    [Fact]
    public void Instants_at_the_ends_of_the_calendar_do_no_harm()
    {
        foreach (var zone in new[] { "America/New_York", "Asia/Kolkata" })
        {
            var store = new StoreColumns(new StoreProfile(Currency.Parse("GBP"), zone));
            store.PutCustomer(Customer(0) with { CreatedAt = DateTimeOffset.MinValue });
            store.PutOrder(Order(1, 0) with { PlacedAt = DateTimeOffset.MinValue });
            store.PutOrder(Order(2, 0) with { PlacedAt = DateTimeOffset.MaxValue });
            store.PutEvent(new EventFacts { Id = new(5), Ordinal = 0, Kind = EventKind.ProductViewed, At = DateTimeOffset.MaxValue });
            var set = SegmentSet.Compile(store, [new("a", "customer_added_date < -100y AND last_order_date < -1200m AND number_of_orders = 1"), new("b", "interest MATCHES (date > -3m)")]);
            set.EvaluateAll(new DateTimeOffset(2026, 6, 15, 0, 0, 0, TimeSpan.Zero));
            Assert.Equal((1, 0), (set.Members("a").Count, set.Members("b").Count));
            Assert.NotNull(set.Since("a", 0));
            Assert.NotNull(set.NextWake);
        }
    }

    [Fact]
    public void Two_segments_side_by_side()
    {
        var shop = new Shop();
        shop.Customer("ann").Bought(1).Bought(2);
        shop.Customer("bob").Bought(100);
        shop.Customer("cat").Bought(100).Bought(99);
        var set = shop.Set(("loyal", "number_of_orders >= 2"), ("lapsed", "last_order_date <= -60d"));
        var diff = set.Members("loyal").DiffFrom(set.Members("lapsed"));
        Assert.Equal([0], diff.OnlyFirst.Ordinals);
        Assert.Equal([1], diff.OnlySecond.Ordinals);
        Assert.Equal([2], diff.Both.Ordinals);
    }

    private static CustomerFacts Customer(int ordinal) => new() { Id = new(ordinal + 1), Ordinal = ordinal, Email = "a@example.com" };

    private static OrderFacts Order(long id, int ordinal) =>
        new() { Id = new(id), Ordinal = ordinal, PlacedAt = DateTimeOffset.UnixEpoch, Standing = OrderStanding.Counted, SpentMinor = 100 };

    private static int[] Whom(Touched touched) => [.. Enumerable.Range(0, touched.Count).Select(i => touched[i])];
}
