using System.Net;
using System.Net.Sockets;
using Comeback.Engine;

namespace Comeback.Hosting;

/// <summary>
/// The one way out of this machine: every address that a user, a file or a store can name is checked at the moment of connecting, on the address
/// connected to, so that neither a redirect nor a name that changes its answer leads to the inside.
/// </summary>
internal sealed class OutgoingGuard(ComebackOptions options)
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);
    private static readonly int[] WebPorts = [80, 443];
    private static readonly int[] MailPorts = [25, 465, 587, 2525];

    // RFC 6890's special-purpose blocks and what clouds answer their metadata on.
    private static readonly IPNetwork[] Inside =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
            "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Handler of every HttpClient: no redirects, no cookies, no proxy, capped headers, guarded connections.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = ConnectPatience,
        MaxResponseHeadersLength = 64,
        MaxResponseDrainSize = 1 << 20,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = async (context, ct) =>
        {
            var socket = await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, WebPorts, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    /// <summary>A socket to a mail server, checked like everything else.</summary>
    public Task<Socket> ConnectAsync(string host, int port, CancellationToken ct) => ConnectAsync(host, port, MailPorts, ct);

    /// <summary>True for an address outside; false for private, loopback, link-local, shared, metadata, multicast and the IPv6 forms of them.</summary>
    public static bool IsOutside(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return IsOutside(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            var bytes = address.GetAddressBytes();
            // NAT64 (RFC 6052) and the deprecated IPv4-compatible form carry an IPv4 address in their last four bytes.
            if (bytes.AsSpan(0, 12).SequenceEqual(new byte[] { 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0 })) return IsOutside(new IPAddress(bytes.AsSpan(12)));
            if (!bytes.AsSpan(0, 12).ContainsAnyExcept((byte)0)) return false;
        }
        return !Array.Exists(Inside, network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    private async Task<Socket> ConnectAsync(string host, int port, int[] ports, CancellationToken ct)
    {
        var loopback = options.AllowLoopback && ComebackOptions.IsLoopback(host);
        if (!loopback && !ports.Contains(port)) throw new UserError($"Port {port} is not one that Comeback calls ({string.Join(", ", ports)}).");
        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(host.Trim('[', ']'), ct).ConfigureAwait(false);
        }
        catch (SocketException problem)
        {
            throw new UserError($"The host {host} is not known: check its name.", UserErrorKind.Unavailable, problem);
        }
        // One address inside is enough to refuse them all: a name with both is an attempt.
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, a => IsOutside(a) || (loopback && IPAddress.IsLoopback(a))))
            throw new UserError($"The host {host} lies inside this network: Comeback calls public addresses only.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(ConnectPatience);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // The checked addresses themselves, not the name again.
            await socket.ConnectAsync(addresses, port, patience.Token).ConfigureAwait(false);
            return socket;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            socket.Dispose();
            throw new UserError($"The host {host} did not answer on port {port} within {ConnectPatience.TotalSeconds:0} seconds.", UserErrorKind.Unavailable);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
