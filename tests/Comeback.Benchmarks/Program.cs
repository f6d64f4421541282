using Comeback.Benchmarks;

// One verb a benchmark; each prints a table of ratios measured in one run.
switch (args.FirstOrDefault())
{
    case "import":
        await ImportBenchmark.RunAsync(args).ConfigureAwait(false);
        return 0;
    case "segments":
        SegmentsBenchmark.Run(args);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Say which: import [--file online-retail.csv.gz] [--pairs 3], segments [--customers 50000] [--pairs 7]").ConfigureAwait(false);
        return 2;
}
