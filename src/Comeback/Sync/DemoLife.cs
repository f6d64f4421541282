using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Stores.Demo;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// Lets time pass in the demo store: moves its clock, hands its shoppers the messages that they were sent, and writes what they do as it happens.
/// </summary>
/// <remarks>
/// 1. The clock is moved and kept first, so that it never goes back. 2. New messages are read. 3. What came to pass until then is written.
/// 4. How far that is, is kept: after a kill between 1 and 4 the stretch is lived again, to the same records, and nothing is lost or doubled.
/// </remarks>
internal sealed class DemoLife
{
    private static readonly TimeSpan MailIsRemembered = TimeSpan.FromDays(30);

    private readonly StoreId store;
    private readonly DemoShoppers shoppers;
    private readonly Databases databases;
    private readonly StoreWriter writer;
    private readonly StoreClocks clocks;
    private readonly RecordWriter records;
    private readonly IDemoDoors? doors;
    private long mailChange;

    private DemoLife(StoreId store, DemoShoppers shoppers, Databases databases, StoreWriter writer, StoreClocks clocks, RecordWriter records, IDemoDoors? doors)
    {
        this.store = store;
        this.shoppers = shoppers;
        this.databases = databases;
        this.writer = writer;
        this.clocks = clocks;
        this.records = records;
        this.doors = doors;
    }

    public DateTimeOffset Now => shoppers.Now;

    public DemoShoppers Shoppers => shoppers;

    /// <summary>Takes life up where it was last written.</summary>
    public static async Task<DemoLife> ResumeAsync(
        StoreId store, DemoTruth truth, string baseUrl, Databases databases, StoreWriter writer, StoreClocks clocks, RecordWriter records, IDemoDoors? doors, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var lived = await db.Cursors.Where(c => c.Follower == DemoConnection.LifeCursor).Select(c => c.At).SingleAsync(ct).ConfigureAwait(false);
        var stock = await db.Variants.ToDictionaryAsync(v => v.ExternalId, v => v.Stock, StringComparer.Ordinal, ct).ConfigureAwait(false);
        var life = new DemoLife(store, new DemoShoppers(truth, baseUrl, lived, stock), databases, writer, clocks, records, doors);
        await life.ReadMailAsync(again: true, ct).ConfigureAwait(false);
        return life;
    }

    /// <summary>Lets time pass until then; an instant that has passed already changes nothing. Returns how many records came of it.</summary>
    public async Task<int> PassAsync(DateTimeOffset until, CancellationToken ct)
    {
        // Step 1: the clock.
        var now = await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var moved = await clocks.MoveDemoAsync(transaction, until).ConfigureAwait(false);
            var row = await transaction.Db.Stores.AsTracking().SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
            row.InStepAt = moved;
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            return moved;
        }, ct).ConfigureAwait(false);
        if (now <= Now)
            return 0;

        // Step 2: the post.
        await ReadMailAsync(again: false, ct).ConfigureAwait(false);

        // Step 3: what people do.
        var stretch = shoppers.Advance(now);
        var batch = stretch.Records.ToList();
        foreach (var reaction in stretch.Reactions.OrderBy(r => r.At))
            if (doors is null || !await doors.ReactAsync(store, reaction, ct).ConfigureAwait(false))
                batch.AddRange(AsRecords(reaction));
        if (batch.Count > 0)
            await records.WriteAsync(store, batch, Arrival.Live, Lane.Live, ct).ConfigureAwait(false);

        // Step 4: how far.
        await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var cursor = await transaction.Db.Cursors.SingleAsync(c => c.Follower == DemoConnection.LifeCursor, ct).ConfigureAwait(false);
            cursor.At = now;
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        return batch.Count;
    }

    private async Task ReadMailAsync(bool again, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var since = Now - MailIsRemembered;
        var mail = await db.Messages
            .Where(m => m.Change > mailChange && (m.State == MessageState.Sent || m.State == MessageState.Delivered) && m.SettledAt > since && !m.Test)
            .Join(db.Campaigns, m => m.CampaignId, c => c.Id, (m, c) => new { m.Id, m.Change, c.Key, m.Address, m.SettledAt })
            .OrderBy(m => m.Change).ToListAsync(ct).ConfigureAwait(false);
        foreach (var message in mail)
        {
            shoppers.Receive(new DemoMessage(message.Id.Value, message.Key, message.Address, message.SettledAt!.Value), again);
            mailChange = Math.Max(mailChange, message.Change);
        }
    }

    /// <summary>A reaction that has no door of its own, as a mail provider would tell of it.</summary>
    private IEnumerable<StoreRecord> AsRecords(DemoReaction reaction)
    {
        var kind = reaction.Kind switch
        {
            DemoReactionKind.Opened or DemoReactionKind.OpenedByProxy => EventKind.MessageOpened,
            DemoReactionKind.Clicked => EventKind.MessageClicked,
            DemoReactionKind.Answered => EventKind.MessageAnswered,
            DemoReactionKind.Complained => EventKind.MessageComplained,
            _ => EventKind.Unsubscribed,
        };
        yield return new EventRecord
        {
            UpdatedAt = reaction.At,
            At = reaction.At,
            ExternalId = $"{reaction.MessageId}-{reaction.Kind}",
            Kind = kind,
            Person = reaction.Person,
            Channel = Channel.Email,
            Message = new MessageId(reaction.MessageId),
            Verdict = reaction.Kind == DemoReactionKind.OpenedByProxy ? HitVerdict.PrivacyProxy : HitVerdict.Human,
        };
        if (reaction.Kind is DemoReactionKind.Unsubscribed or DemoReactionKind.Complained)
            yield return shoppers.WhoSaidNo(reaction);
    }
}
