using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Sync;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Segments;

/// <summary>Whatever happens in whatever order, and wherever the follower is killed, the memberships in the database equal a full evaluation.</summary>
public sealed class RestartTests
{
    private static readonly string[] People = ["ann", "bob", "cem", "dea", "eva", "fay", "gus", "hal"];
    private static readonly string[] Goods = ["tea", "cup", "pot"];
    private static readonly OrderStanding[] Ends = [OrderStanding.Cancelled, OrderStanding.Returned, OrderStanding.Refunded, OrderStanding.Counted];

    [Theory, EachDatabase]
    public async Task Memberships_equal_a_full_evaluation_after_any_history_and_any_kill(DatabaseKind kind)
    {
        for (var seed = 1; seed <= (kind == DatabaseKind.Sqlite ? 12 : 4); seed++)
        {
            await using var world = await SegmentWorld.CreateAsync(kind, looked: seed % 2 == 0);
            world.Shop.Product("tea", "Drinks");
            world.Shop.Product("cup", "Things");
            var random = new Random(seed);
            for (var step = 0; step < 40; step++)
            {
                await StepAsync(world, random);
                if (random.Next(3) == 0) await world.LookAsync();
                if (random.Next(6) == 0) world.Restart();
                if (random.Next(8) == 0) await KilledLookAsync(world, random);
            }
            await world.LookAsync();
            await world.LookAsync();
            Assert.Equal(await world.EvaluatedAsync(), await world.PresentAsync());
        }
    }

    private static async Task StepAsync(SegmentWorld world, Random random)
    {
        var who = world.Shop.Customer(People[random.Next(People.Length)]);
        var what = Goods[random.Next(Goods.Length)];
        switch (random.Next(9))
        {
            case 0 or 1: who.Bought(what); break;
            case 2: who.Bought(what, daysAgo: random.Next(1, 300)); break;
            case 3 when who.LastOrder is not null: who.LastOrderBecame(Ends[random.Next(Ends.Length)]); break;
            case 4: who.LeftInCart(what); break;
            case 5: who.Viewed(what).Viewed(what, hoursAgo: 1); break;
            case 6: world.Time.Advance(TimeSpan.FromHours(random.Next(1, 30))); break;
            case 7: world.Time.Advance(TimeSpan.FromDays(random.Next(1, 40))); break;
            default: await world.DefineAsync("mine", $"number_of_orders >= {random.Next(1, 4)}"); break;
        }
        await world.Shop.ArriveAsync(random.Next(4) == 0 ? Arrival.Found : Arrival.Live);
    }

    /// <summary>A look that is cut off somewhere, and a process that starts again.</summary>
    private static async Task KilledLookAsync(SegmentWorld world, Random random)
    {
        using var kill = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 12)));
        try
        {
            await world.Stores.PassAsync(world.Store, kill.Token);
        }
        catch (OperationCanceledException)
        {
            // As meant.
        }
        world.Restart();
    }

    [Theory, EachDatabase]
    public async Task A_live_order_that_nobody_had_time_to_look_at_still_triggers_after_the_restart(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.Shop.ArriveAsync();
        var ordered = world.Time.GetUtcNow();

        world.Time.Advance(TimeSpan.FromMinutes(5));
        world.Restart();
        await world.LookAsync();

        var stay = await world.StayAsync("first_time", ann);
        Assert.True(stay.Triggers);
        Assert.Equal(ordered, stay.EnteredAt);
        Assert.Equal(MembershipCause.Order, stay.EnteredBy);
    }

    [Theory, EachDatabase]
    public async Task Starting_again_writes_no_second_stay(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").Bought("tea", daysAgo: 1);
        await world.ArriveAsync();
        world.Restart();
        await world.LookAsync();
        world.Restart();
        await world.LookAsync();
        Assert.Single(await world.StaysAsync("first_time", ann));
    }
}
