using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Comeback.Facts;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>Members with their names, numbers, and since when and why they are in.</summary>
internal static class MemberRows
{
    private const int Batch = 1_000;

    internal readonly record struct Found(CustomerRow Row, CustomerSummary Summary, DateTimeOffset? Since, string? Why, Wording? WhySaid);

    /// <summary>The people of one page in its order. Inside the gate.</summary>
    public static async Task<List<Found>> ReadAsync(Databases databases, LiveSegments live, SegmentId? segment, IReadOnlyList<int> ordinals, CancellationToken ct)
    {
        await using var db = databases.Open(live.Store);
        var rows = await db.Customers.Where(c => ordinals.Contains(c.Ordinal)).ToDictionaryAsync(c => c.Ordinal, ct).ConfigureAwait(false);
        var ids = rows.Values.Select(r => r.Id).ToList();
        var stays = segment is { } id
            ? await db.Memberships.Where(m => ids.Contains(m.CustomerId) && m.SegmentId == id && m.LeftAt == null)
                .Select(m => new { m.CustomerId, m.EnteredAt, m.EnteredBy, m.EnteredById }).ToListAsync(ct).ConfigureAwait(false)
            : [];
        var why = await WhyTexts.OfAsync(db, stays.Select(s => (s.EnteredBy, s.EnteredById)), ct).ConfigureAwait(false);
        var byCustomer = stays.GroupBy(s => s.CustomerId).ToDictionary(g => g.Key, g => g.MinBy(s => s.EnteredAt)!);
        var found = new List<Found>(ordinals.Count);
        foreach (var ordinal in ordinals)
        {
            if (!rows.TryGetValue(ordinal, out var row)) continue;
            var stay = byCustomer.GetValueOrDefault(row.Id);
            found.Add(new Found(row, live.Set!.Summary(ordinal), stay?.EnteredAt, stay is null ? null : why.Of(stay.EnteredBy, stay.EnteredById),
                stay is null ? null : why.Said(stay.EnteredBy, stay.EnteredById)));
        }
        return found;
    }

    /// <summary>Everybody in a segment as CSV; the gate is entered for each batch only, so that a slow reader holds nobody up.</summary>
    public static async Task WriteAsync(Databases databases, LiveSegments live, string key, Stream output, bool raw, CancellationToken ct)
    {
        List<int> people;
        SegmentId segment;
        using (await live.EnterAsync(ct).ConfigureAwait(false))
            (people, segment) = ([.. live.Set!.Members(key).Ordinals], live.Rows[key].Id);
        await using var csv = new MemberCsv(output, raw);
        await csv.HeaderAsync().ConfigureAwait(false);
        foreach (var batch in people.Chunk(Batch))
        {
            List<Found> found;
            using (await live.EnterAsync(ct).ConfigureAwait(false)) found = await ReadAsync(databases, live, segment, batch, ct).ConfigureAwait(false);
            foreach (var m in found)
            {
                var amount = new Money(m.Summary.SpentMinor, live.Facts.Currency);
                await csv.RowAsync(new Member(
                    m.Row.Id.ToString(), m.Row.AccountId, m.Row.FirstName, m.Row.LastName, m.Row.Email, m.Row.Phone, m.Row.Country, m.Summary.Orders, amount.ToDecimalString(),
                    amount.Currency.Code, m.Summary.LastOrderAt, m.Since, m.Why)).ConfigureAwait(false);
            }
        }
    }
}
