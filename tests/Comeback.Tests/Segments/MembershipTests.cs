using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Sync;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Segments;

/// <summary>People move by themselves: by what they do, and by time alone.</summary>
public sealed class MembershipTests
{
    [Theory, EachDatabase]
    public async Task An_order_moves_its_customer_in_the_same_second_and_says_why(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann");
        await world.ArriveAsync();
        Assert.True(await world.IsInAsync("prospects", ann));

        ann.Bought("tea");
        await world.ArriveAsync();

        var stay = await world.StayAsync("first_time", ann);
        Assert.Equal(MembershipCause.Order, stay.EnteredBy);
        Assert.NotNull(stay.EnteredById);
        Assert.Equal(world.Time.GetUtcNow(), stay.EnteredAt);
        Assert.Equal(world.Time.GetUtcNow(), stay.RecordedAt);
        Assert.True(stay.Triggers);
        var left = Assert.Single(await world.StaysAsync("prospects", ann));
        Assert.Equal(MembershipCause.Order, left.LeftBy);
        Assert.Equal(stay.EnteredById, left.LeftById);
    }

    [Theory, EachDatabase]
    public async Task A_second_order_leaves_first_time_and_enters_repeat(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.ArriveAsync();
        world.Time.Advance(TimeSpan.FromDays(9));
        ann.Bought("tea");
        await world.ArriveAsync();

        Assert.False(await world.IsInAsync("first_time", ann));
        Assert.Equal(world.Time.GetUtcNow(), (await world.StayAsync("repeat", ann)).EnteredAt);
        Assert.True(await world.IsInAsync("bought_from:things", ann));
        Assert.Equal(1, (await world.SegmentAsync("repeat")).Members);
        Assert.Equal(2_500, (await world.SegmentAsync("repeat")).AmountSpentMinor);
        Assert.Equal(2_500, (await world.SegmentAsync("all_buyers")).AmountSpentMinor);
        Assert.Equal(0, (await world.SegmentAsync("first_time")).AmountSpentMinor);
    }

    [Theory, EachDatabase]
    public async Task A_customer_silent_for_sixty_days_enters_lapsed_by_time_alone(DatabaseKind kind)
    {
        // Ordered at noon on 1 March in Copenhagen; the clocks go forward on 29 March. Day 60 is 30 April, from its midnight there: 22:00 UTC the day before.
        await using var world = await SegmentWorld.CreateAsync(kind, "Europe/Copenhagen", new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero));
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.ArriveAsync();
        var midnight = new DateTimeOffset(2026, 4, 29, 22, 0, 0, TimeSpan.Zero);

        world.Time.MoveTo(midnight - TimeSpan.FromSeconds(1));
        await world.LookAsync();
        Assert.False(await world.IsInAsync("lapsed", ann));

        world.Time.MoveTo(midnight + TimeSpan.FromSeconds(20));
        await world.LookAsync();
        var stay = await world.StayAsync("lapsed", ann);
        Assert.Equal(midnight, stay.EnteredAt);
        Assert.Equal(MembershipCause.Time, stay.EnteredBy);
        Assert.True(stay.Triggers);
    }

    [Theory, EachDatabase]
    public async Task Time_that_passed_while_nobody_was_looking_is_dated_exactly(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind, "Europe/Copenhagen", new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero));
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.ArriveAsync();

        world.Time.Advance(TimeSpan.FromDays(75));
        world.Restart();
        await world.LookAsync();

        var stay = await world.StayAsync("lapsed", ann);
        Assert.Equal(new DateTimeOffset(2026, 4, 29, 22, 0, 0, TimeSpan.Zero), stay.EnteredAt);
        Assert.Equal(MembershipCause.Time, stay.EnteredBy);
    }

    [Theory, EachDatabase]
    public async Task What_an_import_finds_triggers_nothing(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").Bought("tea", daysAgo: 100).Bought("tea", daysAgo: 90);
        world.Shop.Customer("bob").Bought("tea", daysAgo: 3);
        await world.ArriveAsync(Arrival.Found);

        await using var db = world.Database.Open(world.Store);
        Assert.NotEmpty(db.Memberships);
        Assert.DoesNotContain(db.Memberships, m => m.Triggers);
        // Dated when it became true, not when it was found.
        var lapsed = await world.StayAsync("lapsed", ann);
        Assert.Equal(MembershipCause.Found, lapsed.EnteredBy);
        Assert.InRange(lapsed.EnteredAt, world.Time.GetUtcNow() - TimeSpan.FromDays(31), world.Time.GetUtcNow() - TimeSpan.FromDays(29));
    }

    [Theory, EachDatabase]
    public async Task A_history_that_was_there_before_the_first_look_triggers_nothing(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind, looked: false);
        world.Shop.Customer("ann").Bought("tea", daysAgo: 100);
        await world.ArriveAsync(Arrival.Found);
        await using var db = world.Database.Open(world.Store);
        Assert.NotEmpty(db.Memberships);
        Assert.DoesNotContain(db.Memberships, m => m.Triggers);
    }

    [Theory, EachDatabase]
    public async Task A_live_order_before_the_first_look_does_trigger(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind, looked: false);
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.ArriveAsync();
        Assert.True((await world.StayAsync("first_time", ann)).Triggers);
    }

    [Theory, EachDatabase]
    public async Task Cash_on_delivery_that_comes_back_leaves_and_says_which_order(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.ArriveAsync();
        var entered = await world.StayAsync("first_time", ann);

        world.Time.Advance(TimeSpan.FromDays(4));
        ann.LastOrderBecame(OrderStanding.Returned);
        await world.ArriveAsync();

        var left = Assert.Single(await world.StaysAsync("first_time", ann));
        Assert.Equal(MembershipCause.Order, left.LeftBy);
        Assert.Equal(entered.EnteredById, left.LeftById);
        Assert.Equal(world.Time.GetUtcNow(), left.LeftAt);
        Assert.True(await world.IsInAsync("prospects", ann));
        Assert.Equal(0, (await world.SegmentAsync("all_buyers")).AmountSpentMinor);
    }

    [Theory, EachDatabase]
    public async Task A_cart_is_abandoned_an_hour_after_it_was_touched_and_no_longer_once_they_order(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").LeftInCart("tea");
        await world.ArriveAsync();
        Assert.False(await world.IsInAsync("abandoned_cart", ann));
        var touched = world.Time.GetUtcNow();

        world.Time.Advance(TimeSpan.FromMinutes(61));
        await world.LookAsync();
        var stay = await world.StayAsync("abandoned_cart", ann);
        Assert.Equal(touched + TimeSpan.FromHours(1), stay.EnteredAt);
        Assert.True(stay.Triggers);

        ann.Bought("tea");
        await world.ArriveAsync();
        Assert.False(await world.IsInAsync("abandoned_cart", ann));
    }

    [Theory, EachDatabase]
    public async Task An_edited_definition_moves_its_members_at_once_and_triggers_nothing(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.ArriveAsync();
        await world.DefineAsync("mine", "number_of_orders >= 2");
        await world.LookAsync();
        Assert.False(await world.IsInAsync("mine", ann));

        await world.DefineAsync("mine", "number_of_orders >= 1");
        await world.LookAsync();
        var stay = await world.StayAsync("mine", ann);
        Assert.Equal(MembershipCause.Definition, stay.EnteredBy);
        Assert.False(stay.Triggers);
    }

    [Theory, EachDatabase]
    public async Task A_definition_that_fails_keeps_its_members_says_so_and_is_mended_by_the_next_edit(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.DefineAsync("mine", "number_of_orders >= 1");
        await world.ArriveAsync();
        await world.DefineAsync("mine", "in segment 'nobody_made_this'");
        await world.LookAsync();

        Assert.True(await world.IsInAsync("mine", ann));
        Assert.NotNull((await world.SegmentAsync("mine")).Error);
        Assert.Equal(1, (await world.SegmentAsync("mine")).Members);
        world.Restart();
        await world.LookAsync();
        Assert.True(await world.IsInAsync("mine", ann));

        await world.DefineAsync("mine", "number_of_orders >= 2");
        await world.LookAsync();
        Assert.False(await world.IsInAsync("mine", ann));
        Assert.Null((await world.SegmentAsync("mine")).Error);
    }

    [Theory, EachDatabase]
    public async Task Who_lapsed_this_week_is_known_from_the_memberships_also_after_a_restart_and_leaves_when_the_week_is_over(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind, "Europe/Copenhagen", new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero));
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.DefineAsync("fresh", "entered segment 'lapsed' within -7d");
        await world.ArriveAsync();
        Assert.False(await world.IsInAsync("fresh", ann));
        var midnight = new DateTimeOffset(2026, 4, 29, 22, 0, 0, TimeSpan.Zero);

        world.Time.MoveTo(midnight + TimeSpan.FromSeconds(20));
        await world.LookAsync();
        var stay = await world.StayAsync("fresh", ann);
        Assert.Equal((midnight, MembershipCause.Time, true), (stay.EnteredAt, stay.EnteredBy, stay.Triggers));

        world.Restart();
        world.Time.MoveTo(midnight + TimeSpan.FromDays(7));
        await world.LookAsync();
        Assert.True(await world.IsInAsync("fresh", ann));
        world.Time.MoveTo(midnight + TimeSpan.FromDays(8) + TimeSpan.FromSeconds(1));
        await world.LookAsync();
        Assert.False(await world.IsInAsync("fresh", ann));
        Assert.True(await world.IsInAsync("lapsed", ann));
        Assert.Equal(midnight + TimeSpan.FromDays(8), Assert.Single(await world.StaysAsync("fresh", ann)).LeftAt);
    }

    [Theory, EachDatabase]
    public async Task Somebody_found_by_an_import_did_not_enter_this_week(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        await world.DefineAsync("fresh", "entered segment 'lapsed' within -7d");
        var old = world.Shop.Customer("ann").Bought("tea", daysAgo: 200);
        var just = world.Shop.Customer("bob").Bought("tea", daysAgo: 63);
        await world.ArriveAsync(Arrival.Found);
        Assert.False(await world.IsInAsync("fresh", old));
        Assert.True(await world.IsInAsync("fresh", just));
        world.Restart();
        await world.LookAsync();
        Assert.False(await world.IsInAsync("fresh", old));
        Assert.True(await world.IsInAsync("fresh", just));
    }

    [Theory, EachDatabase]
    public async Task Whom_others_pushed_out_of_a_rank_left_by_others(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        await world.DefineAsync("best", "top 50% by amount_spent exactly");
        var ann = world.Shop.Customer("ann").Bought("tea", quantity: 2);
        var bob = world.Shop.Customer("bob").Bought("tea");
        await world.ArriveAsync();
        Assert.True(await world.IsInAsync("best", ann));

        world.Time.Advance(TimeSpan.FromHours(1));
        bob.Bought("tea", quantity: 5);
        await world.ArriveAsync();
        Assert.Equal(MembershipCause.Others, Assert.Single(await world.StaysAsync("best", ann)).LeftBy);
        Assert.Equal(MembershipCause.Order, (await world.StayAsync("best", bob)).EnteredBy);
    }

    [Theory, EachDatabase]
    public async Task A_definition_that_fails_is_tried_again_when_what_it_misses_is_there(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        var ann = world.Shop.Customer("ann").Bought("tea");
        await world.DefineAsync("mine", "in segment 'later'");
        await world.ArriveAsync();
        Assert.Contains("does not exist", (await world.SegmentAsync("mine")).Error, StringComparison.Ordinal);

        await world.DefineAsync("later", "number_of_orders >= 1");
        await world.LookAsync();
        Assert.True(await world.IsInAsync("mine", ann));
        Assert.Null((await world.SegmentAsync("mine")).Error);
        Assert.Equal(world.Time.GetUtcNow(), (await world.SegmentAsync("mine")).EvaluatedAt);
    }

    [Theory, EachDatabase]
    public async Task The_follower_sees_what_was_committed_and_what_time_brings(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        await world.Follower.RoundAsync(CancellationToken.None);
        var ann = world.Shop.Customer("ann").LeftInCart("tea");
        await world.Shop.ArriveAsync();
        await world.Follower.RoundAsync(CancellationToken.None);
        Assert.True(await world.IsInAsync("prospects", ann));

        world.Time.Advance(TimeSpan.FromMinutes(61));
        await world.Follower.RoundAsync(CancellationToken.None);
        Assert.True(await world.IsInAsync("abandoned_cart", ann));
    }

    [Theory, EachDatabase]
    public async Task Nothing_is_written_when_nothing_happened(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        world.Shop.Customer("ann").Bought("tea");
        await world.ArriveAsync();
        var before = await ChangeAsync(world);
        for (var i = 0; i < 5; i++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await world.Follower.RoundAsync(CancellationToken.None);
        }
        Assert.Equal(before, await ChangeAsync(world));
    }

    private static async Task<long> ChangeAsync(SegmentWorld world)
    {
        await using var db = world.Database.Databases.OpenSystem();
        return db.Stores.Single(s => s.Id == world.Store).Change;
    }
}
