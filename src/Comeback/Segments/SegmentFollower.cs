using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;

namespace Comeback.Segments;

/// <summary>
/// Follows the change counters of all stores, and their clocks: woken by a commit, at the latest after a second, and when time alone moves somebody.
/// For a store of its own it writes who moved; where another replica owns the store it keeps the copy that is in memory in step, if there is one.
/// </summary>
internal sealed partial class SegmentFollower(
    Databases databases, SegmentStores stores, OwnedStores owned, ChangeSignal signal, StoreClocks clocks, TimeProvider time, SizeHistory history, ILogger<SegmentFollower> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    // An import writes in many parts: past sizes are counted once no more came for a while.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);
    // Corrections of old orders trickle in all the time: the past is counted anew for them once in a while only.
    private static readonly TimeSpan Trickle = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);
    private readonly Dictionary<StoreId, Followed> followed = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = signal.NextOfAny();
            try
            {
                await RoundAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                Log.RoundFailed(log, problem);
            }
            try
            {
                await signal.WaitAsync(next, Poll, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>What is in memory is written down before it goes, so that the next start is short.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stores.KeepAllAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            Log.NotKept(log, problem);
        }
    }

    /// <summary>One look at every store: those whose counter moved or whose time has come get a pass.</summary>
    public async Task RoundAsync(CancellationToken ct)
    {
        await owned.StoresAsync(ct).ConfigureAwait(false);
        foreach (var (store, change) in await CountersAsync(ct).ConfigureAwait(false))
        {
            var lease = owned.LeaseOf(store);
            if (lease is null && stores.Find(store)?.Lease is not null) stores.Forget(store);
            if (lease is null && stores.Find(store) is null)
            {
                followed.Remove(store);
                continue;
            }
            if (!followed.TryGetValue(store, out var known) || known.Lease != lease) followed[store] = known = new Followed { Lease = lease };
            if (lease is not null && known.CountAt <= time.GetUtcNow() && known.Counting.IsCompleted) Count(store, known, ct);
            var now = clocks.Now(store);
            if (known.Change == change && !(known.Wake <= now)) continue;
            if (known.RestUntil > time.GetUtcNow()) continue;
            await OneAsync(store, change, known, ct).ConfigureAwait(false);
        }
        stores.ForgetIdle();
    }

    private async Task OneAsync(StoreId store, long change, Followed known, CancellationToken ct)
    {
        try
        {
            await stores.PassAsync(store, ct).ConfigureAwait(false);
            var live = stores.Find(store);
            // The counter as it was before the pass: what came meanwhile is seen at the next look.
            (known.Change, known.Wake, known.Failures) = (change, live?.Set?.NextWake, 0);
            known.RestUntil = DateTimeOffset.MinValue;
            if (known.Lease is not null) await stores.KeepAsync(store, ct).ConfigureAwait(false);
            if (live is { HistoryCame: true }) HistoryCame(live, known);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // Never given up: after each failure it rests twice as long, five minutes at most.
            var rest = TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, Math.Pow(2, known.Failures++)));
            known.RestUntil = time.GetUtcNow() + rest;
            Log.PassFailed(log, problem, store.Value, rest.TotalSeconds);
        }
    }

    private void HistoryCame(LiveSegments live, Followed known)
    {
        live.HistoryCame = false;
        var orders = live.Facts.Columns.Orders;
        var much = orders > known.CountedOrders + (known.CountedOrders / 50);
        var at = time.GetUtcNow() + (much ? Quiet : Trickle);
        if (known.CountAt is null || at < known.CountAt) (known.CountAt, known.SeenOrders) = (at, orders);
    }

    /// <summary>Beside the rounds: nobody's membership waits while fifty weeks are counted.</summary>
    private void Count(StoreId store, Followed known, CancellationToken ct)
    {
        if (stores.Find(store) is not { } live) return;
        var orders = live.Facts.Columns.Orders;
        if (orders > known.SeenOrders + (known.SeenOrders / 100))
        {
            (known.CountAt, known.SeenOrders) = (time.GetUtcNow() + Quiet, orders);
            return;
        }
        (known.CountAt, known.CountedOrders) = (null, orders);
        known.Counting = CountAsync(live, ct);
    }

    /// <summary>Until the past sizes that are being counted are written.</summary>
    internal Task CountedAsync() => Task.WhenAll(followed.Values.Select(f => f.Counting));

    private async Task CountAsync(LiveSegments live, CancellationToken ct)
    {
        await Task.Yield();
        try
        {
            await owned.WorkAsync(live.Store, () => history.WriteAsync(live, ct), ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The service ends: the next start counts again.
        }
        catch (Exception problem)
        {
            Log.CountFailed(log, problem, live.Store.Value);
        }
    }

    private async Task<List<(StoreId Store, long Change)>> CountersAsync(CancellationToken ct)
    {
        var counters = new List<(StoreId, long)>();
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = FactsSql.Counters;
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false)) counters.Add((new StoreId(reader.GetInt64(0)), reader.GetInt64(1)));
        return counters;
    }

    private sealed class Followed
    {
        public Lease? Lease { get; init; }
        public long Change { get; set; } = -1;
        public DateTimeOffset? Wake { get; set; }
        public DateTimeOffset RestUntil { get; set; }
        public DateTimeOffset? CountAt { get; set; }
        public int SeenOrders { get; set; }
        public int CountedOrders { get; set; }
        public Task Counting { get; set; } = Task.CompletedTask;
        public int Failures { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The segments of store {Store} could not be brought to the present; tried again in {Seconds} s.")]
        public static partial void PassFailed(ILogger logger, Exception problem, long store, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The past sizes of the segments of store {Store} could not be counted.")]
        public static partial void CountFailed(ILogger logger, Exception problem, long store);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The stores' columns could not be written down before the stop; the next start reads the rows.")]
        public static partial void NotKept(ILogger logger, Exception problem);

        [LoggerMessage(Level = LogLevel.Error, Message = "The stores' change counters could not be read.")]
        public static partial void RoundFailed(ILogger logger, Exception problem);
    }
}
