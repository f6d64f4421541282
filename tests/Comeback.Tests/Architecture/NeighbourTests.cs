using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Comeback.Data;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Architecture;

/// <summary>
/// Two stores that are both alive, with ids that overlap: each id and key of the neighbour is put into every place of every route, query and body, into
/// the event API and the jobs, with warm caches. Nothing of the neighbour may come back, and not one cell of theirs may change.
/// </summary>
public sealed partial class NeighbourTests
{
    private const string Secret = "palmyra";
    private const string OwnKey = "neighbours_own";

    [Theory, EachDatabase]
    public async Task With_every_id_of_the_neighbour_in_every_place_nothing_of_theirs_shows_or_changes(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var mine = await AliveAsync(comeback, "Mine", "mildred");
        var theirs = await AliveAsync(comeback, "Theirs", Secret);
        using (var made = await comeback.PostAsync($"/api/stores/{theirs.Id}/segments", new { name = "Own", definition = "number_of_orders >= 0", key = OwnKey }))
            Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await comeback.SettleAsync(theirs);
        // Warm: whatever is kept in memory of the neighbour is there while mine is asked.
        var seen = await LookAsync(comeback, theirs);
        Assert.Contains(Secret, seen, StringComparison.OrdinalIgnoreCase);
        var ids = await IdsAsync(comeback, theirs);
        Assert.True(ids.Count > 10, "the neighbour has hardly anything");
        var before = await CellsAsync(comeback, theirs);

        var wrong = new List<string>();
        var asked = 0;
        foreach (var (method, pattern) in Routes(comeback))
        {
            foreach (var path in Paths(pattern, mine, ids).Distinct(StringComparer.Ordinal))
            {
                foreach (var body in method is "POST" or "PUT" or "PATCH" ? Bodies(theirs, ids) : new string?[] { null })
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), path);
                    request.Headers.Add("Sec-Fetch-Site", "same-origin");
                    if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                    using var answer = await comeback.Http.SendAsync(request);
                    var text = await answer.Content.ReadAsStringAsync();
                    asked++;
                    if (text.Contains(Secret, StringComparison.OrdinalIgnoreCase)) wrong.Add($"{method} {path} shows the neighbour");
                    if (answer.StatusCode == HttpStatusCode.InternalServerError) wrong.Add($"{method} {path} broke over {body}");
                }
            }
        }
        Assert.True(asked > 300, $"only {asked} calls were made");

        // The event API with my key, naming their message and their account; then every job of mine.
        var (_, key) = await comeback.Get<ApiKeys>().AddAsync(mine.Id, "mine", TestContext.Current.CancellationToken);
        await using (var db = comeback.Databases.Open(theirs.Id))
        {
            var message = await db.Messages.Select(m => m.Id).FirstAsync(TestContext.Current.CancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/events");
            request.Headers.Add("Authorization", $"Bearer {key}");
            request.Content = new StringContent($$$"""
                {"records":[
                  {"type":"event","externalId":"x-1","kind":"messageComplained","at":"{{{comeback.Time.GetUtcNow():O}}}","message":"{{{message}}}","channel":"email"},
                  {"type":"event","externalId":"x-2","kind":"unsubscribed","at":"{{{comeback.Time.GetUtcNow():O}}}","channel":"email","person":{"accountId":"account-{{{Secret}}}"}}]}
                """, Encoding.UTF8, "application/json");
            using var answer = await comeback.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        await comeback.SettleAsync(mine);

        Assert.Empty(wrong);
        Assert.Equal(before, await CellsAsync(comeback, theirs));
        Assert.Equal(seen, await LookAsync(comeback, theirs));
    }

    /// <summary>A store in which somebody bought, left a cart and was written to.</summary>
    private static async Task<FakeShop> AliveAsync(RunningComeback comeback, string name, string customer)
    {
        var shop = await comeback.ShopAsync(name);
        await comeback.SwitchOnAsync(shop, "abandoned_cart");
        await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
        shop.Customer(customer, phone: "+4520304050").Bought("Sencha", daysAgo: 40).Viewed("Sencha").LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
        await comeback.SettleAsync(shop);
        Assert.Single(await comeback.MessagesAsync(shop));
        return shop;
    }

    private static async Task<string> LookAsync(RunningComeback comeback, FakeShop shop)
    {
        var seen = new StringBuilder();
        foreach (var page in new[] { "customers", "messages", "campaigns", $"segments/{OwnKey}/members", "segments/all_buyers/members" })
            seen.Append((await comeback.GetAsync($"/api/stores/{shop.Id}/{page}")).GetRawText()).Append('\n');
        return seen.ToString();
    }

    private static IEnumerable<(string Method, string Pattern)> Routes(RunningComeback comeback) =>
        comeback.Get<IEnumerable<EndpointDataSource>>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Distinct()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(m => (m, "/" + e.RoutePattern.RawText!.TrimStart('/'))))
            .Where(r => r.Item2.StartsWith("/api/stores/{store}/", StringComparison.Ordinal))
            // Mine may erase or hear about its own customers; which of mine they are is not this test's business.
            .Distinct().OrderBy(r => r.m == "DELETE").ThenBy(r => r.Item2, StringComparer.Ordinal);

    private static IEnumerable<string> Paths(string pattern, FakeShop mine, List<long> ids)
    {
        var query = $"?customer={ids[0]}&campaign=abandoned_cart&segment={OwnKey}&other={OwnKey}&a={OwnKey}&b={OwnKey}&from=all_buyers&to={OwnKey}&maxAgeDays=30&search={OwnKey}";
        if (!pattern.Contains("{store}/", StringComparison.Ordinal) || Parameter().Count(pattern) == 1) return [Fill(0, OwnKey) + query];
        return pattern.Contains("{key}", StringComparison.Ordinal)
            ? [Fill(ids[0], OwnKey) + query, Fill(ids[^1], "abandoned_cart") + query, Fill(ids[0], "all_buyers") + query]
            : [.. ids.Select(id => Fill(id, OwnKey) + query)];

        string Fill(long id, string key) => Parameter().Replace(pattern, match => match.Groups["name"].Value switch
        {
            "store" => mine.Id.ToString(),
            "key" => key,
            _ => id.ToString(CultureInfo.InvariantCulture),
        });
    }

    private static IEnumerable<string?> Bodies(FakeShop theirs, List<long> ids)
    {
        var id = ids[0].ToString(CultureInfo.InvariantCulture);
        yield return "{}";
        yield return $$"""
            {"store":"{{theirs.Id}}","storeId":"{{theirs.Id}}","id":"{{id}}","customer":"{{id}}","customerId":"{{id}}","messageId":"{{id}}","campaignId":"{{id}}",
             "key":"{{OwnKey}}","name":"walked","definition":"in segment '{{OwnKey}}'","segmentKey":"{{OwnKey}}","channel":"email","version":1,"address":"me@teahouse.example",
             "text":"in segment '{{OwnKey}}'","a":"{{OwnKey}}","b":"{{OwnKey}}","templates":[{"language":"en","subject":"s","html":"<p>h</p>","text":"t"}]}
            """;
    }

    /// <summary>Every id that the neighbour's rows have, of whatever kind.</summary>
    private static async Task<List<long>> IdsAsync(RunningComeback comeback, FakeShop shop)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        var ids = new List<long>();
        ids.AddRange((await db.Customers.Select(r => r.Id).ToListAsync()).Select(i => i.Value));
        ids.AddRange((await db.Orders.Select(r => r.Id).ToListAsync()).Select(i => i.Value));
        ids.AddRange((await db.Messages.Select(r => r.Id).ToListAsync()).Select(i => i.Value));
        ids.AddRange((await db.Carts.Select(r => r.Id).ToListAsync()).Select(i => i.Value));
        ids.AddRange((await db.Events.Select(r => r.Id).ToListAsync()).Select(i => i.Value));
        ids.AddRange((await db.Campaigns.Select(r => r.Id).ToListAsync()).Select(i => i.Value));
        ids.AddRange((await db.Products.Select(r => r.Id).ToListAsync()).Select(i => i.Value));
        ids.AddRange(await db.Runs.Select(r => r.Id).ToListAsync());
        ids.AddRange(await db.Memberships.Select(r => r.Id).ToListAsync());
        return [.. ids.Distinct().Order()];
    }

    /// <summary>Every cell of every table that the store has rows in, as text.</summary>
    private static async Task<string> CellsAsync(RunningComeback comeback, FakeShop shop)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        var tables = db.Model.GetEntityTypes().Where(e => typeof(IStoreRow).IsAssignableFrom(e.ClrType)).Select(e => e.GetTableName()!).Distinct()
            // Leases are renewed and past sizes counted by the clock, whoever asks.
            .Where(table => table is not ("leases" or "segment_sizes")).Order(StringComparer.Ordinal).ToList();
        var cells = new StringBuilder();
        await using var connection = await comeback.Databases.OpenConnectionAsync();
        foreach (var table in tables)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names from the model itself.
            command.CommandText = $"SELECT * FROM {table} WHERE store_id = {shop.Id.Value.ToString(CultureInfo.InvariantCulture)}";
#pragma warning restore CA2100
            var rows = new List<string>();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i) switch
                {
                    byte[] bytes => Convert.ToHexString(bytes),
                    var value => Convert.ToString(value, CultureInfo.InvariantCulture),
                })));
            }
            rows.Sort(StringComparer.Ordinal);
            cells.Append(table).Append('\n').AppendJoin('\n', rows).Append('\n');
        }
        return cells.ToString();
    }

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
