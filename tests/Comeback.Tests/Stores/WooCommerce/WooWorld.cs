using System.Globalization;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Stores.WooCommerce;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>The whole service beside a fake WooCommerce, connected, on a clock that only a test moves.</summary>
internal sealed class WooWorld : IAsyncDisposable
{
    public const string PublicUrl = "https://comeback.example";

    private WooWorld(FakeWoo woo, TestServer comeback, FakeTime time) => (Woo, Comeback, Time) = (woo, comeback, time);

    public FakeWoo Woo { get; }
    public TestServer Comeback { get; }
    public FakeTime Time { get; }
    public StoreId Store { get; private set; }

    public static async Task<WooWorld> StartAsync(bool connect = true, Action<FakeWoo>? before = null)
    {
        var time = new FakeTime();
        var woo = await FakeWoo.StartAsync(time);
        before?.Invoke(woo);
        var comeback = await TestServer.StartAsync(time: time, settings: ["--Comeback:AllowLoopback=true", $"--Comeback:PublicUrl={PublicUrl}"]);
        var world = new WooWorld(woo, comeback, time);
        if (connect) await world.ConnectAsync();
        return world;
    }

    public async Task ConnectAsync(WooKeys? keys = null) => Store = await Comeback.Get<StoreConnections>().ConnectAsync(new VerifiedStore(
        Platform.WooCommerce, Woo.Address.ToString().TrimEnd('/'), "Tea", Woo.Address.ToString(), Woo.Currency, "Europe/Berlin", "DE", "de", new Dictionary<string, string>
        {
            [SecretPurposes.StoreKeys] = JsonSerializer.Serialize(keys ?? Woo.NewKeys()),
            [SecretPurposes.HookSecret] = WooHooks.NewSecret(),
        }), default);

    /// <summary>Reads what is due while time passes, so that rests and patience end.</summary>
    public async Task ReadAsync(TimeSpan? atMost = null)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var work = Task.Run(() => Comeback.Get<SyncWorker>().WorkAsync(Store, stop.Token), stop.Token);
        var until = Time.GetUtcNow() + (atMost ?? TimeSpan.FromHours(10));
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(50, stop.Token));
            if (!work.IsCompleted && Time.GetUtcNow() < until) Time.Advance(TimeSpan.FromSeconds(1));
        }
        await work;
    }

    /// <summary>Worker rounds as they come while so much time passes.</summary>
    public async Task PassAsync(TimeSpan by, TimeSpan step)
    {
        for (var end = Time.GetUtcNow() + by; Time.GetUtcNow() < end;)
        {
            await ReadAsync();
            Time.Advance(step);
        }
    }

    public Task DeliverAsync(Func<IEnumerable<FakeDelivery>, IEnumerable<FakeDelivery>>? shape = null) => Woo.DeliverAsync(Comeback.Http, shape);

    public Task<int> WorkInboxAsync() => Comeback.Get<InboxWorker>().RoundAsync(default);

    public async Task<T> OfAsync<T>(Func<ComebackDb, Task<T>> read)
    {
        await using var db = Comeback.Get<Databases>().Open(Store);
        return await read(db);
    }

    public Task<StoreConnectionRow?> ConnectionAsync() => Comeback.Get<StoreConnections>().FindAsync(Store, default);

    /// <summary>Nothing lost, nothing doubled: every order of the store, each by itself, is here as it stands there, and no other is.</summary>
    public async Task AssertSameAsync()
    {
        var here = await OfAsync(db => db.Orders.Where(o => o.Standing != OrderStanding.Deleted).ToListAsync());
        var lines = (await OfAsync(db => db.OrderLines.ToListAsync())).ToLookup(l => l.OrderId);
        var refunds = (await OfAsync(db => db.Refunds.Where(r => r.OrderId != null && r.AmountMinor != 0).ToListAsync())).ToLookup(r => r.OrderId);
        var people = await OfAsync(db => db.Customers.ToDictionaryAsync(c => c.Id));
        var mine = here.Select(o => string.Create(CultureInfo.InvariantCulture,
            $"{o.ExternalId} {o.VendorStatus} {o.Currency} {o.TotalMinor} {o.RefundedMinor} {o.PlacedAt:s} {o.UpdatedAt:s} [{string.Join(' ', lines[o.Id].OrderBy(l => l.LineNumber).Select(l => $"{l.Quantity}x{l.TotalMinor}"))}] "
            + $"[{string.Join(' ', refunds[o.Id].Select(r => $"{r.AmountMinor}@{r.At:s}").Order(StringComparer.Ordinal))}] {people[o.CustomerId].Email}")).Order(StringComparer.Ordinal).ToList();
        var theirs = Woo.Orders.Values.Where(o => o.Status != "trash").Select(o =>
        {
            var scale = (decimal)Currency.Parse(o.Currency).Scale;
            long Minor(decimal amount) => (long)Math.Round(amount * scale, MidpointRounding.AwayFromZero);
            return string.Create(CultureInfo.InvariantCulture,
                $"{o.Id} {o.Status} {o.Currency} {Minor(o.Total)} {o.Refunds.Sum(r => Minor(r.Amount))} {o.Created:s} {o.Modified:s} [{string.Join(' ', o.Lines.Select(l => $"{l.Quantity}x{Minor(l.Total)}"))}] "
                + $"[{string.Join(' ', o.Refunds.Select(r => $"{Minor(r.Amount)}@{r.At:s}").Order(StringComparer.Ordinal))}] {o.Email}");
        }).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(theirs, mine);
    }

    public async ValueTask DisposeAsync()
    {
        await Comeback.DisposeAsync();
        await Woo.DisposeAsync();
    }
}
