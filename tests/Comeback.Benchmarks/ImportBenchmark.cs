using System.Diagnostics;
using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Stores.Csv;
using Comeback.Sync;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Comeback.Benchmarks;

/// <summary>
/// <c>-- import [--file F] [--pairs N]</c>: Online Retail through the import against a bare CsvHelper-plus-prepared-insert loop of the same rows into
/// SQLite, interleaved in one run; then how long a webhook-like write waits beside a running import.
/// </summary>
internal static class ImportBenchmark
{
    public static async Task RunAsync(string[] args)
    {
        var file = Argument(args, "--file") ?? "../shared/data/online-retail.csv.gz";
        var pairs = int.Parse(Argument(args, "--pairs") ?? "3", CultureInfo.InvariantCulture);
        if (!File.Exists(file))
        {
            await Console.Error.WriteLineAsync($"There is no {file}: name Online Retail by --file.").ConfigureAwait(false);
            return;
        }
        var reading = Reading(file);
        Console.WriteLine($"reading alone (two passes, records made): {reading.TotalSeconds:N2} s");
        List<double> withIndexes = [], without = [], writes = [];
        for (var pair = 0; pair < pairs; pair++)
        {
            var ours = await OursAsync(file).ConfigureAwait(false);
            var bare = await BareAsync(file, indexes: true).ConfigureAwait(false);
            var plain = await BareAsync(file, indexes: false).ConfigureAwait(false);
            if (ours.Counts != bare.Counts || ours.Counts != plain.Counts) throw new InvalidOperationException($"Not the same rows: {ours.Counts} / {bare.Counts} / {plain.Counts}");
            withIndexes.Add(bare.Took / ours.Took);
            without.Add(plain.Took / ours.Took);
            writes.Add(bare.Took / ours.Writing);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"import {ours.Took.TotalSeconds:N2} s ({ours.Rows / ours.Took.TotalSeconds:N0} rows/s, writing {ours.Writing.TotalSeconds:N2} s) · bare loop, same indexes {bare.Took.TotalSeconds:N2} s · without indexes {plain.Took.TotalSeconds:N2} s"));
        }
        Console.WriteLine($"same rows in all: {await CountsOnceAsync(file).ConfigureAwait(false)}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"ratio, median of {pairs} (1 is as fast as the bare loop): same indexes {Median(withIndexes):N2}, without indexes {Median(without):N2} (aim 0.5); writes alone {Median(writes):N2} (aim 0.7)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak memory of this process {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB"));
        await BesideAsync(file).ConfigureAwait(false);
    }

    private static TimeSpan Reading(string file)
    {
        var watch = Stopwatch.StartNew();
        var order = OrderFile.Open(() => File.OpenRead(file), new OrderFileOptions(), null, CancellationToken.None);
        var count = order.Read(Currency.Parse("GBP"), DateTimeZoneProviders.Tzdb["Europe/London"], () => new MemoryStream(), CancellationToken.None).Count();
        GC.KeepAlive(count);
        return watch.Elapsed;
    }

    private static async Task<(TimeSpan Took, TimeSpan Writing, long Rows, Counts Counts)> OursAsync(string file)
    {
        await using var place = await Place.NewAsync().ConfigureAwait(false);
        var first = TimeSpan.Zero;
        var watch = Stopwatch.StartNew();
        var result = await place.ImportAsync(file, "uci", new Progress(p =>
        {
            if (p.Writing && first == TimeSpan.Zero) first = watch.Elapsed;
        })).ConfigureAwait(false);
        var took = watch.Elapsed;
        return (took, place.Written, result.Rows, await place.CountAsync(result.Store).ConfigureAwait(false));
    }

    private static async Task<Counts> CountsOnceAsync(string file)
    {
        await using var place = await Place.NewAsync().ConfigureAwait(false);
        var result = await place.ImportAsync(file, "uci", null).ConfigureAwait(false);
        return await place.CountAsync(result.Store).ConfigureAwait(false);
    }

    private static async Task<(TimeSpan Took, Counts Counts)> BareAsync(string file, bool indexes)
    {
        await using var place = await Place.NewAsync().ConfigureAwait(false);
        await using var connection = new SqliteConnection(place.Databases.ConnectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        Databases.SetPragmas(connection);
        if (!indexes) ImportBareLoop.DropIndexes(connection);
        var watch = Stopwatch.StartNew();
        ImportBareLoop.Run(file, connection);
        var took = watch.Elapsed;
        return (took, await place.CountAsync(new StoreId(1)).ConfigureAwait(false));
    }

    // One order of another store every few milliseconds, as webhooks come, while the import runs over and over.
    private static async Task BesideAsync(string file)
    {
        await using var place = await Place.NewAsync().ConfigureAwait(false);
        var store = await place.Writer.AddStoreAsync(id => new StoreRow { Id = id, Name = "live", Currency = "GBP", TimeZone = "UTC", CreatedAt = TimeProvider.System.GetUtcNow() }, CancellationToken.None).ConfigureAwait(false);
        var importing = Task.Run(() => place.ImportAsync(file, "uci", null));
        var waits = new List<double>();
        var pounds = Currency.Parse("GBP");
        for (var i = 0; !importing.IsCompleted; i++)
        {
            var at = TimeProvider.System.GetUtcNow();
            OrderRecord order = new()
            {
                ExternalId = $"{i}",
                Number = $"#{i}",
                Person = new Person { Email = $"c{i % 500}@example.com" },
                PlacedAt = at,
                UpdatedAt = at,
                Standing = OrderStanding.Counted,
                Total = new Money(1000, pounds),
                Lines = [new OrderLineRecord { ProductExternalId = $"p{i % 50}", Title = "Tea", Quantity = 1, UnitPrice = new Money(1000, pounds), Total = new Money(1000, pounds) }],
            };
            var watch = Stopwatch.GetTimestamp();
            await place.Records.WriteAsync(store, [order], Arrival.Live, Lane.Live, CancellationToken.None).ConfigureAwait(false);
            waits.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            await Task.Delay(5).ConfigureAwait(false);
        }
        await importing.ConfigureAwait(false);
        waits.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"live writes beside a running import: {waits.Count}, p50 {At(0.5):N1} ms, p99 {At(0.99):N1} ms, most {waits[^1]:N1} ms (aim p99 under 100 ms)"));

        double At(double share) => waits[(int)(share * (waits.Count - 1))];
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string? Argument(string[] args, string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

    private sealed class Progress(Action<ImportProgress> told) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => told(value);
    }
}

/// <summary>What a database holds, to see that both sides wrote the same.</summary>
internal sealed record Counts(int Orders, int Lines, int Customers, int Products, int Refunds, long Minor);

/// <summary>A migrated SQLite database of its own, with what writes to it.</summary>
internal sealed class Place : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("comeback-bench-").FullName;

    private Place()
    {
        Databases = new Databases(null, folder);
        Writer = new StoreWriter(Databases, new ChangeSignal(TimeProvider.System));
        Clocks = new StoreClocks(Databases, TimeProvider.System);
        Records = new RecordWriter(Databases, Writer, Clocks, TimeProvider.System);
    }

    public Databases Databases { get; }
    public StoreWriter Writer { get; }
    public StoreClocks Clocks { get; }
    public RecordWriter Records { get; }

    /// <summary>Of the last import: from the first batch to its end.</summary>
    public TimeSpan Written { get; private set; }

    public static async Task<Place> NewAsync()
    {
        var place = new Place();
        await new Migrator(place.Databases, TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync().ConfigureAwait(false);
        return place;
    }

    public async Task<ImportResult> ImportAsync(string file, string store, IProgress<ImportProgress>? progress)
    {
        var job = new ImportJob(Databases, Writer, Records, Clocks, TimeProvider.System);
        var request = ImportRequest.Create("online-retail.csv.gz", () => File.OpenRead(file), new FileInfo(file).Length, store, "GBP", "Europe/London", new OrderFileOptions());
        var started = await job.StartAsync(request, progress, CancellationToken.None).ConfigureAwait(false);
        var watch = Stopwatch.StartNew();
        var result = await job.RunAsync(started, progress, CancellationToken.None).ConfigureAwait(false);
        Written = watch.Elapsed;
        return result;
    }

    public async Task<Counts> CountAsync(StoreId store)
    {
        await using var db = Databases.Open(store);
        return new Counts(
            await db.Orders.CountAsync().ConfigureAwait(false), await db.OrderLines.CountAsync().ConfigureAwait(false), await db.Customers.CountAsync().ConfigureAwait(false),
            await db.Products.CountAsync().ConfigureAwait(false), await db.Refunds.CountAsync().ConfigureAwait(false),
            await db.Orders.SumAsync(o => o.TotalMinor).ConfigureAwait(false) - await db.Refunds.SumAsync(r => r.AmountMinor).ConfigureAwait(false));
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync().ConfigureAwait(false);
        await Databases.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(folder, recursive: true);
    }
}
