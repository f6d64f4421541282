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
            if (lease is not null && known.CountAt <= time.GetUtcNow()) await CountAsync(store, known, ct).ConfigureAwait(false);
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
            if (live is { HistoryCame: true }) (live.HistoryCame, known.CountAt) = (false, time.GetUtcNow() + Quiet);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // Never given up: after each failure it rests twice as long, five minutes at most.
            var rest = TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, Math.Pow(2, known.Failures++)));
            known.RestUntil = time.GetUtcNow() + rest;
            Log.PassFailed(log, problem, store.Value, rest.TotalSeconds);
        }
    }

    private async Task CountAsync(StoreId store, Followed known, CancellationToken ct)
    {
        known.CountAt = null;
        try
        {
            if (stores.Find(store) is { } live) await owned.WorkAsync(store, () => history.WriteAsync(live, ct), ct).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            Log.CountFailed(log, problem, store.Value);
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
        public int Failures { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The segments of store {Store} could not be brought to the present; tried again in {Seconds} s.")]
        public static partial void PassFailed(ILogger logger, Exception problem, long store, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The past sizes of the segments of store {Store} could not be counted.")]
        public static partial void CountFailed(ILogger logger, Exception problem, long store);

        [LoggerMessage(Level = LogLevel.Error, Message = "The stores' change counters could not be read.")]
        public static partial void RoundFailed(ILogger logger, Exception problem);
    }
}
