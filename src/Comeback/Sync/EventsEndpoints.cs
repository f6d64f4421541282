using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// The event API: orders, carts, people, products and events as neutral records. What is answered 200 is committed. A record that cannot be taken is
/// named and the others are kept; sending a batch again changes nothing.
/// </summary>
internal static class EventsEndpoints
{
    private const int MostBytes = 4 * 1024 * 1024, MostRecords = 1_000, Deepest = 64, LongestIdempotencyKey = 200;
    private const string Source = "api";

    public static void MapEvents(this Routes routes)
    {
        routes.Hooks.MapPost("/api/events", PostAsync).WithTags("Events").Accepts<JsonElement>("application/json").WithMetadata(new RequestSizeLimitAttribute(4 * MostBytes));
        var keys = routes.Store.MapGroup("/keys").WithTags("Keys");
        keys.MapGet("", KeysAsync);
        keys.MapPost("", AddKeyAsync);
        keys.MapDelete("/{id:long}", RevokeKeyAsync);
    }

    private static async Task<Results<Ok<RecordsTaken>, UnauthorizedHttpResult, ProblemHttpResult>> PostAsync(
        HttpRequest request, ApiKeys keys, RecordWriter records, StoreWriter writer, StoreClocks clocks, Databases databases, CancellationToken ct)
    {
        var bearer = request.Headers.Authorization.ToString() is { } text && text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? text[7..].Trim() : null;
        if (await keys.StoreOfAsync(bearer, ApiKeys.Write, ct).ConfigureAwait(false) is not { } store) return TypedResults.Unauthorized();
        if (await ReadAsync(request, ct).ConfigureAwait(false) is not { } body)
            return Problem(StatusCodes.Status413PayloadTooLarge, $"Send at most {MostBytes / 1024 / 1024} MB at once; split the batch.");

        var once = request.Headers["Idempotency-Key"].ToString();
        if (once.Length > LongestIdempotencyKey) return Problem(StatusCodes.Status400BadRequest, $"An Idempotency-Key has at most {LongestIdempotencyKey} characters.");
        var hash = Base64Url.EncodeToString(SHA256.HashData(body));
        if (once.Length > 0 && await SeenAsync(databases, store, once, ct).ConfigureAwait(false) is { } seen)
        {
            return seen.Topic == hash
                ? TypedResults.Ok(JsonSerializer.Deserialize<RecordsTaken>(seen.Body, Json.Options)!)
                : Problem(StatusCodes.Status422UnprocessableEntity, "This Idempotency-Key was used with another body; use a new one for a new batch.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Deepest });
        }
        catch (JsonException e)
        {
            return Problem(StatusCodes.Status400BadRequest, $"The body is no JSON, or nested deeper than {Deepest}, at line {e.LineNumber + 1}, byte {e.BytePositionInLine}.");
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("records", out var array) || array.ValueKind != JsonValueKind.Array)
                return Problem(StatusCodes.Status400BadRequest, "Send {\"records\": [...]}.");
            if (array.GetArrayLength() > MostRecords) return Problem(StatusCodes.Status413PayloadTooLarge, $"Send at most {MostRecords} records at once; split the batch.");
            var taken = await TakeAsync(store, array, records, clocks.Now(store), ct).ConfigureAwait(false);
            if (once.Length > 0) await RememberAsync(writer, store, once, hash, taken, clocks.Now(store), ct).ConfigureAwait(false);
            return TypedResults.Ok(taken);
        }
    }

    private static async Task<RecordsTaken> TakeAsync(StoreId store, JsonElement array, RecordWriter records, DateTimeOffset now, CancellationToken ct)
    {
        List<StoreRecord> good = [];
        List<RejectedRecord> rejected = [];
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (RecordReader.Read(element, index++, now, out var wrong) is { } record) good.Add(record);
            else rejected.Add(wrong!);
        }
        var written = good.Count == 0 ? new RecordsWritten(0, 0, 0) : await records.WriteAsync(store, good, Arrival.Live, Lane.Live, ct).ConfigureAwait(false);
        return new RecordsTaken(written.Written, written.Unchanged, rejected);
    }

    private static async Task<InboxRow?> SeenAsync(Databases databases, StoreId store, string once, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        return await db.Inbox.SingleOrDefaultAsync(i => i.Source == Source && i.DedupeKey == once, ct).ConfigureAwait(false);
    }

    // After the records: a crash between leaves no answer remembered, and the batch sent again changes nothing.
    private static Task RememberAsync(StoreWriter writer, StoreId store, string once, string hash, RecordsTaken taken, DateTimeOffset now, CancellationToken ct) =>
        writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            if (await transaction.Db.Inbox.AnyAsync(i => i.Source == Source && i.DedupeKey == once, ct).ConfigureAwait(false)) return;
            transaction.Db.Inbox.Add(new InboxRow
            {
                StoreId = store,
                Id = await transaction.TakeIdsAsync(1).ConfigureAwait(false),
                Source = Source,
                DedupeKey = once,
                Topic = hash,
                Body = JsonSerializer.SerializeToUtf8Bytes(taken, Json.Options),
                ReceivedAt = now,
                DoneAt = now,
            });
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct);

    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > MostBytes) return null;
        using var whole = new MemoryStream((int)(request.ContentLength ?? 4096));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0)
        {
            if (whole.Length + read > MostBytes) return null;
            whole.Write(buffer, 0, read);
        }
        return whole.ToArray();
    }

    private static async Task<Ok<KeyList>> KeysAsync(StoreId store, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var rows = await db.ApiKeys.OrderBy(k => k.Id).ToListAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(new KeyList([.. rows.Select(Item)], null, rows.Count));
    }

    private static async Task<Results<Created<NewKey>, ValidationProblem>> AddKeyAsync(StoreId store, KeyToMake body, ApiKeys keys, CancellationToken ct)
    {
        if (Claim.Clean(body.Name, 100) is not { } name)
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["name"] = ["Give the key a name, such as the program that will use it."] });
        var (row, key) = await keys.AddAsync(store, name, ct).ConfigureAwait(false);
        return TypedResults.Created($"/api/stores/{store}/keys/{row.Id}", new NewKey(row.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Name, key, row.Hint));
    }

    private static async Task<Results<NoContent, NotFound>> RevokeKeyAsync(StoreId store, long id, ApiKeys keys, CancellationToken ct) =>
        await keys.RevokeAsync(store, id, ct).ConfigureAwait(false) ? TypedResults.NoContent() : TypedResults.NotFound();

    private static KeyItem Item(ApiKeyRow row) => new(
        row.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Name, row.Hint, row.Scopes.Split(' '), row.CreatedAt, row.LastUsedAt, row.RevokedAt);

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}

/// <summary>What became of a batch: changed something, changed nothing, and was not taken.</summary>
internal sealed record RecordsTaken(int Accepted, int Unchanged, IReadOnlyList<RejectedRecord> Rejected);

internal sealed record KeyList(IReadOnlyList<KeyItem> Items, string? Next, int Total);

internal sealed record KeyItem(
    string Id, string Name, string Hint, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

internal sealed record KeyToMake(string? Name);

/// <summary>The only time that the key is shown.</summary>
internal sealed record NewKey(string Id, string Name, string Key, string Hint);
