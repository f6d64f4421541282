using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Segments;

/// <summary>The plain-language box: a wish becomes a definition that is parsed, linted and counted, and never saved here.</summary>
internal static class DraftEndpoints
{
    public static void Map(RouteGroupBuilder segments)
    {
        segments.MapGet("/draft", Configured);
        segments.MapPost("/draft", WriteAsync);
    }

    /// <summary>Whether there is a language model to ask; without one the box offers the gallery.</summary>
    private static Ok<DraftState> Configured(AiOptions options) => TypedResults.Ok(new DraftState(options.Configured));

    private static async Task<Ok<DraftAnswer>> WriteAsync(
        StoreId store, DraftRequest body, AiOptions options, SegmentDrafts drafts, Databases databases, SegmentStores stores, CancellationToken ct)
    {
        if (!options.Configured) return TypedResults.Ok(new DraftAnswer(false, null, null));
        var wish = (body.Text ?? "").Trim();
        if (wish.Length is 0 or > SegmentDrafts.LongestWish) throw new UserError($"Describe the customers in 1 to {SegmentDrafts.LongestWish} characters.");
        var definition = await drafts.WriteAsync(store, wish, ct).ConfigureAwait(false);
        var check = await SegmentsEndpoints.CheckAsync(store, new CheckRequest(definition), databases, stores, ct).ConfigureAwait(false);
        return TypedResults.Ok(new DraftAnswer(true, definition, check.Value));
    }
}

internal sealed record DraftState(bool Configured);

internal sealed record DraftRequest(string Text);

/// <summary>What the model wrote and what checking it says; both null when there is no model.</summary>
internal sealed record DraftAnswer(bool Configured, string? Definition, CheckAnswer? Check);
