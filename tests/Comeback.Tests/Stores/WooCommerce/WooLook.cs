using System.Text.Json;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Sync;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>Keeps a service with a fake WooCommerce open so that its pages can be looked at. Explicit: COMEBACK_LOOK names a file that gets the address and, when deleted, ends it.</summary>
public sealed class WooLook
{
    [Fact(Explicit = true)]
    public async Task Stay_open_to_be_looked_at()
    {
        if (Environment.GetEnvironmentVariable("COMEBACK_LOOK") is not { Length: > 0 } file) return;
        await using var woo = await FakeWoo.StartAsync();
        for (var i = 0; i < 900; i++) woo.Order($"buyer{i % 300}@example.test", daysAgo: i % 300);
        for (var i = 0; i < 40; i++) woo.Product($"Tea {i}", 5m + i);
        for (var i = 0; i < 60; i++) woo.Customer($"buyer{i}@example.test");
        woo.Category("Tea");
        await using var comeback = await TestServer.StartAsync(time: TimeProvider.System, settings: ["--Comeback:AllowLoopback=true", "--Comeback:PublicUrl=https://comeback.example"]);
        async Task<Engine.StoreId> ConnectAsync(string name, FakeWoo to) => await comeback.Get<StoreConnections>().ConnectAsync(new VerifiedStore(
            Platform.WooCommerce, to.Address.ToString().TrimEnd('/'), name, to.Address.ToString(), "EUR", "Europe/Berlin", "DE", "en",
            new Dictionary<string, string> { [SecretPurposes.StoreKeys] = JsonSerializer.Serialize(to.NewKeys()) }), default);
        var inStep = await ConnectAsync("Tea House", woo);
        await comeback.Get<SyncWorker>().WorkAsync(inStep, default);
        await comeback.Get<Inbox>().AcceptAsync(inStep, "woocommerce", "order.updated", "x", null, new Dictionary<string, string>(), "{\"id\":"u8.ToArray(), default);
        await comeback.Get<InboxWorker>().RoundAsync(default);
        woo.Order("late@example.test", tells: false);

        await using var slow = await FakeWoo.StartAsync();
        foreach (var (id, order) in woo.Orders) slow.Orders[id] = order;
        foreach (var (id, product) in woo.Products) slow.Products[id] = product;
        var second = await ConnectAsync("Slow Tea", slow);
        slow.Instead = async http =>
        {
            if (http.Request.Path.Value!.EndsWith("/orders", StringComparison.Ordinal) && http.Request.QueryString.Value!.Contains("modified_after", StringComparison.Ordinal)) await Task.Delay(TimeSpan.FromMinutes(10), http.RequestAborted);
            return false;
        };
        using var stop = new CancellationTokenSource();
        var reading = comeback.Get<SyncWorker>().WorkAsync(second, stop.Token);

        await using var gone = await FakeWoo.StartAsync();
        var third = await ConnectAsync("Lost Tea", gone);
        gone.Keys.Clear();
        await comeback.Get<SyncWorker>().WorkAsync(third, default);
        await File.WriteAllTextAsync(file, $"{comeback.Address} {inStep} {second} {third}");
        while (File.Exists(file)) await Task.Delay(500);
        await stop.CancelAsync();
        await reading.ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
