using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>The service with a fake Shopify behind it, installed or about to be. Time passes while something is waited for.</summary>
internal sealed class ShopifyWorld : IAsyncDisposable
{
    private ShopifyWorld(FakeShopify shopify, RunningComeback comeback) => (Shopify, Comeback) = (shopify, comeback);

    public FakeShopify Shopify { get; }
    public RunningComeback Comeback { get; }
    public StoreId Store { get; private set; }
    public FakeTime Time => Comeback.Time;

    public static async Task<ShopifyWorld> StartAsync(DatabaseKind kind = DatabaseKind.Sqlite, string mode = "public", params string[] settings)
    {
        var time = new FakeTime();
        // The fake must live before the service, which reads its address at start; both are then moved to one clock.
        var clock = new SharedTime { Now = time.GetUtcNow };
        var shopify = await FakeShopify.StartAsync(clock);
        var comeback = await RunningComeback.StartAsync(kind, settings:
        [
            $"--Comeback:Shopify:ClientId={FakeShopify.ClientId}", $"--Comeback:Shopify:ClientSecret={FakeShopify.Secret}", $"--Comeback:Shopify:Mode={mode}",
            $"--Comeback:Shopify:Endpoint={shopify.Endpoint}", .. settings,
        ]);
        clock.Now = comeback.Time.GetUtcNow;
        return new ShopifyWorld(shopify, comeback);
    }

    /// <summary>Opened inside the admin for the first time.</summary>
    public async Task<StoreId> InstallAsync()
    {
        using var answer = await VisitAsync();
        var connection = await Comeback.Get<StoreConnections>().FindByAddressAsync(Platform.Shopify, FakeShopify.Shop, CancellationToken.None);
        // The page itself may lack a built admin; the store is connected all the same.
        Assert.True(connection is { State: ConnectionState.Connected }, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return Store = connection.StoreId;
    }

    public Task<HttpResponseMessage> VisitAsync(string? token = null) =>
        Comeback.Http.GetAsync(new Uri($"/shopify?embedded=1&shop={FakeShopify.Shop}&host={Host}&id_token={token ?? Token()}", UriKind.Relative));

    public static string Host => Convert.ToBase64String("admin.shopify.com/store/tea"u8).TrimEnd('=');

    public string Token() => SignatureTests.Token(FakeShopify.Secret, at: Time.GetUtcNow());

    /// <summary>First sync, windows and counts; time passes as it waits.</summary>
    public async Task SyncAsync()
    {
        for (var i = 0; i < 8; i++)
        {
            await PassAsync(Comeback.Get<SyncWorker>().WorkAsync(Store, CancellationToken.None));
            var connection = await Comeback.Get<StoreConnections>().FindAsync(Store, CancellationToken.None);
            if (connection is { Trouble: null, ReconcileAskedAt: null } or { State: not ConnectionState.Connected }) return;
            if (connection!.RestUntil is { } until && until > Time.GetUtcNow()) Time.MoveTo(until);
        }
    }

    public Task WorkInboxAsync() => PassAsync(Comeback.Get<InboxWorker>().RoundAsync(CancellationToken.None));

    public async Task DeliverAsync(string topic, string body, string? eventId = null, DateTimeOffset? triggeredAt = null)
    {
        using var answer = await Comeback.Http.SendAsync(FakeShopify.Delivery(topic, body, eventId, triggeredAt ?? Time.GetUtcNow()));
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
    }

    public Task<List<OrderRow>> OrdersAsync() => ReadAsync(db => db.Orders.OrderBy(o => o.ExternalId).ToListAsync());

    public async Task<T> ReadAsync<T>(Func<ComebackDb, Task<T>> read)
    {
        await using var db = Comeback.Databases.Open(Store);
        return await read(db);
    }

    /// <summary>Every order of the shop is here once, as it is there; and nothing else is.</summary>
    public async Task AssertSameOrdersAsync()
    {
        var ours = (await OrdersAsync()).Where(o => o.Standing != OrderStanding.Deleted).Select(o => (o.ExternalId, o.TotalMinor, o.Standing)).ToList();
        var theirs = Shopify.Of("Order").Select(o => (
            FakeShopify.IdOf(o), (long)(decimal.Parse((string)o["totalPriceSet"]!["shopMoney"]!["amount"]!, System.Globalization.CultureInfo.InvariantCulture) * 100),
            o["cancelledAt"] is not null ? OrderStanding.Cancelled : (string?)o["displayFinancialStatus"] == "REFUNDED" ? OrderStanding.Refunded : OrderStanding.Counted)).OrderBy(o => o.Item1, StringComparer.Ordinal).ToList();
        Assert.Equal(theirs, ours.OrderBy(o => o.ExternalId, StringComparer.Ordinal));
    }

    public async Task PassAsync(Task work)
    {
        for (var i = 0; !work.IsCompleted; i++)
        {
            await Task.WhenAny(work, Task.Delay(4));
            // Only after it had the chance to be done: else each call over the wire would take seconds.
            if (i > 3 && !work.IsCompleted) Time.Advance(TimeSpan.FromMilliseconds(500));
        }
        await work;
    }

    public async ValueTask DisposeAsync()
    {
        await Comeback.DisposeAsync();
        await Shopify.DisposeAsync();
    }

    /// <summary>A clock that is told where to look.</summary>
    private sealed class SharedTime : TimeProvider
    {
        public required Func<DateTimeOffset> Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now();
    }
}
