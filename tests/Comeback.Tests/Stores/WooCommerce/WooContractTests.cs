using System.Globalization;
using Comeback.Engine.Orders;
using Comeback.Stores;
using Comeback.Stores.WooCommerce;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>
/// What the fake is taken to be, asked of the fake always and of a real store when COMEBACK_TEST_WOO_URL, _KEY and _SECRET name one. They read, and
/// make and delete one coupon.
/// </summary>
public sealed class WooContractTests
{
    private static string? Url => Environment.GetEnvironmentVariable("COMEBACK_TEST_WOO_URL") is { Length: > 0 } url ? url : null;

    public static TheoryData<string> Stores => Url is null ? ["fake"] : ["fake", "real"];

    [Theory, MemberData(nameof(Stores))]
    public async Task Pages_over_a_hundred_are_refused_and_a_page_past_the_end_is_an_empty_list(string which)
    {
        await using var store = await OpenAsync(which);
        await Assert.ThrowsAsync<WooInvalid>(() => store.Client.GetAsync("wc/v3/orders?per_page=101", default));
        using var past = await store.Client.GetAsync("wc/v3/orders?per_page=100&page=9999", default);
        Assert.Equal(0, past.Root.GetArrayLength());
        Assert.Equal(0, past.Total);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Orders_and_products_come_in_order_of_modification_and_after_an_instant(string which)
    {
        await using var store = await OpenAsync(which);
        foreach (var path in new[] { "wc/v3/orders", "wc/v3/products" })
        {
            using var first = await store.Client.GetAsync($"{path}?orderby=modified&order=asc&dates_are_gmt=true&per_page=20&_fields=id,date_modified_gmt", default);
            var dates = first.Root.EnumerateArray().Select(o => o.Instant("date_modified_gmt")!.Value).ToList();
            Assert.Equal(dates.Order(), dates);
            Assert.NotNull(first.AsOf);
            Assert.True(first.Total >= dates.Count);
            if (dates.Count < 2) continue;
            var after = dates[^1].AddSeconds(-1);
            using var rest = await store.Client.GetAsync(
                $"{path}?orderby=modified&order=asc&dates_are_gmt=true&per_page=20&modified_after={after.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)}&_fields=id,date_modified_gmt", default);
            Assert.All(rest.Root.EnumerateArray(), o => Assert.True(o.Instant("date_modified_gmt") > after));
            Assert.Contains(rest.Root.EnumerateArray(), o => o.Instant("date_modified_gmt") == dates[^1]);
        }
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Accounts_of_every_role_come_by_offset_in_order_of_their_ids(string which)
    {
        await using var store = await OpenAsync(which);
        using var page = await store.Client.GetAsync("wc/v3/customers?role=all&orderby=id&order=asc&per_page=5&offset=1&_fields=id,role", default);
        var ids = page.Root.EnumerateArray().Select(c => c.Id()!.Value).ToList();
        Assert.Equal(ids.Order(), ids);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Wrong_keys_are_refused_with_401_whichever_way_they_are_sent_and_an_unknown_order_is_404(string which)
    {
        await using var store = await OpenAsync(which);
        var wrong = new WooClient(store.Http, store.Address, new WooKeys("ck_0000000000000000000000000000000000000000", "cs_0000000000000000000000000000000000000000"), new WooPace(), TimeProvider.System);
        var trouble = await Assert.ThrowsAsync<StoreTrouble>(() => wrong.GetAsync("wc/v3/orders?per_page=1", default));
        Assert.Equal(StoreTroubleKind.NeedsReconnecting, trouble.Kind);
        Assert.Null(await store.Client.FindAsync("wc/v3/orders/999999999", default));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task The_connector_reads_the_whole_store_as_often_as_it_counts(string which)
    {
        await using var store = await OpenAsync(which);
        var facts = await WooCommerceStore.LookAsync(store.Http, store.Address, store.Keys, new WooPace(), TimeProvider.System, default);
        var connector = WooCommerceStore.Connect(store.Http, store.Address, store.Keys, new WooPace(), new WooSettings(facts.Currency), null, TimeProvider.System);
        foreach (var resource in connector.Resources.Select(r => r.Name))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var page in connector.ReadAllAsync(resource, null, default))
                seen.UnionWith(page.Records.Select(r => r switch { OrderRecord o => o.ExternalId, ProductRecord p => p.ExternalId, CategoryRecord c => c.ExternalId, CustomerRecord c => c.Person.AccountId!, _ => "" }));
            Assert.Equal(await connector.CountAsync(resource, default), seen.Count);
            var ids = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var page in connector.ReadIdsAsync(resource, default)) ids.UnionWith(page);
            Assert.Equal(ids.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        }
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_coupon_is_made_found_again_by_its_code_and_deleted(string which)
    {
        await using var store = await OpenAsync(which);
        var coupons = WooCommerceStore.Coupons(store.Http, store.Address, store.Keys, new WooPace(), TimeProvider.System);
        var coupon = new WooCoupon($"10OFF-{Guid.NewGuid():N}"[..20], 10, "nobody@example.com", TimeProvider.System.GetUtcNow().AddDays(1));
        var made = await coupons.MakeAsync([coupon], default);
        Assert.Equal(made, await coupons.MakeAsync([coupon], default));
        Assert.Equal(made.Values, await coupons.DeleteUnusedAsync([.. made.Values], default));
    }

    private static async Task<Asked> OpenAsync(string which)
    {
#pragma warning disable RS0030 // A test of the wire itself.
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
#pragma warning restore RS0030
        if (which == "real")
        {
            var keys = new WooKeys(Environment.GetEnvironmentVariable("COMEBACK_TEST_WOO_KEY")!, Environment.GetEnvironmentVariable("COMEBACK_TEST_WOO_SECRET")!);
            return new Asked(http, WooAddress.Parse(Url, allowLoopback: true)!, keys, null);
        }
        var woo = await FakeWoo.StartAsync();
        for (var i = 0; i < 130; i++) woo.Order($"buyer{i}@example.test", daysAgo: i % 50);
        for (var i = 0; i < 12; i++) woo.Product($"Tea {i}", 5m + i);
        for (var i = 0; i < 12; i++) woo.Customer($"c{i}@example.test", i == 0 ? "administrator" : "customer");
        woo.Category("Tea");
        return new Asked(http, woo.Address, woo.NewKeys(), woo);
    }

    private sealed record Asked(HttpClient Http, Uri Address, WooKeys Keys, FakeWoo? Woo) : IAsyncDisposable
    {
        public WooClient Client { get; } = new(Http, Address, Keys, new WooPace(), TimeProvider.System);

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            if (Woo is not null) await Woo.DisposeAsync();
        }
    }
}
