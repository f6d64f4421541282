using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;
using Comeback.Engine.Segments;
using Comeback.Install;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Facts;

/// <summary>
/// The stores' columns in memory: a cache of what the database holds, made when first asked for, dropped when nobody asked for a while, and made
/// anew at will.
/// </summary>
internal sealed class ColumnCache(Databases databases, FactsReader reader, TimeProvider time, ColumnSnapshots? snapshots = null)
{
    /// <summary>Columns that nobody used for so long are dropped.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<StoreId, Lazy<Task<StoreFacts>>> stores = new();

    /// <summary>The store's columns, loaded if they are not there. Enter <see cref="StoreFacts.Gate"/> before touching them.</summary>
    public async Task<StoreFacts> GetAsync(StoreId store, CancellationToken ct)
    {
        // The load belongs to all who wait for it, so one caller's leaving does not end it.
        var entry = stores.GetOrAdd(store, id => new Lazy<Task<StoreFacts>>(() => LoadAsync(id, asOf: null, CancellationToken.None)));
        try
        {
            var facts = await entry.Value.WaitAsync(ct).ConfigureAwait(false);
            facts.UsedAt = time.GetTimestamp();
            return facts;
        }
        catch when (entry.Value.IsFaulted)
        {
            stores.TryRemove(new(store, entry));
            throw;
        }
    }

    /// <summary>Columns of their own, outside the cache: as they are, or as they were at an instant of the past.</summary>
    public async Task<StoreFacts> LoadAsync(StoreId store, DateTimeOffset? asOf, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        var row = await db.Stores.SingleOrDefaultAsync(r => r.Id == store, ct).ConfigureAwait(false)
            ?? throw new UserError("There is no such store.", UserErrorKind.NotFound);
        var facts = new StoreFacts(row, reader);
        if (asOf is not null || snapshots is null || await snapshots.ReadAsync(row, ct).ConfigureAwait(false) is not { } kept)
        {
            await facts.ReadAllAsync(asOf, ct).ConfigureAwait(false);
        }
        else if (!await facts.GoOnAsync(kept, ct).ConfigureAwait(false))
        {
            // Somebody in it was erased, or a merge was undone: it is of no use to anybody.
            snapshots.Delete(store);
            await facts.ReadAllAsync(asOf, ct).ConfigureAwait(false);
        }
        facts.UsedAt = time.GetTimestamp();
        return facts;
    }

    /// <summary>Writes the snapshots of all columns that are loaded; before this process stops.</summary>
    public async Task WriteSnapshotsAsync(CancellationToken ct)
    {
        if (snapshots is null) return;
        foreach (var entry in stores.Values)
        {
            if (entry is not { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } loaded }) continue;
            await WriteSnapshotAsync(loaded.Result, now: true, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the snapshot of a store when it is time, and takes it away when somebody was erased.</summary>
    public async Task WriteSnapshotAsync(StoreFacts facts, bool now, CancellationToken ct)
    {
        if (snapshots is null) return;
        await facts.Gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (facts.Erased) snapshots.Delete(facts.Store);
            else await snapshots.WriteAsync(facts, now, ct).ConfigureAwait(false);
        }
        finally
        {
            facts.Gate.Release();
        }
    }

    /// <summary>Forgets a store's columns; the next use makes them anew.</summary>
    public void Drop(StoreId store) => stores.TryRemove(store, out _);

    /// <summary>Drops what nobody used for <see cref="Idle"/> and returns whose it was.</summary>
    public IReadOnlyList<StoreId> DropIdle()
    {
        var dropped = new List<StoreId>();
        foreach (var (store, entry) in stores)
        {
            if (entry is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } loaded }
                && time.GetElapsedTime(loaded.Result.UsedAt) > Idle && stores.TryRemove(new(store, entry)))
                dropped.Add(store);
        }
        return dropped;
    }
}

/// <summary>One store's columns and how far into its changes they reach.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A SemaphoreSlim whose wait handle is never asked for holds nothing to dispose.")]
internal sealed class StoreFacts(StoreRow store, FactsReader reader)
{
    public StoreId Store => store.Id;

    /// <summary>The store's row as it was when the columns were loaded.</summary>
    public StoreRow Row => store;

    /// <summary>Somebody was erased since the columns were made from rows: they still hold what that person did, so they are never written down.</summary>
    public bool Erased { get; private set; }

    /// <summary>The change counter of the snapshot on disk; -1 when there is none.</summary>
    public long SnapshotChange { get; set; } = -1;

    /// <summary>When the last snapshot was tried, a timestamp of the clock of infrastructure.</summary>
    public long? SnapshotAt { get; set; }

    private SegmentSet? shown;
    private long shownChange;

    public Currency Currency { get; } = Currency.Parse(store.Currency);

    /// <summary>One at a time: the columns have one writer and no reader while it writes.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public StoreColumns Columns { get; private set; } = New(store, StoreSettings.Read(store.Settings).NotAShopper);

    /// <summary>The store's change counter that the columns hold.</summary>
    public long Change { get; private set; }

    /// <summary>A timestamp of the clock of infrastructure.</summary>
    public long UsedAt { get; set; }

    /// <summary>Makes the columns anew from all rows.</summary>
    public async Task ReadAllAsync(DateTimeOffset? asOf, CancellationToken ct)
    {
        (Columns, Erased) = (New(store, Columns.NotAShopper), false);
        Change = (await reader.ReadAsync(store.Id, Columns, 0, touches: null, asOf, ct).ConfigureAwait(false)).Change;
    }

    /// <summary>Reads what changed since; inside the gate.</summary>
    public async Task<FactsRead> CatchUpAsync(TouchList touches, CancellationToken ct)
    {
        var read = await reader.ReadAsync(store.Id, Columns, Change, touches, asOf: null, ct).ConfigureAwait(false);
        Erased |= read.Erased;
        if (read.Parted) await ReadAllAsync(asOf: null, ct).ConfigureAwait(false);
        else Change = read.Change;
        return read;
    }

    /// <summary>Takes columns that were kept and reads what changed since; false when they must be made anew after all.</summary>
    public async Task<bool> GoOnAsync((StoreColumns Columns, long Change) kept, CancellationToken ct)
    {
        var read = await reader.ReadAsync(store.Id, kept.Columns, kept.Change, touches: null, asOf: null, ct).ConfigureAwait(false);
        if (read.Parted || read.Erased) return false;
        kept.Columns.NotAShopper = Columns.NotAShopper;
        (Columns, Change, SnapshotChange) = (kept.Columns, read.Change, kept.Change);
        return true;
    }

    /// <summary>Who was touched by rows after a counter, and why, without changing the columns: for a follower that starts again.</summary>
    public Task ReplayAsync(long after, TouchList touches, CancellationToken ct) =>
        reader.ReadAsync(store.Id, New(store, null), after, touches, asOf: null, ct);

    /// <summary>True when something of the store came by itself rather than was found.</summary>
    public Task<bool> AnythingLiveAsync(CancellationToken ct) => reader.AnythingLiveAsync(store.Id, ct);

    /// <summary>Makes <see cref="Summary"/> true for now: numbers of one customer need the store's median gap. Inside the gate.</summary>
    public void Show(DateTimeOffset now)
    {
        if (shown is not null && shownChange == Change && shown.Now <= now && now - shown.Now < TimeSpan.FromMinutes(1)) return;
        (shown, shownChange) = (SegmentSet.Compile(Columns, []), Change);
        shown.EvaluateAll(now);
    }

    /// <summary>Numbers of one customer as of the last <see cref="Show"/>. Inside the gate.</summary>
    public CustomerSummary Summary(int ordinal) => shown!.Summary(ordinal);

    /// <summary>Ordinals of everybody who is there, ascending. Inside the gate.</summary>
    public List<int> People() => [.. Enumerable.Range(0, Columns.Capacity).Where(Columns.Exists)];

    private static StoreColumns New(StoreRow store, string? notAShopper) =>
        new(new StoreProfile(Currency.Parse(store.Currency), store.TimeZone)) { NotAShopper = notAShopper };
}
