using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores.Csv;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>Import from the browser: a look at the first bytes, the file itself, how far it is, and what it left out.</summary>
internal static class ImportEndpoints
{
    private const int HeadBytes = 4 << 20;
    private const int MostShown = 100;

    public static Routes MapImports(this Routes routes)
    {
        var uploads = routes.Api.MapGroup("/imports").WithTags("Import").DisableAntiforgery();
        uploads.MapPost("/preview", PreviewAsync).WithMetadata(new RequestSizeLimitAttribute(HeadBytes + (64 << 10)));
        uploads.MapPost("", StartAsync).WithMetadata(new RequestSizeLimitAttribute(ImportForm.MostBytes + (1 << 20)));
        var imports = routes.Store.MapGroup("/imports").WithTags("Import");
        imports.MapGet("", ListAsync);
        imports.MapGet("/{id:long}", OneAsync);
        imports.MapGet("/{id:long}/rejects", RejectsAsync);
        return routes;
    }

    private static async Task<Ok<ImportPreviewView>> PreviewAsync(HttpRequest request, CancellationToken ct)
    {
        var head = new MemoryStream();
        await using (head.ConfigureAwait(false))
        {
            await ImportForm.ReadAsync(request, head, HeadBytes, ct).ConfigureAwait(false);
            return TypedResults.Ok(ImportPreviewView.Of(OrderFilePreview.Of(head.ToArray(), new OrderFileOptions())));
        }
    }

    private static async Task<Accepted<ImportStarted>> StartAsync(HttpRequest request, ImportUploads uploads, CancellationToken ct)
    {
        var path = uploads.NewPath();
        ImportRequest import;
        try
        {
            ImportForm form;
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await using (file.ConfigureAwait(false))
            {
                form = await ImportForm.ReadAsync(request, file, ImportForm.MostBytes, ct).ConfigureAwait(false);
            }
            var options = new OrderFileOptions
            {
                Mapping = MappingOf(form["mapping"]),
                DateFormat = Blank(form["dateFormat"]),
                DecimalMark = ImportMapping.Mark(form["decimal"]),
            };
            import = ImportRequest.Create(form.FileName, () => File.OpenRead(path), new FileInfo(path).Length, form["name"] ?? "", form["currency"], form["timeZone"], options);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        var started = await uploads.StartAsync(import, path, ct).ConfigureAwait(false);
        return TypedResults.Accepted($"/api/stores/{started.Store}/imports/{started.ImportId}", new ImportStarted(started.Store, started.ImportId.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<Ok<List<ImportView>>> ListAsync(StoreId store, Databases databases, TimeProvider time, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var rows = await db.Imports.OrderByDescending(i => i.Id).Take(MostShown).ToListAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(rows.ConvertAll(row => ImportView.Of(row, time.GetUtcNow())));
    }

    private static async Task<Results<Ok<ImportView>, NotFound>> OneAsync(StoreId store, long id, Databases databases, TimeProvider time, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var row = await db.Imports.SingleOrDefaultAsync(i => i.Id == id, ct).ConfigureAwait(false);
        return row is null ? TypedResults.NotFound() : TypedResults.Ok(ImportView.Of(row, time.GetUtcNow()));
    }

    private static async Task<Results<FileStreamHttpResult, NotFound>> RejectsAsync(StoreId store, long id, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var known = await db.Imports.AnyAsync(i => i.Id == id && i.RejectsFile != null, ct).ConfigureAwait(false);
        // Made of the ids, never of what a row says: a restored database may name any path.
        var path = ImportRejects.PathFor(databases.DataFolder, store.Value, id);
        if (!known || !File.Exists(path)) return TypedResults.NotFound();
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return TypedResults.File(stream, "text/csv; charset=utf-8", $"rows-left-out-{id}.csv");
    }

    // {"Ref": "order", "Mail": "email"}: column to field, as the page shows them.
    private static Dictionary<OrderField, string> MappingOf(string? json)
    {
        if (string.IsNullOrWhiteSpace(json)) return [];
        try
        {
            var columns = JsonSerializer.Deserialize<Dictionary<string, string?>>(json) ?? [];
            var mapping = new Dictionary<OrderField, string>();
            foreach (var (column, field) in columns)
                if (!string.IsNullOrEmpty(field)) mapping[ImportMapping.Field(field)] = column;
            return mapping;
        }
        catch (JsonException fault)
        {
            throw new UserError("The mapping is not a JSON object of column to field.", inner: fault);
        }
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

internal sealed record ImportStarted(StoreId StoreId, string ImportId);

internal sealed record ImportPreviewColumnView(string Name, string? Field, IReadOnlyList<string> Samples);

internal sealed record ImportPreviewView(
    string? Layout, string Delimiter, string Encoding, IReadOnlyList<ImportPreviewColumnView> Columns, IReadOnlyList<string> Missing, string? CurrencyGuess, IReadOnlyList<string> Problems)
{
    public static ImportPreviewView Of(OrderFilePreview preview) => new(
        preview.Layout, preview.Delimiter, preview.Encoding,
        [.. preview.Columns.Select(c => new ImportPreviewColumnView(c.Name, c.Field is { } field ? ImportMapping.Camel(field) : null, c.Samples))],
        preview.Missing, preview.CurrencyGuess, preview.Problems);
}

internal sealed record ImportView(
    string Id, string FileName, string Layout, ImportState State, long RowsRead, long RowsRejected, long Orders, long BytesRead, long BytesTotal,
    IReadOnlyDictionary<string, long> RejectsByReason, string? Error, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    public static ImportView Of(ImportRow row, DateTimeOffset now)
    {
        var interrupted = ImportJob.Interrupted(row, now);
        return new ImportView(
            row.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), row.FileName, row.Layout, interrupted ? ImportState.Failed : row.State,
            row.RowsRead, row.RowsRejected, row.Orders, row.BytesRead, row.BytesTotal, JsonSerializer.Deserialize<Dictionary<string, long>>(row.RejectsByReason) ?? [],
            interrupted ? ImportJob.InterruptedSentence : row.Error, row.StartedAt, interrupted ? row.HeardAt : row.EndedAt);
    }
}
