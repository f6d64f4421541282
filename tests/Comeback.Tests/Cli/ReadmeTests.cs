using System.Diagnostics;
using System.Globalization;
using Comeback.Tests.Architecture;

namespace Comeback.Tests.Cli;

/// <summary>Each command of the README that runs Comeback, from the root of the checkout and as a process of its own, as a newcomer would.</summary>
public sealed class ReadmeTests
{
    private const string Run = "dotnet run --project src/Comeback";

    [Fact]
    public async Task Every_command_of_the_readme_does_what_it_says()
    {
        var commands = Commands();
        Assert.Contains(Run, commands);
        Assert.Contains(commands, c => c.Contains("-- import ", StringComparison.Ordinal));
        var folder = Directory.CreateTempSubdirectory("comeback-readme-").FullName;
        var orders = Path.Combine(folder, "orders.csv");
        await File.WriteAllTextAsync(orders,
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" +
            "536365,85123A,WHITE HANGING HEART,6,12/13/2010 8:26,2.55,17850,United Kingdom\n536366,22633,HAND WARMER,6,12/13/2010 8:28,1.85,17850,United Kingdom\n");

        foreach (var command in commands)
        {
            var words = command.Replace("orders.csv", orders, StringComparison.Ordinal).Replace("dotnet run ", "dotnet run --no-build ", StringComparison.Ordinal);
            using var process = Start(folder, "sh", "-c", "exec " + words);
            if (command == Run)
            {
                Assert.Equal("Comeback is running at http://127.0.0.1:", (await FirstLineAsync(process))[..40]);
                process.Kill(entireProcessTree: true);
                continue;
            }
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await EndAsync(process, 120);
            Assert.True(process.ExitCode == 0, $"{command}: exit {process.ExitCode}: {await error}");
            Assert.NotEmpty(await output);
            Assert.DoesNotContain("launch settings", await output, StringComparison.OrdinalIgnoreCase);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Asked_to_stop_by_the_system_it_ends_in_good_time_and_well()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        var folder = Directory.CreateTempSubdirectory("comeback-sigterm-").FullName;
        using var process = Start(folder, Path.Combine(Repository.Root, "src", "Comeback", "bin", "Debug", "net10.0", "Comeback"), "--environment=Development");
        await FirstLineAsync(process);

        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await EndAsync(process, 25);

        Assert.Equal(0, process.ExitCode);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The lines of the README's shell blocks that start Comeback.</summary>
    private static List<string> Commands()
    {
        var inside = false;
        var commands = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "README.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = !inside && line is "```sh" or "```bash";
            else if (inside && line.StartsWith(Run, StringComparison.Ordinal)) commands.Add(line.Split(" #")[0].Trim());
        }
        return commands;
    }

    private static Process Start(string folder, string file, params string[] words)
    {
        var start = new ProcessStartInfo(file, words) { WorkingDirectory = Repository.Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Comeback__Data"] = Path.Combine(folder, "data");
        start.Environment["Comeback__Urls"] = "http://127.0.0.1:0";
        start.Environment["Demo__Enabled"] = "false";
        return Process.Start(start)!;
    }

    private static async Task<string> FirstLineAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        return await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(patience.Token));
    }

    private static async Task EndAsync(Process process, int seconds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"It did not end within {seconds} seconds.", late);
        }
    }
}
