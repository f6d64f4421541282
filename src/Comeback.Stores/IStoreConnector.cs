using Comeback.Engine.Orders;

namespace Comeback.Stores;

/// <summary>
/// Speaks to one installed store of one vendor and maps its bodies into neutral records. It takes and gives plain values (no HttpRequest, no
/// database): Sync keeps positions, writes the records and decides what they trigger. One is made per store and piece of work, with its
/// address and tokens. What goes wrong at the store is a <see cref="StoreTrouble"/>.
/// </summary>
public interface IStoreConnector
{
    /// <summary>What the store has, in the order in which a first sync reads it.</summary>
    IReadOnlyList<StoreResource> Resources { get; }

    /// <summary>What can be read reaches back to the store's first order. False where the platform shows only the latest (Shopify's 60 days).</summary>
    bool WholeHistory => true;

    /// <summary>
    /// All of a resource as it stands, a page at a time, for the first sync and a resync. Pages carry the position after them; asked again with the
    /// last one that was written, reading goes on there.
    /// </summary>
    IAsyncEnumerable<StorePage> ReadAllAsync(string resource, string? position, CancellationToken ct);

    /// <summary>
    /// What the store says has changed since an instant of the store's own clock, for resources with <see cref="StoreResource.ChangesByTime"/>. At
    /// least one page, with <see cref="StorePage.AsOf"/>, also when nothing changed.
    /// </summary>
    IAsyncEnumerable<StorePage> ReadChangesAsync(string resource, DateTimeOffset from, CancellationToken ct);

    /// <summary>The ids of everything that the store has of a resource with <see cref="StoreResource.ListsIds"/>: what is not among them is deleted.</summary>
    IAsyncEnumerable<IReadOnlyList<string>> ReadIdsAsync(string resource, CancellationToken ct) =>
        throw new NotSupportedException($"This store does not list the ids of {resource}.");

    /// <summary>A few things by their ids: those that the store lists and we do not know.</summary>
    Task<IReadOnlyList<StoreRecord>> ReadSomeAsync(string resource, IReadOnlyList<string> ids, CancellationToken ct) => Task.FromResult<IReadOnlyList<StoreRecord>>([]);

    /// <summary>How many the store itself counts, to be shown against ours; null where it does not say.</summary>
    Task<long?> CountAsync(string resource, CancellationToken ct);

    /// <summary>
    /// What a delivery that was accepted into the inbox says, as records; it may ask the store for what the body leaves out. Empty when it says
    /// nothing of interest. A body that can never be read is a <see cref="StoreTrouble"/> of kind <see cref="StoreTroubleKind.BadBody"/>.
    /// </summary>
    Task<IReadOnlyList<StoreRecord>> MapAsync(StoreDelivery delivery, CancellationToken ct) => Task.FromResult<IReadOnlyList<StoreRecord>>([]);

    /// <summary>Keeps the vendor's side in order (webhooks that the store switched off); called with each reconciliation. Says what it mended.</summary>
    Task<IReadOnlyList<string>> MendAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<string>>([]);
}

/// <summary>Names that Sync can count in its own tables. A vendor may have others, which are read and not compared.</summary>
public static class Resource
{
    public const string Orders = "orders", Customers = "customers", Products = "products", Categories = "categories";
}

/// <summary>One kind of thing that a store has.</summary>
/// <param name="Name">One of <see cref="Resource"/>, or a vendor's own.</param>
/// <param name="ChangesByTime">The store can say what changed since an instant; without it a daily reading of all takes its place.</param>
/// <param name="ListsIds">The store can list all ids, so that what was deleted in silence is found.</param>
public sealed record StoreResource(string Name, bool ChangesByTime = true, bool ListsIds = true);

/// <summary>Records of one page, where reading goes on after them, and how far that is of the whole (null when the store does not say).</summary>
/// <param name="AsOf">The store's own clock when it answered; the next window begins there. Null where there is no other clock than ours.</param>
public sealed record StorePage(IReadOnlyList<StoreRecord> Records, string Position, long Done, long? Total, DateTimeOffset? AsOf = null);

/// <summary>A webhook as it was accepted: its signature was right, its body may still be anything.</summary>
/// <param name="Topic">The vendor's own word.</param>
/// <param name="TriggeredAt">When the vendor says it happened; null where it does not.</param>
/// <param name="Headers">The few that the connector asked to keep, names in lower case.</param>
public sealed record StoreDelivery(
    string Topic, DateTimeOffset ReceivedAt, DateTimeOffset? TriggeredAt, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

/// <summary>What kind of trouble, since each is met in its own way.</summary>
public enum StoreTroubleKind
{
    /// <summary>No answer, a timeout, a 5xx: tried again later.</summary>
    Unreachable,
    /// <summary>The store asks for patience (429, throttled).</summary>
    Throttled,
    /// <summary>Its keys are refused, confirmed by a second call: calls stop until the merchant connects again.</summary>
    NeedsReconnecting,
    /// <summary>Something in front of the store (a firewall) or a right refuses this: tried again later, and named to the merchant.</summary>
    Refused,
    /// <summary>An answer that is none: HTML, broken JSON, a total that cannot be, endless pages.</summary>
    BadAnswer,
    /// <summary>A delivery whose body can never be read: parked.</summary>
    BadBody,
}

/// <summary>Something is wrong at the store or on the way to it. The message is a sentence for the merchant, without keys, queries or bodies.</summary>
public class StoreTrouble(StoreTroubleKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreTroubleKind Kind { get; } = kind;
    /// <summary>How long the store asks to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
