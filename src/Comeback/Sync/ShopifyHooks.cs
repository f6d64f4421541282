using System.Globalization;
using System.Text;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Stores.Shopify;

namespace Comeback.Sync;

/// <summary>
/// Shopify's deliveries: one door for all shops, since its signature is the app's. It covers the body alone, so shop and topic in the headers are
/// believed only as far as the body agrees: a body that names another shop, or lacks what its topic is about, is nothing.
/// </summary>
internal static class ShopifyHooks
{
    private const string Source = "shopify";
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    public static void MapShopifyHooks(this Routes routes) =>
        routes.Hooks.MapPost("/hooks/shopify", TakeAsync).ExcludeFromDescription()
            // A signed delivery is never turned away for coming often: the inbox has its quotas per store.
            .DisableRateLimiting().WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());

    private static async Task<IResult> TakeAsync(HttpContext http, ShopifyOptions options, StoreConnections connections, Inbox inbox, TimeProvider time, CancellationToken ct)
    {
        var request = http.Request;
        var body = await HookBody.ReadAsync(request.Body, options.Configured ? [.. options.Secrets.Select(Encoding.UTF8.GetBytes)] : [], ct).ConfigureAwait(false);
        // 401 for a missing or wrong signature on every topic: Shopify's review tries the compliance topics.
        if (!body.Signed(request.Headers["X-Shopify-Hmac-Sha256"])) return TypedResults.Unauthorized();
        var topic = request.Headers["X-Shopify-Topic"].ToString();
        if (!ShopDomain.TryParse(request.Headers["X-Shopify-Shop-Domain"], out var shop) || !ShopifyWebhooks.Topics.ContainsKey(topic)) return TypedResults.Ok();
        if (await connections.FindByAddressAsync(Platform.Shopify, shop.Value, ct).ConfigureAwait(false) is not { } connection) return TypedResults.Ok();
        var now = time.GetUtcNow();
        var triggered = DateTimeOffset.TryParse(request.Headers["X-Shopify-Triggered-At"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at <= now + ClockSkew
            ? at.ToUniversalTime()
            : (DateTimeOffset?)null;
        byte[]? kept = null;
        if (body.Bytes is { } bytes && !HookBody.TooDeep(bytes))
        {
            var said = new ShopifyWebhooks(Engine.Currency.Parse("USD")).Read(topic, bytes, triggered ?? now);
            if (said.Shop is { } named && (!ShopDomain.TryParse(named, out var told) || told != shop)) return TypedResults.Ok();
            // Of what can be asked for again only the id is kept: what it says of a person is read from the store when it is worked.
            kept = said is { Id: { } id, Task: ShopifyTask.FetchOrder or ShopifyTask.FetchCustomer or ShopifyTask.FetchProduct or ShopifyTask.FetchCollection or ShopifyTask.FetchInventory }
                ? Encoding.UTF8.GetBytes(Slim(topic, said.Task, id))
                : bytes;
        }
        else if (body.Bytes is not null) kept = body.Bytes;
        // One action of the merchant has one event id and several topics: each topic is a delivery of its own.
        var once = request.Headers["X-Shopify-Event-Id"].ToString() is { Length: > 0 and <= 100 } once1 ? once1
            : request.Headers["X-Shopify-Webhook-Id"].ToString() is { Length: > 0 and <= 100 } once2 ? once2
            : body.Bytes is null ? Guid.NewGuid().ToString("N") : HookBody.Fingerprint(body.Bytes);
        await inbox.AcceptAsync(connection.StoreId, Source, topic, $"{topic}|{once}", triggered, new Dictionary<string, string>(), kept, ct).ConfigureAwait(false);
        return TypedResults.Ok();
    }

    /// <summary>A body that reads as the whole one does, with nothing but the id in it.</summary>
    private static string Slim(string topic, ShopifyTask task, string id) => topic switch
    {
        "orders/edited" => $$$"""{"order_edit":{"order_id":{{{id}}}}}""",
        "refunds/create" => $$"""{"order_id":{{id}}}""",
        _ when task == ShopifyTask.FetchInventory => $$"""{"inventory_item_id":{{id}}}""",
        _ when task == ShopifyTask.FetchCustomer && !topic.StartsWith("customers/", StringComparison.Ordinal) => $$"""{"customer_id":{{id}}}""",
        _ => $$"""{"id":{{id}}}""",
    };
}
