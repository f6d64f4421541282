using System.Data.Common;
using System.Globalization;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Data;

/// <summary>
/// One write to one store: a context, raw commands, ids and the change counter, all in one transaction that <see cref="StoreWriter"/> commits.
/// </summary>
internal sealed class StoreTransaction : IAsyncDisposable
{
    private readonly Databases databases;
    private readonly List<Action> afterCommit = [];
    private ComebackDb? db;
    private long change;

    internal StoreTransaction(Databases databases, StoreId store, DbConnection connection, DbTransaction transaction, CommandCache cache, CancellationToken ct)
    {
        this.databases = databases;
        Store = store;
        Connection = connection;
        Transaction = transaction;
        Cache = cache;
        Cancellation = ct;
    }

    public StoreId Store { get; }
    public DbConnection Connection { get; }
    public DbTransaction Transaction { get; }
    public bool IsPostgres => databases.IsPostgres;
    internal CommandCache Cache { get; }
    internal CancellationToken Cancellation { get; }
    internal bool Changed => change != 0;

    /// <summary>A context inside this transaction that sees this store. It tracks, so load, change and <c>SaveChangesAsync</c>.</summary>
    public ComebackDb Db
    {
        get
        {
            if (db is not null) return db;
            db = databases.Open(Store);
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;
            db.Database.SetDbConnection(Connection, contextOwnsConnection: false);
            db.Database.UseTransaction(Transaction);
            return db;
        }
    }

    /// <summary>A new command of this transaction; dispose it. Parameters are <c>@name</c> on both databases.</summary>
    public DbCommand Command(string sql)
    {
        var command = Connection.CreateCommand();
        command.Transaction = Transaction;
#pragma warning disable CA2100 // Constants of the XxxSql files only; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    /// <summary>Raises the store's change counter once in this transaction and returns it; every changed row carries it.</summary>
    public async ValueTask<long> ChangeAsync()
    {
        if (change == 0) change = await CounterAsync(DataSql.RaiseChange, 1).ConfigureAwait(false);
        return change;
    }

    /// <summary>Takes so many ids and returns the first.</summary>
    public ValueTask<long> TakeIdsAsync(int count) => CounterAsync(DataSql.TakeIds, count);

    /// <summary>Takes so many dense customer ordinals and returns the first.</summary>
    public async ValueTask<int> TakeOrdinalsAsync(int count) =>
        checked((int)await CounterAsync(DataSql.TakeOrdinals, count).ConfigureAwait(false));

    /// <summary>Runs when, and only when, the transaction has been committed.</summary>
    public void AfterCommit(Action action) => afterCommit.Add(action);

    internal void Committed()
    {
        foreach (var action in afterCommit) action();
    }

    public async ValueTask DisposeAsync()
    {
        if (db is not null) await db.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<long> CounterAsync(string sql, int count)
    {
        if (Store == default) throw new InvalidOperationException("A system write has no store, so no change counter and no ids.");
        await using var command = Command(sql).With("@store", Store.Value).With("@count", count);
        var value = await command.ExecuteScalarAsync(Cancellation).ConfigureAwait(false);
        return value is null
            ? throw new InvalidOperationException($"There is no store {Store}.")
            : Convert.ToInt64(value, CultureInfo.InvariantCulture);
    }
}

/// <summary>Parameters in one line.</summary>
internal static class CommandParameters
{
    public static DbCommand With(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
        return command;
    }
}
