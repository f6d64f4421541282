using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Install;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>How well a connected store and we agree, and the two buttons: read everything again, try again what failed.</summary>
internal static class SyncEndpoints
{
    private const int MostFailures = 50;

    public static void MapSyncState(this Routes routes)
    {
        var sync = routes.Store.MapGroup("/sync").WithTags("Sync");
        sync.MapGet("", ReadAsync);
        sync.MapPost("/resync", ResyncAsync);
        sync.MapPost("/retry", RetryAsync);
    }

    private static async Task<Ok<SyncAnswer>> ReadAsync(StoreId store, Databases databases, StoreConnections connections, TimeProvider time, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        var connection = await connections.FindAsync(store, ct).ConfigureAwait(false);
        var resources = await db.SyncResources.OrderBy(r => r.Place).ToListAsync(ct).ConfigureAwait(false);
        var waiting = db.Inbox.Where(i => i.State == InboxState.Waiting);
        var failures = await db.Inbox.Where(i => i.State == InboxState.Parked || (i.State == InboxState.Waiting && i.Error != null)).OrderByDescending(i => i.Id).Take(MostFailures)
            .Select(i => new { i.Id, i.Topic, i.ReceivedAt, i.Attempts, i.State, i.NextAttemptAt, i.Error }).ToListAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(new SyncAnswer(
            State(row, connection, resources), row.Platform, connection?.Address, connection?.InstalledAt, row.InStepAt, StoreSettings.Read(row.Settings).ReconcileMinutes,
            connection?.State == ConnectionState.NeedsReconnecting, connection?.Trouble, connection?.TroubleSince, connection?.RestUntil > time.GetUtcNow() ? connection.RestUntil : null,
            [.. resources.Where(r => r.State != SyncState.Done).Select(Progress)],
            [.. resources.Select(r => new SyncResource(r.Resource, r.StoreCount, r.LocalCount, r.InStepAt, r.ComparedAt, r.DeletionsFound, r.Error))],
            new SyncInbox(
                await waiting.CountAsync(ct).ConfigureAwait(false), await db.Inbox.CountAsync(i => i.State == InboxState.Parked, ct).ConfigureAwait(false),
                await waiting.OrderBy(i => i.Id).Select(i => (DateTimeOffset?)i.ReceivedAt).FirstOrDefaultAsync(ct).ConfigureAwait(false),
                [.. failures.Select(f => new SyncFailure(
                    f.Id.ToString(CultureInfo.InvariantCulture), f.Topic, f.ReceivedAt, f.Attempts, f.State == InboxState.Parked, f.NextAttemptAt, f.Error ?? ""))])));
    }

    private static SyncStanding State(StoreRow store, StoreConnectionRow? connection, List<SyncResourceRow> resources) => connection switch
    {
        null => SyncStanding.NotConnected,
        { State: ConnectionState.Uninstalled } => SyncStanding.Uninstalled,
        { State: ConnectionState.NeedsReconnecting } => SyncStanding.NeedsReconnecting,
        _ when resources.Count == 0 || resources.Exists(r => r.EndedAt is null) => SyncStanding.FirstSync,
        _ when resources.Exists(r => r.State != SyncState.Done) => SyncStanding.Resync,
        { Trouble: not null } => SyncStanding.Trouble,
        _ => store.InStepAt is null ? SyncStanding.FirstSync : SyncStanding.InStep,
    };

    private static SyncProgress Progress(SyncResourceRow row) => new(
        row.Resource, row.State, row.Done, row.Total, Math.Round(row.PerSecond, 1),
        row is { PerSecond: > 0, Total: { } total } && total > row.Done ? (long)((total - row.Done) / row.PerSecond) : null);

    private static async Task<Results<Accepted, ProblemHttpResult>> ResyncAsync(StoreId store, StoreConnections connections, StoreReader reader, CancellationToken ct)
    {
        if (await connections.FindAsync(store, ct).ConfigureAwait(false) is not { State: ConnectionState.Connected })
            return TypedResults.Problem("This store is not connected: connect it first.", statusCode: StatusCodes.Status409Conflict);
        await reader.ResyncAsync(store, ct).ConfigureAwait(false);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<Ok<RetriedDeliveries>> RetryAsync(StoreId store, Inbox inbox, CancellationToken ct) =>
        TypedResults.Ok(new RetriedDeliveries(await inbox.RetryAsync(store, ct).ConfigureAwait(false)));
}

internal enum SyncStanding { NotConnected, FirstSync, Resync, InStep, Trouble, NeedsReconnecting, Uninstalled }

/// <param name="Trouble">What is wrong, in a sentence; null when nothing is.</param>
/// <param name="TriedAgainAt">When calls go on after trouble.</param>
internal sealed record SyncAnswer(
    SyncStanding State, Platform Platform, string? Address, DateTimeOffset? InstalledAt, DateTimeOffset? InStepAt, int ReconcileMinutes, bool NeedsReconnecting, string? Trouble,
    DateTimeOffset? TroubleSince, DateTimeOffset? TriedAgainAt, IReadOnlyList<SyncProgress> Progress, IReadOnlyList<SyncResource> Resources, SyncInbox Inbox);

internal sealed record SyncProgress(string Resource, SyncState State, long Done, long? Total, double PerSecond, long? SecondsLeft);
internal sealed record SyncResource(string Name, long? StoreCount, long? LocalCount, DateTimeOffset? InStepAt, DateTimeOffset? ComparedAt, int DeletionsFound, string? Error);
internal sealed record SyncInbox(int Waiting, int Failed, DateTimeOffset? Oldest, IReadOnlyList<SyncFailure> Failures);
internal sealed record SyncFailure(string Id, string Topic, DateTimeOffset ReceivedAt, int Attempts, bool GivenUp, DateTimeOffset? NextAttemptAt, string Error);
internal sealed record RetriedDeliveries(int Deliveries);
