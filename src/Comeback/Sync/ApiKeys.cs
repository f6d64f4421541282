using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// Keys of the event API. A key names its store and carries 256 random bits; only its SHA-256 is kept, so it is shown once. What it may do is in its
/// scopes, and revoking it is at once.
/// </summary>
internal sealed class ApiKeys(Databases databases, StoreWriter writer, StoreClocks clocks)
{
    /// <summary>May write records.</summary>
    public const string Write = "events:write";
    private const string Prefix = "cbk";
    private static readonly TimeSpan UseNoted = TimeSpan.FromHours(1);

    /// <summary>Makes a key and returns it in clear, for the only time.</summary>
    public async Task<(ApiKeyRow Row, string Key)> AddAsync(StoreId store, string name, CancellationToken ct)
    {
        var key = $"{Prefix}_{store.Value.ToString(CultureInfo.InvariantCulture)}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        var row = await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var added = new ApiKeyRow
            {
                StoreId = store,
                Id = await transaction.TakeIdsAsync(1).ConfigureAwait(false),
                Name = name,
                Hash = Hash(key),
                Hint = key[^4..],
                Scopes = Write,
                CreatedAt = clocks.Now(store),
            };
            transaction.Db.ApiKeys.Add(added);
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            return added;
        }, ct).ConfigureAwait(false);
        return (row, key);
    }

    /// <summary>The store that a key may write to; null when it is unknown, revoked or not meant for that. All three look alike from outside.</summary>
    public async Task<StoreId?> StoreOfAsync(string? key, string scope, CancellationToken ct)
    {
        if (key is not { Length: > 20 and < 200 } || key.Split('_', 3) is not [Prefix, var number, _]
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return null;
        var store = new StoreId(value);
        var hash = Hash(key);
        await using var db = databases.Open(store);
        var row = await db.ApiKeys.SingleOrDefaultAsync(k => k.Hash == hash, ct).ConfigureAwait(false);
        if (row is null || row.RevokedAt is not null || !row.Scopes.Split(' ').Contains(scope, StringComparer.Ordinal)) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.Hash), Encoding.ASCII.GetBytes(hash))) return null;
        await NoteUseAsync(store, row, ct).ConfigureAwait(false);
        return store;
    }

    /// <summary>False when there is no such key. Revoking twice is one revoking.</summary>
    public Task<bool> RevokeAsync(StoreId store, long id, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async transaction =>
    {
        var row = await transaction.Db.ApiKeys.SingleOrDefaultAsync(k => k.Id == id, ct).ConfigureAwait(false);
        if (row is null) return false;
        row.RevokedAt ??= clocks.Now(store);
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return true;
    }, ct);

    // Once an hour is enough to see that a key is in use, and does not make each call a write of its own.
    private async Task NoteUseAsync(StoreId store, ApiKeyRow seen, CancellationToken ct)
    {
        var now = clocks.Now(store);
        if (seen.LastUsedAt is { } last && now - last < UseNoted) return;
        await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var row = await transaction.Db.ApiKeys.SingleAsync(k => k.Id == seen.Id, ct).ConfigureAwait(false);
            row.LastUsedAt = now;
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    private static string Hash(string key) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
