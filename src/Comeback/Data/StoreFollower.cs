using Comeback.Engine;

namespace Comeback.Data;

/// <summary>
/// A background worker of a stage: looks at each store that this process owns, whenever something was committed and at the latest after a second.
/// What it writes carries the store's lease. A store that fails rests, twice as long each time, and keeps no other from its turn.
/// </summary>
internal abstract partial class StoreFollower(OwnedStores owned, ChangeSignal signal, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private const double LongestRestSeconds = 300;
    private readonly Dictionary<StoreId, (int Failures, DateTimeOffset Until)> resting = [];

    /// <summary>One look at one store: works off all that is there.</summary>
    protected abstract Task LookAsync(StoreId store, CancellationToken ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = signal.NextOfAny();
            try
            {
                await owned.EachAsync(UnlessRestingAsync, Failed, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                Log.RoundFailed(logger, problem, GetType().Name);
                next = Task.Delay(Poll, time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
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

    private async Task UnlessRestingAsync(StoreId store, CancellationToken ct)
    {
        if (resting.TryGetValue(store, out var rest) && rest.Until > time.GetUtcNow()) return;
        await LookAsync(store, ct).ConfigureAwait(false);
        resting.Remove(store);
    }

    private void Failed(StoreId store, Exception problem)
    {
        var failures = resting.GetValueOrDefault(store).Failures;
        var seconds = Math.Min(LongestRestSeconds, Math.Pow(2, failures));
        resting[store] = (failures + 1, time.GetUtcNow().AddSeconds(seconds));
        Log.Failed(logger, problem, GetType().Name, store.Value, seconds);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Follower} failed for store {Store}; it is tried again in {Seconds} s.")]
        public static partial void Failed(ILogger logger, Exception problem, string follower, long store, double seconds);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Follower} could not look at the stores; it is tried again in a second.")]
        public static partial void RoundFailed(ILogger logger, Exception problem, string follower);
    }
}
