using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>Who came into a segment lately: by the history of memberships, until the span has passed.</summary>
public sealed class EnteredTests
{
    private readonly Shop shop = new();

    [Theory]
    [InlineData("entered segment 'lapsed' within -7d", "entered segment 'lapsed' within -7d")]
    [InlineData("entered segment 'lapsed' within 7d", "entered segment 'lapsed' within -7d")]
    [InlineData("Entered Segment 'it''s' WITHIN -36h AND NOT (entered segment 'b')", "entered segment 'it''s' within -36h AND NOT (entered segment 'b')")]
    public void It_is_written_as_it_is_read(string text, string printed)
    {
        var parsed = SegmentLanguage.Parse(text);
        Assert.Equal(printed, parsed.Text);
        Assert.Equal(parsed.Tree, SegmentLanguage.Parse(printed).Tree);
    }

    [Fact]
    public void Somebody_who_lapsed_is_in_for_seven_days_and_then_leaves_by_time()
    {
        var ann = shop.Customer("ann").Bought(58);
        var set = shop.Set(("lapsed", "last_order_date <= -60d"), ("fresh", "entered segment 'lapsed' within -7d"), ("other", "number_of_orders >= 1"));
        Assert.False(set.Members("fresh").Contains(ann.Ordinal));
        var lapses = set.NextWake!.Value;
        Assert.Equal([("lapsed", true), ("fresh", true)], set.AdvanceTo(lapses).Select(change => (change.Key, change.Entered)));
        Assert.Equal(lapses, set.EnteredAt("lapsed", ann.Ordinal));

        // Whole days of the store, which is an hour ahead of UTC then: seven after the day of entry.
        var leaves = set.Explain("fresh", ann.Ordinal).LeavesAt!.Value;
        Assert.Equal(lapses.AddDays(8), leaves);
        Assert.Empty(set.AdvanceTo(leaves.AddTicks(-10)));
        var change = Assert.Single(set.AdvanceTo(leaves));
        Assert.Equal(("fresh", false, CauseKind.Time), (change.Key, change.Entered, change.Cause.Kind));
        Assert.True(set.Members("lapsed").Contains(ann.Ordinal));
    }

    [Fact]
    public void Somebody_who_left_again_is_still_one_who_entered()
    {
        var ann = shop.Customer("ann").Bought(90);
        var set = shop.Set(("lapsed", "last_order_date <= -60d"), ("fresh", "entered segment 'lapsed' within -40d"));
        Assert.True(set.Members("fresh").Contains(ann.Ordinal));
        var touches = new Touches();
        touches.Add(shop.Columns.PutOrder(new OrderFacts { Id = new(1), Ordinal = ann.Ordinal, PlacedAt = shop.Now, Standing = OrderStanding.Counted }), new Cause(CauseKind.Order, 1));
        Assert.Equal(("lapsed", false), set.Decide(touches, shop.Now).Select(change => (change.Key, change.Entered)).Single());
        Assert.True(set.Members("fresh").Contains(ann.Ordinal));
    }

    [Fact]
    public void History_of_memberships_goes_before_what_the_rows_would_say()
    {
        // By their rows both have been buyers for a hundred days; the history says that the store learnt of one of them yesterday.
        var ann = shop.Customer("ann").Bought(100);
        shop.Customer("bob").Bought(100);
        var set = SegmentSet.Compile(shop.Columns, [new("buyers", "number_of_orders >= 1"), new("new", "entered segment 'buyers' within -7d")]);
        Assert.Equal(["buyers"], set.Watched);
        set.Watch("buyers", [KeyValuePair.Create(ann.Ordinal, shop.Now.AddDays(-1))]);
        set.EvaluateAll(shop.Now);
        Assert.Equal([ann.Ordinal], set.Members("new").Ordinals);
        Assert.Equal(shop.Now.AddDays(-1), set.EnteredAt("buyers", ann.Ordinal));
    }

    [Fact]
    public void Only_segments_that_are_asked_about_are_watched()
    {
        shop.Customer("ann").Bought(1);
        var set = shop.Set(("a", "number_of_orders >= 1"), ("b", "in segment 'a'"));
        Assert.Empty(set.Watched);
        Assert.Null(set.EnteredAt("a", 0));
    }

    [Fact]
    public void A_circle_through_an_entry_is_refused_by_name_and_an_unknown_segment_too()
    {
        var set = shop.Set(("a", "entered segment 'b' within -7d"), ("b", "in segment 'a'"), ("c", "entered segment 'nobody'"));
        Assert.Contains("a -> b -> a", string.Join(' ', set.Problems.Values.SelectMany(errors => errors).Select(error => error.Message)), StringComparison.Ordinal);
        Assert.Contains("'nobody', which does not exist", set.Problems["c"][0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("entered 'x'", "'segment' was expected")]
    [InlineData("entered segment x", "single quotes")]
    [InlineData("entered segment 'x' within soon", "time span")]
    [InlineData("entered segment 'x' within -9999y", "100 years")]
    public void A_wrong_one_says_what_was_expected(string text, string part) => Assert.Contains(part, SegmentLanguage.Parse(text).Errors[0].Message, StringComparison.Ordinal);
}
