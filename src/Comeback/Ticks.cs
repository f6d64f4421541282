using System.Collections.Concurrent;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;

namespace Comeback;

/// <summary>
/// What a tick of the schedule does in this process: one piece of work for each store that it owns. A store that is still at the last tick's is left
/// at it; one that fails tries again at the next.
/// </summary>
internal sealed partial class Ticks(
    IReadOnlyDictionary<string, Func<StoreId, CancellationToken, Task>> work, OwnedStores owned, Replicas replicas, ILogger<Ticks> log) : IHostedService, IDisposable
{
    // Stores side by side; the databases' own queues do the rest.
    private const int MostAtOnce = 8;
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim places = new(MostAtOnce, MostAtOnce);
    private readonly ConcurrentDictionary<(string Name, StoreId Store), Task> running = new();
    private readonly ConcurrentDictionary<string, Task> beginning = new(StringComparer.Ordinal);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        replicas.Ticked = Begin;
        return Task.CompletedTask;
    }

    /// <summary>No new claims; what is in other hands is finished and written down.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        replicas.Ticked = null;
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([.. beginning.Values, .. running.Values]).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Begins one tick in the background; while the last one of that name looks for its stores, nothing.</summary>
    public void Begin(string name)
    {
        if (stopping.IsCancellationRequested || !work.TryGetValue(name, out var one)) return;
        if (beginning.TryGetValue(name, out var last) && !last.IsCompleted) return;
        beginning[name] = Task.Run(() => EachAsync(name, one), CancellationToken.None);
    }

    public void Dispose()
    {
        stopping.Dispose();
        places.Dispose();
    }

    private async Task EachAsync(string name, Func<StoreId, CancellationToken, Task> one)
    {
        try
        {
            foreach (var store in await owned.StoresAsync(stopping.Token).ConfigureAwait(false))
            {
                if (running.TryGetValue((name, store), out var last) && !last.IsCompleted) continue;
                await places.WaitAsync(stopping.Token).ConfigureAwait(false);
                running[(name, store)] = Task.Run(() => OneAsync(name, store, one), CancellationToken.None);
            }
        }
        catch (Exception problem)
        {
            if (!stopping.IsCancellationRequested) Log.NotBegun(log, problem, name);
        }
    }

    private async Task OneAsync(string name, StoreId store, Func<StoreId, CancellationToken, Task> one)
    {
        using var activity = Telemetry.Activities.StartActivity(name);
        activity?.SetTag("comeback.store", store.Value);
        try
        {
            await owned.WorkAsync(store, () => one(store, stopping.Token), stopping.Token).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            if (!stopping.IsCancellationRequested) Log.Failed(log, problem, name, store.Value);
        }
        finally
        {
            places.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The job {Job} failed for store {Store}; the next tick tries again.")]
        public static partial void Failed(ILogger logger, Exception problem, string job, long store);

        [LoggerMessage(Level = LogLevel.Error, Message = "The job {Job} could not look at the stores; the next tick tries again.")]
        public static partial void NotBegun(ILogger logger, Exception problem, string job);
    }
}
