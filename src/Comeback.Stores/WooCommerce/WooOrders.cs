using System.Globalization;
using System.Text.Json;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.WooCommerce;

/// <summary>What the merchant has settled about this store, beside its keys.</summary>
public sealed record WooSettings(Currency Currency)
{
    /// <summary>The store's own statuses that count, beyond processing and completed.</summary>
    public IReadOnlyCollection<string> CountedStatuses { get; init; } = [];

    /// <summary>Meta key of an order or user to channel: where known plugins leave a consent that was given at checkout or in the account.</summary>
    public IReadOnlyDictionary<string, Channel> ConsentMeta { get; init; } = DefaultConsentMeta;

    /// <summary>Newsletter plugins that many stores have.</summary>
    public static readonly IReadOnlyDictionary<string, Channel> DefaultConsentMeta = new Dictionary<string, Channel>(StringComparer.Ordinal)
    {
        ["mailchimp_woocommerce_is_subscribed"] = Channel.Email,
        ["_mailpoet_woocommerce_checkout_optin"] = Channel.Email,
        ["mailpoet_woocommerce_checkout_optin"] = Channel.Email,
        ["_wc_klaviyo_email_consent"] = Channel.Email,
        ["_wc_klaviyo_sms_consent"] = Channel.Sms,
        ["newsletter_optin"] = Channel.Email,
        ["_comeback_email"] = Channel.Email,
        ["_comeback_sms"] = Channel.Sms,
        ["_comeback_whatsapp"] = Channel.WhatsApp,
    };
}

/// <summary>Maps orders: amounts are text, dates are the <c>_gmt</c> ones, guests are told by the billing address alone.</summary>
internal static class WooOrders
{
    /// <summary>Only these are asked for: half of an order's JSON is links and addresses that nobody here needs.</summary>
    public const string Fields = "id,number,status,currency,date_created_gmt,date_modified_gmt,date_completed_gmt,discount_total,shipping_total,shipping_tax,total,total_tax,customer_id,"
        + "billing,payment_method,created_via,meta_data,line_items,shipping_lines,fee_lines,coupon_lines,refunds,lang";

    private static readonly string[] GiftCardMarks = ["pw_gift_card_number", "_ywgc_gift_card_code", "_gift_card", "wc_gc_giftcards"];

    /// <summary>Null when it is no order that anything could be said of.</summary>
    /// <param name="refundedAt">When each refund was made; the order's own body does not say.</param>
    public static OrderRecord? Map(JsonElement order, WooSettings settings, IReadOnlyDictionary<string, DateTimeOffset> refundedAt)
    {
        if (order.IdText() is not { } id || order.Text("status") is not { } rawStatus) return null;
        var created = order.Instant("date_created_gmt") ?? order.Instant("date_modified_gmt");
        if (created is not { } placed) return null;
        var modified = order.Instant("date_modified_gmt") ?? placed;
        var currency = Currency.TryParse(order.Text("currency"), out var own) ? own : settings.Currency;
        var status = rawStatus.StartsWith("wc-", StringComparison.Ordinal) ? rawStatus[3..] : rawStatus;
        var total = order.Money("total", currency);
        var refunds = Refunds(order, currency, refundedAt, modified);
        var refunded = refunds.Sum(r => r.Amount.Minor);
        return new OrderRecord
        {
            ExternalId = id,
            Number = order.Text("number") ?? id,
            Person = Buyer(order),
            PlacedAt = placed,
            UpdatedAt = modified,
            Standing = Standing(status, settings, wholly: total.Minor > 0 && refunded >= total.Minor),
            VendorStatus = status,
            Kind = order.Text("created_via") == "subscription" || order.Meta("_subscription_renewal") is not null ? OrderKind.Renewal : OrderKind.Purchase,
            CashOnDelivery = order.Text("payment_method") == "cod",
            DeliveredAt = status == "completed" ? order.Instant("date_completed_gmt") : null,
            Total = total,
            TotalInStoreCurrency = InStoreCurrency(order, total, settings.Currency),
            Tax = order.Money("total_tax", currency),
            Shipping = order.Money("shipping_total", currency),
            Discount = order.Money("discount_total", currency),
            DiscountCodes = [.. order.List("coupon_lines").Select(c => c.Text("code")).OfType<string>().Distinct(StringComparer.Ordinal)],
            Lines = [.. order.List("line_items").Select(l => Line(l, currency)), .. Charges(order, "shipping_lines", "method_title", currency), .. Charges(order, "fee_lines", "name", currency)],
            Refunds = refunds,
            Consents = Consents(order, settings, placed, $"order {id}"),
        };
    }

    public static OrderStanding Standing(string status, WooSettings settings, bool wholly) => status switch
    {
        "trash" => OrderStanding.Deleted,
        "cancelled" => OrderStanding.Cancelled,
        "refunded" => OrderStanding.Refunded,
        "failed" => OrderStanding.Failed,
        "pending" or "checkout-draft" or "auto-draft" => OrderStanding.Cart,
        "processing" or "completed" => wholly ? OrderStanding.Refunded : OrderStanding.Counted,
        "on-hold" => OrderStanding.Placed,
        _ when settings.CountedStatuses.Contains(status, StringComparer.OrdinalIgnoreCase) => wholly ? OrderStanding.Refunded : OrderStanding.Counted,
        _ => OrderStanding.Unknown,
    };

    /// <summary>Consent that a plugin left in meta, with the moment and the key as its proof. Anything but a clear yes is none.</summary>
    public static List<ConsentRecord> Consents(JsonElement at, WooSettings settings, DateTimeOffset given, string of) =>
    [
        .. at.List("meta_data").Select(m => (Key: m.Text("key"), Value: m.Text("value")))
            .Where(m => m.Key is not null && settings.ConsentMeta.ContainsKey(m.Key) && m.Value?.ToLowerInvariant() is "1" or "yes" or "true" or "on" or "subscribed")
            .Select(m => new ConsentRecord(settings.ConsentMeta[m.Key!], ConsentState.Granted, given, $"woocommerce:{m.Key} of {of}", null)),
    ];

    private static Person Buyer(JsonElement order)
    {
        var billing = order.Field("billing") ?? order;
        return new Person
        {
            AccountId = order.IdText("customer_id"),
            Email = billing.Text("email"),
            Phone = billing.Text("phone"),
            FirstName = billing.Text("first_name"),
            LastName = billing.Text("last_name"),
            Country = billing.Text("country"),
            Region = billing.Text("state"),
            City = billing.Text("city"),
            // WPML writes it in meta, Polylang beside the order.
            Language = order.Text("lang") ?? order.Meta("wpml_language"),
        };
    }

    private static OrderLineRecord Line(JsonElement line, Currency currency)
    {
        var quantity = Math.Clamp((int)Math.Round(Math.Clamp(line.Amount("quantity") ?? 1, 0, 1_000_000)), 0, 1_000_000);
        var total = Money.FromDecimal((line.Amount("total") ?? 0) + (line.Amount("total_tax") ?? 0), currency);
        var marks = line.List("meta_data").Select(m => m.Text("key")).OfType<string>();
        return new OrderLineRecord
        {
            ProductExternalId = line.IdText("product_id"),
            VariantExternalId = line.IdText("variation_id"),
            Sku = line.Text("sku"),
            Title = line.Text("name") ?? "",
            Quantity = quantity,
            UnitPrice = quantity > 0 ? new Money(total.Minor / quantity, currency) : total,
            Total = total,
            Kind = marks.Any(m => GiftCardMarks.Contains(m, StringComparer.Ordinal)) ? LineKind.GiftCard : LineKind.Goods,
        };
    }

    private static IEnumerable<OrderLineRecord> Charges(JsonElement order, string list, string title, Currency currency) => order.List(list)
        .Select(c => (Title: c.Text(title) ?? list, Total: Money.FromDecimal((c.Amount("total") ?? 0) + (c.Amount("total_tax") ?? 0), currency)))
        .Where(c => c.Total.Minor != 0)
        .Select(c => new OrderLineRecord { Title = c.Title, Quantity = 1, UnitPrice = c.Total, Total = c.Total, Kind = LineKind.Charge });

    private static List<RefundRecord> Refunds(JsonElement order, Currency currency, IReadOnlyDictionary<string, DateTimeOffset> at, DateTimeOffset otherwise) =>
    [
        .. order.List("refunds").Select(r => (Id: r.IdText(), Amount: Money.FromDecimal(Math.Abs(r.Amount("total") ?? 0), currency)))
            .Where(r => r.Id is not null).OrderBy(r => r.Id, StringComparer.Ordinal)
            .Select(r => new RefundRecord(r.Id!, at.TryGetValue(r.Id!, out var known) ? known : otherwise, r.Amount)),
    ];

    /// <summary>What plugins for several currencies keep of the rate; null when none says.</summary>
    private static Money? InStoreCurrency(JsonElement order, Money total, Currency store)
    {
        if (total.Currency == store) return total;
        // Aelia keeps the amount itself, WOOCS and WooPayments the rate from the store's currency.
        if (Positive(order.Meta("_order_total_base_currency")) is { } inBase) return Money.FromDecimal(inBase, store);
        if ((Positive(order.Meta("_woocs_order_rate")) ?? Positive(order.Meta("_wcpay_multi_currency_order_exchange_rate"))) is { } rate)
            return Money.FromDecimal(total.ToDecimal() / rate, store);
        return null;
    }

    private static decimal? Positive(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is > 0.000001m and < 1_000_000_000m ? value : null;
}
