using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Comeback.Data;
using Comeback.Engine.Orders;

namespace Comeback.Hosting;

/// <summary>
/// HMAC-SHA-256 of an address under a key of the installation, base64url: what stays of a person who was forgotten. Without the master key nobody
/// can try addresses against it. The key is a secret at rest and never changes, or every suppression would be lost.
/// </summary>
internal sealed class AddressHashes(Secrets secrets) : IAddressHashes
{
    private byte[]? key;

    /// <summary>Makes the key at the first start; called before anything is read or written.</summary>
    public async Task OpenAsync(CancellationToken ct) => key = await secrets.AddressKeyAsync(default, ct).ConfigureAwait(false);

    public string Of(Channel channel, string address) => Of(channel == Channel.Email ? "email" : "phone", address);

    /// <summary>The same for whatever else leads to a person, such as an account.</summary>
    public string Of(string kind, string value) => Of(key ?? throw new InvalidOperationException("The key ring is not open yet."), kind, value);

    internal static string Of(byte[] key, string kind, string value) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{kind}:{value.Trim().ToLowerInvariant()}")));
}
