using System.Globalization;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Shopify;

/// <summary>
/// Shopify's objects as neutral records. One mapping for the first sync, webhooks and reconciliation: all three read the same objects, so that an
/// order looks the same however it came.
/// </summary>
/// <param name="currency">The store's own.</param>
/// <param name="shortHistory">Without <c>read_all_orders</c> Shopify shows 60 days of orders: then a customer's own totals come along.</param>
public sealed class ShopifyMapping(Currency currency, bool shortHistory)
{
    private static readonly string[] CashOnDelivery = ["cash on delivery", "cash_on_delivery", "(cod)", "الدفع عند الاستلام", "efterkrav"];

    /// <summary>The number at the end of <c>gid://shopify/Order/123</c>, as text: ids pass 2^53.</summary>
    public static string? IdOf(string? gid)
    {
        if (gid is null) return null;
        var end = gid.IndexOf('?', StringComparison.Ordinal);
        var plain = end < 0 ? gid : gid[..end];
        var id = plain[(plain.LastIndexOf('/') + 1)..];
        return id.Length is > 0 and <= 20 && id.All(char.IsAsciiDigit) ? id : null;
    }

    public static string Gid(string type, string id) => $"gid://shopify/{type}/{id}";

    /// <summary>Null when it has no id or no total: nothing that we could keep.</summary>
    public OrderRecord? Order(OrderNode order, IReadOnlyList<LineNode> lines)
    {
        if (IdOf(order.Id) is not { } id || Of(order.TotalPriceSet) is not { } total) return null;
        var country = order.ShippingAddress?.CountryCodeV2 ?? order.BillingAddress?.CountryCodeV2;
        var cash = order.PaymentGatewayNames?.Any(g => CashOnDelivery.Any(c => g.Contains(c, StringComparison.OrdinalIgnoreCase))) ?? false;
        return new OrderRecord
        {
            ExternalId = id,
            Number = order.Name ?? id,
            UpdatedAt = order.UpdatedAt,
            PlacedAt = order.ProcessedAt ?? order.CreatedAt,
            Person = Person(order.Customer, order.BillingAddress ?? order.ShippingAddress) with
            {
                Email = order.Email ?? order.Customer?.DefaultEmailAddress?.EmailAddress,
                Phone = order.Phone ?? order.Customer?.DefaultPhoneNumber?.PhoneNumber ?? order.BillingAddress?.Phone ?? order.ShippingAddress?.Phone,
                Country = country,
                Region = order.ShippingAddress?.ProvinceCode ?? order.BillingAddress?.ProvinceCode,
                City = order.ShippingAddress?.City ?? order.BillingAddress?.City,
                Language = order.Customer?.Locale ?? order.CustomerLocale,
            },
            Standing = Standing(order, lines),
            VendorStatus = order.DisplayFinancialStatus,
            Kind = order.SourceName == "subscription_contract" || (order.Tags?.Contains("Subscription Recurring Order", StringComparer.OrdinalIgnoreCase) ?? false) ? OrderKind.Renewal : OrderKind.Purchase,
            Test = order.Test,
            CashOnDelivery = cash,
            DeliveredAt = order.Fulfillments is { Count: > 0 } parts && parts.All(f => f.DeliveredAt is not null) ? parts.Max(f => f.DeliveredAt) : null,
            Total = total,
            TotalInStoreCurrency = InStore(order.TotalPriceSet),
            Tax = Of(order.TotalTaxSet),
            Shipping = Of(order.TotalShippingPriceSet),
            Discount = Of(order.TotalDiscountsSet),
            Tip = Of(order.TotalTipReceivedSet) is { Minor: > 0 } tip ? tip : null,
            DiscountCodes = order.DiscountCodes ?? [],
            Lines = [.. lines.Select(Line).OfType<OrderLineRecord>()],
            Refunds = [.. (order.Refunds ?? []).Select(Refund).OfType<RefundRecord>()],
            CartExternalId = order.CartToken ?? order.CheckoutToken,
        };
    }

    public CustomerRecord? Customer(CustomerNode customer)
    {
        if (IdOf(customer.Id) is null) return null;
        var updated = customer.UpdatedAt ?? customer.CreatedAt ?? DateTimeOffset.UnixEpoch;
        return new CustomerRecord
        {
            UpdatedAt = updated,
            CreatedAt = customer.CreatedAt,
            Person = Person(customer, customer.DefaultAddress),
            Tags = customer.Tags ?? [],
            Consents = Consents(customer, updated),
            Lifetime = shortHistory && customer is { NumberOfOrders: { } orders and >= 0 } && Text(customer.AmountSpent) is { } spent && spent.Currency == currency
                ? new LifetimeTotals((int)Math.Min(orders, int.MaxValue), spent, null, customer.LastOrder?.ProcessedAt)
                : null,
        };
    }

    /// <summary>The product with its categories: Shopify's own category, else the product type, and its collections.</summary>
    public IReadOnlyList<StoreRecord> Product(ProductNode product, IReadOnlyList<VariantNode> variants, IReadOnlyList<CollectionNode> collections)
    {
        if (IdOf(product.Id) is not { } id) return [];
        List<StoreRecord> records = [];
        List<string> categories = [];
        if (product.Category is { Name: { Length: > 0 } name, Id: { Length: > 0 } taxonomy } && name != "Uncategorized")
            Add($"taxonomy:{taxonomy[(taxonomy.LastIndexOf('/') + 1)..]}", name);
        else if (product.ProductType is { Length: > 0 } type)
            Add($"type:{type.Trim().ToLowerInvariant()}", type.Trim());
        foreach (var collection in collections)
            if (IdOf(collection.Id) is { } collected && collection.Title is { Length: > 0 } title) Add($"collection:{collected}", title);
        records.Add(new ProductRecord
        {
            ExternalId = id,
            UpdatedAt = product.UpdatedAt,
            Title = product.Title ?? product.Handle ?? id,
            Url = Https(product.OnlineStoreUrl),
            ImageUrl = Https(product.FeaturedMedia?.Preview?.Image?.Url),
            Vendor = product.Vendor,
            Tags = product.Tags ?? [],
            CategoryExternalIds = categories,
            // UNLISTED can be bought by who has its link, and is recommended to nobody.
            Published = product is { Status: "ACTIVE", OnlineStoreUrl: not null },
            Variants = [.. variants.Select(Variant).OfType<VariantRecord>()],
        });
        return records;

        void Add(string external, string called)
        {
            categories.Add(external);
            // Known from the product alone: the collection's own record, if it comes, is newer.
            records.Add(new CategoryRecord { ExternalId = external, Name = called, UpdatedAt = DateTimeOffset.UnixEpoch });
        }
    }

    public static CategoryRecord? Collection(CollectionNode collection) =>
        IdOf(collection.Id) is { } id && collection.Title is { Length: > 0 } title
            ? new CategoryRecord { ExternalId = $"collection:{id}", Name = title, UpdatedAt = collection.UpdatedAt ?? DateTimeOffset.UnixEpoch }
            : null;

    /// <summary>An abandoned checkout found by reconciliation.</summary>
    public CartRecord? Checkout(CheckoutNode checkout)
    {
        if (CartKey(checkout.AbandonedCheckoutUrl) is not { } key) return null;
        return new CartRecord
        {
            ExternalId = key,
            UpdatedAt = checkout.UpdatedAt,
            CreatedAt = checkout.CreatedAt,
            Person = checkout.Customer is null ? null : Person(checkout.Customer, checkout.ShippingAddress),
            RecoveryUrl = Https(checkout.AbandonedCheckoutUrl),
            Total = Of(checkout.TotalPriceSet),
            Closed = checkout.CompletedAt is not null,
            Lines = [.. (checkout.LineItems?.Nodes ?? []).Where(l => IdOf(l.Product?.Id) is not null && l.Quantity > 0).Select(l => new CartLineRecord
            {
                ProductExternalId = IdOf(l.Product!.Id)!,
                VariantExternalId = IdOf(l.Variant?.Id),
                Title = l.Title ?? "",
                Quantity = l.Quantity,
                UnitPrice = Of(l.OriginalUnitPriceSet),
                ImageUrl = Https(l.Image?.Url),
            })],
        };
    }

    /// <summary>The token in <c>.../checkouts/cn/TOKEN/recover?...</c>, which webhooks and orders name too.</summary>
    internal static string? CartKey(string? recovery)
    {
        if (!Uri.TryCreate(recovery, UriKind.Absolute, out var url)) return null;
        var parts = url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(parts, "checkouts") + 1;
        if (at < 1 || at >= parts.Length) return null;
        if (parts[at] is "cn" or "ac" or "c" or "co" && at + 1 < parts.Length) at++;
        return parts[at].Length is >= 6 and <= 100 ? parts[at] : null;
    }

    internal static string? Https(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0 ? uri.AbsoluteUri : null;

    internal static Person Person(CustomerNode? customer, AddressNode? address) => new()
    {
        AccountId = IdOf(customer?.Id),
        Email = customer?.DefaultEmailAddress?.EmailAddress,
        Phone = customer?.DefaultPhoneNumber?.PhoneNumber ?? (customer is null ? null : address?.Phone),
        FirstName = customer?.FirstName ?? address?.FirstName,
        LastName = customer?.LastName ?? address?.LastName,
        Country = address?.CountryCodeV2,
        Region = address?.ProvinceCode,
        City = address?.City,
        Language = customer?.Locale,
    };

    private static OrderStanding Standing(OrderNode order, IReadOnlyList<LineNode> lines) => order switch
    {
        { CancelledAt: not null } => OrderStanding.Cancelled,
        { DisplayFinancialStatus: "VOIDED" } => OrderStanding.Voided,
        { DisplayFinancialStatus: "REFUNDED" } => OrderStanding.Refunded,
        // The payment ran out before anybody took it.
        { DisplayFinancialStatus: "EXPIRED" } => OrderStanding.Failed,
        { ReturnStatus: "RETURNED" or "INSPECTION_COMPLETE" } when lines.Count > 0 && lines.All(l => l.CurrentQuantity == 0) => OrderStanding.Returned,
        // PENDING is cash on delivery and bank transfer: an order all the same.
        _ => OrderStanding.Counted,
    };

    private OrderLineRecord? Line(LineNode line)
    {
        if (Of(line.DiscountedTotalSet) is not { } total || line.Quantity <= 0) return null;
        var product = IdOf(line.Product?.Id);
        return new OrderLineRecord
        {
            ProductExternalId = product,
            VariantExternalId = IdOf(line.Variant?.Id),
            Sku = line.Sku,
            Title = line.Title ?? "",
            Quantity = line.Quantity,
            UnitPrice = Of(line.OriginalUnitPriceSet) ?? Money.Zero(total.Currency),
            Total = total,
            Kind = line.IsGiftCard ? LineKind.GiftCard
                : product is not null || line.RequiresShipping ? LineKind.Goods
                : line.Title is "Tip" or "إكرامية" or "Drikkepenge" ? LineKind.Tip : LineKind.Charge,
        };
    }

    private RefundRecord? Refund(RefundNode refund) =>
        IdOf(refund.Id) is { } id && Of(refund.TotalRefundedSet) is { Minor: > 0 } amount ? new RefundRecord(id, refund.CreatedAt ?? refund.UpdatedAt ?? DateTimeOffset.UnixEpoch, amount) : null;

    private VariantRecord? Variant(VariantNode variant)
    {
        if (IdOf(variant.Id) is not { } id) return null;
        var tracked = variant.InventoryItem?.Tracked ?? false;
        return new VariantRecord
        {
            ExternalId = id,
            Sku = variant.Sku,
            Title = variant.Title == "Default Title" ? null : variant.Title,
            Price = Major(variant.Price),
            CompareAtPrice = Major(variant.CompareAtPrice),
            Stock = tracked ? variant.SellableOnlineQuantity : null,
            SellsWithoutStock = !tracked || variant.InventoryPolicy == "CONTINUE",
        };
    }

    // "Not subscribed" is the absence of a word, so it is no entry of the ledger; a "yes" without a date is dated as its customer.
    private static List<ConsentRecord> Consents(CustomerNode customer, DateTimeOffset updated)
    {
        List<ConsentRecord> consents = [];
        Add(Channel.Email, customer.DefaultEmailAddress?.MarketingState, customer.DefaultEmailAddress?.MarketingOptInLevel, customer.DefaultEmailAddress?.MarketingUpdatedAt);
        var phone = customer.DefaultPhoneNumber;
        Add(Channel.Sms, phone?.SmsMarketingConsent?.State, phone?.SmsMarketingConsent?.OptInLevel, phone?.SmsMarketingConsent?.UpdatedAt);
        Add(Channel.WhatsApp, phone?.WhatsAppMarketingConsent?.State, phone?.WhatsAppMarketingConsent?.OptInLevel, phone?.WhatsAppMarketingConsent?.UpdatedAt);
        return consents;

        void Add(Channel channel, string? state, string? level, DateTimeOffset? at)
        {
            var known = state switch
            {
                "SUBSCRIBED" => ConsentState.Granted,
                "PENDING" => ConsentState.Pending,
                "UNSUBSCRIBED" or "REDACTED" => ConsentState.Withdrawn,
                _ => ConsentState.None,
            };
            if (known == ConsentState.None) return;
            var wording = known == ConsentState.Granted ? level switch
            {
                "CONFIRMED_OPT_IN" => "Shopify: confirmed opt-in",
                "SINGLE_OPT_IN" => "Shopify: single opt-in",
                _ => "Shopify: subscribed",
            } : null;
            consents.Add(new ConsentRecord(channel, known, at ?? customer.CreatedAt ?? updated, "shopify", wording));
        }
    }

    // What the buyer was charged; the store's own money stands beside it.
    private static Money? Of(MoneyBag? bag) => Text(bag?.PresentmentMoney) ?? Text(bag?.ShopMoney);

    private Money? InStore(MoneyBag? bag) => Text(bag?.ShopMoney) is { } money && money.Currency == currency ? money : null;

    private Money? Major(string? amount) => amount is null ? null : Text(new MoneyText(amount, currency.Code));

    internal static Money? Text(MoneyText? text)
    {
        if (text is null || !Currency.TryParse(text.CurrencyCode, out var currency)
            || !decimal.TryParse(text.Amount, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)) return null;
        return Math.Abs(amount) > 90_000_000_000m ? null : Money.FromDecimal(amount, currency);
    }
}
