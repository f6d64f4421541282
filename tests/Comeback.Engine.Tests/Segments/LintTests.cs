using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>Lint warns of what was hardly meant, and is silent on what was: as many "does not" rows as "does" rows.</summary>
public sealed class LintTests
{
    [Theory]
    // Always true.
    [InlineData("number_of_orders >= 0", "true for everyone")]
    [InlineData("amount_spent IS NOT NULL", "true for everyone")]
    [InlineData("median_gap > 0", "true for everyone")]
    [InlineData("recency_quintile BETWEEN 1 AND 5", "true for every buyer")]
    [InlineData("reachable = true OR NOT (reachable = true)", "everyone fits")]
    [InlineData("number_of_orders < 5 OR number_of_orders >= 3", "everyone fits one of them")]
    [InlineData("orders_placed MATCHES (count >= 0)", "true for everyone")]
    // Always false.
    [InlineData("number_of_orders < 0", "never true")]
    [InlineData("number_of_orders = 1.5", "never true")]
    [InlineData("amount_quintile > 5", "never true")]
    [InlineData("number_of_orders > 5 AND number_of_orders < 3", "nobody can fit")]
    [InlineData("number_of_orders = 1 AND number_of_orders = 2", "nobody can fit")]
    [InlineData("last_order_date >= -30d AND last_order_date <= -60d", "nobody can fit")]
    [InlineData("last_order_date BETWEEN today AND -30d", "nobody fits")]
    [InlineData("amount_spent BETWEEN 10 AND 5", "nobody fits")]
    [InlineData("orders_placed MATCHES (date >= -30d, date <= -60d)", "nobody fits")]
    [InlineData("orders_placed MATCHES (count < 0)", "never true")]
    [InlineData("email_subscription_status = 'SUBSCRIBED' AND email_subscription_status = 'UNSUBSCRIBED'", "nobody can be both")]
    [InlineData("top 0% by amount_spent", "nobody")]
    // Dead.
    [InlineData("number_of_orders > 5 AND number_of_orders > 3", "no effect")]
    [InlineData("last_order_date >= -30d AND last_order_date >= -90d", "no effect")]
    [InlineData("number_of_orders > 3 OR number_of_orders > 5", "no effect")]
    [InlineData("reachable = true AND reachable = true", "said twice")]
    [InlineData("reachable = true OR reachable = true AND number_of_orders = 1", "no effect")]
    [InlineData("orders_placed MATCHES (date >= -30d) OR orders_placed MATCHES (date >= -90d)", "no effect")]
    // An OR that undoes an exclusion.
    [InlineData("customer_tags CONTAINS 'a' OR customer_countries = 'DK' AND customer_tags NOT CONTAINS 'bounced'", "lets the excluded in again")]
    [InlineData("in segment 'x' OR number_of_orders >= 1 AND NOT (in segment 'complained')", "lets the excluded in again")]
    // Never, over all time.
    [InlineData("orders_placed MATCHES (count = 0)", "over all time")]
    [InlineData("messages MATCHES (event = 'clicked', count < 1)", "over all time")]
    public void It_says_what_was_probably_not_meant(string text, string part) =>
        Assert.Contains(SegmentLint.Check(SegmentLanguage.Parse(text).Tree!), warning => warning.Message.Contains(part, StringComparison.OrdinalIgnoreCase));

    [Theory]
    [InlineData("number_of_orders >= 1")]
    [InlineData("number_of_orders = 0")]
    [InlineData("amount_spent >= 0.01 AND amount_spent <= 100")]
    [InlineData("recency_quintile BETWEEN 2 AND 5")]
    [InlineData("reachable = true OR NOT (number_of_orders = 1)")]
    [InlineData("number_of_orders < 3 OR number_of_orders >= 5")]
    [InlineData("orders_placed MATCHES (count >= 1)")]
    [InlineData("number_of_orders > 3 AND number_of_orders < 5")]
    [InlineData("last_order_date <= -30d AND last_order_date >= -60d")]
    [InlineData("last_order_date <= -60d OR last_order_date >= -30d")]
    [InlineData("last_order_date BETWEEN -30d AND today")]
    [InlineData("last_order_date >= 2026-01-01 AND first_order_date <= -60d")]
    [InlineData("orders_placed MATCHES (date <= -30d, date >= -60d)")]
    [InlineData("email_subscription_status = 'SUBSCRIBED' AND sms_subscription_status = 'UNSUBSCRIBED'")]
    [InlineData("email_subscription_status != 'SUBSCRIBED' AND email_subscription_status != 'PENDING'")]
    [InlineData("customer_tags CONTAINS 'a' AND customer_tags CONTAINS 'b'")]
    [InlineData("top 15% by amount_spent")]
    [InlineData("orders_placed MATCHES (date >= -30d) OR orders_placed MATCHES (amount >= 90)")]
    [InlineData("reachable = true AND (number_of_orders = 1 OR number_of_orders = 2)")]
    [InlineData("(customer_tags CONTAINS 'a' OR customer_countries = 'DK') AND customer_tags NOT CONTAINS 'bounced'")]
    [InlineData("number_of_orders = 0 OR last_order_date <= -60d")]
    [InlineData("orders_placed NOT MATCHES (date >= -30d)")]
    [InlineData("orders_placed MATCHES (count = 0, date >= -90d)")]
    [InlineData("funnel(storefront.product_viewed, then not orders_placed within 3d)")]
    public void It_is_silent_on_what_was(string text) => Assert.Empty(SegmentLint.Check(SegmentLanguage.Parse(text).Tree!));

    [Fact]
    public void What_is_empty_or_everyone_right_now_and_what_the_store_cannot_know_is_said_at_validation()
    {
        var shop = new Shop();
        shop.Customer("ann").Bought(5);
        shop.Customer("bob").Bought(5);
        Assert.Equal(["Nobody fits right now."], Warnings("number_of_orders >= 7"));
        Assert.Equal(["Everyone fits right now."], Warnings("number_of_orders = 1"));
        Assert.Equal(["This store has no such data."], Warnings("companies IS NOT NULL"));
        Assert.Contains(SegmentLint.Check(SegmentLanguage.Parse("number_of_orders = 7 OR store_credit_accounts MATCHES (balance > 10)").Tree!, Ask("number_of_orders = 7 OR store_credit_accounts MATCHES (balance > 10)"), 2),
            warning => warning is { Part: "store_credit_accounts MATCHES (balance > 10)", Message: "This store has no such data." });
        shop.Customer("cat");
        Assert.Empty(Warnings("number_of_orders = 1"));

        QueryAnswer Ask(string text) => SegmentSet.Ask(shop.Columns, [], SegmentLanguage.Parse(text).Tree!, shop.Now);

        List<string> Warnings(string text) => [.. SegmentLint.Check(SegmentLanguage.Parse(text).Tree!, Ask(text), shop.Columns.Customers).Select(warning => warning.Message)];
    }

    [Fact]
    public void Two_thousand_clauses_are_looked_over_while_somebody_types()
    {
        var many = SegmentLanguage.Parse(string.Join(" OR ", Enumerable.Range(0, 1_900).Select(i => $"number_of_orders = {i} AND customer_tags CONTAINS 't{i}'").Take(900))).Tree!;
        Assert.NotNull(SegmentLint.Check(many));
    }
}
