using Comeback.Engine;
using Comeback.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Sync;

/// <summary>The door for a store's own pages, and its key for the merchant. The door answers everybody the same: it proves and tells nothing.</summary>
internal static class StorefrontEndpoints
{
    public static void MapStorefront(this Routes routes)
    {
        routes.Public.MapPost("/storefront/{key}/events", TakeAsync).DisableAntiforgery().ExcludeFromDescription();
        routes.Public.MapMethods("/storefront/{key}/events", ["OPTIONS"], Allow).ExcludeFromDescription();
        routes.Store.MapGet("/storefront", ReadAsync).WithTags("Storefront");
        routes.Store.MapPost("/storefront/rotate", RotateAsync).WithTags("Storefront");
    }

    private static async Task<IResult> TakeAsync(string key, HttpContext http, StorefrontKeys keys, StorefrontEvents events, StorefrontCaps caps, CancellationToken ct)
    {
        Open(http.Response);
        if (await keys.StoreOfAsync(key, ct).ConfigureAwait(false) is not { } store) return TypedResults.NoContent();
        var body = new byte[StorefrontEvents.MostBytes + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        if (length > StorefrontEvents.MostBytes) caps.Dropped(store, "tooLong", 1);
        else await events.TakeAsync(store, body.AsMemory(0, length), http.Connection.RemoteIpAddress?.ToString() ?? "", ct).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static NoContent Allow(HttpContext http)
    {
        Open(http.Response);
        http.Response.Headers.AccessControlAllowMethods = "POST";
        http.Response.Headers.AccessControlAllowHeaders = "content-type";
        http.Response.Headers.AccessControlMaxAge = "86400";
        return TypedResults.NoContent();
    }

    private static async Task<Ok<StorefrontAnswer>> ReadAsync(StoreId store, StorefrontKeys keys, StorefrontCaps caps, ComebackOptions options, CancellationToken ct) =>
        TypedResults.Ok(Answer(store, await keys.PresentAsync(store, ct).ConfigureAwait(false), caps, options));

    private static async Task<Ok<StorefrontAnswer>> RotateAsync(StoreId store, StorefrontKeys keys, StorefrontCaps caps, ComebackOptions options, CancellationToken ct) =>
        TypedResults.Ok(Answer(store, await keys.RotateAsync(store, ct).ConfigureAwait(false), caps, options));

    private static StorefrontAnswer Answer(StoreId store, string key, StorefrontCaps caps, ComebackOptions options) =>
        new(key, new Uri(options.PublicUrl, $"/storefront/{key}/events").AbsoluteUri, caps.DroppedOf(store));

    // Any page may send, none may read: no credentials go with it and the answer is empty.
    private static void Open(HttpResponse response)
    {
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        response.Headers.CacheControl = "no-store";
    }
}

/// <param name="Key">Public: it stands in the store's pages.</param>
/// <param name="DroppedSinceStart">What was not taken since the service started, by reason.</param>
internal sealed record StorefrontAnswer(string Key, string EventsUrl, IReadOnlyDictionary<string, long> DroppedSinceStart);
