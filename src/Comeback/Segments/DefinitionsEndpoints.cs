using Comeback.Data;
using Comeback.Engine;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>Definitions out of a store and into it, many at once.</summary>
internal static class DefinitionsEndpoints
{
    public static void Map(RouteGroupBuilder segments)
    {
        segments.MapGet("/definitions", ListAsync);
        segments.MapGet("/definitions/text", TextAsync);
        segments.MapPost("/import", ImportAsync);
        segments.MapPost("/import/undo", UndoAsync);
    }

    /// <summary>All definitions, to carry to another store: the same objects are what import and POST to the list take.</summary>
    private static async Task<Ok<IReadOnlyList<DefinitionItem>>> ListAsync(StoreId store, Databases databases, CancellationToken ct) =>
        TypedResults.Ok<IReadOnlyList<DefinitionItem>>(await ReadAsync(databases, store, ct).ConfigureAwait(false));

    /// <summary>The same as a text that people read; those that come with Comeback are left out, as every store has them.</summary>
    private static async Task<FileContentHttpResult> TextAsync(StoreId store, Databases databases, CancellationToken ct) => TypedResults.File(
        System.Text.Encoding.UTF8.GetBytes(DefinitionText.Write((await ReadAsync(databases, store, ct).ConfigureAwait(false)).Where(item => !item.Stock))),
        "text/plain; charset=utf-8", "segments.txt");

    private static async Task<Ok<ImportedDefinitions>> ImportAsync(StoreId store, DefinitionsToImport body, DefinitionImport import, SegmentStores stores, CancellationToken ct)
    {
        // The stock segments are rows of the store once it was looked at.
        await stores.GetAsync(store, ct).ConfigureAwait(false);
        var answer = await import.RunAsync(store, body, ct).ConfigureAwait(false);
        if (answer.Undo is not null) await stores.PassAsync(store, CancellationToken.None).ConfigureAwait(false);
        return TypedResults.Ok(answer);
    }

    private static async Task<NoContent> UndoAsync(StoreId store, DefinitionsUndo body, DefinitionImport import, SegmentStores stores, CancellationToken ct)
    {
        if (await import.UndoAsync(store, body, ct).ConfigureAwait(false) > 0) await stores.PassAsync(store, CancellationToken.None).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    internal static async Task<List<DefinitionItem>> ReadAsync(Databases databases, StoreId store, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        return await db.Segments.Where(s => !s.Deleted).OrderBy(s => s.Id).Select(s => new DefinitionItem(s.Key, s.Name, s.Description, s.Definition, s.Stock))
            .ToListAsync(ct).ConfigureAwait(false);
    }
}

internal sealed record DefinitionItem(string Key, string Name, string? Description, string Definition, bool Stock = false);
