using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Hosting;

/// <summary>The purposes that secrets are kept under; one protector each and per store, so that none opens as another.</summary>
internal static class SecretPurposes
{
    public const string SmtpPassword = "smtp-password";
    /// <summary>Keys the hashes of addresses that must not be written to (suppressions, links).</summary>
    public const string AddressHash = "address-hash";
}

/// <summary>Secrets of stores at rest: tokens, passwords and keys are protected rows; <c>/api</c> never returns one.</summary>
internal sealed class Secrets(Databases databases, StoreWriter writer, IDataProtectionProvider protection, TimeProvider time)
{
    private readonly ConcurrentDictionary<StoreId, byte[]> hashKeys = new();

    public Task StoreAsync(StoreId store, string purpose, string secret, CancellationToken ct) =>
        writer.WriteAsync(store, Lane.Live, transaction => StoreAsync(transaction, purpose, secret, ct), ct);

    /// <summary>The same, in a transaction at hand.</summary>
    public async Task StoreAsync(StoreTransaction transaction, string purpose, string secret, CancellationToken ct)
    {
        var bytes = Protector(transaction.Store, purpose).Protect(Encoding.UTF8.GetBytes(secret));
        var row = await transaction.Db.Secrets.SingleOrDefaultAsync(r => r.Purpose == purpose, ct).ConfigureAwait(false);
        if (row is null) transaction.Db.Secrets.Add(row = new SecretRow { StoreId = transaction.Store, Purpose = purpose, Protected = bytes });
        row.Protected = bytes;
        row.UpdatedAt = time.GetUtcNow();
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Null when there is none.</summary>
    /// <exception cref="UserError">It was protected by keys that are gone.</exception>
    public async Task<string?> LoadAsync(StoreId store, string purpose, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var row = await db.Secrets.SingleOrDefaultAsync(r => r.Purpose == purpose, ct).ConfigureAwait(false);
        return row is null ? null : Unprotect(row);
    }

    public async Task<bool> HasAsync(StoreId store, string purpose, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        return await db.Secrets.AnyAsync(r => r.Purpose == purpose, ct).ConfigureAwait(false);
    }

    public Task RemoveAsync(StoreId store, string purpose, CancellationToken ct) => writer.WriteAsync(store, Lane.Live,
        transaction => transaction.Db.Secrets.Where(r => r.Purpose == purpose).ExecuteDeleteAsync(ct), ct);

    /// <summary>
    /// The keyed hash by which an address is known after it was forgotten: HMAC-SHA-256 under a key of the store, base64url. Without the master key
    /// nobody can try addresses against it. <paramref name="address"/> is normalised: lower case e-mail, E.164 number.
    /// </summary>
    public async Task<string> HashAddressAsync(StoreId store, Channel channel, string address, CancellationToken ct) =>
        HashAddress(await AddressKeyAsync(store, ct).ConfigureAwait(false), channel, address);

    /// <summary>For many addresses at once; see <see cref="AddressKeyAsync"/>.</summary>
    public static string HashAddress(byte[] key, Channel channel, string address) => System.Buffers.Text.Base64Url.EncodeToString(
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{(channel == Channel.Email ? "email" : "phone")}:{address.Trim().ToLowerInvariant()}")));

    /// <summary>The store's key for <see cref="HashAddress"/>, made at its first use. Not callable inside a write.</summary>
    public async Task<byte[]> AddressKeyAsync(StoreId store, CancellationToken ct)
    {
        if (hashKeys.TryGetValue(store, out var known)) return known;
        if (await LoadAsync(store, SecretPurposes.AddressHash, ct).ConfigureAwait(false) is null)
        {
            await writer.WriteAsync(store, Lane.Live, async transaction =>
            {
                if (!await transaction.Db.Secrets.AnyAsync(r => r.Purpose == SecretPurposes.AddressHash, ct).ConfigureAwait(false))
                    await StoreAsync(transaction, SecretPurposes.AddressHash, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), ct).ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
        }
        return hashKeys[store] = Convert.FromBase64String((await LoadAsync(store, SecretPurposes.AddressHash, ct).ConfigureAwait(false))!);
    }

    /// <summary>Protects every secret with the newest key of the ring; returns how many.</summary>
    public async Task<int> ProtectAnewAsync(CancellationToken ct)
    {
        List<StoreId> stores;
        await using (var db = databases.OpenSystem()) stores = await db.Stores.Select(s => s.Id).ToListAsync(ct).ConfigureAwait(false);
        var count = 0;
        foreach (var store in stores)
        {
            count += await writer.WriteAsync(store, Lane.Live, async transaction =>
            {
                foreach (var row in await transaction.Db.Secrets.ToListAsync(ct).ConfigureAwait(false))
                    row.Protected = Protector(store, row.Purpose).Protect(Encoding.UTF8.GetBytes(Unprotect(row)));
                return await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
        }
        return count;
    }

    private string Unprotect(SecretRow row)
    {
        try
        {
            return Encoding.UTF8.GetString(Protector(row.StoreId, row.Purpose).Unprotect(row.Protected));
        }
        catch (CryptographicException problem)
        {
            throw new UserError($"The secret '{row.Purpose}' of a store cannot be opened with the keys at hand: enter it again in the store's settings.", inner: problem);
        }
    }

    private IDataProtector Protector(StoreId store, string purpose) => protection.CreateProtector("Comeback.Secrets", store.ToString(), purpose);
}
