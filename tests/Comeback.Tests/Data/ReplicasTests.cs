using Comeback.Data;
using Comeback.Tests.Infra;
using Microsoft.Extensions.Logging.Abstractions;

namespace Comeback.Tests.Data;

public sealed class ReplicasTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_commit_or_a_tick_at_one_replica_wakes_the_other_and_not_itself_again()
    {
        Assert.SkipWhen(TestDatabase.Postgres is null, TestDatabase.NoPostgres);
        var stop = TestContext.Current.CancellationToken;
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres, TimeProvider.System);
        var store = await database.AddStoreAsync();
        await using var otherDatabases = new Databases(database.ConnectionString, database.Folder);
        var otherSignal = new ChangeSignal(TimeProvider.System);
        await using var otherWriter = new StoreWriter(otherDatabases, otherSignal);
        using var here = new Replicas(database.Databases, database.Signal, new Leases(database.Writer), TimeProvider.System, NullLogger<Replicas>.Instance);
        using var there = new Replicas(otherDatabases, otherSignal, new Leases(otherWriter), TimeProvider.System, NullLogger<Replicas>.Instance);
        var (ticksHere, ticksThere) = (0, new TaskCompletionSource<string>());
        here.Ticked = _ => ticksHere++;
        there.Ticked = tick => ticksThere.TrySetResult(tick);
        await here.StartAsync(stop);
        await there.StartAsync(stop);

        // Nothing polls here: only the word of the other completes it. Until both listen, it is said again.
        var woken = otherSignal.Next(store);
        while (!woken.IsCompleted)
        {
            await database.Writer.WriteAsync(store, Lane.Live, async t => await t.ChangeAsync(), stop);
            here.Tick("sending");
            await Task.WhenAny(woken, Task.Delay(200, stop));
        }
        Assert.Equal("sending", await ticksThere.Task.WaitAsync(Patience, stop));
        var back = database.Signal.Next(store);
        while (!back.IsCompleted)
        {
            await otherWriter.WriteAsync(store, Lane.Live, async t => await t.ChangeAsync(), stop);
            await Task.WhenAny(back, Task.Delay(200, stop));
        }
        Assert.Equal(0, ticksHere);
        await here.StopAsync(stop);
        await there.StopAsync(stop);
    }
}
