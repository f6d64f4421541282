using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Data;

/// <summary>A person as one store knows them. A merged one stays as a pointer, so that the merge can be undone.</summary>
internal sealed class CustomerRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public CustomerId Id { get; init; }
    public long Change { get; set; }
    /// <summary>Dense per store, from 0; the index into the columns. Stable under merge and undo.</summary>
    public int Ordinal { get; set; }
    public string? AccountId { get; set; }
    /// <summary>Normalised; null when there is none or it is no address.</summary>
    public string? Email { get; set; }
    /// <summary>E.164; null when there is none or it is no number.</summary>
    public string? Phone { get; set; }
    public string? FirstName { get; set; }
    public string? LastName { get; set; }
    public string? Country { get; set; }
    public string? Region { get; set; }
    public string? City { get; set; }
    public string? Language { get; set; }
    /// <summary>JSON array of text.</summary>
    public string Tags { get; set; } = "[]";
    public DateOnly? BirthDate { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public bool NotAShopper { get; set; }
    /// <summary>A placeholder, the merchant's own, or seen with more than three names: never merges people, never written to.</summary>
    public bool DoubtfulContact { get; set; }
    /// <summary>Objects to profiling: outside predictions and marketing segments.</summary>
    public bool ObjectsToProfiling { get; set; }
    public CustomerId? MergedInto { get; set; }
    public bool Deleted { get; set; }
    /// <summary>The store's own lifetime totals where its history is short, as JSON (<see cref="LifetimeTotals"/>).</summary>
    public string? Lifetime { get; set; }
    /// <summary>When each group of fields was last said (8 bytes each): the newest word wins per group, in whatever order words arrive.</summary>
    public byte[] Stamps { get; set; } = [];
}

internal enum IdentityKind : byte
{
    Account = 1,
    Email = 2,
    Phone = 3,
    Visitor = 4,
    /// <summary>An address or number that leads to nobody, with a name beside it; or a record without any person.</summary>
    Named = 5,
}

/// <summary>What leads to a customer: an account, an address, a number, a browser.</summary>
internal sealed class IdentityRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public IdentityKind Kind { get; init; }
    public required string Value { get; init; }
    public CustomerId CustomerId { get; set; }
    public DateTimeOffset SeenAt { get; set; }
    /// <summary>Hashes of the names seen with an address or number, up to four, separated by commas: more than three lead to nobody.</summary>
    public string Names { get; set; } = "";
    /// <summary>JSON array of what was seen together with it: accounts of an address; accounts or addresses of a number or browser.</summary>
    public string Links { get; set; } = "[]";
    /// <summary>What the store's own customer record last said, as JSON, so that people can be told apart again.</summary>
    public string? Claim { get; set; }
}

/// <summary>A merge of two customers, with what was moved, so that it can be undone.</summary>
internal sealed class MergeRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public CustomerId From { get; init; }
    public CustomerId Into { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Why { get; init; }
    /// <summary>Ids of the rows that were re-keyed, as JSON.</summary>
    public required string Moved { get; init; }
    public DateTimeOffset? UndoneAt { get; set; }
}

/// <summary>One entry of the consent ledger. Only ever added; the newest by <see cref="At"/> holds, and a "no" wins a tie.</summary>
internal sealed class ConsentRow : IChangedRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public long Change { get; set; }
    public CustomerId CustomerId { get; set; }
    public Channel Channel { get; init; }
    public ConsentState State { get; init; }
    public DateTimeOffset At { get; init; }
    /// <summary>E.g. <c>shopify-export</c>, <c>one-click</c>, <c>checkout</c>.</summary>
    public required string Source { get; init; }
    public string? Wording { get; init; }
    /// <summary>Whatever proves it: order id, message id, keyed hash of an IP.</summary>
    public string? Proof { get; init; }
    public DateTimeOffset RecordedAt { get; init; }
    /// <summary>Who it was said of, as the store said it (JSON).</summary>
    public string? Claim { get; init; }
}

/// <summary>A keyed hash of an address that must not be written to again, kept after erasure so that a re-import is not mailed.</summary>
internal sealed class SuppressionRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public Channel Channel { get; init; }
    public required string AddressHash { get; init; }
    /// <summary><c>erased</c>, <c>complained</c>, <c>bounced</c> or <c>unsubscribed</c>.</summary>
    public required string Reason { get; init; }
    public DateTimeOffset At { get; init; }
}
