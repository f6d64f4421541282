using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores;
using Comeback.Stores.WooCommerce;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Install.WooCommerce;

/// <summary>
/// Connects a WooCommerce store by wc-auth: the merchant says yes in the store, the store posts keys to us, and the keys are used only when a call to
/// the store that was asked for succeeds with them.
/// </summary>
/// <remarks>
/// 1. An operator names an address; it is found to be a WooCommerce; an unguessable token is bound to it for 15 minutes.
/// 2. The store posts keys with that token: kept protected, as pending. Nothing else has changed.
/// 3. After our answer (the store's own request is still open till then) the store is called with them.
/// 4. Only then are they its keys; a store connected before keeps its data. The browser may come back before or after; it is told, and signed in to
///    nothing.
/// </remarks>
internal sealed class WooInstall(
    IHttpClientFactory http, Databases databases, StoreWriter writer, OwnedStores owned, StoreConnections connections, Secrets secrets, ComebackOptions options, TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<string, byte> verifying = new(StringComparer.Ordinal);

    /// <summary>Step 1: where the merchant goes to say yes.</summary>
    /// <exception cref="UserError">There is no WooCommerce there, or we could not be called back.</exception>
    public async Task<string> StartAsync(string address, CancellationToken ct)
    {
        if (options.PublicUrl.Scheme != Uri.UriSchemeHttps)
            throw new UserError("WooCommerce gives keys only to an https address: set Comeback:PublicUrl to the https address that this service has.");
        var given = WooAddress.Parse(address, options.AllowLoopback) ?? throw new UserError("Give the address of the store, beginning with https://, as its customers see it.");
        Uri store;
        try
        {
            store = await WooCommerceStore.FindAsync(http.CreateClient(WooCommerceSource.Client), given, time, ct).ConfigureAwait(false);
        }
        catch (StoreTrouble trouble)
        {
            throw new UserError(trouble.Message, trouble.Kind is StoreTroubleKind.Unreachable or StoreTroubleKind.Throttled ? UserErrorKind.Unavailable : UserErrorKind.Invalid, trouble);
        }
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        await writer.WriteSystemAsync(async transaction =>
        {
            await transaction.Db.InstallAttempts.Where(a => a.ExpiresAt < now.AddDays(-1)).ExecuteDeleteAsync(ct).ConfigureAwait(false);
            transaction.Db.InstallAttempts.Add(new InstallAttemptRow
            {
                TokenHash = Hash(token),
                Platform = Platform.WooCommerce,
                Address = WooAddress.Write(store),
                CreatedAt = now,
                ExpiresAt = now + Life,
            });
            return await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        return $"{WooAddress.Write(store)}/wc-auth/v1/authorize?app_name=Comeback&scope=read_write&user_id={token}"
            + $"&return_url={Uri.EscapeDataString($"{options.PublicUrl}woocommerce/return")}&callback_url={Uri.EscapeDataString($"{options.PublicUrl}woocommerce/keys")}";
    }

    /// <summary>Step 2: true exactly when the keys are stored, so that the store keeps them too.</summary>
    public async Task<bool> TakeAsync(string token, WooKeys keys, string? permissions, CancellationToken ct)
    {
        if (permissions != "read_write" || keys is not { ConsumerKey.Length: > 10 and <= 100, ConsumerSecret.Length: > 10 and <= 100 } || !Plain(keys.ConsumerKey) || !Plain(keys.ConsumerSecret)) return false;
        var hash = Hash(token);
        var pending = secrets.Protect(default, Purpose(hash), JsonSerializer.Serialize(keys));
        var now = time.GetUtcNow();
        return await writer.WriteSystemAsync(async transaction => await transaction.Db.InstallAttempts
            .Where(a => a.TokenHash == hash && a.Platform == Platform.WooCommerce && a.ExpiresAt > now && a.State != InstallState.Verified)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.PendingKeys, pending).SetProperty(x => x.State, InstallState.KeysReceived).SetProperty(x => x.Error, (string?)null), ct)
            .ConfigureAwait(false) == 1, ct).ConfigureAwait(false);
    }

    /// <summary>How an install stands; null for a token that is not one.</summary>
    public async Task<InstallAttemptRow?> FindAsync(string? token, CancellationToken ct)
    {
        if (token is not { Length: > 20 and < 100 }) return null;
        var hash = Hash(token);
        await using var db = databases.OpenSystem();
        return await db.InstallAttempts.SingleOrDefaultAsync(a => a.TokenHash == hash, ct).ConfigureAwait(false);
    }

    /// <summary>Steps 3 and 4 for every install whose keys have come; returns how many stores were connected.</summary>
    public async Task<int> VerifyDueAsync(CancellationToken ct)
    {
        var connected = 0;
        // Of several replicas one: two that connect a store at once would each give it secrets.
        if ((await DueAsync(ct).ConfigureAwait(false)).Count > 0)
            await owned.AloneAsync("installs", async () => connected = await VerifyAllAsync(await DueAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        return connected;
    }

    private async Task<List<InstallAttemptRow>> DueAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = databases.OpenSystem();
        return await db.InstallAttempts.Where(a => a.State == InstallState.KeysReceived && a.Platform == Platform.WooCommerce && a.ExpiresAt > now).ToListAsync(ct).ConfigureAwait(false);
    }

    private async Task<int> VerifyAllAsync(List<InstallAttemptRow> due, CancellationToken ct)
    {
        var connected = 0;
        foreach (var attempt in due)
        {
            var key = Convert.ToHexString(attempt.TokenHash);
            if (!verifying.TryAdd(key, 0)) continue;
            try
            {
                if (await VerifyAsync(attempt, ct).ConfigureAwait(false)) connected++;
            }
            finally
            {
                verifying.TryRemove(key, out _);
            }
        }
        return connected;
    }

    private async Task<bool> VerifyAsync(InstallAttemptRow attempt, CancellationToken ct)
    {
        var keys = JsonSerializer.Deserialize<WooKeys>(secrets.Open(default, Purpose(attempt.TokenHash), attempt.PendingKeys!))!;
        try
        {
            // The store that was asked for, whoever posted the keys.
            var facts = await WooCommerceStore.LookAsync(http.CreateClient(WooCommerceSource.Client), new Uri(attempt.Address), keys, new WooPace(), time, ct).ConfigureAwait(false);
            var known = await connections.FindByAddressAsync(Platform.WooCommerce, attempt.Address, ct).ConfigureAwait(false);
            var hook = known is null ? null : await secrets.LoadAsync(known.StoreId, SecretPurposes.HookSecret, ct).ConfigureAwait(false);
            var store = await connections.ConnectAsync(new VerifiedStore(
                Platform.WooCommerce, attempt.Address, facts.Name, attempt.Address, facts.Currency.Code, facts.TimeZone, facts.Country, facts.Language, new Dictionary<string, string>
                {
                    [SecretPurposes.StoreKeys] = JsonSerializer.Serialize(keys),
                    // Its webhooks sign with the one they were made with.
                    [SecretPurposes.HookSecret] = hook ?? WooHooks.NewSecret(),
                    [SecretPurposes.PluginSecret] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
                })
            { Details = JsonSerializer.Serialize(new { version = facts.Version }) }, ct).ConfigureAwait(false);
            await ChangeAsync(attempt, InstallState.Verified, store, null, ct).ConfigureAwait(false);
            return true;
        }
        catch (StoreTrouble trouble)
        {
            // A store that is busy is asked again until the token expires; keys that it refuses are forgotten, and the token waits for better ones.
            var wait = trouble.Kind is StoreTroubleKind.Unreachable or StoreTroubleKind.Throttled;
            await ChangeAsync(attempt, wait ? InstallState.KeysReceived : InstallState.Failed, null, trouble.Message, ct).ConfigureAwait(false);
            return false;
        }
    }

    private Task<int> ChangeAsync(InstallAttemptRow attempt, InstallState state, StoreId? store, string? error, CancellationToken ct)
    {
        var kept = state == InstallState.KeysReceived ? attempt.PendingKeys : null;
        return writer.WriteSystemAsync(transaction => transaction.Db.InstallAttempts.Where(a => a.TokenHash == attempt.TokenHash && a.PendingKeys == attempt.PendingKeys)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.State, state).SetProperty(x => x.StoreId, store).SetProperty(x => x.Error, error).SetProperty(x => x.PendingKeys, kept), ct), ct);
    }

    private static bool Plain(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Purpose(byte[] hash) => $"{SecretPurposes.PendingKeys}:{Convert.ToHexStringLower(hash)}";

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>Verifies keys that have come, a moment after the store was answered; also those of a process that was killed meanwhile.</summary>
internal sealed partial class WooInstallWorker(WooInstall install, TimeProvider time, ILogger<WooInstallWorker> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                try
                {
                    await install.VerifyDueAsync(stoppingToken).ConfigureAwait(false);
                }
                catch (Exception problem) when (problem is not OperationCanceledException)
                {
                    LogFailed(log, problem.GetType().FullName);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }

    // Without the exception itself: it might quote what was posted.
    [LoggerMessage(Level = LogLevel.Error, Message = "Keys of an install could not be verified: {Kind}")]
    private static partial void LogFailed(ILogger logger, string? kind);
}
