using System.Reflection;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit.Sdk;
using Xunit.v3;

namespace Comeback.Tests.Infra;

public enum DatabaseKind { Sqlite, Postgres }

/// <summary>
/// <c>[Theory, EachDatabase] public async Task A_sentence(DatabaseKind kind)</c>: the same test on SQLite always, and on PostgreSQL when
/// <c>COMEBACK_TEST_POSTGRES</c> holds a connection string (<c>tests/run</c> starts one and sets it).
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EachDatabaseAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([
            new TheoryDataRow<DatabaseKind>(DatabaseKind.Sqlite),
            new TheoryDataRow<DatabaseKind>(DatabaseKind.Postgres) { Skip = TestDatabase.Postgres is null ? TestDatabase.NoPostgres : null },
        ]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>A migrated database of a test's own: a SQLite file in the temporary folder, or a database on the test PostgreSQL. Gone when disposed.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    public const string NoPostgres = "COMEBACK_TEST_POSTGRES is not set; tests/run starts a PostgreSQL and sets it.";

    private static readonly SemaphoreSlim Templates = new(1, 1);
    private static string? sqliteTemplate;
    private static string? postgresTemplate;

    private TestDatabase(DatabaseKind kind, string connectionString, string folder, TimeProvider time)
    {
        Kind = kind;
        Folder = folder;
        ConnectionString = connectionString;
        Time = time;
        Databases = new Databases(connectionString, folder);
        Signal = new ChangeSignal(time);
        Writer = new StoreWriter(Databases, Signal);
        Clocks = new StoreClocks(Databases, time);
        Owned = new OwnedStores(Databases, new Leases(Writer), NullLogger<OwnedStores>.Instance);
    }

    /// <summary>The server that tests may make databases on; null when there is none.</summary>
    public static string? Postgres => Environment.GetEnvironmentVariable("COMEBACK_TEST_POSTGRES") is { Length: > 0 } text ? text : null;

    public DatabaseKind Kind { get; }
    public string ConnectionString { get; }
    /// <summary>A data folder of this test's own.</summary>
    public string Folder { get; }
    public TimeProvider Time { get; }
    public Databases Databases { get; }
    public ChangeSignal Signal { get; }
    public StoreWriter Writer { get; }
    public StoreClocks Clocks { get; }
    public OwnedStores Owned { get; }

    /// <param name="time">A <see cref="FakeTime"/> unless given.</param>
    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind = DatabaseKind.Sqlite, TimeProvider? time = null)
    {
        var folder = Directory.CreateTempSubdirectory("comeback-test-").FullName;
        var connectionString = kind == DatabaseKind.Sqlite ? await NewSqliteAsync(folder) : await NewPostgresAsync();
        return new TestDatabase(kind, connectionString, folder, time ?? new FakeTime());
    }

    /// <summary>Adds a store; a pound store in London unless told.</summary>
    public Task<StoreId> AddStoreAsync(
        string name = "tea", string currency = "GBP", string timeZone = "Europe/London", Platform platform = Platform.Import, string? country = "GB") =>
        Writer.AddStoreAsync(id => new StoreRow
        {
            Id = id,
            Name = name,
            Currency = currency,
            TimeZone = timeZone,
            Platform = platform,
            Country = country,
            CreatedAt = Time.GetUtcNow(),
            DemoNow = platform == Platform.Demo ? Time.GetUtcNow() : null,
        }, CancellationToken.None);

    public ComebackDb Open(StoreId store) => Databases.Open(store);

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        await Databases.DisposeAsync();
        if (Kind == DatabaseKind.Postgres) await DropAsync(ConnectionString);
        await DeleteAsync(Folder);
    }

    /// <summary>Deletes a folder in which something may still be closing a file.</summary>
    public static async Task DeleteAsync(string folder)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (IOException) when (attempt < 20)
            {
                await Task.Delay(50);
            }
        }
    }

    private static async Task<string> NewSqliteAsync(string folder)
    {
        await Templates.WaitAsync();
        try
        {
            if (sqliteTemplate is null)
            {
                var file = Path.Combine(Directory.CreateTempSubdirectory("comeback-template-").FullName, "comeback.db");
                AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
                await MigrateAsync($"Data Source={file}", Path.GetDirectoryName(file)!);
                sqliteTemplate = file;
            }
        }
        finally
        {
            Templates.Release();
        }
        var copy = Path.Combine(folder, "comeback.db");
        File.Copy(sqliteTemplate, copy);
        return $"Data Source={copy}";
    }

    private static async Task<string> NewPostgresAsync()
    {
        var server = Postgres ?? throw new InvalidOperationException(NoPostgres);
        var name = $"comeback_test_{Guid.NewGuid():N}";
        await Templates.WaitAsync();
        try
        {
            if (postgresTemplate is null)
            {
                var template = $"comeback_template_{Guid.NewGuid():N}";
                var target = new NpgsqlConnectionStringBuilder(server) { Database = template }.ConnectionString;
                AppDomain.CurrentDomain.ProcessExit += (_, _) => DropAsync(target).GetAwaiter().GetResult();
                await OnServerAsync(server, $"CREATE DATABASE {template}");
                await MigrateAsync(target, Path.GetTempPath());
                postgresTemplate = template;
            }
            await OnServerAsync(server, $"CREATE DATABASE {name} TEMPLATE {postgresTemplate}");
        }
        finally
        {
            Templates.Release();
        }
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    private static async Task MigrateAsync(string connectionString, string folder)
    {
        await using (var databases = new Databases(connectionString, folder))
        {
            await new Migrator(databases, TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync();
            await databases.TruncateLogAsync();
        }
        SqliteConnection.ClearAllPools();
        NpgsqlConnection.ClearAllPools();
    }

    private static async Task DropAsync(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var name = server.Database;
        server.Database = new NpgsqlConnectionStringBuilder(Postgres!).Database ?? "postgres";
        await OnServerAsync(server.ConnectionString, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    }

    private static async Task OnServerAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
