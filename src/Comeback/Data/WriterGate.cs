namespace Comeback.Data;

/// <summary>Who goes first: what a shopper or the merchant waits for, or work that only has to end some time.</summary>
internal enum Lane : byte { Live = 0, Bulk = 1 }

/// <summary>
/// The one door to a SQLite file: one at a time, first come first served, Live before Bulk. SQLite's own busy-retry is a lottery in which a webhook
/// beside an import waited seconds; in a queue it waits for one transaction.
/// </summary>
internal sealed class WriterGate
{
    private readonly Lock sync = new();
    private readonly LinkedList<TaskCompletionSource> live = new();
    private readonly LinkedList<TaskCompletionSource> bulk = new();
    private bool taken;

    /// <summary>How many wait: bulk work looks here to end its transaction early.</summary>
    public bool SomebodyLiveWaits
    {
        get
        {
            lock (sync) return live.Count > 0;
        }
    }

    public async Task<Turn> EnterAsync(Lane lane, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource>? node = null;
        var queue = lane == Lane.Live ? live : bulk;
        lock (sync)
        {
            if (!taken)
            {
                taken = true;
                return new Turn(this);
            }
            node = queue.AddLast(place);
        }
        await using var registration = ct.Register(() =>
        {
            lock (sync)
            {
                // Already handed the turn: keep it, the caller will see its token at the next step and give the turn back.
                if (node.List is null) return;
                queue.Remove(node);
            }
            place.TrySetCanceled(ct);
        }).ConfigureAwait(false);
        await place.Task.ConfigureAwait(false);
        return new Turn(this);
    }

    private void Leave()
    {
        TaskCompletionSource? next = null;
        lock (sync)
        {
            var queue = live.Count > 0 ? live : bulk;
            if (queue.First is { } first)
            {
                next = first.Value;
                queue.RemoveFirst();
            }
            else taken = false;
        }
        next?.TrySetResult();
    }

    /// <summary>The right to write until disposed.</summary>
    public readonly struct Turn(WriterGate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }
}
