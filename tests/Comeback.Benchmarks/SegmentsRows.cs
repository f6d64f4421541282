using System.Globalization;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Microsoft.Data.Sqlite;

namespace Comeback.Benchmarks;

/// <summary>The store of the segments benchmark as rows of a database, by prepared inserts.</summary>
internal static class SegmentsRows
{
    public static void Write(SqliteConnection connection, long store, SegmentsStore from)
    {
        using var transaction = connection.BeginTransaction();
        var next = 100_000_000L;
        Each("INSERT INTO categories (store_id, id, change, external_id, key, name, names, in_use, deleted, updated_at, from_catalogue) VALUES ($0, $1, 1, $2, $2, $2, '{}', 1, 0, 0, 0)", 3,
            Enumerable.Range(0, 200), c => [store, c + 1L, "c" + c]);
        Each("INSERT INTO products (store_id, id, change, external_id, title, titles, tags, published, deleted, updated_at, from_catalogue, content_hash) VALUES ($0, $1, 1, $2, $2, '{}', '[]', 1, 0, 0, 0, x'')", 3,
            Enumerable.Range(0, from.Products), p => [store, p + 1L, Invariant(p + 1)]);
        Each("INSERT INTO product_categories (store_id, product_id, category_id) VALUES ($0, $1, $2)", 3,
            Enumerable.Range(0, from.Products), p => [store, p + 1L, SegmentsStore.CategoryOf(p) + 1L]);
        Each("INSERT INTO customers (store_id, id, change, ordinal, email, country, tags, created_at, updated_at, not_a_shopper, doubtful_contact, objects_to_profiling, deleted, stamps) VALUES ($0, $1, 1, $2, $3, $4, '[]', $5, $5, 0, 0, 0, 0, x'')", 6,
            from.People, person => [store, person.Ordinal + 1L, (long)person.Ordinal, $"b{person.Ordinal}@example.com", person.Country, StoreDays.Micros(person.CreatedAt)]);
        Each("INSERT INTO consents (store_id, id, change, customer_id, channel, state, at, source, recorded_at) VALUES ($0, $1, 1, $2, $3, $4, $5, 'bench', $5)", 6,
            from.People.Where(person => person.Consent), person => [store, next++, person.Ordinal + 1L, (long)Channel.Email, (long)ConsentState.Granted, StoreDays.Micros(person.CreatedAt)]);
        Each("INSERT INTO orders (store_id, id, change, external_id, number, customer_id, placed_at, updated_at, recorded_at, found, standing, kind, test, cash_on_delivery, currency, total_minor, store_total_minor, spent_minor, refunded_minor, tax_minor, shipping_minor, discount_minor, discount_codes, content_hash) VALUES ($0, $1, 1, $2, $2, $3, $4, $4, $4, 1, $5, 0, 0, 0, 'GBP', $6, $6, $6, 0, 0, 0, 0, '[]', x'')", 7,
            from.Orders, order => [store, order.Id, Invariant(order.Id), order.Customer + 1L, StoreDays.Micros(order.At), (long)OrderStanding.Counted, order.Minor]);
        var number = 0L;
        Each("INSERT INTO order_lines (store_id, order_id, line_number, product_id, title, quantity, unit_price_minor, total_minor, kind) VALUES ($0, $1, $2, $3, 'x', $4, $5, $5, 0)", 6,
            from.Lines, line => [store, line.Order, ++number, line.Product + 1L, (long)line.Quantity, line.Minor]);
        Each("INSERT INTO events (store_id, id, change, external_id, kind, at, received_at, customer_id, product_id, message_id, channel, verdict, properties, found) VALUES ($0, $1, 1, $2, $3, $4, $4, $5, $6, $7, $8, 1, '{}', 1)", 9,
            from.Events, e => [store, e.Id, Invariant(e.Id), (long)e.Kind, StoreDays.Micros(e.At), e.Customer + 1L,
                e.Kind == EventKind.ProductViewed ? e.Subject + 1L : null, e.Kind == EventKind.MessageOpened ? (long)e.Subject : null, e.Kind == EventKind.MessageOpened ? (long)Channel.Email : null]);
        Each("INSERT INTO carts (store_id, id, change, external_id, customer_id, created_at, touched_at, closed, closed_by_store, lines, found, content_hash) VALUES ($0, $1, 1, $2, $3, $4, $4, 0, 0, '[]', 1, x'')", 5,
            from.Carts, cart => [store, cart.Id, Invariant(cart.Id), cart.Customer + 1L, StoreDays.Micros(cart.At)]);
        Each("UPDATE stores SET change = 1, next_id = 200000000, next_ordinal = $1, history_complete = 1 WHERE id = $0", 2, [from.Customers], count => [store, (long)count]);
        transaction.Commit();

        void Each<T>(string sql, int parameters, IEnumerable<T> rows, Func<T, object?[]> values)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
#pragma warning disable CA2100 // Constants of this file.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i}") });
            foreach (var row in rows)
            {
                var all = values(row);
                for (var i = 0; i < all.Length; i++) command.Parameters[i].Value = all[i] ?? DBNull.Value;
                command.ExecuteNonQuery();
            }
        }

        static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
