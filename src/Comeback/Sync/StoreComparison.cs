using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Stores;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>Compares what we have with what the store has, by counts and by ids: what was deleted without a word is found here.</summary>
internal sealed class StoreComparison(Databases databases, RecordWriter records, TimeProvider time)
{
    private const int MostIds = 20_000_000, MostFetched = 100_000, FetchedAtOnce = 100;
    // A list that lacks a fifth of what we know is read again before it is believed.
    private const int FewestDoubted = 50;
    private const double DoubtedShare = 0.2;

    /// <summary>How many we have of a resource; null for one that has no table of ours.</summary>
    public async Task<long?> LocalCountAsync(StoreId store, string resource, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        return resource switch
        {
            Resource.Orders => await db.Orders.LongCountAsync(o => o.Standing != OrderStanding.Deleted, ct).ConfigureAwait(false),
            Resource.Customers => await Accounts(db).LongCountAsync(ct).ConfigureAwait(false),
            Resource.Products => await db.Products.LongCountAsync(p => p.FromCatalogue && !p.Deleted, ct).ConfigureAwait(false),
            Resource.Categories => await db.Categories.LongCountAsync(c => c.FromCatalogue && !c.Deleted, ct).ConfigureAwait(false),
            _ => null,
        };
    }

    /// <summary>Marks deleted what the store no longer lists, and fetches what it lists and we do not know; returns how many were deleted.</summary>
    public async Task<int> CompareAsync(StoreId store, IStoreConnector connector, string resource, CancellationToken ct)
    {
        if (Thing(resource) is not { } thing) return 0;
        // First ours, then the store's: what is new since is only in the store's, and fetching it once more changes nothing.
        var known = await LocalIdsAsync(store, thing, ct).ConfigureAwait(false);
        var at = time.GetUtcNow();
        var (missing, unknown) = await ListAsync(connector, resource, known, ct).ConfigureAwait(false);
        if (missing.Count > FewestDoubted && missing.Count > known.Count * DoubtedShare)
            missing.IntersectWith((await ListAsync(connector, resource, known, ct).ConfigureAwait(false)).Missing);
        foreach (var ids in unknown.Chunk(FetchedAtOnce))
        {
            var fetched = await connector.ReadSomeAsync(resource, ids, ct).ConfigureAwait(false);
            if (fetched.Count > 0) await records.WriteAsync(store, fetched, Arrival.Live, Lane.Bulk, ct).ConfigureAwait(false);
        }
        if (missing.Count == 0) return 0;
        var bought = thing == DeletedThing.Customer ? await BuyersAsync(store, ct).ConfigureAwait(false) : [];
        var gone = missing.Where(id => !bought.Contains(id)).Select(id => (StoreRecord)new DeletionRecord { Thing = thing, ExternalId = id, UpdatedAt = at }).ToList();
        var written = await records.WriteAsync(store, gone, Arrival.Found, Lane.Bulk, ct).ConfigureAwait(false);
        return written.Written;
    }

    private static async Task<(HashSet<string> Missing, List<string> Unknown)> ListAsync(
        IStoreConnector connector, string resource, HashSet<string> known, CancellationToken ct)
    {
        var missing = new HashSet<string>(known, StringComparer.Ordinal);
        var unknown = new List<string>();
        var listed = 0L;
        await foreach (var page in connector.ReadIdsAsync(resource, ct).ConfigureAwait(false))
        {
            listed += page.Count;
            if (listed > MostIds) throw new StoreTrouble(StoreTroubleKind.BadAnswer, $"The store lists {resource} without end.");
            foreach (var id in page)
            {
                if (!missing.Remove(id) && !known.Contains(id) && unknown.Count < MostFetched) unknown.Add(id);
            }
        }
        return (missing, unknown);
    }

    /// <summary>An account that is gone leaves a buyer their orders: only who never bought goes with it.</summary>
    private async Task<HashSet<string>> BuyersAsync(StoreId store, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        return (await Accounts(db).Where(i => db.Orders.Any(o => o.CustomerId == i.CustomerId)).Select(i => i.Value).ToListAsync(ct).ConfigureAwait(false))
            .ToHashSet(StringComparer.Ordinal);
    }

    private async Task<HashSet<string>> LocalIdsAsync(StoreId store, DeletedThing thing, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var ids = thing switch
        {
            DeletedThing.Order => db.Orders.Where(o => o.Standing != OrderStanding.Deleted).Select(o => o.ExternalId),
            DeletedThing.Product => db.Products.Where(p => p.FromCatalogue && !p.Deleted).Select(p => p.ExternalId),
            DeletedThing.Category => db.Categories.Where(c => c.FromCatalogue && !c.Deleted).Select(c => c.ExternalId),
            _ => Accounts(db).Select(i => i.Value),
        };
        return (await ids.ToListAsync(ct).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
    }

    // One person may have several accounts.
    private static IQueryable<IdentityRow> Accounts(ComebackDb db) =>
        db.Identities.Where(i => i.Kind == IdentityKind.Account && db.Customers.Any(c => c.Id == i.CustomerId && !c.Deleted));

    private static DeletedThing? Thing(string resource) => resource switch
    {
        Resource.Orders => DeletedThing.Order,
        Resource.Customers => DeletedThing.Customer,
        Resource.Products => DeletedThing.Product,
        Resource.Categories => DeletedThing.Category,
        _ => null,
    };
}
