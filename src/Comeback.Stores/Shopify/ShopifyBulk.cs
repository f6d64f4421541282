using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Shopify;

/// <summary>
/// The first sync by bulk operations. A position is <c>operation|part|try</c>: a process that was killed finds its operation again, takes the file in
/// anew if it was not whole, and goes on at the part that was not written. All of a store's operations are started together; Shopify runs five at once.
/// </summary>
/// <param name="book">Operations of other resources that were started together with the first.</param>
/// <param name="folder">A folder of this store's own for the files, emptied when they have been read.</param>
internal sealed class ShopifyBulk(ShopifyClient client, HttpClient files, ShopifyMapping mapping, IBulkBook book, string folder, TimeProvider time)
{
    private const int PageRecords = 500, MostTries = 3, FileTries = 4;
    private static readonly TimeSpan ShortestLook = TimeSpan.FromSeconds(1), LongestLook = TimeSpan.FromSeconds(10);

    public static readonly IReadOnlyDictionary<string, string> Documents = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Resource.Categories] = "bulk_collections",
        [Resource.Products] = "bulk_products",
        [Resource.Customers] = "bulk_customers",
        [Resource.Orders] = "bulk_orders",
    };

    public async IAsyncEnumerable<StorePage> ReadAsync(string resource, string? position, [EnumeratorCancellation] CancellationToken ct)
    {
        var (operation, part, tries) = Position(position);
        operation ??= await StartAllAsync(resource, ct).ConfigureAwait(false);
        var look = ShortestLook;
        BulkNode state;
        while (true)
        {
            state = await StateAsync(operation, ct).ConfigureAwait(false);
            if (state.Status == "COMPLETED") break;
            if (state.Status is "CREATED" or "RUNNING" or "CANCELING")
            {
                // An empty page: the progress bar moves, and the position is written down.
                yield return new StorePage([], Text(operation, 0, tries), state.RootObjectCount, null);
                await Task.Delay(look, time, ct).ConfigureAwait(false);
                look = look * 1.5 > LongestLook ? LongestLook : look * 1.5;
                continue;
            }
            // Failed, cancelled or expired. What it got to is not the whole, so it is asked for anew.
            if (state.ErrorCode == "ACCESS_DENIED") throw new ShopifyException($"Shopify does not allow this app to read {resource}.");
            if (++tries >= MostTries) throw new ShopifyUnavailableException($"Shopify gave up reading {resource} {tries} times ({state.Status}, {state.ErrorCode}).");
            (operation, part) = (await StartAsync(resource, ct).ConfigureAwait(false), 0);
            yield return new StorePage([], Text(operation, 0, tries), 0, null);
        }
        var file = new ShopifyBulkFile(Path.Combine(folder, $"{resource}-{ShopifyMapping.IdOf(operation)}"));
        if (state is { Url: { } url, ObjectCount: > 0 })
        {
            var parts = file.Parts;
            if (parts == 0)
            {
                // Parts depend on the file alone, so those that were written before stay written.
                await FetchAsync(file, url, state, ct).ConfigureAwait(false);
                parts = file.Parts;
            }
            for (; part < parts; part++)
            {
                var records = new List<StoreRecord>(PageRecords);
                var roots = 0L;
                foreach (var (root, children) in file.Read(part))
                {
                    records.AddRange(Map(resource, root, children));
                    roots++;
                    if (records.Count < PageRecords) continue;
                    yield return new StorePage(records, Text(operation, part, tries), Share(part, parts, state), state.RootObjectCount);
                    records = new List<StoreRecord>(PageRecords);
                }
                yield return new StorePage(records, Text(operation, part + 1, tries), Share(part + 1, parts, state), state.RootObjectCount);
            }
        }
        else yield return new StorePage([], Text(operation, 0, tries), 0, 0);
        file.Remove();
        await book.ForgetAsync(resource, ct).ConfigureAwait(false);
    }

    // The number of things is known, which of them lie in which part is not; parts are alike.
    private static long Share(int done, int parts, BulkNode state) => done == parts ? state.RootObjectCount : state.RootObjectCount * done / parts;

    private IEnumerable<StoreRecord> Map(string resource, byte[] root, IReadOnlyList<byte[]> children)
    {
        switch (resource)
        {
            case Resource.Orders:
                return mapping.Order(Read<OrderNode>(root), [.. children.Select(Read<LineNode>)]) is { } order ? [order] : [];
            case Resource.Customers:
                return mapping.Customer(Read<CustomerNode>(root)) is { } customer ? [customer] : [];
            case Resource.Categories:
                return ShopifyMapping.Collection(Read<CollectionNode>(root)) is { } collection ? [collection] : [];
            default:
                List<VariantNode> variants = [];
                List<CollectionNode> collections = [];
                foreach (var child in children)
                {
                    if (Read<IdNode>(child).Id?.Contains("/Collection/", StringComparison.Ordinal) == true) collections.Add(Read<CollectionNode>(child));
                    else variants.Add(Read<VariantNode>(child));
                }
                return mapping.Product(Read<ProductNode>(root), variants, collections);
        }
    }

    private async Task FetchAsync(ShopifyBulkFile file, string url, BulkNode state, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // Without the token: the file lies with another host, and its address is its own key.
                using var answer = await files.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
                if (!answer.IsSuccessStatusCode) throw new ShopifyUnavailableException($"The bulk file cannot be fetched ({(int)answer.StatusCode}).");
                await using var stream = await answer.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
                await file.TakeInAsync(stream, state.FileSize, state.ObjectCount, ct).ConfigureAwait(false);
                return;
            }
            catch (Exception trouble) when (trouble is HttpRequestException or IOException or ShopifyUnavailableException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
            {
                if (attempt < FileTries)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1 << attempt), time, ct).ConfigureAwait(false);
                    // The address may have run out meanwhile.
                    url = (await StateAsync(state.Id!, ct).ConfigureAwait(false)).Url ?? url;
                    continue;
                }
                throw trouble as ShopifyException ?? new ShopifyUnavailableException("The bulk file broke off again and again.", trouble);
            }
        }
    }

    private async Task<BulkNode> StateAsync(string operation, CancellationToken ct)
    {
        var answer = await client.AskAsync<BulkStateAnswer>("bulk_state", new { id = operation }, ct).ConfigureAwait(false);
        return answer.Data.BulkOperation ?? new BulkNode { Id = operation, Status = "EXPIRED" };
    }

    private async Task<string> StartAllAsync(string resource, CancellationToken ct)
    {
        if (await book.FindAsync(resource, ct).ConfigureAwait(false) is { } known) return known;
        var started = await StartAsync(resource, ct).ConfigureAwait(false);
        foreach (var other in Documents.Keys.Where(r => r != resource))
        {
            try
            {
                if (await book.FindAsync(other, ct).ConfigureAwait(false) is null) await StartAsync(other, ct).ConfigureAwait(false);
            }
            catch (ShopifyRefusedException)
            {
                // As many as Shopify runs are running: the other's own turn starts it.
                break;
            }
        }
        return started;
    }

    private async Task<string> StartAsync(string resource, CancellationToken ct)
    {
        var answer = (await client.AskAsync<RunBulkAnswer>("run_bulk", new { query = ShopifyDocuments.Of(Documents[resource]) }, ct).ConfigureAwait(false)).Data.BulkOperationRunQuery;
        answer.UserErrors.ThrowIfAny("run_bulk");
        var id = answer.BulkOperation?.Id ?? throw new ShopifyUnavailableException("Shopify did not start the bulk operation.");
        await book.WriteAsync(resource, id, ct).ConfigureAwait(false);
        return id;
    }

    private static T Read<T>(byte[] line) => JsonSerializer.Deserialize<T>(line, ShopifyClient.Json)!;

    private static string Text(string operation, int part, int tries) => string.Create(CultureInfo.InvariantCulture, $"{operation}|{part}|{tries}");

    private static (string? Operation, int Part, int Tries) Position(string? text) => text?.Split('|') is [{ Length: > 0 } operation, var part, var tries]
        && int.TryParse(part, CultureInfo.InvariantCulture, out var at) && int.TryParse(tries, CultureInfo.InvariantCulture, out var tried) ? (operation, at, tried) : (null, 0, 0);

    private sealed record BulkStateAnswer(BulkNode? BulkOperation);

    private sealed record RunBulkAnswer(RunBulk BulkOperationRunQuery);

    private sealed record RunBulk(BulkNode? BulkOperation, IReadOnlyList<UserProblem>? UserErrors);
}

/// <summary>Remembers the operations that were started for a store, beyond the process.</summary>
public interface IBulkBook
{
    Task<string?> FindAsync(string resource, CancellationToken ct);
    Task WriteAsync(string resource, string operation, CancellationToken ct);
    Task ForgetAsync(string resource, CancellationToken ct);
}

/// <summary>userErrors, looked at after each mutation.</summary>
internal static class UserProblems
{
    public static void ThrowIfAny(this IReadOnlyList<UserProblem>? problems, string document)
    {
        if (problems is { Count: > 0 }) throw new ShopifyRefusedException(document, problems);
    }
}
