using Comeback.Engine;
using Comeback.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Privacy;

/// <summary>What a person may ask of a store, and what an operator says after a restore.</summary>
internal static class PrivacyEndpoints
{
    public static void MapPrivacyEndpoints(this Routes routes)
    {
        routes.Store.MapPost("/customers/{id}/data-request", RequestAsync);
        routes.Store.MapPost("/customers/{id}/erase", EraseAsync);
        routes.Store.MapPost("/resume", ResumeAsync);
    }

    private static async Task<FileContentHttpResult> RequestAsync(StoreId store, CustomerId id, DataRequest requests, CancellationToken ct) =>
        TypedResults.File(await requests.ReadAsync(store, id, "admin", ct).ConfigureAwait(false), "application/json", $"customer-{id}.json");

    private static async Task<Ok<ErasureDone>> EraseAsync(StoreId store, CustomerId id, Erasure erasure, CancellationToken ct) =>
        TypedResults.Ok(await erasure.EraseAsync(store, id, "admin", ct).ConfigureAwait(false));

    private static async Task<Ok<Waiting>> ResumeAsync(StoreId store, ResumeRequest request, AfterRestore after, CancellationToken ct) =>
        TypedResults.Ok(await after.ResumeAsync(store, request.SendDue, ct).ConfigureAwait(false));
}

/// <param name="SendDue">True sends what fell due before now; false, the default, drops it.</param>
internal sealed record ResumeRequest(bool SendDue = false);
