using System.Text;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Stores.WooCommerce;
using Microsoft.AspNetCore.Mvc;

namespace Comeback.Sync;

/// <summary>
/// Where WooCommerce delivers. The signature is over the raw body; an unknown id is answered as a wrong signature is. The one unsigned thing that is
/// answered well is the ping of a new webhook, and it is kept nowhere.
/// </summary>
internal static class WooCommerceHooks
{
    public const string Source = "woocommerce";
    private const long MostBytes = 256L * 1024 * 1024;

    public static void MapWooCommerceHooks(this Routes routes) =>
        // The limit of calls is the inbox's own, per store: a signed delivery is never told to come again, since the store would not.
        routes.Hooks.MapPost("/hooks/woocommerce/{id}", PostAsync).DisableRateLimiting().WithMetadata(new RequestSizeLimitAttribute(MostBytes)).ExcludeFromDescription();

    private static async Task<IResult> PostAsync(string id, HttpRequest request, StoreConnections connections, Secrets secrets, Inbox inbox, HookDoor door, CancellationToken ct)
    {
        var connection = id.Length is > 20 and < 60 ? await connections.FindByHookAsync(id, ct).ConfigureAwait(false) : null;
        var secret = connection is { Platform: Platform.WooCommerce } ? await secrets.LoadAsync(connection.StoreId, SecretPurposes.HookSecret, ct).ConfigureAwait(false) : null;
        if (await door.ReadAsync(request, connection?.StoreId, secret is null ? [] : [Encoding.UTF8.GetBytes(secret)], ct).ConfigureAwait(false) is not { } body)
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        if (body.Bytes is { } bytes && WooHooks.IsPing(request.ContentType, bytes)) return TypedResults.Ok();
        if (connection is null || !body.Signed(request.Headers[WooHooks.Signature])) return TypedResults.Unauthorized();
        var topic = request.Headers[WooHooks.Topic].ToString();
        if (topic.Length is 0 or > 100) topic = "unknown";
        var key = body.Bytes is null ? "" : WooHooks.DedupeKey(topic, request.Headers[WooHooks.Delivery], body.Bytes);
        return await door.AcceptAsync(() => inbox.AcceptAsync(connection.StoreId, Source, topic, key, null, new Dictionary<string, string>(), body.Bytes, ct)).ConfigureAwait(false);
    }
}
