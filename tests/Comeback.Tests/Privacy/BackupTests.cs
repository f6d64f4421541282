using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Privacy;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Privacy;

/// <summary>Backup, restore, and what waits afterwards.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_taken_while_it_runs_is_put_back_and_nothing_is_sent_until_the_operator_says_so()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-backup-").FullName;
        var file = Path.Combine(folder, "yesterday.zip");
        StoreId store;
        CustomerId zenobia;
        await using (var comeback = await TestServer.StartAsync(folder: folder))
        {
            (store, zenobia) = await PrivacyTests.PersonAsync(comeback);
            Assert.Contains("tea: 2 orders, 2 customers, 1 messages", (await Verb.InAsync(folder, "backup", file)).Fine().Out, StringComparison.Ordinal);
            // Today: the message leaves, somebody is erased, another order comes.
            await comeback.Get<StoreWriter>().WriteAsync(store, Lane.Live, t => t.Db.Messages.ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MessageState.Sent)), CancellationToken.None);
            await comeback.Get<Erasure>().EraseAsync(store, zenobia, "test", CancellationToken.None);
            var shop = comeback.Shop(store);
            shop.Customer("ben").Bought("tea", daysAgo: 0);
            await shop.ArriveAsync();
            Assert.Contains("already serves", (await Verb.InAsync(folder, "restore", file)).Sentence(), StringComparison.Ordinal);
        }

        var restored = (await Verb.InAsync(folder, "restore", file)).Fine().Out;

        Assert.Contains("Erased again: 1", restored, StringComparison.Ordinal);
        Assert.Contains("resume --store \"tea\"", restored, StringComparison.Ordinal);
        await using (var comeback = await TestServer.StartAsync(folder: folder))
        {
            await using (var db = comeback.Get<Databases>().Open(store))
            {
                Assert.Equal(StoreState.Restored, (await db.Stores.SingleAsync(s => s.Id == store)).State);
                Assert.True((await db.Customers.SingleAsync(c => c.Id == zenobia)).Deleted);
                Assert.Equal(2, await db.Orders.CountAsync());
                Assert.Equal(0, await db.Messages.CountAsync(m => m.State == MessageState.Queued));
            }
            (await Verb.InAsync(folder, "resume", "--store", "tea")).Fine();
            Assert.Contains("not waiting", (await Verb.InAsync(folder, "resume", "--store", "tea")).Sentence(), StringComparison.Ordinal);
            await using (var db = comeback.Get<Databases>().OpenSystem()) Assert.Equal(StoreState.Active, (await db.Stores.SingleAsync()).State);
        }
        Assert.Single(Directory.GetFiles(Path.Combine(folder, "backups"), "before-restore-*"));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false, "Dropped")]
    [InlineData(true, "Queued")]
    public async Task What_was_due_before_a_restore_is_dropped_unless_the_operator_lets_it_go(bool sendDue, string expected)
    {
        await using var comeback = await TestServer.StartAsync();
        var (store, _) = await PrivacyTests.PersonAsync(comeback);
        var waiting = Assert.Single(await comeback.Get<AfterRestore>().PauseAllAsync(CancellationToken.None));
        Assert.Equal(1, waiting.Messages);

        await comeback.Get<AfterRestore>().ResumeAsync(store, sendDue, CancellationToken.None);

        await using var db = comeback.Get<Databases>().Open(store);
        Assert.Equal(expected, (await db.Messages.SingleAsync()).State.ToString());
    }

    [Fact]
    public async Task A_file_that_is_no_whole_backup_changes_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-bad-backup-").FullName;
        (await Verb.InAsync(folder, "backup", Path.Combine(folder, "good.zip"))).Fine();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, "good.zip"));
        await File.WriteAllBytesAsync(Path.Combine(folder, "half.zip"), bytes[..(bytes.Length / 2)]);
        await File.WriteAllTextAsync(Path.Combine(folder, "text.zip"), "hello");
        var before = await File.ReadAllBytesAsync(Path.Combine(folder, "comeback.db"));

        foreach (var name in new[] { "half.zip", "text.zip" })
            Assert.Contains("not a whole backup", (await Verb.InAsync(folder, "restore", Path.Combine(folder, name))).Sentence(), StringComparison.Ordinal);
        Assert.Contains("no file", (await Verb.InAsync(folder, "restore", Path.Combine(folder, "nowhere.zip"))).Sentence(), StringComparison.Ordinal);

        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(folder, "comeback.db")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_is_no_longer_needed_goes_by_itself_and_what_is_needed_stays()
    {
        await using var comeback = await TestServer.StartAsync();
        var (store, _) = await PrivacyTests.PersonAsync(comeback);
        var now = comeback.Get<TimeProvider>().GetUtcNow();
        await comeback.Get<StoreWriter>().WriteAsync(store, Lane.Live, async t =>
        {
            foreach (var (id, months) in new[] { (9001L, 27), (9002L, 25) })
                t.Db.Events.Add(new EventRow { StoreId = store, Id = new Comeback.Engine.EventId(id), ExternalId = $"e{id}", Kind = EventKind.ProductViewed, At = now.AddMonths(-months), ReceivedAt = now });
            await t.Db.SaveChangesAsync();
        }, CancellationToken.None);

        Assert.Equal(new RetentionDone(0, 0, 1, 0), await comeback.Get<Retention>().RunAsync(CancellationToken.None));
        await comeback.Get<StoreWriter>().WriteAsync(store, Lane.Live, async t =>
        {
            await t.Db.Messages.ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MessageState.Sent).SetProperty(x => x.CreatedAt, now.AddDays(-91)));
            await t.Db.Inbox.ExecuteUpdateAsync(i => i.SetProperty(x => x.ReceivedAt, now.AddDays(-31)));
        }, CancellationToken.None);
        File.SetLastWriteTimeUtc(Path.Combine(comeback.Folder, "rejects", "1-1.csv"), now.AddDays(-31).UtcDateTime);
        Assert.Equal(new RetentionDone(1, 1, 0, 1), await comeback.Get<Retention>().RunAsync(CancellationToken.None));

        await using var db = comeback.Get<Databases>().Open(store);
        Assert.Equal(2, await db.Orders.CountAsync());
        Assert.Equal(1, await db.Inbox.CountAsync());
        Assert.Equal("Zenobia Septimia, come back", (await db.Messages.SingleAsync()).Subject);
    }
}
