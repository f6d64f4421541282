using System.Diagnostics.Metrics;
using Comeback.Hosting;
using Comeback.Tests.Infra;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Comeback.Tests.Hosting;

/// <summary>What can be counted from outside: off unless it is asked for, right when it is, and without anybody in it.</summary>
public sealed class TelemetryTests
{
    // Other tests count at the same time; only what this test's own calls count is its business.
    private static readonly AsyncLocal<bool> Mine = new();

    [Fact]
    public async Task It_is_off_unless_it_is_asked_for()
    {
        await using var quiet = await TestServer.StartAsync();
        Assert.Null(quiet.Services.GetService<MeterProvider>());
        Assert.Null(quiet.Services.GetService<TracerProvider>());

        await using var heard = await TestServer.StartAsync(settings: "--Comeback:Telemetry=true");
        Assert.NotNull(heard.Services.GetService<MeterProvider>());
        Assert.NotNull(heard.Services.GetService<TracerProvider>());
    }

    [Fact]
    public async Task What_happens_in_a_store_is_counted()
    {
        var counted = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) => { if (instrument.Meter.Name == Telemetry.Name) own.EnableMeasurementEvents(instrument); };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (!Mine.Value) return;
            var name = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(t => t.Value)]);
            lock (counted) counted[name] = counted.GetValueOrDefault(name) + value;
        });
        listener.Start();
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        await comeback.SwitchOnAsync(shop, "abandoned_cart");
        await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
        Mine.Value = true;

        shop.Customer("ann").LeftInCart("Teapot");
        shop.Customer("bob", consent: false).LeftInCart("Teapot");
        var arrived = await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
        await comeback.SettleAsync(shop);

        Assert.Equal(1, counted["comeback.messages outbox Taken"]);
        Assert.Equal(1, counted["comeback.skips " + Assert.Single(await comeback.SkipsAsync(shop)).Reason]);
        Assert.Equal(arrived.Written, counted["comeback.records written"]);
        Assert.True(counted["comeback.memberships entered"] > 0);
    }
}
