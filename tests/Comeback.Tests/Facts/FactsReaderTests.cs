using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Facts;
using Comeback.Segments;
using Comeback.Tests.Infra;
using Comeback.Tests.Segments;

namespace Comeback.Tests.Facts;

/// <summary>What the columns are told of a store's rows.</summary>
public sealed class FactsReaderTests
{
    [Theory, EachDatabase]
    public async Task An_address_that_must_not_be_written_to_is_not_reachable(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        world.Shop.Customer("ann").LeftInCart("tea");
        world.Shop.Customer("bob").LeftInCart("tea");
        await world.Shop.ArriveAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.Database.Writer.WriteAsync(world.Store, Lane.Live, async transaction =>
        {
            transaction.Db.Suppressions.Add(new SuppressionRow
            {
                StoreId = world.Store,
                Channel = Channel.Email,
                AddressHash = "hash of ann@example.com",
                Reason = "complained",
                At = world.Time.GetUtcNow(),
            });
            await transaction.Db.SaveChangesAsync();
        }, CancellationToken.None);

        var report = await ReportAsync(world, new PlainHashes(), null);
        var member = Assert.Single(report.Set.Members("abandoned_cart").Ordinals);
        await using var db = world.Database.Open(world.Store);
        Assert.Equal("bob@example.com", db.Customers.Single(c => c.Ordinal == member).Email);
    }

    [Theory, EachDatabase]
    public async Task The_past_knows_nothing_of_a_refund_that_came_later(DatabaseKind kind)
    {
        await using var world = await SegmentWorld.CreateAsync(kind);
        world.Shop.Customer("ann").Bought("tea", daysAgo: 30);
        await world.Shop.ArriveAsync();
        var order = world.Shop.Customer("ann").LastOrder;
        world.Shop.Tell(order with
        {
            UpdatedAt = world.Time.GetUtcNow(),
            Standing = OrderStanding.Refunded,
            Refunds = [new RefundRecord("r-1", world.Time.GetUtcNow(), order.Total)],
        });
        await world.Shop.ArriveAsync();

        var past = await ReportAsync(world, null, DateOnly.FromDateTime(world.Time.GetUtcNow().UtcDateTime).AddDays(-1));
        var now = await ReportAsync(world, null, null);
        Assert.Equal((1, 1_250L), (past.Set.Members("all_buyers").Count, past.AmountOf(past.Set.Members("all_buyers")).Minor));
        Assert.Equal(0, now.Set.Members("all_buyers").Count);
    }

    private static Task<SegmentReport> ReportAsync(SegmentWorld world, IAddressHashes? hashes, DateOnly? day) => SegmentReport.ReadAsync(
        world.Database.Databases, new ColumnCache(world.Database.Databases, new FactsReader(world.Database.Databases, hashes), world.Time), world.Database.Clocks, world.Store,
        day, null, CancellationToken.None);

    private sealed class PlainHashes : IAddressHashes
    {
        public string Of(Channel channel, string address) => $"hash of {address}";
    }
}
