using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;
using Comeback.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Privacy;

/// <summary>How much went, by kind.</summary>
internal sealed record RetentionDone(int Inbox, int Bodies, int Events, int Files);

/// <summary>Forgets by itself what is no longer needed: deliveries after 30 days, message texts after 90, events after 26 months, rejects after 30 days.</summary>
internal sealed class Retention(ComebackOptions options, Databases databases, StoreWriter writer, StoreClocks clocks, ColumnSnapshots snapshots, TimeProvider time)
{
    // Small enough for a transaction of about 50 ms.
    private const int Batch = 500;
    private static readonly TimeSpan FilesEvery = TimeSpan.FromHours(1);
    private long filesAt;

    /// <summary>One pass over all stores.</summary>
    public async Task<RetentionDone> RunAsync(CancellationToken ct)
    {
        var done = new RetentionDone(0, 0, 0, await OldFilesAsync(ct).ConfigureAwait(false));
        List<StoreId> stores;
        await using (var db = databases.OpenSystem()) stores = await db.Stores.Select(s => s.Id).ToListAsync(ct).ConfigureAwait(false);
        foreach (var store in stores)
        {
            var one = await OneAsync(store, ct).ConfigureAwait(false);
            done = new RetentionDone(done.Inbox + one.Inbox, done.Bodies + one.Bodies, done.Events + one.Events, done.Files);
        }
        return done;
    }

    /// <summary>One store's rows, and with the first store of a tick the files of this machine; a job calls it once a day.</summary>
    public async Task TickAsync(StoreId store, CancellationToken ct)
    {
        if (filesAt == 0 || time.GetElapsedTime(filesAt) > FilesEvery)
        {
            filesAt = time.GetTimestamp();
            await OldFilesAsync(ct).ConfigureAwait(false);
        }
        await OneAsync(store, ct).ConfigureAwait(false);
    }

    private async Task<RetentionDone> OneAsync(StoreId store, CancellationToken ct) => new(
        await OldInboxAsync(store, ct).ConfigureAwait(false), await OldBodiesAsync(store, ct).ConfigureAwait(false),
        await OldEventsAsync(store, ct).ConfigureAwait(false), 0);

    public Task<int> OldInboxAsync(StoreId store, CancellationToken ct)
    {
        var before = time.GetUtcNow().AddDays(-30);
        return BatchesAsync(store, async db =>
        {
            var ids = await db.Inbox.Where(i => i.State != InboxState.Waiting && i.ReceivedAt < before).OrderBy(i => i.Id).Select(i => i.Id).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
            return ids.Count == 0 ? 0 : await db.Inbox.Where(i => ids.Contains(i.Id)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        }, ct);
    }

    public Task<int> OldBodiesAsync(StoreId store, CancellationToken ct)
    {
        var before = clocks.Now(store).AddDays(-90);
        return BatchesAsync(store, async db =>
        {
            var ids = await db.Messages.Where(m => m.CreatedAt < before && (m.Html != null || m.Text != null) && m.State != MessageState.Queued)
                .OrderBy(m => m.Id).Select(m => m.Id).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
            return ids.Count == 0 ? 0 : await db.Messages.Where(m => ids.Contains(m.Id))
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.Html, (string?)null).SetProperty(x => x.Text, (string?)null), ct).ConfigureAwait(false);
        }, ct);
    }

    public async Task<int> OldEventsAsync(StoreId store, CancellationToken ct)
    {
        var before = clocks.Now(store).AddMonths(-26);
        var gone = await BatchesAsync(store, async db =>
        {
            var ids = await db.Events.Where(e => e.At < before).OrderBy(e => e.Id).Select(e => e.Id).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
            return ids.Count == 0 ? 0 : await db.Events.Where(e => ids.Contains(e.Id)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        if (gone > 0) snapshots.Delete(store);
        return gone;
    }

    /// <summary>Rejects and automatic backups of 30 days, written messages of 90.</summary>
    public Task<int> OldFilesAsync(CancellationToken ct)
    {
        var removed = 0;
        foreach (var (folder, days) in new[] { ("rejects", 30), ("imports", 30), ("exports", 7), ("backups", 30), ("outbox", 90) })
        {
            var path = Path.Combine(options.Data, folder);
            if (!Directory.Exists(path)) continue;
            var before = time.GetUtcNow().AddDays(-days).UtcDateTime;
            foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(f => File.GetLastWriteTimeUtc(f) < before))
            {
                ct.ThrowIfCancellationRequested();
                File.Delete(file);
                removed++;
            }
        }
        return Task.FromResult(removed);
    }

    private async Task<int> BatchesAsync(StoreId store, Func<ComebackDb, Task<int>> batch, CancellationToken ct)
    {
        var total = 0;
        for (int removed; (removed = await writer.WriteAsync(store, Lane.Bulk, transaction => batch(transaction.Db), ct).ConfigureAwait(false)) > 0;) total += removed;
        return total;
    }
}
