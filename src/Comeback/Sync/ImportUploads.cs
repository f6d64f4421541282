using Comeback.Data;
using Comeback.Engine;

namespace Comeback.Sync;

/// <summary>Imports of files that a browser sent: they run in the background of the service, and their files are gone when they end.</summary>
internal sealed partial class ImportUploads(ImportJob job, Databases databases, TimeProvider time, ILogger<ImportUploads> log) : BackgroundService
{
    private const int MostAtOnce = 4;
    private static readonly TimeSpan LongestWork = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<Task> running = [];

    /// <summary>A path for a file that is being received; the folder is the owner's alone.</summary>
    public string NewPath()
    {
        var folder = Path.Combine(databases.DataFolder, "tmp");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.Combine(folder, $"upload-{Path.GetRandomFileName()}");
    }

    /// <summary>Looks the file over, finds or makes the store, and goes on in the background. The file is deleted in any case.</summary>
    /// <exception cref="UserError">The file or the store is refused.</exception>
    public async Task<ImportResult> StartAsync(ImportRequest request, string path, CancellationToken ct)
    {
        try
        {
            lock (running)
            {
                if (running.Count >= MostAtOnce)
                    throw new UserError($"{MostAtOnce} imports are running already: wait until one has ended, then send the file again.", UserErrorKind.Unavailable);
            }
            var started = await job.StartAsync(request, progress: null, ct).ConfigureAwait(false);
            var run = Task.Run(() => RunAsync(started, path), CancellationToken.None);
            lock (running) running.Add(run);
            _ = run.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return started.Result;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Until every import that was started has ended; for tests.</summary>
    public Task WhenIdleAsync()
    {
        lock (running) return Task.WhenAll(running);
    }

    // What an earlier process left behind when it was killed.
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var folder = Path.Combine(databases.DataFolder, "tmp");
        if (!Directory.Exists(folder)) return Task.CompletedTask;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (time.GetUtcNow() - new DateTimeOffset(File.GetLastWriteTimeUtc(file)) <= LongestWork) continue;
            try
            {
                File.Delete(file);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                LogLeft(log, problem);
            }
        }
        return Task.CompletedTask;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await WhenIdleAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        stopping.Dispose();
        base.Dispose();
    }

    private void Forget(Task run)
    {
        lock (running) running.Remove(run);
    }

    private async Task RunAsync(StartedImport started, string path)
    {
        try
        {
            await job.RunAsync(started, progress: null, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Its row says so.
        }
#pragma warning disable CA1031 // The row carries what went wrong to the merchant; the service goes on.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            LogFailed(log, started.Result.ImportId, started.Result.Store.Value, problem);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Import {Import} of store {Store} did not end well")]
    private static partial void LogFailed(ILogger logger, long import, long store, Exception problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "A temporary file of an earlier import could not be deleted")]
    private static partial void LogLeft(ILogger logger, Exception problem);
}
