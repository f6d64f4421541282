using Comeback.Data;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Comeback.Tests.Data;

/// <summary>A database of the first release, with work due in it, under this version: it migrates, and what was due is done once.</summary>
public sealed class UpgradeTests
{
    [Theory, EachDatabase]
    public async Task A_database_of_the_first_release_migrates_and_its_due_work_is_done_once(DatabaseKind kind)
    {
        var stop = TestContext.Current.CancellationToken;
        var old = await RunningComeback.StartAsync(kind);
        var shop = await old.ShopAsync();
        await old.SwitchOnAsync(shop, "abandoned_cart");
        await old.SwitchOnAsync(shop, "win_back");
        await old.PassAsync(shop, TimeSpan.FromSeconds(1));
        // Ann's first reminder is out and her second is due tomorrow; Bob's was being handed over when the old version stopped; Cleo has lapsed.
        shop.Product("Sencha", category: "Green tea");
        shop.Customer("ann").LeftInCart("Teapot");
        shop.Customer("bob").LeftInCart("Teapot");
        shop.Customer("cleo").Bought("Sencha", daysAgo: 90);
        await shop.ArriveAsync();
        await old.SettleAsync(shop);
        await old.PassAsync(shop, TimeSpan.FromMinutes(61));
        await old.SettleAsync(shop);
        Assert.Equal(2, (await old.MessagesAsync(shop)).Count);
        await old.Get<StoreWriter>().WriteAsync(shop.Id, Lane.Live, async t =>
        {
            var bobs = await t.Db.Messages.SingleAsync(m => m.Address == "bob@example.com", stop);
            (bobs.State, bobs.Via, bobs.HandedOverAt) = (MessageState.HandingOver, "smtp", old.Time.GetUtcNow());
            await t.Db.SaveChangesAsync(stop);
        }, stop);
        var before = await StaysAsync(old, shop);
        Assert.Contains(before, stay => stay.StartsWith("lapsed ", StringComparison.Ordinal));
        var databases = old.Databases;
        string first = "", newest = "";

        var comeback = await old.AgainAsync(async () =>
        {
            await using var same = new Databases(databases.ConnectionString, old.Folder);
            await using var db = same.OpenSystem();
            (first, newest) = (db.Database.GetMigrations().First(), db.Database.GetMigrations().Last());
            await db.GetService<IMigrator>().MigrateAsync(first, stop);
            Assert.Equal([first], await db.Database.GetAppliedMigrationsAsync(stop));
        });
        await using var _ = comeback;
        await using (var db = comeback.Databases.OpenSystem()) Assert.Equal(newest, (await db.Database.GetAppliedMigrationsAsync(stop)).Last());

        await comeback.PassAsync(shop, TimeSpan.FromHours(24));
        for (var i = 0; i < 3; i++) await comeback.SettleAsync(shop);

        var messages = await comeback.MessagesAsync(shop);
        Assert.Equal(2, messages.Count(m => m.Address == "ann@example.com"));
        Assert.All(messages.Where(m => m.Address == "ann@example.com"), m => Assert.Equal(MessageState.Sent, m.State));
        // Nobody can say what became of Bob's, so it is not sent again; his second reminder is a message of its own.
        Assert.Equal(MessageState.Unknown, messages.Single(m => m.Address == "bob@example.com" && m.Step == 0).State);
        Assert.DoesNotContain(messages, m => m.Address == "cleo@example.com");
        var after = await StaysAsync(comeback, shop);
        Assert.Equal(before.Where(s => s.StartsWith("lapsed ", StringComparison.Ordinal)), after.Where(s => s.StartsWith("lapsed ", StringComparison.Ordinal)));
        if (kind == DatabaseKind.Sqlite && first != newest) Assert.Single(Directory.GetFiles(Path.Combine(comeback.Folder, "backups"), "before-migration-*.db"));
    }

    private static async Task<List<string>> StaysAsync(RunningComeback comeback, FakeShop shop)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        var stays = await db.Memberships.Where(m => m.LeftAt == null).Join(db.Segments, m => m.SegmentId, s => s.Id, (m, s) => new { s.Key, m.CustomerId, m.EnteredAt }).ToListAsync();
        return [.. stays.Select(s => $"{s.Key} {s.CustomerId} {s.EnteredAt:O}").Order(StringComparer.Ordinal)];
    }
}
