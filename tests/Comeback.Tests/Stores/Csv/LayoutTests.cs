using Comeback.Engine.Orders;

namespace Comeback.Tests.Stores.Csv;

/// <summary>The files that merchants have: as the exporters write them.</summary>
public sealed class LayoutTests
{
    private static CsvFile Danish(string name) => CsvFile.Recorded(name) with { Currency = "DKK", Zone = "Europe/Copenhagen" };

    [Fact]
    public void Shopifys_export_gives_orders_with_their_lines_refunds_and_consent()
    {
        var file = Danish("shopify-orders.csv");
        Assert.Equal("Shopify order export", file.Open().Layout);
        Assert.Equal("DKK", file.Open().Currency?.Code);
        var content = file.Read();
        Assert.Equal(["#1004", "#1003", "#1002", "#1001"], content.Orders.Select(o => o.Number));

        var first = content.Orders[0];
        Assert.Equal("5550001004", first.ExternalId);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 15, 0, TimeSpan.Zero), first.PlacedAt);
        Assert.Equal(new DateTimeOffset(2026, 3, 3, 8, 0, 0, TimeSpan.Zero), first.UpdatedAt);
        Assert.Equal(38_700, first.Total.Minor);
        Assert.Equal(38_700, first.TotalInStoreCurrency?.Minor);
        Assert.Equal(["SPRING10"], first.DiscountCodes);
        Assert.Equal(OrderStanding.Counted, first.Standing);
        Assert.Equal(("Ann Marie", "Holm", "DK", "København"), (first.Person.FirstName, first.Person.LastName, first.Person.Country, first.Person.City));
        Assert.Equal("+4520123456", first.Person.Phone);
        Assert.Equal([("SEN-100", 2, 25_600L), ("POT-1", 1, 9_200L)], first.Lines.Select(l => (l.Sku!, l.Quantity, l.Total.Minor)));
        Assert.Equal("Sencha, 100 g - Green / Loose", first.Lines[0].Title);
        var consent = Assert.Single(first.Consents);
        Assert.Equal((Channel.Email, ConsentState.Granted, first.PlacedAt, "shopify-export"), (consent.Channel, consent.State, consent.At, consent.Source));

        Assert.Equal(OrderStanding.Refunded, content.Orders[1].Standing);
        Assert.Equal(10_000, Assert.Single(content.Orders[1].Refunds).Amount.Minor);
        Assert.Empty(content.Orders[1].Consents);
        // Cash on delivery is pending, and an order; a phone without an address is a person.
        Assert.Equal((OrderStanding.Counted, true, "+46701234567"), (content.Orders[2].Standing, content.Orders[2].CashOnDelivery, content.Orders[2].Person.Phone));
        // Another currency has no rate here.
        Assert.Equal(OrderStanding.Cancelled, content.Orders[3].Standing);
        Assert.Null(content.Orders[3].TotalInStoreCurrency);
        Assert.Equal(LineKind.GiftCard, content.Orders[3].Lines[0].Kind);

        var left = Assert.Single(content.Rejected);
        Assert.Equal((8, "no customer"), (left.Line, left.Reason));
    }

    [Fact]
    public void WooCommerces_exporter_with_one_row_an_order_packs_its_lines_and_refunds()
    {
        var content = (CsvFile.Recorded("woocommerce-order-export.csv") with { Currency = "EUR", Zone = "Europe/Berlin" }).Read();
        Assert.Empty(content.Rejected);
        var first = content.Orders[0];
        Assert.Equal(("661", "661", "7"), (first.ExternalId, first.Number, first.Person.AccountId));
        Assert.Equal(new DateTimeOffset(2026, 2, 10, 13, 3, 22, TimeSpan.Zero), first.PlacedAt);
        Assert.Equal([("Assam: strong; loose", "21", 2, 3_240L), ("Kettle", "22", 1, 1_560L)],
            first.Lines.Select(l => (l.Title, l.ProductExternalId!, l.Quantity, l.Total.Minor)));
        Assert.Equal(["tea3"], first.DiscountCodes);
        Assert.Equal(new RefundRecord("700", new DateTimeOffset(2026, 2, 20, 8, 0, 0, TimeSpan.Zero), new Engine.Money(1_200, first.Total.Currency)), Assert.Single(first.Refunds));
        Assert.Empty(first.Consents);

        Assert.Equal((OrderStanding.Placed, (string?)null), (content.Orders[1].Standing, content.Orders[1].Person.AccountId));
        Assert.Equal("Mug \"blue\"", Assert.Single(content.Orders[1].Lines).Title);
        Assert.Equal(OrderStanding.Failed, content.Orders[2].Standing);
    }

    [Fact]
    public void WooCommerces_exporter_with_one_row_an_item_gives_the_same_kind_of_orders()
    {
        var content = (CsvFile.Recorded("woocommerce-order-export-items.csv") with { Currency = "EUR", Zone = "Europe/Oslo" }).Read();
        Assert.Empty(content.Rejected);
        Assert.Equal(["W-801", "W-802"], content.Orders.Select(o => o.Number));
        Assert.Equal([("31", 2, 2_400L), ("32", 1, 2_400L)], content.Orders[0].Lines.Select(l => (l.ProductExternalId!, l.Quantity, l.Total.Minor)));
        Assert.Equal((5_280L, true), (content.Orders[0].Total.Minor, content.Orders[0].CashOnDelivery));
        Assert.Equal((OrderStanding.Refunded, 700L), (content.Orders[1].Standing, Assert.Single(content.Orders[1].Refunds).Amount.Minor));
    }

    [Fact]
    public void Advanced_Order_Export_writes_the_orders_cells_once_or_on_every_row()
    {
        var content = Danish("advanced-order-export.csv").Read();
        Assert.Empty(content.Rejected);
        Assert.Equal([("77", 10_000L, 2), ("78", 4_000L, 2)], content.Orders.Select(o => (o.Number, o.Total.Minor, o.Lines.Count)));
        Assert.Equal(("DK", "kim@example.com", true), (content.Orders[0].Person.Country, content.Orders[0].Person.Email, content.Orders[0].CashOnDelivery));
        Assert.Equal([("RBS", 3, 7_500L), ("TIN", 1, 2_000L)], content.Orders[0].Lines.Select(l => (l.Sku!, l.Quantity, l.Total.Minor)));
        Assert.Equal((OrderStanding.Counted, OrderStanding.Placed), (content.Orders[0].Standing, content.Orders[1].Standing));
    }

    [Fact]
    public void Online_Retail_gives_an_order_for_each_invoice_of_a_customer()
    {
        var content = CsvFile.Recorded("online-retail.csv").Read();
        Assert.Equal(["536365", "536370", "536366"], content.Orders.Select(o => o.Number));
        var first = content.Orders[0];
        // Dated by its earliest row; equal rows are two lines; postage is money and no product; local time of London.
        Assert.Equal(new DateTimeOffset(2010, 12, 1, 8, 25, 0, TimeSpan.Zero), first.PlacedAt);
        Assert.Equal([("85123A", LineKind.Goods), ("71053", LineKind.Goods), ("71053", LineKind.Goods), (null, LineKind.Charge)],
            first.Lines.Select(l => (l.ProductExternalId, l.Kind)));
        Assert.Equal((7_398L, "17850", "GB"), (first.Total.Minor, first.Person.AccountId, first.Person.Country));
        // In summer London is an hour ahead of UTC; "Unspecified" is no country.
        Assert.Equal((new DateTimeOffset(2011, 6, 1, 7, 45, 0, TimeSpan.Zero), (string?)null), (content.Orders[1].PlacedAt, content.Orders[1].Person.Country));
        // The rows of 536366 do not stand together.
        Assert.Equal((6_518L, 2, "IE"), (content.Orders[2].Total.Minor, content.Orders[2].Lines.Count, content.Orders[2].Person.Country));

        var refund = Assert.Single(content.Refunds);
        Assert.Equal((3_260L, "14527", "JE"), (refund.Amount.Minor, refund.Person.AccountId, refund.Person.Country));
        Assert.Equal(new DateTimeOffset(2010, 12, 1, 9, 40, 0, TimeSpan.Zero), refund.At);

        Assert.Equal(
            [(9L, "no customer"), (10L, "quantity is 0 or less"), (11L, "price is 0 or less"), (12L, "an adjustment, not an order (invoice begins with A)")],
            content.Rejected.Select(r => (r.Line, r.Reason)));
    }

    [Fact]
    public void WooCommerces_Analytics_download_is_refused_with_what_to_do_instead()
    {
        var sentence = CsvFile.Recorded("woocommerce-analytics.csv").Refusal();
        Assert.Contains("no e-mail column", sentence, StringComparison.Ordinal);
        Assert.Contains("Order/Customer CSV Export", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_other_header_is_mapped()
    {
        var file = CsvFile.Mapped(
            """
            Ref;When;Mail;What;Pcs;Each;Kind
            A1;31.12.2025 23:30;ann@example.com;Sencha;2;12,50;Tea > Green, Loose
            A1;31.12.2025 23:30;ann@example.com;Kettle;1;1.099,00;Kitchen
            A2;01.01.2026 10:00;bo@example.com;Sencha;1;12,50;Tea > Green
            """, "order=Ref,date=When,email=Mail,title=What,quantity=Pcs,price=Each,category=Kind");
        var content = (file with { Currency = "DKK", Zone = "Europe/Copenhagen" }).Read();
        Assert.Equal([("A1", 112_400L), ("A2", 1_250L)], content.Orders.Select(o => (o.Number, o.Total.Minor)));
        Assert.Equal(new DateTimeOffset(2025, 12, 31, 22, 30, 0, TimeSpan.Zero), content.Orders[0].PlacedAt);
        Assert.Equal(["Green", "Loose"], content.Orders[0].Lines[0].Categories);
    }

    [Theory]
    [InlineData("Ref,When,Mail\n1,2026-01-01,a@b.dk\n", "order=Ref,date=When,email=Mail", "total or lineTotal or price")]
    [InlineData("Ref,When,Sum\n1,2026-01-01,1.00\n", "order=Ref,date=When,total=Sum", "email or phone or customer")]
    [InlineData("Ref,When,Sum\n1,2026-01-01,1.00\n", "order=Ref,date=Date,total=Sum", "names the column 'Date'")]
    public void What_a_mapping_lacks_is_named(string text, string map, string named) =>
        Assert.Contains(named, CsvFile.Mapped(text, map).Refusal(), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_header_is_answered_with_a_proposal()
    {
        var sentence = new CsvFile("Order No,Order date,E-mail,Grand total\n1,2026-01-01,a@b.dk,1.00\n").Refusal();
        Assert.Contains("--map \"order=Order No,date=Order date,email=E-mail,total=Grand total\"", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_known_export_without_a_needed_column_names_it()
    {
        var sentence = new CsvFile("Name,Email,Financial Status,Total,Lineitem quantity,Lineitem name\n#1,a@b.dk,paid,1.00,1,Tea\n").Refusal();
        Assert.Contains("Shopify order export", sentence, StringComparison.Ordinal);
        Assert.Contains("'Created at'", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_one_order_may_stand_anywhere_in_the_file()
    {
        var lines = CsvFile.Recorded("shopify-orders.csv");
        var text = System.Text.Encoding.UTF8.GetString(lines.Bytes);
        var rows = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // The second line item of #1004 (rows 2 to 4 of the text, one of which continues a quoted cell) goes to the end, then to the front.
        var second = rows[3];
        var rest = rows.Where((_, i) => i != 3).ToList();
        var atEnd = (new CsvFile(string.Join('\n', [.. rest, second])) with { Currency = "DKK" }).Read();
        var atFront = (new CsvFile(string.Join('\n', [rest[0], second, .. rest.Skip(1)])) with { Currency = "DKK" }).Read();
        foreach (var content in (CsvContent[])[atEnd, atFront])
        {
            var order = content.Orders.Single(o => o.Number == "#1004");
            Assert.Equal((2, 38_700L, "Ann Marie"), (order.Lines.Count, order.Total.Minor, order.Person.FirstName));
            Assert.Equal(4, content.Orders.Count);
        }
    }
}
