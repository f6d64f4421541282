using Comeback.Data;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Data;

public sealed class StoreWriterTests
{
    [Theory, EachDatabase]
    public async Task The_change_counter_rises_once_per_transaction_and_wakes_followers(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var next = database.Signal.Next(store);
        var seen = await database.Writer.WriteAsync(store, Lane.Live, async t => (await t.ChangeAsync(), await t.ChangeAsync()), default);
        Assert.Equal((1, 1), seen);
        Assert.True(next.IsCompleted);
        Assert.Equal(2, await database.Writer.WriteAsync(store, Lane.Live, async t => await t.ChangeAsync(), default));
    }

    [Theory, EachDatabase]
    public async Task A_write_that_fails_leaves_nothing_and_wakes_nobody(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var store = await database.AddStoreAsync();
        var next = database.Signal.Next(store);
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Writer.WriteAsync(store, Lane.Live, async t =>
        {
            await t.ChangeAsync();
            await t.TakeIdsAsync(10);
            throw new InvalidOperationException("no");
        }, default));
        Assert.False(next.IsCompleted);
        Assert.Equal(1, await database.Writer.WriteAsync(store, Lane.Live, async t => await t.TakeIdsAsync(1), default));
        Assert.Equal(2, await database.Writer.WriteAsync(store, Lane.Live, async t => await t.TakeIdsAsync(1), default));
    }

    [Theory, EachDatabase]
    public async Task A_context_of_one_store_does_not_see_another_stores_customers(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var tea = await database.AddStoreAsync("tea");
        var coffee = await database.AddStoreAsync("coffee");
        foreach (var store in new[] { tea, coffee })
            await database.Writer.WriteAsync(store, Lane.Live, async t =>
            {
                t.Db.Customers.Add(new CustomerRow { StoreId = store, Id = new(await t.TakeIdsAsync(1)), Ordinal = await t.TakeOrdinalsAsync(1) });
                await t.Db.SaveChangesAsync();
            }, default);
        await using var db = database.Open(tea);
        Assert.Equal(1, await db.Customers.CountAsync());
        await using var system = database.Databases.OpenSystem();
        Assert.Equal(0, await system.Customers.CountAsync());
        Assert.Equal(2, await system.Stores.CountAsync());
    }

    [Fact]
    public async Task A_write_inside_a_write_is_refused_instead_of_waiting_for_itself()
    {
        await using var database = await TestDatabase.CreateAsync();
        var store = await database.AddStoreAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Writer.WriteAsync(store, Lane.Live,
            _ => database.Writer.WriteAsync(store, Lane.Live, t => Task.FromResult(t.Store), default), default));
    }

    [Fact]
    public async Task A_webhook_overtakes_the_import_that_waits()
    {
        await using var database = await TestDatabase.CreateAsync();
        var store = await database.AddStoreAsync();
        var release = new TaskCompletionSource();
        var order = new List<string>();
        var first = Write("first", Lane.Bulk, release.Task);
        var bulk = Write("bulk", Lane.Bulk, Task.CompletedTask);
        var live = Write("live", Lane.Live, Task.CompletedTask);
        Assert.True(database.Writer.SomebodyLiveWaits);
        release.SetResult();
        await Task.WhenAll(first, bulk, live);
        Assert.Equal(["first", "live", "bulk"], order);

        Task Write(string name, Lane lane, Task until) => database.Writer.WriteAsync(store, lane, async _ =>
        {
            await until;
            order.Add(name);
        }, default);
    }
}
