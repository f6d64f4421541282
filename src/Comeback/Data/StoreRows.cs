using Comeback.Engine;

namespace Comeback.Data;

/// <summary>A row that belongs to one store; every key begins with the store.</summary>
internal interface IStoreRow
{
    StoreId StoreId { get; }
}

/// <summary>A row whose state later stages follow: <see cref="Change"/> is the store's change counter when the row was last written.</summary>
internal interface IChangedRow : IStoreRow
{
    long Change { get; }
}

internal enum Platform : byte { Import = 0, Shopify = 1, WooCommerce = 2, Demo = 3 }

internal enum StoreState : byte
{
    Active = 0,
    /// <summary>The connection's keys stopped working; nothing promotional is sent until it is connected again.</summary>
    NeedsReconnecting = 1,
    Uninstalled = 2,
    /// <summary>Restored from a backup and not yet reconciled: all sending is held.</summary>
    Restored = 3,
}

/// <summary>An installed store: its money, its clock, and the counters that order everything else.</summary>
internal sealed class StoreRow
{
    public StoreId Id { get; init; }
    /// <summary>What the merchant and the command line call it; unique.</summary>
    public required string Name { get; set; }
    public Platform Platform { get; init; }
    public StoreState State { get; set; }
    public required string Currency { get; init; }
    /// <summary>IANA, from NodaTime's TZDB.</summary>
    public required string TimeZone { get; set; }
    /// <summary>ISO 3166-1 alpha-2 of the store itself; decides the end of its week.</summary>
    public string? Country { get; set; }
    public string Language { get; set; } = "en";
    public string? Url { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Raised by one in the transaction of every change; cursors follow it (never an id or a timestamp).</summary>
    public long Change { get; set; }
    /// <summary>The next id of any kind in this store; blocks are taken in the transaction that uses them.</summary>
    public long NextId { get; set; } = 1;
    /// <summary>The next dense customer ordinal.</summary>
    public int NextOrdinal { get; set; }

    /// <summary>True when the history is known to reach back to the store's first order.</summary>
    public bool HistoryComplete { get; set; }
    /// <summary>When the orders were last known to be in step with the store.</summary>
    public DateTimeOffset? InStepAt { get; set; }
    /// <summary>The merchant's settings (<c>StoreSettings</c>) as JSON.</summary>
    public string Settings { get; set; } = "{}";
    /// <summary>The demo store's own clock; null elsewhere. Never goes back.</summary>
    public DateTimeOffset? DemoNow { get; set; }
}

/// <summary>How far one follower has read a store's changes. Saved in the transaction of what it wrote.</summary>
internal sealed class CursorRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public required string Follower { get; init; }
    public long Change { get; set; }
    public DateTimeOffset At { get; set; }
}

/// <summary>Who owns a store at present (PostgreSQL replicas). Writes of decisions check the epoch.</summary>
internal sealed class LeaseRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public required string Owner { get; set; }
    public long Epoch { get; set; }
    public DateTimeOffset Until { get; set; }
}

/// <summary>A key for the event API of one store: only its hash is kept.</summary>
internal sealed class ApiKeyRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public required string Name { get; set; }
    /// <summary>SHA-256 of the key, base64url; found by it, compared in constant time.</summary>
    public required string Hash { get; init; }
    /// <summary>The last four characters, to tell keys apart on screen.</summary>
    public required string Hint { get; init; }
    public required string Scopes { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A secret of one store (platform token, webhook secret, SMTP password), protected; see Hosting/Secrets.</summary>
internal sealed class SecretRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public required string Purpose { get; init; }
    public required byte[] Protected { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal enum InboxState : byte
{
    Done = 0,
    Waiting = 1,
    /// <summary>Given up: the admin shows its error, and the merchant may have it tried again.</summary>
    Parked = 2,
}

/// <summary>A delivery that was accepted and is worked later, or an API batch seen before (idempotency).</summary>
internal sealed class InboxRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public required string Source { get; init; }
    /// <summary>Unique per store and source: makes a delivery idempotent.</summary>
    public required string DedupeKey { get; init; }
    public required string Topic { get; init; }
    /// <summary>Gzipped (<see cref="InboxBodies"/>); gone when its person was forgotten.</summary>
    public byte[]? Body { get; set; }
    /// <summary>The few headers that the connector needs, as JSON.</summary>
    public string Headers { get; set; } = "{}";
    public DateTimeOffset ReceivedAt { get; init; }
    /// <summary>When the vendor says it happened.</summary>
    public DateTimeOffset? TriggeredAt { get; init; }
    public InboxState State { get; set; }
    public DateTimeOffset? DoneAt { get; set; }
    public int Attempts { get; set; }
    /// <summary>When it is tried next; null unless it waits.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }
    public string? Error { get; set; }
}

internal enum ImportState : byte { Running = 0, Done = 1, Failed = 2 }

/// <summary>One import of a file: how far it got, and what it left out.</summary>
internal sealed class ImportRow : IStoreRow
{
    public StoreId StoreId { get; init; }
    public long Id { get; init; }
    public required string FileName { get; init; }
    public required string Layout { get; set; }
    public ImportState State { get; set; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; set; }
    /// <summary>When its process last told how far it is. A running import that has been silent for a minute was interrupted.</summary>
    public DateTimeOffset HeardAt { get; set; }
    public long RowsRead { get; set; }
    public long RowsRejected { get; set; }
    public long Orders { get; set; }
    public long BytesRead { get; set; }
    public long BytesTotal { get; set; }
    /// <summary>Reason to count, as JSON.</summary>
    public string RejectsByReason { get; set; } = "{}";
    public string? RejectsFile { get; set; }
    public string? Error { get; set; }
}
