using Comeback.Engine;

namespace Comeback.Data;

internal enum ConnectionState : byte { Pending = 0, Connected = 1, NeedsReconnecting = 2, Uninstalled = 3 }

/// <summary>
/// How a store is connected: one row a store, seen by the whole installation, since deliveries and installs look stores up by address or hook id.
/// Its secrets are protected rows of the store (Hosting/Secrets).
/// </summary>
internal sealed class StoreConnectionRow
{
    public StoreId StoreId { get; init; }
    public Platform Platform { get; init; }
    /// <summary>The store as its platform names it (WooCommerce: https address without a trailing slash; Shopify: shop domain). Unique per platform.</summary>
    public required string Address { get; init; }
    public ConnectionState State { get; set; }
    /// <summary>Raised by each install: a notice about an older installation never touches this one.</summary>
    public int Installation { get; set; }
    public DateTimeOffset InstalledAt { get; set; }
    public DateTimeOffset? UninstalledAt { get; set; }
    /// <summary>Unguessable, in the address that the store delivers to. Not a secret: the signature is.</summary>
    public required string HookId { get; init; }
    /// <summary>What is wrong between us and the store, in a sentence for the merchant; null when nothing is.</summary>
    public string? Trouble { get; set; }
    public DateTimeOffset? TroubleSince { get; set; }
    /// <summary>Something was dropped or restored: reconcile at once.</summary>
    public DateTimeOffset? ReconcileAskedAt { get; set; }
    public DateTimeOffset? ReconciledAt { get; set; }
    /// <summary>Calls rest until then after trouble.</summary>
    public DateTimeOffset? RestUntil { get; set; }
    public int Failures { get; set; }
    /// <summary>The vendor's own small facts (ids of webhooks, scopes, versions) as JSON; no secrets.</summary>
    public string Details { get; set; } = "{}";
}

internal enum InstallState : byte { Started = 0, KeysReceived = 1, Verified = 2, Denied = 3, Failed = 4 }

/// <summary>An install that somebody began: an unguessable one-time token bound to an address. Its keys are pending until a call with them succeeds.</summary>
internal sealed class InstallAttemptRow
{
    public required byte[] TokenHash { get; init; }
    public Platform Platform { get; init; }
    public required string Address { get; init; }
    public InstallState State { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    /// <summary>The keys that came, protected; used by nothing until they are verified.</summary>
    public byte[]? PendingKeys { get; set; }
    public StoreId? StoreId { get; set; }
    public string? Error { get; set; }
}

internal enum SyncState : byte { Waiting = 0, Reading = 1, Done = 2 }

/// <summary>How far one resource of a connected store has been read, and how it compares with the store's own count.</summary>
internal sealed class SyncResourceRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public required string Resource { get; init; }
    /// <summary>The order in which resources are read.</summary>
    public int Place { get; set; }
    public SyncState State { get; set; }
    /// <summary>Where reading goes on; the connector's own text.</summary>
    public string? Position { get; set; }
    public long Done { get; set; }
    public long? Total { get; set; }
    /// <summary>Things a second, smoothed, of the present reading.</summary>
    public double PerSecond { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    /// <summary>Changes have been read up to here, by the store's own clock.</summary>
    public DateTimeOffset? ReadTo { get; set; }
    /// <summary>When what we have was last known to be what the store has, by our clock.</summary>
    public DateTimeOffset? InStepAt { get; set; }
    /// <summary>When ids were last compared, and with what counts.</summary>
    public DateTimeOffset? ComparedAt { get; set; }
    public long? StoreCount { get; set; }
    public long? LocalCount { get; set; }
    /// <summary>Things found gone by the last comparison.</summary>
    public int DeletionsFound { get; set; }
    public string? Error { get; set; }
}
