using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Comeback.Facts;
using Comeback.Install;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>The stock segments as rows of a store: made on first sight, kept to the merchant's VIP share and to the categories in use.</summary>
internal static class StockRows
{
    /// <summary>What the store should have at present.</summary>
    public static IReadOnlyList<StockSegment> Wanted(StoreFacts facts, int vipSharePercent) =>
    [
        .. StockSegments.All(Math.Clamp(vipSharePercent, 10, 20)),
        .. facts.Columns.CategoriesInUse.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ThenBy(c => c.Key, StringComparer.Ordinal).SelectMany(StockSegments.Of),
    ];

    /// <summary>What the merchant set that bears on segments.</summary>
    public static async Task<StoreSettings> SettingsAsync(Databases databases, StoreId store, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        return StoreSettings.Read(await db.Stores.Where(r => r.Id == store).Select(r => r.Settings).SingleAsync(ct).ConfigureAwait(false));
    }

    /// <summary>True when rows are missing or differ.</summary>
    public static bool Differ(IReadOnlyDictionary<string, SegmentInfo> rows, IReadOnlyList<StockSegment> wanted)
    {
        var keys = wanted.Select(w => w.Key).ToHashSet(StringComparer.Ordinal);
        return wanted.Any(w => !rows.TryGetValue(w.Key, out var row) || (row.Stock && row.Definition != w.Definition))
            || rows.Values.Any(r => r.Stock && !keys.Contains(r.Key));
    }

    /// <summary>Adds, changes and retires rows of the store so that they are what is wanted.</summary>
    public static async Task EnsureAsync(StoreTransaction transaction, IReadOnlyList<StockSegment> wanted, DateTimeOffset now, CancellationToken ct)
    {
        var rows = await transaction.Db.Segments.ToDictionaryAsync(r => r.Key, StringComparer.Ordinal, ct).ConfigureAwait(false);
        var change = await transaction.ChangeAsync().ConfigureAwait(false);
        var missing = wanted.Count(w => !rows.ContainsKey(w.Key));
        var id = missing == 0 ? 0 : await transaction.TakeIdsAsync(missing).ConfigureAwait(false);
        foreach (var stock in wanted)
        {
            if (!rows.Remove(stock.Key, out var row))
            {
                transaction.Db.Segments.Add(new SegmentRow
                {
                    StoreId = transaction.Store,
                    Id = new SegmentId(id++),
                    Change = change,
                    Key = stock.Key,
                    Name = stock.Name,
                    Description = stock.Description,
                    Definition = stock.Definition,
                    Stock = true,
                    CreatedAt = now,
                    UpdatedAt = now,
                    Version = 1,
                });
            }
            // A merchant's own segment of that key goes first.
            else if (row.Stock && (row.Definition != stock.Definition || row.Name != stock.Name || row.Deleted))
            {
                (row.Name, row.Description, row.Definition, row.Deleted) = (stock.Name, stock.Description, stock.Definition, false);
                (row.UpdatedAt, row.Change, row.Version) = (now, change, row.Version + 1);
            }
        }
        foreach (var row in rows.Values.Where(r => r is { Stock: true, Deleted: false }))
            (row.Deleted, row.UpdatedAt, row.Change) = (true, now, change);
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }
}
