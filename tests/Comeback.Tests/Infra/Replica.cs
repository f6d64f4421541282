using System.Diagnostics;
using System.Globalization;
using System.Text;
using Comeback.Tests.Architecture;

namespace Comeback.Tests.Infra;

/// <summary>Comeback as a process of its own on a PostgreSQL that it shares with others: the real binary, its schedule and workers running.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder log;

    private Replica(Process process, StringBuilder log, Uri address)
    {
        (this.process, this.log) = (process, log);
#pragma warning disable RS0030 // The test is the world outside: it needs no guard.
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
#pragma warning restore RS0030
        Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
    }

    public HttpClient Http { get; }
    public int Id => process.Id;
    public bool HasExited => process.HasExited;

    /// <summary>What it wrote to its log so far.</summary>
    public string Log
    {
        get
        {
            lock (log) return log.ToString();
        }
    }

    /// <param name="folder">A data folder; replicas may share one.</param>
    public static async Task<Replica> StartAsync(string folder, string connectionString, params string[] settings)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "src", "Comeback", "bin", "Debug", "net10.0", "Comeback"),
        [
            "--environment=Development", $"--Comeback:Data={folder}", $"--ConnectionStrings:Comeback={connectionString}", "--Comeback:Urls=http://127.0.0.1:0",
            "--Demo:Enabled=false", "--Comeback:AllowLoopback=true", .. settings,
        ])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        var log = new StringBuilder();
        var running = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Exited += (_, _) => running.TrySetException(new InvalidOperationException(log.ToString()));
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new Replica(process, log, await running.Task.WaitAsync(TimeSpan.FromSeconds(120)));
        }
        catch
        {
            process.Kill();
            throw;
        }

        void Hear(string? line)
        {
            if (line is null) return;
            lock (log) log.AppendLine(line);
            const string Begins = "Comeback is running at ";
            if (line.StartsWith(Begins, StringComparison.Ordinal)) running.TrySetResult(new Uri(line[Begins.Length..].Trim()));
        }
    }

    /// <summary>SIGSTOP, SIGCONT, SIGTERM or SIGKILL.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public Task ExitedAsync(TimeSpan patience) => process.WaitForExitAsync().WaitAsync(patience);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }
}
