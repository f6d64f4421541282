using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>A few people to recognise while a definition is typed.</summary>
internal sealed record SamplePerson(CustomerId CustomerId, string? Name, string? Email, int Orders, Money AmountSpent);

/// <summary>Picks and names them.</summary>
internal static class SamplePeople
{
    /// <summary>The same few of a set each time, spread over it. Inside the gate.</summary>
    public static async Task<IReadOnlyList<SamplePerson>> OfAsync(Databases databases, LiveSegments live, IEnumerable<int> people, int count, CancellationToken ct)
    {
        // Who came in after the present was read is in the past's report already, and not yet here.
        var all = people.Where(live.Facts.Columns.Exists).ToList();
        var step = Math.Max(1, all.Count / count);
        var chosen = all.Where((_, i) => i % step == 0).Take(count).ToList();
        await using var db = databases.Open(live.Store);
        var rows = await db.Customers.Where(c => chosen.Contains(c.Ordinal)).ToDictionaryAsync(c => c.Ordinal, ct).ConfigureAwait(false);
        return
        [
            .. chosen.Where(rows.ContainsKey).Select(o =>
            {
                var summary = live.Set!.Summary(o);
                return new SamplePerson(rows[o].Id, CustomersEndpoints.NameOf(rows[o]), rows[o].Email, summary.Orders, new Money(summary.SpentMinor, live.Facts.Currency));
            }),
        ];
    }
}
