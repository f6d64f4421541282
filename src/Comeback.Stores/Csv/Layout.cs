using F = Comeback.Stores.Csv.OrderField;

namespace Comeback.Stores.Csv;

/// <summary>Which exporter wrote a file, and so how its words are to be understood.</summary>
internal enum Dialect
{
    Mapped,
    Shopify,
    WooCommerce,
    AdvancedOrderExport,
    OnlineRetail,
}

/// <summary>A known header: the columns that tell it, and what its columns mean (of several, the first that is not blank in a row).</summary>
internal sealed record Layout(Dialect Dialect, string Name, string[] Signature, IReadOnlyDictionary<F, string[]> Columns)
{
    /// <summary>Shopify admin, Orders, Export: one row a line item; the order's own cells stand on its first row only.</summary>
    private static readonly Layout Shopify = new(Dialect.Shopify, "Shopify order export", ["Name", "Financial Status", "Lineitem quantity"],
        new Dictionary<F, string[]>
        {
            [F.Order] = ["Name"],
            [F.OrderId] = ["Id"],
            [F.Email] = ["Email"],
            [F.Phone] = ["Phone", "Billing Phone", "Shipping Phone"],
            [F.Date] = ["Created at"],
            [F.Paid] = ["Paid at"],
            [F.Fulfilled] = ["Fulfilled at"],
            [F.Cancelled] = ["Cancelled at", "Canceled at"],
            [F.Status] = ["Financial Status"],
            [F.Marketing] = ["Accepts Marketing"],
            [F.Currency] = ["Currency"],
            [F.Total] = ["Total"],
            [F.Tax] = ["Taxes"],
            [F.Shipping] = ["Shipping"],
            [F.Discount] = ["Discount Amount"],
            [F.DiscountCode] = ["Discount Code"],
            [F.Refunded] = ["Refunded Amount"],
            [F.Name] = ["Billing Name", "Shipping Name"],
            [F.Country] = ["Billing Country", "Shipping Country"],
            [F.Region] = ["Billing Province", "Shipping Province"],
            [F.City] = ["Billing City", "Shipping City"],
            [F.Payment] = ["Payment Method"],
            [F.Quantity] = ["Lineitem quantity"],
            [F.Title] = ["Lineitem name"],
            [F.Price] = ["Lineitem price"],
            [F.Sku] = ["Lineitem sku"],
            [F.LineDiscount] = ["Lineitem discount"],
            [F.RequiresShipping] = ["Lineitem requires shipping"],
            [F.Taxable] = ["Lineitem taxable"],
            [F.Tags] = ["Tags"],
        });

    /// <summary>WooCommerce's own paid exporter ("Customer / Order / Coupon Export"): one row an order, or one row an item.</summary>
    private static readonly Layout WooCommerce = new(Dialect.WooCommerce, "WooCommerce Order/Customer CSV Export", ["order_id", "order_date", "billing_email"],
        new Dictionary<F, string[]>
        {
            [F.OrderId] = ["order_id"],
            [F.Order] = ["order_number_formatted", "order_number", "order_id"],
            [F.Date] = ["order_date"],
            [F.Status] = ["status", "order_status"],
            [F.Customer] = ["customer_id"],
            [F.Email] = ["billing_email", "customer_email"],
            [F.Phone] = ["billing_phone"],
            [F.FirstName] = ["billing_first_name"],
            [F.LastName] = ["billing_last_name"],
            [F.Country] = ["billing_country"],
            [F.Region] = ["billing_state_code", "billing_state"],
            [F.City] = ["billing_city"],
            [F.Currency] = ["order_currency"],
            [F.Total] = ["order_total"],
            [F.Tax] = ["tax_total"],
            [F.Shipping] = ["shipping_total"],
            [F.Discount] = ["discount_total", "cart_discount"],
            [F.DiscountCode] = ["coupons", "coupon_items"],
            [F.Refunded] = ["refunded_total"],
            [F.Refunds] = ["refunds"],
            [F.Payment] = ["payment_method", "payment_method_title"],
            [F.Lines] = ["line_items"],
            [F.Product] = ["item_product_id"],
            [F.Title] = ["item_name"],
            [F.Sku] = ["item_sku"],
            [F.Quantity] = ["item_quantity"],
            [F.LineTotal] = ["item_total"],
            [F.LineTax] = ["item_total_tax", "item_tax"],
            [F.Price] = ["item_price"],
            [F.Paid] = ["paid_date", "date_paid"],
        });

    /// <summary>The free plugin Advanced Order Export: one row an item; the order's own cells on each row or on the first only.</summary>
    private static readonly Layout AdvancedOrderExport = new(Dialect.AdvancedOrderExport, "Advanced Order Export for WooCommerce",
        ["Order Number", "Order Date", "Email (Billing)"],
        new Dictionary<F, string[]>
        {
            [F.Order] = ["Order Number"],
            [F.OrderId] = ["Order ID"],
            [F.Date] = ["Order Date"],
            [F.Status] = ["Order Status"],
            [F.Customer] = ["Customer User ID", "User ID"],
            [F.Email] = ["Email (Billing)"],
            [F.Phone] = ["Phone (Billing)"],
            [F.FirstName] = ["First Name (Billing)"],
            [F.LastName] = ["Last Name (Billing)"],
            [F.Country] = ["Country Code (Billing)", "Country Name (Billing)"],
            [F.Region] = ["State Code (Billing)"],
            [F.City] = ["City (Billing)"],
            [F.Currency] = ["Currency", "Order Currency"],
            [F.Total] = ["Order Total Amount"],
            [F.Tax] = ["Order Total Tax Amount", "Order Tax Amount"],
            [F.Shipping] = ["Order Shipping Amount"],
            [F.Discount] = ["Cart Discount Amount", "Discount Amount"],
            [F.DiscountCode] = ["Coupons Used", "Coupon Code"],
            [F.Refunded] = ["Order Refund Amount"],
            [F.Payment] = ["Payment Method Title", "Payment Method"],
            [F.Paid] = ["Paid Date"],
            [F.Product] = ["Product Id", "Product ID"],
            [F.Title] = ["Item Name", "Name", "Product Name"],
            [F.Sku] = ["SKU"],
            [F.Quantity] = ["Quantity", "Quantity (- Refund)"],
            [F.Price] = ["Item Cost"],
            [F.LineTotal] = ["Order Line Total"],
            [F.Category] = ["Category", "Product Categories"],
        });

    /// <summary>The UCI data set "Online Retail" (and its second edition, whose header differs): one row a line, invoices beginning with C are refunds.</summary>
    private static readonly Layout OnlineRetail = new(Dialect.OnlineRetail, "UCI Online Retail", ["StockCode", "InvoiceDate", "Quantity"],
        new Dictionary<F, string[]>
        {
            [F.Order] = ["InvoiceNo", "Invoice"],
            [F.Sku] = ["StockCode"],
            [F.Title] = ["Description"],
            [F.Quantity] = ["Quantity"],
            [F.Date] = ["InvoiceDate"],
            [F.Price] = ["UnitPrice", "Price"],
            [F.Customer] = ["CustomerID", "Customer ID"],
            [F.Country] = ["Country"],
        });

    public static readonly Layout Mapped = new(Dialect.Mapped, "mapped columns", [], new Dictionary<F, string[]>());

    public static readonly Layout[] Known = [Shopify, WooCommerce, AdvancedOrderExport, OnlineRetail];

    /// <summary>Files that are often taken for an order export, and what to do instead.</summary>
    public static readonly (string[] Signature, string Sentence)[] NotOrders =
    [
        (["Order #", "Items sold", "Product(s)"],
            "This is WooCommerce's Analytics download, which has no e-mail column, so nobody in it can be told apart or written to: export the orders with the " +
            "\"Order/Customer CSV Export\" or the free \"Advanced Order Export\" plugin instead."),
        (["Handle", "Title", "Body (HTML)"], "This is Shopify's product export: export the orders instead (Orders, Export, Plain CSV file)."),
        (["First Name", "Last Name", "Email", "Total Spent", "Total Orders"],
            "This is Shopify's customer export, which has no orders: export the orders instead (Orders, Export, Plain CSV file)."),
    ];
}
