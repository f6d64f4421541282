using System.Net;
using System.Net.Sockets;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Hosting;

/// <summary>Nothing that a user, file or store names leads to the inside of the network (SECURITY 3).</summary>
public sealed class OutgoingGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("198.18.0.1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    public void An_address_inside_is_refused(string address) => Assert.False(OutgoingGuard.IsOutside(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("::ffff:8.8.8.8")]
    public void An_address_outside_is_called(string address) => Assert.True(OutgoingGuard.IsOutside(IPAddress.Parse(address)));

    [Fact]
    public async Task Every_client_that_any_part_makes_goes_through_the_guard()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var comeback = await TestServer.StartAsync();
        var clients = comeback.Get<IHttpClientFactory>();

        foreach (var name in new[] { "", "stores", "smtp", "any" })
        {
            using var client = clients.CreateClient(name);
            foreach (var address in new[] { $"http://127.0.0.1:{port}/", "http://localhost/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/" })
                await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync(new Uri(address)));
        }
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_mail_server_inside_the_network_is_not_called()
    {
        await using var comeback = await TestServer.StartAsync();
        var guard = comeback.Get<OutgoingGuard>();

        var inside = await Assert.ThrowsAsync<UserError>(() => guard.ConnectAsync("127.0.0.1", 25, CancellationToken.None));
        var port = await Assert.ThrowsAsync<UserError>(() => guard.ConnectAsync("8.8.8.8", 6379, CancellationToken.None));

        Assert.Contains("inside this network", inside.Message, StringComparison.Ordinal);
        Assert.Contains("Port 6379", port.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_developer_may_allow_this_machine_and_nothing_else_inside()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var comeback = await TestServer.StartAsync(settings: ["--Comeback:AllowLoopback=true"]);
        var guard = comeback.Get<OutgoingGuard>();

        using var socket = await guard.ConnectAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, CancellationToken.None);
        Assert.True(socket.Connected);
        await Assert.ThrowsAsync<UserError>(() => guard.ConnectAsync("10.0.0.1", 25, CancellationToken.None));
    }

    [Fact]
    public void A_redirect_is_never_followed_by_itself()
    {
        using var handler = new OutgoingGuard(new ComebackOptions { Data = "", Urls = ["http://localhost:1"], PublicUrl = new Uri("http://localhost:1") }).Handler();

        Assert.False(handler.AllowAutoRedirect);
        Assert.False(handler.UseCookies);
        Assert.False(handler.UseProxy);
    }
}
