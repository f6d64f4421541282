using Comeback.Cli;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Tests.Infra;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Comeback.Tests.Cli;

/// <summary>A database in which nothing can be written: one sentence, exit code 2, and what was there before is still there.</summary>
public sealed class BadDatabaseTests
{
    private const string Orders = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n536365,85123A,Sencha,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n";

    [Theory]
    [InlineData("import", "orders.csv", "--store", "tea", "--currency", "GBP", "--time-zone", "Europe/London")]
    [InlineData("sign-in")]
    public async Task A_read_only_database_is_one_sentence(params string[] words)
    {
        var folder = Directory.CreateTempSubdirectory("comeback-readonly-").FullName;
        (await Verb.InAsync(folder, "stores")).Fine();
        await File.WriteAllTextAsync(Path.Combine(folder, "orders.csv"), Orders);
        if (words.Length > 1) words[1] = Path.Combine(folder, words[1]);

        var sentence = (await Verb.InAsync(folder, [$"--ConnectionStrings:Comeback=Data Source={Path.Combine(folder, "comeback.db")};Mode=ReadOnly", .. words])).Sentence();

        Assert.Contains("is read-only; give this user the right to write", sentence, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_full_disk_is_one_sentence_keeps_what_was_confirmed_and_writing_goes_on_when_there_is_room()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-full-").FullName;
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var host = new VerbHost(TestServer.Settings(folder), output, error);
        await host.RunAsync(async (services, ct) =>
        {
            var writer = services.GetRequiredService<StoreWriter>();
            var store = await writer.AddStoreAsync(id => new StoreRow { Id = id, Name = "confirmed", Currency = "GBP", TimeZone = "Europe/London", CreatedAt = DateTimeOffset.UnixEpoch }, ct);

            var full = await Assert.ThrowsAsync<SqliteException>(() => writer.WriteAsync(store, Lane.Live, async t =>
            {
                // As many pages as there are, and no more: the disk is full.
                await using (var limit = t.Command("PRAGMA max_page_count = 1")) await limit.ExecuteNonQueryAsync(ct);
                await FillAsync(t, ct);
            }, ct));
            Assert.Contains("is full; free some space", Problems.Sentence(full, services.GetRequiredService<Databases>()), StringComparison.Ordinal);
            await writer.WriteAsync(store, Lane.Live, async t =>
            {
                await using (var room = t.Command("PRAGMA max_page_count = 1000000")) await room.ExecuteNonQueryAsync(ct);
                await FillAsync(t, ct);
            }, ct);
        }, CancellationToken.None);
        Assert.Contains("confirmed", (await Verb.InAsync(folder, "stores")).Fine().Out, StringComparison.Ordinal);

        var thrown = await Assert.ThrowsAsync<UserError>(() => host.RunAsync((services, ct) => services.GetRequiredService<StoreWriter>().WriteSystemAsync(async t =>
        {
            await using (var limit = t.Command("PRAGMA max_page_count = 1")) await limit.ExecuteNonQueryAsync(ct);
            await FillAsync(t, ct, "more");
            return true;
        }, ct), CancellationToken.None));
        Assert.Contains("nothing that was confirmed is lost", thrown.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task FillAsync(StoreTransaction t, CancellationToken ct, string table = "filler")
    {
        await using var fill = t.Command($"CREATE TABLE {table} AS SELECT randomblob(3000000) AS bytes");
        await fill.ExecuteNonQueryAsync(ct);
    }
}
