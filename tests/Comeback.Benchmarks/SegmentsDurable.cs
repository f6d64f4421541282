using System.Diagnostics;
using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Facts;
using Comeback.Segments;
using Comeback.Sync;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Comeback.Benchmarks;

/// <summary>What needs a database: orders written with segmentation on against off, and a start from a snapshot against one from the rows.</summary>
internal static class SegmentsDurable
{
    private const int Batch = 100;
    private static readonly Currency Pounds = Currency.Parse("GBP");

    /// <summary>The same orders into two databases, batch by batch in turn: one only writes, the other decides and commits who is in which segment after each.</summary>
    public static async Task<(string What, double Ratio, double Aim)> EndToEndAsync(int batches)
    {
        await using var off = await Place.NewAsync().ConfigureAwait(false);
        await using var on = await Place.NewAsync().ConfigureAwait(false);
        var (plain, decided) = (await StoreAsync(off).ConfigureAwait(false), await StoreAsync(on).ConfigureAwait(false));
        var cache = new ColumnCache(on.Databases, new FactsReader(on.Databases), TimeProvider.System);
        var pass = new SegmentPass(on.Databases, on.Writer, on.Clocks, cache, NullLogger<SegmentPass>.Instance);
        // A history first, so that segments have members and ranks.
        for (var batch = 0; batch < 20; batch++)
        {
            await WriteAsync(off, plain, batch, Arrival.Found).ConfigureAwait(false);
            await WriteAsync(on, decided, batch, Arrival.Found).ConfigureAwait(false);
        }
        using var owned = new OwnedStores(on.Databases, new Leases(on.Writer), NullLogger<OwnedStores>.Instance);
        var stores = new SegmentStores(pass, cache, owned);
        await stores.PassAsync(decided, CancellationToken.None).ConfigureAwait(false);
        List<double> alone = [], together = [];
        var moves = await StaysAsync(on, decided).ConfigureAwait(false);
        for (var batch = 20; batch < batches + 20; batch++)
        {
            var watch = Stopwatch.StartNew();
            await WriteAsync(off, plain, batch, Arrival.Live).ConfigureAwait(false);
            alone.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            await WriteAsync(on, decided, batch, Arrival.Live).ConfigureAwait(false);
            await stores.PassAsync(decided, CancellationToken.None).ConfigureAwait(false);
            together.Add(watch.Elapsed.TotalMilliseconds);
        }
        moves = await StaysAsync(on, decided).ConfigureAwait(false) - moves;
        if (moves == 0) throw new InvalidOperationException("Nobody moved: there was nothing to commit.");
        Say($"orders committed, batches of {Batch}: segmentation off {Batch * 1000 / Median(alone):N0} a second, with all stock segments decided and committed {Batch * 1000 / Median(together):N0} ({moves:N0} more memberships)");
        return ("durable: orders with memberships committed / orders alone", Median(alone) / Median(together), 0.6);
    }

    private static async Task<long> StaysAsync(Place place, StoreId store)
    {
        await using var db = place.Databases.Open(store);
        return await db.Memberships.LongCountAsync().ConfigureAwait(false);
    }

    /// <summary>A store written straight into SQLite; then its columns from the rows, and from a snapshot with a tail of a hundred orders.</summary>
    public static async Task<(string What, double Ratio, double Aim)> ColdStartAsync(SegmentsStore store, int pairs)
    {
        await using var place = await Place.NewAsync().ConfigureAwait(false);
        var id = await StoreAsync(place).ConfigureAwait(false);
        await using (var connection = new SqliteConnection(place.Databases.ConnectionString))
        {
            await connection.OpenAsync().ConfigureAwait(false);
            Databases.SetPragmas(connection);
            SegmentsRows.Write(connection, id.Value, store);
        }
        var snapshots = new ColumnSnapshots(place.Databases, place.Writer, TimeProvider.System, NullLogger<ColumnSnapshots>.Instance) { LeastRows = 0 };
        var rows = new ColumnCache(place.Databases, new FactsReader(place.Databases), TimeProvider.System);
        var files = new ColumnCache(place.Databases, new FactsReader(place.Databases), TimeProvider.System, snapshots);
        var facts = await rows.LoadAsync(id, asOf: null, CancellationToken.None).ConfigureAwait(false);
        var writing = Stopwatch.StartNew();
        if (!await snapshots.WriteAsync(facts, now: true, CancellationToken.None).ConfigureAwait(false)) throw new InvalidOperationException("No snapshot was written.");
        var wrote = writing.Elapsed;
        await WriteAsync(place, id, 0, Arrival.Live).ConfigureAwait(false);
        List<double> rebuilt = [], started = [];
        for (var pair = 0; pair <= pairs; pair++)
        {
            var watch = Stopwatch.StartNew();
            var whole = await rows.LoadAsync(id, asOf: null, CancellationToken.None).ConfigureAwait(false);
            if (pair > 0) rebuilt.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            var kept = await files.LoadAsync(id, asOf: null, CancellationToken.None).ConfigureAwait(false);
            if (pair > 0) started.Add(watch.Elapsed.TotalMilliseconds);
            if (kept.SnapshotChange < 0) throw new InvalidOperationException("The snapshot was passed over.");
            Same(whole.Columns, kept.Columns);
        }
        Say($"cold start of {store.Customers:N0} customers: from rows {Median(rebuilt):N0} ms, from a snapshot of {new FileInfo(snapshots.PathOf(id)).Length >> 20} MB and a tail {Median(started):N0} ms; writing it took {wrote.TotalMilliseconds:N0} ms");
        return ("cold start, snapshot and tail / rebuild from SQLite", Median(started) / Median(rebuilt), 0.15);
    }

    // The ten segments over both, member by member.
    private static void Same(StoreColumns left, StoreColumns right)
    {
        var (one, other) = (All(left), All(right));
        foreach (var (key, _) in SegmentsBenchmark.Ten)
            if (!one.Members(key).Ordinals.SequenceEqual(other.Members(key).Ordinals)) throw new InvalidOperationException($"{key} differs after a start from a snapshot");

        static Engine.Segments.SegmentSet All(StoreColumns columns)
        {
            var set = Engine.Segments.SegmentSet.Compile(columns, SegmentsBenchmark.Ten.Select(text => new Engine.Segments.SegmentDefinition(text.Key, text.Text)));
            set.EvaluateAll(SegmentsStore.Now);
            return set;
        }
    }

    private static Task<StoreId> StoreAsync(Place place) => place.Writer.AddStoreAsync(
        id => new StoreRow { Id = id, Name = "bench", Currency = "GBP", TimeZone = "Europe/London", CreatedAt = TimeProvider.System.GetUtcNow().AddYears(-1) }, CancellationToken.None);

    private static Task WriteAsync(Place place, StoreId store, int batch, Arrival arrival)
    {
        var random = new Random(batch);
        var now = TimeProvider.System.GetUtcNow();
        var orders = new List<StoreRecord>(Batch);
        for (var i = 0; i < Batch; i++)
        {
            var at = arrival == Arrival.Live ? now : now.AddMinutes(-random.Next(300_000));
            var minor = 500 + random.Next(9_000);
            orders.Add(new OrderRecord
            {
                ExternalId = string.Create(CultureInfo.InvariantCulture, $"{batch}-{i}"),
                Number = string.Create(CultureInfo.InvariantCulture, $"#{batch}-{i}"),
                Person = new Person { Email = $"c{random.Next(1_000)}@example.com" },
                PlacedAt = at,
                UpdatedAt = at,
                Standing = OrderStanding.Counted,
                Total = new Money(minor, Pounds),
                Lines = [new OrderLineRecord { ProductExternalId = $"p{random.Next(50)}", Title = "Tea", Quantity = 1, UnitPrice = new Money(minor, Pounds), Total = new Money(minor, Pounds) }],
            });
        }
        return place.Records.WriteAsync(store, orders, arrival, Lane.Live, CancellationToken.None);
    }

    private static double Median(List<double> all) => all.Order().ElementAt(all.Count / 2);

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
