using System.Diagnostics;
using System.Globalization;
using System.Text;
using Comeback.Engine;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Sync;

/// <summary>The import as a process of its own, killed without warning.</summary>
public sealed class ImportKills
{
    private const int Kills = 30;
    private const int AtOnce = 2;
    private const int Count = 2_500;

    [Fact]
    public async Task An_import_killed_at_any_moment_is_completed_by_the_second_run()
    {
        var text = Orders(Count);
        var bytes = Encoding.UTF8.GetBytes(text);
        await using var whole = await TestDatabase.CreateAsync();
        await whole.ImportAsync(bytes, "tea", "GBP");
        var end = await whole.EndAsync(new StoreId(1));
        var file = Path.Combine(whole.Folder, "orders.csv");
        await File.WriteAllTextAsync(file, text);

        // How long a whole run takes here, so that the kills fall everywhere in it.
        TimeSpan longest;
        await using (var measured = await TestDatabase.CreateAsync())
        {
            var watch = Stopwatch.StartNew();
            using var child = Start(measured, file);
            await child.WaitForExitAsync();
            longest = watch.Elapsed;
            Assert.Equal(0, child.ExitCode);
        }
        var random = new Random(20111209);
        // A third at any moment (start-up and the look over the file too), the others once so many orders are written.
        var moments = Enumerable.Range(0, Kills).Select(i => i % 3 == 0 ? (longest * (0.2 + (0.8 * random.NextDouble())), int.MaxValue) : (longest * 3, random.Next(1, Count))).ToArray();
        var partly = 0;
        await Parallel.ForEachAsync(moments, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (moment, ct) =>
        {
            await using var database = await TestDatabase.CreateAsync();
            using (var child = Start(database, file))
            {
                using var enough = new CancellationTokenSource();
                await Task.WhenAny(child.WaitForExitAsync(ct), Task.Delay(moment.Item1, ct), WrittenAsync(database, moment.Item2, enough.Token));
                await enough.CancelAsync();
                child.Kill();
                await child.WaitForExitAsync(ct);
            }
            await using (var system = database.Databases.OpenSystem())
            {
                if (await system.Stores.AnyAsync(ct))
                {
                    await using var db = database.Open(new StoreId(1));
                    if (await db.Orders.CountAsync(ct) is > 0 and < Count) Interlocked.Increment(ref partly);
                }
            }
            await database.ImportAsync(bytes, "tea", "GBP", ct: ct);
            Assert.Equal(end, await database.EndAsync(new StoreId(1)));
        });
        TestContext.Current.SendDiagnosticMessage($"{Kills} kills within {longest.TotalSeconds:N1} s, {partly} of them with a part of the orders written.");
    }

    private static async Task WrittenAsync(TestDatabase database, int orders, CancellationToken stop)
    {
        await using var db = database.Open(new StoreId(1));
        while (!stop.IsCancellationRequested && (orders == int.MaxValue || await db.Orders.CountAsync(CancellationToken.None) < orders))
            await Task.Delay(5, CancellationToken.None);
    }

    /// <summary>Orders of a shop that anyone could be customer of: always the same ones.</summary>
    public static string Orders(int count)
    {
        var random = new Random(1);
        var text = new StringBuilder("Name,Email,Financial Status,Created at,Accepts Marketing,Currency,Total,Refunded Amount,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name\n");
        for (var i = 0; i < count; i++)
        {
            var who = random.Next(count / 3);
            var lines = 1 + random.Next(4);
            var status = random.Next(20) == 0 ? "partially_refunded" : "paid";
            for (var line = 0; line < lines; line++)
            {
                var product = random.Next(200);
                text.Append(CultureInfo.InvariantCulture, $"#{i},c{who}@example.com,");
                if (line == 0)
                    text.Append(CultureInfo.InvariantCulture, $"{status},2026-0{1 + (i % 9)}-1{i % 10} 10:{i % 60:D2}:00 +0000,{(who % 2 == 0 ? "yes" : "no")},GBP,{lines * 10}.00,{(status == "paid" ? "0.00" : "5.00")},");
                else text.Append(",,,,,,");
                text.Append(CultureInfo.InvariantCulture, $"1,Tea {product},10.00,T{product},Customer {who}\n");
            }
        }
        return text.ToString();
    }

    private static Process Start(TestDatabase database, string file)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var word in (string[])[
            typeof(Comeback.Cli.CommandLine).Assembly.Location, "import", file, "--store", "tea", "--currency", "GBP", "--environment=Development", $"--Comeback:Data={database.Folder}"])
            start.ArgumentList.Add(word);
        var child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.ErrorDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }
}
