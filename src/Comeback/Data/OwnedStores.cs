using System.Collections.Frozen;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Data;

/// <summary>
/// The stores that this process works for. On SQLite all of them, at no cost. On PostgreSQL those whose lease it holds: renewed in the background,
/// given back when the process stops. All background work goes through <see cref="WorkAsync"/> or <see cref="EachAsync"/>; what it writes to the
/// store then carries the lease by itself, and is refused once another process has it.
/// </summary>
internal sealed partial class OwnedStores(Databases databases, Leases leases, ILogger<OwnedStores> log) : BackgroundService
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(2);
    private static readonly AsyncLocal<Lease?> Working = new();

    // Leases run by the clock of the database, which is a real one, whatever clock an installation is given.
    private readonly TimeProvider time = TimeProvider.System;
    private readonly SemaphoreSlim turn = new(1, 1);
    private volatile Held held = new(FrozenDictionary<StoreId, Lease>.Empty, 0);
    private bool stopped;

    /// <summary>The lease under which the present work writes to the store; null for what need not own it: the API, imports, verbs.</summary>
    public static Lease? WorkingUnder(StoreId store) => Working.Value is { } lease && lease.Store == store ? lease : null;

    /// <summary>False when the present work lost its lease, by this machine's clock: it must send nothing more.</summary>
    public bool StillMine(StoreId store) => WorkingUnder(store) is not { } lease || LeaseOf(store) == lease;

    /// <summary>Ours, as far as this process knows without asking; null when another's, or when our time has run out.</summary>
    public Lease? LeaseOf(StoreId store)
    {
        if (!databases.IsPostgres) return new Lease(store, leases.Owner, 0);
        var now = held;
        return time.GetElapsedTime(now.At) < Leases.Length && now.Leases.TryGetValue(store, out var lease) ? lease : null;
    }

    /// <summary>The stores to work for at present; what came free is taken.</summary>
    public async Task<IReadOnlyList<StoreId>> StoresAsync(CancellationToken ct)
    {
        if (!databases.IsPostgres)
        {
            await using var db = databases.OpenSystem();
            return await db.Stores.OrderBy(s => s.Id).Select(s => s.Id).ToListAsync(ct).ConfigureAwait(false);
        }
        await LookAsync(Fresh, ct).ConfigureAwait(false);
        return [.. held.Leases.Keys.Order()];
    }

    /// <summary>Looks now instead of within a second, because a store has just been made.</summary>
    public Task LookAsync(CancellationToken ct) => databases.IsPostgres ? LookAsync(TimeSpan.Zero, ct) : Task.CompletedTask;

    /// <summary>Runs work whose writes to the lease's store carry it; without one they carry none.</summary>
    public static async Task<T> UnderAsync<T>(Lease? lease, Func<Task<T>> work)
    {
        Working.Value = lease;
        return await work().ConfigureAwait(false);
    }

    /// <summary>Works for a store if it is ours; false when it is not, or no longer.</summary>
    public async Task<bool> WorkAsync(StoreId store, Func<Task> work, CancellationToken ct)
    {
        if (databases.IsPostgres) await LookAsync(Fresh, ct).ConfigureAwait(false);
        if (LeaseOf(store) is not { } lease) return false;
        try
        {
            return await UnderAsync(lease, async () =>
            {
                await work().ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        catch (LeaseLostException)
        {
            Log.Lost(log, store.Value);
            return false;
        }
    }

    /// <summary>Works for each store of ours; one that fails does not keep the next from its turn.</summary>
    /// <param name="failed">Told of what went wrong; a lease that was lost is nothing wrong.</param>
    public async Task EachAsync(Func<StoreId, CancellationToken, Task> work, Action<StoreId, Exception> failed, CancellationToken ct)
    {
        foreach (var store in await StoresAsync(ct).ConfigureAwait(false))
        {
            try
            {
                await WorkAsync(store, () => work(store, ct), ct).ConfigureAwait(false);
            }
            catch (Exception problem) when (!ct.IsCancellationRequested)
            {
                failed(store, problem);
            }
        }
    }

    /// <summary>Work that belongs to no store yet, such as connecting one: by one process at a time. False when another is at it.</summary>
    public async Task<bool> AloneAsync(string what, Func<Task> work, CancellationToken ct)
    {
        if (!databases.IsPostgres)
        {
            await work().ConfigureAwait(false);
            return true;
        }
        // Falls with the connection, so with the process.
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var take = connection.CreateCommand();
        take.CommandText = DataSql.TryAlone;
        take.With("@what", what);
        if (await take.ExecuteScalarAsync(ct).ConfigureAwait(false) is not true) return false;
        try
        {
            await work().ConfigureAwait(false);
            return true;
        }
        finally
        {
            await using var free = connection.CreateCommand();
            free.CommandText = DataSql.FreeAlone;
            free.With("@what", what);
            await free.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Gives all stores back and takes none any more.</summary>
    public async Task ReleaseAsync(CancellationToken ct)
    {
        if (!databases.IsPostgres) return;
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (stopped) return;
            stopped = true;
            held = new Held(FrozenDictionary<StoreId, Lease>.Empty, 0);
            await leases.ReleaseAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!databases.IsPostgres) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(Renewal, stoppingToken).ConfigureAwait(false);
                await Task.Delay(Renewal / 2, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                // What we hold runs out by itself if this goes on.
                Log.NotRenewed(log, problem);
                await Task.Delay(Fresh, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The first to start and the last to stop: what the others finish is still ours.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            Log.NotRenewed(log, problem);
        }
    }

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    private async Task LookAsync(TimeSpan fresh, CancellationToken ct)
    {
        if (time.GetElapsedTime(held.At) < fresh) return;
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (stopped || time.GetElapsedTime(held.At) < fresh) return;
            // Before asking: our time never ends after that of the database.
            var asked = time.GetTimestamp();
            var ours = (await leases.HoldAsync(ct).ConfigureAwait(false)).ToFrozenDictionary(l => l.Store);
            foreach (var (store, lease) in ours.Where(l => held.Leases.GetValueOrDefault(l.Key) != l.Value)) Log.Gained(log, store.Value, lease.Epoch);
            foreach (var store in held.Leases.Keys.Where(s => !ours.ContainsKey(s))) Log.Lost(log, store.Value);
            held = new Held(ours, asked);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <param name="At">The timestamp at which they were asked for; ten seconds from there they are ours.</param>
    private sealed record Held(FrozenDictionary<StoreId, Lease> Leases, long At);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "This process works for store {Store} from now on (epoch {Epoch}).")]
        public static partial void Gained(ILogger logger, long store, long epoch);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Another process works for store {Store} by now; what was begun here is left to it.")]
        public static partial void Lost(ILogger logger, long store);

        [LoggerMessage(Level = LogLevel.Error, Message = "The leases of the stores could not be renewed; it is tried again in a second.")]
        public static partial void NotRenewed(ILogger logger, Exception problem);
    }
}
