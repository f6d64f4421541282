using System.Globalization;
using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>A segment that comes with Comeback: a definition in our own language that a merchant may open, copy and change.</summary>
public sealed record StockSegment(string Key, string Name, string Description, string Definition);

/// <summary>The stock segments, with the meanings of DEFINITIONS ("Segments").</summary>
public static class StockSegments
{
    /// <summary>Those that nobody is written to by, and that therefore count people who object to profiling too.</summary>
    public static IReadOnlySet<string> Books { get; } = new HashSet<string>(["all_buyers", "not_a_shopper"], StringComparer.Ordinal);

    /// <summary>Those that every store has. <paramref name="vipSharePercent"/> is the merchant's, 10 to 20.</summary>
    public static IReadOnlyList<StockSegment> All(decimal vipSharePercent = 15)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vipSharePercent, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vipSharePercent, 20);
        var vip = $"top {vipSharePercent.ToString(CultureInfo.InvariantCulture)}% by number_of_orders up to 20% if under 10%";
        return
        [
            new("all_buyers", "All buyers", "Everyone with at least one order.", "number_of_orders >= 1"),
            new("prospects", "Prospects", "Known, and no order yet.", "number_of_orders = 0"),
            new("first_time", "First-time buyers", "Exactly one order.", "number_of_orders = 1"),
            new("one_time", "One-time buyers", "Exactly one order.", "number_of_orders = 1"),
            new("repeat", "Repeat buyers", "Two to four orders.", "number_of_orders BETWEEN 2 AND 4"),
            new("loyal", "Loyal customers", "Two or more orders.", "number_of_orders >= 2"),
            new("regular", "Regulars", "Five or more orders and not VIP.", $"number_of_orders >= 5 AND NOT ({vip})"),
            new("vip", "VIP", "The share with the most orders; people with equally many are in or out together.", vip),
            new("frequent", "Frequent buyers", "Three or more orders, at least as often as the store's middle gap between orders.",
                "number_of_orders >= 3 AND own_gap <= median_gap"),
            new("lapsed", "Lapsed", "Bought, and the last order is 60 or more days ago.", "last_order_date <= -60d"),
            new("clv_high", "Highest spenders", "The top fifth of buyers by amount spent.", "top 20% by amount_spent exactly"),
            new("clv_medium", "Middle spenders", "The next half of buyers by amount spent.",
                "top 70% by amount_spent exactly AND NOT (top 20% by amount_spent exactly)"),
            new("clv_low", "Lowest spenders", "The remaining buyers by amount spent.", "bottom 30% by amount_spent exactly"),
            new("just_ordered", "Just ordered", "Ordered within 30 days or half their expected gap, whichever is shorter.",
                "number_of_orders >= 1 AND days_since_last_order <= 30 AND days_since_last_order < 0.5 * expected_gap"),
            new("active", "Active", "Within one and a half of their expected gap between orders.",
                "number_of_orders >= 1 AND days_since_last_order <= 1.5 * expected_gap"),
            new("slipping_away", "Slipping away", "Past one and a half, within three of their expected gap.",
                "number_of_orders >= 1 AND days_since_last_order > 1.5 * expected_gap AND days_since_last_order <= 3 * expected_gap"),
            new("inactive", "Inactive", "Past three of their expected gap.", "number_of_orders >= 1 AND days_since_last_order > 3 * expected_gap"),
            new("highly_engaged", "Highly engaged", "Clicked or answered two messages in 90 days, or one in 30.", HighlyEngaged),
            new("moderately_engaged", "Moderately engaged", "Any open, click, answer or order from a message in 90 days, and not highly engaged.",
                $"{AnyEngagement} AND NOT ({HighlyEngaged})"),
            new("disengaged", "Disengaged", "Five or more messages in 90 days and no sign of life.",
                $"messages MATCHES (event = 'delivered', count >= 5, date >= -90d) AND NOT ({AnyEngagement})"),
            new("abandoned_cart", "Abandoned cart", "A cart of someone reachable, untouched for an hour and younger than 7 days, no order since.",
                "reachable = true AND carts MATCHES (open = true, ordered_since = false, date <= -1h, date > -168h)"),
            new("not_a_shopper", "Not shoppers", "Staff, companies, tills and tests: outside ranks, medians and campaigns. Settings say who they are.", "not_a_shopper = true"),
        ];
    }

    private const string HighlyEngaged =
        "messages MATCHES (event IN ('clicked', 'answered'), count >= 2, date >= -90d) OR messages MATCHES (event IN ('clicked', 'answered'), date >= -30d)";

    private const string AnyEngagement =
        "(messages MATCHES (event IN ('opened', 'clicked', 'answered'), date >= -90d) OR orders_placed MATCHES (from_message = true, date >= -90d))";

    /// <summary>The two of one category: <c>bought_from:KEY</c> and <c>interested_in:KEY</c>.</summary>
    public static IReadOnlyList<StockSegment> Of(CategoryFacts category)
    {
        var key = category.Key.Replace("'", "''", StringComparison.Ordinal);
        return
        [
            new($"bought_from:{category.Key}", $"Bought from {category.Name}", $"Bought something from {category.Name}.",
                $"products_purchased MATCHES (category = '{key}')"),
            new($"interested_in:{category.Key}", $"Interested in {category.Name}",
                $"Viewed or carted {category.Name} two or more times in 30 days and never bought from it.",
                $"interest MATCHES (category = '{key}', count >= 2, date >= -30d) AND products_purchased NOT MATCHES (category = '{key}')"),
        ];
    }
}
