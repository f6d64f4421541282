using System.Diagnostics;
using System.Globalization;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Benchmarks;

/// <summary>
/// <c>-- segments [--customers 50000] [--pairs 7]</c>: ours from text, a hand-written scan and DuckDB, interleaved in one run, members compared; live
/// counts, decisions, the pass of time, a cold start and durable writes; last the table with the aims. <c>-- segments --growth [--most 1000000]</c>
/// only shows how time and memory grow. Processor time stands beside the clock's, since others may use the machine.
/// </summary>
internal static class SegmentsBenchmark
{
    /// <summary>The ten segments (the fifth in three tiers) as texts.</summary>
    public static readonly (string Key, string Text)[] Ten =
    [
        ("first_time", "number_of_orders = 1"),
        ("repeat", "number_of_orders BETWEEN 2 AND 4"),
        ("top", "top 15% by number_of_orders"),
        ("quiet", "last_order_date < -60d"),
        ("high", "top 20% by amount_spent exactly"),
        ("middle", "top 70% by amount_spent exactly AND NOT (top 20% by amount_spent exactly)"),
        ("low", "bottom 30% by amount_spent exactly"),
        ("x_not_y", "products_purchased MATCHES (category = 'c3', date >= -180d) AND products_purchased NOT MATCHES (category = 'c4', date >= -180d)"),
        ("viewed", "storefront.product_viewed MATCHES (id = 3, date >= -30d) AND products_purchased NOT MATCHES (id = 3)"),
        ("opened", "messages MATCHES (event = 'opened', count >= 3, date >= -60d)"),
        ("cart", "carts MATCHES (open = true, ordered_since = false, date > -24h, date <= -1h)"),
        ("nested", "customer_countries IN ('GB', 'DK', 'SA') AND email_subscription_status = 'SUBSCRIBED' AND (number_of_orders >= 2 AND last_order_date >= -90d"
            + " OR amount_spent > 500.00 AND last_order_date < -180d) AND messages NOT MATCHES (event = 'opened', date >= -30d)"
            + " OR customer_added_date >= -60d AND number_of_orders = 0 AND storefront.product_viewed MATCHES (count >= 3, date >= -7d)"),
    ];

    public static async Task RunAsync(string[] args)
    {
        if (Array.IndexOf(args, "--growth") >= 0)
        {
            SegmentsGrowth.Run(Option(args, "--most", 100_000));
            return;
        }
        var customers = Option(args, "--customers", 50_000);
        var pairs = Option(args, "--pairs", 7);
        Say($"{customers:N0} customers, {pairs} interleaved runs, medians; ratios are ours over theirs");
        var store = new SegmentsStore(customers);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var columns = store.Columns();
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)customers;
        Say($"{store.Orders.Count:N0} orders, {store.Lines.Count:N0} lines, {store.Events.Count:N0} events");
        var hand = new SegmentsHandWritten(store);
        using var duck = new SegmentsDuckDb(store);
        var warm = SegmentSet.Compile(columns, []);
        warm.EvaluateAll(SegmentsStore.Now);

        var times = new Dictionary<string, List<double>>();
        for (var pair = -3; pair < pairs; pair++)
        {
            var ours = Time("ours, text to lists, 1 core", () => Asked(warm, 1));
            var two = Time("ours, text to lists, 2 cores", () => Asked(warm, 2));
            var raw = Time("ours, from raw rows, 1 core", () => FromRows(columns, 1));
            var scan = Time("hand-written, from raw rows, 1 core", hand.Run);
            var facts = Time("DuckDB, facts table", () => duck.Run(withFacts: true));
            var normal = Time("DuckDB, normalised tables", () => duck.Run(withFacts: false));
            Same(ours, two, "two cores");
            Same(ours, raw, "raw rows");
            Same(ours, scan, "hand-written");
            Same(ours, facts, "DuckDB on facts");
            Same(ours, normal, "DuckDB on normalised tables");

            List<int>[] Time(string name, Func<List<int>[]> run)
            {
                var (watch, used) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                var lists = run();
                // The first rounds warm up.
                if (pair < 0) return lists;
                (times.TryGetValue(name, out var all) ? all : times[name] = []).Add(watch.Elapsed.TotalMilliseconds);
                (times.TryGetValue(name + Cpu, out var cpu) ? cpu : times[name + Cpu] = []).Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
                return lists;
            }
        }
        foreach (var (name, all) in times.Where(time => !time.Key.EndsWith(Cpu, StringComparison.Ordinal)))
            Say($"{name,-40} {Median(all),10:N1} ms {Median(times[name + Cpu]),10:N1} ms of processor time");
        var asked = Median(times["ours, text to lists, 1 core"]);
        var (two2, factsTable, normalised) = (Median(times["ours, text to lists, 2 cores"]), Median(times["DuckDB, facts table"]), Median(times["DuckDB, normalised tables"]));
        Ratio("all ten, text to lists, 2 cores / DuckDB on facts", two2 / factsTable, 0.10);
        Ratio("all ten, text to lists, 2 cores / DuckDB normalised", two2 / normalised, 0.03);
        Ratio("the same by processor time, on facts", Median(times["ours, text to lists, 2 cores" + Cpu]) / Median(times["DuckDB, facts table" + Cpu]), 0.10);
        Ratio("the same by processor time, normalised", Median(times["ours, text to lists, 2 cores" + Cpu]) / Median(times["DuckDB, normalised tables" + Cpu]), 0.03);
        Ratio("all ten, text to lists, 1 core / hand-written scan", asked / Median(times["hand-written, from raw rows, 1 core"]), 2.0);
        Ratio("all ten from raw rows, 1 core / hand-written scan", Median(times["ours, from raw rows, 1 core"]) / Median(times["hand-written, from raw rows, 1 core"]), 2.0);
        Ratio("the same by processor time", Median(times["ours, from raw rows, 1 core" + Cpu]) / Median(times["hand-written, from raw rows, 1 core" + Cpu]), 2.0);
        Ratio("two cores / one core", two2 / asked, 0.6);
        var days = StoreDays.Of("Europe/London");
        foreach (var (what, ratio, aim) in new SegmentsLive(duck, days.DayOf(StoreDays.Micros(SegmentsStore.Now))).Run(warm)) Ratio(what, ratio, aim);
        Ratio("memory, bytes a customer / 280", bytes / 280, 1.5);
        Decisions(store, columns);
        var (durable, held, least) = await SegmentsDurable.EndToEndAsync(Option(args, "--batches", 30)).ConfigureAwait(false);
        Table.Add((durable, held, least, held >= least));
        var (cold, start, most) = await SegmentsDurable.ColdStartAsync(new SegmentsStore(Math.Min(customers, Option(args, "--cold", 10_000))), 3).ConfigureAwait(false);
        Ratio(cold, start, most);
        Say($"");
        foreach (var (what, ratio, aim, met) in Table)
            Say($"{what,-66} {(ratio >= 1_000 ? ratio.ToString("N0", CultureInfo.InvariantCulture) : ratio.ToString("N3", CultureInfo.InvariantCulture)),12}  aim {aim,-9:#,0.##} {(met ? "met" : "not met")}");
    }

    private static readonly List<(string What, double Ratio, double Aim, bool Met)> Table = [];

    private const string Cpu = " (processor)";

    private static void Decisions(SegmentsStore store, StoreColumns columns)
    {
        var many = Ten.Concat(Enumerable.Range(0, 488).Select(i => ("n" + i, $"products_purchased MATCHES (category = 'c{i % 200}') AND number_of_orders >= {(i / 200) + 1}")));
        foreach (var (name, texts) in new[] { ("ten segments", Ten.AsEnumerable()), ("five hundred segments", many) })
        {
            var set = SegmentSet.Compile(columns, texts.Select(text => new SegmentDefinition(text.Item1, text.Item2)));
            set.EvaluateAll(SegmentsStore.Now);
            set.AdvanceTo(SegmentsStore.Now);
            var random = new Random(1);
            const int Count = 50_000;
            var touches = new Touches();
            var first = 500_000_000 + (Table.Count * 1_000_000);
            var events = Enumerable.Range(0, Count * 2).Select(i => new SegmentsStore.Happened(first + i, random.Next(store.Customers), SegmentsStore.Now,
                i % 3 == 0 ? EventKind.MessageOpened : EventKind.ProductViewed, 1 + random.Next(store.Products - 1)).Facts).ToArray();
            Decide("events put and decided a second of a core, " + name, events, facts => columns.PutEvent(facts), CauseKind.Event, name == "ten segments" ? 1_000_000 : 500_000);
            var orders = Enumerable.Range(0, Count / 2).Select(i => new OrderFacts
            {
                Id = new(first + i),
                Ordinal = random.Next(store.Customers),
                PlacedAt = SegmentsStore.Now,
                Standing = OrderStanding.Counted,
                SpentMinor = 3_000,
                Lines = [new LineFacts(new(random.Next(store.Products) + 1), 1, 3_000, LineKind.Goods)],
            }).ToArray();
            Decide("orders put and decided a second of a core, " + name, orders, facts => columns.PutOrder(facts), CauseKind.Order, null);

            // One by one, the first half to warm up. By processor time: it is said of a core.
            void Decide<T>(string what, T[] all, Func<T, Touched> put, CauseKind kind, double? aim)
            {
                var used = TimeSpan.Zero;
                for (var i = 0; i < all.Length; i++)
                {
                    if (i == all.Length / 2) used = Environment.CpuUsage.TotalTime;
                    touches.Clear();
                    touches.Add(put(all[i]), new Cause(kind, i));
                    set.Decide(touches, SegmentsStore.Now);
                }
                var rate = all.Length / 2 / (Environment.CpuUsage.TotalTime - used).TotalSeconds;
                if (aim is { } least) Table.Add((what, rate, least, rate >= least));
                else Say($"{what,-60} {rate,12:N0}");
            }

            if (name != "ten segments") continue;
            var now = SegmentsStore.Now;
            var (minutes, changes) = (3 * 24 * 60, 0);
            var watch = Stopwatch.StartNew();
            for (var minute = 1; minute <= minutes; minute++)
                changes += set.AdvanceTo(now.AddMinutes(minute)).Count;
            var tick = watch.Elapsed.TotalMilliseconds / minutes;
            watch.Restart();
            var full = SegmentSet.Compile(columns, Ten.Select(text => new SegmentDefinition(text.Key, text.Text)));
            full.EvaluateAll(now.AddMinutes(minutes));
            var whole = watch.Elapsed.TotalMilliseconds;
            foreach (var (key, _) in Ten)
                if (!full.Members(key).Ordinals.SequenceEqual(set.Members(key).Ordinals)) throw new InvalidOperationException($"{key} differs after the pass of time");
            Ratio($"a minute's pass of time ({changes:N0} moves in 3 days) / a full pass", tick / whole, 0.10);
        }
    }

    private static List<int>[] Asked(SegmentSet set, int cores) =>
        Lists(set.Answer([.. Ten.Select(text => SegmentLanguage.Parse(text.Text).Tree!)], cores).Select(answer => answer.Members), cores);

    private static List<int>[] FromRows(StoreColumns columns, int cores)
    {
        var set = SegmentSet.Compile(columns, Ten.Select(text => new SegmentDefinition(text.Key, text.Text)));
        set.EvaluateAll(SegmentsStore.Now, cores);
        return Lists(Ten.Select(text => set.Members(text.Key)), cores);
    }

    private static List<int>[] Lists(IEnumerable<MemberSet> members, int cores)
    {
        var all = members.ToArray();
        var lists = new List<int>[all.Length];
        if (cores > 1) Parallel.For(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = cores }, i => lists[i] = all[i].ToList());
        else
            for (var i = 0; i < all.Length; i++)
                lists[i] = all[i].ToList();
        return lists;
    }

    private static void Same(List<int>[] ours, List<int>[] theirs, string whose)
    {
        for (var i = 0; i < Ten.Length; i++)
            if (!ours[i].SequenceEqual(theirs[i].Order()))
                throw new InvalidOperationException($"{Ten[i].Key} differs from {whose}: {ours[i].Count} and {theirs[i].Count}");
    }

    private static void Ratio(string what, double ratio, double aim) => Table.Add((what, ratio, aim, ratio <= aim));

    private static double Median(List<double> all) => all.Order().ElementAt(all.Count / 2);

    private static int Option(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
