using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Facts;

/// <summary>
/// The columns of big stores as files of the data folder, so that a start reads one and what changed since instead of every row. A file counts only
/// when the database says the same of it: one that is torn, of another version, or from before a restore is passed over and the columns made anew.
/// </summary>
/// <remarks>Files hold facts by ordinal (SECURITY 13): an erasure and a retention run delete them, and columns that saw an erasure are never written.</remarks>
internal sealed partial class ColumnSnapshots(Databases databases, StoreWriter writer, TimeProvider time, ILogger<ColumnSnapshots> log)
{
    private const string Follower = "columns";
    // Magic, format, store, change, moment of writing, length of the body, its SHA-256, and the profile.
    private const int HeaderBytes = 256;
    private const string Magic = "comeback columns";
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(15);

    /// <summary>Below so many rows a rebuild is as fast.</summary>
    public long LeastRows { get; set; } = 200_000;

    private string Folder => Path.Combine(databases.DataFolder, "columns");

    /// <summary>The file of a store.</summary>
    public string PathOf(StoreId store) => Path.Combine(Folder, $"{store.Value}.columns");

    /// <summary>The columns and the change counter that they hold; null when there is no file that can be believed.</summary>
    public async Task<(StoreColumns Columns, long Change)?> ReadAsync(StoreRow store, CancellationToken ct)
    {
        var path = PathOf(store.Id);
        if (!File.Exists(path)) return null;
        try
        {
            await using var db = databases.Open(store.Id);
            var cursor = await db.Cursors.SingleOrDefaultAsync(c => c.Follower == Follower, ct).ConfigureAwait(false);
            await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 1 << 20 });
            var header = new byte[HeaderBytes];
            await file.ReadExactlyAsync(header, ct).ConfigureAwait(false);
            var (change, at, length) = (Number(header, 32), Number(header, 40), Number(header, 48));
            var expected = Header(store, change, at, length, header.AsSpan(56, 32));
            if (cursor is null || cursor.Change != change || Instants.ToMicroseconds(cursor.At) != at || length != file.Length - HeaderBytes
                || change > store.Change || !header.AsSpan().SequenceEqual(expected))
                return null;
            using var hash = SHA256.Create();
            await using var body = new CryptoStream(file, hash, CryptoStreamMode.Read, leaveOpen: true);
            var columns = StoreColumns.Read(body, length, new StoreProfile(Currency.Parse(store.Currency), store.TimeZone));
            if (await body.ReadAsync(new byte[1], ct).ConfigureAwait(false) != 0 || !hash.Hash.AsSpan().SequenceEqual(header.AsSpan(56, 32)))
            {
                Log.Passed(log, store.Id.Value, "its checksum is another");
                return null;
            }
            return (columns, change);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException or InvalidDataException or ArgumentException
            or IndexOutOfRangeException or OverflowException or OutOfMemoryException)
        {
            Log.Passed(log, store.Id.Value, problem.GetType().Name);
            return null;
        }
    }

    /// <summary>Writes the columns of a store when that is worth it; inside their gate. The name is given once the whole file is on disk.</summary>
    /// <param name="now">At a stop or before columns are dropped: whenever anything changed since.</param>
    public async Task<bool> WriteAsync(StoreFacts facts, bool now, CancellationToken ct)
    {
        if (facts.Erased || facts.Change == facts.SnapshotChange || facts.Columns.Orders + (long)facts.Columns.Events < LeastRows) return false;
        if (!now && facts.SnapshotAt is { } last && time.GetElapsedTime(last) < Often) return false;
        var path = PathOf(facts.Store);
        var fresh = path + ".writing";
        try
        {
            Directory.CreateDirectory(Folder);
            var at = Instants.ToMicroseconds(time.GetUtcNow());
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 20 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var file = new FileStream(fresh, options))
            {
                file.Write(new byte[HeaderBytes]);
                using var hash = SHA256.Create();
                await using (var body = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
                    facts.Columns.Write(body, time.GetUtcNow().AddMonths(-26));
                file.Position = 0;
                file.Write(Header(facts.Row, facts.Change, at, file.Length - HeaderBytes, hash.Hash));
                file.Flush(flushToDisk: true);
            }
            File.Move(fresh, path, overwrite: true);
            await writer.WriteAsync(facts.Store, Lane.Bulk, async transaction =>
            {
                var cursor = await transaction.Db.Cursors.AsTracking().SingleOrDefaultAsync(c => c.Follower == Follower, ct).ConfigureAwait(false);
                if (cursor is null) transaction.Db.Cursors.Add(cursor = new CursorRow { StoreId = facts.Store, Follower = Follower });
                (cursor.Change, cursor.At) = (facts.Change, Instants.FromMicroseconds(at));
                await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
            (facts.SnapshotChange, facts.SnapshotAt) = (facts.Change, time.GetTimestamp());
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or OverflowException)
        {
            // A start without it is slower, nothing else.
            facts.SnapshotAt = time.GetTimestamp();
            Log.NotWritten(log, facts.Store.Value, problem.GetType().Name);
            return false;
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    /// <summary>Deletes the file of a store: somebody in it was erased, or it holds more than may be kept.</summary>
    public void Delete(StoreId store)
    {
        if (Directory.Exists(Folder)) File.Delete(PathOf(store));
    }

    private static long Number(byte[] header, int at) => BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(at));

    private static byte[] Header(StoreRow store, long change, long at, long length, ReadOnlySpan<byte> hash)
    {
        var header = new byte[HeaderBytes];
        Encoding.ASCII.GetBytes(Magic).CopyTo(header, 0);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), StoreColumns.SnapshotFormat);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), store.Id.Value);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), change);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), at);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), length);
        hash.CopyTo(header.AsSpan(56));
        var profile = Encoding.UTF8.GetBytes($"{store.Currency} {store.TimeZone}");
        profile.AsSpan(0, Math.Min(profile.Length, HeaderBytes - 88)).CopyTo(header.AsSpan(88));
        return header;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The column snapshot of store {Store} is passed over ({Reason}); its columns are made from the rows.")]
        public static partial void Passed(ILogger logger, long store, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The column snapshot of store {Store} could not be written ({Reason}).")]
        public static partial void NotWritten(ILogger logger, long store, string reason);
    }
}
