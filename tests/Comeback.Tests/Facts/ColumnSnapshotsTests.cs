using Comeback.Data;
using Comeback.Facts;
using Comeback.Tests.Infra;
using Comeback.Tests.Segments;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Comeback.Tests.Facts;

/// <summary>Columns kept as a file: a start from it is as good as one from the rows, and a file that cannot be believed is passed over.</summary>
public sealed class ColumnSnapshotsTests
{
    [Theory, EachDatabase]
    public async Task A_start_from_a_snapshot_and_what_came_since_knows_what_the_rows_say(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var (snapshots, cache) = await KeptAsync(world);
        world.Shop.Customer("ann").Bought("tea", daysAgo: 1);
        world.Shop.Customer("dan").Bought("tea", daysAgo: 90);
        await world.Shop.ArriveAsync();

        Assert.NotNull(await snapshots.ReadAsync(await RowAsync(world), CancellationToken.None));
        var facts = await cache.LoadAsync(world.Store, asOf: null, CancellationToken.None);
        Assert.True(facts.SnapshotChange > 0);
        Assert.Equal((4, 6), (facts.Columns.Customers, facts.Columns.Orders));
        var set = Engine.Segments.SegmentSet.Compile(facts.Columns, [new("twice", "number_of_orders >= 2"), new("lapsed", "last_order_date <= -60d")]);
        set.EvaluateAll(world.Time.GetUtcNow());
        Assert.Equal(["ann@example.com", "bob@example.com"], await NamesAsync(world, set.Members("twice").Ordinals));
        Assert.Equal(["cat@example.com", "dan@example.com"], await NamesAsync(world, set.Members("lapsed").Ordinals));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(300)]
    [InlineData(-1)]
    [InlineData(-100)]
    public async Task A_snapshot_with_another_byte_is_passed_over(int at)
    {
        await using var world = await SegmentWorld.CreateAsync(DatabaseKind.Sqlite);
        var (snapshots, cache) = await KeptAsync(world);
        var bytes = await File.ReadAllBytesAsync(snapshots.PathOf(world.Store));
        bytes[at < 0 ? bytes.Length + at : at] ^= 0x41;
        await File.WriteAllBytesAsync(snapshots.PathOf(world.Store), bytes);

        Assert.Null(await snapshots.ReadAsync(await RowAsync(world), CancellationToken.None));
        Assert.Equal(3, (await cache.LoadAsync(world.Store, asOf: null, CancellationToken.None)).Columns.Customers);
    }

    [Fact]
    public async Task A_snapshot_that_was_torn_is_passed_over()
    {
        await using var world = await SegmentWorld.CreateAsync(DatabaseKind.Sqlite);
        var (snapshots, _) = await KeptAsync(world);
        var bytes = await File.ReadAllBytesAsync(snapshots.PathOf(world.Store));
        foreach (var length in new[] { 0, 100, 256, 300, bytes.Length - 1 })
        {
            await File.WriteAllBytesAsync(snapshots.PathOf(world.Store), bytes[..length]);
            Assert.Null(await snapshots.ReadAsync(await RowAsync(world), CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_snapshot_that_the_database_does_not_know_is_passed_over()
    {
        await using var world = await SegmentWorld.CreateAsync(DatabaseKind.Sqlite);
        var (snapshots, _) = await KeptAsync(world);
        // As after yesterday's database was put back: it knows an older snapshot, or none.
        await world.Database.Writer.WriteAsync(world.Store, Lane.Live, async transaction =>
        {
            var cursor = await transaction.Db.Cursors.AsTracking().SingleAsync(c => c.Follower == "columns");
            cursor.At = cursor.At.AddDays(-1);
            await transaction.Db.SaveChangesAsync();
        }, CancellationToken.None);
        Assert.Null(await snapshots.ReadAsync(await RowAsync(world), CancellationToken.None));
    }

    [Theory, EachDatabase]
    public async Task An_erasure_takes_the_snapshot_away_and_those_columns_are_never_written_again(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var (snapshots, cache) = await KeptAsync(world);
        var loaded = await cache.GetAsync(world.Store, CancellationToken.None);
        await world.Database.Writer.WriteAsync(world.Store, Lane.Live, async transaction =>
        {
            var ann = await transaction.Db.Customers.AsTracking().SingleAsync(c => c.Email == "ann@example.com");
            (ann.Email, ann.Deleted, ann.Change) = (null, true, await transaction.ChangeAsync());
            await transaction.Db.SaveChangesAsync();
        }, CancellationToken.None);

        await loaded.CatchUpAsync(new TouchList(), CancellationToken.None);
        Assert.True(loaded.Erased);
        await cache.WriteSnapshotAsync(loaded, now: true, CancellationToken.None);
        Assert.False(File.Exists(snapshots.PathOf(world.Store)));
        cache.Drop(world.Store);

        // Made anew from the rows, they may be.
        var fresh = await cache.GetAsync(world.Store, CancellationToken.None);
        await cache.WriteSnapshotAsync(fresh, now: true, CancellationToken.None);
        Assert.True(File.Exists(snapshots.PathOf(world.Store)));
        Assert.Equal(2, fresh.Columns.Customers);
    }

    [Fact]
    public async Task A_start_that_finds_somebody_erased_since_reads_the_rows_and_deletes_the_snapshot()
    {
        await using var world = await SegmentWorld.CreateAsync(DatabaseKind.Sqlite);
        var (snapshots, cache) = await KeptAsync(world);
        await world.Database.Writer.WriteAsync(world.Store, Lane.Live, async transaction =>
        {
            var ann = await transaction.Db.Customers.AsTracking().SingleAsync(c => c.Email == "ann@example.com");
            (ann.Email, ann.Deleted, ann.Change) = (null, true, await transaction.ChangeAsync());
            await transaction.Db.SaveChangesAsync();
        }, CancellationToken.None);
        Assert.False((await cache.LoadAsync(world.Store, asOf: null, CancellationToken.None)).Erased);
        Assert.False(File.Exists(snapshots.PathOf(world.Store)));
    }

    // Three customers with four orders, and a file of them.
    private static async Task<(ColumnSnapshots Snapshots, ColumnCache Cache)> KeptAsync(SegmentWorld world)
    {
        world.Shop.Customer("ann").Bought("tea", daysAgo: 40);
        world.Shop.Customer("bob").Bought("tea", daysAgo: 30).Bought("milk", daysAgo: 3);
        world.Shop.Customer("cat").Bought("milk", daysAgo: 80);
        await world.Shop.ArriveAsync();
        var snapshots = new ColumnSnapshots(world.Database.Databases, world.Database.Writer, world.Time, NullLogger<ColumnSnapshots>.Instance) { LeastRows = 0 };
        var cache = new ColumnCache(world.Database.Databases, new FactsReader(world.Database.Databases), world.Time, snapshots);
        var facts = await cache.LoadAsync(world.Store, asOf: null, CancellationToken.None);
        Assert.True(await snapshots.WriteAsync(facts, now: true, CancellationToken.None));
        return (snapshots, cache);
    }

    private static async Task<StoreRow> RowAsync(SegmentWorld world)
    {
        await using var db = world.Database.Databases.OpenSystem();
        return await db.Stores.SingleAsync(s => s.Id == world.Store);
    }

    private static async Task<List<string?>> NamesAsync(SegmentWorld world, IEnumerable<int> ordinals)
    {
        var wanted = ordinals.ToList();
        await using var db = world.Database.Open(world.Store);
        return await db.Customers.Where(c => wanted.Contains(c.Ordinal)).OrderBy(c => c.Email).Select(c => c.Email).ToListAsync();
    }
}
