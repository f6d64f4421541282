using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>Which others were found to be the same person, and the way back when that was wrong.</summary>
internal static class MergesEndpoints
{
    public static void MapMerges(this Routes routes)
    {
        var merges = routes.Store.MapGroup("/customers/{customer}/merges").WithTags("Customers");
        merges.MapGet("", ListAsync);
        merges.MapPost("/{id:long}/undo", UndoAsync);
    }

    private static async Task<Ok<List<MergeView>>> ListAsync(StoreId store, CustomerId customer, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var rows = await db.Merges.Where(m => m.Into == customer && m.UndoneAt == null).OrderByDescending(m => m.At).ThenByDescending(m => m.Id)
            .Join(db.Customers, m => m.From, c => c.Id, (m, c) => new { m.Id, m.From, m.At, m.Why, c.FirstName, c.LastName, c.Email, c.Phone }).ToListAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(rows.ConvertAll(m => new MergeView(m.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), m.From,
            string.Join(' ', new[] { m.FirstName, m.LastName }.Where(n => !string.IsNullOrWhiteSpace(n))) is { Length: > 0 } name ? name : null, m.Email, m.Phone, m.At, m.Why)));
    }

    private static async Task<Results<NoContent, NotFound>> UndoAsync(StoreId store, CustomerId customer, long id, Databases databases, Merges merges, CancellationToken ct)
    {
        await using (var db = databases.Open(store))
        {
            if (!await db.Merges.AnyAsync(m => m.Id == id && m.Into == customer, ct).ConfigureAwait(false)) return TypedResults.NotFound();
        }
        return await merges.UndoAsync(store, id, ct).ConfigureAwait(false) ? TypedResults.NoContent() : TypedResults.NotFound();
    }
}

/// <param name="Customer">The one who was taken in.</param>
internal sealed record MergeView(string Id, CustomerId Customer, string? Name, string? Email, string? Phone, DateTimeOffset At, string Why);
