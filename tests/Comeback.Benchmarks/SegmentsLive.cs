using System.Diagnostics;
using System.Globalization;
using Comeback.Engine.Segments;

namespace Comeback.Benchmarks;

/// <summary>Live counts of fifty random nested definitions against DuckDB, each counted by both: cold, and while one condition is edited.</summary>
internal sealed class SegmentsLive(SegmentsDuckDb duck, int today)
{
    private const int Definitions = 50;
    private readonly Random random = new(4);

    /// <summary>A definition as text and as SQL over <c>f</c> (facts) and <c>c</c> (customers); null parts are open to be filled.</summary>
    private sealed record Rule(string Text, string Sql);

    public IEnumerable<(string What, double Ratio, double Aim)> Run(SegmentSet set)
    {
        List<(double Clock, double Processor)> cold = [], edited = [], theirs = [], theirsEdited = [];
        for (var i = -5; i < Definitions; i++)
        {
            Rule[] leaves = [.. Enumerable.Range(0, 3 + random.Next(4)).Select(_ => Leaf())];
            var shape = random.Next();
            var whole = Nest(leaves, shape);
            leaves[random.Next(leaves.Length)] = Leaf();
            var other = Nest(leaves, shape);
            var (ours, first) = Time(() => set.Answer(SegmentLanguage.Parse(whole.Text).Tree!, cores: 2).Members.Count);
            var (duckTime, count) = Time(() => duck.Count(whole.Sql));
            if (first != count) throw new InvalidOperationException($"{whole.Text}: {first} by ours, {count} by DuckDB");
            // While typing: the definition before was asked, then one condition of it is another.
            set.AnswerWhileEdited(SegmentLanguage.Parse(whole.Text).Tree!);
            var (again, second) = Time(() => set.AnswerWhileEdited(SegmentLanguage.Parse(other.Text).Tree!, cores: 2).Members.Count);
            var (duckAgain, countAgain) = Time(() => duck.Count(other.Sql));
            if (second != countAgain) throw new InvalidOperationException($"{other.Text}: {second} by ours, {countAgain} by DuckDB");
            if (i < 0) continue;
            cold.Add(ours);
            edited.Add(again);
            theirs.Add(duckTime);
            theirsEdited.Add(duckAgain);
        }
        foreach (var (name, times) in new[] { ("ours", cold), ("ours while edited", edited), ("DuckDB", theirs) })
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"live count, {name,-20} p50 / p95 {Clock(times, 0.5),8:N2} / {Clock(times, 0.95),8:N2} ms, of processor time {Processor(times, 0.5),8:N2} / {Processor(times, 0.95),8:N2} ms"));
        yield return ("live count of 50 random nested definitions, p95 / DuckDB's", Clock(cold, 0.95) / Clock(theirs, 0.95), 0.10);
        yield return ("the same by processor time", Processor(cold, 0.95) / Processor(theirs, 0.95), 0.10);
        yield return ("live count while one condition is edited, p95 / DuckDB's", Clock(edited, 0.95) / Clock(theirsEdited, 0.95), 0.03);
        yield return ("the same by processor time", Processor(edited, 0.95) / Processor(theirsEdited, 0.95), 0.03);
    }

    private static double Clock(List<(double Clock, double Processor)> all, double share) => At([.. all.Select(one => one.Clock)], share);

    private static double Processor(List<(double Clock, double Processor)> all, double share) => At([.. all.Select(one => one.Processor)], share);

    private static double At(List<double> all, double share) => all.Order().ElementAt((int)(share * (all.Count - 1)));

    private static ((double Clock, double Processor) Took, int Count) Time(Func<int> run)
    {
        var (watch, used) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var count = run();
        return ((watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds), count);
    }

    private static Rule Nest(Rule[] leaves, int shape)
    {
        var chance = new Random(shape);
        var open = leaves.ToList();
        while (open.Count > 1)
        {
            var (left, right) = (open[0], open[1]);
            open.RemoveRange(0, 2);
            var word = chance.Next(2) == 0 ? "AND" : "OR";
            var not = chance.Next(4) == 0 ? "NOT " : "";
            open.Add(new Rule($"({left.Text} {word} {not}({right.Text}))", $"({left.Sql} {word} {not}({right.Sql}))"));
        }
        return open[0];
    }

    private Rule Leaf()
    {
        var days = random.Next(10, 300);
        var (category, product, count) = (random.Next(200), random.Next(50), random.Next(1, 5));
        switch (random.Next(10))
        {
            case 0: return new($"number_of_orders >= {count}", $"orders >= {count}");
            case 1: return new($"amount_spent > {count * 50}", $"spent > {count * 5_000}");
            case 2: return new($"last_order_date >= -{days}d", $"coalesce(last >= {today - days}, false)");
            case 3: return new($"last_order_date < -{days}d", $"coalesce(last < {today - days}, false)");
            case 4: return new("customer_countries IN ('GB', 'DK')", "c.country IN ('GB', 'DK')");
            case 5: return new("email_subscription_status = 'SUBSCRIBED'", "c.consent");
            case 6: return new($"products_purchased MATCHES (category = 'c{category}', date >= -{days}d)", $"f.customer IN (SELECT customer FROM lines WHERE category = {category} AND day >= {today - days})");
            case 7: return new($"storefront.product_viewed MATCHES (id = {product + 1}, date >= -{days}d)", $"f.customer IN (SELECT customer FROM events WHERE NOT opened AND subject = {product} AND day >= {today - days})");
            case 8:
                return new($"storefront.product_viewed MATCHES (count >= {count}, date >= -{days}d)",
                    $"f.customer IN (SELECT customer FROM events WHERE NOT opened AND day >= {today - days} GROUP BY customer HAVING count(*) >= {count})");
            default:
                return new($"messages MATCHES (event = 'opened', count >= {count}, date >= -{days}d)",
                    $"f.customer IN (SELECT customer FROM events WHERE opened AND day >= {today - days} GROUP BY customer HAVING count(DISTINCT subject) >= {count})");
        }
    }
}
