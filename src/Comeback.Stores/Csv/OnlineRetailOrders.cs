using Comeback.Engine;
using Comeback.Engine.Orders;
using F = Comeback.Stores.Csv.OrderField;

namespace Comeback.Stores.Csv;

/// <summary>
/// The UCI layout: an order is the invoice of one customer, dated by its earliest row. An invoice that begins with C is a refund to that customer;
/// stock codes that are no product (postage, manual, bank charges) count in money only.
/// </summary>
internal sealed class OnlineRetailOrders(Currency currency, DateReader dates, DecimalMark mark) : IOrderAssembler
{
    private readonly List<OrderLineRecord> lines = [];

    public void Build(IReadOnlyList<Row> rows, List<OrderFileItem> items)
    {
        if (rows.Count == 0) return;
        var invoice = rows[0][F.Order].Trim();
        var customer = CustomerOf(rows[0][F.Customer]);
        var refund = invoice.StartsWith('C') || invoice.StartsWith('c');
        lines.Clear();
        var total = 0L;
        var accepted = 0;
        DateTimeOffset? earliest = null;
        string? country = null;
        foreach (var row in rows)
        {
            if (Fault(row, invoice, customer, refund, out var quantity, out var price, out var at) is { } reason)
            {
                items.Add(new OrderFileItem(null, new RejectedRow(row.Line, reason, row.Raw)));
                continue;
            }
            accepted++;
            earliest = earliest is { } known && known <= at ? known : at;
            country ??= Countries.Code(row[F.Country]);
            var money = Money.FromDecimal(quantity * price, currency);
            total += money.Minor;
            if (!refund) lines.Add(Line(row, quantity, price, money));
        }
        if (accepted == 0) return;
        var person = new Person { AccountId = customer, Country = country };
        items.Add(new OrderFileItem(refund ? Refund(invoice, person, earliest!.Value, -total) : Order(invoice, person, earliest!.Value, total), null));
    }

    private string? Fault(Row row, string invoice, string? customer, bool refund, out decimal quantity, out decimal price, out DateTimeOffset at)
    {
        (quantity, price, at) = (0, 0, default);
        if (customer is null) return RejectReasons.NoCustomer;
        if (invoice.Length == 0) return RejectReasons.NoOrderNumber;
        if (invoice[0] is 'A' or 'a') return RejectReasons.Adjustment;
        if (!Numbers.TryParse(row[F.Quantity], mark, out quantity) || !Numbers.TryParse(row[F.Price], mark, out price)) return RejectReasons.Number;
        if (refund && quantity * price >= 0) return RejectReasons.EmptyRefund;
        if (!refund && quantity <= 0) return RejectReasons.Quantity;
        if (!refund && price <= 0) return RejectReasons.Price;
        if (Math.Abs(quantity) > RejectReasons.LargestQuantity || Math.Abs(price) > RejectReasons.LargestAmount) return RejectReasons.Number;
        return dates.TryRead(row[F.Date].Trim(), out at) ? null : RejectReasons.Date;
    }

    private OrderLineRecord Line(Row row, decimal quantity, decimal price, Money total)
    {
        var code = row[F.Sku].Trim();
        var goods = IsProduct(code);
        return new OrderLineRecord
        {
            ProductExternalId = goods ? code : null,
            Sku = code,
            Title = Clean.Text(row[F.Title]) ?? code,
            Quantity = (int)quantity,
            UnitPrice = Money.FromDecimal(price, currency),
            Total = total,
            Kind = goods ? LineKind.Goods : LineKind.Charge,
        };
    }

    private OrderRecord Order(string invoice, Person person, DateTimeOffset at, long total) => new()
    {
        ExternalId = $"{invoice}/{person.AccountId}",
        Number = invoice,
        Person = person,
        PlacedAt = at,
        UpdatedAt = at,
        Standing = OrderStanding.Counted,
        Total = new Money(total, currency),
        TotalInStoreCurrency = new Money(total, currency),
        Lines = [.. lines],
    };

    private LooseRefundRecord Refund(string invoice, Person person, DateTimeOffset at, long amount) => new()
    {
        ExternalId = $"{invoice}/{person.AccountId}",
        Person = person,
        At = at,
        UpdatedAt = at,
        Amount = new Money(amount, currency),
    };

    // The data set's publisher stored the ids as floating-point numbers: 17850.0.
    private static string? CustomerOf(string cell)
    {
        var text = cell.Trim();
        if (text.EndsWith(".0", StringComparison.Ordinal)) text = text[..^2];
        return text.Length == 0 ? null : text;
    }

    // Five digits and perhaps letters; the others are POST, DOT, M, D, C2, BANK CHARGES, AMAZONFEE, gift vouchers and the like.
    private static bool IsProduct(string code)
    {
        if (code.Length < 5) return false;
        for (var i = 0; i < code.Length; i++)
            if (i < 5 ? !char.IsAsciiDigit(code[i]) : !char.IsAsciiLetter(code[i])) return false;
        return true;
    }
}

/// <summary>Why a row was left out, in the words that the merchant reads.</summary>
internal static class RejectReasons
{
    public const string NoCustomer = "no customer";
    public const string NoOrderNumber = "no order number";
    public const string Adjustment = "an adjustment, not an order (invoice begins with A)";
    public const string Number = "a number cannot be read";
    public const string Amount = "the total cannot be read";
    public const string Quantity = "quantity is 0 or less";
    public const string Price = "price is 0 or less";
    public const string EmptyRefund = "a refund of nothing";
    public const string NoDate = "no date";
    public const string Date = "the date cannot be read";
    public const string Currency = "unknown currency";
    public const string Totals = "the rows of this order disagree about its total";

    /// <summary>Past these a number is a mistake (an order number in the wrong column), and sums would not fit.</summary>
    public const decimal LargestQuantity = 10_000_000;
    public const decimal LargestAmount = 1_000_000_000_000;
}
