using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Nodes;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Privacy;

/// <summary>
/// Everything that is kept about one person, as JSON. It asks the model itself which tables name a customer, so that a table added later is in it
/// without anybody thinking of it.
/// </summary>
internal sealed class DataRequest(Databases databases, StoreWriter writer, People people, TimeProvider time)
{
    // Ours, and without meaning to the person.
    private static readonly string[] Inner = ["storeId", "change", "contentHash", "tokenHash"];

    public async Task<byte[]> ReadAsync(StoreId store, CustomerId customer, string by, CancellationToken ct)
    {
        var person = await people.ReadAsync(store, customer, ct).ConfigureAwait(false);
        JsonObject file;
        await using (var db = databases.Open(store))
        {
            var row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
            file = new JsonObject
            {
                ["about"] = "Everything that Comeback keeps about this person for this store.",
                ["store"] = row.Name,
                ["madeAt"] = time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                ["currency"] = row.Currency,
                ["customers"] = Rows(person.Rows),
            };
            foreach (var type in TypesOf(db))
            {
                var rows = await (Task<IReadOnlyList<object>>)typeof(DataRequest).GetMethod(nameof(OfAsync), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
                    .MakeGenericMethod(type).Invoke(null, [db, store, person.All, ct])!;
                file[JsonNamingPolicy.CamelCase.ConvertName(db.Model.FindEntityType(type)!.GetTableName()!)] = Rows(rows);
            }
            var orders = await db.Orders.Where(o => person.All.Contains(o.CustomerId)).Select(o => o.Id).ToListAsync(ct).ConfigureAwait(false);
            file["order_lines"] = Rows(await db.OrderLines.Where(l => orders.Contains(l.OrderId)).ToListAsync(ct).ConfigureAwait(false));
            var names = await db.Segments.ToDictionaryAsync(s => s.Id.ToString(), s => s.Key, ct).ConfigureAwait(false);
            foreach (var membership in file["memberships"]!.AsArray())
                if (names.GetValueOrDefault((string)membership!["segmentId"]!) is { } key) membership["segment"] = key;
        }
        await AuditAsync(writer, store, time, "data-request", by, customer, ct).ConfigureAwait(false);
        return JsonSerializer.SerializeToUtf8Bytes(file, new JsonSerializerOptions(Json.Options) { WriteIndented = true });
    }

    /// <summary>Every table of the model that names a customer.</summary>
    public static IEnumerable<Type> TypesOf(ComebackDb db) =>
        db.Model.GetEntityTypes().Where(e => e.FindProperty("CustomerId") is not null).OrderBy(e => e.GetTableName(), StringComparer.Ordinal).Select(e => e.ClrType);

    internal static Task AuditAsync(StoreWriter writer, StoreId store, TimeProvider time, string action, string by, CustomerId customer, CancellationToken ct) =>
        writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            transaction.Db.Audit.Add(new AuditRow
            {
                StoreId = store,
                Id = await transaction.TakeIdsAsync(1).ConfigureAwait(false),
                At = time.GetUtcNow(),
                Action = action,
                By = by,
                Detail = $"customer {customer}",
            });
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct);

    private static async Task<IReadOnlyList<object>> OfAsync<TRow>(ComebackDb db, StoreId store, IReadOnlyList<CustomerId> customers, CancellationToken ct) where TRow : class
    {
        var rows = new List<object>();
        foreach (var customer in customers) rows.AddRange(await db.Set<TRow>().Where(Is<TRow>(store, customer)).ToListAsync(ct).ConfigureAwait(false));
        return rows;
    }

    // Links are not behind the store's filter, so each condition names the store as well.
    private static Expression<Func<TRow, bool>> Is<TRow>(StoreId store, CustomerId customer)
    {
        var row = Expression.Parameter(typeof(TRow));
        var property = Expression.Property(row, "CustomerId");
        return Expression.Lambda<Func<TRow, bool>>(
            Expression.AndAlso(
                Expression.Equal(Expression.Property(row, "StoreId"), Expression.Constant(store)),
                Expression.Equal(property, Expression.Constant(customer, property.Type))),
            row);
    }

    private static JsonArray Rows<TRow>(IEnumerable<TRow> rows) where TRow : class
    {
        var array = new JsonArray();
        foreach (var row in rows)
        {
            var node = JsonSerializer.SerializeToNode(row, row.GetType(), Json.Options)!.AsObject();
            foreach (var name in Inner) node.Remove(name);
            array.Add((JsonNode)node);
        }
        return array;
    }
}
