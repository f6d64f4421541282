using System.Collections.Concurrent;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Comeback.Sync;

/// <summary>The way in that all platforms' deliveries share: a few bodies at once per store, and 503 when the inbox itself cannot be written.</summary>
internal sealed class HookDoor(TimeProvider time)
{
    private const int AtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<StoreId, SemaphoreSlim> doors = new();

    /// <summary>The body, read while no more than a few of this store are read; null when there was no room for long. Unknown stores share one door.</summary>
    public async Task<HookBody?> ReadAsync(HttpRequest request, StoreId? store, IReadOnlyList<byte[]> secrets, CancellationToken ct)
    {
        var door = doors.GetOrAdd(store ?? default, _ => new SemaphoreSlim(AtOnce, AtOnce));
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await door.WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
        try
        {
            return await HookBody.ReadAsync(request.Body, secrets, ct).ConfigureAwait(false);
        }
        finally
        {
            door.Release();
        }
    }

    /// <summary>200 for everything that is taken, known or dropped; 503 when the database refuses, so that the platform sends it again or we reconcile.</summary>
    public async Task<IResult> AcceptAsync(Func<Task<Admitted>> accept)
    {
        try
        {
            await accept().ConfigureAwait(false);
            return TypedResults.Ok();
        }
        catch (Exception problem) when (problem is SqliteException or NpgsqlException or ReadableException or Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }
}
