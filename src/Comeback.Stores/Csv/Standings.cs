using Comeback.Engine.Orders;

namespace Comeback.Stores.Csv;

/// <summary>The exporters' words for a status, under the purchase policy (DEFINITIONS: placed, counted).</summary>
internal static class Standings
{
    public static OrderStanding Of(Dialect dialect, string status, bool cancelled)
    {
        var word = status.Trim().ToLowerInvariant().Replace(' ', '-').Replace('_', '-');
        if (dialect == Dialect.Shopify) return cancelled ? OrderStanding.Cancelled : Shopify(word);
        if (word.StartsWith("wc-", StringComparison.Ordinal)) word = word[3..];
        if (cancelled) return OrderStanding.Cancelled;
        var standing = WooCommerce(word);
        // A mapped file may come from anywhere: both vocabularies are tried, and no status at all is an order.
        return standing == OrderStanding.Unknown && dialect == Dialect.Mapped ? Shopify(word) : standing;
    }

    // https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders : cash on delivery is "pending", and is an order.
    private static OrderStanding Shopify(string word) => word switch
    {
        "" or "paid" or "pending" or "authorized" or "partially-paid" or "partially-refunded" => OrderStanding.Counted,
        "refunded" => OrderStanding.Refunded,
        "voided" => OrderStanding.Voided,
        "expired" => OrderStanding.Failed,
        _ => OrderStanding.Unknown,
    };

    private static OrderStanding WooCommerce(string word) => word switch
    {
        "" or "processing" or "completed" => OrderStanding.Counted,
        "on-hold" => OrderStanding.Placed,
        "pending" or "pending-payment" or "checkout-draft" or "draft" => OrderStanding.Cart,
        "failed" => OrderStanding.Failed,
        "cancelled" or "canceled" => OrderStanding.Cancelled,
        "refunded" => OrderStanding.Refunded,
        "trash" => OrderStanding.Deleted,
        _ => OrderStanding.Unknown,
    };
}
