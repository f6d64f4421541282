using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Messages;

/// <summary>Makes the links of one message. A link is an opaque token; the database keeps only its hash, with what it is for and where it leads.</summary>
internal sealed class LinkTokens(StoreId store, MessageId message, CustomerId customer, Channel channel, string? addressHash, Uri publicUrl, DateTimeOffset now)
{
    private readonly Dictionary<string, string> clicks = new(StringComparer.Ordinal);

    public List<LinkRow> Rows { get; } = [];

    /// <summary>One token for each destination, in HTML and text alike.</summary>
    public string Click(string destination) =>
        clicks.TryGetValue(destination, out var known) ? known : clicks[destination] = Make(LinkPurpose.Click, "c", destination);

    public string Open() => Make(LinkPurpose.Open, "o", destination: null);

    public string Unsubscribe() => Make(LinkPurpose.Unsubscribe, "u", destination: null);

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private string Make(LinkPurpose purpose, string path, string? destination)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(21));
        Rows.Add(new LinkRow
        {
            TokenHash = Hash(token),
            StoreId = store,
            MessageId = message,
            CustomerId = customer,
            Channel = channel,
            Purpose = purpose,
            Destination = destination,
            CreatedAt = now,
            AddressHash = addressHash,
        });
        return new Uri(publicUrl, $"/{path}/{token}").AbsoluteUri;
    }
}
