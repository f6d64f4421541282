using System.Collections.Concurrent;
using Comeback.Engine;

namespace Comeback.Data;

/// <summary>
/// Wakes followers of a store's change counter in this process, after a commit here or at another replica (<see cref="Replicas"/>). Only a hint: who missed it finds the change at its next poll.
/// Take the task first, then read, then await the task, so that a change between is not slept through.
/// </summary>
internal sealed class ChangeSignal(TimeProvider time)
{
    private readonly ConcurrentDictionary<StoreId, TaskCompletionSource> stores = new();
    private TaskCompletionSource any = New();

    /// <summary>Completes at the next change of this store.</summary>
    public Task Next(StoreId store) => stores.GetOrAdd(store, _ => New()).Task;

    /// <summary>Completes at the next change of any store.</summary>
    public Task NextOfAny() => Volatile.Read(ref any).Task;

    /// <summary>Waits for <paramref name="next"/>, at most so long (followers: one second); true when it was signalled.</summary>
    public async Task<bool> WaitAsync(Task next, TimeSpan atMost, CancellationToken ct)
    {
        try
        {
            await next.WaitAsync(atMost, time, ct).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Told of each commit of this process, to tell it to the others; never of what the others told.</summary>
    public Action<StoreId>? Elsewhere { get; set; }

    /// <summary>Called by the writer after each commit that raised the counter.</summary>
    public void Committed(StoreId store)
    {
        Raise(store);
        Elsewhere?.Invoke(store);
    }

    /// <summary>Wakes those who wait here.</summary>
    public void Raise(StoreId store)
    {
        if (stores.TryRemove(store, out var waiting)) waiting.TrySetResult();
        Interlocked.Exchange(ref any, New()).TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
