using System.Data.Common;
using Comeback.Engine;
using Comeback.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Comeback.Data;

/// <summary>
/// Opens the database for reading, one store at a time. <c>ConnectionStrings:Comeback</c> chooses it: a string with <c>Host=</c> is PostgreSQL,
/// one with <c>Data Source=</c> is a SQLite file; without one it is <c>comeback.db</c> in the folder <c>Comeback:Data</c>. Writes go through
/// <see cref="StoreWriter"/>.
/// </summary>
internal sealed class Databases : IAsyncDisposable, IDisposable
{
    // synchronous=NORMAL with WAL: a commit survives a crash of the process always, and of the machine up to the last checkpoint's sync; the file
    // cannot be corrupted by either. What is told to others (an answer 200, a message handed over) may be lost on power failure only, and both are
    // repaired by reconciliation, so the fsync of FULL per commit is not bought.
    // secure_delete=ON: what an erasure removes is overwritten with zeros in its pages, not only unlinked (SECURITY 13).
    private const string SqlitePragmas =
        "PRAGMA busy_timeout = 30000; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;";

    private readonly NpgsqlDataSource? postgres;
    private readonly DbContextOptions<SqliteComebackDb>? sqliteOptions;
    private readonly DbContextOptions<PostgresComebackDb>? postgresOptions;

    public Databases(ComebackOptions options, ILoggerFactory? logs) : this(options.ConnectionString, options.Data, logs) { }

    /// <param name="connectionString">Null or empty: <c>comeback.db</c> in <paramref name="dataFolder"/>.</param>
    /// <param name="logs">Who hears each statement, without its values; nobody unless given.</param>
    public Databases(string? connectionString, string dataFolder, ILoggerFactory? logs = null)
    {
        DataFolder = Path.GetFullPath(dataFolder);
        if (string.IsNullOrWhiteSpace(connectionString)) connectionString = $"Data Source={Path.Combine(DataFolder, "comeback.db")}";
        IsPostgres = LooksLikePostgres(connectionString);
        if (IsPostgres)
        {
            var text = new NpgsqlConnectionStringBuilder(connectionString);
            // The same few statements run all day: let the driver prepare what it sees often.
            if (text.MaxAutoPrepare == 0) text.MaxAutoPrepare = 200;
            text.ApplicationName ??= "comeback";
            // A process that is stopped in the middle of a write holds its store's row: the server ends that write when a lease would have run out.
            text.Options ??= $"-c idle_in_transaction_session_timeout={Leases.Length.TotalMilliseconds}";
            ConnectionString = text.ConnectionString;
            postgres = new NpgsqlDataSourceBuilder(ConnectionString).UseLoggerFactory(logs).Build();
            postgresOptions = new DbContextOptionsBuilder<PostgresComebackDb>().UseNpgsql(postgres).UseLoggerFactory(logs).Options;
        }
        else
        {
            var text = Parse(connectionString);
            if (text.Mode != SqliteOpenMode.Memory && text.DataSource != ":memory:") text.DataSource = SqliteFile = Path.GetFullPath(text.DataSource);
            text.DefaultTimeout = 60;
            ConnectionString = text.ConnectionString;
            sqliteOptions = new DbContextOptionsBuilder<SqliteComebackDb>()
                .UseSqlite(ConnectionString)
                .AddInterceptors(new PragmaInterceptor())
                .UseLoggerFactory(logs)
                .Options;
        }
    }

    public bool IsPostgres { get; }

    /// <summary>Absolute; for files beside the database: schedule, key, backups, rejects.</summary>
    public string DataFolder { get; }

    public string ConnectionString { get; }

    /// <summary>The absolute path of the SQLite file; null on PostgreSQL.</summary>
    public string? SqliteFile { get; }

    /// <summary>A context that sees one store. Dispose it. For reading: writes go through <see cref="StoreWriter"/>.</summary>
    public ComebackDb Open(StoreId scope)
    {
        ComebackDb db = IsPostgres ? new PostgresComebackDb(postgresOptions!) : new SqliteComebackDb(sqliteOptions!);
        db.Scope = scope;
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return db;
    }

    /// <summary>A context that sees stores and system tables only; every store's table is empty in it.</summary>
    public ComebackDb OpenSystem() => Open(default);

    /// <summary>An open connection for raw SQL that reads (<c>XxxSql.cs</c>). Dispose it.</summary>
    public async Task<DbConnection> OpenConnectionAsync(CancellationToken ct = default)
    {
        if (postgres is not null) return await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(ct).ConfigureAwait(false);
        SetPragmas(connection);
        return connection;
    }

    /// <summary>Folds the write-ahead log into the file and empties it, so that nothing erased stays in it. Nothing to do on PostgreSQL.</summary>
    public async Task TruncateLogAsync(CancellationToken ct = default)
    {
        if (IsPostgres) return;
        await using var connection = await OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE);";
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    public void Dispose()
    {
        postgres?.Dispose();
        if (!IsPostgres) ClearPool();
    }

    public async ValueTask DisposeAsync()
    {
        if (postgres is not null) await postgres.DisposeAsync().ConfigureAwait(false);
        else ClearPool();
    }

    internal static bool LooksLikePostgres(string connectionString) =>
        new DbConnectionStringBuilder { ConnectionString = connectionString } is var text
        && (text.ContainsKey("Host") || text.ContainsKey("Server"));

    internal static void SetPragmas(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = SqlitePragmas;
        command.ExecuteNonQuery();
    }

    private static SqliteConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return new SqliteConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException e)
        {
            throw new ReadableException(
                "ConnectionStrings:Comeback is neither a PostgreSQL string (Host=...;Database=...;Username=...) nor a SQLite one (Data Source=FILE).", e);
        }
    }

    private void ClearPool()
    {
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>Settings that SQLite keeps per connection, set on each connection that EF opens.</summary>
    private sealed class PragmaInterceptor : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => SetPragmas(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            SetPragmas(connection);
            return Task.CompletedTask;
        }
    }
}
