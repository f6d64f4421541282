using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;

namespace Comeback.Segments;

/// <summary>A store as it was at the end of past days: the last few that were asked for are kept, as each is a reading of its own.</summary>
internal sealed class PastReports(Databases databases, ColumnCache cache, StoreClocks clocks)
{
    private const int Kept = 4;
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly LinkedList<(StoreId Store, DateOnly Day, long Change, SegmentReport Report)> reports = new();

    /// <summary>Works with the report of a day; one at a time, since its numbers are not for several readers at once.</summary>
    /// <param name="change">The counter that the present is at: the past changes too when history comes in.</param>
    public async Task<T> AtAsync<T>(StoreId store, DateOnly day, long change, Func<SegmentReport, T> use, CancellationToken ct)
    {
        if (day > clocks.Today(store)) throw new UserError("That day is yet to come: give today or a day of the past.");
        await one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var known = reports.FirstOrDefault(r => r.Store == store && r.Day == day && r.Change == change);
            if (known.Report is null)
            {
                known = (store, day, change, await SegmentReport.ReadAsync(databases, cache, clocks, store, day, query: null, ct).ConfigureAwait(false));
                if (day < clocks.Today(store)) reports.AddFirst(known);
                if (reports.Count > Kept) reports.RemoveLast();
            }
            return use(known.Report!);
        }
        finally
        {
            one.Release();
        }
    }
}
