using System.Diagnostics;
using System.Text.Json;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>How fast a first sync is against the fake, and where its time goes. Explicit: it measures, and holds nothing.</summary>
public sealed class WooSpeedTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Orders_a_second_in_a_first_sync()
    {
        const int many = 10_000;
        await using var woo = await FakeWoo.StartAsync();
        var now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        for (var i = 0; i < many; i++)
        {
            var at = now.AddMinutes(-40L * (many - i));
            woo.Orders[i + 1] = new FakeOrder(i + 1, "completed", "EUR", 20 + (i % 50), $"buyer{i % 4000}@example.test", 0, at, at)
            {
                Lines = [.. Enumerable.Range(0, 1 + (i % 4)).Select(l => new FakeLine(11 + ((i + l) % 200), 0, 1, 10))],
            };
        }
        var atStore = 0L;
        await using var comeback = await TestServer.StartAsync(time: TimeProvider.System, settings: ["--Comeback:AllowLoopback=true"]);
        var store = await comeback.Get<StoreConnections>().ConnectAsync(new VerifiedStore(
            Platform.WooCommerce, woo.Address.ToString().TrimEnd('/'), "Tea", woo.Address.ToString(), "EUR", "Europe/Berlin", "DE", "de",
            new Dictionary<string, string> { [SecretPurposes.StoreKeys] = JsonSerializer.Serialize(woo.NewKeys()) }), default);
        woo.Timed = took => Interlocked.Add(ref atStore, took);
        var watch = Stopwatch.StartNew();
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        watch.Stop();
        await using var db = comeback.Get<Databases>().Open(store);
        Assert.Equal(many, await db.Orders.CountAsync());
        var answering = Stopwatch.GetElapsedTime(0, atStore);
        output.WriteLine($"{many} orders in {watch.Elapsed.TotalSeconds:0.0} s: {many / watch.Elapsed.TotalSeconds:0} orders/s; the fake's own answering {answering.TotalSeconds:0.0} s of it, {woo.Asked.Count} calls");
    }
}
