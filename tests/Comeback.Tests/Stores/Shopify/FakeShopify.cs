using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Comeback.Stores.Shopify;
using GraphQLParser.AST;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Answers = Microsoft.AspNetCore.Http.Results;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>
/// A Shopify on this machine: tokens that expire and rotate, GraphQL that answers only what the real schema allows and only the fields that were asked
/// for, bulk operations, query points, signed webhooks. It keeps a shop's state, so that what is written to it is there when it is read.
/// </summary>
internal sealed partial class FakeShopify : IAsyncDisposable
{
    public const string ClientId = "client-1", Secret = "shpss_0123456789abcdef0123456789abcdef", Shop = "tea.myshopify.com";

    private readonly WebApplication app;
    private readonly TimeProvider time;
    private readonly Lock sync = new();
    private long nextId = 1000;

    private FakeShopify(WebApplication app, TimeProvider time)
    {
        (this.app, this.time) = (app, time);
        Mailbox = new FakeShopifyTokens(time);
        Shops = new JsonObject
        {
            ["id"] = "gid://shopify/Shop/954889",
            ["name"] = "Tea House",
            ["email"] = "owner@tea.example",
            ["myshopifyDomain"] = Shop,
            ["currencyCode"] = "GBP",
            ["ianaTimezone"] = "Europe/London",
            ["primaryDomain"] = new JsonObject { ["url"] = "https://teahouse.example" },
            ["shopAddress"] = new JsonObject { ["countryCodeV2"] = "GB" },
        };
    }

    public Uri Endpoint { get; private set; } = null!;
    public FakeShopifyTokens Mailbox { get; }
    public JsonObject Shops { get; }
    public List<string> Scopes { get; } = ["read_orders", "write_customers", "read_all_orders"];
    public Dictionary<string, JsonObject> Things { get; } = new(StringComparer.Ordinal);
    public int Calls { get; private set; }
    public List<string> Asked { get; } = [];
    /// <summary>Answers THROTTLED until then.</summary>
    public DateTimeOffset ThrottledUntil { get; set; }
    /// <summary>What becomes of the next bulk operations, one each; then all complete.</summary>
    public Queue<string> BulkFates { get; } = new();
    /// <summary>Bulk files are cut after so many bytes, this often.</summary>
    public (int Bytes, int Times) CutFiles { get; set; }
    /// <summary>How often a running operation says so before it is done.</summary>
    public int LooksUntilDone { get; set; } = 2;

    public static async Task<FakeShopify> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeShopify(app, time);
        app.MapPost("/admin/oauth/access_token", (Delegate)fake.TokenAsync);
        app.MapPost($"/admin/api/{ShopifyDocuments.Version}/graphql.json", (Delegate)fake.GraphAsync);
        app.MapGet("/bulk/{id}", fake.FileAsync);
        await app.StartAsync();
        fake.Endpoint = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");
        return fake;
    }

    public string NewId() => Interlocked.Increment(ref nextId).ToString(CultureInfo.InvariantCulture);

    public IEnumerable<JsonObject> Of(string type) => Things.Values.Where(t => (string?)t["__typename"] == type);

    /// <summary>A delivery as Shopify makes it.</summary>
    public static HttpRequestMessage Delivery(string topic, string body, string? eventId = null, DateTimeOffset? triggeredAt = null, string shop = Shop, string secret = Secret, string? signature = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/shopify") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("X-Shopify-Hmac-Sha256", signature ?? Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), bytes)));
        request.Headers.TryAddWithoutValidation("X-Shopify-Topic", topic);
        request.Headers.TryAddWithoutValidation("X-Shopify-Shop-Domain", shop);
        request.Headers.TryAddWithoutValidation("X-Shopify-Event-Id", eventId ?? Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("X-Shopify-Webhook-Id", Guid.NewGuid().ToString());
        if (triggeredAt is { } at) request.Headers.TryAddWithoutValidation("X-Shopify-Triggered-At", at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task<IResult> TokenAsync(HttpContext http)
    {
        if (!ShopDomain.TryParse(http.Request.Host.Host, out _)) return Answers.NotFound();
        var form = (JsonObject)(await JsonNode.ParseAsync(http.Request.Body))!;
        return Mailbox.Answer(form);
    }

    private async Task<IResult> GraphAsync(HttpContext http)
    {
        Assert.Equal(Shop, http.Request.Host.Host);
        var ask = (JsonObject)(await JsonNode.ParseAsync(http.Request.Body))!;
        lock (sync)
        {
            Calls++;
            http.Response.Headers["X-Shopify-API-Version"] = ShopifyDocuments.Version;
            if (!Mailbox.Accepts(http.Request.Headers["X-Shopify-Access-Token"])) return Answers.Json(new { errors = "[API] Invalid API key or access token" }, statusCode: 401);
            if (time.GetUtcNow() < ThrottledUntil)
                return Answers.Json(new { errors = new[] { new { message = "Throttled", extensions = new { code = "THROTTLED" } } }, extensions = Cost(10, 0) });
        }
        var text = (string)ask["query"]!;
        var variables = ask["variables"] as JsonObject ?? [];
        var problems = await ShopifySchema.ProblemsAsync(ShopifySchema.Pruned, text, new GraphQL.Inputs((Dictionary<string, object?>)Plain(variables)!));
        if (problems.Count > 0) return Answers.Json(new { errors = problems.Select(p => new { message = p, extensions = new { code = "undefinedField" } }) });
        lock (sync)
        {
            var operation = GraphQLParser.Parser.Parse(text).Definitions.OfType<GraphQLOperationDefinition>().Single();
            Asked.Add(operation.Name?.StringValue ?? "");
            var data = Project(operation.Operation == OperationType.Mutation ? "Mutation" : "QueryRoot", operation.SelectionSet, null, variables);
            return Answers.Text(new JsonObject { ["data"] = data, ["extensions"] = System.Text.Json.JsonSerializer.SerializeToNode(Cost(10, 1990)) }.ToJsonString(), "application/json");
        }
    }

    private static object? Plain(JsonNode? node) => node switch
    {
        null => null,
        JsonObject thing => thing.ToDictionary(p => p.Key, p => Plain(p.Value), StringComparer.Ordinal),
        JsonArray list => list.Select(Plain).ToList(),
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.TryGetValue<bool>(out var yes) => yes,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        JsonValue value => value.GetValue<double>(),
        _ => throw new InvalidOperationException(),
    };

    private static object Cost(int requested, int available) =>
        new { cost = new { requestedQueryCost = requested, actualQueryCost = requested, throttleStatus = new { maximumAvailable = 2000, currentlyAvailable = available, restoreRate = 100 } } };

    // Only what was asked for is answered, and what the fake does not have is its own fault, said loudly.
    private JsonObject Project(string type, GraphQLSelectionSet set, JsonObject? source, JsonObject variables)
    {
        var answer = new JsonObject();
        foreach (var selection in set.Selections)
        {
            if (selection is GraphQLInlineFragment inline)
            {
                var on = inline.TypeCondition!.Type.Name.StringValue;
                if ((string?)source?["__typename"] == on)
                    foreach (var (name, value) in Project(on, inline.SelectionSet, source, variables).ToList()) answer[name] = value?.DeepClone();
                continue;
            }
            var field = (GraphQLField)selection;
            var called = field.Name.StringValue;
            if (called == "__typename")
            {
                answer[called] = (string?)source?["__typename"] ?? type;
                continue;
            }
            var definition = Walk.Field(type, called) ?? throw new InvalidOperationException($"{type}.{called} is not in the schema.");
            var arguments = (field.Arguments?.Items ?? []).ToDictionary(a => a.Name.StringValue, a => Value(a.Value, variables), StringComparer.Ordinal);
            JsonNode? found;
            if (source is null) found = Root(called, arguments);
            else if (!source.TryGetPropertyValue(called, out found)) throw new InvalidOperationException($"The fake has no {type}.{called}.");
            var of = SchemaWalk.NameOf(definition.Type);
            if (of.EndsWith("Connection", StringComparison.Ordinal) && found is JsonArray all) found = Page(all, arguments);
            if (found is null && definition.Type is GraphQLNonNullType) throw new InvalidOperationException($"{type}.{called} is never null at Shopify, and the fake has null.");
            answer[field.Alias?.Name.StringValue ?? called] = field.SelectionSet is null ? found?.DeepClone() : Nested(of, field.SelectionSet, found, variables);
        }
        return answer;
    }

    private JsonNode? Nested(string type, GraphQLSelectionSet set, JsonNode? found, JsonObject variables) => found switch
    {
        null => null,
        JsonArray array => new JsonArray([.. array.Select(i => Nested(type, set, i, variables))]),
        JsonObject one => Project(type, set, one, variables),
        _ => throw new InvalidOperationException($"{type} is an object."),
    };

    private static JsonObject Page(JsonArray all, Dictionary<string, JsonNode?> arguments)
    {
        var from = arguments.GetValueOrDefault("after") is JsonValue after ? int.Parse((string)after!, CultureInfo.InvariantCulture) : 0;
        var first = arguments.GetValueOrDefault("first") is JsonValue count ? (int)count : all.Count;
        Assert.InRange(first, 0, Math.Max(250, all.Count));
        var items = all.Skip(from).Take(first).Select(i => i?.DeepClone()).ToList();
        var end = from + items.Count;
        return new JsonObject
        {
            ["nodes"] = new JsonArray([.. items.Select(i => i?.DeepClone())]),
            ["edges"] = new JsonArray([.. items.Select(i => (JsonNode)new JsonObject { ["node"] = i })]),
            ["totalCount"] = all.Count,
            ["pageInfo"] = new JsonObject { ["hasNextPage"] = end < all.Count, ["endCursor"] = items.Count == 0 ? null : end.ToString(CultureInfo.InvariantCulture) },
        };
    }

    private static JsonNode? Value(GraphQLValue value, JsonObject variables) => value switch
    {
        GraphQLVariable variable => variables[variable.Name.StringValue]?.DeepClone(),
        GraphQLStringValue text => text.Value.ToString(),
        GraphQLIntValue number => int.Parse(number.Value.Span, CultureInfo.InvariantCulture),
        GraphQLBooleanValue yes => yes.BoolValue,
        GraphQLEnumValue name => name.Name.StringValue,
        GraphQLNullValue => null,
        _ => throw new InvalidOperationException("No document of ours has such a literal."),
    };

    private static SchemaWalk Walk { get; } = new(File.ReadAllText(ShopifySchema.PrunedFile));

    private JsonNode? Root(string field, Dictionary<string, JsonNode?> a) => field switch
    {
        "shop" => Shops,
        "currentAppInstallation" => new JsonObject { ["id"] = "gid://shopify/AppInstallation/1", ["accessScopes"] = new JsonArray([.. Scopes.Select(s => (JsonNode)new JsonObject { ["handle"] = s })]) },
        "ordersCount" => Count("Order"),
        "customersCount" => Count("Customer"),
        "productsCount" => Count("Product"),
        "orders" => Listed("Order", a),
        "customers" => Listed("Customer", a),
        "products" => Listed("Product", a),
        "collections" => Listed("Collection", a),
        "abandonedCheckouts" => Listed("AbandonedCheckout", a),
        "segments" => Listed("Segment", a),
        "customerSegmentMembers" => Things[(string)a["segmentId"]!]["members"]!.DeepClone(),
        "nodes" => new JsonArray([.. a["ids"]!.AsArray().Select(id => Things.GetValueOrDefault((string)id!)?.DeepClone())]),
        "order" or "product" => Things.GetValueOrDefault((string)a["id"]!),
        "bulkOperation" => Bulk((string)a["id"]!),
        "bulkOperationRunQuery" => RunBulk((string)a["query"]!),
        _ => Write(field, a),
    };

    private JsonObject Count(string type) => new() { ["count"] = Of(type).Count(), ["precision"] = "EXACT" };

    private JsonArray Listed(string type, Dictionary<string, JsonNode?> a)
    {
        var from = a.GetValueOrDefault("query") is JsonValue query && Since().Match((string)query!) is { Success: true } match
            ? DateTimeOffset.Parse(match.Groups["at"].Value, CultureInfo.InvariantCulture)
            : DateTimeOffset.MinValue;
        return new JsonArray([.. Of(type).Where(t => At(t) >= from).OrderBy(At).Select(t => t.DeepClone())]);

        static DateTimeOffset At(JsonObject thing) => thing["updatedAt"] is JsonValue at ? DateTimeOffset.Parse((string)at!, CultureInfo.InvariantCulture) : DateTimeOffset.MinValue;
    }

    [GeneratedRegex(@"updated_at:>='(?<at>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Since();
}

/// <summary>Tokens: expiring pairs that rotate, the old refresh token good until the new one was used.</summary>
internal sealed class FakeShopifyTokens(TimeProvider time)
{
    private readonly Dictionary<string, DateTimeOffset> access = new(StringComparer.Ordinal);
    private readonly HashSet<string> refresh = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> olderOf = new(StringComparer.Ordinal);
    private int count;

    public int Exchanges { get; private set; }
    public int Refreshes { get; private set; }
    public bool WithoutExpiresIn { get; set; }
    /// <summary>The next answers to a refresh are lost on the way, after the rotation happened.</summary>
    public int LoseAnswers { get; set; }

    public bool Accepts(string? token)
    {
        lock (access) return token is not null && access.TryGetValue(token, out var until) && until > time.GetUtcNow();
    }

    /// <summary>As when the merchant removed the app.</summary>
    public void KillAll()
    {
        lock (access)
        {
            access.Clear();
            refresh.Clear();
        }
    }

    /// <summary>Access tokens stop working before their time; the refresh tokens go on.</summary>
    public void ExpireAccess()
    {
        lock (access) access.Clear();
    }

    public IResult Answer(JsonObject form)
    {
        lock (access)
        {
            if ((string?)form["client_id"] != FakeShopify.ClientId || (string?)form["client_secret"] != FakeShopify.Secret) return Answers.Json(new { error = "invalid_client" }, statusCode: 400);
            switch ((string?)form["grant_type"])
            {
                case "urn:ietf:params:oauth:grant-type:token-exchange":
                    Exchanges++;
                    if ((string?)form["expiring"] != "1" || SessionToken.Read((string?)form["subject_token"], FakeShopify.ClientId, [FakeShopify.Secret], time.GetUtcNow()) is null) return Answers.Json(new { error = "invalid_subject_token" }, statusCode: 400);
                    return Pair(null);
                case "refresh_token":
                    Refreshes++;
                    var old = (string)form["refresh_token"]!;
                    if (!refresh.Contains(old)) return Answers.Json(new { error = "invalid_grant" }, statusCode: 401);
                    // Using the new one ends the one before it.
                    if (olderOf.Remove(old, out var older)) refresh.Remove(older);
                    var pair = Pair(old);
                    if (LoseAnswers <= 0) return pair;
                    LoseAnswers--;
                    return Answers.StatusCode(502);
                case "client_credentials":
                    return Pair(null);
                case null when form["code"] is not null:
                    return (string)form["code"]! == "good-code" ? Pair(null) : Answers.Json(new { error = "invalid_request" }, statusCode: 400);
                default:
                    return Answers.BadRequest();
            }
        }
    }

    private IResult Pair(string? old)
    {
        var (token, renew) = ($"shpat_{++count}", $"shprt_{count}");
        access[token] = time.GetUtcNow().AddHours(1);
        refresh.Add(renew);
        if (old is not null) olderOf[renew] = old;
        return WithoutExpiresIn
            ? Answers.Json(new { access_token = token, refresh_token = renew, scope = "read_orders" })
            : Answers.Json(new { access_token = token, scope = "read_orders", expires_in = 3600, refresh_token = renew, refresh_token_expires_in = 7_776_000 });
    }
}
