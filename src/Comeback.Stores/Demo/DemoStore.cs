using System.Globalization;
using System.Runtime.CompilerServices;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Demo;

/// <summary>The demo store as a connector: its catalogue, customers, two years of orders, carts, browsing and message events, from a seed.</summary>
/// <param name="baseUrl">Where this installation is reached: pictures and cart links of the demo lead there.</param>
public sealed class DemoStore(DemoTruth truth, string baseUrl) : IStoreConnector
{
    public const string Name = "Kardemomme";
    public const string Currency = "DKK";
    public const string TimeZone = "Europe/Copenhagen";
    public const string Country = "DK";
    public const string Language = "da";
    private const int PageSize = 2000;

    public DemoTruth Truth => truth;

    /// <summary>The whole demo is one story, read in order of time.</summary>
    public const string Everything = "everything";

    public IReadOnlyList<StoreResource> Resources { get; } = [new(Everything, ListsIds: false)];

    /// <summary>The whole history up to the anchor in order of time: each thing once, as it stands at the anchor.</summary>
    public IEnumerable<StoreRecord> History() => Catalogue().Concat(Lived().Select(h => h.AsOf(truth.Anchor)));

    /// <summary>What is true of those who had joined by the anchor.</summary>
    public IReadOnlyList<DemoTruthOfCustomer> People()
    {
        var world = new DemoWorld(truth, baseUrl);
        foreach (var unused in world.Until(truth.Anchor))
            _ = unused;
        return [.. world.People.Select(p => p.Truth)];
    }

    /// <inheritdoc/>
    /// <remarks>The position is the number of records that came before.</remarks>
    public async IAsyncEnumerable<StorePage> ReadAllAsync(string resource, string? position, [EnumeratorCancellation] CancellationToken ct)
    {
        var lived = Lived().ToList();
        var total = lived.Count + Catalogue().Count();
        var done = position is null ? 0 : long.Parse(position, CultureInfo.InvariantCulture);
        foreach (var page in Catalogue().Concat(lived.Select(h => h.AsOf(truth.Anchor))).Skip((int)done).Chunk(PageSize))
        {
            ct.ThrowIfCancellationRequested();
            done += page.Length;
            yield return new StorePage(page, done.ToString(CultureInfo.InvariantCulture), done, total);
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StorePage> ReadChangesAsync(string resource, DateTimeOffset from, [EnumeratorCancellation] CancellationToken ct)
    {
        var done = 0L;
        foreach (var page in new DemoWorld(truth, baseUrl).Until(truth.Anchor).Where(h => h.At > from).Select(h => h.AsOf(h.At)).Chunk(PageSize))
        {
            ct.ThrowIfCancellationRequested();
            done += page.Length;
            yield return new StorePage(page, page[^1].UpdatedAt.ToString("O", CultureInfo.InvariantCulture), done, null);
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }

    public Task<long?> CountAsync(string resource, CancellationToken ct) =>
        Task.FromResult<long?>(new DemoWorld(truth, baseUrl).Until(truth.Anchor).LongCount(h => h.First && h.Order is not null));

    private IEnumerable<DemoHappening> Lived() => new DemoWorld(truth, baseUrl).Until(truth.Anchor).Where(h => h.First);

    private IEnumerable<StoreRecord> Catalogue() => DemoCatalogue.Categories.Select(c => DemoCatalogue.Record(c, truth.Start))
        .Concat<StoreRecord>(DemoCatalogue.Products.Select(p => DemoCatalogue.Record(p, baseUrl, v => v.Stock, truth.Start)));
}
