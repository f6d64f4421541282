using Comeback.Engine;
using Comeback.Engine.Orders;
using F = Comeback.Stores.Csv.OrderField;

namespace Comeback.Stores.Csv;

/// <summary>
/// The orders of Shopify's and WooCommerce's exporters and of mapped files: one row an order or one row a line. The order's own cells are taken from the
/// row that has its date, and what that row lacks from the others.
/// </summary>
internal sealed class ShopOrders(Dialect dialect, Currency store, DateReader dates, DecimalMark mark) : IOrderAssembler
{
    public void Build(IReadOnlyList<Row> rows, List<OrderFileItem> items)
    {
        if (rows.Count == 0) return;
        var head = rows[0];
        foreach (var row in rows)
        {
            if (row[F.Date].Length == 0) continue;
            head = row;
            break;
        }
        if (Order(new OrderCells(head, rows), out var order) is { } reason)
        {
            foreach (var row in rows) items.Add(Left(row, reason));
            return;
        }
        var lines = new List<OrderLineRecord>(rows.Count);
        var maker = new LineMaker(dialect, order!.Total.Currency, mark);
        var left = 0;
        foreach (var row in rows)
        {
            if (maker.Add(row, lines) is not { } fault) continue;
            items.Add(Left(row, fault));
            left++;
        }
        // A line that cannot be read is left out alone; an order of which nothing can be read is no order.
        if (left == rows.Count && order.Total.Minor is 0 or long.MinValue) return;
        items.Add(new OrderFileItem(WithLines(order, lines), null));
    }

    private OrderRecord WithLines(OrderRecord order, List<OrderLineRecord> lines)
    {
        // A file without a column for the total: the sum of what it has.
        if (order.Total.Minor != long.MinValue) return order with { Lines = lines };
        var sum = lines.Sum(line => line.Total.Minor) + (order.Shipping?.Minor ?? 0) + (order.Tax?.Minor ?? 0) - (order.Discount?.Minor ?? 0);
        var total = new Money(sum, order.Total.Currency);
        return order with { Lines = lines, Total = total, TotalInStoreCurrency = total.Currency == store ? total : null };
    }

    /// <summary>The order without its lines; or why there is none.</summary>
    private string? Order(OrderCells cells, out OrderRecord? order)
    {
        order = null;
        var number = Clean.Text(cells[F.Order]);
        var id = Clean.Text(cells[F.OrderId]) ?? number;
        number ??= id;
        if (id is null || number is null) return RejectReasons.NoOrderNumber;
        if (cells[F.Date].Trim().Length == 0) return RejectReasons.NoDate;
        if (!dates.TryRead(cells[F.Date].Trim(), out var placed)) return RejectReasons.Date;
        var person = PersonOf(cells);
        if (person is null) return RejectReasons.NoCustomer;
        var currency = store;
        if (cells[F.Currency].Trim() is { Length: > 0 } code && !Currency.TryParse(code, out currency)) return RejectReasons.Currency;
        var total = new Money(long.MinValue, currency);
        if (cells[F.Total].Trim().Length > 0)
        {
            if (Amount(cells[F.Total], currency) is not { } read) return RejectReasons.Amount;
            if (!cells.Agree(F.Total)) return RejectReasons.Totals;
            total = read;
        }
        var cancelled = cells[F.Cancelled].Trim().Length > 0;
        var updated = placed;
        foreach (var field in (ReadOnlySpan<F>)[F.Paid, F.Fulfilled, F.Cancelled])
            if (cells[field].Trim() is { Length: > 0 } later && dates.TryRead(later, out var at) && at > updated) updated = at;
        order = new OrderRecord
        {
            ExternalId = id,
            Number = number,
            Person = person,
            PlacedAt = placed,
            UpdatedAt = updated,
            Standing = Standings.Of(dialect, cells[F.Status], cancelled),
            VendorStatus = Clean.Text(cells[F.Status]),
            Test = dialect == Dialect.Shopify && cells[F.Payment].Contains("bogus", StringComparison.OrdinalIgnoreCase),
            CashOnDelivery = IsCashOnDelivery(cells[F.Payment]),
            Total = total,
            TotalInStoreCurrency = currency == store ? total : null,
            Tax = Amount(cells[F.Tax], currency),
            Shipping = Amount(cells[F.Shipping], currency),
            Discount = Amount(cells[F.Discount], currency),
            DiscountCodes = Codes(cells[F.DiscountCode]),
            Refunds = Refunds(cells, id, updated, currency),
            Consents = Consents(cells, person, placed),
        };
        return null;
    }

    private Person? PersonOf(OrderCells cells)
    {
        var email = Clean.Text(cells[F.Email]);
        if (email is not null && !Clean.IsEmail(email)) email = null;
        var phone = Clean.Phone(cells[F.Phone]);
        // WooCommerce writes 0 for a guest.
        var account = Clean.Text(cells[F.Customer]) is { } id && id != "0" ? id : null;
        if (email is null && phone is null && account is null) return null;
        var first = Clean.Text(cells[F.FirstName]);
        var last = Clean.Text(cells[F.LastName]);
        if (first is null && last is null && Clean.Text(cells[F.Name]) is { } name)
        {
            var space = name.LastIndexOf(' ');
            (first, last) = space < 0 ? (name, null) : (name[..space].TrimEnd(), name[(space + 1)..]);
        }
        return new Person
        {
            AccountId = account,
            Email = email,
            Phone = phone,
            FirstName = first,
            LastName = last,
            Country = Countries.Code(cells[F.Country]),
            Region = Clean.Text(cells[F.Region]),
            City = Clean.Text(cells[F.City]),
        };
    }

    private List<RefundRecord> Refunds(OrderCells cells, string id, DateTimeOffset updated, Currency currency)
    {
        var refunds = new List<RefundRecord>();
        foreach (var packed in PackedCells.Read(cells[F.Refunds]) ?? [])
        {
            if (!packed.TryGetValue("amount", out var cell) || Amount(cell, currency) is not { Minor: not 0 } amount) continue;
            var at = packed.TryGetValue("date", out var date) && dates.TryRead(date.Trim(), out var read) ? read : updated;
            refunds.Add(new RefundRecord(packed.GetValueOrDefault("id") ?? $"{id}/refund/{refunds.Count + 1}", at, Positive(amount)));
        }
        if (refunds.Count == 0 && Amount(cells[F.Refunded], currency) is { Minor: not 0 } all)
            refunds.Add(new RefundRecord($"{id}/refunded", updated, Positive(all)));
        return refunds;
    }

    // In Shopify's export the order's date is the proof of the consent that was ticked with it. Nothing else in any file is consent.
    private List<ConsentRecord> Consents(OrderCells cells, Person person, DateTimeOffset placed) =>
        dialect == Dialect.Shopify && person.Email is not null && cells[F.Marketing].Trim().Equals("yes", StringComparison.OrdinalIgnoreCase)
            ? [new ConsentRecord(Channel.Email, ConsentState.Granted, placed, "shopify-export", "Accepts Marketing: yes")]
            : [];

    private Money? Amount(string cell, Currency currency) =>
        cell.Length > 0 && Numbers.TryParse(cell, mark, out var value) && Math.Abs(value) <= RejectReasons.LargestAmount ? Money.FromDecimal(value, currency) : null;

    private static List<string> Codes(string cell)
    {
        if (cell.Trim().Length == 0) return [];
        var packed = cell.Contains("code:", StringComparison.OrdinalIgnoreCase) || cell.TrimStart().StartsWith('[') ? PackedCells.Read(cell) : null;
        var codes = packed is null ? cell.Split(',', ';', '|') : packed.Select(p => p.GetValueOrDefault("code") ?? "");
        return [.. codes.Select(Clean.Text).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static bool IsCashOnDelivery(string payment) => payment.Trim().Equals("cod", StringComparison.OrdinalIgnoreCase)
        || payment.Contains("cash on delivery", StringComparison.OrdinalIgnoreCase) || payment.Contains("(COD)", StringComparison.Ordinal);

    private static Money Positive(Money money) => new(Math.Abs(money.Minor), money.Currency);

    private static OrderFileItem Left(Row row, string reason) => new(null, new RejectedRow(row.Line, reason, row.Raw));
}

/// <summary>The cells of an order over its rows: those of its head, else the first row that has one.</summary>
internal readonly struct OrderCells(Row head, IReadOnlyList<Row> rows)
{
    public string this[F field]
    {
        get
        {
            if (head[field] is { Length: > 0 } own) return own;
            foreach (var row in rows)
                if (row[field] is { Length: > 0 } other) return other;
            return "";
        }
    }

    /// <summary>True when no two rows say different things.</summary>
    public bool Agree(F field)
    {
        var said = this[field];
        foreach (var row in rows)
            if (row[field] is { Length: > 0 } other && other != said) return false;
        return true;
    }
}
