using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Comeback.Data;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Comeback.Tests.Data;

public sealed partial class SchemaTests
{
    [Theory]
    [InlineData("Data Source=none.db")]
    [InlineData("Host=localhost;Database=none;Username=none")]
    public async Task The_migrations_say_all_that_the_model_says(string connectionString)
    {
        await using var databases = new Databases(connectionString, Path.GetTempPath());
        await using var db = databases.OpenSystem();
        Assert.False(db.Database.HasPendingModelChanges(), "Make a migration for both databases.");
    }

    [Theory, EachDatabase]
    public async Task A_database_of_a_newer_version_is_refused_in_one_sentence(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await database.Writer.WriteSystemAsync(async t =>
        {
            await using var command = t.Command("""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('99990101000000_Later', '99')""");
            return await command.ExecuteNonQueryAsync();
        }, default);
        var refused = await Assert.ThrowsAsync<ReadableException>(() => Migrator(database).MigrateAsync());
        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_database_is_backed_up_before_it_is_migrated_and_a_stale_lock_does_not_hang()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.AddStoreAsync("kept");
        await database.Writer.WriteSystemAsync(async t =>
        {
            // As if the last version had had no suppressions and a process had been killed while it migrated.
            await using var command = t.Command("""
                DELETE FROM "__EFMigrationsHistory"; CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT);
                INSERT OR REPLACE INTO "__EFMigrationsLock" VALUES (1, '2020-01-01');
                """);
            return await command.ExecuteNonQueryAsync();
        }, default);
        // The tables are there already, so migrating fails after its backup; what counts is that it neither hangs nor starts without one.
        await Assert.ThrowsAnyAsync<Exception>(() => Migrator(database).MigrateAsync());
        var backup = Assert.Single(Directory.GetFiles(Path.Combine(database.Folder, "backups")));
        await using var saved = new Databases($"Data Source={backup}", database.Folder);
        await using var db = saved.OpenSystem();
        Assert.Equal("kept", (await db.Stores.SingleAsync()).Name);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named_in_a_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-test-").FullName;
        var file = Path.Combine(folder, "comeback.db");
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("not a database ", 500)));
        await using (var databases = new Databases(null, folder))
        {
            var refused = await Assert.ThrowsAsync<ReadableException>(() => new Migrator(databases, TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync());
            Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Every_raw_statement_names_the_store_of_each_table_it_reads()
    {
        using var databases = new Databases("Data Source=none.db", Path.GetTempPath());
        using var db = databases.OpenSystem();
        var tables = db.Model.GetEntityTypes().Where(e => typeof(IStoreRow).IsAssignableFrom(e.ClrType)).Select(e => e.GetTableName()!).ToList();
        var statements = typeof(DataSql).Assembly.GetTypes().Where(t => t.Name.EndsWith("Sql", StringComparison.Ordinal))
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(f => f is { IsLiteral: true } && f.FieldType == typeof(string))
                .Select(f => (Name: $"{t.Name}.{f.Name}", Sql: (string)f.GetRawConstantValue()!)))
            .Where(s => Verb().IsMatch(s.Sql)).ToList();
        Assert.True(statements.Count > 20);
        var wrong = statements.Where(s =>
        {
            var named = tables.Sum(table => Regex.Count(s.Sql, $@"\b(FROM|JOIN|INTO|UPDATE)\s+{table}\b", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking));
            return Stores().Count(s.Sql) < named;
        }).Select(s => s.Name).ToList();
        Assert.True(wrong.Count == 0, string.Create(CultureInfo.InvariantCulture, $"These name store_id for fewer tables than they read: {string.Join(", ", wrong)}"));
    }

    private static Migrator Migrator(TestDatabase database) => new(database.Databases, TimeProvider.System, NullLogger<Migrator>.Instance);

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Verb();

    [GeneratedRegex(@"\bstore_id\b", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Stores();
}
