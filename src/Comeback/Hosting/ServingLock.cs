using Comeback.Data;
using Comeback.Engine;

namespace Comeback.Hosting;

/// <summary>
/// One process serves a data folder; the lock falls with the process, even by kill -9. On PostgreSQL leases say who does what, and replicas may share
/// a folder.
/// </summary>
internal sealed class ServingLock(ComebackOptions options) : IDisposable
{
    private FileLock? held;

    public void Take()
    {
        if (options.ConnectionString is { } text && Databases.LooksLikePostgres(text)) return;
        Directory.CreateDirectory(options.Data);
        held ??= FileLock.TryTake(Path.Combine(options.Data, FileLock.ServingName)) ?? throw new UserError(
            $"Another Comeback already serves the data folder {options.Data}: stop it, or choose another with --Comeback:Data=DIR.", UserErrorKind.Conflict);
    }

    public void Dispose() => held?.Dispose();
}
