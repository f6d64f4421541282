using System.Globalization;
using System.Text.Json;
using Comeback.Stores.Csv;

namespace Comeback.Stores.Klaviyo;

/// <summary>One condition of a Klaviyo segment to a clause of ours, for every type of the published schema; what has no like is refused in words.</summary>
internal sealed class KlaviyoConditions(KlaviyoNames names, Func<string, string?> keyOf)
{
    private const string Union = "'AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'";

    public KlaviyoAnswer Read(JsonElement condition) => condition.Text("type") switch
    {
        "profile-metric" => new KlaviyoMetrics(names).Metric(condition),
        "profile-metric-funnel" => new KlaviyoMetrics(names).Funnel(condition),
        "profile-marketing-consent" => Consent(condition.At("consent") ?? default),
        "profile-permissions" => Permission(condition),
        "profile-group-membership" => Membership(condition),
        "profile-property" => Property(condition.Text("property") ?? "", condition.At("filter") ?? default),
        "profile-region" => Region(condition),
        "profile-predictive-analytics" => Predicted(condition),
        "profile-postal-code-distance" => KlaviyoAnswer.No("a distance from a postal code (stores here know no coordinates)"),
        "profile-has-custom-object" => KlaviyoAnswer.No("a custom object (there are none here; send its events instead)"),
        var other => KlaviyoAnswer.No($"a condition of the unknown type '{Short(other)}'"),
    };

    private static KlaviyoAnswer Consent(JsonElement consent)
    {
        var channel = consent.Text("channel");
        if (channel is not ("email" or "sms")) return KlaviyoAnswer.No($"consent to {Short(channel)}");
        var status = consent.At("consent_status") ?? default;
        if (status.At("filters") is { ValueKind: JsonValueKind.Array } filters && filters.GetArrayLength() > 0)
            return KlaviyoAnswer.No($"consent to {channel} by how or when it was given");
        var attribute = channel + "_subscription_status";
        return (status.Text("subscription"), consent.Truth("can_receive_marketing")) switch
        {
            ("subscribed", not false) => KlaviyoAnswer.Yes($"{attribute} = 'SUBSCRIBED'"),
            ("unsubscribed", not true) => KlaviyoAnswer.Yes($"{attribute} = 'UNSUBSCRIBED'"),
            ("never_subscribed", not true) => KlaviyoAnswer.Yes($"{attribute} = 'NOT_SUBSCRIBED'"),
            ("any", false) => KlaviyoAnswer.Yes($"{attribute} != 'SUBSCRIBED'"),
            // Klaviyo counts the never subscribed among those who can receive e-mail; here a consent is needed.
            var (subscription, can) => KlaviyoAnswer.No($"consent to {channel} '{Short(subscription)}' that {(can == true ? "can" : "cannot")} receive marketing (here only a proven consent can)"),
        };
    }

    private static KlaviyoAnswer Permission(JsonElement condition)
    {
        if (condition.Text("channel") != "whatsapp_marketing") return KlaviyoAnswer.No($"the permission {Short(condition.Text("channel"))}");
        return (condition.At("permission") ?? default).Text("reachable_status") switch
        {
            "explicitly_reachable" => KlaviyoAnswer.Yes("whatsapp_subscription_status = 'SUBSCRIBED'"),
            "explicitly_unreachable" => KlaviyoAnswer.Yes("whatsapp_subscription_status = 'UNSUBSCRIBED'"),
            var status => KlaviyoAnswer.No($"WhatsApp '{Short(status)}' (only what was said explicitly counts here)"),
        };
    }

    private KlaviyoAnswer Membership(JsonElement condition)
    {
        var clauses = new List<string>();
        var member = condition.Truth("is_member") ?? true;
        foreach (var id in condition.At("group_ids") is { ValueKind: JsonValueKind.Array } ids ? ids.EnumerateArray().Select(id => id.ToString()) : [])
        {
            var name = names.Groups.GetValueOrDefault(id);
            if (name is null || keyOf(name) is not { } key)
                return KlaviyoAnswer.No($"membership of the list or segment '{Short(name ?? id)}' (make or import it first, under that name)");
            var inside = $"in segment {Quoted(key)}";
            if (condition.At("timeframe_filter") is { } window && window.Text("operator") is not (null or "alltime"))
            {
                if (!member || window.Text("operator") != "in-the-last" || Offset(window.Number("quantity"), window.Text("unit")) is not { } span)
                    return KlaviyoAnswer.No($"membership of '{Short(name)}' by when it began, other than in the last days");
                inside += $" AND entered segment {Quoted(key)} within {span}";
            }
            clauses.Add(member ? inside : $"NOT ({inside})");
        }
        return clauses.Count == 0 ? KlaviyoAnswer.No("membership of no list") : KlaviyoAnswer.Yes(string.Join(" AND ", clauses));
    }

    private static KlaviyoAnswer Region(JsonElement condition)
    {
        var list = condition.Text("region") switch { "european_union" => Union, "united_states" => "'US'", _ => null };
        return list is null
            ? KlaviyoAnswer.No($"the region '{Short(condition.Text("region"))}'")
            : KlaviyoAnswer.Yes($"customer_countries {(condition.Truth("in_region") == false ? "NOT IN" : "IN")} ({list})");
    }

    private static KlaviyoAnswer Predicted(JsonElement condition)
    {
        var attribute = condition.Text("dimension") switch
        {
            "historic_number_of_orders" => "number_of_orders",
            "historic_clv" => "amount_spent",
            "average_order_value" => "average_order_value",
            "average_days_between_orders" => "own_gap",
            _ => null,
        };
        if (attribute is null) return KlaviyoAnswer.No($"Klaviyo's prediction '{Short(condition.Text("dimension"))}'");
        return Numeric(condition.At("filter") ?? default) is { } test ? KlaviyoAnswer.Yes($"{attribute} {test}") : KlaviyoAnswer.No($"'{attribute}' compared in a way of Klaviyo's own");
    }

    private static KlaviyoAnswer Property(string property, JsonElement filter)
    {
        // properties['$country'], location['country'] and plain names are met.
        var name = property.Replace("properties['", "", StringComparison.Ordinal).Replace("location['", "", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal).TrimStart('$');
        if (filter.Text("type") == "date" && name.Equals("birthday", StringComparison.OrdinalIgnoreCase)) return Birthday(filter);
        var attribute = name.ToLowerInvariant() switch
        {
            "country" => "customer_countries",
            "region" or "state" => "customer_regions",
            "city" => "customer_cities",
            "locale" or "language" => "customer_language",
            "shopify tags" or "tags" or "customer tags" => "customer_tags",
            "created" => "customer_added_date",
            "email" => "customer_email_domain",
            "phone_number" => "customer_phone_country",
            _ => null,
        };
        if (attribute is null) return KlaviyoAnswer.No($"the profile property '{Short(name)}' (not known here)");
        if (attribute == "customer_added_date")
            return KlaviyoMetrics.When(filter) is { Length: > 0 } when ? KlaviyoAnswer.Yes($"{attribute} {when}") : KlaviyoAnswer.No("when the profile was created, in that way");
        var values = Values(filter);
        var op = filter.Text("operator");
        if (op is "is-set") return KlaviyoAnswer.Yes($"{attribute} IS NOT NULL");
        if (op is "is-not-set") return KlaviyoAnswer.Yes($"{attribute} IS NULL");
        if (attribute == "customer_email_domain")
        {
            if (op is not ("ends-with" or "not-ends-with") || values is not [['@', .. var domain]]) return KlaviyoAnswer.No("the e-mail address itself (only its domain is kept for segments)");
            return KlaviyoAnswer.Yes($"{attribute} {(op == "ends-with" ? "=" : "!=")} {Quoted(domain.ToLowerInvariant())}");
        }
        if (attribute == "customer_phone_country")
        {
            if (op is not ("phone-country-code-in" or "phone-country-code-not-in")) return KlaviyoAnswer.No("the phone number itself (only its country is kept for segments)");
            var codes = values.ConvertAll(CallingCode);
            return codes.Contains(null) ? KlaviyoAnswer.No("the country of the phone, by a code that is not known")
                : KlaviyoAnswer.Yes($"{attribute} {(op == "phone-country-code-in" ? "IN" : "NOT IN")} ({string.Join(", ", codes.Select(code => Quoted(code!)))})");
        }
        if (attribute == "customer_countries")
        {
            values = values.ConvertAll(value => value.Length == 2 ? value.ToUpperInvariant() : Countries.Code(value) ?? "");
            if (values.Contains("")) return KlaviyoAnswer.No("a country by a name that is not known");
        }
        if (values.Count == 0) return KlaviyoAnswer.No($"'{Short(name)}' without a value");
        var list = string.Join(", ", values.Select(Quoted));
        return op switch
        {
            "equals" or "contains" when attribute != "customer_tags" && op == "equals" => KlaviyoAnswer.Yes($"{attribute} = {Quoted(values[0])}"),
            "not-equals" => KlaviyoAnswer.Yes($"{attribute} != {Quoted(values[0])}"),
            "in" or "contains-any" => KlaviyoAnswer.Yes($"{attribute} IN ({list})"),
            "not-in" => KlaviyoAnswer.Yes($"{attribute} NOT IN ({list})"),
            "contains" or "contains-all" or "equals" when attribute == "customer_tags" => KlaviyoAnswer.Yes(string.Join(" AND ", values.Select(value => $"{attribute} CONTAINS {Quoted(value)}"))),
            "not-contains" when attribute == "customer_tags" => KlaviyoAnswer.Yes($"{attribute} NOT CONTAINS {Quoted(values[0])}"),
            _ => KlaviyoAnswer.No($"'{Short(name)}' {Short(op)} (parts and patterns of texts are not compared here)"),
        };
    }

    private static KlaviyoAnswer Birthday(JsonElement filter)
    {
        var span = Offset(filter.Number("quantity"), filter.Text("unit") is "hour" ? null : filter.Text("unit"))?.TrimStart('-');
        return filter.Text("operator") switch
        {
            "anniversary" => KlaviyoAnswer.Yes("anniversary(date: 'birth_date') = today"),
            "anniversary-next" when span is not null => KlaviyoAnswer.Yes($"anniversary(date: 'birth_date') BETWEEN today AND +{span}"),
            "anniversary-last" when span is not null => KlaviyoAnswer.Yes($"anniversary(date: 'birth_date') BETWEEN -{span} AND today"),
            var other => KlaviyoAnswer.No($"the birthday '{Short(other)}'"),
        };
    }

    /// <summary>A number's condition as it is written after an attribute; null when it is none.</summary>
    internal static string? Numeric(JsonElement filter)
    {
        if (filter.Text("operator") == "between" && filter.Number("start") is { } start && filter.Number("end") is { } end) return $"BETWEEN {Digits(start)} AND {Digits(end)}";
        var op = filter.Text("operator") switch
        {
            "equals" => "=",
            "not-equals" => "!=",
            "greater-than" => ">",
            "greater-than-or-equal" => ">=",
            "less-than" => "<",
            "less-than-or-equal" => "<=",
            "is-set" => "IS NOT NULL",
            _ => null,
        };
        return op == "IS NOT NULL" ? op : op is not null && filter.Number("value") is { } value ? $"{op} {Digits(value)}" : null;
    }

    internal static List<string> Values(JsonElement filter) => filter.At("value") switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(value => value.ToString())],
        { } one => [one.ToString()],
        _ => [],
    };

    /// <summary>So many of a unit before now.</summary>
    internal static string? Offset(decimal? quantity, string? unit) => quantity is { } number && number == decimal.Truncate(number) && number is > 0 and < 100_000
        ? unit switch { "hour" => $"-{Digits(number)}h", "day" => $"-{Digits(number)}d", "week" => $"-{Digits(number)}w", _ => null }
        : null;

    internal static string Quoted(string text) => $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    internal static string Digits(decimal number) => number.ToString("0.##########", CultureInfo.InvariantCulture);

    internal static string Short(string? text) => text is null ? "nothing" : new string([.. text.Where(letter => !char.IsControl(letter)).Take(60)]);

    private static string? CallingCode(string country)
    {
        if (country.StartsWith('+')) return country;
        var code = PhoneNumbers.PhoneNumberUtil.GetInstance().GetCountryCodeForRegion(country.ToUpperInvariant());
        return code == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"+{code}");
    }
}
