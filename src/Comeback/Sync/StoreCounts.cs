using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>What a store holds. The names of the properties are those of <c>stores --json</c>.</summary>
internal sealed record CountedStore(
    StoreId Id, string Name, Platform Platform, string Currency, string TimeZone, long Orders, long OrderLines, long Customers, long Products, long Carts, long Events);

/// <summary>Counts what stores hold, for the verb <c>stores</c> and its page. What was deleted or merged into another does not count.</summary>
internal sealed class StoreCounts(Databases databases)
{
    public async Task<List<CountedStore>> AllAsync(CancellationToken ct)
    {
        List<StoreRow> stores;
        await using (var db = databases.OpenSystem())
        {
            stores = await db.Stores.OrderBy(s => s.Id).ToListAsync(ct).ConfigureAwait(false);
        }
        var counted = new List<CountedStore>(stores.Count);
        foreach (var store in stores)
        {
            await using var db = databases.Open(store.Id);
            counted.Add(new CountedStore(store.Id, store.Name, store.Platform, store.Currency, store.TimeZone,
                await db.Orders.LongCountAsync(ct).ConfigureAwait(false),
                await db.OrderLines.LongCountAsync(ct).ConfigureAwait(false),
                await db.Customers.LongCountAsync(c => c.MergedInto == null && !c.Deleted, ct).ConfigureAwait(false),
                await db.Products.LongCountAsync(p => !p.Deleted, ct).ConfigureAwait(false),
                await db.Carts.LongCountAsync(ct).ConfigureAwait(false),
                await db.Events.LongCountAsync(ct).ConfigureAwait(false)));
        }
        return counted;
    }
}
