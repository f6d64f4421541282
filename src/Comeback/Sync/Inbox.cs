using System.Collections.Concurrent;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Install;
using Comeback.Stores;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>What became of a delivery at the door.</summary>
internal enum Admitted { Taken, Known, Dropped }

/// <summary>
/// The durable inbox: a signed delivery is written down in one small transaction and worked later. The same delivery twice is one. What goes over
/// a store's quota is dropped and the store reconciled at once, since the store itself remembers everything.
/// </summary>
internal sealed class Inbox(Databases databases, StoreWriter writer, StoreConnections connections, TimeProvider time)
{
    public const int MostWaiting = 50_000;
    public const int PerMinute = 6_000;
    public const long BytesPerMinute = 256L * 1024 * 1024;
    private readonly ConcurrentDictionary<StoreId, Quota> quotas = new();
    private TaskCompletionSource arrived = New();

    /// <summary>Completes when something has been accepted in this process; a hint only.</summary>
    public Task NextArrival => Volatile.Read(ref arrived).Task;

    /// <param name="bytes">Null when the body was over the limit: only the reconciliation is asked for.</param>
    public async Task<Admitted> AcceptAsync(
        StoreId store, string source, string topic, string dedupeKey, DateTimeOffset? triggeredAt, IReadOnlyDictionary<string, string> headers, byte[]? bytes, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (bytes is null || HookBody.TooDeep(bytes) || !quotas.GetOrAdd(store, _ => new Quota()).Takes(now, bytes.Length))
        {
            await connections.AskReconcileAsync(store, ct).ConfigureAwait(false);
            Raise();
            return Admitted.Dropped;
        }
        var packed = InboxBodies.Pack(bytes);
        var accepted = await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var db = transaction.Db;
            if (await db.Inbox.AnyAsync(i => i.Source == source && i.DedupeKey == dedupeKey, ct).ConfigureAwait(false)) return Admitted.Known;
            if (await db.Inbox.CountAsync(i => i.NextAttemptAt != null, ct).ConfigureAwait(false) >= MostWaiting)
            {
                await db.StoreConnections.Where(c => c.StoreId == store).ExecuteUpdateAsync(c => c.SetProperty(x => x.ReconcileAskedAt, now), ct).ConfigureAwait(false);
                return Admitted.Dropped;
            }
            db.Inbox.Add(new InboxRow
            {
                StoreId = store,
                Id = await transaction.TakeIdsAsync(1).ConfigureAwait(false),
                Source = source,
                DedupeKey = dedupeKey,
                Topic = topic,
                Body = packed,
                Headers = headers.Count == 0 ? "{}" : JsonSerializer.Serialize(headers),
                ReceivedAt = now,
                TriggeredAt = triggeredAt,
                State = InboxState.Waiting,
                NextAttemptAt = now,
            });
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            return Admitted.Taken;
        }, ct).ConfigureAwait(false);
        Raise();
        return accepted;
    }

    /// <summary>Parked and waiting deliveries are tried again at the next look; returns how many.</summary>
    public async Task<int> RetryAsync(StoreId store, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var count = await writer.WriteAsync(store, Lane.Live, transaction => transaction.Db.Inbox.Where(i => i.State != InboxState.Done && i.Body != null)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.State, InboxState.Waiting).SetProperty(x => x.NextAttemptAt, now).SetProperty(x => x.Attempts, 0), ct), ct).ConfigureAwait(false);
        Raise();
        return count;
    }

    public static StoreDelivery Delivery(InboxRow row) => new(
        row.Topic, row.ReceivedAt, row.TriggeredAt, JsonSerializer.Deserialize<Dictionary<string, string>>(row.Headers)!, row.Body is null ? default : InboxBodies.Unpack(row.Body));

    /// <summary>The oldest that are due.</summary>
    public async Task<List<InboxRow>> DueAsync(StoreId store, int most, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = databases.Open(store);
        return await db.Inbox.Where(i => i.NextAttemptAt != null && i.NextAttemptAt <= now).OrderBy(i => i.Id).Take(most).ToListAsync(ct).ConfigureAwait(false);
    }

    private void Raise() => Interlocked.Exchange(ref arrived, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How much of a minute is used up.</summary>
    private sealed class Quota
    {
        private readonly Lock sync = new();
        private DateTimeOffset began;
        private int count;
        private long bytes;

        public bool Takes(DateTimeOffset now, int length)
        {
            lock (sync)
            {
                if (now - began >= TimeSpan.FromMinutes(1)) (began, count, bytes) = (now, 0, 0);
                if (count >= PerMinute || bytes + length > BytesPerMinute) return false;
                (count, bytes) = (count + 1, bytes + length);
                return true;
            }
        }
    }
}
