using Comeback.Engine;

namespace Comeback.Data;

/// <summary>A signed-in operator's browser. Only the hash of its token is kept.</summary>
internal sealed class OperatorSessionRow
{
    public required byte[] TokenHash { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>A one-use link printed by <c>sign-in</c>, good for ten minutes.</summary>
internal sealed class SignInLinkRow
{
    public required byte[] TokenHash { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>A log of what an operator or the store asked for, without personal data.</summary>
internal sealed class AuditRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Action { get; init; }
    public required string By { get; init; }
    public string? Detail { get; init; }
}
