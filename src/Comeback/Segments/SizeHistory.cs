using Comeback.Data;
using Comeback.Engine.Facts;
using Comeback.Facts;

namespace Comeback.Segments;

/// <summary>
/// The sizes of a store's segments in the year before, a point a week, for the plots: made from the raw history after an import, since nobody was
/// there to count.
/// </summary>
internal sealed class SizeHistory(Databases databases, StoreWriter writer, StoreClocks clocks)
{
    private const int Weeks = 52;

    /// <summary>Evaluates each segment at the end of each week, the last first, and writes what it was. The gate is left between two weeks.</summary>
    public async Task WriteAsync(LiveSegments live, CancellationToken ct)
    {
        var today = clocks.Today(live.Store);
        var created = await CreatedAsync(live, ct).ConfigureAwait(false);
        var days = StoreDays.Of(clocks.Zone(live.Store).Id);
        for (var week = 1; week <= Weeks; week++)
        {
            var day = today.AddDays(-7 * week);
            var points = new List<(Engine.SegmentId Segment, int Members, long Spent)>();
            using (await live.EnterAsync(ct).ConfigureAwait(false))
            {
                var then = new LiveSegments(live.Facts);
                var end = days.EndOf(day);
                var known = Instants.ToMicroseconds(end);
                then.Compile(live.Rows.Values, end);
                // Those whom nobody had heard of then are prospects of a later day.
                points.AddRange(then.Rows.Values.Where(r => then.Holds(r.Key)).Select(r => (
                    r.Id, then.Set!.Members(r.Key).Ordinals.Count(o => o < created.Length && created[o] <= known), then.AmountOf(r.Key))));
            }
            await writer.WriteAsync(live.Store, Lane.Bulk, async transaction =>
            {
                foreach (var (segment, members, spent) in points)
                    await MembershipWriter.SizeAsync(transaction, segment, day, members, spent, ct).ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
        }
    }

    private async Task<long[]> CreatedAsync(LiveSegments live, CancellationToken ct)
    {
        var created = new long[live.Facts.Columns.Capacity];
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = FactsSql.Created;
        command.With("@store", live.Store.Value);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            if (reader.GetInt32(0) is var ordinal && ordinal < created.Length) created[ordinal] = reader.GetInt64(1);
        return created;
    }
}
