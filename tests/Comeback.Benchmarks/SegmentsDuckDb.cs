using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using DuckDB.NET.Data;

namespace Comeback.Benchmarks;

/// <summary>The same ten segments in DuckDB, two threads, on normalised tables or with a table of facts made beforehand; members are read back as ids.</summary>
internal sealed class SegmentsDuckDb : IDisposable
{
    private readonly DuckDBConnection connection = new("DataSource=:memory:");
    private readonly int today;
    private readonly long now;

    public SegmentsDuckDb(SegmentsStore store)
    {
        var days = StoreDays.Of("Europe/London");
        now = StoreDays.Micros(SegmentsStore.Now);
        today = days.DayOf(now);
        connection.Open();
        Do("SET threads = 2");
        Do("CREATE TABLE customers (id INTEGER, country VARCHAR, consent BOOLEAN, created INTEGER)");
        Do("CREATE TABLE orders (id BIGINT, customer INTEGER, placed BIGINT, day INTEGER, minor BIGINT)");
        Do("CREATE TABLE lines (customer INTEGER, day INTEGER, product INTEGER, category INTEGER)");
        Do("CREATE TABLE events (customer INTEGER, day INTEGER, opened BOOLEAN, subject INTEGER)");
        Do("CREATE TABLE carts (customer INTEGER, placed BIGINT)");
        using (var rows = connection.CreateAppender("customers"))
            foreach (var person in store.People)
                rows.CreateRow().AppendValue(person.Ordinal).AppendValue(person.Country).AppendValue(person.Consent).AppendValue(days.DayOf(StoreDays.Micros(person.CreatedAt))).EndRow();
        using (var rows = connection.CreateAppender("orders"))
            foreach (var order in store.Orders)
                rows.CreateRow().AppendValue(order.Id).AppendValue(order.Customer).AppendValue(StoreDays.Micros(order.At)).AppendValue(days.DayOf(StoreDays.Micros(order.At))).AppendValue(order.Minor).EndRow();
        var heads = store.Orders.ToDictionary(order => order.Id);
        using (var rows = connection.CreateAppender("lines"))
            foreach (var line in store.Lines)
                rows.CreateRow().AppendValue(heads[line.Order].Customer).AppendValue(days.DayOf(StoreDays.Micros(heads[line.Order].At))).AppendValue(line.Product).AppendValue(SegmentsStore.CategoryOf(line.Product)).EndRow();
        using (var rows = connection.CreateAppender("events"))
            foreach (var e in store.Events)
                rows.CreateRow().AppendValue(e.Customer).AppendValue(days.DayOf(StoreDays.Micros(e.At))).AppendValue(e.Kind == EventKind.MessageOpened).AppendValue(e.Subject).EndRow();
        using (var rows = connection.CreateAppender("carts"))
            foreach (var cart in store.Carts)
                rows.CreateRow().AppendValue(cart.Customer).AppendValue(StoreDays.Micros(cart.At)).EndRow();
        Do("CREATE TABLE made AS " + Facts);
    }

    private const string Facts =
        "SELECT c.id AS customer, count(o.id) AS orders, coalesce(sum(o.minor), 0)::BIGINT AS spent, max(o.day) AS last, max(o.placed) AS last_at FROM customers c LEFT JOIN orders o ON o.customer = c.id GROUP BY c.id";

    /// <summary>The ordinals of each segment, in the order of <see cref="SegmentsBenchmark.Ten"/>.</summary>
    public List<int>[] Run(bool withFacts)
    {
        var facts = withFacts ? "made" : $"({Facts})";
        var tiers = $"(SELECT customer, row_number() OVER (ORDER BY spent DESC, last_at DESC, customer) AS place, count(*) OVER () AS n FROM {facts} WHERE orders > 0)";
        return
        [
            Ids($"SELECT customer FROM {facts} WHERE orders = 1"),
            Ids($"SELECT customer FROM {facts} WHERE orders BETWEEN 2 AND 4"),
            Ids($"SELECT customer FROM (SELECT customer, count(*) OVER (ORDER BY orders DESC) AS upto, count(*) OVER () AS n FROM {facts} WHERE orders > 0) WHERE upto * 100 <= 15 * n"),
            Ids($"SELECT customer FROM {facts} WHERE last < {today - 60}"),
            Ids($"SELECT customer FROM {tiers} WHERE place <= ceil(n * 20 / 100.0)"),
            Ids($"SELECT customer FROM {tiers} WHERE place > ceil(n * 20 / 100.0) AND place <= ceil(n * 70 / 100.0)"),
            Ids($"SELECT customer FROM {tiers} WHERE place > ceil(n * 70 / 100.0)"),
            Ids($"SELECT customer FROM lines WHERE category = 3 AND day >= {today - 180} EXCEPT SELECT customer FROM lines WHERE category = 4 AND day >= {today - 180}"),
            Ids($"SELECT customer FROM events WHERE NOT opened AND subject = 2 AND day >= {today - 30} EXCEPT SELECT customer FROM lines WHERE product = 2"),
            Ids($"SELECT customer FROM events WHERE opened AND day >= {today - 60} GROUP BY customer HAVING count(DISTINCT subject) >= 3"),
            Ids($"SELECT DISTINCT c.customer FROM carts c JOIN {facts} f ON f.customer = c.customer WHERE c.placed > {now - 86_400_000_000} AND c.placed <= {now - 3_600_000_000} AND coalesce(f.last_at, 0) < c.placed"),
            Ids($"""
                SELECT f.customer FROM {facts} f JOIN customers c ON c.id = f.customer WHERE
                (c.country IN ('GB', 'DK', 'SA') AND c.consent AND ((orders >= 2 AND last >= {today - 90}) OR (spent > 50000 AND last < {today - 180}))
                 AND f.customer NOT IN (SELECT customer FROM events WHERE opened AND day >= {today - 30}))
                OR (c.created >= {today - 60} AND orders = 0 AND f.customer IN (SELECT customer FROM events WHERE NOT opened AND day >= {today - 7} GROUP BY customer HAVING count(*) >= 3))
                """),
        ];
    }

    /// <summary>How many fit a condition over facts <c>f</c> and customers <c>c</c>.</summary>
    public int Count(string where)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM made f JOIN customers c ON c.id = f.customer WHERE {where}";
        return (int)(long)command.ExecuteScalar()!;
    }

    public void Dispose() => connection.Dispose();

    private List<int> Ids(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var ids = new List<int>();
        while (reader.Read())
            ids.Add(reader.GetInt32(0));
        return ids;
    }

    private void Do(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
