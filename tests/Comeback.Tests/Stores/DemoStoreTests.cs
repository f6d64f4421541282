using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Comeback.Engine.Orders;
using Comeback.Stores.Demo;
using NodaTime;

namespace Comeback.Tests.Stores;

/// <summary>The demo's history is the same for the same seed, holds together, and looks like the parameters that it was made from.</summary>
public sealed class DemoStoreTests
{
    private static readonly DateTimeOffset Anchor = new(2026, 6, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DemoStore Demo = new(new DemoTruth(7, Anchor), "http://localhost:5080");
    private static readonly Lazy<List<StoreRecord>> Full = new(() => [.. Demo.History()]);

    [Fact]
    public void The_same_seed_tells_the_same_story_and_another_seed_another()
    {
        DemoTruth Small(long seed) => new(seed, Anchor) { Customers = 300 };
        var once = Hash(new DemoStore(Small(1), "http://x").History());
        Assert.Equal(once, Hash(new DemoStore(Small(1), "http://x").History()));
        Assert.NotEqual(once, Hash(new DemoStore(Small(2), "http://x").History()));
    }

    [Fact]
    public async Task Reading_goes_on_at_a_page_as_if_it_had_never_stopped()
    {
        var demo = new DemoStore(new DemoTruth(3, Anchor) { Customers = 600 }, "http://x");
        var pages = await Pages(null);
        var rest = await Pages(pages[1].Position);
        Assert.Equal(Hash(pages.Skip(2).SelectMany(p => p.Records)), Hash(rest.SelectMany(p => p.Records)));
        Assert.Equal(pages[^1].Total, pages[^1].Done);

        async Task<List<Comeback.Stores.StorePage>> Pages(string? position)
        {
            var list = new List<Comeback.Stores.StorePage>();
            await foreach (var page in demo.ReadAllAsync(DemoStore.Everything, position, TestContext.Current.CancellationToken))
                list.Add(page);
            return list;
        }
    }

    [Fact]
    public void Nothing_of_the_history_lies_in_the_future_and_it_comes_in_order()
    {
        var records = Full.Value;
        Assert.All(records, r => Assert.True(r.UpdatedAt <= Anchor));
        var happened = records.Select(r => r switch { OrderRecord o => o.PlacedAt, EventRecord e => e.At, CartRecord c => c.CreatedAt, _ => null }).OfType<DateTimeOffset>().ToList();
        Assert.Equal(happened.Order(), happened);
    }

    [Fact]
    public void Orders_hold_together_in_money_and_products()
    {
        var products = Full.Value.OfType<ProductRecord>().ToDictionary(p => p.ExternalId);
        var orders = Full.Value.OfType<OrderRecord>().ToList();
        Assert.Equal(orders.Count, orders.Select(o => o.ExternalId).Distinct().Count());
        foreach (var order in orders)
        {
            Assert.NotEmpty(order.Lines);
            Assert.All(order.Lines, l => Assert.Contains(products[l.ProductExternalId!].Variants, v => v.ExternalId == l.VariantExternalId));
            Assert.All(order.Lines, l => Assert.True(l.Quantity > 0 && l.Total.Minor > 0 && l.Total.Minor <= l.UnitPrice.Minor * l.Quantity));
            Assert.Equal(order.Total, order.Lines.Aggregate(order.Shipping!.Value, (sum, l) => sum + l.Total));
            Assert.All(order.Refunds, r => Assert.True(r.Amount.Minor <= order.Total.Minor && r.Amount.Currency == order.Total.Currency));
            Assert.Equal(order.Total.Currency.Code == "JPY", order.TotalInStoreCurrency is null);
            if (order.Total.Currency.Code == "DKK")
                Assert.Equal(order.Total, order.TotalInStoreCurrency);
        }
    }

    [Fact]
    public void It_is_a_shop_with_everything_that_shops_have()
    {
        var records = Full.Value;
        var orders = records.OfType<OrderRecord>().ToList();
        Assert.True(records.OfType<CategoryRecord>().Count() >= 10);
        Assert.True(records.OfType<CustomerRecord>().Count() is > 3500 and < 5000);
        Assert.True(orders.Select(o => o.Total.Currency.Code).Distinct().Count() >= 6);
        Assert.Equal(["ar", "da", "en"], orders.Select(o => o.Person.Language!).Distinct().Order());
        Assert.Contains(orders, o => o.Person.FirstName!.Any(c => c is >= 'ء' and <= 'ي'));
        Assert.Contains(orders, o => o.Person.AccountId is null);
        Assert.Contains(orders, o => o.Person.Email is null && o.Person.Phone is not null);
        Assert.Contains(orders, o => o is { CashOnDelivery: true, Standing: OrderStanding.Returned });
        Assert.Contains(orders, o => o.Standing == OrderStanding.Refunded);
        Assert.Contains(orders, o => o.Standing == OrderStanding.Cancelled);
        Assert.Contains(orders, o => o.Test);
        Assert.Contains(orders, o => o.Lines.Any(l => l.Kind == LineKind.GiftCard));
        Assert.Contains(records.OfType<CustomerRecord>(), c => c.NotAShopper);
        Assert.Contains(records.OfType<CustomerRecord>(), c => c.Consents.Any(g => g.State == ConsentState.Withdrawn));
        Assert.All(records.OfType<CustomerRecord>().SelectMany(c => c.Consents), c => Assert.False(string.IsNullOrEmpty(c.Source)));
        var stock = records.OfType<ProductRecord>().SelectMany(p => p.Variants).Select(v => v.Stock).ToList();
        Assert.Contains(null, stock);
        Assert.Contains(stock, s => s is >= 1 and <= 10);
    }

    [Fact]
    public void Buying_is_heavy_tailed_and_as_fast_as_the_true_rates_say()
    {
        var truth = Demo.People();
        var alive = truth.Count(t => t.AliveAt(Anchor));
        Assert.InRange(alive / (double)truth.Count, .35, .75);

        var counts = Full.Value.OfType<OrderRecord>().Where(o => o.Person.Email is not null).GroupBy(o => o.Person.Email!).Select(g => g.Count()).OrderDescending().ToList();
        var top = counts.Take(counts.Count / 5).Sum() / (double)counts.Sum();
        Assert.InRange(top, .45, .8);
        Assert.InRange(counts.Count(c => c == 1) / (double)counts.Count, .2, .5);

        // Repeat orders against what the true rates and lives promise: the sum over people of rate times shopping days lived.
        var seasons = new DemoSeasons(Demo.Truth.Start, Anchor.AddDays(1));
        var expected = truth.Where(t => t.Email is not null).Sum(t =>
        {
            var end = t.DropsAt < Anchor ? t.DropsAt : Anchor;
            return t.RatePerDay * (seasons.Passed(DemoRegion.Nordic, end) - seasons.Passed(DemoRegion.Nordic, t.JoinedAt));
        });
        var repeat = counts.Sum(c => c - 1);
        Assert.InRange(repeat / expected, .8, 1.1);
    }

    [Fact]
    public void The_seasons_show()
    {
        var days = Full.Value.OfType<OrderRecord>().GroupBy(o => (o.Person.Country is "SA" or "AE" or "KW", NodaTime.Instant.FromDateTimeOffset(o.PlacedAt).InUtc().Date))
            .ToDictionary(g => g.Key, g => g.Count());
        var blackFriday = DemoSeasons.BlackFriday(2025);
        Assert.Equal(new LocalDate(2025, 11, 28), blackFriday);
        Assert.True(Mean(false, blackFriday, 1) > 2.5 * Mean(false, new LocalDate(2025, 10, 6), 28));
        var ramadan = new LocalDate(1447, 9, 21, CalendarSystem.UmAlQura).WithCalendar(CalendarSystem.Iso);
        Assert.True(Mean(true, ramadan, 9) > 1.5 * Mean(true, ramadan.PlusDays(30), 28));
        Assert.True(Mean(false, ramadan, 9) < 1.4 * Mean(false, ramadan.PlusDays(30), 28));

        double Mean(bool gulf, LocalDate from, int count) => Enumerable.Range(0, count).Average(i => (double)days.GetValueOrDefault((gulf, from.PlusDays(i))));
    }

    [Fact]
    public void Every_product_has_a_picture_of_its_own_that_is_small_and_well_formed()
    {
        var pictures = Full.Value.OfType<ProductRecord>().Select(p => DemoPictures.Svg(p.ExternalId[2..])!).ToList();
        Assert.All(pictures, svg => Assert.True(System.Xml.Linq.XDocument.Parse(svg).Root!.Name.LocalName == "svg" && svg.Length < 2000));
        Assert.Equal(pictures.Count, pictures.Distinct().Count());
        Assert.Null(DemoPictures.Svg("../../etc/passwd"));
    }

    internal static string Hash(IEnumerable<StoreRecord> records)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var record in records)
            hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(record, record.GetType())));
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
