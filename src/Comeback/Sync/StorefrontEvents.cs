using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// Takes what a store's own pages say that a visitor looked at (SECURITY 7). Anybody can send it, so it names no person: it belongs to a browser, and to
/// a customer only when the browser has shown a click's token or is known from a checkout. Products and categories must be the store's own.
/// </summary>
internal sealed partial class StorefrontEvents(Databases databases, RecordWriter records, StoreClocks clocks, StorefrontCaps caps, ClickTokens clicks)
{
    public const int MostBytes = 4 * 1024;
    public const int MostEvents = 20;
    private const int LongestQuery = 100;
    private static readonly TimeSpan Oldest = TimeSpan.FromHours(24);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = 4, NumberHandling = JsonNumberHandling.AllowReadingFromString };

    /// <returns>How many were taken; the rest is counted by reason in <see cref="StorefrontCaps"/>.</returns>
    public async Task<int> TakeAsync(StoreId store, ReadOnlyMemory<byte> body, string address, CancellationToken ct)
    {
        if (Read(body.Span) is not { } batch)
        {
            caps.Dropped(store, "unreadable", 1);
            return 0;
        }
        caps.Dropped(store, "tooMany", batch.Events!.Count - MostEvents);
        var wanted = batch.Events.Take(MostEvents).ToList();
        var allowed = caps.Take(store, batch.Visitor!, address, wanted.Count);
        caps.Dropped(store, "overTheCap", wanted.Count - allowed);
        if (allowed == 0) return 0;

        await using var db = databases.Open(store);
        var person = await PersonAsync(db, store, batch, ct).ConfigureAwait(false);
        var known = await KnownAsync(db, wanted, ct).ConfigureAwait(false);
        var now = clocks.Now(store);
        List<StoreRecord> events = [];
        foreach (var seen in wanted.Take(allowed))
        {
            if (Record(seen, batch.Visitor!, person, known, now) is { } record) events.Add(record);
            else caps.Dropped(store, "unknownThing", 1);
        }
        if (events.Count > 0) await records.WriteAsync(store, events, Arrival.Live, Lane.Live, ct).ConfigureAwait(false);
        return events.Count;
    }

    private static StorefrontBatch? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var batch = JsonSerializer.Deserialize<StorefrontBatch>(body, Json);
            return batch is { Visitor: { } visitor, Events.Count: > 0 } && batch.Events.TrueForAll(e => e is not null) && VisitorForm().IsMatch(visitor) ? batch : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The customer is found anew, since they may have been merged or erased since the click.
    private async Task<Person?> PersonAsync(ComebackDb db, StoreId store, StorefrontBatch batch, CancellationToken ct)
    {
        if (clicks.Read(store, batch.ClickToken, batch.Visitor!) is not { } customer) return null;
        for (var hop = 0; hop < 10; hop++)
        {
            var row = await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == customer, ct).ConfigureAwait(false);
            if (row is null || row.Deleted) return null;
            if (row.MergedInto is not { } into) return row.Email is null && row.AccountId is null ? null : new Person { AccountId = row.AccountId, Email = row.Email };
            customer = into;
        }
        return null;
    }

    private static async Task<(HashSet<string> Products, HashSet<string> Categories)> KnownAsync(ComebackDb db, List<StorefrontEvent> wanted, CancellationToken ct)
    {
        var products = wanted.Select(e => e.Product).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var categories = wanted.Select(e => e.Category).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        return (
            products.Length == 0 ? [] : await db.Products.Where(p => products.Contains(p.ExternalId) && !p.Deleted).Select(p => p.ExternalId).ToHashSetAsync(ct).ConfigureAwait(false),
            categories.Length == 0 ? [] : await db.Categories.Where(c => categories.Contains(c.ExternalId) && !c.Deleted).Select(c => c.ExternalId).ToHashSetAsync(ct).ConfigureAwait(false));
    }

    private static EventRecord? Record(StorefrontEvent seen, string visitor, Person? person, (HashSet<string> Products, HashSet<string> Categories) known, DateTimeOffset now)
    {
        var said = Math.Clamp(seen.At, 0, 253_402_300_799_999);
        var at = DateTimeOffset.FromUnixTimeMilliseconds(said);
        at = at > now ? now : at < now - Oldest ? now - Oldest : at;
        EventKind? kind = seen.Name switch
        {
            "product" when seen.Product is { } product && known.Products.Contains(product) => EventKind.ProductViewed,
            "category" when seen.Category is { } category && known.Categories.Contains(category) => EventKind.CategoryViewed,
            "search" when Claim.Clean(seen.Query, LongestQuery) is not null => EventKind.Searched,
            _ => null,
        };
        if (kind is null) return null;
        var text = string.Create(CultureInfo.InvariantCulture, $"{visitor}\n{seen.Name}\n{seen.Product}\n{seen.Category}\n{seen.Query}\n{said}");
        return new EventRecord
        {
            // A beacon that is sent twice is one view.
            ExternalId = "sf:" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 18)),
            Kind = kind.Value,
            At = at,
            UpdatedAt = at,
            Visitor = visitor,
            Person = person,
            ProductExternalId = kind == EventKind.ProductViewed ? seen.Product : null,
            CategoryExternalId = kind == EventKind.CategoryViewed ? seen.Category : null,
            Properties = kind == EventKind.Searched ? new Dictionary<string, string> { ["query"] = Claim.Clean(seen.Query, LongestQuery)! } : new Dictionary<string, string>(),
        };
    }

    // 128 random bits or more: short ones could be guessed, and a browser that is somebody's is known by this alone.
    [GeneratedRegex("^[A-Za-z0-9_-]{22,64}$", RegexOptions.NonBacktracking)]
    private static partial Regex VisitorForm();
}

/// <summary>What a page sends; the names are short because they travel with every view.</summary>
internal sealed record StorefrontBatch(
    [property: JsonPropertyName("v")] string? Visitor, [property: JsonPropertyName("t")] string? ClickToken, [property: JsonPropertyName("e")] List<StorefrontEvent>? Events);

/// <param name="Name"><c>product</c>, <c>category</c> or <c>search</c>.</param>
/// <param name="At">Unix milliseconds by the visitor's clock.</param>
internal sealed record StorefrontEvent(
    [property: JsonPropertyName("n")] string? Name, [property: JsonPropertyName("p")] string? Product, [property: JsonPropertyName("c")] string? Category,
    [property: JsonPropertyName("q")] string? Query, [property: JsonPropertyName("at")] long At);
