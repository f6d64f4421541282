using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Install;

/// <summary>All stores with their counts, for the admin and the verb <c>stores</c>; and the way from a name to a store.</summary>
internal sealed class StoreList(Databases databases, StoreClocks clocks)
{
    /// <param name="only">A session of one store sees that one.</param>
    public async Task<List<StoreAnswer>> ReadAsync(CancellationToken ct, StoreId? only = null)
    {
        List<StoreRow> rows;
        await using (var db = databases.OpenSystem()) rows = await db.Stores.Where(s => only == null || s.Id == only).OrderBy(s => s.Name).ToListAsync(ct).ConfigureAwait(false);
        var answers = new List<StoreAnswer>(rows.Count);
        foreach (var row in rows)
        {
            answers.Add(new StoreAnswer(
                row.Id, row.Name, row.Platform, row.State, row.Currency, row.TimeZone, row.Country, row.Language, row.CreatedAt, clocks.Now(row.Id),
                row.InStepAt, row.HistoryComplete, await CountAsync(row.Id, ct).ConfigureAwait(false)));
        }
        return answers;
    }

    /// <exception cref="UserError">There is none of that name; the sentence names those that are there.</exception>
    public async Task<StoreId> FindAsync(string name, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        var stores = await db.Stores.Select(s => new { s.Id, s.Name }).ToListAsync(ct).ConfigureAwait(false);
        return stores.Find(s => s.Name == name)?.Id ?? stores.Find(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Id ?? throw new UserError(
            stores.Count == 0 ? $"There is no store '{name}', nor any other yet: import one first." : $"There is no store '{name}'; there is {string.Join(", ", stores.Select(s => s.Name).Order(StringComparer.Ordinal))}.",
            UserErrorKind.NotFound);
    }

    private async Task<StoreCounts> CountAsync(StoreId store, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        return new StoreCounts(
            await db.Orders.LongCountAsync(ct).ConfigureAwait(false), await db.OrderLines.LongCountAsync(ct).ConfigureAwait(false),
            await db.Customers.LongCountAsync(c => !c.Deleted && c.MergedInto == null, ct).ConfigureAwait(false),
            await db.Products.LongCountAsync(p => !p.Deleted, ct).ConfigureAwait(false), await db.Carts.LongCountAsync(ct).ConfigureAwait(false),
            await db.Events.LongCountAsync(ct).ConfigureAwait(false));
    }
}
