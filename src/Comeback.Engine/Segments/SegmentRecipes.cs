namespace Comeback.Engine.Segments;

/// <summary>A ready definition to copy and change. What it is called and good for is said by the admin, in the reader's language, by its key.</summary>
/// <param name="Aim"><c>win_back</c>, <c>grow</c>, <c>carts</c>, <c>reward</c>, <c>offers</c>, <c>occasions</c>, <c>engage</c> or <c>consent</c>.</param>
public sealed record SegmentRecipe(string Key, string Aim, string Definition);

/// <summary>The gallery: recipes beside the stock segments.</summary>
public static class SegmentRecipes
{
    public static IReadOnlyList<SegmentRecipe> All { get; } =
    [
        new("best_going_quiet", "win_back", "top 20% by amount_spent exactly AND days_since_last_order > 1.5 * expected_gap"),
        new("overdue", "win_back", "number_of_orders >= 3 AND days_since_last_order > 2 * own_gap AND last_order_date >= -1y"),
        new("regulars_gone", "win_back", "number_of_orders >= 5 AND last_order_date <= -90d"),
        new("once_and_gone", "win_back", "number_of_orders = 1 AND last_order_date <= -90d"),
        new("second_order", "grow", "number_of_orders = 1 AND last_order_date BETWEEN -45d AND -14d"),
        new("signed_up_only", "grow", "number_of_orders = 0 AND email_subscription_status = 'SUBSCRIBED' AND customer_added_date <= -14d"),
        new("almost_vip", "grow", "number_of_orders >= 3 AND last_order_date >= -90d AND NOT (in segment 'vip')"),
        new("big_but_seldom", "grow", "top 10% by amount_spent exactly AND number_of_orders <= 2"),
        new("large_carts", "carts", "reachable = true AND carts MATCHES (open = true, ordered_since = false, amount >= 100, date >= -7d)"),
        new("looked_not_bought", "carts", "storefront.product_viewed MATCHES (count >= 3, date >= -7d) AND orders_placed NOT MATCHES (date >= -30d)"),
        new("twice_in_a_month", "reward", "orders_placed MATCHES (count >= 2, date >= -30d)"),
        new("three_years", "reward", "first_order_date <= -3y AND last_order_date >= -90d"),
        new("full_price", "offers", "number_of_orders >= 2 AND orders_placed NOT MATCHES (discounted = true)"),
        new("only_with_discount", "offers", "number_of_orders >= 2 AND orders_placed NOT MATCHES (discounted = false)"),
        new("birthday_soon", "occasions", "anniversary MATCHES (date = 'birth_date', on BETWEEN today AND +7d)"),
        new("a_year_with_us", "occasions", "number_of_orders >= 2 AND anniversary MATCHES (date = 'first_order_date', on BETWEEN today AND +7d)"),
        new("ramadan_buyers", "occasions", "orders_placed MATCHES (date = ramadan)"),
        new("clicked_not_bought", "engage", "funnel(messages (event = 'clicked', date >= -30d), then not orders_placed within 7d)"),
        new("buys_unread", "engage", "last_order_date >= -90d AND messages MATCHES (event = 'delivered', date >= -90d) AND messages NOT MATCHES (event IN ('opened', 'clicked', 'answered'), date >= -90d)"),
        new("ask_for_consent", "consent", "number_of_orders >= 1 AND last_order_date >= -1y AND reachable = false"),
        new("tenth_to_compare", "consent", "number_of_orders >= 1 AND share(10%, 'compare')"),
    ];
}
