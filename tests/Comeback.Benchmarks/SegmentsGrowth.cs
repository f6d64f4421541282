using System.Globalization;
using Comeback.Engine.Facts;
using Comeback.Engine.Segments;

namespace Comeback.Benchmarks;

/// <summary>Time and memory at 10,000, 100,000 and a million customers, as a table and bars: linear or better is a bar that does not grow.</summary>
internal static class SegmentsGrowth
{
    public static void Run(int most)
    {
        var rows = new List<(int Customers, double Lists, double Full, double Bytes, double Live)>();
        for (var customers = 10_000; customers <= most; customers *= 10)
        {
            var columns = Columns(customers);
            GC.Collect();
            var bytes = (GC.GetTotalMemory(forceFullCollection: true) - Before) / (double)customers;
            var warm = SegmentSet.Compile(columns, []);
            warm.EvaluateAll(SegmentsStore.Now);
            var trees = SegmentsBenchmark.Ten.Select(text => SegmentLanguage.Parse(text.Text).Tree!).ToArray();
            var lists = Best(() => warm.Answer(trees).Sum(answer => answer.Members.ToList().Count));
            var full = Best(() =>
            {
                var set = SegmentSet.Compile(columns, SegmentsBenchmark.Ten.Select(text => new SegmentDefinition(text.Key, text.Text)));
                set.EvaluateAll(SegmentsStore.Now);
                return set.Keys.Count;
            });
            var one = Best(() => warm.Answer(trees[^1]).Members.Count);
            rows.Add((customers, lists, full, bytes, one));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{customers,9:N0} customers: ten to lists {lists,8:N1} ms, full pass from rows {full,8:N1} ms, the nested one alone {one,7:N2} ms of processor time, columns {bytes,5:N0} bytes a customer"));
        }
        Bars("ten to lists, ns a customer", rows.Select(row => (row.Customers, row.Lists * 1e6 / row.Customers)));
        Bars("full pass from rows, ns a customer", rows.Select(row => (row.Customers, row.Full * 1e6 / row.Customers)));
        Bars("columns, bytes a customer", rows.Select(row => (row.Customers, row.Bytes)));
    }

    private static long Before { get; set; }

    // The rows are dropped before the columns are weighed.
    private static StoreColumns Columns(int customers)
    {
        Before = GC.GetTotalMemory(forceFullCollection: true);
        return new SegmentsStore(customers).Columns();
    }

    private static double Best(Func<int> run)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 7; i++)
        {
            var used = Environment.CpuUsage.TotalTime;
            GC.KeepAlive(run());
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
        }
        return best;
    }

    private static void Bars(string what, IEnumerable<(int Customers, double Value)> values)
    {
        var all = values.ToArray();
        Console.WriteLine(what);
        foreach (var (customers, value) in all)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{customers,9:N0} {new string('#', (int)Math.Max(1, 40 * value / all.Max(one => one.Value)))} {value:N0}"));
    }
}
