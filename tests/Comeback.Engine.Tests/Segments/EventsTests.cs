using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>Events of the store's own, free properties, and what the language says beyond Shopify's: each with somebody who fits and somebody who does not.</summary>
public sealed class EventsTests
{
    private readonly Shop shop = new();
    private long id = 50;

    [Theory]
    [InlineData("events MATCHES (event = 'quiz')", "ann bob")]
    [InlineData("events NOT MATCHES (event = 'quiz')", "cat")]
    [InlineData("events MATCHES (event = 'quiz', date >= -30d)", "ann")]
    [InlineData("events MATCHES (event = 'quiz', properties.skin = 'DRY')", "ann")]
    [InlineData("events MATCHES (event = 'quiz', properties.skin != 'dry')", "ann bob")]
    [InlineData("events MATCHES (event = 'quiz', properties.skin CONTAINS 'il')", "bob")]
    [InlineData("events MATCHES (event = 'quiz', properties.skin IN ('dry', 'oily'))", "ann bob")]
    [InlineData("events MATCHES (event = 'quiz', properties.skin IS NULL)", "ann")]
    [InlineData("events MATCHES (event = 'quiz', properties.score >= 7.5)", "ann")]
    [InlineData("events MATCHES (event = 'quiz', properties.score BETWEEN 2 AND 3, date < -30d)", "bob")]
    [InlineData("events MATCHES (event = 'quiz', property 'gift wrap' = true)", "bob")]
    [InlineData("events MATCHES (event = 'quiz', properties.due < today)", "bob")]
    [InlineData("events MATCHES (event = 'quiz', sum(properties.score) > 9)", "ann")]
    [InlineData("events MATCHES (event = 'quiz', average(properties.score) = 5)", "ann")]
    [InlineData("events MATCHES (event = 'quiz', min(properties.score) = 2)", "ann bob")]
    [InlineData("events MATCHES (event = 'quiz', max(properties.score) < 5)", "bob")]
    [InlineData("events MATCHES (event = 'quiz', count >= 2)", "ann")]
    [InlineData("events MATCHES (event != 'quiz')", "cat")]
    [InlineData("events MATCHES (event = 'product_viewed', id = 7)", "cat")]
    [InlineData("events MATCHES (event = 'never')", "no data")]
    [InlineData("funnel(events (event = 'quiz'), then orders_placed within 50d)", "bob")]
    public void Events_are_found_by_name_and_by_their_own_properties(string text, string names)
    {
        var ann = shop.Customer("ann");
        Did(ann.Ordinal, 3, ("name", "quiz"), ("skin", "dry"), ("score", "8"));
        Did(ann.Ordinal, 2, ("name", "quiz"), ("score", "2"));
        var bob = shop.Customer("bob").Bought(20);
        Did(bob.Ordinal, 60, ("name", "quiz"), ("skin", "oily"), ("score", "2"), ("gift wrap", "true"), ("due", "2026-01-31"));
        shop.Customer("cat").Did(EventKind.ProductViewed, 2, 7);
        var tree = SegmentLanguage.Parse(text);
        Assert.Empty(tree.Errors);
        Assert.Equal(tree.Tree, SegmentLanguage.Parse(tree.Text!).Tree);
        var answer = SegmentSet.Ask(shop.Columns, [], tree.Tree!, shop.Now);
        Assert.Equal(names, answer.NoData ? "no data" : string.Join(' ', answer.Members.Ordinals.Select(shop.NameOf).Order()));
    }

    [Fact]
    public void A_corrected_event_counts_as_it_is_now_and_one_that_changes_hands_moves()
    {
        var (ann, bob) = (shop.Customer("ann"), shop.Customer("bob"));
        Put(900, ann.Ordinal, 1, ("name", "quiz"), ("skin", "dry"));
        Assert.Equal(0, Put(900, ann.Ordinal, 1, ("skin", "dry"), ("name", "quiz")).Count);
        Assert.Equal("ann", shop.Who("events MATCHES (properties.skin = 'dry')"));
        Assert.Equal(1, Put(900, ann.Ordinal, 1, ("name", "quiz"), ("skin", "oily")).Count);
        Assert.Empty(shop.Who("events MATCHES (properties.skin = 'dry')"));
        Put(900, bob.Ordinal, 1, ("name", "quiz"), ("skin", "oily"));
        Assert.Equal("bob", shop.Who("events MATCHES (properties.skin = 'oily')"));
        shop.Columns.RemoveEvent(new(900));
        Assert.Empty(shop.Who("events MATCHES (event = 'quiz')"));
    }

    [Theory]
    [InlineData("events MATCHES (propertys.skin = 'dry')", "no parameter of events")]
    [InlineData("events MATCHES (sum(count) > 1)", "takes a property")]
    [InlineData("events MATCHES (sum(properties.score) = 'many')", "a number")]
    [InlineData("orders_placed MATCHES (properties.skin = 'dry')", "no parameter of orders_placed")]
    [InlineData("events MATCHES (property '' = 1)", "1 to 64")]
    public void A_wrong_property_is_refused_in_a_sentence(string text, string part) => Assert.Contains(part, SegmentLanguage.Parse(text).Errors[0].Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("products_purchased MATCHES (price BETWEEN 10 AND 20)", "bob")]
    [InlineData("products_purchased MATCHES (average_amount >= 30)", "ann")]
    [InlineData("products_purchased MATCHES (min_amount < 12)", "bob")]
    [InlineData("products_purchased MATCHES (id = 2012162031638)", "ann")]
    [InlineData("products_purchased MATCHES (id = 'gid://shopify/Product/2012162031638')", "ann")]
    [InlineData("products_purchased MATCHES (id = 1)", "")]
    [InlineData("storefront.product_viewed MATCHES (bought = false)", "bob")]
    [InlineData("storefront.product_viewed MATCHES (bought = true)", "ann")]
    [InlineData("interest MATCHES (bought = false, vendor = 'acme')", "bob cat")]
    [InlineData("refunds MATCHES (count = 1, sum_amount = 5)", "ann")]
    [InlineData("refunds MATCHES (date >= -7d)", "")]
    [InlineData("carts MATCHES (tag = 'organic', count = 1)", "cat")]
    [InlineData("products_purchased MATCHES (vendor = 'ACME') AND products_purchased NOT MATCHES (vendor = 'ACME', date >= -30d)", "ann")]
    [InlineData("amount_quintile = 3", "ann")]
    [InlineData("recency_quintile IS NULL", "cat")]
    [InlineData("frequency_quintile < amount_quintile", "ann")]
    public void Price_bands_lines_refunds_and_what_was_viewed_and_never_bought(string text, string names)
    {
        shop.Columns.PutProduct(new ProductFacts { Id = new(1), ExternalId = "gid://shopify/Product/2012162031638", Vendor = "Acme", Tags = ["Organic"], PriceMinor = 4_000 });
        shop.Columns.PutProduct(new ProductFacts { Id = new(2), ExternalId = "1012132033639", PriceMinor = 1_500 });
        var ann = shop.Customer("ann").Bought(40, 40, 1).Did(EventKind.ProductViewed, 50, 1);
        shop.Columns.PutRefund(new RefundFacts(1, ann.Ordinal, shop.Now.AddDays(-30), 500, OfOrder: true));
        Assert.Equal("ann", shop.Who("amount_spent = 40"));
        shop.Customer("bob").Bought(40, 11, 2).Did(EventKind.ProductViewed, 5, 1);
        shop.Customer("cat").LeftCart(3, 1);
        Assert.Equal(names, shop.Who(text));
    }

    private void Did(int ordinal, double daysAgo, params (string Name, string Value)[] properties) => Put(id++, ordinal, daysAgo, properties);

    private Touched Put(long number, int ordinal, double daysAgo, params (string Name, string Value)[] properties) => shop.Columns.PutEvent(new EventFacts
    {
        Id = new(number),
        Ordinal = ordinal,
        Kind = EventKind.Custom,
        At = shop.Now.AddDays(-daysAgo),
        Properties = properties.ToDictionary(property => property.Name, property => property.Value),
    });
}
