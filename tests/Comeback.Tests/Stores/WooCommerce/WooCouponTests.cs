using System.Text.Json;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Messages;
using Comeback.Stores.WooCommerce;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>Coupons as they are made in the store itself.</summary>
public sealed class WooCouponTests
{
    [Fact]
    public async Task Coupons_are_made_in_bulk_once_for_one_address_until_an_hour_and_asked_twice_none_is_made_twice()
    {
        await using var woo = await FakeWoo.StartAsync();
        using var http = Http();
        var coupons = WooCommerceStore.Coupons(http, woo.Address, woo.NewKeys(), new WooPace(), TimeProvider.System);
        var ends = new DateTimeOffset(2026, 3, 8, 22, 59, 59, TimeSpan.Zero);
        var wanted = Enumerable.Range(0, 250).Select(i => new WooCoupon($"10OFF-{i:D8}", 10, $"a{i}@example.test", ends) { CategoryExternalIds = ["16"] }).ToList();
        var made = await coupons.MakeAsync(wanted, default);
        Assert.Equal(250, made.Count);
        Assert.Equal(3, woo.Asked.Count(a => a.Contains("coupons/batch", StringComparison.Ordinal)));
        var one = woo.Coupons.Values.First(c => (string)c["code"]! == "10off-00000007");
        Assert.Equal(("percent", "10", 1, true, true, "2026-03-08T22:59:59", "a7@example.test", 16L), (
            (string)one["discount_type"]!, (string)one["amount"]!, (int)one["usage_limit"]!, (bool)one["individual_use"]!, (bool)one["exclude_sale_items"]!, (string)one["date_expires_gmt"]!,
            (string)one["email_restrictions"]![0]!, (long)one["product_categories"]![0]!));
        Assert.Equal(made.OrderBy(m => m.Key), (await coupons.MakeAsync(wanted, default)).OrderBy(m => m.Key));
        Assert.Equal(250, woo.Coupons.Count);

        one["usage_count"] = 1;
        var gone = await coupons.DeleteUnusedAsync([.. made.Values], default);
        Assert.Equal(249, gone.Count);
        Assert.Same(one, Assert.Single(woo.Coupons.Values));
    }

    [Fact]
    public async Task Keys_that_may_only_read_are_named_and_do_not_count_as_revoked()
    {
        await using var woo = await FakeWoo.StartAsync();
        using var http = Http();
        var coupons = WooCommerceStore.Coupons(http, woo.Address, woo.NewKeys("read"), new WooPace(), TimeProvider.System);
        var trouble = await Assert.ThrowsAsync<Comeback.Stores.StoreTrouble>(() => coupons.MakeAsync([new WooCoupon("X", 10, null, null)], default));
        Assert.Equal(Comeback.Stores.StoreTroubleKind.Refused, trouble.Kind);
    }

    [Fact]
    public async Task Early_access_hides_a_product_and_shows_it_at_its_hour()
    {
        await using var woo = await FakeWoo.StartAsync();
        using var http = Http();
        var product = woo.Product("Spring tea", 12m);
        var coupons = WooCommerceStore.Coupons(http, woo.Address, woo.NewKeys(), new WooPace(), TimeProvider.System);
        await coupons.ShowAsync(product["id"]!.ToString(), visible: false, default);
        Assert.Equal("hidden", (string)product["catalog_visibility"]!);
        using var hidden = JsonDocument.Parse(product.ToJsonString());
        Assert.False(WooCatalogue.Product(hidden.RootElement, [], new WooSettings(Engine.Currency.Parse("EUR")))!.Published);
        await coupons.ShowAsync(product["id"]!.ToString(), visible: true, default);
        Assert.Equal("visible", (string)product["catalog_visibility"]!);
    }

    [Fact]
    public async Task A_campaigns_message_waits_until_the_store_has_made_its_coupon_and_the_unused_one_is_deleted_when_it_has_run_out()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var comeback = await RunningComeback.StartAsync();
        await using var woo = await FakeWoo.StartAsync(comeback.Time);
        var shop = await comeback.ShopAsync();
        await comeback.Get<StoreWriter>().WriteSystemAsync(t => t.Db.Stores.Where(s => s.Id == shop.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Platform, Platform.WooCommerce), stop), stop);
        var store = await comeback.Get<StoreConnections>().ConnectAsync(new VerifiedStore(
            Platform.WooCommerce, woo.Address.ToString().TrimEnd('/'), "Tea House", "https://teahouse.example", "GBP", "Europe/London", "GB", "en",
            new Dictionary<string, string> { [SecretPurposes.StoreKeys] = JsonSerializer.Serialize(woo.NewKeys()) }), stop);
        Assert.Equal(shop.Id, store);
        await comeback.SwitchOnAsync(shop, "first_order_thanks");
        await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
        shop.Customer("ann").Bought("Sencha");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, TimeSpan.FromDays(7));
        await comeback.SettleAsync(shop);

        // Without its coupon it stays, and nothing goes out while the store is away.
        Assert.Equal(MessageState.Queued, Assert.Single(await comeback.MessagesAsync(shop)).State);
        woo.Instead = http =>
        {
            http.Response.StatusCode = 400;
            return Task.FromResult(true);
        };
        await comeback.Get<CouponMaker>().TickAsync(store, stop);
        await comeback.SettleAsync(shop);
        Assert.Equal(MessageState.Queued, (await comeback.MessagesAsync(shop))[0].State);

        woo.Instead = null;
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(1));
        await comeback.Get<CouponMaker>().TickAsync(store, stop);
        await comeback.SettleAsync(shop);
        var message = Assert.Single(await comeback.MessagesAsync(shop));
        Assert.Equal(MessageState.Sent, message.State);
        var coupon = Assert.Single(woo.Coupons.Values);
        Assert.Equal((message.DiscountCode!.ToLowerInvariant(), message.Address), ((string)coupon["code"]!, (string)coupon["email_restrictions"]![0]!));
        Assert.Contains(message.DiscountCode, message.Text!, StringComparison.Ordinal);

        await comeback.PassAsync(shop, TimeSpan.FromDays(95));
        await comeback.Get<CouponMaker>().TickAsync(store, stop);
        Assert.Empty(woo.Coupons);
    }

#pragma warning disable RS0030 // To a port of this test's own; the guarded client is the running service's.
    private static HttpClient Http() => new(new SocketsHttpHandler { AllowAutoRedirect = false });
#pragma warning restore RS0030
}
