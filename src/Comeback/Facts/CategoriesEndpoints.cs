using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Facts;

/// <summary>The store's categories with the names that it gives them in other languages, so that a page says them as its reader does.</summary>
internal static class CategoriesEndpoints
{
    public static void Map(RouteGroupBuilder store) => store.MapGet("/categories", ListAsync).WithName("Categories");

    internal static async Task<Ok<List<CategoryName>>> ListAsync(StoreId store, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var rows = await db.Categories.Where(c => !c.Deleted && c.InUse).OrderBy(c => c.Id).Select(c => new { c.Key, c.Name, c.Names }).Take(2_000).ToListAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(rows.ConvertAll(r => new CategoryName(r.Key, r.Name, Read(r.Names))));
    }

    private static Dictionary<string, string> Read(string names)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(names) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

internal sealed record CategoryName(string Key, string Name, IReadOnlyDictionary<string, string> Names);
