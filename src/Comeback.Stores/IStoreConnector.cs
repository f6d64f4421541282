using Comeback.Engine.Orders;

namespace Comeback.Stores;

/// <summary>
/// Speaks to one installed store of one vendor and maps its bodies into neutral records. It takes and gives plain values (no HttpRequest, no
/// database): Sync keeps the position, writes the records and decides what they trigger. One is made per store, with its address and tokens.
/// Webhooks are mapped by the vendor's own class, since headers and signatures differ; what they yield are the same records.
/// </summary>
public interface IStoreConnector
{
    /// <summary>
    /// The whole store as it stands, a page at a time, for the first sync and a resync. Pages carry the position after them; asked again with the
    /// last one that was written, reading goes on there.
    /// </summary>
    IAsyncEnumerable<StorePage> ReadAllAsync(string? position, CancellationToken ct);

    /// <summary>What the store says has changed in the window (from, to], for reconciliation and for stores that cannot push.</summary>
    IAsyncEnumerable<StorePage> ReadChangesAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken ct);

    /// <summary>How many the store itself counts, to be shown against ours; null where it does not say.</summary>
    Task<StoreCounts> CountAsync(CancellationToken ct);
}

/// <summary>Records of one page, where reading goes on after them, and how far that is of the whole (null when the store does not say).</summary>
public sealed record StorePage(IReadOnlyList<StoreRecord> Records, string Position, long Done, long? Total);

/// <summary>The store's own counts.</summary>
public sealed record StoreCounts(long? Orders, long? Customers, long? Products);
