using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>Takes a "no" at once: the ledger, the event, and whatever of that person still waits in the queue, in one transaction.</summary>
internal sealed class Unsubscriber(Databases databases, StoreWriter writer, StoreClocks clocks, TimeProvider time, IAddressHashes hashes)
{
    /// <summary>Works as long as the link exists: after the message, the customer or the store is gone too.</summary>
    public async Task UnsubscribeAsync(LinkRow link, CancellationToken ct, DateTimeOffset? at = null)
    {
        await using (var db = databases.OpenSystem())
        {
            if (!await db.Stores.AnyAsync(s => s.Id == link.StoreId, ct).ConfigureAwait(false))
            {
                await writer.WriteSystemAsync(async t =>
                {
                    t.Db.Scope = link.StoreId;
                    await SuppressAsync(t.Db, link, time.GetUtcNow(), ct).ConfigureAwait(false);
                    return true;
                }, ct).ConfigureAwait(false);
                return;
            }
        }
        // Looked for before the write, which others wait for.
        var others = await HavingAsync(link, ct).ConfigureAwait(false);
        await writer.WriteAsync(link.StoreId, Lane.Live, t => UnsubscribeAsync(t, link, others, at, ct), ct).ConfigureAwait(false);
    }

    /// <summary>When the person of the link is gone: whoever has the address now. Nobody while the person is there, whose own "no" it is.</summary>
    private async Task<List<CustomerId>> HavingAsync(LinkRow link, CancellationToken ct)
    {
        await using var db = databases.Open(link.StoreId);
        if (link.AddressHash is not { } hash || await FindAsync(db, link.CustomerId, ct).ConfigureAwait(false) is { Deleted: false }) return [];
        var having = new List<CustomerId>();
        var rows = db.Customers.Where(c => !c.Deleted && c.MergedInto == null)
            .Select(c => new { c.Id, Address = link.Channel == Channel.Email ? c.Email : c.Phone }).Where(c => c.Address != null);
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct).ConfigureAwait(false))
            if (hashes.Of(link.Channel, row.Address!) == hash) having.Add(row.Id);
        return having;
    }

    private async Task UnsubscribeAsync(StoreTransaction t, LinkRow link, List<CustomerId> others, DateTimeOffset? at, CancellationToken ct)
    {
        var now = at ?? clocks.Now(t.Store);
        var change = await t.ChangeAsync().ConfigureAwait(false);
        var customer = await FindAsync(t.Db, link.CustomerId, ct).ConfigureAwait(false);
        if (customer is null || customer.Deleted)
        {
            await SuppressAsync(t.Db, link, now, ct).ConfigureAwait(false);
            await t.Db.Customers.Where(c => others.Contains(c.Id)).ExecuteUpdateAsync(c => c.SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
            return;
        }
        var ledger = await t.Db.Consents.Where(c => c.CustomerId == customer.Id && c.Channel == link.Channel).ToListAsync(ct).ConfigureAwait(false);
        var state = Basis.StateAt(ledger.Select(c => new ConsentRecord(c.Channel, c.State, c.At, c.Source, c.Wording)), now);
        if (state != ConsentState.Withdrawn)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"unsubscribed:{link.MessageId.Value}:{Basis.Consent}:{change}");
            t.Db.Consents.Add(new ConsentRow
            {
                StoreId = t.Store,
                Id = await t.TakeIdsAsync(1).ConfigureAwait(false),
                Change = change,
                CustomerId = customer.Id,
                Channel = link.Channel,
                State = ConsentState.Withdrawn,
                At = now,
                Source = "one-click",
                Wording = "Unsubscribe",
                Proof = string.Create(CultureInfo.InvariantCulture, $"message:{link.MessageId.Value}"),
                RecordedAt = now,
            });
            var message = await t.Db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == link.MessageId, ct).ConfigureAwait(false);
            t.Db.Events.Add(new EventRow
            {
                StoreId = t.Store,
                Id = new EventId(await t.TakeIdsAsync(1).ConfigureAwait(false)),
                Change = change,
                ExternalId = key,
                Kind = EventKind.Unsubscribed,
                At = now,
                ReceivedAt = now,
                CustomerId = customer.Id,
                MessageId = message?.Id,
                CampaignId = message?.CampaignId,
                Channel = link.Channel,
                Verdict = HitVerdict.Human,
            });
        }
        var queued = await t.Db.Messages.AsTracking().Where(m => m.CustomerId == customer.Id && m.Channel == link.Channel && m.State == MessageState.Queued).ToListAsync(ct).ConfigureAwait(false);
        foreach (var message in queued)
        {
            (message.State, message.Why, message.SettledAt, message.NextAttemptAt, message.Change) = (MessageState.Dropped, "Unsubscribed", now, null, change);
            t.Db.Skips.Add(new SkipRow
            {
                StoreId = t.Store,
                Id = await t.TakeIdsAsync(1).ConfigureAwait(false),
                CampaignId = message.CampaignId,
                Step = message.Step,
                CustomerId = customer.Id,
                Occurrence = message.Occurrence,
                Reason = nameof(SkipReason.OptedOut),
                Detail = "Unsubscribed while it waited",
                At = now,
            });
        }
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }

    private static async Task<CustomerRow?> FindAsync(ComebackDb db, CustomerId id, CancellationToken ct)
    {
        for (var hop = 0; hop < 10; hop++)
        {
            var customer = await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct).ConfigureAwait(false);
            if (customer?.MergedInto is not { } into) return customer;
            id = into;
        }
        return null;
    }

    private static async Task SuppressAsync(ComebackDb db, LinkRow link, DateTimeOffset now, CancellationToken ct)
    {
        if (link.AddressHash is not { } hash || await db.Suppressions.AnyAsync(s => s.Channel == link.Channel && s.AddressHash == hash, ct).ConfigureAwait(false)) return;
        db.Suppressions.Add(new SuppressionRow { StoreId = link.StoreId, Channel = link.Channel, AddressHash = hash, Reason = "unsubscribed", At = now });
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
    }
}
