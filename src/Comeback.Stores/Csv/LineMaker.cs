using Comeback.Engine;
using Comeback.Engine.Orders;
using F = Comeback.Stores.Csv.OrderField;

namespace Comeback.Stores.Csv;

/// <summary>Makes the lines of an order of its rows: one a row, or all packed into a cell of the only row.</summary>
internal readonly struct LineMaker(Dialect dialect, Currency currency, DecimalMark mark)
{
    /// <summary>Adds what the row has; or says why it has to be left out. A row without a line (an order of one row) adds nothing.</summary>
    public string? Add(Row row, List<OrderLineRecord> lines)
    {
        if (row[F.Lines].Length > 0) return AddPacked(row[F.Lines], lines);
        var sku = Clean.Text(row[F.Sku]);
        var title = Clean.Text(row[F.Title]) ?? sku;
        var product = Clean.Text(row[F.Product]) is { } id && id != "0" ? id : null;
        if (title is null && product is null) return AddMoneyOnly(row, lines);
        if (!Number(row[F.Quantity], 1, out var quantity) || !Number(row[F.Price], 0, out var price) || !Number(row[F.LineDiscount], 0, out var discount)
            || !Number(row[F.LineTotal], (quantity * price) - discount, out var total) || !Number(row[F.LineTax], 0, out var tax)) return RejectReasons.Number;
        if (quantity <= 0) return RejectReasons.Quantity;
        total += tax;
        if (row[F.Price].Length == 0) price = total / quantity;
        lines.Add(new OrderLineRecord
        {
            // No exporter but WooCommerce's gives the product's own id; the stock code, then the name, stands for it.
            ProductExternalId = product ?? sku ?? title,
            Sku = sku,
            Title = title ?? product!,
            Quantity = Whole(quantity),
            UnitPrice = Money.FromDecimal(price, currency),
            Total = Money.FromDecimal(total, currency),
            Kind = KindOf(row, title),
            Categories = Categories(row[F.Category]),
        });
        return null;
    }

    // A mapped file of one row an order may have no product and no total but a price.
    private string? AddMoneyOnly(Row row, List<OrderLineRecord> lines)
    {
        if (dialect != Dialect.Mapped || row[F.Total].Length > 0 || (row[F.Price].Length == 0 && row[F.LineTotal].Length == 0)) return null;
        if (!Number(row[F.Quantity], 1, out var quantity) || !Number(row[F.Price], 0, out var price) || !Number(row[F.LineTotal], quantity * price, out var total))
            return RejectReasons.Number;
        var money = Money.FromDecimal(total, currency);
        lines.Add(new OrderLineRecord { Title = "Order", Quantity = Math.Max(1, Whole(quantity)), UnitPrice = money, Total = money, Kind = LineKind.Charge });
        return null;
    }

    private string? AddPacked(string cell, List<OrderLineRecord> lines)
    {
        if (PackedCells.Read(cell) is not { } things) return RejectReasons.Number;
        foreach (var thing in things)
        {
            var sku = Clean.Text(thing.GetValueOrDefault("sku") ?? "");
            var title = Clean.Text(thing.GetValueOrDefault("name") ?? "") ?? sku;
            if (title is null) continue;
            var product = Clean.Text(thing.GetValueOrDefault("product_id") ?? "") is { } id && id != "0" ? id : null;
            if (!Number(thing.GetValueOrDefault("quantity") ?? "", 1, out var quantity) || !Number(thing.GetValueOrDefault("total") ?? "", 0, out var total)
                || !Number(thing.GetValueOrDefault("total_tax") ?? thing.GetValueOrDefault("tax") ?? "", 0, out var tax)) return RejectReasons.Number;
            if (quantity <= 0) continue;
            lines.Add(new OrderLineRecord
            {
                ProductExternalId = product ?? sku ?? title,
                Sku = sku,
                Title = title,
                Quantity = Whole(quantity),
                UnitPrice = Money.FromDecimal((total + tax) / quantity, currency),
                Total = Money.FromDecimal(total + tax, currency),
            });
        }
        return null;
    }

    // Shopify exports gift cards and tips as lines that need no shipping and no tax; only then does the name decide.
    private LineKind KindOf(Row row, string? title)
    {
        if (dialect != Dialect.Shopify || title is null || row[F.RequiresShipping] != "false" || row[F.Taxable] != "false") return LineKind.Goods;
        if (title.Equals("Tip", StringComparison.OrdinalIgnoreCase)) return LineKind.Tip;
        return title.Contains("gift card", StringComparison.OrdinalIgnoreCase) ? LineKind.GiftCard : LineKind.Goods;
    }

    // Several in one cell are separated by comma, semicolon or bar; "Tea > Green" is a path, of which the last is the category.
    private static List<string> Categories(string cell)
    {
        if (cell.Length == 0) return [];
        return [.. cell.Split(',', ';', '|').Select(path => Clean.Text(path[(path.LastIndexOf('>') + 1)..])).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private bool Number(string cell, decimal whenBlank, out decimal value)
    {
        value = whenBlank;
        return string.IsNullOrWhiteSpace(cell) || (Numbers.TryParse(cell, mark, out value) && Math.Abs(value) <= RejectReasons.LargestAmount);
    }

    private static int Whole(decimal quantity) => (int)Math.Clamp(Math.Round(quantity, MidpointRounding.AwayFromZero), 1, RejectReasons.LargestQuantity);
}
