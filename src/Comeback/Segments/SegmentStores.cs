using System.Collections.Concurrent;
using Comeback.Engine;
using Comeback.Facts;

namespace Comeback.Segments;

/// <summary>The stores' live segments in this process: made when first needed, forgotten when idle or after a failure, made anew at will.</summary>
internal sealed class SegmentStores(SegmentPass pass, ColumnCache cache)
{
    private const int Attempts = 3;
    private readonly ConcurrentDictionary<StoreId, Lazy<Task<LiveSegments>>> stores = new();

    /// <summary>The store's segments, at most one pass behind its rows.</summary>
    public async Task<LiveSegments> GetAsync(StoreId store, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var entry = stores.GetOrAdd(store, id => new Lazy<Task<LiveSegments>>(() => pass.StartAsync(id, CancellationToken.None)));
            try
            {
                var live = await entry.Value.WaitAsync(ct).ConfigureAwait(false);
                // Marks the columns as used.
                await cache.GetAsync(store, ct).ConfigureAwait(false);
                return live;
            }
            catch (OvertakenException) when (attempt < Attempts)
            {
                Drop(store, entry);
            }
            catch when (entry.Value.IsFaulted)
            {
                Drop(store, entry);
                throw;
            }
        }
    }

    private void Drop(StoreId store, Lazy<Task<LiveSegments>> entry)
    {
        if (stores.TryRemove(new(store, entry))) cache.Drop(store);
    }

    /// <summary>Those that are in memory now.</summary>
    public LiveSegments? Find(StoreId store) =>
        stores.TryGetValue(store, out var entry) && entry is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? entry.Value.Result : null;

    /// <summary>Brings a store to the present; false when there was nothing to do.</summary>
    public async Task<bool> PassAsync(StoreId store, CancellationToken ct)
    {
        if (Find(store) is not { } live)
        {
            await GetAsync(store, ct).ConfigureAwait(false);
            return true;
        }
        try
        {
            return await pass.RunAsync(live, ct).ConfigureAwait(false);
        }
        catch (Exception again) when (again is ColumnsMadeAnewException or OvertakenException)
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

    /// <summary>Drops the columns that nobody used for a while, and the segments over them.</summary>
    public void ForgetIdle()
    {
        foreach (var store in cache.DropIdle()) stores.TryRemove(store, out _);
    }
}
