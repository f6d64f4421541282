using Comeback.Data;
using Comeback.Engine;
using Comeback.Stores.Demo;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Comeback.Tests.Stores;

/// <summary>The demo store in the database: connected once, its history found, its clock its own, its days lived through the same sync.</summary>
public sealed class DemoLifeTests
{
    private const string Url = "http://localhost:5080";
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task The_demo_store_is_connected_once_with_all_its_history(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var (store, truth) = await Connection(database).ConnectAsync(Url, "{}", Stop);
        Assert.Equal((store, truth), await Connection(database).ConnectAsync(Url, "{}", Stop));

        await using var db = database.Open(store);
        var row = Assert.Single(await db.Stores.ToListAsync(Stop));
        Assert.True(row.HistoryComplete);
        Assert.Equal(truth.Anchor, row.DemoNow);
        var import = Assert.Single(await db.Imports.ToListAsync(Stop));
        Assert.Equal(ImportState.Done, import.State);
        var told = new DemoStore(truth, Url).History().ToList();
        Assert.Equal(told.Count, import.RowsRead);
        Assert.Equal(told.OfType<Comeback.Engine.Orders.OrderRecord>().Count(), await db.Orders.CountAsync(Stop));
        Assert.True(await db.Orders.AllAsync(o => o.Found, Stop));
        Assert.True(await db.Events.AllAsync(e => e.Found, Stop));
        Assert.Empty(await db.Messages.ToListAsync(Stop));
        Assert.Empty(await db.Runs.ToListAsync(Stop));
    }

    [Fact]
    public async Task The_demo_clock_survives_a_restart_and_never_goes_back()
    {
        await using var database = await TestDatabase.CreateAsync();
        var (store, truth) = await Connection(database).ConnectAsync(Url, "{}", Stop);
        var life = await Life(database, store, truth);
        await life.PassAsync(truth.Anchor.AddDays(1), Stop);
        Assert.Equal(truth.Anchor.AddDays(1), database.Clocks.Now(store));
        Assert.Equal(0, await life.PassAsync(truth.Anchor, Stop));
        Assert.Equal(truth.Anchor.AddDays(1), database.Clocks.Now(store));

        var clocks = new StoreClocks(database.Databases, database.Time);
        Assert.Equal(truth.Anchor.AddDays(1), clocks.Now(store));
        Assert.Equal(truth.Anchor.AddDays(1), (await Life(database, store, truth)).Now);
    }

    [Fact]
    public async Task A_day_that_was_cut_off_is_lived_again_without_doubling_anything()
    {
        await using var database = await TestDatabase.CreateAsync();
        var (store, truth) = await Connection(database).ConnectAsync(Url, "{}", Stop);
        await (await Life(database, store, truth)).PassAsync(truth.Anchor.AddDays(1), Stop);
        var before = await CountAsync();
        await database.Writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            (await transaction.Db.Cursors.SingleAsync(c => c.Follower == DemoConnection.LifeCursor, Stop)).At = truth.Anchor;
            await transaction.Db.SaveChangesAsync(Stop);
        }, Stop);

        var again = await Life(database, store, truth);
        await again.PassAsync(database.Clocks.Now(store), Stop);
        Assert.Equal(before, await CountAsync());

        async Task<(int, int, int)> CountAsync()
        {
            await using var db = database.Open(store);
            return (await db.Orders.CountAsync(Stop), await db.Events.CountAsync(Stop), await db.Carts.CountAsync(Stop));
        }
    }

    [Fact]
    public async Task What_happens_live_is_not_marked_as_found()
    {
        await using var database = await TestDatabase.CreateAsync();
        var (store, truth) = await Connection(database).ConnectAsync(Url, "{}", Stop);
        await (await Life(database, store, truth)).PassAsync(truth.Anchor.AddDays(1), Stop);
        await using var db = database.Open(store);
        Assert.NotEmpty(await db.Orders.Where(o => o.PlacedAt > truth.Anchor && !o.Found).ToListAsync(Stop));
        Assert.Empty(await db.Orders.Where(o => o.PlacedAt > truth.Anchor && o.Found).ToListAsync(Stop));
    }

    [Fact]
    public void It_catches_up_with_the_present_first_and_then_lives_an_hour_a_minute()
    {
        var now = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
        var usual = new DemoOptions();
        Assert.Equal(now.AddDays(-8), usual.AnchorAt(now));
        Assert.Equal(TimeSpan.FromDays(4.0 / 60), usual.Next(now.AddDays(-8), now, TimeSpan.FromSeconds(1)) - now.AddDays(-8));
        Assert.Equal(TimeSpan.FromMinutes(1), usual.Next(now, now, TimeSpan.FromSeconds(1)) - now);

        var told = new DemoOptions { DaysPerMinute = 1 };
        Assert.Equal(now, told.AnchorAt(now));
        Assert.Equal(TimeSpan.FromMinutes(24), told.Next(now, now, TimeSpan.FromSeconds(1)) - now);
        Assert.True(told.Next(now, now, TimeSpan.FromHours(5)) - now < TimeSpan.FromHours(3));
        Assert.Equal(now, new DemoOptions { DaysPerMinute = 0 }.Next(now, now, TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData("Development", null, true)]
    [InlineData("Development", "false", false)]
    [InlineData("Production", null, false)]
    [InlineData("Production", "true", true)]
    public void It_is_connected_in_development_unless_told_otherwise(string environment, string? setting, bool expected) =>
        Assert.Equal(expected, DemoOptions.Read(Configuration("Enabled", setting), new HostingEnvironment { EnvironmentName = environment }).Enabled);

    [Theory]
    [InlineData("DaysPerMinute", "fast")]
    [InlineData("DaysPerMinute", "-1")]
    [InlineData("Enabled", "perhaps")]
    [InlineData("Customers", "3")]
    public void A_wrong_setting_is_named(string name, string value)
    {
        var problem = Assert.Throws<UserError>(() => DemoOptions.Read(Configuration(name, value), new HostingEnvironment { EnvironmentName = "Development" }));
        Assert.Contains("Demo:" + name, problem.Message, StringComparison.Ordinal);
    }

    private static IConfiguration Configuration(string name, string? value) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Demo:" + name] = value }).Build();

    private static DemoConnection Connection(TestDatabase database) => new(
        database.Databases, database.Writer, Records(database), database.Clocks, database.Time, new DemoOptions { Customers = 250, DaysPerMinute = 0 },
        NullLogger<DemoConnection>.Instance);

    private static Task<DemoLife> Life(TestDatabase database, StoreId store, DemoTruth truth) =>
        DemoLife.ResumeAsync(store, truth, Url, database.Databases, database.Writer, database.Clocks, Records(database), doors: null, Stop);

    private static RecordWriter Records(TestDatabase database) => new(database.Databases, database.Writer, database.Clocks, TimeProvider.System);
}
