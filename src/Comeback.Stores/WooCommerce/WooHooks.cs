using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Comeback.Stores.WooCommerce;

/// <summary>What WooCommerce delivers and how it is told apart from anything else.</summary>
public static class WooHooks
{
    /// <summary>What we ask to be told of.</summary>
    public static readonly IReadOnlyList<string> Topics =
    [
        "order.created", "order.updated", "order.deleted", "order.restored", "customer.created", "customer.updated", "customer.deleted",
        "product.created", "product.updated", "product.deleted", "product.restored",
    ];

    public const string Signature = "X-WC-Webhook-Signature", Topic = "X-WC-Webhook-Topic", Delivery = "X-WC-Webhook-Delivery-ID";
    private const int LongestPing = 64;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>50 characters that html-decoding, which WooCommerce does with a secret, leaves as they are.</summary>
    public static string NewSecret() => RandomNumberGenerator.GetString(Alphabet, 50);

    /// <summary>The unsigned form body that WooCommerce sends when a webhook is made: exactly <c>webhook_id=</c> and digits, at most 64 bytes.</summary>
    public static bool IsPing(string? contentType, ReadOnlySpan<byte> body) =>
        contentType is not null && contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        && body.Length is > 11 and <= LongestPing && body.StartsWith("webhook_id="u8) && !body[11..].ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>
    /// What makes two deliveries one. Created and updated of one change carry the same body and are one; an id alone (deleted) says nothing of when,
    /// so those are told apart by the delivery.
    /// </summary>
    public static string DedupeKey(string topic, string? delivery, ReadOnlySpan<byte> body)
    {
        var (kind, verb) = topic.Split('.', 2) is [var a, var b] ? (a, b) : (topic, "");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(verb is "created" or "updated" or "restored" ? $"{kind}\n" : $"{topic}\n{delivery}\n"));
        hash.AppendData(body);
        return Base64Url.EncodeToString(hash.GetHashAndReset());
    }
}
