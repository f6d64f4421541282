using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Install;

namespace Comeback.Sync;

/// <summary>A call that the store's own companion plugin signed.</summary>
internal sealed record PluginCall(StoreConnectionRow Connection, string Delivery, byte[] Body)
{
    public StoreId Store => Connection.StoreId;
}

/// <summary>
/// Lets in what a store's companion plugin signed: method, path, time, delivery and body under the store's own secret. Old, unknown and wrong look
/// alike from outside.
/// </summary>
internal sealed class PluginDoor(StoreConnections connections, Secrets secrets, TimeProvider time)
{
    public const int MostBytes = 1024 * 1024;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>Null for anything but a well signed call of now.</summary>
    public async Task<PluginCall?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var hook = request.Headers["X-Comeback-Hook"].ToString();
        var stamp = request.Headers["X-Comeback-Timestamp"].ToString();
        var delivery = request.Headers["X-Comeback-Delivery"].ToString();
        using var kept = new MemoryStream();
        var buffer = new byte[32 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;)
        {
            if (kept.Length + read > MostBytes) return null;
            kept.Write(buffer, 0, read);
        }
        var connection = hook.Length is > 20 and < 60 ? await connections.FindByHookAsync(hook, ct).ConfigureAwait(false) : null;
        var secret = connection is null ? null : await secrets.LoadAsync(connection.StoreId, SecretPurposes.PluginSecret, ct).ConfigureAwait(false);
        var body = kept.ToArray();
        var head = Encoding.UTF8.GetBytes($"{request.Method.ToUpperInvariant()}\n{request.Path}\n{stamp}\n{delivery}\n");
        // An unknown store costs as much as a wrong signature.
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret is null ? RandomNumberGenerator.GetBytes(64) : Encoding.ASCII.GetBytes(secret));
        mac.AppendData(head);
        mac.AppendData(body);
        var given = new byte[33];
        var signed = Convert.TryFromBase64String(request.Headers["X-Comeback-Signature"].ToString(), given, out var length) && length == 32
            && CryptographicOperations.FixedTimeEquals(mac.GetHashAndReset(), given.AsSpan(0, 32));
        var timely = long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_799
            && (time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() <= Window;
        var named = delivery.Length is >= 16 and <= 64 && delivery.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        return connection is not null && secret is not null && signed && timely && named ? new PluginCall(connection, delivery, body) : null;
    }
}
