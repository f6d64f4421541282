namespace Comeback.Stores.Csv;

/// <summary>What a column of an order file can mean. The names, in camel case, are what <c>--map field=column</c> takes.</summary>
public enum OrderField
{
    /// <summary>What the merchant calls the order; rows that share it are one order.</summary>
    Order,
    /// <summary>The store's own id of the order, where it differs from its name.</summary>
    OrderId,
    Date,
    Status,
    /// <summary>The store's id of a customer's account.</summary>
    Customer,
    Email,
    Phone,
    FirstName,
    LastName,
    /// <summary>First and last name in one.</summary>
    Name,
    Country,
    Region,
    City,
    Currency,
    Total,
    Tax,
    Shipping,
    Discount,
    DiscountCode,
    /// <summary>What was paid back of the order, in all.</summary>
    Refunded,
    /// <summary>The refunds one by one, packed into a cell by WooCommerce's exporter.</summary>
    Refunds,
    Paid,
    Fulfilled,
    Cancelled,
    /// <summary>Whether the customer agreed to marketing with this order.</summary>
    Marketing,
    Payment,
    Tags,
    Quantity,
    Title,
    Price,
    LineTotal,
    LineTax,
    LineDiscount,
    Sku,
    Product,
    Category,
    /// <summary>The lines of the order, packed into a cell by WooCommerce's exporter.</summary>
    Lines,
    RequiresShipping,
    Taxable,
}
