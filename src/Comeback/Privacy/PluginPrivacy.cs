using System.Text.Json.Nodes;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Sync;

namespace Comeback.Privacy;

/// <summary>WordPress' own exporter and eraser reach us through the plugin, signed: what is kept of an address, and forgetting it.</summary>
internal static class PluginPrivacy
{
    public static void MapPluginPrivacy(this Routes routes)
    {
        var plugin = routes.Hooks.MapGroup("/hooks/woocommerce/plugin").DisableRateLimiting().ExcludeFromDescription();
        plugin.MapPost("/data-request", DataRequestAsync);
        plugin.MapPost("/erase", EraseAsync);
    }

    private static async Task<IResult> DataRequestAsync(HttpRequest request, PluginDoor door, People people, DataRequest data, CancellationToken ct)
    {
        if (await door.ReadAsync(request, ct).ConfigureAwait(false) is not { } call) return TypedResults.Unauthorized();
        if (Email(call) is not { } email) return TypedResults.BadRequest();
        if (await FindAsync(people, call.Store, email, ct).ConfigureAwait(false) is not { } customer) return TypedResults.Json(new JsonObject { ["data"] = new JsonArray() });
        var file = JsonNode.Parse(await data.ReadAsync(call.Store, customer, "woocommerce", ct).ConfigureAwait(false))!.AsObject();
        var groups = new JsonArray();
        foreach (var (name, value) in file)
        {
            if (value is not JsonArray rows) continue;
            foreach (var row in rows.OfType<JsonObject>())
            {
                groups.Add(new JsonObject
                {
                    ["group"] = name,
                    ["items"] = new JsonArray([.. row.Where(f => f.Value is not null).Select(f => (JsonNode)new JsonObject { ["name"] = f.Key, ["value"] = f.Value is JsonValue plain ? plain.ToString() : f.Value!.ToJsonString() })]),
                });
            }
        }
        return TypedResults.Json(new JsonObject { ["data"] = groups });
    }

    private static async Task<IResult> EraseAsync(HttpRequest request, PluginDoor door, People people, Erasure erasure, CancellationToken ct)
    {
        if (await door.ReadAsync(request, ct).ConfigureAwait(false) is not { } call) return TypedResults.Unauthorized();
        if (Email(call) is not { } email) return TypedResults.BadRequest();
        var customer = await FindAsync(people, call.Store, email, ct).ConfigureAwait(false);
        if (customer is { } known) await erasure.EraseAsync(call.Store, known, "woocommerce", ct).ConfigureAwait(false);
        return TypedResults.Json(new JsonObject { ["erased"] = customer is not null });
    }

    private static string? Email(PluginCall call)
    {
        using var body = PluginHooks.Read(call.Body);
        return body is not null && body.RootElement.TryGetProperty("email", out var email) && email.ValueKind == System.Text.Json.JsonValueKind.String ? Stores.EmailAddresses.Normalise(email.GetString()) : null;
    }

    private static async Task<CustomerId?> FindAsync(People people, StoreId store, string email, CancellationToken ct)
    {
        try
        {
            return await people.FindAsync(store, email, ct).ConfigureAwait(false);
        }
        catch (UserError nobody) when (nobody.Kind == UserErrorKind.NotFound)
        {
            return null;
        }
    }
}
