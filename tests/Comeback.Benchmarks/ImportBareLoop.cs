using System.Globalization;
using System.IO.Compression;
using CsvHelper;
using Microsoft.Data.Sqlite;

namespace Comeback.Benchmarks;

/// <summary>
/// The least that puts Online Retail into the same tables: one pass of CsvHelper, prepared inserts, 10,000 rows a transaction. It knows the file (rows of
/// an invoice nearly together, one currency, local times taken for UTC), checks nothing, and would write everything twice when run twice.
/// </summary>
internal static class ImportBareLoop
{
    private const int RowsATransaction = 10_000;

    public static void DropIndexes(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat('DROP INDEX ' || name, ';') FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('orders', 'order_lines', 'customers', 'products', 'refunds')";
#pragma warning disable CA2100 // Names from the schema itself.
        command.CommandText = (string)command.ExecuteScalar()!;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static void Run(string file, SqliteConnection connection)
    {
        using var unzipped = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var csv = CsvReader.Create(unzipped, new CsvReaderOptions { Separator = ',' });
        var transaction = connection.BeginTransaction();
        using var order = Prepare(connection, "INSERT INTO orders (store_id, id, change, external_id, number, customer_id, placed_at, updated_at, recorded_at, found, standing, kind, test, cash_on_delivery, currency, total_minor, store_total_minor, spent_minor, refunded_minor, tax_minor, shipping_minor, discount_minor, discount_codes, content_hash) VALUES (1, $1, 1, $2, $2, $3, $4, $4, $4, 1, 3, 0, 0, 0, 'GBP', $5, $5, $5, 0, 0, 0, 0, '[]', x'')", 5);
        using var line = Prepare(connection, "INSERT INTO order_lines (store_id, order_id, line_number, product_id, sku, title, quantity, unit_price_minor, total_minor, kind) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9)", 9);
        using var customer = Prepare(connection, "INSERT INTO customers (store_id, id, change, ordinal, account_id, country, tags, created_at, updated_at, not_a_shopper, doubtful_contact, objects_to_profiling, deleted, stamps) VALUES (1, $1, 1, $1, $2, $3, '[]', $4, $4, 0, 0, 0, 0, x'')", 4);
        using var product = Prepare(connection, "INSERT INTO products (store_id, id, change, external_id, title, titles, tags, published, deleted, updated_at, from_catalogue, content_hash) VALUES (1, $1, 1, $2, $3, '{}', '[]', 1, 0, $4, 0, x'')", 4);
        using var refund = Prepare(connection, "INSERT INTO refunds (store_id, id, change, external_id, customer_id, at, amount_minor, currency, store_amount_minor, updated_at) VALUES (1, $1, 1, $2, $3, $4, $5, 'GBP', $5, $4)", 5);
        using var total = Prepare(connection, "UPDATE orders SET total_minor = $2, store_total_minor = $2, spent_minor = $2 WHERE store_id = 1 AND id = $1", 2);
        var customers = new Dictionary<string, long>(StringComparer.Ordinal);
        var products = new Dictionary<string, long>(StringComparer.Ordinal);
        var orders = new Dictionary<string, (long Id, int Lines, long Minor)>(StringComparer.Ordinal);
        var refunds = new Dictionary<string, (long Customer, long At, long Minor)>(StringComparer.Ordinal);
        string? present = null;
        long next = 1;
        var rows = 0;
        while (csv.Read())
        {
            var who = csv.GetString(6);
            var invoice = csv.GetString(0);
            var quantity = csv.Parse<int>(3);
            var price = csv.Parse<decimal>(5);
            if (who.Length == 0 || invoice[0] == 'A' || (invoice[0] != 'C' && (quantity <= 0 || price <= 0))) continue;
            var at = new DateTimeOffset(DateTime.ParseExact(csv.GetString(4), "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)).ToUnixTimeMilliseconds() * 1000;
            var minor = (long)Math.Round(quantity * price * 100, MidpointRounding.AwayFromZero);
            if (!customers.TryGetValue(who, out var customerId))
            {
                customers.Add(who, customerId = next++);
                Execute(customer, transaction, customerId, who, csv.GetString(7), at);
            }
            if (invoice[0] == 'C')
            {
                var before = refunds.GetValueOrDefault(invoice, (customerId, at, 0));
                refunds[invoice] = (customerId, before.Item2, before.Item3 - minor);
                continue;
            }
            if (!orders.TryGetValue(invoice, out var o))
            {
                if (present is not null) Execute(total, transaction, orders[present].Id, orders[present].Minor);
                o = (next++, 0, 0);
                Execute(order, transaction, o.Id, invoice, customerId, at, 0L);
            }
            present = invoice;
            var code = csv.GetString(1);
            var title = csv.GetString(2);
            var goods = code.Length >= 5 && code.AsSpan(0, 5).IndexOfAnyExceptInRange('0', '9') < 0;
            long? productId = null;
            if (goods)
            {
                if (!products.TryGetValue(code, out var known))
                {
                    products.Add(code, known = next++);
                    Execute(product, transaction, known, code, title, at);
                }
                productId = known;
            }
            orders[invoice] = (o.Id, o.Lines + 1, o.Minor + minor);
            Execute(line, transaction, o.Id, o.Lines + 1, productId, code, title, quantity, (long)(price * 100), minor, goods ? 0 : 1);
            if (++rows % RowsATransaction != 0) continue;
            transaction.Commit();
            transaction.Dispose();
            transaction = connection.BeginTransaction();
        }
        foreach (var (_, o) in orders) Execute(total, transaction, o.Id, o.Minor);
        foreach (var (invoice, r) in refunds) Execute(refund, transaction, next++, invoice, r.Customer, r.At, r.Minor);
        transaction.Commit();
        transaction.Dispose();
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 1; i <= parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i}") });
        return command;
    }

    private static void Execute(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object?> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }
}
