using System.Globalization;

namespace Comeback.Engine.Tests.Segments.Oracle;

/// <summary>Numbers that a scenario is read from, so that CsCheck can shrink a failing one by shortening and lowering the tape.</summary>
internal sealed class Tape(int[] numbers)
{
    private int at;

    public bool AtEnd => at >= numbers.Length;

    /// <summary>The next number from 0 up to, not including, a limit; 0 once the tape is over.</summary>
    public int Next(int limit) => at < numbers.Length ? numbers[at++] % limit : 0;

    public bool Chance(int oneIn) => Next(oneIn) == oneIn - 1;

    public T Pick<T>(params ReadOnlySpan<T> from) => from[Next(from.Length)];

    /// <summary>A definition of some depth; <paramref name="others"/> are keys that it may refer to.</summary>
    public string Definition(int depth, IReadOnlyList<string> others) => depth == 0 ? Leaf(others) : Next(6) switch
    {
        0 => $"({Definition(depth - 1, others)} AND {Definition(depth - 1, others)})",
        1 => $"({Definition(depth - 1, others)} OR {Definition(depth - 1, others)})",
        2 => $"NOT ({Definition(depth - 1, others)})",
        3 => $"({Definition(depth - 1, others)} AND NOT ({Definition(depth - 1, others)}))",
        _ => Leaf(others),
    };

    private string Leaf(IReadOnlyList<string> others)
    {
        switch (Next(others.Count > 0 ? 30 : 27))
        {
            case 0: return $"number_of_orders {Op()} {Next(5)}";
            case 1: return $"amount_spent {Op()} {Next(80)}{Pick("", ".5", ".25")}";
            case 2: return $"days_since_last_order {Op()} {Pick("", "0.5 * ", "1.5 * ", "3 * ")}{Pick("expected_gap", "own_gap", "median_gap")}";
            case 3: return $"days_since_last_order {Op()} {Next(70)}";
            case 4: return $"{Pick("own_gap", "expected_gap", "average_order_value")} {(Chance(4) ? "IS NOT NULL" : $"{Op()} {Next(40)}")}";
            case 5: return $"{Pick("last_order_date", "first_order_date", "customer_added_date")} {(Chance(6) ? Pick("IS NULL", "IS NOT NULL") : Date())}";
            case 6: return $"customer_tags {Pick("CONTAINS", "NOT CONTAINS")} '{Pick("vip", "Wholesale")}'";
            case 7: return $"email_subscription_status {Pick("=", "!=")} '{Pick("SUBSCRIBED", "UNSUBSCRIBED", "PENDING", "NOT_SUBSCRIBED")}'";
            case 8: return $"reachable = {Pick("true", "false")}";
            case 9: return $"orders_placed {Not()}MATCHES ({Some($"date {Date()}", $"amount {Op()} {Next(60)}", $"from_message = {Pick("true", "false")}", "discount_code = 'SAVE'", $"discounted = {Pick("true", "false")}")}{Aggregate()})";
            case 10: return $"products_purchased {Not()}MATCHES ({Some($"category {Pick("=", "!=")} '{Key()}'", $"date {Date()}", $"id IN ({Next(4)}, {Next(4)})", $"quantity {Op()} {Next(4)}")}{Aggregate()})";
            case 11: return $"products_purchased {Not()}MATCHES (category = '{Key()}')";
            case 12: return $"messages {Not()}MATCHES ({Some($"event IN ('{Pick("clicked", "opened")}', '{Pick("delivered", "answered")}')", $"date {Date()}", "channel = 'email'", $"campaign = {Next(3)}")}{Count()})";
            case 13: return $"interest MATCHES ({Some($"category = '{Key()}'", $"date {Date()}")}{Count()})";
            case 14: return $"carts {Not()}MATCHES ({Some($"open = {Pick("true", "false")}", $"ordered_since = {Pick("true", "false")}", $"date {Date()}", $"category = '{Key()}'")}{Count()})";
            case 15: return $"{Pick("top", "bottom")} {Pick("15", "20", "50", "33.3")}% by {Metric()}{Pick("", " exactly")}";
            case 16: return $"top {Pick("15", "30")}% by {Metric()} up to {Pick("40", "60")}% if under {Pick("10", "15")}%";
            case 17:
                return Chance(2)
                ? $"funnel({Step()}, then {Step()} within {Pick("3d", "36h", "30d")}, then {Pick("not ", "")}{Step()}{Pick("", " within 7d")})"
                : $"anniversary(date: 'birth_date') {Pick("= today", "BETWEEN today AND +7d", "BETWEEN -3d AND +3d")}";
            case 18: return $"comeback_rfm_group {Pick("=", "!=")} '{Pick("CHAMPIONS", "LOYAL", "NEEDS_ATTENTION", "ALMOST_LOST", "DORMANT", "NEW", "PROSPECTS")}'";
            case 19: return $"{Pick("recency", "frequency", "amount")}_quintile {(Chance(5) ? "IS NULL" : $"{Op()} {Next(6)}")}";
            case 20: return $"events {Not()}MATCHES ({Some($"event = '{Happening()}'", $"event IN ('{Happening()}', '{Happening()}')", $"event != '{Happening()}'", $"date {Date()}", $"properties.colour {Pick("=", "!=", "CONTAINS", "NOT CONTAINS")} '{Pick("red", "E")}'", $"properties.value {Op()} {Next(9)}", $"properties.colour IS {Pick("", "NOT ")}NULL", $"category = '{Key()}'")}{Count()})";
            case 21: return $"events {Not()}MATCHES ({Some("event = 'quiz'", $"date {Date()}")}, {Pick("sum", "average", "min", "max")}(properties.value) {Op()} {Next(9)}{Pick("", ".5")}{Count()})";
            case 22: return $"{Pick("storefront.product_viewed", "storefront.collection_viewed", "interest")} {Not()}MATCHES (bought = {Pick("true", "false")}{Pick("", $", date {Date()}", $", category = '{Key()}'")}{Count()})";
            case 23: return $"products_purchased {Not()}MATCHES ({Some($"price {Op()} {Next(40)}", "tag = 'Organic'", $"vendor {Pick("=", "!=")} 'Acme'", $"amount {Op()} {Next(40)}", $"date {Date()}")}{Pick("", $", {Pick("average", "min", "max", "sum")}_amount {Op()} {Next(40)}")})";
            case 24: return $"{Pick("refunds", "carts")} {Not()}MATCHES ({Some($"date {Date()}", $"amount {Op()} {Next(30)}")}{Pick("", $", {Pick("average", "min", "max", "sum")}_amount {Op()} {Next(40)}")}{Count()})";
            case 25: return Chance(2) ? $"customer_phone_country {Pick("=", "!=")} '+45'" : $"customer_email_domain {Pick("=", "!=")} 'example.com'";
            case 26: return $"not_a_shopper = {Pick("true", "false")}";
            case 27: return $"in segment '{others[Next(others.Count)]}'";
            case 28: return $"entered segment '{others[Next(others.Count)]}'{Pick("", $" within {Pick($"-{Next(40)}d", $"-{Next(90)}h", $"-{Next(300)}min", $"-{Next(3)}mo", $"-{Next(5)}w")}")}";
            default: return $"{Pick("top", "bottom")} {Pick("20", "50")}% by {Metric()}{Pick("", " exactly")} of segment '{others[Next(others.Count)]}'";
        }
    }

    private string Step() => Pick("orders_placed", "products_purchased (category = 'drinks')", "interest", "messages (event = 'clicked')", "carts (open = true)", "events (event = 'quiz')", "refunds");

    private string Happening() => Pick("quiz", "gift", "product_viewed", "message_clicked", "never_seen");

    private string Metric() => Pick("number_of_orders", "amount_spent", "last_order_date", "first_order_date");

    private string Key() => Pick("drinks", "tea", "sale");

    private string Not() => Chance(4) ? "NOT " : "";

    private string Op() => Pick("=", "!=", "<", "<=", ">", ">=");

    private string Date() => Chance(4)
        ? $"BETWEEN {Point()} AND {Point()}"
        : $"{Op()} {Point()}";

    private string Point() => Next(8) switch
    {
        0 => $"-{Next(60)}d",
        1 => $"-{Next(9)}w",
        2 => $"-{Next(14)}m",
        3 => $"-{Next(60)}h",
        4 => Pick("today", "yesterday", "90_days_ago", "12_months_ago"),
        5 => string.Create(CultureInfo.InvariantCulture, $"2026-{Next(12) + 1:00}-{Next(28) + 1:00}{Pick("", "T02:30:00")}"),
        6 => $"-{Next(3)}y",
        _ => $"-{Next(300)}min",
    };

    private string Some(params string[] conditions) => string.Join(", ", conditions.Where(_ => Chance(2)).DefaultIfEmpty(conditions[0]));

    private string Count() => Chance(2) ? $", count {Op()} {Next(4)}" : "";

    private string Aggregate() => Next(7) switch
    {
        0 => $", count {Op()} {Next(4)}",
        1 => $", sum_amount {Op()} {Next(60)}",
        _ => "",
    };
}
