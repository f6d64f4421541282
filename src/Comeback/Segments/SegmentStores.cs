using System.Collections.Concurrent;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;

namespace Comeback.Segments;

/// <summary>
/// The stores' live segments in this process: made when first needed, forgotten when idle, after a failure, or when the store got another owner, made
/// anew at will. Where this process does not own the store they are a copy that reads along and writes nothing.
/// </summary>
internal sealed class SegmentStores(SegmentPass pass, ColumnCache cache, OwnedStores owned)
{
    private const int Attempts = 5;
    private readonly ConcurrentDictionary<StoreId, Kept> stores = new();

    /// <summary>The store's segments, at most one pass behind its rows.</summary>
    public async Task<LiveSegments> GetAsync(StoreId store, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await owned.StoresAsync(ct).ConfigureAwait(false);
            var lease = owned.LeaseOf(store);
            var entry = stores.GetOrAdd(store, id => new Kept(lease, new Lazy<Task<LiveSegments>>(() => StartAsync(id, lease))));
            if (entry.Lease != lease && attempt < Attempts)
            {
                Drop(store, entry);
                continue;
            }
            try
            {
                var live = await entry.Live.Value.WaitAsync(ct).ConfigureAwait(false);
                // Marks the columns as used.
                await cache.GetAsync(store, ct).ConfigureAwait(false);
                return live;
            }
            catch (Exception again) when (again is OvertakenException or LeaseLostException && attempt < Attempts)
            {
                Drop(store, entry);
            }
            catch when (entry.Live.Value.IsFaulted)
            {
                Drop(store, entry);
                throw;
            }
        }
    }

    /// <summary>Those that are in memory now.</summary>
    public LiveSegments? Find(StoreId store) =>
        stores.TryGetValue(store, out var entry) && entry.Live is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? entry.Live.Value.Result : null;

    /// <summary>Brings a store to the present; false when there was nothing to do.</summary>
    public async Task<bool> PassAsync(StoreId store, CancellationToken ct)
    {
        if (Find(store) is not { } live || live.Lease != owned.LeaseOf(store))
        {
            await GetAsync(store, ct).ConfigureAwait(false);
            return true;
        }
        try
        {
            return await OwnedStores.UnderAsync(live.Lease, () => pass.RunAsync(live, ct)).ConfigureAwait(false);
        }
        catch (Exception again) when (again is ColumnsMadeAnewException or OvertakenException or LeaseLostException)
        {
            Forget(store);
            await GetAsync(store, ct).ConfigureAwait(false);
            return true;
        }
        catch
        {
            // What is in memory may be ahead of what was written: the next pass starts from the database.
            Forget(store);
            throw;
        }
    }

    public void Forget(StoreId store)
    {
        stores.TryRemove(store, out _);
        cache.Drop(store);
    }

    /// <summary>Has a store's columns written down when it is time, or at a stop whenever they changed.</summary>
    public async Task KeepAsync(StoreId store, CancellationToken ct)
    {
        if (Find(store) is { } live) await cache.WriteSnapshotAsync(live.Facts, now: false, ct).ConfigureAwait(false);
    }

    /// <summary>The same for all that are loaded, at once.</summary>
    public Task KeepAllAsync(CancellationToken ct) => cache.WriteSnapshotsAsync(ct);

    /// <summary>Drops the columns that nobody used for a while, and the segments over them.</summary>
    public void ForgetIdle()
    {
        foreach (var store in cache.DropIdle()) stores.TryRemove(store, out _);
    }

    private Task<LiveSegments> StartAsync(StoreId store, Lease? lease) =>
        OwnedStores.UnderAsync(lease, () => pass.StartAsync(store, lease, CancellationToken.None));

    private void Drop(StoreId store, Kept entry)
    {
        if (stores.TryRemove(new(store, entry))) cache.Drop(store);
    }

    /// <param name="Lease">Under which they were made; another one, or none, makes them anew.</param>
    private sealed record Kept(Lease? Lease, Lazy<Task<LiveSegments>> Live);
}
