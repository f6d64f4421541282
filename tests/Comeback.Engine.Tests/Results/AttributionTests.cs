using Comeback.Engine.Orders;
using Comeback.Engine.Results;

namespace Comeback.Engine.Tests.Results;

public sealed class AttributionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static Click At(double daysBefore, long message = 1) => new(new MessageId(message), new CampaignId(9), Noon.AddDays(-daysBefore));

    [Fact]
    public void The_last_click_wins() => Assert.Equal(2, Attribution.Of(Noon, [At(3), At(1, 2), At(2, 3)])!.Message.Value);

    [Fact]
    public void A_click_seven_days_ago_still_counts() => Assert.NotNull(Attribution.Of(Noon, [At(7)]));

    [Fact]
    public void A_click_more_than_seven_days_ago_does_not() => Assert.Null(Attribution.Of(Noon, [At(7.001)]));

    [Fact]
    public void A_click_after_the_order_does_not() => Assert.Null(Attribution.Of(Noon, [At(-0.1)]));

    [Theory]
    [InlineData(OrderStanding.Counted, true)]
    [InlineData(OrderStanding.Placed, true)]
    [InlineData(OrderStanding.Cancelled, false)]
    [InlineData(OrderStanding.Refunded, false)]
    [InlineData(OrderStanding.Returned, false)]
    [InlineData(OrderStanding.Cart, false)]
    public void A_cancelled_order_is_no_result(OrderStanding standing, bool counts) => Assert.Equal(counts, Attribution.Counts(standing, test: false));

    [Fact]
    public void A_test_order_is_no_result() => Assert.False(Attribution.Counts(OrderStanding.Counted, test: true));
}
