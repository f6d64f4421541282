using System.Globalization;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>Takes a merge of two people back: the rows that were moved, and those that came since under their address, are theirs again.</summary>
internal sealed class Merges(StoreWriter writer, StoreClocks clocks)
{
    /// <summary>False when there is no such merge or it was undone already. The same two are not merged again by themselves.</summary>
    public Task<bool> UndoAsync(StoreId store, long mergeId, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async transaction =>
    {
        var db = transaction.Db;
        var merge = await db.Merges.SingleOrDefaultAsync(m => m.Id == mergeId && m.UndoneAt == null, ct).ConfigureAwait(false);
        if (merge is null) return false;
        var from = await db.Customers.SingleOrDefaultAsync(c => c.Id == merge.From, ct).ConfigureAwait(false);
        if (from is null) return false;
        // Who took them in may have been merged on since.
        var into = await db.Customers.SingleAsync(c => c.Id == merge.Into, ct).ConfigureAwait(false);
        while (into.MergedInto is { } next) into = await db.Customers.SingleAsync(c => c.Id == next, ct).ConfigureAwait(false);

        var change = await transaction.ChangeAsync().ConfigureAwait(false);
        var moved = JsonSerializer.Deserialize<Dictionary<string, List<string>>>(merge.Moved)!;
        foreach (var (table, _, rekey) in RecordSql.Moves)
        {
            if (!moved.TryGetValue(table, out var ids)) continue;
            await RekeyAsync(transaction, rekey, ids.Select(id => long.Parse(id, CultureInfo.InvariantCulture)), from.Id, change, ct).ConfigureAwait(false);
        }
        var theirs = moved.GetValueOrDefault("identities") ?? [];
        foreach (var identity in await db.Identities.Where(i => i.CustomerId == into.Id).ToListAsync(ct).ConfigureAwait(false))
        {
            if (theirs.Contains($"{(int)identity.Kind}:{identity.Value}", StringComparer.Ordinal)) identity.CustomerId = from.Id;
        }
        await SinceAsync(transaction, into.Id, from.Id, theirs, change, ct).ConfigureAwait(false);

        from.MergedInto = null;
        from.Change = into.Change = change;
        // What the other brought into the profile goes with them.
        if (into.Email is not null && theirs.Contains($"{(int)IdentityKind.Email}:{into.Email}", StringComparer.Ordinal)) into.Email = null;
        if (into.Phone is not null && theirs.Contains($"{(int)IdentityKind.Phone}:{into.Phone}", StringComparer.Ordinal)) into.Phone = null;
        if (into.AccountId is not null && theirs.Contains($"{(int)IdentityKind.Account}:{into.AccountId}", StringComparer.Ordinal)) into.AccountId = null;
        merge.UndoneAt = clocks.Now(store);
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
        return true;
    }, ct);

    /// <summary>Orders and carts that came after the merge and name only what is theirs.</summary>
    private static async Task SinceAsync(StoreTransaction transaction, CustomerId into, CustomerId from, List<string> theirs, long change, CancellationToken ct)
    {
        var db = transaction.Db;
        var orders = (await db.Orders.AsNoTracking().Where(o => o.CustomerId == into && o.Claim != null).Select(o => new { Id = o.Id, o.Claim }).ToListAsync(ct).ConfigureAwait(false))
            .Where(o => Names(o.Claim!)).Select(o => o.Id.Value).ToList();
        await RekeyAsync(transaction, RecordSql.RekeyOrders, orders, from, change, ct).ConfigureAwait(false);
        await RekeyAsync(transaction, RecordSql.RekeyRefundsOfOrders, orders, from, change, ct).ConfigureAwait(false);
        var carts = (await db.Carts.AsNoTracking().Where(c => c.CustomerId == into && c.Claim != null).Select(c => new { Id = c.Id, c.Claim }).ToListAsync(ct).ConfigureAwait(false))
            .Where(c => Names(c.Claim!)).Select(c => c.Id.Value).ToList();
        await RekeyAsync(transaction, RecordSql.RekeyCarts, carts, from, change, ct).ConfigureAwait(false);

        bool Names(string json)
        {
            var claim = Claim.Read(json)!;
            var way = claim.Account is not null ? $"{(int)IdentityKind.Account}:{claim.Account}"
                : claim.Email is not null ? $"{(int)IdentityKind.Email}:{claim.Email}"
                : $"{(int)IdentityKind.Phone}:{claim.Phone}";
            return theirs.Contains(way, StringComparer.Ordinal);
        }
    }

    private static async Task RekeyAsync(StoreTransaction transaction, string sql, IEnumerable<long> ids, CustomerId to, long change, CancellationToken ct)
    {
        var list = ids.ToArray();
        if (list.Length == 0) return;
        await using var command = transaction.Command(RecordSql.In(sql, transaction.IsPostgres)).With("@store", transaction.Store.Value).With("@to", to.Value)
            .With("@list", transaction.IsPostgres ? list : JsonSerializer.Serialize(list));
        if (sql.Contains("@change", StringComparison.Ordinal)) command.With("@change", change);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
