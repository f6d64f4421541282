using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>The language: text to tree to text, and what a merchant is told when a text is wrong.</summary>
public sealed class LanguageTests
{
    [Theory]
    [InlineData("number_of_orders = 0")]
    [InlineData("number_of_orders BETWEEN 2 AND 4 AND amount_spent > 500.5")]
    [InlineData("(number_of_orders = 1 OR number_of_orders = 2) AND last_order_date <= -60d")]
    [InlineData("NOT (NOT number_of_orders >= 2 AND (amount_spent < 10 OR amount_spent > 20))")]
    [InlineData("top 15% by number_of_orders up to 20% if under 10%")]
    [InlineData("top 20% by amount_spent exactly of segment 'it''s me'")]
    [InlineData("bottom 12.5% by last_order_date")]
    [InlineData("days_since_last_order > 2 * own_gap OR days_since_last_order > expected_gap")]
    [InlineData("customer_tags CONTAINS 'a\\\\b' AND customer_tags NOT CONTAINS 'c'")]
    [InlineData("products_purchased MATCHES (id IN (1, 2), category = 'tea', count >= 2, date BETWEEN 2026-01-01 AND today)")]
    [InlineData("orders_placed NOT MATCHES (date >= -90min, sum_amount > 10.25)")]
    [InlineData("in segment 'lapsed' AND share(10%, 'seed')")]
    [InlineData("funnel(products_purchased (category = 'tea'), then orders_placed within 3d, then not messages (event = 'opened') within 36h)")]
    [InlineData("customer_added_date = 2026-01-31T16:00:00 OR birth_date IS NOT NULL")]
    public void Text_to_tree_to_text_loses_nothing(string text)
    {
        var parsed = SegmentLanguage.Parse(text);
        Assert.Empty(parsed.Errors);
        var again = SegmentLanguage.Parse(parsed.Text!);
        Assert.Equal(parsed.Tree, again.Tree);
        Assert.Equal(parsed.Text, again.Text);
    }

    [Theory]
    [InlineData("number_of_order >= 2", 1, 1, "number_of_orders")]
    [InlineData("number_of_orders >= 2 AND\n last_ordr_date < -60d", 2, 2, "last_order_date")]
    [InlineData("products_purchased MATCHES (catgory = 'tea')", 1, 29, "category")]
    [InlineData("rfm_group = 'CHAMPION'", 1, 13, "CHAMPIONS")]
    [InlineData("top 15% by number_of_order", 1, 12, "number_of_orders")]
    public void A_misspelt_word_gets_its_place_and_the_nearest_one(string text, int line, int column, string nearest)
    {
        var error = Assert.Single(SegmentLanguage.Parse(text).Errors);
        Assert.Equal((line, column, nearest), (error.Line, error.Column, error.DidYouMean));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("number_of_orders")]
    [InlineData("number_of_orders >=")]
    [InlineData("number_of_orders >= 'two'")]
    [InlineData("number_of_orders >= 2 AND")]
    [InlineData("(number_of_orders >= 2")]
    [InlineData("number_of_orders >= 2)")]
    [InlineData("number_of_orders CONTAINS 2")]
    [InlineData("last_order_date <= 2026-02-30")]
    [InlineData("last_order_date <= -99999999d")]
    [InlineData("amount_spent > 99999999999999999999999999")]
    [InlineData("customer_tags CONTAINS 'open")]
    [InlineData("customer_tags CONTAINS \"double\"")]
    [InlineData("top 150% by number_of_orders")]
    [InlineData("orders_placed MATCHES (count >= 2")]
    [InlineData("orders_placed MATCHES count >= 2")]
    [InlineData("number_of_orders ≥ 2")]
    [InlineData("nümber_of_orders = 2")]
    [InlineData("FROM customers SHOW customer_name")]
    public void A_bad_text_is_an_error_with_a_place_and_never_a_crash(string text)
    {
        var parsed = SegmentLanguage.Parse(text);
        Assert.False(parsed.Ok);
        Assert.All(parsed.Errors, error => Assert.True(error is { Line: >= 1, Column: >= 1, Length: >= 1, Message.Length: > 10 }));
    }

    [Fact]
    public void Ten_thousand_brackets_ten_thousand_clauses_and_a_megabyte_are_refused_in_a_sentence()
    {
        Assert.Contains("deeper", SegmentLanguage.Parse(new string('(', 10_000) + "number_of_orders = 1" + new string(')', 10_000)).Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("deeper", SegmentLanguage.Parse(string.Concat(Enumerable.Repeat("NOT ", 10_000)) + "number_of_orders = 1").Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("clauses", SegmentLanguage.Parse(string.Join(" OR ", Enumerable.Repeat("reachable=true", 5_000))).Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("characters", SegmentLanguage.Parse(new string(' ', 1_000_000) + "number_of_orders = 1").Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ninety_m_is_minutes_and_three_m_is_months_as_Shopify_has_it()
    {
        Assert.Equal("last_order_date >= -90min", SegmentLanguage.Parse("last_order_date >= -90m").Text);
        Assert.Equal("last_order_date >= -3m", SegmentLanguage.Parse("last_order_date >= -3m").Text);
    }

    [Fact]
    public void Every_stock_segment_is_a_text_of_the_language()
    {
        var category = new Comeback.Engine.Facts.CategoryFacts(new(1), "it's-tea", "It's tea", null, true);
        foreach (var stock in StockSegments.All().Concat(StockSegments.Of(category)))
            Assert.True(SegmentLanguage.Parse(stock.Definition) is { Ok: true }, stock.Key);
    }
}
