using Comeback.Engine;
using F = Comeback.Stores.Csv.OrderField;

namespace Comeback.Stores.Csv;

/// <summary>Which column of one file means what.</summary>
internal sealed class ColumnMap
{
    // What an unknown header probably means: shown as a proposal, never used unasked.
    private static readonly (F Field, string[] Names)[] Guesses =
    [
        (F.Email, ["email", "emailaddress", "mail", "customeremail", "billingemail", "buyeremail"]),
        (F.Order, ["order", "orderid", "ordernumber", "orderno", "ordername", "orderref", "reference", "invoice", "invoiceno", "invoicenumber", "bestilling", "ordrenummer"]),
        (F.Date, ["date", "orderdate", "created", "createdat", "createdon", "placedat", "purchasedate", "invoicedate", "dato", "datum"]),
        (F.Total, ["total", "ordertotal", "grandtotal", "amount", "totalamount", "totalprice", "sum", "beløb"]),
        (F.Status, ["status", "orderstatus", "state"]),
        (F.Currency, ["currency", "currencycode", "ordercurrency"]),
        (F.Customer, ["customerid", "userid", "accountid"]),
        (F.Phone, ["phone", "telephone", "mobile", "phonenumber", "telefon"]),
        (F.FirstName, ["firstname", "givenname", "fornavn"]),
        (F.LastName, ["lastname", "surname", "familyname", "efternavn"]),
        (F.Name, ["name", "customername", "fullname", "customer", "buyer", "navn"]),
        (F.Country, ["country", "countrycode", "billingcountry", "land"]),
        (F.City, ["city", "town", "by"]),
        (F.Quantity, ["quantity", "qty", "antal"]),
        (F.Title, ["product", "productname", "item", "itemname", "title", "description", "lineitemname"]),
        (F.Price, ["price", "unitprice", "itemprice", "pris"]),
        (F.LineTotal, ["linetotal", "itemtotal", "rowtotal"]),
        (F.Sku, ["sku", "itemno", "stockcode", "productcode", "varenummer"]),
        (F.Category, ["category", "categories", "productcategory", "kategori"]),
        (F.Refunded, ["refunded", "refundedamount", "refund", "refundtotal"]),
        (F.Tax, ["tax", "taxes", "vat", "moms"]),
        (F.Shipping, ["shipping", "shippingtotal", "freight", "fragt"]),
    ];

    private readonly int[][] columns;

    private ColumnMap(Layout layout, int[][] columns)
    {
        Layout = layout;
        this.columns = columns;
        Key = layout.Dialect switch
        {
            Dialect.WooCommerce => [F.OrderId],
            Dialect.OnlineRetail => [F.Order, F.Customer],
            _ => [F.Order],
        };
    }

    public Layout Layout { get; }

    /// <summary>Rows with the same cells here are one order.</summary>
    public F[] Key { get; }

    /// <summary>The column of a field; -1 when the file has none.</summary>
    public int this[F field] => columns[(int)field] is [var first, ..] ? first : -1;

    /// <summary>All columns that may hold a field: the first that is not blank does.</summary>
    public int[] All(F field) => columns[(int)field];

    public bool Has(F field) => columns[(int)field].Length > 0;

    /// <summary>Finds the layout of a header, or maps it as the merchant says.</summary>
    /// <exception cref="UserError">No order file, or columns are missing; they are named.</exception>
    public static ColumnMap For(string[] header, IReadOnlyDictionary<F, string> mapping)
    {
        var map = Match(header, mapping);
        var missing = map.Missing();
        if (missing.Count == 0) return map;
        throw new UserError(map.Layout.Dialect == Dialect.Mapped
            ? mapping.Count == 0 ? Unknown(header) : $"The mapping does not say which column is the {string.Join(", nor the ", missing)}: add it to --map. {ColumnsAre(header)}"
            : $"This looks like the {map.Layout.Name}, but these columns are missing: {string.Join(", ", missing)}. Export the file again with all its columns, " +
              "or say by --map which column has them.");
    }

    /// <summary>As <see cref="For"/>, but says by <see cref="Missing"/> what is missing instead of throwing.</summary>
    public static ColumnMap Match(string[] header, IReadOnlyDictionary<F, string> mapping)
    {
        if (mapping.Count == 0 && Layout.NotOrders.FirstOrDefault(n => n.Signature.All(name => Find(header, name) >= 0)).Sentence is { } sentence)
            throw new UserError(sentence);
        var layout = Layout.Known.FirstOrDefault(l => l.Signature.All(name => Find(header, name) >= 0)) ?? Layout.Mapped;
        var columns = new int[Enum.GetValues<F>().Length][];
        Array.Fill(columns, []);
        foreach (var (field, names) in layout.Columns)
            columns[(int)field] = [.. names.Select(name => Find(header, name)).Where(at => at >= 0)];
        foreach (var (field, name) in mapping)
        {
            var at = Find(header, name);
            if (at < 0) throw new UserError($"The mapping names the column '{name}', which the file does not have. {ColumnsAre(header)}");
            columns[(int)field] = [at];
        }
        return new ColumnMap(layout, columns);
    }

    /// <summary>What an import cannot do without, in the words of the file or, for a mapped one, of the mapping.</summary>
    public List<string> Missing()
    {
        List<string> missing = [];
        Need(F.Order, F.OrderId);
        Need(F.Date);
        if (Layout.Dialect == Dialect.OnlineRetail)
        {
            foreach (var field in (F[])[F.Sku, F.Quantity, F.Price, F.Customer]) Need(field);
            return missing;
        }
        Need(F.Email, F.Phone, F.Customer);
        Need(F.Total, F.LineTotal, F.Price);
        return missing;

        void Need(params F[] any)
        {
            if (!any.Any(Has)) missing.Add(string.Join(" or ", any.Where(f => Layout.Dialect == Dialect.Mapped || Layout.Columns.ContainsKey(f)).Take(3).Select(NameOf)));
        }
    }

    /// <summary>What each column means, by position; null where it is not used.</summary>
    public F?[] Fields(string[] header)
    {
        var fields = new F?[header.Length];
        foreach (var field in Enum.GetValues<F>())
            if (Has(field)) fields[this[field]] ??= field;
        return fields;
    }

    /// <summary>What an unknown header probably means, by position.</summary>
    public static F?[] Guess(string[] header)
    {
        var fields = new F?[header.Length];
        foreach (var (field, names) in Guesses)
        {
            var at = Array.FindIndex(header, cell => names.Contains(Plain(cell)));
            if (at >= 0 && fields[at] is null) fields[at] = field;
        }
        return fields;
    }

    /// <summary>The name of a field as <c>--map</c> takes it.</summary>
    public static string Camel(F field) => char.ToLowerInvariant(field.ToString()[0]) + field.ToString()[1..];

    private string NameOf(F field) => Layout.Columns.TryGetValue(field, out var names) ? $"'{names[0]}'" : Camel(field);

    private static string Unknown(string[] header)
    {
        var guess = Guess(header);
        var proposal = string.Join(',', guess.Select((field, i) => field is null ? null : $"{Camel(field.Value)}={header[i]}").Where(pair => pair is not null));
        if (proposal.Length == 0) proposal = "order=...,date=...,email=...,total=...";
        return $"The columns of this file are not those of a known export. Say what they mean, for example --map \"{proposal}\". {ColumnsAre(header)}";
    }

    private static string ColumnsAre(string[] header)
    {
        const int Shown = 40;
        return $"Its columns are: {string.Join(", ", header.Take(Shown))}{(header.Length > Shown ? ", …" : "")}.";
    }

    private static int Find(string[] header, string name) => Array.FindIndex(header, cell => string.Equals(cell, name.Trim(), StringComparison.OrdinalIgnoreCase));

    private static string Plain(string cell) => string.Concat(cell.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
