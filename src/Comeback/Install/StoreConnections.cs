using System.Buffers.Text;
using System.Security.Cryptography;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Install;

/// <summary>What a platform tells of a store that has just been verified.</summary>
/// <param name="Secrets">Purpose (<see cref="SecretPurposes"/>) to secret; all are replaced in the transaction that connects.</param>
internal sealed record VerifiedStore(
    Platform Platform, string Address, string Name, string Url, string Currency, string TimeZone, string? Country, string Language, IReadOnlyDictionary<string, string> Secrets)
{
    /// <summary>The vendor's own small facts, JSON.</summary>
    public string Details { get; init; } = "{}";
}

/// <summary>
/// Who is connected, how, and with what keys. Connecting again replaces keys and keeps the store's data; a notice about an older installation
/// changes nothing. Deliveries and installs find stores by hook id or address here.
/// </summary>
internal sealed class StoreConnections(Databases databases, StoreWriter writer, Secrets secrets, TimeProvider time)
{
    private readonly SemaphoreSlim connecting = new(1, 1);

    /// <summary>Null for a store that was never connected (an import, the demo).</summary>
    public async Task<StoreConnectionRow?> FindAsync(StoreId store, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        return await db.StoreConnections.SingleOrDefaultAsync(c => c.StoreId == store, ct).ConfigureAwait(false);
    }

    public async Task<StoreConnectionRow?> FindByAddressAsync(Platform platform, string address, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        return await db.StoreConnections.SingleOrDefaultAsync(c => c.Platform == platform && c.Address == address, ct).ConfigureAwait(false);
    }

    public async Task<StoreConnectionRow?> FindByHookAsync(string hookId, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        return await db.StoreConnections.SingleOrDefaultAsync(c => c.HookId == hookId, ct).ConfigureAwait(false);
    }

    /// <summary>Every store that calls can be made to now.</summary>
    public async Task<List<StoreConnectionRow>> ConnectedAsync(CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        return await db.StoreConnections.Where(c => c.State == ConnectionState.Connected).OrderBy(c => c.StoreId).ToListAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Connects a verified store: a new one, or the known one of that address with new keys. The store's data stays.</summary>
    public async Task<StoreId> ConnectAsync(VerifiedStore verified, CancellationToken ct)
    {
        await connecting.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var store = (await FindByAddressAsync(verified.Platform, verified.Address, ct).ConfigureAwait(false))?.StoreId
                ?? await HalfMadeAsync(verified, ct).ConfigureAwait(false)
                ?? await AddAsync(verified, ct).ConfigureAwait(false);
            await writer.WriteAsync(store, Lane.Live, transaction => ConnectAsync(transaction, verified, ct), ct).ConfigureAwait(false);
            return store;
        }
        finally
        {
            connecting.Release();
        }
    }

    /// <summary>The keys are refused, confirmed: calls stop until the merchant connects again. False when another installation is connected by now.</summary>
    public Task<bool> NeedsReconnectingAsync(StoreId store, int installation, string sentence, CancellationToken ct) =>
        ChangeAsync(store, installation, ConnectionState.NeedsReconnecting, StoreState.NeedsReconnecting, sentence, ct);

    /// <summary>
    /// The store is gone: sending stops with this commit, and its keys are deleted. False, and nothing is done, when it was installed again since
    /// (<paramref name="noticedAt"/>: the notice's own time, where the platform gives no number).
    /// </summary>
    public async Task<bool> UninstallAsync(StoreId store, int? installation, DateTimeOffset? noticedAt, CancellationToken ct)
    {
        if (await FindAsync(store, ct).ConfigureAwait(false) is not { } known || noticedAt < known.InstalledAt) return false;
        return await ChangeAsync(store, installation ?? known.Installation, ConnectionState.Uninstalled, StoreState.Uninstalled, null, ct).ConfigureAwait(false);
    }

    /// <summary>The present keys or tokens, the vendor's own JSON; null when there are none.</summary>
    public Task<string?> KeysAsync(StoreId store, CancellationToken ct) => secrets.LoadAsync(store, SecretPurposes.StoreKeys, ct);

    /// <summary>Replaces rotating tokens as one, unless the store was connected anew meanwhile.</summary>
    public Task<bool> ReplaceKeysAsync(StoreId store, int installation, string keys, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async transaction =>
    {
        var row = await transaction.Db.StoreConnections.SingleAsync(c => c.StoreId == store, ct).ConfigureAwait(false);
        if (row.Installation != installation || row.State == ConnectionState.Uninstalled) return false;
        await secrets.StoreAsync(transaction, SecretPurposes.StoreKeys, keys, ct).ConfigureAwait(false);
        return true;
    }, ct);

    /// <summary>Changes the vendor's small facts.</summary>
    public Task DetailsAsync(StoreId store, Func<string, string> change, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async transaction =>
    {
        var row = await transaction.Db.StoreConnections.SingleAsync(c => c.StoreId == store, ct).ConfigureAwait(false);
        row.Details = change(row.Details);
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }, ct);

    /// <summary>Something was dropped: the store is reconciled at the next look instead of the next quarter of an hour.</summary>
    public Task AskReconcileAsync(StoreId store, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return writer.WriteAsync(store, Lane.Live, transaction => transaction.Db.StoreConnections.Where(c => c.StoreId == store)
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.ReconcileAskedAt, now).SetProperty(x => x.RestUntil, (DateTimeOffset?)null), ct), ct);
    }

    private async Task<StoreId?> HalfMadeAsync(VerifiedStore verified, CancellationToken ct)
    {
        // A process that was killed between the two writes left a store without a connection.
        await using var db = databases.OpenSystem();
        return await db.Stores.Where(s => s.Platform == verified.Platform && s.Url == verified.Url && !db.StoreConnections.Any(c => c.StoreId == s.Id))
            .Select(s => (StoreId?)s.Id).FirstOrDefaultAsync(ct).ConfigureAwait(false);
    }

    private async Task<StoreId> AddAsync(VerifiedStore verified, CancellationToken ct)
    {
        HashSet<string> taken;
        await using (var db = databases.OpenSystem()) taken = (await db.Stores.Select(s => s.Name).ToListAsync(ct).ConfigureAwait(false)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var name = verified.Name;
        for (var n = 2; taken.Contains(name); n++) name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{verified.Name} ({n})");
        return await writer.AddStoreAsync(id => new StoreRow
        {
            Id = id,
            Name = name,
            Platform = verified.Platform,
            Currency = verified.Currency,
            TimeZone = verified.TimeZone,
            Country = verified.Country,
            Language = verified.Language,
            Url = verified.Url,
            CreatedAt = time.GetUtcNow(),
            Settings = new StoreSettings { Languages = [verified.Language] }.Write(),
        }, ct).ConfigureAwait(false);
    }

    private async Task<bool> ConnectAsync(StoreTransaction transaction, VerifiedStore verified, CancellationToken ct)
    {
        var db = transaction.Db;
        var now = time.GetUtcNow();
        var row = await db.StoreConnections.SingleOrDefaultAsync(c => c.StoreId == transaction.Store, ct).ConfigureAwait(false);
        if (row is null)
        {
            row = new StoreConnectionRow
            {
                StoreId = transaction.Store,
                Platform = verified.Platform,
                Address = verified.Address,
                HookId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24)),
            };
            db.StoreConnections.Add(row);
        }
        (row.State, row.Installation, row.InstalledAt, row.UninstalledAt) = (ConnectionState.Connected, row.Installation + 1, now, null);
        (row.Trouble, row.TroubleSince, row.RestUntil, row.Failures, row.ReconcileAskedAt, row.Details) = (null, null, null, 0, now, verified.Details);
        var store = await db.Stores.SingleAsync(s => s.Id == transaction.Store, ct).ConfigureAwait(false);
        // After a restore sending waits for the operator's word, whoever connects again.
        if (store.State != StoreState.Restored) store.State = StoreState.Active;
        await db.SaveChangesAsync(ct).ConfigureAwait(false);
        foreach (var (purpose, secret) in verified.Secrets) await secrets.StoreAsync(transaction, purpose, secret, ct).ConfigureAwait(false);
        await transaction.ChangeAsync().ConfigureAwait(false);
        return true;
    }

    private Task<bool> ChangeAsync(StoreId store, int installation, ConnectionState state, StoreState storeState, string? trouble, CancellationToken ct) =>
        writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var db = transaction.Db;
            var now = time.GetUtcNow();
            var row = await db.StoreConnections.SingleOrDefaultAsync(c => c.StoreId == store, ct).ConfigureAwait(false);
            if (row is null || row.Installation != installation || row.State == ConnectionState.Uninstalled) return false;
            (row.State, row.Trouble, row.TroubleSince) = (state, trouble, trouble is null ? null : row.TroubleSince ?? now);
            if (state == ConnectionState.Uninstalled)
            {
                row.UninstalledAt = now;
                string[] gone = [SecretPurposes.StoreKeys, SecretPurposes.HookSecret, SecretPurposes.PluginSecret];
                await db.Secrets.Where(s => gone.Contains(s.Purpose)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
            }
            var known = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
            if (known.State != StoreState.Restored || storeState == StoreState.Uninstalled) known.State = storeState;
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            await transaction.ChangeAsync().ConfigureAwait(false);
            return true;
        }, ct);
}
