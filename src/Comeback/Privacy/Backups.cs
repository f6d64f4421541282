using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Install;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Privacy;

/// <summary>What a backup says of itself.</summary>
internal sealed record BackupManifest(
    string Format, DateTimeOffset CreatedAt, string Migration, string Sha256, long Bytes, string MasterKey, IReadOnlyList<BackupStore> Stores);

internal sealed record BackupStore(string Name, long Orders, long Customers, long Messages);

/// <summary>
/// <c>backup</c> and <c>restore</c>: one file with a consistent copy of the database, taken while it is in use, and what it holds. The master key
/// is never in it: a backup that is stolen opens no secret.
/// </summary>
internal sealed class Backups(Databases databases, MasterKey master, StoreList stores, TimeProvider time)
{
    private const string Format = "comeback-backup-1";

    public async Task<BackupManifest> WriteAsync(string path, CancellationToken ct)
    {
        RefusePostgres("make backups with pg_dump --format=custom, restore them with pg_restore, then run the verb 'restore' without a file");
        var file = databases.SqliteFile ?? throw new UserError("A database in memory cannot be backed up.");
        var target = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var copy = target + ".copying";
        var packed = target + ".packing";
        try
        {
            await CopyAsync(copy, ct).ConfigureAwait(false);
            var manifest = await DescribeAsync(copy, ct).ConfigureAwait(false);
            await using (var stream = new FileStream(packed, OwnerOnly(FileMode.Create)))
            await using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
            {
                await using (var entry = await zip.CreateEntry("manifest.json").OpenAsync(ct).ConfigureAwait(false))
                    await JsonSerializer.SerializeAsync(entry, manifest, Json.Options, ct).ConfigureAwait(false);
                await using var source = File.OpenRead(copy);
                await using var body = await zip.CreateEntry("comeback.db", CompressionLevel.Fastest).OpenAsync(ct).ConfigureAwait(false);
                await source.CopyToAsync(body, ct).ConfigureAwait(false);
            }
            // Only a whole backup ever bears the name that was asked for.
            File.Move(packed, target, overwrite: true);
            return manifest;
        }
        finally
        {
            foreach (var left in new[] { copy, packed, copy + "-wal", copy + "-shm" }) File.Delete(left);
        }
    }

    /// <summary>Puts the copy in the place of the database; the present one is kept beside it. Nothing may have it open.</summary>
    public async Task<BackupManifest> PutBackAsync(string path, CancellationToken ct)
    {
        RefusePostgres("restore with pg_restore, then run the verb 'restore' without a file");
        var file = databases.SqliteFile!;
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(file)!).FullName;
        var fresh = file + ".restoring";
        try
        {
            var manifest = await UnpackAsync(path, fresh, ct).ConfigureAwait(false);
            await using (var db = databases.OpenSystem())
            {
                if (!db.Database.GetMigrations().Contains(manifest.Migration, StringComparer.Ordinal))
                    throw new UserError("This backup was made by a newer version of Comeback: restore it with that version.");
            }
            if (File.Exists(file)) await KeepPresentAsync(folder, ct).ConfigureAwait(false);
            SqliteConnection.ClearAllPools();
            File.Delete(file + "-wal");
            File.Delete(file + "-shm");
            File.Move(fresh, file, overwrite: true);
            return manifest;
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    private async Task KeepPresentAsync(string folder, CancellationToken ct)
    {
        var kept = Directory.CreateDirectory(Path.Combine(folder, "backups")).FullName;
        var stamp = time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        try
        {
            await CopyAsync(Path.Combine(kept, $"before-restore-{stamp}.db"), ct).ConfigureAwait(false);
        }
        catch (SqliteException)
        {
            // It is damaged, which may be why a backup is wanted: kept as it is.
            File.Copy(databases.SqliteFile!, Path.Combine(kept, $"before-restore-{stamp}.damaged"), overwrite: true);
        }
    }

    private async Task CopyAsync(string target, CancellationToken ct)
    {
        await using (new FileStream(target, OwnerOnly(FileMode.Create)).ConfigureAwait(false)) { }
        await using var from = (SqliteConnection)await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = target, Pooling = false }.ConnectionString);
        await to.OpenAsync(ct).ConfigureAwait(false);
        from.BackupDatabase(to);
    }

    private async Task<BackupManifest> DescribeAsync(string copy, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        var migration = (await db.Database.GetAppliedMigrationsAsync(ct).ConfigureAwait(false)).Last();
        var list = new List<BackupStore>();
        foreach (var store in await stores.ReadAsync(ct).ConfigureAwait(false))
        {
            await using var of = databases.Open(store.Id);
            list.Add(new BackupStore(store.Name, store.Counts.Orders, store.Counts.Customers, await of.Messages.LongCountAsync(ct).ConfigureAwait(false)));
        }
        await using var stream = File.OpenRead(copy);
        return new BackupManifest(Format, time.GetUtcNow(), migration, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct).ConfigureAwait(false)),
            stream.Length, master.Present.Id, list);
    }

    private static async Task<BackupManifest> UnpackAsync(string path, string fresh, CancellationToken ct)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            await using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            await using var head = await (zip.GetEntry("manifest.json") ?? throw new InvalidDataException()).OpenAsync(ct).ConfigureAwait(false);
            var manifest = await JsonSerializer.DeserializeAsync<BackupManifest>(head, Json.Options, ct).ConfigureAwait(false);
            if (manifest is not { Format: Format }) throw new InvalidDataException();
            await using (var body = await (zip.GetEntry("comeback.db") ?? throw new InvalidDataException()).OpenAsync(ct).ConfigureAwait(false))
            await using (var target = new FileStream(fresh, OwnerOnly(FileMode.Create)))
                await body.CopyToAsync(target, ct).ConfigureAwait(false);
            await using var written = File.OpenRead(fresh);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(written, ct).ConfigureAwait(false)) == manifest.Sha256 ? manifest : throw new InvalidDataException();
        }
        catch (Exception problem) when (problem is InvalidDataException or JsonException)
        {
            throw new UserError($"{path} is not a whole backup of Comeback: take another file.", inner: problem);
        }
    }

    private void RefusePostgres(string instead)
    {
        if (databases.IsPostgres) throw new UserError($"On PostgreSQL, {instead}.");
    }

    private static FileStreamOptions OwnerOnly(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
