using System.Globalization;
using System.Text.Json;

namespace Comeback.Stores.Klaviyo;

/// <summary>Klaviyo's metrics (things that happened) to functions of ours, alone and as steps of a funnel.</summary>
internal sealed class KlaviyoMetrics(KlaviyoNames names)
{
    private sealed record Function(string Name, string? Fixed = null)
    {
        public bool IsMessages => Name == "messages";
        public bool OfProducts => Name is "products_purchased" or "carts" or "storefront.product_viewed" or "interest";
    }

    public KlaviyoAnswer Metric(JsonElement condition)
    {
        if (FunctionOf(condition.Text("metric_id"), out var metric) is not { } function) return KlaviyoAnswer.No(metric);
        var parameters = new List<string>();
        if (Filters(condition, ref function, parameters) is { } wrong) return KlaviyoAnswer.No($"'{metric}' {wrong}");
        var when = When(condition.At("timeframe_filter") ?? default);
        if (when is null) return KlaviyoAnswer.No($"'{metric}' in that window of time");
        if (when.Length > 0) parameters.Add($"date {when}");
        var measurement = condition.At("measurement_filter") ?? default;
        if (KlaviyoConditions.Numeric(measurement) is not { } test) return KlaviyoAnswer.No($"'{metric}' measured in a way of its own");
        var negated = false;
        switch (condition.Text("measurement"))
        {
            case "count":
                negated = test is "= 0" or "< 1" or "<= 0";
                if (!negated && test is not ("> 0" or ">= 1")) parameters.Add($"count {test}");
                break;
            case "sum" when function.IsMessages || function.Name.StartsWith("storefront", StringComparison.Ordinal):
                return KlaviyoAnswer.No($"the sum of '{metric}' (it carries no amount)");
            case "sum":
                parameters.Add(function.Name == "events" ? $"sum(properties.value) {test}" : $"sum_amount {test}");
                break;
            case var other:
                return KlaviyoAnswer.No($"'{metric}' measured by '{KlaviyoConditions.Short(other)}'");
        }
        return KlaviyoAnswer.Yes($"{function.Name} {(negated ? "NOT MATCHES" : "MATCHES")} ({string.Join(", ", Fixed(function).Concat(parameters))})");
    }

    public KlaviyoAnswer Funnel(JsonElement condition)
    {
        var window = condition.Text("completion_window_seconds") switch
        {
            null => "",
            "HOURS_1" => " within 1h",
            "WEEKS_1" => " within 7d",
            "YEARS_1" => " within 365d",
            var days when days.StartsWith("DAYS_", StringComparison.Ordinal) && int.TryParse(days["DAYS_".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) => $" within {number}d",
            _ => null,
        };
        if (window is null) return KlaviyoAnswer.No("a funnel with an unknown window");
        var when = When(condition.At("timeframe_filter") ?? default);
        if (when is null) return KlaviyoAnswer.No("a funnel in that window of time");
        var steps = new List<string>();
        foreach (var step in condition.At("steps") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
        {
            if (FunctionOf(step.Text("metric_id"), out var metric) is not { } function) return KlaviyoAnswer.No($"a funnel: {metric}");
            var parameters = new List<string>();
            if (Filters(step, ref function, parameters) is { } wrong) return KlaviyoAnswer.No($"a funnel: '{metric}' {wrong}");
            if (when.Length > 0 && steps.Count == 0) parameters.Add($"date {when}");
            var not = step.Truth("metric_exists") == false;
            if (not && steps.Count == 0) return KlaviyoAnswer.No("a funnel that begins with something not done");
            var all = string.Join(", ", Fixed(function).Concat(parameters));
            steps.Add($"{(not ? "not " : "")}{function.Name}{(all.Length == 0 ? "" : $" ({all})")}{(steps.Count == 0 ? "" : window)}");
        }
        // Their window is for the whole funnel, ours from step to step: the same for two steps only.
        if (steps.Count > 2 && window.Length > 0) return KlaviyoAnswer.No("a funnel of more than two steps within one window (here each step has its own)");
        return steps.Count < 2 ? KlaviyoAnswer.No("a funnel of fewer than two steps") : KlaviyoAnswer.Yes($"funnel({string.Join(", then ", steps)})");
    }

    /// <summary>A window of time as it is written after a date; empty for all time, null for one that has no like.</summary>
    internal static string? When(JsonElement filter)
    {
        var unit = filter.Text("unit");
        switch (filter.ValueKind == JsonValueKind.Undefined ? "alltime" : filter.Text("operator"))
        {
            case "alltime": return "";
            case "in-the-last": return KlaviyoConditions.Offset(filter.Number("quantity"), unit) is { } last ? $">= {last}" : null;
            case "at-least": return KlaviyoConditions.Offset(filter.Number("quantity"), unit) is { } least ? $"<= {least}" : null;
            case "between":
                var (near, far) = (Math.Min(filter.Number("start") ?? -1, filter.Number("end") ?? -1), Math.Max(filter.Number("start") ?? -1, filter.Number("end") ?? -1));
                return KlaviyoConditions.Offset(far, unit) is { } from && (near == 0 ? "today" : KlaviyoConditions.Offset(near, unit)) is { } to ? $"BETWEEN {from} AND {to}" : null;
            case "after": return Day(filter.Text("date")) is { } after ? $"> {after}" : null;
            case "before": return Day(filter.Text("date")) is { } before ? $"< {before}" : null;
            case "between-static": return Day(filter.Text("start")) is { } start && Day(filter.Text("end")) is { } end ? $"BETWEEN {start} AND {end}" : null;
            default: return null;
        }
    }

    private static string? Day(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    private static IEnumerable<string> Fixed(Function function) => function.Fixed is null ? [] : [function.Fixed];

    private Function? FunctionOf(string? id, out string metric)
    {
        metric = id is null ? "a metric without an id" : names.Metrics.GetValueOrDefault(id) ?? "";
        if (metric.Length == 0)
        {
            metric = $"the metric {KlaviyoConditions.Short(id)}, whose name is not in the file (add Klaviyo's answer for metrics as \"included\")";
            return null;
        }
        return metric.ToLowerInvariant() switch
        {
            "placed order" => new("orders_placed"),
            "ordered product" => new("products_purchased"),
            "refunded order" => new("refunds"),
            "viewed product" or "viewed item" => new("storefront.product_viewed"),
            "viewed collection" or "viewed category" => new("storefront.collection_viewed"),
            "started checkout" or "checkout started" or "added to cart" => new("carts"),
            "active on site" => new("events", "event IN ('product_viewed', 'category_viewed', 'searched', 'cart_touched')"),
            "received email" => new("messages", "event = 'delivered', channel = 'email'"),
            "opened email" => new("messages", "event = 'opened', channel = 'email'"),
            "clicked email" => new("messages", "event = 'clicked', channel = 'email'"),
            "bounced email" => new("messages", "event = 'bounced', channel = 'email'"),
            "marked email as spam" => new("messages", "event = 'complained', channel = 'email'"),
            "unsubscribed" or "unsubscribed from email marketing" => new("messages", "event = 'unsubscribed', channel = 'email'"),
            "received sms" or "sent sms" => new("messages", "event = 'delivered', channel = 'sms'"),
            "clicked sms" => new("messages", "event = 'clicked', channel = 'sms'"),
            "unsubscribed from sms marketing" => new("messages", "event = 'unsubscribed', channel = 'sms'"),
            "subscribed to email marketing" => new("events", "event = 'signed_up'"),
            _ => new("events", $"event = {KlaviyoConditions.Quoted(metric)}"),
        };
    }

    // Filters on the metric's properties; the answer says what could not be carried, null when all were.
    private static string? Filters(JsonElement condition, ref Function function, List<string> parameters)
    {
        foreach (var item in condition.At("metric_filters") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
        {
            var property = item.Text("property") ?? "";
            var filter = item.At("filter") ?? default;
            if (function.Name == "events")
            {
                if (Free(property, filter) is not { } free) return $"by its property '{KlaviyoConditions.Short(property)}' {KlaviyoConditions.Short(filter.Text("operator"))}";
                parameters.Add(free);
                continue;
            }
            var name = property.TrimStart('$').Replace(" ", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
            var ofOrder = function.Name == "orders_placed";
            var parameter = name switch
            {
                "value" when function.Name is "orders_placed" or "products_purchased" or "carts" or "refunds" => "amount",
                "price" when function.OfProducts => "price",
                "discountcodes" or "discountcode" when ofOrder => "discount_code",
                "productid" or "itemid" when function.OfProducts => "id",
                "brand" or "vendor" or "productbrand" when function.OfProducts || ofOrder => "vendor",
                "collections" or "categories" or "productcategories" or "itemcategories" when function.OfProducts || ofOrder => "category",
                "tags" or "producttags" when function.OfProducts || ofOrder => "tag",
                "quantity" when function.Name == "products_purchased" => "quantity",
                _ => null,
            };
            // An order with a line of it: the function over lines counts orders too.
            if (ofOrder && parameter is "vendor" or "category" or "tag")
            {
                if (parameters.Count > 0) return $"by its property '{KlaviyoConditions.Short(property)}' together with others";
                function = new Function("products_purchased");
            }
            if (parameter is null || Test(parameter, filter) is not { } test) return $"by its property '{KlaviyoConditions.Short(property)}' {KlaviyoConditions.Short(filter.Text("operator"))}";
            parameters.Add($"{parameter} {test}");
        }
        return null;
    }

    private static string? Test(string parameter, JsonElement filter)
    {
        if (parameter is "amount" or "price" or "quantity") return KlaviyoConditions.Numeric(filter);
        // Categories are named by key here: their name in small letters, hyphens between words.
        var values = KlaviyoConditions.Values(filter).ConvertAll(value => parameter == "category" ? Key(value) : value);
        if (values.Count == 0) return null;
        var list = string.Join(", ", values.Select(KlaviyoConditions.Quoted));
        return filter.Text("operator") switch
        {
            "equals" or "contains" when filter.Text("type") == "list" || filter.Text("operator") == "equals" => $"= {KlaviyoConditions.Quoted(values[0])}",
            "not-equals" => $"!= {KlaviyoConditions.Quoted(values[0])}",
            "in" or "contains-any" => $"IN ({list})",
            "not-in" => $"NOT IN ({list})",
            _ => null,
        };
    }

    private static string Key(string name) =>
        string.Join('-', new string([.. name.ToLowerInvariant().Select(letter => char.IsLetterOrDigit(letter) ? letter : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string? Free(string property, JsonElement filter)
    {
        if (property.Length is 0 or > 64) return null;
        var name = $"property {KlaviyoConditions.Quoted(property)}";
        var values = KlaviyoConditions.Values(filter);
        switch (filter.Text("operator"))
        {
            case "is-set": return $"{name} IS NOT NULL";
            case "is-not-set": return $"{name} IS NULL";
        }
        if (filter.Text("type") == "numeric") return KlaviyoConditions.Numeric(filter) is { } number ? $"{name} {number}" : null;
        if (values.Count == 0) return null;
        if (filter.Text("type") == "boolean") return filter.Text("operator") == "equals" ? $"{name} = {values[0].ToLowerInvariant()}" : null;
        return filter.Text("operator") switch
        {
            "equals" => $"{name} = {KlaviyoConditions.Quoted(values[0])}",
            "not-equals" => $"{name} != {KlaviyoConditions.Quoted(values[0])}",
            "contains" => $"{name} CONTAINS {KlaviyoConditions.Quoted(values[0])}",
            "not-contains" => $"{name} NOT CONTAINS {KlaviyoConditions.Quoted(values[0])}",
            "in" => $"{name} IN ({string.Join(", ", values.Select(KlaviyoConditions.Quoted))})",
            "not-in" => $"{name} NOT IN ({string.Join(", ", values.Select(KlaviyoConditions.Quoted))})",
            _ => null,
        };
    }
}
