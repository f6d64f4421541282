using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Comeback.Data;
using Comeback.Install;
using Comeback.Install.WooCommerce;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Stores.WooCommerce;

/// <summary>Connecting a store by wc-auth, in both orders, by the merchant and by strangers.</summary>
public sealed class WooInstallTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_is_connected_whether_the_keys_or_the_browser_come_first(bool keysFirst)
    {
        await using var world = await WooWorld.StartAsync(connect: false);
        world.Woo.Order("anna@example.test");
        var url = await StartAsync(world);
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(url).Query);
        Assert.Equal(("read_write", "https://comeback.example/woocommerce/keys", "https://comeback.example/woocommerce/return"), (query["scope"], query["callback_url"], query["return_url"]));
        if (!keysFirst) Assert.Contains("One moment", await ReturnAsync(world, url, "1"), StringComparison.Ordinal);
        var (kept, _) = await world.Woo.ApproveAsync(url, world.Comeback.Http);
        Assert.True(kept);
        // Nothing is connected before the store itself has answered with these keys.
        Assert.Empty(await StoresAsync(world));
        if (keysFirst) Assert.Contains("Connected", await ReturnAsync(world, url, "1"), StringComparison.Ordinal);
        else Assert.Equal(1, await world.Comeback.Get<WooInstall>().VerifyDueAsync(default));
        var store = Assert.Single(await StoresAsync(world));
        Assert.Equal(("Hold-out Shop", "EUR", "Europe/Berlin", "DE", "de"), (store.Name, store.Currency, store.TimeZone, store.Country, store.Language));
        await world.Comeback.Get<Comeback.Sync.SyncWorker>().WorkAsync(store.Id, default);
        await using var db = world.Comeback.Get<Databases>().Open(store.Id);
        Assert.Equal(1, await db.Orders.CountAsync());
    }

    [Fact]
    public async Task A_token_works_once_and_for_a_quarter_of_an_hour_and_keys_that_fail_leave_the_old_connection_working()
    {
        await using var world = await WooWorld.StartAsync();
        await world.ReadAsync();
        var before = await world.Comeback.Get<StoreConnections>().KeysAsync(world.Store, default);
        var url = await StartAsync(world);
        // The store deletes the keys again before we call with them: refused, and the token is still good.
        var (kept, bad) = await world.Woo.ApproveAsync(url, world.Comeback.Http);
        Assert.True(kept);
        world.Woo.Keys.TryRemove(bad.ConsumerKey, out _);
        Assert.Equal(0, await world.Comeback.Get<WooInstall>().VerifyDueAsync(default));
        Assert.Equal(before, await world.Comeback.Get<StoreConnections>().KeysAsync(world.Store, default));
        Assert.Contains("Not connected", await ReturnAsync(world, url, "1"), StringComparison.Ordinal);

        Assert.True((await world.Woo.ApproveAsync(url, world.Comeback.Http)).Kept);
        Assert.Equal(1, await world.Comeback.Get<WooInstall>().VerifyDueAsync(default));
        Assert.NotEqual(before, await world.Comeback.Get<StoreConnections>().KeysAsync(world.Store, default));
        Assert.Single(await StoresAsync(world));
        Assert.False((await world.Woo.ApproveAsync(url, world.Comeback.Http)).Kept);

        var late = await StartAsync(world);
        world.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.False((await world.Woo.ApproveAsync(late, world.Comeback.Http)).Kept);
    }

    [Fact]
    public async Task A_no_is_said_plainly_and_read_keys_are_not_enough()
    {
        await using var world = await WooWorld.StartAsync(connect: false);
        var url = await StartAsync(world);
        Assert.Contains("You said no", await ReturnAsync(world, url, "0"), StringComparison.Ordinal);
        Assert.False((await world.Woo.ApproveAsync(url, world.Comeback.Http, "read")).Kept);
        Assert.Empty(await StoresAsync(world));
    }

    [Fact]
    public async Task A_stranger_who_starts_posts_junk_or_comes_back_gains_and_breaks_nothing()
    {
        await using var world = await WooWorld.StartAsync(connect: false);
        using var stranger = world.Comeback.NewClient(fromOurPages: false);
        stranger.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        var url = await StartAsync(world);
        // Starting wants a session and our own form.
        using (var start = await stranger.PostAsJsonAsync(new Uri("/api/connections/woocommerce", UriKind.Relative), new { address = world.Woo.Address, form = "x" }))
            Assert.Contains(start.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden });
        using (var form = await world.Comeback.Http.PostAsJsonAsync(new Uri("/api/connections/woocommerce", UriKind.Relative), new { address = world.Woo.Address, form = "x" }))
            Assert.Equal(HttpStatusCode.Conflict, form.StatusCode);
        using (var install = await stranger.GetAsync(new Uri("/woocommerce/install?store=https://tea.example", UriKind.Relative))) Assert.Equal(HttpStatusCode.Unauthorized, install.StatusCode);
        foreach (var junk in new[] { "", "[]", "{", "{\"user_id\":\"x\",\"consumer_key\":\"ck_12345678901\",\"consumer_secret\":\"cs_12345678901\",\"key_permissions\":\"read_write\"}", new string('x', 20_000) })
        {
            using var content = new StringContent(junk, Encoding.UTF8, "application/json");
            using var answer = await stranger.PostAsync(new Uri("/woocommerce/keys", UriKind.Relative), content);
            Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        }
        // Not even with the token: keys that are not that store's connect nothing.
        var token = System.Web.HttpUtility.ParseQueryString(new Uri(url).Query)["user_id"];
        using (var answer = await stranger.PostAsJsonAsync(new Uri("/woocommerce/keys", UriKind.Relative),
            new { key_id = 1, user_id = token, consumer_key = "ck_00000000000000000000", consumer_secret = "cs_00000000000000000000", key_permissions = "read_write" }))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await world.Comeback.Get<WooInstall>().VerifyDueAsync(default));
        foreach (var path in new[] { "/woocommerce/return?success=1&user_id=nobody", "/woocommerce/return?success=1", "/woocommerce/return", $"/woocommerce/return?success=1&user_id={token}" })
        {
            using var answer = await stranger.GetAsync(new Uri(path, UriKind.Relative));
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.DoesNotContain("ck_", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Empty(await StoresAsync(world));
        Assert.True((await world.Woo.ApproveAsync(url, world.Comeback.Http)).Kept);
        Assert.Equal(1, await world.Comeback.Get<WooInstall>().VerifyDueAsync(default));
    }

    [Fact]
    public async Task No_key_lies_open_in_the_database_and_the_api_gives_none_back()
    {
        await using var world = await WooWorld.StartAsync(connect: false);
        var url = await StartAsync(world);
        var (_, keys) = await world.Woo.ApproveAsync(url, world.Comeback.Http);
        await world.Comeback.Get<Databases>().TruncateLogAsync();
        async Task<string> FileAsync() => Encoding.Latin1.GetString(await File.ReadAllBytesAsync(world.Comeback.Get<Databases>().SqliteFile!));
        Assert.DoesNotContain(keys.ConsumerSecret, await FileAsync(), StringComparison.Ordinal);
        await world.Comeback.Get<WooInstall>().VerifyDueAsync(default);
        await world.Comeback.Get<Databases>().TruncateLogAsync();
        Assert.DoesNotContain(keys.ConsumerSecret, await FileAsync(), StringComparison.Ordinal);
        var store = Assert.Single(await StoresAsync(world));
        Assert.DoesNotContain(keys.ConsumerSecret, (await world.Comeback.JsonAsync($"/api/stores/{store.Id}/sync")).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://tea.example")]
    [InlineData("https://user:pw@tea.example")]
    [InlineData("https://tea.example:22")]
    [InlineData("https://10.0.0.1")]
    [InlineData("ftp://tea.example")]
    [InlineData("https://tea")]
    [InlineData("https://tea.example/\r\nHost: x")]
    public async Task An_address_that_no_store_has_is_refused_in_a_sentence(string address)
    {
        await using var world = await WooWorld.StartAsync(connect: false);
        using var answer = await PostAsync(world, address);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Give the address", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://Tea.example/shop/", "https://tea.example/shop")]
    [InlineData("tea.example", "https://tea.example")]
    [InlineData("https://tea.example/shop/wp-admin/index.php?page=wc", "https://tea.example/shop")]
    public void An_address_as_merchants_paste_it_is_understood(string pasted, string understood) =>
        Assert.Equal(understood, Comeback.Stores.WooCommerce.WooAddress.Write(Comeback.Stores.WooCommerce.WooAddress.Parse(pasted)!));

    private static async Task<HttpResponseMessage> PostAsync(WooWorld world, string address)
    {
        var form = (await world.Comeback.JsonAsync("/api/connections/woocommerce/form")).GetProperty("form").GetString();
        return await world.Comeback.Http.PostAsJsonAsync(new Uri("/api/connections/woocommerce", UriKind.Relative), new { address, form });
    }

    private static async Task<string> StartAsync(WooWorld world)
    {
        using var answer = await PostAsync(world, world.Woo.Address.ToString());
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("authorizeUrl").GetString()!;
    }

    private static async Task<string> ReturnAsync(WooWorld world, string url, string success)
    {
        var token = System.Web.HttpUtility.ParseQueryString(new Uri(url).Query)["user_id"];
        using var answer = await world.Comeback.Http.GetAsync(new Uri($"/woocommerce/return?success={success}&user_id={token}", UriKind.Relative));
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<List<StoreRow>> StoresAsync(WooWorld world)
    {
        await using var db = world.Comeback.Get<Databases>().OpenSystem();
        return await db.Stores.ToListAsync();
    }
}
