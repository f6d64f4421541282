using System.Text.Json;
using System.Threading.Channels;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Stores.Csv;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Comeback.Sync;

/// <summary>
/// Imports a file of orders into a store: file, records, <see cref="RecordWriter"/>, in small transactions that let a running server write between them.
/// </summary>
/// <remarks>
/// 1. The file is read to its end, to see that it can be read at all; nothing is written before. 2. The store is found or made. 3. A row in
/// <c>imports</c> tells how far it is. 4. One thread makes records and leaves out rows, another writes batches. 5. The row is closed.
/// Every record is a whole state under the file's own ids, so importing twice changes nothing, and after a kill the second run completes the first.
/// </remarks>
internal sealed class ImportJob(Databases databases, StoreWriter writer, RecordWriter records, StoreClocks clocks, TimeProvider time)
{
    public const string InterruptedSentence = "Interrupted; importing the same file again completes it.";

    /// <summary>Rows of orders and lines in a batch: RecordWriter cuts it into transactions of its own.</summary>
    private const int BatchRows = 6_000;
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>Steps 1 to 3: everything that can be refused is refused here.</summary>
    /// <exception cref="UserError">One sentence that says what is wrong with the file or the store.</exception>
    public async Task<StartedImport> StartAsync(ImportRequest request, IProgress<ImportProgress>? progress, CancellationToken ct)
    {
        // Step 1: a store that will be refused is refused before a long look at the file.
        var store = await FindAsync(request, ct).ConfigureAwait(false);
        var file = await Task.Run(() => OrderFile.Open(request.Open, request.Options, bytes => progress?.Report(new ImportProgress(false, bytes, 0)), ct), ct)
            .ConfigureAwait(false);
        // Step 2.
        var known = store is not null;
        var currency = store is not null ? Currency.Parse(store.Currency) : request.Currency ?? file.Currency ?? throw new UserError(
            "The file does not say in which currency its amounts are: say it by --currency, for example --currency GBP.");
        var zone = store?.TimeZone ?? request.TimeZone ?? "UTC";
        // Amounts that can be read in two ways are refused before the store is made.
        var items = file.Read(currency, DateTimeZoneProviders.Tzdb[zone], OpenSpill, ct);
        var id = store?.Id ?? await writer.AddStoreAsync(
            fresh => new StoreRow { Id = fresh, Name = request.Store, Currency = currency.Code, TimeZone = zone, CreatedAt = time.GetUtcNow() }, ct).ConfigureAwait(false);
        // Step 3.
        var import = await writer.WriteAsync(id, Lane.Live, transaction => BeginAsync(transaction, request, file), ct).ConfigureAwait(false);
        return new StartedImport(request, file, items, new ImportResult
        {
            Store = id,
            ImportId = import,
            NewStore = !known,
            Currency = currency.Code,
            TimeZone = zone,
            Layout = file.Layout,
        });
    }

    /// <summary>Steps 4 and 5.</summary>
    public async Task<ImportResult> RunAsync(StartedImport started, IProgress<ImportProgress>? progress, CancellationToken ct)
    {
        var result = started.Result;
        using var rejects = new ImportRejects(ImportRejects.PathFor(databases.DataFolder, result.Store.Value, result.ImportId), started.File);
        try
        {
            // Step 4.
            using var both = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var batches = System.Threading.Channels.Channel.CreateBounded<Batch>(new BoundedChannelOptions(2) { SingleReader = true, SingleWriter = true });
            var reading = Task.Run(() => ReadAsync(started, rejects, batches.Writer, both.Token), CancellationToken.None);
            try
            {
                await WriteAsync(started, batches.Reader, progress, both.Token).ConfigureAwait(false);
            }
            catch
            {
                await both.CancelAsync().ConfigureAwait(false);
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
            await reading.ConfigureAwait(false);
            rejects.Flush();
            // Step 5.
            (result.Rows, result.Rejected, result.RejectsByReason, result.RejectsFile) = (started.File.RowsRead, rejects.Count, rejects.ByReason, rejects.Path);
            await TellAsync(started, Progress.Of(started.File, rejects), ImportState.Done, null, CancellationToken.None).ConfigureAwait(false);
            Hosting.Telemetry.Imported(result.Rows, result.Rejected);
            return result;
        }
        catch (Exception fault)
        {
            var sentence = fault is UserError or ReadableException ? fault.Message
                : fault is OperationCanceledException ? "Stopped before its end; import the same file again to complete it."
                : Trouble.Explain(fault, databases) ?? "Interrupted by a fault; import the same file again to complete it.";
            await TryTellAsync(started, Progress.Of(started.File, rejects), sentence).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>True for a running import that has fallen silent.</summary>
    public static bool Interrupted(ImportRow row, DateTimeOffset now) => row.State == ImportState.Running && now - row.HeardAt > Silence;

    private static async Task ReadAsync(StartedImport started, ImportRejects rejects, ChannelWriter<Batch> batches, CancellationToken ct)
    {
        try
        {
            var batch = new List<StoreRecord>();
            var rows = 0;
            foreach (var item in started.Items)
            {
                ct.ThrowIfCancellationRequested();
                if (item.Rejected is { } rejected) rejects.Add(rejected);
                if (item.Record is not { } record) continue;
                batch.Add(record);
                rows += record is OrderRecord order ? 1 + order.Lines.Count : 1;
                if (rows < BatchRows) continue;
                await batches.WriteAsync(new Batch(batch, RecordWriter.Prepare(batch), Progress.Of(started.File, rejects)), ct).ConfigureAwait(false);
                (batch, rows) = ([], 0);
            }
            await batches.WriteAsync(new Batch(batch, RecordWriter.Prepare(batch), Progress.Of(started.File, rejects)), ct).ConfigureAwait(false);
            batches.Complete();
        }
        catch (Exception fault)
        {
            batches.Complete(fault);
            throw;
        }
    }

    private async Task WriteAsync(StartedImport started, ChannelReader<Batch> batches, IProgress<ImportProgress>? progress, CancellationToken ct)
    {
        var result = started.Result;
        var told = time.GetTimestamp();
        await foreach (var batch in batches.ReadAllAsync(ct).ConfigureAwait(false))
        {
            if (batch.Records.Count > 0)
            {
                var written = await records.WriteAsync(result.Store, batch.Prepared, Arrival.Found, Lane.Bulk, ct).ConfigureAwait(false);
                result.Changed += written.Written;
            }
            foreach (var record in batch.Records)
            {
                if (record is OrderRecord order) (result.Orders, result.Lines) = (result.Orders + 1, result.Lines + order.Lines.Count);
                else result.Refunds++;
            }
            progress?.Report(new ImportProgress(true, batch.At.Bytes, batch.At.Rows));
            if (time.GetElapsedTime(told) < TellEvery) continue;
            told = time.GetTimestamp();
            await TellAsync(started, batch.At, ImportState.Running, null, ct).ConfigureAwait(false);
        }
    }

    private async Task<StoreRow?> FindAsync(ImportRequest request, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        var store = await db.Stores.SingleOrDefaultAsync(s => s.Name == request.Store, ct).ConfigureAwait(false);
        if (store is not null) request.Check(store);
        return store;
    }

    private async Task<long> BeginAsync(StoreTransaction transaction, ImportRequest request, OrderFile file)
    {
        var now = time.GetUtcNow();
        foreach (var before in await transaction.Db.Imports.Where(i => i.State == ImportState.Running).ToListAsync().ConfigureAwait(false))
        {
            if (!Interrupted(before, now)) continue;
            (before.State, before.EndedAt, before.Error) = (ImportState.Failed, before.HeardAt, InterruptedSentence);
        }
        var id = await transaction.TakeIdsAsync(1).ConfigureAwait(false);
        transaction.Db.Imports.Add(new ImportRow
        {
            StoreId = transaction.Store,
            Id = id,
            FileName = request.FileName,
            Layout = file.Layout,
            StartedAt = now,
            HeardAt = now,
            BytesTotal = request.Bytes,
        });
        await transaction.Db.SaveChangesAsync().ConfigureAwait(false);
        return id;
    }

    private Task TellAsync(StartedImport started, Progress at, ImportState state, string? error, CancellationToken ct) =>
        writer.WriteAsync(started.Result.Store, Lane.Bulk, async transaction =>
        {
            var now = time.GetUtcNow();
            var row = await transaction.Db.Imports.SingleAsync(i => i.Id == started.Result.ImportId).ConfigureAwait(false);
            (row.RowsRead, row.RowsRejected, row.Orders, row.BytesRead) = (at.Rows, at.Rejected, started.Result.Orders, at.Bytes);
            row.RejectsByReason = JsonSerializer.Serialize(at.ByReason);
            row.RejectsFile = at.RejectsFile;
            (row.State, row.Error, row.HeardAt) = (state, error, now);
            if (state != ImportState.Running) row.EndedAt = now;
            if (state == ImportState.Done)
            {
                var store = await transaction.Db.Stores.SingleAsync(s => s.Id == transaction.Store).ConfigureAwait(false);
                store.InStepAt = clocks.Now(store.Id);
            }
            await transaction.Db.SaveChangesAsync().ConfigureAwait(false);
        }, ct);

    // The database itself may be what failed.
    private async Task TryTellAsync(StartedImport started, Progress at, string sentence)
    {
        try
        {
            await TellAsync(started, at, ImportState.Failed, sentence, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What went wrong first is thrown on; this is only its trace.
        catch
#pragma warning restore CA1031
        {
            // The row falls silent, and is shown as interrupted.
        }
    }

    private FileStream OpenSpill()
    {
        var folder = Directory.CreateDirectory(Path.Combine(databases.DataFolder, "tmp"));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, BufferSize = 64 << 10 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(folder.FullName, Path.GetRandomFileName()), options);
    }

    /// <summary>How far the reading thread was when it handed a batch over.</summary>
    private sealed record Progress(long Rows, long Bytes, long Rejected, Dictionary<string, long> ByReason, string? RejectsFile)
    {
        public static Progress Of(OrderFile file, ImportRejects rejects) =>
            new(file.RowsRead, file.BytesRead, rejects.Count, new Dictionary<string, long>(rejects.ByReason), rejects.Path);
    }

    private sealed record Batch(List<StoreRecord> Records, List<Prepared> Prepared, Progress At);
}

/// <summary>An import whose file was looked over and whose store is there; what is left is to write.</summary>
internal sealed record StartedImport(ImportRequest Request, OrderFile File, IEnumerable<OrderFileItem> Items, ImportResult Result);
