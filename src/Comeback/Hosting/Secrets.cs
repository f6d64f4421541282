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
    /// <summary>The keys or tokens of the store's platform, as the vendor's own JSON: replaced as one, so that a pair never falls apart.</summary>
    public const string StoreKeys = "store-keys";
    /// <summary>What the store signs its deliveries with.</summary>
    public const string HookSecret = "hook-secret";
    /// <summary>Shared with the store's companion plugin.</summary>
    public const string PluginSecret = "plugin-secret";
    /// <summary>Keys of an install that are not verified yet; protected with the attempt, under store 0.</summary>
    public const string PendingKeys = "pending-keys";
    /// <summary>Keys the hashes of addresses that must not be written to; one for the installation (<see cref="AddressHashes"/>).</summary>
    public const string AddressHash = "address-hash";
}

/// <summary>Secrets of stores at rest: tokens, passwords and keys are protected rows; <c>/api</c> never returns one.</summary>
internal sealed class Secrets(Databases databases, StoreWriter writer, IDataProtectionProvider protection, TimeProvider time)
{
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

    /// <summary>A secret of the installation itself, kept under store 0 and made at its first use.</summary>
    public async Task<string> OfInstallationAsync(string purpose, Func<string> make, CancellationToken ct)
    {
        if (await LoadAsync(default, purpose, ct).ConfigureAwait(false) is { } known) return known;
        await writer.WriteSystemAsync(async transaction =>
        {
            if (await transaction.Db.Secrets.AnyAsync(r => r.Purpose == purpose, ct).ConfigureAwait(false)) return false;
            await StoreAsync(transaction, purpose, make(), ct).ConfigureAwait(false);
            return true;
        }, ct).ConfigureAwait(false);
        return (await LoadAsync(default, purpose, ct).ConfigureAwait(false))!;
    }

    /// <summary>The key behind <see cref="AddressHashes"/>. Not callable inside a write.</summary>
    public async Task<byte[]> AddressKeyAsync(StoreId store, CancellationToken ct) => Convert.FromBase64String(
        await OfInstallationAsync(SecretPurposes.AddressHash, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), ct).ConfigureAwait(false));

    public static string HashAddress(byte[] key, Channel channel, string address) => AddressHashes.Of(key, channel == Channel.Email ? "email" : "phone", address);

    /// <summary>Protects every secret with the newest key of the ring; returns how many.</summary>
    public async Task<int> ProtectAnewAsync(CancellationToken ct)
    {
        List<StoreId> stores;
        await using (var db = databases.OpenSystem()) stores = await db.Stores.Select(s => s.Id).ToListAsync(ct).ConfigureAwait(false);
        var count = 0;
        foreach (var store in stores) count += await writer.WriteAsync(store, Lane.Live, AnewAsync, ct).ConfigureAwait(false);
        return count + await writer.WriteSystemAsync(AnewAsync, ct).ConfigureAwait(false);

        async Task<int> AnewAsync(StoreTransaction transaction)
        {
            foreach (var row in await transaction.Db.Secrets.ToListAsync(ct).ConfigureAwait(false))
                row.Protected = Protector(row.StoreId, row.Purpose).Protect(Encoding.UTF8.GetBytes(Unprotect(row)));
            return await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>For a secret that lies in a row of its own: an install's pending keys.</summary>
    public byte[] Protect(StoreId store, string purpose, string secret) => Protector(store, purpose).Protect(Encoding.UTF8.GetBytes(secret));

    /// <summary>The other way round.</summary>
    /// <exception cref="CryptographicException">It was protected by keys that are gone, or for another purpose.</exception>
    public string Open(StoreId store, string purpose, byte[] kept) => Encoding.UTF8.GetString(Protector(store, purpose).Unprotect(kept));

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
