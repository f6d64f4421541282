namespace Comeback.Data;

/// <summary>A lock of the operating system on a file beside a SQLite database: it ends with the process, also when that is killed.</summary>
internal sealed class FileLock : IDisposable
{
    /// <summary>Held for life by the one process that serves.</summary>
    public const string ServingName = "comeback.lock";

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> Ours = new(StringComparer.Ordinal);
    private readonly FileStream stream;

    private FileLock(FileStream stream)
    {
        this.stream = stream;
        Ours[stream.Name] = true;
    }

    /// <summary>True while this very process holds it.</summary>
    public static bool HeldHere(string path) => Ours.ContainsKey(Path.GetFullPath(path));

    /// <summary>Null when another process holds it.</summary>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Null when another process still holds it after so long.</summary>
    public static async Task<FileLock?> TakeAsync(string path, TimeSpan patience, TimeProvider time, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } taken) return taken;
            if (time.GetElapsedTime(began) > patience) return null;
            await Task.Delay(TimeSpan.FromMilliseconds(100), ct).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        Ours.TryRemove(stream.Name, out _);
        stream.Dispose();
    }
}
