using Comeback.Engine;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Data;

/// <summary>
/// The only way to write. On SQLite all writes of the process pass one fair gate and one connection that keeps its prepared statements; a
/// transaction should take 50 ms at most. On PostgreSQL each is a plain transaction that first locks its store's row and, when a background worker
/// writes, checks that its lease still holds. After a commit that raised the change counter, <see cref="ChangeSignal"/> tells the followers.
/// </summary>
internal sealed class StoreWriter(Databases databases, ChangeSignal signal) : IAsyncDisposable
{
    private static readonly AsyncLocal<bool> Inside = new();
    private readonly WriterGate gate = new();
    private SqliteConnection? sqlite;
    private CommandCache? sqliteCommands;

    /// <summary>Somebody live waits behind the present transaction: bulk work should end its own early. Always false on PostgreSQL.</summary>
    public bool SomebodyLiveWaits => gate.SomebodyLiveWaits;

    /// <summary>Runs <paramref name="work"/> in one transaction of one store and commits it; an exception undoes all of it.</summary>
    public Task<T> WriteAsync<T>(StoreId store, Lane lane, Func<StoreTransaction, Task<T>> work, CancellationToken ct)
    {
        if (store == default) throw new ArgumentException("Name the store; system tables are written by WriteSystemAsync.", nameof(store));
        return RunAsync(store, lane, work, ct);
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(StoreId store, Lane lane, Func<StoreTransaction, Task> work, CancellationToken ct) =>
        WriteAsync(store, lane, async transaction =>
        {
            await work(transaction).ConfigureAwait(false);
            return true;
        }, ct);

    /// <summary>Writes stores and system tables (sign-in, sessions, links); no store's counter is raised.</summary>
    public Task<T> WriteSystemAsync<T>(Func<StoreTransaction, Task<T>> work, CancellationToken ct) => RunAsync(default, Lane.Live, work, ct);

    /// <summary>Adds a store under an id never used before and returns it. A taken name is refused in one sentence.</summary>
    public Task<StoreId> AddStoreAsync(Func<StoreId, StoreRow> row, CancellationToken ct) => WriteSystemAsync(async transaction =>
    {
        if (transaction.IsPostgres)
        {
            await using var taken = transaction.Command(DataSql.StoreIdLock);
            await taken.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
        // Links outlive their store, so its id must not come again while any is about.
        var stores = await transaction.Db.Stores.OrderByDescending(r => r.Id).Select(r => r.Id).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        var links = await transaction.Db.Links.OrderByDescending(r => r.StoreId).Select(r => r.StoreId).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        var added = row(new StoreId(Math.Max(stores.Value, links.Value) + 1));
        if (await transaction.Db.Stores.AnyAsync(r => r.Name == added.Name, ct).ConfigureAwait(false))
            throw new ReadableException($"There is a store named '{added.Name}' already; choose another name.");
        transaction.Db.Stores.Add(added);
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return added.Id;
    }, ct);

    public async ValueTask DisposeAsync()
    {
        using var turn = await gate.EnterAsync(Lane.Live, CancellationToken.None).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task<T> RunAsync<T>(StoreId store, Lane lane, Func<StoreTransaction, Task<T>> work, CancellationToken ct)
    {
        if (Inside.Value) throw new InvalidOperationException("A write inside a write would wait for itself; use the transaction at hand.");
        Inside.Value = true;
        try
        {
            return databases.IsPostgres
                ? await OnPostgresAsync(store, work, ct).ConfigureAwait(false)
                : await OnSqliteAsync(store, lane, work, ct).ConfigureAwait(false);
        }
        finally
        {
            Inside.Value = false;
        }
    }

    private async Task<T> OnSqliteAsync<T>(StoreId store, Lane lane, Func<StoreTransaction, Task<T>> work, CancellationToken ct)
    {
        T result;
        StoreTransaction transaction;
        using (await gate.EnterAsync(lane, ct).ConfigureAwait(false))
        {
            try
            {
                if (sqlite is null)
                {
                    sqlite = (SqliteConnection)await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
                    sqliteCommands = new CommandCache();
                }
                // BEGIN IMMEDIATE: a verb of another process may write meanwhile; waiting is done here, not in the middle.
                await using var inner = sqlite.BeginTransaction(deferred: false);
                transaction = new StoreTransaction(databases, store, sqlite, inner, sqliteCommands!, ct);
                result = await WorkAsync(transaction, work, ct).ConfigureAwait(false);
            }
            catch (SqliteException)
            {
                // Full disk, lost file, read-only: begin again with a new connection.
                await CloseAsync().ConfigureAwait(false);
                throw;
            }
        }
        Tell(transaction);
        return result;
    }

    private async Task<T> OnPostgresAsync<T>(StoreId store, Func<StoreTransaction, Task<T>> work, CancellationToken ct)
    {
        T result;
        StoreTransaction transaction;
        await using (var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false))
        {
            await using var inner = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            using var cache = new CommandCache();
            transaction = new StoreTransaction(databases, store, connection, inner, cache, ct);
            if (store != default) await LockAsync(transaction, ct).ConfigureAwait(false);
            result = await WorkAsync(transaction, work, ct).ConfigureAwait(false);
        }
        Tell(transaction);
        return result;
    }

    /// <summary>One writer of a store at a time; one that decides must own the store by then, after all the waiting for its turn.</summary>
    /// <exception cref="LeaseLostException">The store has another owner, or the lease ran out; nothing of the transaction is kept.</exception>
    private static async Task LockAsync(StoreTransaction transaction, CancellationToken ct)
    {
        var lease = OwnedStores.WorkingUnder(transaction.Store);
        await using var command = transaction.Command(lease is null ? DataSql.LockStore : $"{DataSql.LockStore}; {LeaseSql.Check}").With("@store", transaction.Store.Value);
        if (lease is null)
        {
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            return;
        }
        command.With("@owner", lease.Owner).With("@epoch", lease.Epoch);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.NextResultAsync(ct).ConfigureAwait(false);
        if (!await reader.ReadAsync(ct).ConfigureAwait(false)) throw new LeaseLostException(transaction.Store);
    }

    private static async Task<T> WorkAsync<T>(StoreTransaction transaction, Func<StoreTransaction, Task<T>> work, CancellationToken ct)
    {
        await using (transaction.ConfigureAwait(false))
        {
            var result = await work(transaction).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            await transaction.Transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return result;
        }
    }

    private void Tell(StoreTransaction transaction)
    {
        transaction.Committed();
        if (transaction.Changed) signal.Committed(transaction.Store);
    }

    private async Task CloseAsync()
    {
        sqliteCommands?.Dispose();
        sqliteCommands = null;
        if (sqlite is not null) await sqlite.DisposeAsync().ConfigureAwait(false);
        sqlite = null;
    }
}
