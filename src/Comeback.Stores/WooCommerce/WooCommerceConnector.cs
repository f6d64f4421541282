using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Comeback.Engine.Orders;

namespace Comeback.Stores.WooCommerce;

/// <summary>
/// A WooCommerce store over its REST API. Orders and products are read in order of their last modification, so that what changes while reading
/// comes again at the end and nothing is missed; accounts, which know no such order, by offset, and their gaps are found by ids.
/// </summary>
/// <param name="webhooks">Where the store is to deliver to, and the secret it signs with; null leaves its webhooks alone.</param>
/// <param name="plugin">What the companion plugin is told, where it is installed.</param>
internal sealed class WooCommerceConnector(WooClient client, WooSettings settings, WooWebhooks? webhooks, WooPluginLink? plugin, TimeProvider time) : IStoreConnector
{
    private const int MostPages = 200_000;

    public IReadOnlyList<StoreResource> Resources { get; } =
    [
        new(Resource.Categories), new(Resource.Products), new(Resource.Customers, ChangesByTime: false), new(Resource.Orders),
    ];

    public IAsyncEnumerable<StorePage> ReadAllAsync(string resource, string? position, CancellationToken ct) => resource switch
    {
        Resource.Orders or Resource.Products => ByModificationAsync(resource, WooPosition.Read(position), ct),
        _ => ByOffsetAsync(resource, long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : 0, ct),
    };

    public IAsyncEnumerable<StorePage> ReadChangesAsync(string resource, DateTimeOffset from, CancellationToken ct) => resource switch
    {
        Resource.Orders or Resource.Products => ByModificationAsync(resource, new WooPosition(from, 1, WooPace.LargestPage, 0), ct),
        _ => ByOffsetAsync(resource, 0, ct),
    };

    public async Task<long?> CountAsync(string resource, CancellationToken ct)
    {
        using var answer = await client.GetAsync($"{Path(resource)}?{Scope(resource)}per_page=1&_fields=id", ct).ConfigureAwait(false);
        return answer.Total;
    }

    public async IAsyncEnumerable<IReadOnlyList<string>> ReadIdsAsync(string resource, [EnumeratorCancellation] CancellationToken ct)
    {
        string? before = null;
        for (long offset = 0, pages = 0; ; pages++)
        {
            var size = client.Pace.Page;
            using var answer = await client.GetAsync(
                string.Create(CultureInfo.InvariantCulture, $"{Path(resource)}?{Scope(resource)}orderby=id&order=asc&per_page={size}&offset={offset}&_fields=id"), ct).ConfigureAwait(false);
            var ids = Array(answer, resource).Select(e => e.IdText()).OfType<string>().ToList();
            if (ids.Count == 0) yield break;
            // A store that gives the same page for ever would be read for ever.
            if (ids[0] == before || pages > MostPages) throw Endless(resource);
            before = ids[0];
            yield return ids;
            offset += ids.Count;
            if (ids.Count < size && !(answer.Total > offset)) yield break;
        }
    }

    public async Task<IReadOnlyList<StoreRecord>> ReadSomeAsync(string resource, IReadOnlyList<string> ids, CancellationToken ct)
    {
        using var answer = await client.GetAsync($"{Path(resource)}?{Scope(resource)}per_page={WooPace.LargestPage}&include={string.Join(',', ids)}&_fields={FieldsOf(resource)}", ct).ConfigureAwait(false);
        return await MapAsync(resource, Array(answer, resource), answer.AsOf ?? time.GetUtcNow(), ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StoreRecord>> MapAsync(StoreDelivery delivery, CancellationToken ct)
    {
        if (delivery.Topic.StartsWith("plugin.", StringComparison.Ordinal))
        {
            using var told = Read(delivery.Body);
            return WooPlugin.Map(delivery.Topic, told.RootElement, delivery.ReceivedAt, settings, client.Store);
        }
        var resource = delivery.Topic.Split('.')[0] switch { "order" => Resource.Orders, "product" => Resource.Products, "customer" => Resource.Customers, _ => null };
        if (resource is null) return [];
        using var body = Read(delivery.Body);
        if (body.RootElement.IdText() is not { } id) throw new StoreTrouble(StoreTroubleKind.BadBody, $"A delivery of topic {Short(delivery.Topic)} names nothing.");
        if (!delivery.Topic.EndsWith(".deleted", StringComparison.Ordinal))
        {
            var mapped = await MapAsync(resource, [body.RootElement], delivery.ReceivedAt, ct).ConfigureAwait(false);
            return mapped.Count > 0 || WooCatalogue.Original(body.RootElement) is not null ? mapped
                : throw new StoreTrouble(StoreTroubleKind.BadBody, $"A delivery of topic {Short(delivery.Topic)} cannot be read.");
        }
        // Only an id, and maybe late: what the store says of it now is what counts.
        using var now = await client.FindAsync($"{Path(resource)}/{id}", ct).ConfigureAwait(false);
        if (now is null || now.Root.Text("status") == "trash")
            return [new DeletionRecord { Thing = Thing(resource), ExternalId = id, UpdatedAt = now?.AsOf ?? delivery.ReceivedAt }];
        return await MapAsync(resource, [now.Root], delivery.ReceivedAt, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<string>> MendAsync(CancellationToken ct)
    {
        if (plugin is not null) await plugin.TellAsync(client, ct).ConfigureAwait(false);
        return webhooks is null ? [] : await webhooks.MendAsync(client, ct).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<StorePage> ByModificationAsync(string resource, WooPosition position, [EnumeratorCancellation] CancellationToken ct)
    {
        HashSet<string> before = [];
        var at = position;
        long? total = null;
        var from = at.Done;
        for (var pages = 0; ; pages++)
        {
            if (pages > MostPages) throw Endless(resource);
            using var answer = await client.GetAsync($"{Path(resource)}?{Scope(resource)}{at.Query}&_fields={FieldsOf(resource)}", ct).ConfigureAwait(false);
            var things = Array(answer, resource).ToList();
            var ids = things.ConvertAll(t => t.IdText() ?? "");
            var fresh = things.Where(t => !before.Contains(t.IdText() ?? "")).ToList();
            var records = await MapAsync(resource, fresh, answer.AsOf ?? time.GetUtcNow(), ct).ConfigureAwait(false);
            // A total that cannot be is none.
            total ??= answer.Total is { } said && said >= things.Count ? from + said : null;
            var done = at.Done + fresh.Count;
            var last = things.Select(t => t.Instant("date_modified_gmt")).Max();
            // A plugin may allow fewer a page than asked for: the total says that there are more.
            var full = things.Count >= at.Size || (things.Count > 0 && answer.Total > ((at.Page - 1) * at.Size) + things.Count);
            if (total is { } claimed && done > (claimed * 3) + 10_000) throw Endless(resource);
            at = last is { } modified && (at.After is null || modified.AddSeconds(-1) > at.After)
                ? new WooPosition(modified.AddSeconds(-1), 1, client.Pace.Page, done)
                : at with { Page = at.Page + 1, Done = done };
            yield return new StorePage(records, at.Write(), done, full ? Math.Max(total ?? 0, done) : done, answer.AsOf);
            if (!full) yield break;
            if (fresh.Count == 0 && at.Page > 2) throw Endless(resource);
            before = [.. ids];
        }
    }

    private async IAsyncEnumerable<StorePage> ByOffsetAsync(string resource, long offset, [EnumeratorCancellation] CancellationToken ct)
    {
        string? before = null;
        for (var pages = 0; ; pages++)
        {
            var size = client.Pace.Page;
            using var answer = await client.GetAsync(string.Create(
                CultureInfo.InvariantCulture, $"{Path(resource)}?{Scope(resource)}orderby=id&order=asc&per_page={size}&offset={offset}&_fields={FieldsOf(resource)}"), ct).ConfigureAwait(false);
            var things = Array(answer, resource).ToList();
            if (things.Count > 0 && (things[0].IdText() == before || pages > MostPages)) throw Endless(resource);
            before = things.Count > 0 ? things[0].IdText() : null;
            offset += things.Count;
            var records = await MapAsync(resource, things, answer.AsOf ?? time.GetUtcNow(), ct).ConfigureAwait(false);
            yield return new StorePage(records, offset.ToString(CultureInfo.InvariantCulture), offset, answer.Total >= offset ? answer.Total : null, answer.AsOf);
            if (things.Count == 0 || (things.Count < size && !(answer.Total > offset))) yield break;
        }
    }

    private async Task<List<StoreRecord>> MapAsync(string resource, IEnumerable<JsonElement> things, DateTimeOffset readAt, CancellationToken ct)
    {
        var records = new List<StoreRecord>();
        foreach (var thing in things)
        {
            StoreRecord? record = resource switch
            {
                Resource.Orders => WooOrders.Map(thing, settings, await RefundedAtAsync(thing, ct).ConfigureAwait(false)),
                Resource.Products => await ProductAsync(thing, ct).ConfigureAwait(false),
                Resource.Categories => WooCatalogue.Category(thing, readAt),
                _ => WooCustomers.Map(thing, settings, readAt),
            };
            if (record is not null) records.Add(record);
        }
        return records;
    }

    /// <summary>An order's body says how much was refunded and not when.</summary>
    private async Task<Dictionary<string, DateTimeOffset>> RefundedAtAsync(JsonElement order, CancellationToken ct)
    {
        var at = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        if (!order.List("refunds").Any() || order.IdText() is not { } id) return at;
        using var answer = await client.FindAsync($"wc/v3/orders/{id}/refunds?per_page=100&_fields=id,date_created_gmt", ct).ConfigureAwait(false);
        if (answer is null) return at;
        foreach (var refund in Array(answer, "refunds"))
        {
            if (refund.IdText() is { } refundId && refund.Instant("date_created_gmt") is { } made) at[refundId] = made;
        }
        return at;
    }

    private async Task<ProductRecord?> ProductAsync(JsonElement product, CancellationToken ct)
    {
        if (!WooCatalogue.HasVariations(product) || product.IdText() is not { } id) return WooCatalogue.Product(product, [], settings);
        using var answer = await client.FindAsync($"wc/v3/products/{id}/variations?per_page=100&_fields={WooCatalogue.VariationFields}", ct).ConfigureAwait(false);
        return WooCatalogue.Product(product, answer is null ? [] : [.. Array(answer, "variations")], settings);
    }

    private static IEnumerable<JsonElement> Array(WooAnswer answer, string resource) => answer.Root.ValueKind == JsonValueKind.Array && answer.Root.GetArrayLength() <= 1_000
        ? answer.Root.EnumerateArray() : throw new StoreTrouble(StoreTroubleKind.BadAnswer, $"The store answers something else than a list of {resource}.");

    private static JsonDocument Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return WooJson.Parse(body);
        }
        catch (JsonException problem)
        {
            throw new StoreTrouble(StoreTroubleKind.BadBody, "A delivery is no JSON.", problem);
        }
    }

    private static StoreTrouble Endless(string resource) => new(StoreTroubleKind.BadAnswer, $"The store gives the same page of {resource} again and again: a cache in front of /wp-json/ may be the cause.");

    private static string Short(string topic) => topic.Length > 40 ? topic[..40] : topic;

    private static string Path(string resource) => resource switch
    {
        Resource.Orders => "wc/v3/orders",
        Resource.Products => "wc/v3/products",
        Resource.Categories => "wc/v3/products/categories",
        Resource.Customers => "wc/v3/customers",
        _ => throw new ArgumentException($"WooCommerce has no {resource}.", nameof(resource)),
    };

    // Without it only role=customer is listed, and those with another role buy too.
    private static string Scope(string resource) => resource == Resource.Customers ? "role=all&" : "";

    private static string FieldsOf(string resource) => resource switch
    {
        Resource.Orders => WooOrders.Fields,
        Resource.Products => WooCatalogue.Fields,
        Resource.Customers => WooCustomers.Fields,
        _ => "id,name,parent,lang,translations",
    };

    private static DeletedThing Thing(string resource) => resource switch { Resource.Orders => DeletedThing.Order, Resource.Products => DeletedThing.Product, _ => DeletedThing.Customer };
}

/// <summary>Where a reading in order of modification stands: after which second, and which page of it when many share one second.</summary>
internal sealed record WooPosition(DateTimeOffset? After, int Page, int Size, long Done)
{
    public string Query => string.Create(CultureInfo.InvariantCulture,
        $"orderby=modified&order=asc&dates_are_gmt=true&per_page={Size}&page={Page}{(After is { } after ? $"&modified_after={after.UtcDateTime:yyyy-MM-ddTHH:mm:ss}" : "")}");

    public string Write() => string.Create(CultureInfo.InvariantCulture, $"{After?.UtcDateTime:yyyy-MM-ddTHH:mm:ss}|{Page}|{Size}|{Done}");

    public static WooPosition Read(string? text)
    {
        if (text?.Split('|') is not [var after, var page, var size, var done]) return new WooPosition(null, 1, WooPace.LargestPage, 0);
        return new WooPosition(
            after.Length == 0 ? null : DateTimeOffset.Parse(after, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            int.Parse(page, CultureInfo.InvariantCulture), int.Parse(size, CultureInfo.InvariantCulture), long.Parse(done, CultureInfo.InvariantCulture));
    }
}
