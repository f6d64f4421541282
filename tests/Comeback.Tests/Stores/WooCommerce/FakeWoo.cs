using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Comeback.Stores.WooCommerce;
using Comeback.Tests.Architecture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Comeback.Tests.Stores.WooCommerce;

internal sealed record FakeLine(long Product, long Variation, int Quantity, decimal Total);

internal sealed record FakeRefund(long Id, decimal Amount, DateTimeOffset At);

/// <summary>An order as the fake store keeps it.</summary>
internal sealed record FakeOrder(long Id, string Status, string Currency, decimal Total, string Email, long Account, DateTimeOffset Created, DateTimeOffset Modified)
{
    public IReadOnlyList<FakeLine> Lines { get; init; } = [];
    public IReadOnlyList<FakeRefund> Refunds { get; init; } = [];
    public string FirstName { get; init; } = "Guest";
    public JsonArray? Meta { get; init; }
}

/// <summary>A delivery as it leaves the fake store.</summary>
internal sealed record FakeDelivery(long Webhook, Uri Url, string Topic, string Id, byte[] Body, string Signature);

/// <summary>
/// A WooCommerce on a port of its own that behaves as the running 11.0.1 was seen to: paging past the end, 400 over 100 a page, the kinds of 401,
/// pings, webhooks that switch themselves off, and on demand whatever a bad day brings. Its bodies are the recorded ones with other values in them.
/// </summary>
internal sealed class FakeWoo : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Comeback.Tests", "Stores", "WooCommerce");
    private static readonly JsonObject OrderBody = Recorded("order.json"), ProductBody = Recorded("product.json"), CustomerBody = Recorded("customer.json");
    private readonly WebApplication app;
    private readonly TimeProvider time;
    private long nextId = 1000;
    private int delivered;

    private FakeWoo(WebApplication app, TimeProvider time) => (this.app, this.time) = (app, time);

    public ConcurrentDictionary<long, FakeOrder> Orders { get; } = new();
    public ConcurrentDictionary<long, JsonObject> Products { get; } = new();
    public ConcurrentDictionary<long, List<JsonObject>> Variations { get; } = new();
    public ConcurrentDictionary<long, JsonObject> Customers { get; } = new();
    public ConcurrentDictionary<long, JsonObject> Categories { get; } = new();
    public ConcurrentDictionary<long, JsonObject> Coupons { get; } = new();
    public ConcurrentDictionary<long, JsonObject> Webhooks { get; } = new();
    public ConcurrentDictionary<string, (string Secret, string Permissions)> Keys { get; } = new();
    public ConcurrentQueue<FakeDelivery> Pending { get; } = new();
    public ConcurrentQueue<string> Asked { get; } = new();
    public List<(string Url, byte[] Body)> Pings { get; } = [];
    private readonly ConcurrentDictionary<long, int> failures = new();
    private readonly ConcurrentDictionary<long, string> secrets = new();

    public Uri Address { get; private set; } = null!;
    public string Currency { get; set; } = "EUR";
    public TimeSpan Skew { get; set; }
    public bool StripsAuthorization { get; set; }
    /// <summary>Answers instead of the store when it returns true.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }
    /// <summary>Told the ticks that each answer took, for measuring.</summary>
    public Action<long>? Timed { get; set; }
    public DateTimeOffset Now => new((time.GetUtcNow() + Skew).UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    public static async Task<FakeWoo> StartAsync(TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.Configure<KestrelServerOptions>(k => k.AllowSynchronousIO = true);
        var app = builder.Build();
        var fake = new FakeWoo(app, time ?? TimeProvider.System);
        app.Run(fake.TimedAsync);
        await app.StartAsync();
        fake.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return fake;
    }

    public static JsonObject Recorded(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name)))!.AsObject();

    public static IEnumerable<JsonObject> RecordedDeliveries() => File.ReadLines(Path.Combine(Folder, "deliveries.jsonl")).Select(l => JsonNode.Parse(l)!.AsObject());

    public WooKeys NewKeys(string permissions = "read_write")
    {
        var key = "ck_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        var secret = "cs_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        Keys[key] = (secret, permissions);
        return new WooKeys(key, secret);
    }

    // The merchant's world.

    public FakeOrder Order(string email, string status = "completed", decimal total = 20m, string? currency = null, int daysAgo = 0, int lines = 1, long account = 0, bool tells = true)
    {
        var at = Now.AddDays(-daysAgo);
        var order = new FakeOrder(Interlocked.Increment(ref nextId), status, currency ?? Currency, total, email, account, at, at)
        {
            Lines = [.. Enumerable.Range(0, lines).Select(i => new FakeLine(11 + (i % 30), 0, 1 + (i % 3), decimal.Round(total / lines, 3)))],
        };
        Orders[order.Id] = order;
        if (tells) Tell(order, "created");
        return order;
    }

    public FakeOrder Change(FakeOrder order, string? status = null, decimal? total = null, decimal? refund = null, bool tells = true)
    {
        var changed = Orders[order.Id];
        var at = Now > changed.Modified ? Now : changed.Modified.AddSeconds(1);
        changed = changed with
        {
            Status = status ?? changed.Status,
            Total = total ?? changed.Total,
            Modified = at,
            Refunds = refund is { } amount ? [.. changed.Refunds, new FakeRefund(Interlocked.Increment(ref nextId), amount, at)] : changed.Refunds,
        };
        Orders[order.Id] = changed;
        if (tells) Tell(changed, "updated");
        return changed;
    }

    /// <summary>Without force it goes to the trash, which is told; with force it is gone without a word.</summary>
    public void Delete(FakeOrder order, bool force)
    {
        if (force) Orders.TryRemove(order.Id, out _);
        else
        {
            Orders[order.Id] = Orders[order.Id] with { Status = "trash" };
            Deliver("order.deleted", new JsonObject { ["id"] = order.Id });
        }
    }

    public JsonObject Product(string name, decimal price, params (string Option, decimal Price, int? Stock)[] variations)
    {
        var id = Interlocked.Increment(ref nextId);
        var product = ProductBody.DeepClone().AsObject();
        (product["id"], product["name"], product["price"], product["regular_price"]) = (id, name, Text(price), Text(price));
        (product["date_created_gmt"], product["date_modified_gmt"], product["type"]) = (Gmt(Now), Gmt(Now), variations.Length > 0 ? "variable" : "simple");
        product["variations"] = new JsonArray([.. variations.Select((_, i) => (JsonNode)JsonValue.Create((id * 1000) + i))]);
        Variations[id] =
        [
            .. variations.Select((v, i) => new JsonObject
            {
                ["id"] = (id * 1000) + i, ["price"] = Text(v.Price), ["regular_price"] = Text(v.Price), ["on_sale"] = false, ["manage_stock"] = v.Stock is not null, ["stock_quantity"] = v.Stock,
                ["stock_status"] = "instock", ["backorders_allowed"] = false, ["attributes"] = new JsonArray(new JsonObject { ["option"] = v.Option }),
            }),
        ];
        Products[id] = product;
        Deliver("product.created", product);
        return product;
    }

    public JsonObject Customer(string email, string role = "customer")
    {
        var id = Interlocked.Increment(ref nextId);
        var customer = CustomerBody.DeepClone().AsObject();
        (customer["id"], customer["email"], customer["role"], customer["date_created_gmt"], customer["date_modified_gmt"]) = (id, email, role, Gmt(Now), Gmt(Now));
        customer["billing"]!["email"] = email;
        customer["billing"]!["phone"] = "";
        Customers[id] = customer;
        Deliver("customer.created", customer);
        return customer;
    }

    public void Category(string name, long parent = 0)
    {
        var id = Interlocked.Increment(ref nextId);
        Categories[id] = new JsonObject { ["id"] = id, ["name"] = name, ["parent"] = parent };
    }

    // Webhooks.

    public static string Sign(string secret, byte[] body) => Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <summary>Hands out what waits, in whatever shape: a webhook that failed seven times in a row is switched off, and nothing is sent twice by itself.</summary>
    public async Task DeliverAsync(HttpClient to, Func<IEnumerable<FakeDelivery>, IEnumerable<FakeDelivery>>? shape = null)
    {
        var all = new List<FakeDelivery>();
        while (Pending.TryDequeue(out var one)) all.Add(one);
        foreach (var delivery in (shape ?? (d => d))(all))
        {
            using var request = Request(delivery);
            using var answer = await to.SendAsync(request);
            if ((int)answer.StatusCode is >= 200 and <= 302) failures[delivery.Webhook] = 0;
            else if (failures.AddOrUpdate(delivery.Webhook, 1, (_, n) => n + 1) >= 7 && Webhooks.TryGetValue(delivery.Webhook, out var hook)) hook["status"] = "disabled";
        }
    }

    public static HttpRequestMessage Request(FakeDelivery delivery)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(delivery.Url.PathAndQuery, UriKind.Relative)) { Content = new ByteArrayContent(delivery.Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("X-WC-Webhook-Topic", delivery.Topic);
        request.Headers.TryAddWithoutValidation("X-WC-Webhook-Signature", delivery.Signature);
        request.Headers.TryAddWithoutValidation("X-WC-Webhook-ID", delivery.Webhook.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("X-WC-Webhook-Delivery-ID", delivery.Id);
        return request;
    }

    public void Tell(FakeOrder order, string verb)
    {
        // One change is told twice, with the same body, in either order.
        if (verb == "created" && order.Id % 2 == 0) Deliver("order.updated", Body(order));
        Deliver($"order.{verb}", Body(order));
        if (verb == "created" && order.Id % 2 == 1) Deliver("order.updated", Body(order));
    }

    public void Deliver(string topic, JsonObject body) => Deliver(topic, Encoding.UTF8.GetBytes(body.ToJsonString()));

    public void Deliver(string topic, byte[] body)
    {
        foreach (var (id, hook) in Webhooks.Where(w => w.Value["topic"]!.GetValue<string>() == topic && w.Value["status"]!.GetValue<string>() == "active"))
        {
            // Not unique within a second.
            var delivery = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes($"{id}{Now:O}")));
            Pending.Enqueue(new FakeDelivery(id, new Uri(hook["delivery_url"]!.GetValue<string>()), topic, delivery, body, Sign(secrets[id], body)));
            Interlocked.Increment(ref delivered);
        }
    }

    public string SecretOf(string topic) => secrets[Webhooks.First(w => w.Value["topic"]!.GetValue<string>() == topic).Key];

    public static JsonObject Body(FakeOrder order)
    {
        var body = OrderBody.DeepClone().AsObject();
        (body["id"], body["number"], body["status"], body["currency"], body["customer_id"]) = (order.Id, order.Id.ToString(CultureInfo.InvariantCulture), order.Status, order.Currency, order.Account);
        (body["total"], body["total_tax"], body["shipping_total"], body["discount_total"]) = (Text(order.Total), "0.00", "0.00", "0.00");
        (body["date_created_gmt"], body["date_modified_gmt"]) = (Gmt(order.Created), Gmt(order.Modified));
        // The site's own time, an hour off: nobody may read it.
        (body["date_created"], body["date_modified"]) = (Gmt(order.Created.AddHours(1)), Gmt(order.Modified.AddHours(1)));
        body["billing"]!["email"] = order.Email;
        body["billing"]!["first_name"] = order.FirstName;
        body["billing"]!["last_name"] = order.Email;
        var template = OrderBody["line_items"]![0]!;
        body["line_items"] = new JsonArray([.. order.Lines.Select(l =>
        {
            var line = template.DeepClone().AsObject();
            (line["product_id"], line["variation_id"], line["quantity"], line["total"], line["subtotal"], line["name"]) =
                (l.Product, l.Variation, l.Quantity, Text(l.Total), Text(l.Total), $"Product {l.Product}");
            return (JsonNode)line;
        })]);
        body["shipping_lines"] = new JsonArray();
        body["refunds"] = new JsonArray([.. order.Refunds.Select(r => (JsonNode)new JsonObject { ["id"] = r.Id, ["reason"] = "", ["total"] = "-" + Text(r.Amount) })]);
        body["meta_data"] = order.Meta?.DeepClone() ?? new JsonArray();
        return body;
    }

    public static string Text(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);

    public static string Gmt(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);

    // wc-auth: the merchant says yes; what comes of it is what the store's server answers itself.

    /// <summary>Posts new keys to the callback as the store does; true when they were kept, else the store has deleted them again.</summary>
    public async Task<(bool Kept, WooKeys Keys)> ApproveAsync(string authorizeUrl, HttpClient service, string permissions = "read_write")
    {
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(authorizeUrl).Query);
        var keys = NewKeys(permissions);
        var body = new JsonObject
        {
            ["key_id"] = 17,
            ["user_id"] = query["user_id"],
            ["consumer_key"] = keys.ConsumerKey,
            ["consumer_secret"] = keys.ConsumerSecret,
            ["key_permissions"] = permissions,
        };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await service.PostAsync(new Uri(new Uri(query["callback_url"]!).PathAndQuery, UriKind.Relative), content);
        var kept = answer.StatusCode == System.Net.HttpStatusCode.OK;
        if (!kept) Keys.TryRemove(keys.ConsumerKey, out _);
        return (kept, keys);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task TimedAsync(HttpContext http)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await ServeAsync(http);
        Timed?.Invoke(System.Diagnostics.Stopwatch.GetTimestamp() - began);
    }

    private async Task ServeAsync(HttpContext http)
    {
        Asked.Enqueue(http.Request.Method + " " + http.Request.Path + http.Request.QueryString);
        http.Response.Headers.Date = Now.ToString("r", CultureInfo.InvariantCulture);
        if (Instead is { } instead && await instead(http)) return;
        var path = http.Request.Path.Value!;
        if (path is "/wp-json/" or "/wp-json")
        {
            var index = Recorded("index.json");
            (index["url"], index["home"]) = (Address.ToString().TrimEnd('/'), Address.ToString().TrimEnd('/'));
            await AnswerAsync(http, index);
            return;
        }
        if (!path.StartsWith("/wp-json/wc/v3/", StringComparison.Ordinal))
        {
            http.Response.StatusCode = 404;
            await http.Response.WriteAsync("<html>Not found</html>");
            return;
        }
        if (!await AdmitAsync(http)) return;
        await RouteAsync(http, path["/wp-json/wc/v3/".Length..].Split('/'));
    }

    private async Task<bool> AdmitAsync(HttpContext http)
    {
        string? key = http.Request.Query["consumer_key"], secret = http.Request.Query["consumer_secret"];
        var header = http.Request.Headers.Authorization.ToString();
        if (key is null && !StripsAuthorization && header.StartsWith("Basic ", StringComparison.Ordinal))
            (key, secret) = Encoding.ASCII.GetString(Convert.FromBase64String(header[6..])).Split(':') is [var k, var s] ? (k, s) : (null, null);
        if (key is null || !Keys.TryGetValue(key, out var known))
        {
            await ErrorAsync(http, 401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.");
            return false;
        }
        if (known.Secret != secret || (known.Permissions == "read" && !HttpMethods.IsGet(http.Request.Method)))
        {
            await ErrorAsync(http, 401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.");
            return false;
        }
        return true;
    }

    private Task RouteAsync(HttpContext http, string[] path) => (http.Request.Method, path) switch
    {
        ("GET", ["orders"]) => OrdersAsync(http),
        ("GET", ["orders", var id]) => OneAsync(http, Orders.TryGetValue(Number(id), out var o) ? Body(o) : null, "woocommerce_rest_shop_order_invalid_id"),
        ("GET", ["orders", var id, "refunds"]) => Orders.TryGetValue(Number(id), out var o)
            ? AnswerAsync(http, new JsonArray([.. o.Refunds.Select(r => (JsonNode)new JsonObject { ["id"] = r.Id, ["date_created_gmt"] = Gmt(r.At), ["amount"] = Text(r.Amount) })]))
            : ErrorAsync(http, 404, "woocommerce_rest_invalid_order_id", "Invalid order ID."),
        ("GET", ["products"]) => ListAsync(http, Products.Values),
        ("GET", ["products", "categories"]) => ListAsync(http, Categories.Values),
        ("GET", ["products", var id]) => OneAsync(http, Products.GetValueOrDefault(Number(id)), "woocommerce_rest_product_invalid_id"),
        ("PUT", ["products", var id]) => ChangeAsync(http, Products[Number(id)]),
        ("GET", ["products", var id, "variations"]) => AnswerAsync(http, new JsonArray([.. Variations[Number(id)].Select(v => (JsonNode)v.DeepClone())])),
        ("GET", ["customers"]) => ListAsync(http, Customers.Values.Where(c => http.Request.Query["role"] == "all" || c["role"]!.GetValue<string>() == "customer")),
        ("GET", ["customers", var id]) => OneAsync(http, Customers.GetValueOrDefault(Number(id)), "woocommerce_rest_invalid_id"),
        ("GET", ["coupons"]) => ListAsync(http, Coupons.Values.Where(c => http.Request.Query["code"] is not { Count: > 0 } code || c["code"]!.GetValue<string>() == code.ToString().ToLowerInvariant())),
        ("POST", ["coupons", "batch"]) => CouponsAsync(http),
        ("GET", ["webhooks"]) => ListAsync(http, Webhooks.Values),
        ("POST", ["webhooks"]) => MakeWebhookAsync(http),
        ("PUT", ["webhooks", var id]) => ChangeAsync(http, Webhooks[Number(id)]),
        ("GET", ["data", "currencies", "current"]) => AnswerAsync(http, new JsonObject { ["code"] = Currency }),
        ("GET", ["settings", "general", "woocommerce_default_country"]) => AnswerAsync(http, new JsonObject { ["value"] = "DE:BE" }),
        ("GET", ["system_status"]) => AnswerAsync(http, new JsonObject { ["environment"] = new JsonObject { ["language"] = "de_DE", ["version"] = "11.0.1" } }),
        _ => ErrorAsync(http, 404, "rest_no_route", "No route was found."),
    };

    /// <summary>As every list, but bodies are made of one page only: stores are big.</summary>
    private Task OrdersAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var all = Orders.Values.Where(o => o.Status != "trash");
        if (query["modified_after"].FirstOrDefault() is { } after) all = all.Where(o => string.CompareOrdinal(Gmt(o.Modified), after) > 0);
        if (query["include"].FirstOrDefault() is { } include) all = all.Where(o => include.Split(',').Contains(o.Id.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal));
        var sorted = query["orderby"].FirstOrDefault() == "modified" ? all.OrderBy(o => o.Modified).ThenBy(o => o.Id) : all.OrderBy(o => o.Id);
        return ListAsync(http, sorted.ToList(), Body);
    }

    private static Task ListAsync(HttpContext http, IEnumerable<JsonObject> all)
    {
        var query = http.Request.Query;
        if (query["modified_after"].FirstOrDefault() is { } after) all = all.Where(o => string.CompareOrdinal(o["date_modified_gmt"]!.GetValue<string>(), after) > 0);
        if (query["include"].FirstOrDefault() is { } include) all = all.Where(o => include.Split(',').Contains(o["id"]!.ToString(), StringComparer.Ordinal));
        var sorted = query["orderby"].FirstOrDefault() == "modified"
            ? all.OrderBy(o => o["date_modified_gmt"]!.GetValue<string>(), StringComparer.Ordinal).ThenBy(o => o["id"]!.GetValue<long>())
            : all.OrderBy(o => o["id"]!.GetValue<long>());
        return ListAsync(http, sorted.ToList(), o => o);
    }

    private static async Task ListAsync<T>(HttpContext http, List<T> list, Func<T, JsonObject> body)
    {
        var query = http.Request.Query;
        var size = int.Parse(query["per_page"].FirstOrDefault() ?? "10", CultureInfo.InvariantCulture);
        if (size is < 1 or > 100)
        {
            await ErrorAsync(http, 400, "rest_invalid_param", "Invalid parameter(s): per_page");
            return;
        }
        var page = int.Parse(query["page"].FirstOrDefault() ?? "1", CultureInfo.InvariantCulture);
        var offset = query["offset"].FirstOrDefault() is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : (page - 1) * size;
        var taken = list.Skip(offset).Take(size).Select(body).ToList();
        // Past the end the total is 0 too, as seen.
        var total = taken.Count == 0 ? 0 : list.Count;
        http.Response.Headers["X-WP-Total"] = total.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["X-WP-TotalPages"] = ((total + size - 1) / size).ToString(CultureInfo.InvariantCulture);
        var fields = query["_fields"].FirstOrDefault()?.Split(',');
        await AnswerAsync(http, new JsonArray([.. taken.Select(o => (JsonNode)Only(o, fields))]));
    }

    private static JsonObject Only(JsonObject whole, string[]? fields)
    {
        if (fields is null) return whole.DeepClone().AsObject();
        var some = new JsonObject();
        foreach (var field in fields)
        {
            if (whole.TryGetPropertyValue(field, out var value)) some[field] = value?.DeepClone();
        }
        return some;
    }

    private static Task OneAsync(HttpContext http, JsonObject? thing, string code) => thing is null ? ErrorAsync(http, 404, code, "Invalid ID.") : AnswerAsync(http, thing.DeepClone());

    private async Task MakeWebhookAsync(HttpContext http)
    {
        var body = JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!.AsObject();
        var id = Interlocked.Increment(ref nextId);
        secrets[id] = body["secret"]!.GetValue<string>();
        body.Remove("secret");
        body["id"] = id;
        Webhooks[id] = body;
        Pings.Add((body["delivery_url"]!.GetValue<string>(), Encoding.ASCII.GetBytes($"webhook_id={id}")));
        http.Response.StatusCode = 201;
        await AnswerAsync(http, body.DeepClone());
    }

    private static async Task ChangeAsync(HttpContext http, JsonObject thing)
    {
        foreach (var (name, value) in JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!.AsObject())
        {
            if (name != "secret") thing[name] = value?.DeepClone();
        }
        await AnswerAsync(http, thing.DeepClone());
    }

    private async Task CouponsAsync(HttpContext http)
    {
        var batch = JsonNode.Parse(await new StreamReader(http.Request.Body).ReadToEndAsync())!.AsObject();
        var answer = new JsonObject();
        if (batch["create"] is JsonArray create)
        {
            answer["create"] = new JsonArray([.. create.Select(c =>
            {
                var coupon = c!.DeepClone().AsObject();
                var code = coupon["code"]!.GetValue<string>().ToLowerInvariant();
                if (Coupons.Values.Any(known => known["code"]!.GetValue<string>() == code))
                    return (JsonNode)new JsonObject { ["id"] = 0, ["error"] = new JsonObject { ["code"] = "woocommerce_rest_coupon_code_already_exists" } };
                var id = Interlocked.Increment(ref nextId);
                (coupon["id"], coupon["code"], coupon["usage_count"]) = (id, code, 0);
                Coupons[id] = coupon;
                return coupon.DeepClone();
            })]);
        }
        if (batch["delete"] is JsonArray delete)
        {
            foreach (var id in delete) Coupons.TryRemove(id!.GetValue<long>(), out _);
            answer["delete"] = delete.DeepClone();
        }
        await AnswerAsync(http, answer);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static Task ErrorAsync(HttpContext http, int status, string code, string message)
    {
        http.Response.StatusCode = status;
        return AnswerAsync(http, new JsonObject { ["code"] = code, ["message"] = message, ["data"] = new JsonObject { ["status"] = status } });
    }

    private static Task AnswerAsync(HttpContext http, JsonNode body)
    {
        http.Response.ContentType = "application/json; charset=UTF-8";
        return http.Response.WriteAsync(body.ToJsonString());
    }
}
