using Comeback.Benchmarks;
using Comeback.Tests.Infra;

// A process that was started to be killed while it sends does that and nothing else.
await KillRun.BeTheChildAsync();

// One verb a benchmark; each prints a table of ratios measured in one run.
switch (args.FirstOrDefault())
{
    case "import":
        await ImportBenchmark.RunAsync(args).ConfigureAwait(false);
        return 0;
    case "segments":
        await SegmentsBenchmark.RunAsync(args).ConfigureAwait(false);
        return 0;
    case "sending":
        await SendingBenchmark.RunAsync(args);
        return 0;
    case "kills":
        await SendingBenchmark.KillsAsync(args);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Say which: import [--file online-retail.csv.gz] [--pairs 3], segments [--customers 50000] [--pairs 7] or segments --growth [--most 1000000], sending [--people 2000], kills [--kills 1000]").ConfigureAwait(false);
        return 2;
}
