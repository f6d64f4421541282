using Comeback.Benchmarks;

// One verb a benchmark; each prints a table of ratios measured in one run.
switch (args.FirstOrDefault())
{
    case "segments":
        SegmentsBenchmark.Run(args);
        return 0;
    default:
        Console.Error.WriteLine("Say which: segments [--customers 50000] [--pairs 7]");
        return 2;
}
