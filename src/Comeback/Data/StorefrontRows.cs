using Comeback.Engine;

namespace Comeback.Data;

/// <summary>
/// The public key under which a store's own pages send what visitors look at. Everybody can read it there, so it proves nothing: it only names the
/// store, and is changed when somebody abuses it.
/// </summary>
internal sealed class StorefrontKeyRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public required string Key { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Until when a replaced key is still taken, since pages are cached; null for the present one.</summary>
    public DateTimeOffset? HonouredUntil { get; set; }
}
