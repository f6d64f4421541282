using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Sync;

/// <summary>Records in one line, and the end they led to as text without ids.</summary>
internal static class Told
{
    public static readonly Currency Pounds = Currency.Parse("GBP");
    public static readonly DateTimeOffset Monday = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<TestDatabase, RecordWriter> Writers = [];

    public static RecordWriter Records(this TestDatabase database, IAddressHashes? hashes = null) =>
        new(database.Databases, database.Writer, database.Clocks, TimeProvider.System, hashes);

    public static Task<RecordsWritten> TellAsync(this TestDatabase database, StoreId store, params StoreRecord[] records) =>
        // One writer a database, as in the service, so that what it keeps in memory is under test too.
        Writers.GetValue(database, d => d.Records()).WriteAsync(store, records, Arrival.Live, Lane.Live, CancellationToken.None);

    public static OrderRecord Order(string id, Person person, double hours = 0, OrderStanding standing = OrderStanding.Counted, long total = 1000, params string[] products) => new()
    {
        ExternalId = id,
        Number = "#" + id,
        Person = person,
        PlacedAt = Monday,
        UpdatedAt = Monday.AddHours(hours),
        Standing = standing,
        Total = new Money(total, Pounds),
        Lines = [.. (products.Length == 0 ? ["tea"] : products).Select(p => new OrderLineRecord
        {
            ProductExternalId = p, Title = p, Quantity = 1, UnitPrice = new Money(total, Pounds), Total = new Money(total, Pounds),
        })],
    };

    public static Person Guest(string email, string? name = null, string? phone = null) => new() { Email = email, FirstName = name, Phone = phone, Country = "GB" };

    public static Person Account(string id, string? email = null, string? name = null) => new() { AccountId = id, Email = email, FirstName = name };

    /// <summary>Every row that matters, each under the person it belongs to; ids, ordinals and arrival times left out.</summary>
    public static async Task<string> EndAsync(this TestDatabase database, StoreId store)
    {
        await using var db = database.Open(store);
        var people = new Dictionary<long, List<string>>();
        var products = await db.Products.ToDictionaryAsync(p => p.Id.Value, p => p.ExternalId);
        var categories = await db.Categories.ToDictionaryAsync(c => c.Id.Value, c => c.ExternalId);
        foreach (var c in await db.Customers.Where(c => c.MergedInto == null).ToListAsync())
            people[c.Id.Value] = [$"person {c.AccountId}|{c.Email}|{c.Phone}|{c.FirstName} {c.LastName}|{c.Country}|{c.City}|{c.Tags}|{c.NotAShopper}|{c.DoubtfulContact}|{c.Deleted}"];
        var nobody = new List<string>();
        foreach (var o in await db.Orders.ToListAsync())
        {
            var lines = await db.OrderLines.Where(l => l.OrderId == o.Id).OrderBy(l => l.LineNumber).ToListAsync();
            Of(o.CustomerId).Add($"order {o.ExternalId}|{o.Standing}|{o.TotalMinor}|{o.SpentMinor}|{o.RefundedMinor}|{o.UpdatedAt:s}|"
                + string.Join(',', lines.Select(l => $"{(l.ProductId is { } p ? products[p.Value] : "-")}x{l.Quantity}")));
        }
        // A refund that was taken back is a row of nothing, there only if its first state was seen.
        foreach (var r in await db.Refunds.Where(r => r.AmountMinor != 0).ToListAsync()) Of(r.CustomerId).Add($"refund {r.ExternalId}|{r.AmountMinor}|{r.StoreAmountMinor}");
        foreach (var c in await db.Carts.ToListAsync()) Of(c.CustomerId).Add($"cart {c.ExternalId}|{c.TouchedAt:s}|{c.CreatedAt:s}|{c.Closed}|{c.Visitor}|{c.TotalMinor}");
        foreach (var e in await db.Events.ToListAsync()) Of(e.CustomerId).Add($"event {e.ExternalId}|{e.Kind}|{(e.ProductId is { } p ? products[p.Value] : "")}");
        foreach (var c in await db.Consents.ToListAsync()) Of(c.CustomerId).Add($"consent {c.Channel}|{c.State}|{c.At:s}|{c.Source}");
        foreach (var p in await db.Products.ToListAsync())
        {
            var variants = await db.Variants.Where(v => v.ProductId == p.Id).OrderBy(v => v.ExternalId).ToListAsync();
            var links = await db.ProductCategories.Where(l => l.ProductId == p.Id).ToListAsync();
            nobody.Add($"product {p.ExternalId}|{p.Title}|{p.FromCatalogue}|{p.Deleted}|{string.Join(',', variants.Select(v => $"{v.ExternalId}:{v.Stock}"))}|"
                + string.Join(',', links.Select(l => categories[l.CategoryId.Value]).Order(StringComparer.Ordinal)));
        }
        // A category that was only ever named by an id is a row waiting for its name.
        foreach (var c in await db.Categories.Where(c => c.FromCatalogue || c.Name != c.ExternalId).ToListAsync())
            nobody.Add($"category {c.ExternalId}|{c.Name}|{c.InUse}|{c.FromCatalogue}|{(c.ParentId is { } p ? categories[p.Value] : "")}");
        var blocks = people.Values.Append(nobody).Select(lines => string.Join("\n  ", lines.Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal);
        return string.Join("\n", blocks);

        List<string> Of(CustomerId? id) => id is { } known && people.TryGetValue(known.Value, out var lines) ? lines : nobody;
    }
}
