using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Stores.Csv;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Comeback.Tests.Stores.Csv;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Sync;

/// <summary>An order history on its way into a store: all of it, once, whatever happens on the way.</summary>
public sealed class ImportJobTests
{
    private static readonly byte[] OnlineRetail = CsvFile.Recorded("online-retail.csv").Bytes;
    private static readonly byte[] Shopify = CsvFile.Recorded("shopify-orders.csv").Bytes;

    [Theory, EachDatabase]
    public async Task Importing_a_file_twice_changes_nothing(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        foreach (var (bytes, currency) in ((byte[], string)[])[(OnlineRetail, "GBP"), (Shopify, "DKK")])
        {
            var first = await database.ImportAsync(bytes, currency, currency);
            var end = await database.EndAsync(first.Store);
            var counter = await CounterAsync(database, first.Store);
            var again = await database.ImportAsync(bytes, currency, currency);
            Assert.Equal((first.Store, false, 0L), (again.Store, again.NewStore, again.Changed));
            Assert.Equal(counter, await CounterAsync(database, first.Store));
            Assert.Equal(end, await database.EndAsync(first.Store));
            Assert.Equal((first.Orders, first.Lines, first.Rejected), (again.Orders, again.Lines, again.Rejected));
        }
    }

    [Theory, EachDatabase]
    public async Task What_an_import_finds_is_marked_as_found_and_its_row_says_what_was_done(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var result = await database.ImportAsync(OnlineRetail, "uci", "GBP", "Europe/London");
        await using var db = database.Open(result.Store);
        Assert.True(await db.Orders.AllAsync(o => o.Found));
        Assert.Equal((3, 7, 2), (await db.Orders.CountAsync(), await db.OrderLines.CountAsync(), await db.Orders.Select(o => o.CustomerId).Distinct().CountAsync() - 1));
        // Postage is money and no product.
        Assert.Equal(["22633", "22728", "71053", "84879", "85123A"], await db.Products.Select(p => p.ExternalId).OrderBy(p => p).ToListAsync());
        var row = await db.Imports.SingleAsync();
        Assert.Equal((ImportState.Done, 13L, 4L, 3L), (row.State, row.RowsRead, row.RowsRejected, row.Orders));
        Assert.Equal(row.BytesTotal, row.BytesRead);
        Assert.Equal("UCI Online Retail", row.Layout);
        await using var system = database.Databases.OpenSystem();
        Assert.NotNull((await system.Stores.SingleAsync()).InStepAt);
    }

    [Fact]
    public async Task A_later_export_brings_what_has_changed_since()
    {
        await using var database = await TestDatabase.CreateAsync();
        var first = await database.ImportAsync(Shopify, "tea", "DKK");
        var later = Encoding.UTF8.GetString(Shopify).Replace("#1004,ann@example.com,paid", "#1004,ann@example.com,refunded", StringComparison.Ordinal)
            .Replace("c1.1,0.00,Tea House", "c1.1,387.00,Tea House", StringComparison.Ordinal);
        var second = await database.ImportAsync(Encoding.UTF8.GetBytes(later), "tea", null);
        Assert.Equal(1, second.Changed);
        await using var db = database.Open(first.Store);
        Assert.Equal(Engine.Orders.OrderStanding.Refunded, (await db.Orders.SingleAsync(o => o.Number == "#1004")).Standing);
    }

    [Fact]
    public async Task The_rows_left_out_are_a_file_of_the_owners_that_can_be_mended_and_imported()
    {
        await using var database = await TestDatabase.CreateAsync();
        var text = "Ref;When;Mail;Sum;Note\n1;2026-01-31;ann@example.com;1,50;fine\n2;soon;bo@example.com;-2,50;=cmd|' /C calc'!A0\n3;2026-01-31;;3,00;\"@x; y\"\n";
        var options = new OrderFileOptions { Mapping = ImportMapping.Parse(["order=Ref,date=When,email=Mail,total=Sum"]) };
        var result = await database.ImportAsync(Encoding.UTF8.GetBytes(text), "tea", "DKK", options: options);
        Assert.Equal((1L, 2L), (result.Orders, result.Rejected));
        var lines = (await File.ReadAllTextAsync(result.RejectsFile!)).TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["line;reason;Ref;When;Mail;Sum;Note", "3;the date cannot be read;2;soon;bo@example.com;-2,50;'=cmd|' /C calc'!A0", "4;no customer;3;2026-01-31;;3,00;\"'@x; y\""], lines);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(result.RejectsFile!));

        var mended = string.Join('\n', lines).Replace("soon", "2026-02-01", StringComparison.Ordinal).Replace("2026-01-31;;", "2026-01-31;cy@example.com;", StringComparison.Ordinal);
        Assert.Equal((2L, 0L), await database.ImportAsync(Encoding.UTF8.GetBytes(mended), "tea", null, options: options) is var again ? (again.Orders, again.Rejected) : default);
    }

    [Fact]
    public async Task A_store_is_refused_in_one_sentence_when_the_file_cannot_go_into_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ImportAsync(OnlineRetail, "tea", "GBP", "Europe/London");
        Assert.Contains("keeps its money in GBP", await RefusalAsync("tea", "DKK"), StringComparison.Ordinal);
        Assert.Contains("lives in the time zone Europe/London", await RefusalAsync("tea", null, "Asia/Riyadh"), StringComparison.Ordinal);
        Assert.Contains("not a currency of ISO 4217", await RefusalAsync("new", "GPB"), StringComparison.Ordinal);
        Assert.Contains("not a time zone", await RefusalAsync("new", "GBP", "London"), StringComparison.Ordinal);
        Assert.Contains("--currency", await RefusalAsync("new", null), StringComparison.Ordinal);
        Assert.Contains("no usable name", await RefusalAsync("  ", "GBP"), StringComparison.Ordinal);
        await database.AddStoreAsync("live", platform: Platform.Shopify);
        Assert.Contains("gets its orders from Shopify", await RefusalAsync("live", "GBP"), StringComparison.Ordinal);
        await using var system = database.Databases.OpenSystem();
        Assert.Equal(["live", "tea"], await system.Stores.Select(s => s.Name).OrderBy(n => n).ToListAsync());

        async Task<string> RefusalAsync(string store, string? currency, string? zone = null) =>
            (await Assert.ThrowsAsync<UserError>(() => database.ImportAsync(OnlineRetail, store, currency, zone))).Message;
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_to_its_end_makes_no_store()
    {
        await using var database = await TestDatabase.CreateAsync();
        await Assert.ThrowsAsync<UserError>(() => database.ImportAsync([.. OnlineRetail, .. "536371,\"never closed\n"u8], "tea", "GBP"));
        await using var system = database.Databases.OpenSystem();
        Assert.Empty(await system.Stores.ToListAsync());
    }

    [Fact]
    public async Task A_stopped_import_says_so_and_the_second_run_completes_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var bytes = Encoding.UTF8.GetBytes(ImportKills.Orders(3_000));
        using var stop = new CancellationTokenSource();
        var after = new AfterFirst(stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.ImportAsync(bytes, "tea", "GBP", progress: after, ct: stop.Token));
        var row = await OnlyRowAsync();
        Assert.Equal(ImportState.Failed, row.State);
        Assert.Contains("import the same file again", row.Error, StringComparison.Ordinal);
        var half = await CountAsync();
        Assert.InRange(half, 1, 2_999);
        await database.ImportAsync(bytes, "tea", null);
        Assert.Equal(3_000, await CountAsync());

        async Task<ImportRow> OnlyRowAsync()
        {
            await using var db = database.Open(new StoreId(1));
            return await db.Imports.SingleAsync();
        }

        async Task<int> CountAsync()
        {
            await using var db = database.Open(new StoreId(1));
            return await db.Orders.CountAsync();
        }
    }

    [Fact]
    public async Task An_import_that_fell_silent_is_called_interrupted_by_the_next()
    {
        await using var database = await TestDatabase.CreateAsync();
        var store = (await database.ImportAsync(OnlineRetail, "tea", "GBP")).Store;
        await database.Writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var row = await transaction.Db.Imports.SingleAsync();
            (row.State, row.EndedAt, row.HeardAt) = (ImportState.Running, null, database.Time.GetUtcNow() - TimeSpan.FromMinutes(2));
            await transaction.Db.SaveChangesAsync();
        }, CancellationToken.None);
        await database.ImportAsync(OnlineRetail, "tea", null);
        await using var db = database.Open(store);
        Assert.Equal([ImportState.Failed, ImportState.Done], await db.Imports.OrderBy(i => i.Id).Select(i => i.State).ToListAsync());
    }

    [Fact]
    public async Task Consent_comes_from_Shopifys_tick_with_the_orders_date_and_from_nothing_else()
    {
        await using var database = await TestDatabase.CreateAsync();
        var shopify = await database.ImportAsync(Shopify, "shopify", "DKK");
        var woo = await database.ImportAsync(CsvFile.Recorded("woocommerce-order-export.csv").Bytes, "woo", null);
        await using var db = database.Open(shopify.Store);
        var consents = await db.Consents.OrderBy(c => c.At).ToListAsync();
        Assert.Equal([new DateTimeOffset(2026, 2, 1, 8, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 3, 2, 9, 15, 0, TimeSpan.Zero)], consents.Select(c => c.At));
        await using var other = database.Open(woo.Store);
        Assert.Empty(await other.Consents.ToListAsync());
        Assert.Equal("EUR", woo.Currency);
    }

    private static async Task<long> CounterAsync(TestDatabase database, StoreId store)
    {
        await using var db = database.Databases.OpenSystem();
        return (await db.Stores.SingleAsync(s => s.Id == store)).Change;
    }

    private sealed class AfterFirst(CancellationTokenSource stop) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Writing) stop.Cancel();
        }
    }
}

/// <summary>An import in one line.</summary>
internal static class Importing
{
    public static async Task<ImportResult> ImportAsync(
        this TestDatabase database, byte[] bytes, string store, string? currency, string? zone = null, OrderFileOptions? options = null, IProgress<ImportProgress>? progress = null,
        CancellationToken ct = default)
    {
        var job = new ImportJob(database.Databases, database.Writer, database.Records(), database.Clocks, database.Time);
        var request = ImportRequest.Create("orders.csv", () => new MemoryStream(bytes, writable: false), bytes.Length, store, currency, zone, options ?? new OrderFileOptions());
        return await job.RunAsync(await job.StartAsync(request, progress, ct), progress, ct);
    }
}
