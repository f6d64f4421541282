using Comeback.Data;
using Comeback.Install.WooCommerce;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Comeback.Tests.Data;

public sealed class LeasesTests
{
    [Fact]
    public async Task An_owner_that_slept_past_its_lease_finds_its_late_writes_refused()
    {
        Assert.SkipWhen(TestDatabase.Postgres is null, TestDatabase.NoPostgres);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres);
        var store = await database.AddStoreAsync();
        // Two replicas: each with a writer and connections of its own.
        await using var otherDatabases = new Databases(database.ConnectionString, database.Folder);
        await using var otherWriter = new StoreWriter(otherDatabases, new ChangeSignal(TimeProvider.System));
        var (first, second) = (new Leases(database.Writer), new Leases(otherWriter));

        var mine = Assert.Single(await first.HoldAsync(default));
        Assert.Empty(await second.HoldAsync(default));
        Assert.Equal(mine, Assert.Single(await first.HoldAsync(default)));
        await DecideAsync(database.Writer, mine, 1);

        // The owner is stopped for longer than its lease: as if ten seconds had gone by.
        await database.Writer.WriteAsync(store, Lane.Live, t => t.Db.Leases.ExecuteUpdateAsync(s => s.SetProperty(l => l.Until, DateTimeOffset.UnixEpoch)), default);
        await Assert.ThrowsAsync<LeaseLostException>(() => DecideAsync(database.Writer, mine, 2));
        var theirs = Assert.Single(await second.HoldAsync(default));
        Assert.Equal(mine.Epoch + 1, theirs.Epoch);
        await DecideAsync(otherWriter, theirs, 3);

        // It wakes and goes on where it was.
        await Assert.ThrowsAsync<LeaseLostException>(() => DecideAsync(database.Writer, mine, 4));
        Assert.Empty(await first.HoldAsync(default));
        await using var db = database.Open(store);
        Assert.Equal(3, (await db.Cursors.SingleAsync()).Change);

        await second.ReleaseAsync(default);
        Assert.Equal(theirs.Epoch + 1, Assert.Single(await first.HoldAsync(default)).Epoch);

        Task DecideAsync(StoreWriter writer, Lease lease, long upTo) => OwnedStores.UnderAsync(lease, () => writer.WriteAsync(store, Lane.Live, async t =>
        {
            var row = await t.Db.Cursors.SingleOrDefaultAsync(c => c.Follower == "test");
            if (row is null) t.Db.Cursors.Add(new CursorRow { StoreId = store, Follower = "test", Change = upTo });
            else row.Change = upTo;
            await t.Db.SaveChangesAsync();
            return true;
        }, default));
    }

    [Fact]
    public async Task Nobody_takes_a_store_while_its_owner_still_has_a_write_open()
    {
        Assert.SkipWhen(TestDatabase.Postgres is null, TestDatabase.NoPostgres);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres);
        var store = await database.AddStoreAsync();
        await using var otherDatabases = new Databases(database.ConnectionString, database.Folder);
        await using var otherWriter = new StoreWriter(otherDatabases, new ChangeSignal(TimeProvider.System));
        var (first, second) = (new Leases(database.Writer), new Leases(otherWriter));
        var mine = Assert.Single(await first.HoldAsync(default));
        var (written, mayCommit) = (new TaskCompletionSource(), new TaskCompletionSource());

        var write = OwnedStores.UnderAsync(mine, () => database.Writer.WriteAsync(store, Lane.Live, async t =>
        {
            t.Db.Cursors.Add(new CursorRow { StoreId = store, Follower = "test", Change = 1 });
            await t.Db.SaveChangesAsync();
            written.SetResult();
            await mayCommit.Task;
            return true;
        }, default));
        await written.Task;
        // It renews beside its own write; and once its time is over nobody waits for it, nobody passes it.
        Assert.Equal(mine, Assert.Single(await first.HoldAsync(default)));
        await using (var connection = await otherDatabases.OpenConnectionAsync())
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "UPDATE leases SET until = 0";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        Assert.Empty(await second.HoldAsync(default));
        mayCommit.SetResult();
        await write;
        Assert.Equal(mine.Epoch + 1, Assert.Single(await second.HoldAsync(default)).Epoch);
    }

    [Fact]
    public async Task Two_replicas_that_start_together_share_the_stores_and_one_that_stops_leaves_its_own_to_the_other()
    {
        Assert.SkipWhen(TestDatabase.Postgres is null, TestDatabase.NoPostgres);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres);
        for (var i = 0; i < 40; i++) await database.AddStoreAsync($"store {i}");
        await using var otherDatabases = new Databases(database.ConnectionString, database.Folder);
        await using var otherWriter = new StoreWriter(otherDatabases, new ChangeSignal(TimeProvider.System));
        var (first, second) = (new Leases(database.Writer), new Leases(otherWriter));
        for (var i = 0; i < 3; i++) await Task.WhenAll(first.HoldAsync(default), second.HoldAsync(default));
        var (ours, theirs) = (await first.HoldAsync(default), await second.HoldAsync(default));
        Assert.Equal(40, ours.Concat(theirs).Select(l => l.Store).Distinct().Count());
        Assert.Equal(40, ours.Count + theirs.Count);
        Assert.InRange(ours.Count, 8, 32);
        await first.ReleaseAsync(default);
        for (var i = 0; i < 3; i++) await second.HoldAsync(default);
        Assert.Equal(40, (await second.HoldAsync(default)).Count);
    }

    [Fact]
    public async Task Work_that_belongs_to_no_store_is_done_by_one_process_at_a_time()
    {
        Assert.SkipWhen(TestDatabase.Postgres is null, TestDatabase.NoPostgres);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres);
        await using var otherDatabases = new Databases(database.ConnectionString, database.Folder);
        await using var otherWriter = new StoreWriter(otherDatabases, new ChangeSignal(TimeProvider.System));
        using var other = new OwnedStores(otherDatabases, new Leases(otherWriter), Microsoft.Extensions.Logging.Abstractions.NullLogger<OwnedStores>.Instance);
        var inside = false;
        Assert.True(await database.Owned.AloneAsync("installs", async () =>
        {
            Assert.False(await other.AloneAsync("installs", () => throw new InvalidOperationException(), default));
            Assert.True(await other.AloneAsync("something else", () => Task.CompletedTask, default));
            inside = true;
        }, default));
        Assert.True(inside);
        Assert.True(await other.AloneAsync("installs", () => Task.CompletedTask, default));
    }

    [Fact]
    public void Every_background_worker_goes_by_the_stores_that_it_owns()
    {
        // Those who listen, hold the leases, connect what is no store yet (one process at a time), or finish what a browser sent: records, which any process takes.
        Type[] others = [typeof(Replicas), typeof(OwnedStores), typeof(WooInstallWorker), typeof(ImportUploads)];
        var workers = typeof(OwnedStores).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(BackgroundService).IsAssignableFrom(t)).ToList();
        Assert.True(workers.Count > 5);
        Assert.All(others, t => Assert.Contains(t, workers));
        var free = workers.Except(others).Where(t => !t.GetConstructors().Any(c => c.GetParameters().Any(p => p.ParameterType == typeof(OwnedStores)))).Select(t => t.Name);
        Assert.Empty(free);
    }

    [Fact]
    public async Task A_follower_skips_no_change_when_two_writers_commit_in_reverse_order()
    {
        Assert.SkipWhen(TestDatabase.Postgres is null, TestDatabase.NoPostgres);
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres);
        var store = await database.AddStoreAsync();
        var (slowMayCommit, slowHasWritten) = (new TaskCompletionSource(), new TaskCompletionSource());

        // The slow one takes its ids and its change first; the quick one would commit before it, if the counter let it.
        var slow = WriteAsync("slow", async () =>
        {
            slowHasWritten.SetResult();
            await slowMayCommit.Task;
        });
        await slowHasWritten.Task;
        var quick = WriteAsync("quick", () => Task.CompletedTask);
        long cursor = 0;
        var seen = new List<string>();
        await Task.WhenAny(quick, Task.Delay(300, TestContext.Current.CancellationToken));
        await FollowAsync();
        slowMayCommit.SetResult();
        await Task.WhenAll(slow, quick);
        await FollowAsync();
        Assert.Equal(["slow", "quick"], seen);

        Task WriteAsync(string name, Func<Task> wait) => database.Writer.WriteAsync(store, Lane.Live, async t =>
        {
            t.Db.Products.Add(new ProductRow { StoreId = store, Id = new(await t.TakeIdsAsync(1)), Change = await t.ChangeAsync(), ExternalId = name, Title = name });
            await t.Db.SaveChangesAsync();
            await wait();
        }, default);

        async Task FollowAsync()
        {
            await using var db = database.Open(store);
            foreach (var row in await db.Products.Where(p => p.Change > cursor).OrderBy(p => p.Change).ToListAsync())
            {
                seen.Add(row.Title);
                cursor = row.Change;
            }
        }
    }
}
