using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Stores;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Comeback.Tests.Sync;

/// <summary>What every connected store has in common, whoever its vendor is: first sync, windows, deletions, the inbox.</summary>
public sealed class ConnectedStoreTests
{
    [Fact]
    public async Task A_first_sync_that_is_cut_at_any_page_goes_on_there_and_ends_with_the_whole_store()
    {
        var (comeback, vendor, store, _) = await ConnectAsync();
        await using var running = comeback;
        for (var i = 0; i < 25; i++) vendor.Order(i);
        for (var cut = 1; cut <= 2; cut++)
        {
            vendor.BreakAfterPages = 1;
            await Assert.ThrowsAsync<InvalidOperationException>(() => comeback.Get<SyncWorker>().WorkAsync(store, default));
        }
        vendor.BreakAfterPages = int.MaxValue;
        await comeback.Get<SyncWorker>().WorkAsync(store, default);

        Assert.Equal(vendor.Orders.Keys.Order(), await OrdersAsync(comeback, store));
        Assert.Equal(3, vendor.PagesAsked.Count(p => p == "0") + vendor.PagesAsked.Count(p => p == "10") + vendor.PagesAsked.Count(p => p == "20"));
        await using var db = comeback.Get<Databases>().Open(store);
        Assert.True(await db.Orders.AllAsync(o => o.Found));
        Assert.True((await db.Stores.SingleAsync(s => s.Id == store)).HistoryComplete);
    }

    [Fact]
    public async Task What_changed_and_what_was_deleted_in_silence_is_found_by_reconciling()
    {
        var (comeback, vendor, store, time) = await ConnectAsync();
        await using var running = comeback;
        for (var i = 0; i < 12; i++) vendor.Order(i);
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        time.Advance(TimeSpan.FromMinutes(20));
        vendor.Order(3, OrderStanding.Cancelled);
        vendor.Order(100);
        vendor.Orders.Remove("5");
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        await using (var db = comeback.Get<Databases>().Open(store))
        {
            Assert.Equal(OrderStanding.Cancelled, (await db.Orders.SingleAsync(o => o.ExternalId == "3")).Standing);
            // Placed just now, so it came and was not found: it may start a campaign.
            Assert.False((await db.Orders.SingleAsync(o => o.ExternalId == "100")).Found);
            Assert.Equal(OrderStanding.Counted, (await db.Orders.SingleAsync(o => o.ExternalId == "5")).Standing);
        }
        time.Advance(TimeSpan.FromHours(25));
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        Assert.Equal(vendor.Orders.Keys.Order(), await OrdersAsync(comeback, store));

        var answer = await comeback.JsonAsync($"/api/stores/{store}/sync");
        Assert.Equal("inStep", answer.GetProperty("state").GetString());
        var orders = answer.GetProperty("resources")[0];
        Assert.Equal((12, 12, 1), (orders.GetProperty("storeCount").GetInt32(), orders.GetProperty("localCount").GetInt32(), orders.GetProperty("deletionsFound").GetInt32()));
    }

    [Fact]
    public async Task A_store_whose_keys_are_refused_is_not_called_again_until_it_is_connected_again_and_keeps_its_data()
    {
        var (comeback, vendor, store, time) = await ConnectAsync();
        await using var running = comeback;
        vendor.Order(1);
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        vendor.Trouble = new StoreTrouble(StoreTroubleKind.NeedsReconnecting, "The keys are refused.");
        time.Advance(TimeSpan.FromHours(1));
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        var asked = vendor.PagesAsked.Count;
        time.Advance(TimeSpan.FromHours(1));
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        Assert.Equal(asked, vendor.PagesAsked.Count);
        var answer = await comeback.JsonAsync($"/api/stores/{store}/sync");
        Assert.Equal(("needsReconnecting", "The keys are refused."), (answer.GetProperty("state").GetString(), answer.GetProperty("trouble").GetString()));

        vendor.Trouble = null;
        vendor.Order(2);
        Assert.Equal(store, await comeback.Get<StoreConnections>().ConnectAsync(Verified("new keys"), default));
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        Assert.Equal(["1", "2"], await OrdersAsync(comeback, store));
    }

    [Fact]
    public async Task Every_store_has_its_turn_however_many_there_are()
    {
        var (comeback, vendor, first, _) = await ConnectAsync();
        await using var running = comeback;
        vendor.Order(1);
        var stores = new List<StoreId> { first };
        for (var i = 0; i < 9; i++) stores.Add(await comeback.Get<StoreConnections>().ConnectAsync(Verified("keys") with { Address = $"https://tea{i}.example", Url = $"https://tea{i}.example" }, default));
        for (var look = 0; look < 6; look++)
        {
            await comeback.Get<SyncWorker>().LookAsync(default);
            await comeback.Get<SyncWorker>().WhenIdleAsync();
        }
        foreach (var store in stores) Assert.Equal(["1"], await OrdersAsync(comeback, store));
    }

    [Fact]
    public async Task A_late_notice_about_an_older_installation_does_not_touch_the_present_one()
    {
        var (comeback, _, store, time) = await ConnectAsync();
        await using var running = comeback;
        var first = time.GetUtcNow();
        time.Advance(TimeSpan.FromMinutes(1));
        await comeback.Get<StoreConnections>().ConnectAsync(Verified("again"), default);
        Assert.False(await comeback.Get<StoreConnections>().UninstallAsync(store, installation: null, noticedAt: first, default));
        Assert.False(await comeback.Get<StoreConnections>().UninstallAsync(store, installation: 1, noticedAt: null, default));
        Assert.Equal("again", await comeback.Get<StoreConnections>().KeysAsync(store, default));
        Assert.True(await comeback.Get<StoreConnections>().UninstallAsync(store, installation: 2, noticedAt: null, default));
        Assert.Null(await comeback.Get<StoreConnections>().KeysAsync(store, default));
    }

    [Fact]
    public async Task Deliveries_that_come_twice_and_in_any_order_end_in_the_newest_state_and_one_that_cannot_be_read_is_parked_and_shown()
    {
        var (comeback, vendor, store, _) = await ConnectAsync();
        await using var running = comeback;
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        var inbox = comeback.Get<Inbox>();
        foreach (var body in new[] { "7:Cancelled:2", "7:Counted:1", "7:Cancelled:2", "rubbish" })
            await inbox.AcceptAsync(store, "fake", "order", HookBody.Fingerprint(Encoding.UTF8.GetBytes(body)), null, new Dictionary<string, string>(), Encoding.UTF8.GetBytes(body), default);
        Assert.Equal(3, await comeback.Get<InboxWorker>().RoundAsync(default));
        await using var db = comeback.Get<Databases>().Open(store);
        Assert.Equal(OrderStanding.Cancelled, (await db.Orders.SingleAsync()).Standing);
        var answer = (await comeback.JsonAsync($"/api/stores/{store}/sync")).GetProperty("inbox");
        Assert.Equal((0, 1), (answer.GetProperty("waiting").GetInt32(), answer.GetProperty("failed").GetInt32()));
        Assert.Equal("This is no order.", answer.GetProperty("failures")[0].GetProperty("error").GetString());
        Assert.NotNull(vendor);
    }

    [Fact]
    public async Task A_body_over_a_limit_is_dropped_and_the_store_reconciled_at_once()
    {
        var (comeback, _, store, _) = await ConnectAsync();
        await using var running = comeback;
        await comeback.Get<SyncWorker>().WorkAsync(store, default);
        Assert.Null((await comeback.Get<StoreConnections>().FindAsync(store, default))!.ReconcileAskedAt);
        var deep = Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65));
        Assert.Equal(Admitted.Dropped, await comeback.Get<Inbox>().AcceptAsync(store, "fake", "order", "x", null, new Dictionary<string, string>(), deep, default));
        Assert.NotNull((await comeback.Get<StoreConnections>().FindAsync(store, default))!.ReconcileAskedAt);
        Assert.False(HookBody.TooDeep(Encoding.UTF8.GetBytes($"{new string('[', 64)}\"[[[\\\"[\"{new string(']', 64)}")));
    }

    [Fact]
    public async Task A_body_is_hashed_while_it_streams_and_only_its_own_signature_fits()
    {
        var secret = "s3cret"u8.ToArray();
        var body = new byte[HookBody.MostBytes + 1];
        body.AsSpan().Fill((byte)'x');
        var signature = Convert.ToBase64String(HMACSHA256.HashData(secret, body));
        var read = await HookBody.ReadAsync(new MemoryStream(body), [secret, "old"u8.ToArray()], default);
        Assert.True(read.Signed(signature));
        Assert.Null(read.Bytes);
        Assert.False(read.Signed(Convert.ToBase64String(HMACSHA256.HashData("other"u8, body))));
        Assert.False((await HookBody.ReadAsync(new MemoryStream(body), [], default)).Signed(signature));
        Assert.False(read.Signed(null));
    }

    private static async Task<(TestServer Comeback, FakeVendor Vendor, StoreId Store, FakeTime Time)> ConnectAsync()
    {
        var time = new FakeTime();
        var vendor = new FakeVendor(time);
        var comeback = await TestServer.StartAsync(time: time, adjust: builder => builder.Services.AddSingleton<IConnectorSource>(vendor));
        var store = await comeback.Get<StoreConnections>().ConnectAsync(Verified("keys"), default);
        return (comeback, vendor, store, time);
    }

    private static VerifiedStore Verified(string keys) => new(Platform.WooCommerce, "https://tea.example", "Tea", "https://tea.example", "GBP", "Europe/London", "GB", "en",
        new Dictionary<string, string> { [Comeback.Hosting.SecretPurposes.StoreKeys] = keys });

    private static async Task<List<string>> OrdersAsync(TestServer comeback, StoreId store)
    {
        await using var db = comeback.Get<Databases>().Open(store);
        return [.. (await db.Orders.Where(o => o.Standing != OrderStanding.Deleted).Select(o => o.ExternalId).ToListAsync()).Order(StringComparer.Ordinal)];
    }

    /// <summary>A store of no vendor in particular: orders in memory, ten a page.</summary>
    private sealed class FakeVendor(FakeTime time) : IConnectorSource, IStoreConnector
    {
        private int pages;
        public Dictionary<string, OrderRecord> Orders { get; } = new(StringComparer.Ordinal);
        public List<string> PagesAsked { get; } = [];
        public int BreakAfterPages { get; set; } = int.MaxValue;
        public StoreTrouble? Trouble { get; set; }
        public Platform Platform => Platform.WooCommerce;
        public IReadOnlyList<StoreResource> Resources { get; } = [new(Resource.Orders)];

        public Task<IStoreConnector> OpenAsync(StoreConnectionRow connection, CancellationToken ct)
        {
            pages = 0;
            return Task.FromResult<IStoreConnector>(this);
        }

        public void Order(int id, OrderStanding standing = OrderStanding.Counted) => Orders[id.ToString(CultureInfo.InvariantCulture)] = Record(id, standing, time.GetUtcNow());

        public async IAsyncEnumerable<StorePage> ReadAllAsync(string resource, string? position, [EnumeratorCancellation] CancellationToken ct)
        {
            for (var from = int.Parse(position ?? "0", CultureInfo.InvariantCulture); from < Orders.Count; from += 10)
            {
                if (pages++ >= BreakAfterPages) throw new InvalidOperationException("killed");
                PagesAsked.Add(from.ToString(CultureInfo.InvariantCulture));
                var page = Orders.Values.Skip(from).Take(10).ToList();
                yield return new StorePage(page, (from + page.Count).ToString(CultureInfo.InvariantCulture), from + page.Count, Orders.Count, time.GetUtcNow());
            }
            await Task.CompletedTask;
        }

        public async IAsyncEnumerable<StorePage> ReadChangesAsync(string resource, DateTimeOffset from, [EnumeratorCancellation] CancellationToken ct)
        {
            PagesAsked.Add("changes");
            if (Trouble is not null) throw Trouble;
            await Task.CompletedTask;
            yield return new StorePage([.. Orders.Values.Where(o => o.UpdatedAt > from)], "", 0, null, time.GetUtcNow());
        }

        public async IAsyncEnumerable<IReadOnlyList<string>> ReadIdsAsync(string resource, [EnumeratorCancellation] CancellationToken ct)
        {
            await Task.CompletedTask;
            yield return [.. Orders.Keys];
        }

        public Task<long?> CountAsync(string resource, CancellationToken ct) => Task.FromResult<long?>(Orders.Count);

        public Task<IReadOnlyList<StoreRecord>> MapAsync(StoreDelivery delivery, CancellationToken ct)
        {
            if (Encoding.UTF8.GetString(delivery.Body.Span).Split(':') is not [var id, var standing, var minute]) throw new StoreTrouble(StoreTroubleKind.BadBody, "This is no order.");
            return Task.FromResult<IReadOnlyList<StoreRecord>>(
                [Record(int.Parse(id, CultureInfo.InvariantCulture), Enum.Parse<OrderStanding>(standing), time.GetUtcNow().AddMinutes(int.Parse(minute, CultureInfo.InvariantCulture)))]);
        }

        private static OrderRecord Record(int id, OrderStanding standing, DateTimeOffset at) => new()
        {
            ExternalId = id.ToString(CultureInfo.InvariantCulture),
            Number = id.ToString(CultureInfo.InvariantCulture),
            Person = new Person { Email = $"buyer{id}@example.org" },
            PlacedAt = at,
            UpdatedAt = at,
            Standing = standing,
            Total = new Money(1000, Currency.Parse("GBP")),
        };
    }
}
