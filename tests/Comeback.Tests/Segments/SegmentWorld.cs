using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;
using Comeback.Segments;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Comeback.Tests.Segments;

/// <summary>A store whose segments a test drives by hand: things arrive, time passes, the follower looks.</summary>
internal sealed class SegmentWorld : IAsyncDisposable
{
    private SegmentWorld(TestDatabase database, FakeTime time, StoreId store, RecordWriter records)
    {
        (Database, Time, Store) = (database, time, store);
        Shop = new FakeShop(store, records, time);
        Restart();
    }

    public TestDatabase Database { get; }
    public FakeTime Time { get; }
    public StoreId Store { get; }
    public FakeShop Shop { get; }
    public SegmentStores Stores { get; private set; } = null!;
    public SegmentFollower Follower { get; private set; } = null!;
    public ColumnCache Cache { get; private set; } = null!;

    /// <param name="looked">The follower has looked at the empty store, as it does within a second of its making.</param>
    public static async Task<SegmentWorld> CreateAsync(DatabaseKind kind, string timeZone = "Europe/London", DateTimeOffset? start = null, bool looked = true)
    {
        var time = start is { } at ? new FakeTime(at) : new FakeTime();
        var database = await TestDatabase.CreateAsync(kind, time);
        var store = await database.AddStoreAsync(timeZone: timeZone);
        var world = new SegmentWorld(database, time, store, new RecordWriter(database.Databases, database.Writer, database.Clocks, time));
        if (looked) await world.LookAsync();
        return world;
    }

    /// <summary>As after kill -9: nothing but the database is left.</summary>
    public void Restart()
    {
        Cache = new ColumnCache(Database.Databases, new FactsReader(Database.Databases), Time);
        Stores = new SegmentStores(
            new SegmentPass(Database.Databases, Database.Writer, Database.Clocks, Cache, NullLogger<SegmentPass>.Instance), Cache, Database.Owned);
        Follower = new SegmentFollower(Database.Databases, Stores, Database.Owned, Database.Signal, Database.Clocks, Time, new SizeHistory(Database.Databases, Database.Writer, Database.Clocks),
            NullLogger<SegmentFollower>.Instance);
    }

    public Task LookAsync() => Stores.PassAsync(Store, CancellationToken.None);

    /// <summary>What the shop told arrives, and the follower looks.</summary>
    public async Task ArriveAsync(Arrival arrival = Arrival.Live)
    {
        await Shop.ArriveAsync(arrival);
        await LookAsync();
    }

    /// <summary>Every stay of a customer in a segment, by when it began.</summary>
    public async Task<List<MembershipRow>> StaysAsync(string segment, FakeCustomer customer)
    {
        await using var db = Database.Open(Store);
        var id = await db.Customers.Where(c => c.Email == customer.Email).Select(c => c.Id).SingleAsync();
        return await db.Memberships.Where(m => m.CustomerId == id).Join(db.Segments.Where(s => s.Key == segment), m => m.SegmentId, s => s.Id, (m, _) => m)
            .OrderBy(m => m.EnteredAt).ThenBy(m => m.Id).ToListAsync();
    }

    /// <summary>The present stay; the test fails when there is none or more than one.</summary>
    public async Task<MembershipRow> StayAsync(string segment, FakeCustomer customer) =>
        Assert.Single(await StaysAsync(segment, customer), m => m.LeftAt is null);

    public async Task<bool> IsInAsync(string segment, FakeCustomer customer) => (await StaysAsync(segment, customer)).Exists(m => m.LeftAt is null);

    /// <summary>Keys of the segments with the customers who are in them by the database.</summary>
    public async Task<Dictionary<string, List<long>>> PresentAsync()
    {
        await using var db = Database.Open(Store);
        var rows = await db.Memberships.Where(m => m.LeftAt == null).Join(db.Segments, m => m.SegmentId, s => s.Id, (m, s) => new { s.Key, m.CustomerId }).ToListAsync();
        return rows.GroupBy(r => r.Key).ToDictionary(g => g.Key, g => g.Select(r => r.CustomerId.Value).Order().ToList(), StringComparer.Ordinal);
    }

    /// <summary>The same from a full evaluation of the rows, by columns made anew.</summary>
    public async Task<Dictionary<string, List<long>>> EvaluatedAsync()
    {
        var report = await SegmentReport.ReadAsync(
            Database.Databases, new ColumnCache(Database.Databases, new FactsReader(Database.Databases), Time), Database.Clocks, Store, null, null, CancellationToken.None);
        return report.Segments.Where(s => report.Problem(s.Key) is null)
            .Select(s => (s.Key, Members: report.Set.Members(s.Key).Ordinals.Select(o => report.Columns.IdOf(o).Value).Order().ToList()))
            .Where(s => s.Members.Count > 0).ToDictionary(s => s.Key, s => s.Members, StringComparer.Ordinal);
    }

    public async Task<SegmentRow> SegmentAsync(string key)
    {
        await using var db = Database.Open(Store);
        return await db.Segments.SingleAsync(s => s.Key == key);
    }

    /// <summary>A segment of the merchant's own.</summary>
    public Task DefineAsync(string key, string definition) => Database.Writer.WriteAsync(Store, Lane.Live, async transaction =>
    {
        var row = await transaction.Db.Segments.SingleOrDefaultAsync(s => s.Key == key);
        var change = await transaction.ChangeAsync();
        if (row is null)
        {
            transaction.Db.Segments.Add(new SegmentRow
            {
                StoreId = Store,
                Id = new SegmentId(await transaction.TakeIdsAsync(1)),
                Change = change,
                Key = key,
                Name = key,
                Definition = definition,
                CreatedAt = Time.GetUtcNow(),
                UpdatedAt = Time.GetUtcNow(),
                Version = 1,
            });
        }
        else
        {
            (row.Definition, row.Change) = (definition, change);
        }
        await transaction.Db.SaveChangesAsync();
    }, CancellationToken.None);

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
