using System.Buffers.Text;
using System.Security.Cryptography;

namespace Comeback.Sync;

/// <summary>
/// The body of a delivery, read once: hashed as it streams, kept in memory only up to a limit. Nothing of it goes anywhere before
/// <see cref="Signed"/> says that the store wrote it.
/// </summary>
internal sealed class HookBody
{
    public const int MostBytes = 16 * 1024 * 1024;
    // Beyond this the rest is not even hashed: no platform sends so much, and hashing without end is work for nothing.
    private const long MostHashed = 256L * 1024 * 1024;
    private readonly List<byte[]> hashes;

    private HookBody(byte[]? bytes, long length, List<byte[]> hashes) => (Bytes, Length, this.hashes) = (bytes, length, hashes);

    /// <summary>Null when there were more than <see cref="MostBytes"/>.</summary>
    public byte[]? Bytes { get; }

    public long Length { get; }

    /// <summary>Reads to the end and hashes with each secret (old and new during a rotation; none still hashes, so that unknown stores take as long).</summary>
    public static async Task<HookBody> ReadAsync(Stream body, IReadOnlyList<byte[]> secrets, CancellationToken ct)
    {
        var macs = (secrets.Count > 0 ? secrets : [RandomNumberGenerator.GetBytes(32)]).Select(s => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, s)).ToList();
        try
        {
            MemoryStream? kept = new(16 * 1024);
            var buffer = new byte[64 * 1024];
            long length = 0;
            for (int read; length <= MostHashed && (read = await body.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;)
            {
                length += read;
                foreach (var mac in macs) mac.AppendData(buffer, 0, read);
                if (length > MostBytes) kept = null;
                else kept?.Write(buffer, 0, read);
            }
            // Cut off: whatever the signature says, it is not of what was read.
            var complete = length <= MostHashed;
            return new HookBody(kept?.ToArray(), length, complete && secrets.Count > 0 ? [.. macs.Select(m => m.GetHashAndReset())] : []);
        }
        finally
        {
            foreach (var mac in macs) mac.Dispose();
        }
    }

    /// <summary>True when the signature (base64 of HMAC-SHA-256) is that of the raw body under one of the secrets. Compared in constant time.</summary>
    public bool Signed(string? signature)
    {
        Span<byte> given = stackalloc byte[33];
        if (signature is not { Length: 44 } || !Convert.TryFromBase64String(signature, given, out var length) || length != 32) return false;
        var signed = false;
        foreach (var hash in hashes) signed |= CryptographicOperations.FixedTimeEquals(hash, given[..32]);
        return signed;
    }

    /// <summary>SHA-256 of the body and whatever else tells two deliveries apart, base64url.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> body, params ReadOnlySpan<string> more)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in more)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }
        hash.AppendData(body);
        return Base64Url.EncodeToString(hash.GetHashAndReset());
    }

    /// <summary>True when the body is nested deeper than we read (64): a limit like the length.</summary>
    public static bool TooDeep(ReadOnlySpan<byte> body)
    {
        int depth = 0, deepest = 0;
        bool inText = false, escaped = false;
        // Counted by hand: a reader that stops at the first odd byte would say nothing about what follows.
        foreach (var b in body)
        {
            if (inText)
            {
                if (escaped) escaped = false;
                else if (b == '\\') escaped = true;
                else if (b == '"') inText = false;
            }
            else if (b == '"') inText = true;
            else if (b is (byte)'{' or (byte)'[') deepest = Math.Max(deepest, ++depth);
            else if (b is (byte)'}' or (byte)']') depth--;
        }
        return deepest > 64;
    }
}
