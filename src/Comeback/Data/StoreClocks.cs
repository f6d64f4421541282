using System.Collections.Concurrent;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Comeback.Data;

/// <summary>
/// What time it is for a merchant: the demo store has a clock of its own, kept in its row, that never goes back; every other store has the
/// machine's. Zones come from NodaTime's bundled database only.
/// </summary>
internal sealed class StoreClocks(Databases databases, TimeProvider time)
{
    // A verb in another process may move the demo clock; a second old is fresh enough.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<StoreId, Known> known = new();

    /// <summary>Now for this store, UTC.</summary>
    public DateTimeOffset Now(StoreId store)
    {
        var entry = Find(store);
        return entry.Demo ? entry.DemoNow ?? time.GetUtcNow() : time.GetUtcNow();
    }

    /// <summary>The store's zone. An unknown name is UTC here; it was refused where it was entered.</summary>
    public DateTimeZone Zone(StoreId store) => Find(store).Zone;

    /// <summary>Whole days are days in the store's zone.</summary>
    public DateOnly Today(StoreId store) => Instant.FromDateTimeOffset(Now(store)).InZone(Zone(store)).Date.ToDateOnly();

    /// <summary>Forgets what is kept of a store whose row was changed.</summary>
    public void Forget(StoreId store) => known.TryRemove(store, out _);

    /// <summary>Moves the demo store's clock in the transaction given; never back. Returns where it stands.</summary>
    public async Task<DateTimeOffset> MoveDemoAsync(StoreTransaction transaction, DateTimeOffset to)
    {
        var row = await transaction.Db.Stores.AsTracking().SingleAsync(r => r.Id == transaction.Store).ConfigureAwait(false);
        if (row.Platform != Platform.Demo) throw new InvalidOperationException("Only the demo store has a clock of its own.");
        if (row.DemoNow is null || to > row.DemoNow) row.DemoNow = to.ToUniversalTime();
        await transaction.Db.SaveChangesAsync().ConfigureAwait(false);
        await transaction.ChangeAsync().ConfigureAwait(false);
        transaction.AfterCommit(() => Forget(transaction.Store));
        return row.DemoNow.Value;
    }

    private Known Find(StoreId store)
    {
        if (known.TryGetValue(store, out var entry) && (!entry.Demo || time.GetElapsedTime(entry.ReadAt) < Fresh)) return entry;
        using var db = databases.OpenSystem();
        var row = db.Stores.Where(r => r.Id == store).Select(r => new { r.TimeZone, r.Platform, r.DemoNow }).SingleOrDefault();
        if (row is null) return new Known(DateTimeZone.Utc, false, null, 0);
        return known[store] = new Known(
            DateTimeZoneProviders.Tzdb.GetZoneOrNull(row.TimeZone) ?? DateTimeZone.Utc, row.Platform == Platform.Demo, row.DemoNow, time.GetTimestamp());
    }

    private sealed record Known(DateTimeZone Zone, bool Demo, DateTimeOffset? DemoNow, long ReadAt);
}
