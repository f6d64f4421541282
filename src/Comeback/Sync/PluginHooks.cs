using System.Text.Json;
using Comeback.Hosting;
using Comeback.Install;
using Microsoft.AspNetCore.Mvc;

namespace Comeback.Sync;

/// <summary>What the companion plugin of a WooCommerce store tells: carts, consents, sign-ups, that it was removed. Worked from the inbox.</summary>
internal static class PluginHooks
{
    public const string Source = "woocommerce-plugin";

    public static void MapPluginHooks(this Routes routes)
    {
        var plugin = routes.Hooks.MapGroup("/hooks/woocommerce/plugin").DisableRateLimiting().WithMetadata(new RequestSizeLimitAttribute(2 * PluginDoor.MostBytes)).ExcludeFromDescription();
        plugin.MapPost("/carts", CartsAsync);
        plugin.MapPost("/consents", ConsentsAsync);
        plugin.MapPost("/events", EventsAsync);
        plugin.MapPost("/sign-up", SignUpAsync);
        plugin.MapPost("/uninstall", UninstallAsync);
    }

    private static Task<IResult> CartsAsync(HttpRequest request, PluginDoor door, HookDoor hooks, Inbox inbox, CancellationToken ct) => TakeAsync("plugin.carts", request, door, hooks, inbox, ct);

    private static Task<IResult> ConsentsAsync(HttpRequest request, PluginDoor door, HookDoor hooks, Inbox inbox, CancellationToken ct) => TakeAsync("plugin.consents", request, door, hooks, inbox, ct);

    private static Task<IResult> EventsAsync(HttpRequest request, PluginDoor door, HookDoor hooks, Inbox inbox, CancellationToken ct) => TakeAsync("plugin.events", request, door, hooks, inbox, ct);

    // The same answer for known and unknown addresses.
    private static Task<IResult> SignUpAsync(HttpRequest request, PluginDoor door, HookDoor hooks, Inbox inbox, CancellationToken ct) => TakeAsync("plugin.sign-up", request, door, hooks, inbox, ct);

    private static async Task<IResult> TakeAsync(string topic, HttpRequest request, PluginDoor door, HookDoor hooks, Inbox inbox, CancellationToken ct)
    {
        if (await door.ReadAsync(request, ct).ConfigureAwait(false) is not { } call) return TypedResults.Unauthorized();
        if (Read(call.Body) is not { } body) return TypedResults.BadRequest();
        body.Dispose();
        return await hooks.AcceptAsync(() => inbox.AcceptAsync(call.Store, Source, topic, call.Delivery, null, new Dictionary<string, string>(), call.Body, ct)).ConfigureAwait(false);
    }

    private static async Task<IResult> UninstallAsync(HttpRequest request, PluginDoor door, StoreConnections connections, CancellationToken ct)
    {
        if (await door.ReadAsync(request, ct).ConfigureAwait(false) is not { } call) return TypedResults.Unauthorized();
        using var body = Read(call.Body);
        if (body is null || !body.RootElement.TryGetProperty("installation", out var number) || !number.TryGetInt32(out var installation)) return TypedResults.BadRequest();
        await connections.UninstallAsync(call.Store, installation, noticedAt: null, ct).ConfigureAwait(false);
        return TypedResults.Ok();
    }

    internal static JsonDocument? Read(byte[] body)
    {
        try
        {
            var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
