using System.Collections.Concurrent;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Install;

namespace Comeback.Sync;

/// <summary>Lets each connected store be read, a few at once; a store that rests after trouble, or that another process owns, is passed by.</summary>
internal sealed partial class SyncWorker(
    StoreConnections connections, StoreConnectors connectors, StoreReader reader, OwnedStores owned, TimeProvider time, ILogger<SyncWorker> log) : BackgroundService
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1), AfterFault = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<StoreId, Task> running = new();
    private readonly ConcurrentDictionary<StoreId, DateTimeOffset> faulted = new();
    private StoreId last;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
        await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>One store, now; for tests and for the worker.</summary>
    public Task WorkAsync(StoreId store, CancellationToken ct) => owned.WorkAsync(store, async () =>
    {
        if (await connections.FindAsync(store, ct).ConfigureAwait(false) is not { State: ConnectionState.Connected } connection || connection.RestUntil > time.GetUtcNow()) return;
        if (await connectors.OpenAsync(store, ct).ConfigureAwait(false) is not { } connector) return;
        await reader.WorkAsync(connection, connector, ct).ConfigureAwait(false);
    }, ct);

    /// <summary>Until everything that was begun has ended; for tests.</summary>
    internal Task WhenIdleAsync() => Task.WhenAll(running.Values);

    internal async Task LookAsync(CancellationToken ct)
    {
        try
        {
            foreach (var (store, task) in running)
            {
                if (task.IsCompleted) running.TryRemove(store, out _);
            }
            // In turn, beginning after the last one: the first few would be looked at for ever, and the others never.
            var connected = await connections.ConnectedAsync(ct).ConfigureAwait(false);
            foreach (var connection in connected.OrderBy(c => c.StoreId.Value <= last.Value).ThenBy(c => c.StoreId))
            {
                if (running.Count >= AtOnce) break;
                if (running.ContainsKey(connection.StoreId) || (faulted.TryGetValue(connection.StoreId, out var until) && until > time.GetUtcNow())) continue;
                last = connection.StoreId;
                running[connection.StoreId] = Task.Run(() => OneAsync(connection.StoreId, ct), CancellationToken.None);
            }
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            Log.LookFailed(log, problem);
        }
    }

    private async Task OneAsync(StoreId store, CancellationToken ct)
    {
        try
        {
            await WorkAsync(store, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Goes on where it was at the next start.
        }
#pragma warning disable CA1031 // One store's fault does not keep the others from being read.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            faulted[store] = time.GetUtcNow() + AfterFault;
            Log.Failed(log, store.Value, problem);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The connected stores could not be looked through")]
        public static partial void LookFailed(ILogger logger, Exception problem);

        [LoggerMessage(Level = LogLevel.Error, Message = "Reading store {Store} failed; it goes on in a moment")]
        public static partial void Failed(ILogger logger, long store, Exception problem);
    }
}
