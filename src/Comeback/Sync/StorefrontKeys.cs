using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>The public keys of stores' own pages: made at first need, replaced when the merchant asks, the old one taken for a week more.</summary>
internal sealed class StorefrontKeys(Databases databases, StoreWriter writer, TimeProvider time) : Install.WooCommerce.IPixelKeys
{
    private const string Prefix = "cbs";
    private static readonly TimeSpan OldKeyHonoured = TimeSpan.FromDays(7);

    /// <summary>The present key; made when there is none yet.</summary>
    public async Task<string> PresentAsync(StoreId store, CancellationToken ct)
    {
        await using (var db = databases.Open(store))
        {
            if (await db.StorefrontKeys.Where(k => k.HonouredUntil == null).Select(k => k.Key).SingleOrDefaultAsync(ct).ConfigureAwait(false) is { } known) return known;
        }
        return await writer.WriteAsync(store, Lane.Live, async t =>
            await t.Db.StorefrontKeys.Where(k => k.HonouredUntil == null).Select(k => k.Key).SingleOrDefaultAsync(ct).ConfigureAwait(false)
            ?? await AddAsync(t, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    /// <summary>A new key; pages that still carry the old one are heard for a week.</summary>
    public Task<string> RotateAsync(StoreId store, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async t =>
    {
        foreach (var old in await t.Db.StorefrontKeys.Where(k => k.HonouredUntil == null).ToListAsync(ct).ConfigureAwait(false))
            old.HonouredUntil = time.GetUtcNow() + OldKeyHonoured;
        return await AddAsync(t, ct).ConfigureAwait(false);
    }, ct);

    /// <summary>The store that a key names; null when it is unknown or out of date.</summary>
    public async Task<StoreId?> StoreOfAsync(string key, CancellationToken ct)
    {
        if (key.Length is < 20 or > 60 || key.Split('_', 3) is not [Prefix, var number, _]
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return null;
        var store = new StoreId(value);
        var now = time.GetUtcNow();
        await using var db = databases.Open(store);
        return await db.StorefrontKeys.AnyAsync(k => k.Key == key && (k.HonouredUntil == null || k.HonouredUntil > now), ct).ConfigureAwait(false) ? store : null;
    }

    private async Task<string> AddAsync(StoreTransaction t, CancellationToken ct)
    {
        var key = $"{Prefix}_{t.Store.Value.ToString(CultureInfo.InvariantCulture)}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}";
        t.Db.StorefrontKeys.Add(new StorefrontKeyRow { StoreId = t.Store, Id = await t.TakeIdsAsync(1).ConfigureAwait(false), Key = key, CreatedAt = time.GetUtcNow() });
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return key;
    }
}
