using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Sync;

public sealed class EventsEndpointsTests
{
    private const string Order = """
        {"type":"order","externalId":"1","number":"#1","person":{"email":"ann@shop.test","firstName":"Ann"},"placedAt":"2026-03-01T12:00:00Z","updatedAt":"2026-03-01T12:00:00Z",
         "standing":"counted","total":{"minor":"1250","currency":"GBP"},
         "lines":[{"productExternalId":"tea","title":"Tea","quantity":1,"unitPrice":{"minor":"1250","currency":"GBP"},"total":{"minor":"1250","currency":"GBP"}}]}
        """;

    [Fact]
    public async Task What_is_answered_is_committed_and_sending_it_again_changes_nothing()
    {
        await using var app = await RunningComeback.StartAsync();
        var store = (await app.ShopAsync()).Id;
        using var client = await KeyedAsync(app, store);
        Assert.Equal("""{"accepted":1,"unchanged":0,"rejected":[]}""", await SendAsync(client, Order));
        await using var db = app.Get<Databases>().Open(store);
        Assert.Equal(1250, (await db.Orders.SingleAsync()).SpentMinor);
        Assert.Equal("""{"accepted":0,"unchanged":1,"rejected":[]}""", await SendAsync(client, Order));
    }

    [Fact]
    public async Task One_bad_record_is_named_with_its_mend_and_the_others_are_kept()
    {
        await using var app = await RunningComeback.StartAsync();
        var store = (await app.ShopAsync()).Id;
        using var client = await KeyedAsync(app, store);
        var answer = JsonDocument.Parse(await SendAsync(client,
            Order,
            """{"type":"order","externalId":"2","person":{"email":"x@shop.test"},"placedAt":"2026-03-01T12:00:00Z","standing":"counted","total":{"minor":"1","currency":"GBP"}}""",
            Order.Replace("\"1250\"", "1250", StringComparison.Ordinal),
            Order.Replace("\"number\"", "\"nummer\"", StringComparison.Ordinal),
            Order.Replace("\"counted\"", "\"fine\"", StringComparison.Ordinal),
            """{"type":"wish","externalId":"3"}""",
            """{"type":"event","externalId":"4","kind":"productViewed","at":"yesterday","visitor":"v"}""",
            """{"type":"event","externalId":"5","kind":"productViewed","at":"2026-03-01T12:00:00Z","visitor":"v","productExternalId":"tea"}""")).RootElement;
        Assert.Equal(2, answer.GetProperty("accepted").GetInt32());
        var rejected = answer.GetProperty("rejected").EnumerateArray().Select(r => $"{r.GetProperty("index")} {r.GetProperty("field").GetString()}: {r.GetProperty("message").GetString()}").ToList();
        Assert.Equal(6, rejected.Count);
        Assert.Equal("1 number: Give number.", rejected[0]);
        Assert.StartsWith("2 ", rejected[1]);
        Assert.Contains("Money is written as", rejected[1], StringComparison.Ordinal);
        Assert.StartsWith("3 nummer: There is no such field", rejected[2]);
        Assert.StartsWith("4 standing: Give one of cart, failed, placed, counted", rejected[3]);
        Assert.StartsWith("5 type: Give the type: order, cart", rejected[4]);
        Assert.Equal("6 at: Give an instant such as 2026-03-01T12:00:00Z.", rejected[5]);
    }

    [Fact]
    public async Task A_key_opens_one_store_until_it_is_revoked_and_is_kept_as_a_hash_only()
    {
        await using var app = await RunningComeback.StartAsync();
        var tea = (await app.ShopAsync()).Id;
        var coffee = (await app.ShopAsync("coffee")).Id;
        using var client = await KeyedAsync(app, tea);
        var key = client.DefaultRequestHeaders.Authorization!.Parameter!;
        using (var other = NewClient(app))
        {
            foreach (var wrong in new[] { "", "x", key + "x", key.Replace($"_{tea}_", $"_{coffee}_", StringComparison.Ordinal), "cbk_99_" + new string('a', 43) })
            {
                other.DefaultRequestHeaders.Authorization = wrong.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", wrong);
                Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(other, Order)).StatusCode);
            }
        }
        await using (var db = app.Get<Databases>().Open(tea))
            Assert.DoesNotContain(key[8..], JsonSerializer.Serialize(await db.ApiKeys.ToListAsync()), StringComparison.Ordinal);
        var listed = await app.GetAsync($"/api/stores/{tea}/keys");
        Assert.Equal(key[^4..], listed.GetProperty("items")[0].GetProperty("hint").GetString());
        Assert.Equal(0, (await app.GetAsync($"/api/stores/{coffee}/keys")).GetProperty("total").GetInt32());
        var id = listed.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NotFound, await RevokeAsync(app, $"/api/stores/{coffee}/keys/{id}"));
        Assert.Equal(HttpStatusCode.NoContent, await RevokeAsync(app, $"/api/stores/{tea}/keys/{id}"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client, Order)).StatusCode);
    }

    [Fact]
    public async Task An_idempotency_key_gives_the_first_answer_again_and_refuses_another_body()
    {
        await using var app = await RunningComeback.StartAsync();
        var store = (await app.ShopAsync()).Id;
        using var client = await KeyedAsync(app, store);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "batch-1");
        var first = await SendAsync(client, Order);
        Assert.Equal(first, await SendAsync(client, Order));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(client, Order, Order)).StatusCode);
    }

    [Fact]
    public async Task Too_deep_too_big_and_no_json_are_refused_in_a_sentence()
    {
        await using var app = await RunningComeback.StartAsync();
        using var client = await KeyedAsync(app, (await app.ShopAsync()).Id);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(client, string.Concat(Enumerable.Repeat("[", 70)) + string.Concat(Enumerable.Repeat("]", 70)))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(client, "{")).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(client, Enumerable.Repeat("{}", 1001).ToArray())).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(client, $"\"{new string('x', 5 * 1024 * 1024)}\"")).StatusCode);
    }

    private static async Task<HttpClient> KeyedAsync(RunningComeback app, StoreId store)
    {
        using var made = await app.PostAsync($"/api/stores/{store}/keys", new { name = "the till" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var client = NewClient(app);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
        return client;
    }

#pragma warning disable RS0030 // The test is the world outside: it needs no guard.
    private static HttpClient NewClient(RunningComeback app) => new() { BaseAddress = app.Http.BaseAddress };
#pragma warning restore RS0030

    private static async Task<HttpStatusCode> RevokeAsync(RunningComeback app, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var answer = await app.Http.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<string> SendAsync(HttpClient client, params string[] records)
    {
        var response = await PostAsync(client, records);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return body;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, params string[] records) => client.PostAsync(
        new Uri("/api/events", UriKind.Relative), new StringContent($$"""{"records":[{{string.Join(',', records)}}]}""", Encoding.UTF8, "application/json"));
}
