using System.Diagnostics;
using Comeback.Campaigns;
using Comeback.Messages;
using Comeback.Tests.Infra;
using Microsoft.Extensions.DependencyInjection;

namespace Comeback.Benchmarks;

/// <summary>How fast a broadcast goes from its start to the outbox or a mail server: runs, decisions and texts, handing over; and the thousand kills.</summary>
internal static class SendingBenchmark
{
    public static async Task RunAsync(string[] args)
    {
        var people = int.Parse(Option(args, "--people", "2000"), System.Globalization.CultureInfo.InvariantCulture);
        Console.WriteLine("| way | people | runs/s | decided and written/s | handed over/s |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var smtp in new[] { false, true })
        {
            var folder = Directory.CreateTempSubdirectory("comeback-sending-").FullName;
            try
            {
                await using var sink = new SmtpSink();
                var store = await KillRun.PrepareAsync(folder, people, smtp ? sink.Port : null, default);
                await using var app = KillRun.Build(folder);
                var runs = await TimeAsync(() => app.Services.GetRequiredService<BroadcastStarter>().TickAsync(store, default));
                var steps = await TimeAsync(() => app.Services.GetRequiredService<StepWorker>().TickAsync(store, default));
                var sends = await TimeAsync(() => app.Services.GetRequiredService<Sender>().TickAsync(store, default));
                Console.WriteLine($"| {(smtp ? "SMTP on this machine" : "outbox")} | {people} | {people / runs:F0} | {people / steps:F0} | {people / sends:F0} |");
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    public static async Task KillsAsync(string[] args)
    {
        var kills = int.Parse(Option(args, "--kills", "1000"), System.Globalization.CultureInfo.InvariantCulture);
        Console.WriteLine("SMTP: " + await KillRun.RunAsync(kills / 2, 12, seed: 1, smtp: true, ["kills"], default));
        Console.WriteLine("Outbox: " + await KillRun.RunAsync(kills - (kills / 2), 30, seed: 2, smtp: false, ["kills"], default));
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    private static string Option(string[] args, string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : otherwise;
}
