using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>Shopify's segment queries as its documentation writes them, each on one store with the customers who fit.</summary>
public sealed class ShopifyExamplesTests
{
    private static readonly Shop Shop = Make();

    /// <summary>The query, then the names; "no data" where the store cannot know.</summary>
    public static TheoryData<string, string> Examples => new()
    {
        { "number_of_orders > 2", "ann" },
        { "number_of_orders = 0", "cat dan" },
        { "number_of_orders BETWEEN 1 AND 2", "bob" },
        { "amount_spent >= 50.25", "ann" },
        { "amount_spent BETWEEN 5 AND 20", "bob" },
        { "amount_spent < 1", "cat dan" },
        { "last_order_date < -30d", "bob" },
        { "last_order_date >= -1w", "ann" },
        { "last_order_date > -3m", "ann bob" },
        { "last_order_date >= 2026-06-01", "ann" },
        { "last_order_date = 2026-06-13", "ann" },
        { "last_order_date < 2026-06-14T16:00:00", "ann bob" },
        { "last_order_date IS NULL", "cat dan" },
        { "first_order_date >= -10y", "ann bob" },
        { "first_order_date BETWEEN 12_months_ago AND today", "ann bob" },
        { "first_order_date BETWEEN 90_days_ago AND 30_days_ago", "bob" },
        { "first_order_date < 7_days_ago AND last_order_date > 7_days_ago", "ann" },
        { "customer_added_date <= yesterday", "ann bob cat dan" },
        { "customer_tags CONTAINS 'vip'", "ann" },
        { "customer_tags NOT CONTAINS 'VIP'", "bob cat dan" },
        { "customer_countries CONTAINS 'US'", "ann" },
        { "customer_countries = 'US' OR customer_countries = 'DK'", "ann bob" },
        { "customer_regions CONTAINS 'US-NY'", "ann" },
        { "customer_regions CONTAINS 'NY'", "ann" },
        { "customer_cities CONTAINS 'US-NY-NewYorkCity'", "ann" },
        { "customer_email_domain = 'example.com'", "ann bob cat dan" },
        { "customer_language = 'en'", "ann" },
        { "customer_language = 'en-US'", "ann" },
        { "email_subscription_status = 'SUBSCRIBED'", "ann" },
        { "email_subscription_status != 'SUBSCRIBED'", "bob cat dan" },
        { "email_subscription_status = 'UNSUBSCRIBED'", "bob" },
        { "sms_subscription_status = 'PENDING'", "cat" },
        { "abandoned_checkout_date >= -7d", "cat" },
        { "abandoned_checkout_date IS NOT NULL AND number_of_orders = 0", "cat" },
        { "rfm_group = 'CHAMPIONS' OR rfm_group = 'LOYAL'", "ann" },
        { "predicted_spend_tier = 'HIGH'", "ann" },
        { "customer_account_status = 'ENABLED'", "ann" },
        { "product_subscription_status = 'SUBSCRIBED'", "no data" },
        { "companies IS NOT NULL", "no data" },
        { "created_by_app_id = 1", "no data" },
        { "customer.metafields.facts.skin = 'dry'", "no data" },
        { "products_purchased MATCHES (id = 2012162031638)", "ann" },
        { "products_purchased MATCHES (id IN (2012162031638, 1012132033639), date >= -30d)", "ann" },
        { "products_purchased NOT MATCHES (id = 2012162031638)", "bob cat dan" },
        { "products_purchased MATCHES (tag = 'organic', quantity >= 2)", "ann" },
        { "products_purchased MATCHES (tag = 'organic', sum_quantity >= 3, date BETWEEN 12_months_ago AND today)", "ann" },
        { "products_purchased MATCHES (count >= 3)", "ann" },
        { "orders_placed MATCHES (count >= 2, date >= -30d)", "ann" },
        { "orders_placed MATCHES (amount >= 30)", "ann" },
        { "orders_placed MATCHES (sum_amount > 50, date >= -1y)", "ann" },
        { "orders_placed NOT MATCHES (date >= -30d)", "bob cat dan" },
        { "orders_placed MATCHES (app_id = 1)", "no data" },
        { "orders_placed MATCHES (location_id IN (1, 2))", "no data" },
        { "shopify_email.opened MATCHES (activity_id = 77, count >= 1, date >= -30d)", "ann" },
        { "shopify_email.clicked MATCHES (date >= -30d)", "bob" },
        { "shopify_email.bounced MATCHES (count > 0)", "" },
        { "shopify_email.delivered NOT MATCHES (date >= -30d)", "ann bob cat dan" },
        { "shopify_email.marked_as_spam MATCHES ()", "" },
        { "shopify_email.unsubscribed MATCHES (date >= 30_days_ago)", "" },
        { "storefront.product_viewed MATCHES (id = 1012132033639, count >= 2, date >= -7d)", "dan" },
        { "storefront.collection_viewed MATCHES (id = 1, date >= -30d)", "cat" },
        { "store_credit_accounts MATCHES (balance > 10, currency = 'USD', next_expiry_date < +30d)", "no data" },
        { "customer_within_distance MATCHES (coordinates = (40.71, -74.00), distance_km = 10)", "no data" },
        { "anniversary(date: 'metafields.facts.birth_date') = today", "ann" },
        { "anniversary(date: 'metafields.facts.birth_date') BETWEEN today AND +7d", "ann bob" },
        { "number_of_orders > 2 AND customer_countries CONTAINS 'US' OR amount_spent < 1", "ann cat dan" },
        { "number_of_orders > 2 AND (customer_countries CONTAINS 'DK' OR amount_spent < 1)", "" },
        { "FROM customers SHOW customer_name WHERE number_of_orders > 2 ORDER BY updated_at", "ann" },
        { "products_purchased NOT_MATCHES (tag = 'organic')", "bob cat dan" },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void A_query_of_Shopify_runs_as_written(string query, string names)
    {
        var parsed = SegmentLanguage.Parse(query);
        Assert.Empty(parsed.Errors);
        Assert.Equal(parsed.Tree, SegmentLanguage.Parse(parsed.Text!).Tree);
        var answer = SegmentSet.Ask(Shop.Columns, [], parsed.Tree!, Shop.Now);
        Assert.Equal(names, answer.NoData ? "no data" : string.Join(' ', answer.Members.Ordinals.Select(Shop.NameOf).Order()));
    }

    private static Shop Make()
    {
        var shop = new Shop("America/New_York");
        shop.Columns.PutCategory(new CategoryFacts(new(1), "soap", "Soap", null, true));
        shop.Columns.PutProduct(new ProductFacts { Id = new(2012162031638), Tags = ["Organic"], Categories = [new(1)] });
        shop.Columns.PutProduct(new ProductFacts { Id = new(1012132033639) });
        shop.Customer("ann", facts => facts with
        {
            Tags = ["VIP", "wholesale"],
            Country = "US",
            Region = "NY",
            City = "New York City",
            Language = "en-US",
            BirthDate = new DateOnly(1990, 6, 15),
            VendorValues = new Dictionary<string, string> { ["rfm_group"] = "CHAMPIONS", ["predicted_spend_tier"] = "HIGH", ["customer_account_status"] = "ENABLED" },
        }).Bought(200, 10, 2012162031638).Bought(20, 30, 2012162031638, quantity: 2).Bought(2, 40, 1012132033639)
            .Agreed().Did(EventKind.MessageOpened, 3, message: 5, channel: Channel.Email);
        shop.Customer("bob", facts => facts with { Country = "DK", BirthDate = new DateOnly(1980, 6, 22) }).Bought(40, 10)
            .Agreed().Agreed(state: ConsentState.Withdrawn, daysAgo: 5).Did(EventKind.MessageClicked, 3, message: 6, channel: Channel.Email);
        shop.Customer("cat").Agreed(Channel.Sms, ConsentState.Pending).LeftCart(30, 1012132033639).Did(EventKind.CategoryViewed, 3, category: 1);
        shop.Customer("dan").Did(EventKind.ProductViewed, 3, 1012132033639).Did(EventKind.ProductViewed, 2, 1012132033639);
        shop.Columns.PutEvent(new EventFacts
        {
            Id = new(9_999),
            Ordinal = 0,
            Kind = EventKind.MessageOpened,
            At = shop.Now.AddDays(-2),
            Message = new MessageId(9),
            Campaign = new CampaignId(77),
            Channel = Channel.Email,
            Verdict = HitVerdict.Human,
        });
        return shop;
    }
}
