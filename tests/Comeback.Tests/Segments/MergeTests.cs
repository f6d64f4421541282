using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Segments;

/// <summary>Two who turn out to be one person: the history moves, and nobody is written to for it.</summary>
public sealed class MergeTests
{
    [Theory, EachDatabase]
    public async Task A_merge_moves_people_between_segments_and_triggers_nothing(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        // A guest by e-mail, and an account known by its phone.
        var guest = new Person { Email = "ann@example.com", FirstName = "Ann", LastName = "Test", Country = "GB" };
        var account = new Person { AccountId = "account-1", Phone = "+447700900123", FirstName = "Ann", LastName = "Test", Country = "GB" };
        Order(world, guest, "1");
        Order(world, account, "2");
        await world.ArriveAsync();
        Assert.Equal(2, (await world.PresentAsync())["first_time"].Count);

        world.Time.Advance(TimeSpan.FromHours(1));
        world.Shop.Tell(new CustomerRecord { UpdatedAt = world.Time.GetUtcNow(), Person = account with { Email = "ann@example.com" } });
        await world.ArriveAsync();

        var present = await world.PresentAsync();
        Assert.False(present.ContainsKey("first_time"));
        Assert.Single(present["repeat"]);
        await using var db = world.Database.Open(world.Store);
        var repeat = await db.Memberships.SingleAsync(m => m.LeftAt == null && m.SegmentId == db.Segments.Single(s => s.Key == "repeat").Id);
        Assert.Equal(MembershipCause.Merge, repeat.EnteredBy);
        Assert.False(repeat.Triggers);
        Assert.Equal(await world.EvaluatedAsync(), present);
    }

    private static void Order(SegmentWorld world, Person person, string number)
    {
        var total = new Engine.Money(1_000, world.Shop.Currency);
        world.Shop.Tell(new OrderRecord
        {
            ExternalId = $"o-{number}",
            Number = number,
            Person = person,
            PlacedAt = world.Time.GetUtcNow(),
            UpdatedAt = world.Time.GetUtcNow(),
            Standing = OrderStanding.Counted,
            Total = total,
            TotalInStoreCurrency = total,
        });
    }
}
