using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Data;

/// <summary>
/// Brings the schema to this version at start: one process at a time, a backup first when there is something to lose, and a database of a newer
/// version is refused. EF's own lock on SQLite outlives a killed process for ever, so a stale one is cleared while ours is held.
/// </summary>
internal sealed partial class Migrator(Databases databases, TimeProvider time, ILogger<Migrator> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>True once the schema is this version's; asked by <c>/readyz</c>.</summary>
    public bool Done { get; private set; }

    /// <exception cref="ReadableException">A newer schema, no access, or a server of an older version that still runs.</exception>
    public async Task MigrateAsync(CancellationToken ct = default)
    {
        if (Done) return;
        try
        {
            if (databases.IsPostgres) await OnPostgresAsync(ct).ConfigureAwait(false);
            else await OnSqliteAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (Trouble.Explain(e, databases) is { } sentence)
        {
            throw new ReadableException(sentence, e);
        }
        Done = true;
    }

    private async Task OnPostgresAsync(CancellationToken ct)
    {
        await using var holder = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (var take = holder.CreateCommand())
        {
            take.CommandText = DataSql.MigrationLock;
            take.CommandTimeout = (int)Patience.TotalSeconds;
            await take.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
        try
        {
            await using var db = databases.OpenSystem();
            var pending = await PendingAsync(db, ct).ConfigureAwait(false);
            if (pending.Count == 0) return;
            // PostgreSQL changes its schema inside a transaction: a failed migration leaves nothing behind. Its backups are the operator's.
            Log.Migrating(logger, pending.Count);
            await db.Database.MigrateAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            await using var free = holder.CreateCommand();
            free.CommandText = DataSql.MigrationUnlock;
            await free.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task OnSqliteAsync(CancellationToken ct)
    {
        var folder = Path.GetDirectoryName(databases.SqliteFile) ?? databases.DataFolder;
        Directory.CreateDirectory(folder);
        using var ours = await FileLock.TakeAsync(Path.Combine(folder, "comeback.migrate.lock"), Patience, time, ct).ConfigureAwait(false)
            ?? throw new ReadableException("Another Comeback has been changing this database for two minutes; wait for it to end, then start again.");
        await using var db = databases.OpenSystem();
        var fresh = databases.SqliteFile is { } file && (!File.Exists(file) || new FileInfo(file).Length == 0);
        var pending = await PendingAsync(db, ct).ConfigureAwait(false);
        if (pending.Count == 0) return;
        if (!fresh)
        {
            // Whoever starts to serve holds that lock already; anybody else must find it free.
            var serving = Path.Combine(folder, FileLock.ServingName);
            if (!FileLock.HeldHere(serving))
            {
                var server = FileLock.TryTake(serving)
                    ?? throw new ReadableException("A Comeback of an older version serves this database; stop it, then start this one.");
                server.Dispose();
            }
            await ClearStaleLockAsync(db, ct).ConfigureAwait(false);
            await BackUpAsync(folder, ct).ConfigureAwait(false);
        }
        Log.Migrating(logger, pending.Count);
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", ct).ConfigureAwait(false);
        await db.Database.MigrateAsync(ct).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<string>> PendingAsync(ComebackDb db, CancellationToken ct)
    {
        var known = db.Database.GetMigrations().ToList();
        var applied = (await db.Database.GetAppliedMigrationsAsync(ct).ConfigureAwait(false)).ToList();
        if (applied.Find(name => !known.Contains(name)) is { } unknown)
            throw new ReadableException($"This database was written by a newer version of Comeback (it has '{unknown}'); start that version, or restore a backup.");
        return known.Except(applied, StringComparer.Ordinal).ToList();
    }

    private static async Task ClearStaleLockAsync(ComebackDb db, CancellationToken ct)
    {
        var there = await db.Database.SqlQueryRaw<long>("SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = '__EFMigrationsLock'")
            .SingleAsync(ct).ConfigureAwait(false);
        if (there > 0) await db.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsLock\"", ct).ConfigureAwait(false);
    }

    private async Task BackUpAsync(string folder, CancellationToken ct)
    {
        var backups = Directory.CreateDirectory(Path.Combine(folder, "backups")).FullName;
        var stamp = time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var target = Path.Combine(backups, $"before-migration-{stamp}.db");
        await using var from = (SqliteConnection)await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = target, Pooling = false }.ConnectionString);
        await to.OpenAsync(ct).ConfigureAwait(false);
        from.BackupDatabase(to);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Log.BackedUp(logger, Path.GetFileName(target));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Migrating the database: {Count} steps")]
        public static partial void Migrating(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Information, Message = "Backed up to backups/{File} before migrating")]
        public static partial void BackedUp(ILogger logger, string file);
    }
}
