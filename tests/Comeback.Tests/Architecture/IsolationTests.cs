using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Tests.Infra;
using Comeback.Tests.Privacy;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Architecture;

/// <summary>
/// Every route of the running service is called with the neighbour's ids: nothing of the neighbour may come back, and nothing of theirs may change.
/// The list of routes is asked of the service itself, so a new one is walked without anybody thinking of it.
/// </summary>
public sealed partial class IsolationTests
{
    private const string Secret = "palmyra";

    [Fact]
    public async Task No_route_shows_or_changes_anything_of_the_neighbour_store()
    {
        await using var comeback = await TestServer.StartAsync();
        var (theirs, customer) = await PrivacyTests.PersonAsync(comeback);
        var mine = await comeback.AddStoreAsync("mine");
        var before = await CountAsync(comeback, theirs);
        long message;
        await using (var db = comeback.Get<Databases>().Open(theirs)) message = (await db.Messages.Select(m => m.Id).FirstAsync()).Value;
        var routes = Routes(comeback).Where(r => r.Pattern.StartsWith("/api/stores/{store}", StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count > 10, "the walk found hardly any route");

        var leaks = new List<string>();
        foreach (var (method, pattern) in routes)
        {
            var path = Fill(pattern, mine, customer.Value, message);
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await comeback.Http.SendAsync(request);
            var body = await answer.Content.ReadAsStringAsync();
            if (body.Contains(Secret, StringComparison.OrdinalIgnoreCase)) leaks.Add($"{method} {pattern} shows the neighbour");
            if (answer.StatusCode == HttpStatusCode.InternalServerError) leaks.Add($"{method} {pattern} broke");
            // A route that names one thing of a store must not find the neighbour's.
            if (NamesOne(pattern) && answer.IsSuccessStatusCode && body.Length > 2) leaks.Add($"{method} {pattern} found something: {(int)answer.StatusCode}");
        }

        Assert.Empty(leaks);
        Assert.Equal(before, await CountAsync(comeback, theirs));
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_not_found_on_every_route()
    {
        await using var comeback = await TestServer.StartAsync();
        var wrong = new List<string>();
        foreach (var (method, pattern) in Routes(comeback).Where(r => r.Pattern.StartsWith("/api/stores/{store}", StringComparison.Ordinal)))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Fill(pattern, new StoreId(987654), 1, 1), UriKind.Relative));
            if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await comeback.Http.SendAsync(request);
            // 400 and 415: the body was refused before the store was looked for.
            if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType)) wrong.Add($"{method} {pattern}: {(int)answer.StatusCode}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Every_route_belongs_to_a_group_that_somebody_thought_about()
    {
        await using var comeback = await TestServer.StartAsync();
        string[] open = ["/", "/admin/{**path}", "/healthz", "/readyz", "/openapi/{documentName}.json", "/sign-in/{token}", "/api/session", "/api/session/sign-out", "/api/events", "/woocommerce/install", "/woocommerce/keys", "/woocommerce/return", "/c/{token}", "/o/{token}", "/u/{token}", "/shopify/", "/shopify/bounce", "/shopify/install", "/shopify/callback", "/storefront/{key}/events"];
        using var stranger = comeback.NewClient();
        stranger.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        var wrong = new List<string>();

        foreach (var (method, pattern) in Routes(comeback).Where(r => !open.Contains(r.Pattern, StringComparer.Ordinal) && !r.Pattern.StartsWith("/demo", StringComparison.Ordinal)))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Fill(pattern, new StoreId(1), 1, 1), UriKind.Relative));
            using var answer = await stranger.SendAsync(request);
            if (answer.StatusCode != HttpStatusCode.Unauthorized) wrong.Add($"{method} {pattern}: a stranger gets {(int)answer.StatusCode}");
        }

        Assert.Empty(wrong);
    }

    private static IEnumerable<(string Method, string Pattern)> Routes(TestServer comeback) =>
        comeback.Get<IEnumerable<EndpointDataSource>>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Distinct()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(m => (m, "/" + e.RoutePattern.RawText!.TrimStart('/'))))
            .Distinct().OrderBy(r => r.Item2, StringComparer.Ordinal);

    private static bool NamesOne(string pattern) => Parameter().Matches(pattern).Any(m => m.Groups["name"].Value is "id" or "customerId" or "customer" or "message");

    private static string Fill(string pattern, StoreId store, long customer, long message) => Parameter().Replace(pattern, match => match.Groups["name"].Value switch
    {
        "store" => store.ToString(),
        _ when pattern.Contains("/messages/", StringComparison.Ordinal) => message.ToString(CultureInfo.InvariantCulture),
        "key" => "vip",
        _ => customer.ToString(CultureInfo.InvariantCulture),
    });

    /// <summary>How much of everything the neighbour has.</summary>
    private static async Task<(int Customers, int Identities, int Orders, int Messages, int Consents, int Imports)> CountAsync(TestServer comeback, StoreId store)
    {
        await using var db = comeback.Get<Databases>().Open(store);
        return (await db.Customers.CountAsync(c => !c.Deleted), await db.Identities.CountAsync(), await db.Orders.CountAsync(),
            await db.Messages.CountAsync(m => m.Address != ""), await db.Consents.CountAsync(), await db.Imports.CountAsync());
    }

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
