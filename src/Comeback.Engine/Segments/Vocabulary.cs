using System.Collections.Frozen;

namespace Comeback.Engine.Segments;

/// <summary>What kind of values an attribute or parameter takes.</summary>
public enum ValueKind { Number, Money, Date, Word, Text, List, Truth, Id, Place }

/// <summary>Something that a definition can name: an attribute of a customer, or a parameter of a function.</summary>
/// <param name="Words">The words of a <see cref="ValueKind.Word"/>; empty otherwise.</param>
public sealed record Term(string Name, ValueKind Kind, string Meaning, params IReadOnlyList<string> Words)
{
    /// <summary>The operators that fit its kind.</summary>
    public IReadOnlyList<Operator> Operators => Vocabulary.OperatorsOf(Kind);
}

/// <summary>A function over a customer's rows, with what may stand in its brackets.</summary>
/// <param name="Free">Takes properties of any name too: <c>properties.colour = 'red'</c>, <c>sum(properties.value) > 10</c>.</param>
public sealed record FunctionTerm(string Name, string Meaning, IReadOnlyList<Term> Parameters, bool Free = false);

/// <summary>A clause that is neither an attribute nor a function, with an example of it.</summary>
public sealed record ClauseTerm(string Name, string Example, string Meaning);

/// <summary>All words of the language, for the parser, for completion in the admin, and for the documentation.</summary>
public static class Vocabulary
{
    internal static readonly string[] NamedDates =
    [
        "today", "yesterday", "7_days_ago", "30_days_ago", "90_days_ago", "12_months_ago",
        "ramadan", "eid_al_fitr", "eid_al_adha",
    ];

    private static readonly string[] Subscription = ["SUBSCRIBED", "NOT_SUBSCRIBED", "PENDING", "INVALID", "UNSUBSCRIBED", "REDACTED"];

    private static readonly string[] RfmGroups =
    [
        "CHAMPIONS", "LOYAL", "ACTIVE", "NEW", "PROMISING", "NEEDS_ATTENTION", "AT_RISK", "ALMOST_LOST", "PREVIOUSLY_LOYAL", "DORMANT", "PROSPECTS",
    ];

    private static readonly Term Count = new("count", ValueKind.Number, "how many rows fit; 1 or more when not given");
    private static readonly Term Sum = new("sum_amount", ValueKind.Money, "of those that fit");
    private static readonly Term Average = new("average_amount", ValueKind.Money, "of those that fit");
    private static readonly Term Least = new("min_amount", ValueKind.Money, "of those that fit");
    private static readonly Term Most = new("max_amount", ValueKind.Money, "of those that fit");
    private static readonly Term Ids = new("id", ValueKind.Id, "the store's product ids");
    private static readonly Term ProductTag = new("tag", ValueKind.Text, "of the product");
    private static readonly Term Category = new("category", ValueKind.Text, "key; parents include theirs");
    private static readonly Term Vendor = new("vendor", ValueKind.Text, "of the product");
    private static readonly Term Price = new("price", ValueKind.Money, "of the product now, its dearest variant");
    private static readonly Term Bought = new("bought", ValueKind.Truth, "the customer has bought the same");
    private static readonly Term When = new("date", ValueKind.Date, "when it happened");

    /// <summary>Attributes of a customer, by name.</summary>
    public static IReadOnlyDictionary<string, Term> Attributes { get; } = new Term[]
    {
        new("number_of_orders", ValueKind.Number, "counted orders"),
        new("amount_spent", ValueKind.Money, "counted orders' totals less refunds"),
        new("average_order_value", ValueKind.Money, "amount spent divided by number of orders"),
        new("first_order_date", ValueKind.Date, "the first counted order"),
        new("last_order_date", ValueKind.Date, "the last counted order"),
        new("days_since_last_order", ValueKind.Number, "whole days since the last counted order"),
        new("own_gap", ValueKind.Number, "mean days between own order days"),
        new("expected_gap", ValueKind.Number, "own gaps blended with the store's median, at least 7 days"),
        new("median_gap", ValueKind.Number, "the store's median days between order days"),
        new("customer_added_date", ValueKind.Date, "when the customer was first known"),
        new("abandoned_checkout_date", ValueKind.Date, "a cart left without an order since"),
        new("customer_tags", ValueKind.List, "tags, in any case"),
        new("customer_countries", ValueKind.List, "ISO 3166-1 alpha-2"),
        new("customer_regions", ValueKind.List, "'US-NY' or 'NY'"),
        new("customer_cities", ValueKind.List, "'US-NY-NewYorkCity' or a name"),
        new("customer_email_domain", ValueKind.Text, "what follows @"),
        new("customer_language", ValueKind.Text, "'en' or 'en-US'"),
        new("customer_phone_country", ValueKind.Text, "calling code of the phone, '+45'"),
        new("customer_account_status", ValueKind.Word, "as the store says", "DECLINED", "DISABLED", "ENABLED", "INVITED"),
        new("email_subscription_status", ValueKind.Word, "consent to e-mail", Subscription),
        new("sms_subscription_status", ValueKind.Word, "consent to SMS", Subscription),
        new("whatsapp_subscription_status", ValueKind.Word, "consent to WhatsApp", Subscription),
        new("product_subscription_status", ValueKind.Word, "as the store says",
            "SUBSCRIBED", "SUBSCRIBER", "CANCELED", "EXPIRED", "FAILED", "NEVER_SUBSCRIBED", "PAUSED"),
        new("predicted_spend_tier", ValueKind.Word, "Shopify's own", "HIGH", "MEDIUM", "LOW"),
        new("rfm_group", ValueKind.Word, "Shopify's own", RfmGroups),
        new("comeback_rfm_group", ValueKind.Word, "ours, by quintiles of recency, frequency and amount", RfmGroups),
        new("companies", ValueKind.Id, "B2B companies, Shopify only"),
        new("created_by_app_id", ValueKind.Id, "the app that made the customer, Shopify only"),
        new("recency_quintile", ValueKind.Number, "1 to 5 among the buyers by last order, 5 the latest"),
        new("frequency_quintile", ValueKind.Number, "1 to 5 among the buyers by number of orders, 5 the most"),
        new("amount_quintile", ValueKind.Number, "1 to 5 among the buyers by amount spent, 5 the most"),
        new("birth_date", ValueKind.Date, "date of birth"),
        new("reachable", ValueKind.Truth, "may be marketed to on at least one channel now"),
        new("not_a_shopper", ValueKind.Truth, "outside ranks and medians"),
    }.ToFrozenDictionary(term => term.Name, StringComparer.Ordinal);

    /// <summary>Functions over a customer's rows, by name.</summary>
    public static IReadOnlyDictionary<string, FunctionTerm> Functions { get; } = Build().ToFrozenDictionary(term => term.Name, StringComparer.Ordinal);

    /// <summary>Clauses that are neither an attribute nor a function.</summary>
    public static IReadOnlyList<ClauseTerm> Clauses { get; } =
    [
        new("in segment", "in segment 'lapsed'", "is a member of another segment"),
        new("entered segment", "entered segment 'lapsed' within -7d", "came into another segment lately, whether or not still in it"),
        new("top", "top 15% by number_of_orders", "the share with the most; equals are in or out together, or 'exactly' so many"),
        new("bottom", "bottom 30% by amount_spent", "everyone but the top of the rest"),
        new("share", "share(10%, 'seed')", "a stable random share of all customers"),
        new("funnel", "funnel(storefront.product_viewed, then orders_placed within 3d)", "did one thing, then another in time"),
    ];

    /// <summary>Names of the events that every store has.</summary>
    public static IReadOnlyList<string> EventNames { get; } = [.. Segments.EventNames.Known];

    /// <summary>A property of an event as it is written: <c>properties.colour</c>, <c>property 'gift wrap'</c>.</summary>
    public static string Property(string name) => FreeProperties.Write(name);

    /// <summary>An operator as it is written.</summary>
    public static string Symbol(Operator op) => SegmentPrinter.Word(op);

    /// <summary>Whether a name is a metafield of Shopify: any name below <c>customer.metafields</c>.</summary>
    internal static bool IsMetafield(string name) => name.StartsWith("customer.metafields", StringComparison.Ordinal);

    internal static IReadOnlyList<Operator> OperatorsOf(ValueKind kind) => kind switch
    {
        ValueKind.Number or ValueKind.Money =>
            [Operator.Equal, Operator.NotEqual, Operator.Less, Operator.LessOrEqual, Operator.Greater, Operator.GreaterOrEqual, Operator.Between,
                Operator.IsNull, Operator.IsNotNull],
        ValueKind.Date =>
            [Operator.Equal, Operator.NotEqual, Operator.Less, Operator.LessOrEqual, Operator.Greater, Operator.GreaterOrEqual, Operator.Between,
                Operator.IsNull, Operator.IsNotNull],
        ValueKind.List =>
            [Operator.Contains, Operator.NotContains, Operator.Equal, Operator.NotEqual, Operator.In, Operator.NotIn, Operator.IsNull, Operator.IsNotNull],
        ValueKind.Truth => [Operator.Equal, Operator.NotEqual],
        ValueKind.Place => [Operator.Equal],
        _ => [Operator.Equal, Operator.NotEqual, Operator.In, Operator.NotIn, Operator.IsNull, Operator.IsNotNull],
    };

    private static IEnumerable<FunctionTerm> Build()
    {
        yield return new("orders_placed", "counted orders",
        [
            Count, When,
            new("amount", ValueKind.Money, "amount spent on the order"), new("sum_amount", ValueKind.Money, "of the orders that fit"),
            new("average_amount", ValueKind.Money, "of the orders that fit"), new("min_amount", ValueKind.Money, "of the orders that fit"),
            new("max_amount", ValueKind.Money, "of the orders that fit"), new("discount_code", ValueKind.Text, "in any case"),
            new("discounted", ValueKind.Truth, "had a discount code"), new("from_message", ValueKind.Truth, "placed within 7 days of a click in a message"),
            new("app_id", ValueKind.Id, "Shopify only"), new("location_id", ValueKind.Id, "Shopify only"),
        ]);
        yield return new("products_purchased", "lines of counted orders",
        [
            Ids, ProductTag, Category, Vendor, Price, new("quantity", ValueKind.Number, "of one line"),
            new("sum_quantity", ValueKind.Number, "of the lines that fit"), new("amount", ValueKind.Money, "of one line"),
            Sum, Average, Least, Most, Count with { Meaning = "orders with such a line" }, When,
        ]);
        yield return new("refunds", "refunds, of an order or without one", [Count, When, new("amount", ValueKind.Money, "of one"), Sum, Average, Least, Most]);
        yield return new("interest", "views and carts of something", [Ids, Category, ProductTag, Vendor, Price, Bought, Count, When]);
        yield return new("storefront.product_viewed", "product views", [Ids, ProductTag, Category, Vendor, Price, Bought, Count, When]);
        yield return new("storefront.collection_viewed", "category views",
            [new("id", ValueKind.Id, "the store's category ids"), new("category", ValueKind.Text, "key"), Bought, Count, When]);
        yield return new("events", "anything that happened, with its own properties: properties.colour = 'red', sum(properties.value) > 10",
        [
            new("event", ValueKind.Text, $"one of {string.Join(", ", Segments.EventNames.Known)}, or the name of an event of your own"),
            new("channel", ValueKind.Word, "of a message", "email", "sms", "whatsapp"), Ids, ProductTag, Category, Vendor, Price, Count, When,
        ], Free: true);
        foreach (var name in new[] { "opened", "clicked", "bounced", "delivered", "marked_as_spam", "unsubscribed" })
            yield return new("shopify_email." + name, "messages " + name, [new("activity_id", ValueKind.Id, "campaign ids"), Count, When]);
        yield return new("messages", "messages that something happened to, each once",
        [
            new("event", ValueKind.Word, "what happened", "sent", "delivered", "bounced", "opened", "clicked", "answered", "complained", "unsubscribed"),
            new("channel", ValueKind.Word, "by which channel", "email", "sms", "whatsapp"), new("campaign", ValueKind.Id, "campaign ids"), Count, When,
        ]);
        yield return new("carts", "carts, dated when last touched",
        [
            new("open", ValueKind.Truth, "not closed by an order, emptied or deleted"), new("ordered_since", ValueKind.Truth, "an order was placed since"),
            new("amount", ValueKind.Money, "of the cart"), Sum, Average, Least, Most, Ids, Category, ProductTag, Vendor, Price, Count, When,
        ]);
        yield return new("store_credit_accounts", "Shopify only",
        [
            new("balance", ValueKind.Number, "of the account"), new("currency", ValueKind.Text, "of the account"),
            new("next_expiry_date", ValueKind.Date, "of the account"), new("last_credit_date", ValueKind.Date, "of the account"),
        ]);
        yield return new("customer_within_distance", "needs coordinates of addresses",
        [
            new("coordinates", ValueKind.Place, "(latitude, longitude)"), new("distance_km", ValueKind.Number, "kilometres"),
            new("distance_mi", ValueKind.Number, "miles"),
        ]);
        yield return new("anniversary", "a date's day and month, the year ignored",
            [new("date", ValueKind.Text, "'birth_date', 'first_order_date', 'last_order_date' or 'customer_added_date'"), new("on", ValueKind.Date, "the day")]);
    }
}
