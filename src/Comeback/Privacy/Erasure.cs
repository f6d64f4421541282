using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Facts;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Privacy;

/// <summary>
/// Forgets one person: database, write-ahead log and free pages, inbox bodies, written messages, rejects and exports. Orders stay as the store's
/// own books without a person behind them; a keyed hash of each address stays with a "no", so that importing the person again does not write to them.
/// </summary>
internal sealed class Erasure(Databases databases, StoreWriter writer, People people, ErasureLedger ledger, IAddressHashes hashes, TraceSweep sweep, ColumnSnapshots snapshots, TimeProvider time)
{
    /// <remarks>
    /// 1. the ledger, so that a restore cannot bring the person back; 2. the rows, in one transaction; 3. bodies that only name the person;
    /// 4. files; 5. the write-ahead log (pages are overwritten as they are freed: secure_delete).
    /// </remarks>
    public async Task<ErasureDone> EraseAsync(StoreId store, CustomerId customer, string by, CancellationToken ct)
    {
        var person = await people.ReadAsync(store, customer, ct).ConfigureAwait(false);
        var now = time.GetUtcNow();
        // Step 1
        if (person.Identities.Count > 0) ledger.Add(person, now);
        // Step 2
        await writer.WriteAsync(store, Lane.Live, transaction => ForgetAsync(transaction, person, now, ct), ct).ConfigureAwait(false);
        // Step 3
        var bodies = await DropBodiesAsync(person, ct).ConfigureAwait(false);
        // Step 4
        snapshots.Delete(store);
        var files = await sweep.RemoveAsync(person, ct).ConfigureAwait(false);
        // Step 5
        await DataRequest.AuditAsync(writer, store, time, "erase", by, person.Customer, ct).ConfigureAwait(false);
        await CleanAsync(ct).ConfigureAwait(false);
        return new ErasureDone(person.Customer, person.All.Count, bodies, files);
    }

    /// <summary>Erases again whoever was erased since; after a restore. Returns how many.</summary>
    public async Task<int> ReplayAsync(DateTimeOffset since, CancellationToken ct)
    {
        var erased = 0;
        foreach (var group in ledger.ReadSince(since).GroupBy(e => e.Store))
        {
            var wanted = group.SelectMany(e => e.Hashes).ToHashSet(StringComparer.Ordinal);
            var found = new HashSet<CustomerId>();
            await using (var db = databases.Open(group.Key))
            {
                await foreach (var identity in db.Identities.AsAsyncEnumerable().WithCancellation(ct).ConfigureAwait(false))
                    if (ledger.HashOf(identity.Kind, identity.Value) is { } hash && wanted.Contains(hash)) found.Add(identity.CustomerId);
            }
            foreach (var customer in found)
            {
                await EraseAsync(group.Key, customer, "restore", ct).ConfigureAwait(false);
                erased++;
            }
        }
        return erased;
    }

    private async Task ForgetAsync(StoreTransaction transaction, Person person, DateTimeOffset now, CancellationToken ct)
    {
        var db = transaction.Db;
        var store = transaction.Store;
        var all = person.All;
        var change = await transaction.ChangeAsync().ConfigureAwait(false);
        foreach (var (channel, address) in person.Emails.Select(e => (Channel.Email, e))
            .Concat(person.Phones.SelectMany(p => new[] { (Channel.Sms, p), (Channel.WhatsApp, p) })))
        {
            var hash = hashes.Of(channel, address);
            if (!await db.Suppressions.AnyAsync(s => s.Channel == channel && s.AddressHash == hash, ct).ConfigureAwait(false))
                db.Suppressions.Add(new SuppressionRow { StoreId = store, Channel = channel, AddressHash = hash, Reason = "erased", At = now });
        }
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
        // Somebody else with the same number is not reachable by it any more, and segments must know at once.
        var (emails, phones) = (person.Emails.ToList(), person.Phones.ToList());
        await db.Customers.Where(c => !c.Deleted && ((c.Email != null && emails.Contains(c.Email)) || (c.Phone != null && phones.Contains(c.Phone))))
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.Change, change), ct).ConfigureAwait(false);

        await db.Identities.Where(i => all.Contains(i.CustomerId)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await UnlinkAsync(db, person, ct).ConfigureAwait(false);
        await db.Merges.Where(m => all.Contains(m.From) || all.Contains(m.Into)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await db.Consents.Where(c => all.Contains(c.CustomerId)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await db.Events.Where(e => e.CustomerId != null && all.Contains(e.CustomerId.Value)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        var visitors = person.Identities.Where(i => i.Kind == IdentityKind.Visitor).Select(i => i.Value).ToList();
        if (visitors.Count > 0) await db.Events.Where(e => e.Visitor != null && visitors.Contains(e.Visitor)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await db.Due.Where(d => d.CustomerId != null && all.Contains(d.CustomerId.Value)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await db.Skips.Where(s => all.Contains(s.CustomerId)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Detail, (string?)null), ct).ConfigureAwait(false);
        await db.Runs.Where(r => all.Contains(r.CustomerId) && (r.State == RunState.Waiting || r.State == RunState.Held))
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Stopped).SetProperty(x => x.Why, "erased"), ct).ConfigureAwait(false);
        await db.Orders.Where(o => all.Contains(o.CustomerId))
            .ExecuteUpdateAsync(o => o.SetProperty(x => x.DiscountCodes, "[]").SetProperty(x => x.Claim, (string?)null).SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
        await db.Refunds.Where(r => all.Contains(r.CustomerId))
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.Claim, (string?)null).SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
        await db.Carts.Where(c => c.CustomerId != null && all.Contains(c.CustomerId.Value))
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.Lines, "[]").SetProperty(x => x.RecoveryUrl, (string?)null).SetProperty(x => x.Visitor, (string?)null)
                .SetProperty(x => x.Claim, (string?)null).SetProperty(x => x.Closed, true).SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
        // A store may have made the cart's id from the address.
        foreach (var cart in await db.Carts.AsNoTracking().Where(c => c.CustomerId != null && all.Contains(c.CustomerId.Value)).Select(c => new { c.Id, c.ExternalId })
            .ToListAsync(ct).ConfigureAwait(false))
        {
            if (!person.Traces.Any(trace => cart.ExternalId.Contains(trace, StringComparison.OrdinalIgnoreCase))) continue;
            await db.Carts.Where(c => c.Id == cart.Id).ExecuteUpdateAsync(c => c.SetProperty(x => x.ExternalId, "erased:" + cart.Id), ct).ConfigureAwait(false);
        }
        await db.Messages.Where(m => all.Contains(m.CustomerId) && (m.State == MessageState.Queued))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MessageState.Dropped).SetProperty(x => x.Why, "erased"), ct).ConfigureAwait(false);
        await db.Messages.Where(m => all.Contains(m.CustomerId))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.Address, "").SetProperty(x => x.Subject, "").SetProperty(x => x.Html, (string?)null)
                .SetProperty(x => x.Text, (string?)null).SetProperty(x => x.ProviderId, (string?)null).SetProperty(x => x.Change, change), ct).ConfigureAwait(false);
        // Unsubscribing must go on working: those links keep their hash.
        await db.Links.Where(l => l.StoreId == store && all.Contains(l.CustomerId) && l.Purpose != LinkPurpose.Unsubscribe && l.Purpose != LinkPurpose.Preferences)
            .ExecuteDeleteAsync(ct).ConfigureAwait(false);
        await ForgetRowsAsync(db, all, change, now, ct).ConfigureAwait(false);
    }

    /// <summary>Addresses, numbers and records of others that were seen together with this person's.</summary>
    private static async Task UnlinkAsync(ComebackDb db, Person person, CancellationToken ct)
    {
        foreach (var value in person.Emails.Concat(person.Phones).Concat(person.Accounts).ToList())
        {
            // As it stands inside a JSON string: the plus of a number may be written as an escape there.
            var written = System.Text.Json.JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
            var escaped = System.Text.Json.JsonEncodedText.Encode(value).ToString();
            foreach (var form in new[] { $"\"{written}\"", $"\"{escaped}\"" }.Distinct(StringComparer.Ordinal))
            {
                await db.Identities.Where(i => i.Links.Contains(form)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Links, "[]"), ct).ConfigureAwait(false);
                await db.Identities.Where(i => i.Claim != null && i.Claim.Contains(form)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Claim, (string?)null), ct).ConfigureAwait(false);
                if (!person.Rows.Any(r => r.DoubtfulContact)) continue;
                // A shared address: others' orders carry it too.
                await db.Orders.Where(o => o.Claim != null && o.Claim.Contains(form)).ExecuteUpdateAsync(o => o.SetProperty(x => x.Claim, (string?)null), ct).ConfigureAwait(false);
                await db.Carts.Where(o => o.Claim != null && o.Claim.Contains(form)).ExecuteUpdateAsync(o => o.SetProperty(x => x.Claim, (string?)null), ct).ConfigureAwait(false);
            }
        }
    }

    // The row itself stays as a tombstone: its ordinal is an index into the columns, and orders point to it.
    private static async Task ForgetRowsAsync(ComebackDb db, IReadOnlyList<CustomerId> all, long change, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var row in await db.Customers.AsTracking().Where(c => all.Contains(c.Id)).ToListAsync(ct).ConfigureAwait(false))
        {
            row.AccountId = row.Email = row.Phone = row.FirstName = row.LastName = row.Country = row.Region = row.City = row.Language = row.Lifetime = null;
            row.Tags = "[]";
            row.BirthDate = null;
            row.Deleted = true;
            row.UpdatedAt = now;
            row.Change = change;
        }
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
    }

    /// <summary>A delivery that was worked needs no body any more; one that waits loses it when it names the person.</summary>
    private Task<int> DropBodiesAsync(Person person, CancellationToken ct) => writer.WriteAsync(person.Store, Lane.Bulk, async transaction =>
    {
        var now = time.GetUtcNow();
        var dropped = await transaction.Db.Inbox.Where(i => i.Body != null && i.DoneAt != null)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.Body, (byte[]?)null).SetProperty(x => x.Error, (string?)null), ct).ConfigureAwait(false);
        foreach (var row in await transaction.Db.Inbox.AsTracking().Where(i => i.Body != null).ToListAsync(ct).ConfigureAwait(false))
        {
            if (!TraceSweep.Names(InboxBodies.Unpack(row.Body!), person)) continue;
            row.Body = null;
            row.Error = "erased";
            (row.State, row.NextAttemptAt, row.DoneAt) = (InboxState.Done, null, now);
            dropped++;
        }
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return dropped;
    }, ct);

    private async Task CleanAsync(CancellationToken ct)
    {
        if (databases.IsPostgres)
        {
            await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using var vacuum = connection.CreateCommand();
            vacuum.CommandText = PrivacySql.Vacuum;
            await vacuum.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            return;
        }
        await databases.TruncateLogAsync(ct).ConfigureAwait(false);
        // A reader at this moment keeps the log from being emptied; it is short.
        for (var i = 0; i < 20 && databases.SqliteFile is { } file && new FileInfo(file + "-wal") is { Exists: true, Length: > 0 }; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), ct).ConfigureAwait(false);
            await databases.TruncateLogAsync(ct).ConfigureAwait(false);
        }
    }
}

/// <summary>What an erasure did.</summary>
/// <param name="Customers">Customers that were one person.</param>
/// <param name="Bodies">Deliveries whose body went.</param>
/// <param name="Files">Files that went: written messages, rejects, exports.</param>
internal sealed record ErasureDone(CustomerId Customer, int Customers, int Bodies, int Files);
