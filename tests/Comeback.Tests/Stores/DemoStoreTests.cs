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
    public void Both_Eids_and_Ramadan_nights_show_in_the_Gulf_only()
    {
        // Against an ordinary day of the same weekday, some weeks before.
        foreach (var (month, from, before) in new[] { (9, 21, 70), (11, 28, 42) })
        {
            var feast = new LocalDate(1447, month, from, CalendarSystem.UmAlQura).WithCalendar(CalendarSystem.Iso);
            Assert.True(DemoSeasons.Day(DemoRegion.Gulf, feast) > 1.4 * DemoSeasons.Day(DemoRegion.Gulf, feast.PlusDays(-before)));
            Assert.True(DemoSeasons.Day(DemoRegion.Nordic, feast) < 1.4);
        }
        // While Ramadan lasts people buy after sunset: the hours from 20 to 3 take more of the day than elsewhere in the year.
        var riyadh = DateTimeZoneProviders.Tzdb["Asia/Riyadh"];
        var gulf = Full.Value.OfType<OrderRecord>().Where(o => o.Person.Country is "SA" or "KW").Select(o => Instant.FromDateTimeOffset(o.PlacedAt).InZone(riyadh).LocalDateTime).ToList();
        double Nightly(Func<LocalDateTime, bool> when) => gulf.Where(when).Average(t => t.Hour is >= 20 or < 4 ? 1.0 : 0);
        Assert.True(Nightly(Ramadan) > 1.3 * Nightly(t => !Ramadan(t)));

        static bool Ramadan(LocalDateTime t) => t.Date.WithCalendar(CalendarSystem.UmAlQura).Month == 9;
    }

    [Fact]
    public void Wholesalers_buy_many_of_a_thing_under_a_company_name_and_most_stand_outside_the_ranks()
    {
        var companies = Full.Value.OfType<CustomerRecord>().Where(c => c.Tags.Contains("wholesale")).ToList();
        Assert.InRange(companies.Count, 8, 20);
        Assert.All(companies, c => Assert.Null(c.Person.LastName));
        Assert.True(companies.Count(c => c.NotAShopper) > companies.Count / 2);
        Assert.Contains(companies, c => !c.NotAShopper);
        var accounts = companies.Select(c => c.Person.AccountId).ToHashSet();
        var orders = Full.Value.OfType<OrderRecord>().ToLookup(o => accounts.Contains(o.Person.AccountId));
        Assert.True(orders[true].SelectMany(o => o.Lines).Average(l => l.Quantity) > 5 * orders[false].SelectMany(o => o.Lines).Average(l => l.Quantity));
    }

    [Fact]
    public void Tastes_and_what_goes_together_show_in_the_baskets()
    {
        var orders = Full.Value.OfType<OrderRecord>().ToList();
        var categoryOf = DemoCatalogue.Products.ToDictionary(p => p.Id, p => p.Category);
        var shares = orders.SelectMany(o => o.Lines.Select(l => (Gulf: o.Person.Country is "SA" or "AE" or "KW", categoryOf[l.ProductExternalId!].Key))).ToLookup(l => l.Gulf, l => l.Key);
        double Share(bool gulf, string category) => shares[gulf].Count(c => c == category) / (double)shares[gulf].Count();
        Assert.True(Share(true, "arabic-coffee") > 1.5 * Share(false, "arabic-coffee"));
        Assert.True(Share(true, "dates-and-nuts") > 1.5 * Share(false, "dates-and-nuts"));

        // A second line comes from what goes with the first one more often than by chance.
        var pairs = orders.Where(o => o.Lines.Count >= 2).Select(o => (First: categoryOf[o.Lines[0].ProductExternalId!], Second: categoryOf[o.Lines[1].ProductExternalId!])).ToList();
        var with = pairs.Average(p => p.First.GoesWith.Contains(p.Second.Key) ? 1.0 : 0);
        var seconds = pairs.Select(p => p.Second.Key).ToList();
        var chance = pairs.Select((p, i) => p.First.GoesWith.Contains(seconds[(i + 997) % seconds.Count]) ? 1.0 : 0).Average();
        Assert.True(with > 1.3 * chance, $"{with:0.000} against {chance:0.000}");
    }

    [Fact]
    public void Carts_views_and_answers_to_old_newsletters_are_part_of_the_past()
    {
        var events = Full.Value.OfType<EventRecord>().CountBy(e => e.Kind).ToDictionary();
        foreach (var kind in new[] { EventKind.ProductViewed, EventKind.CategoryViewed, EventKind.SignedUp, EventKind.MessageDelivered, EventKind.MessageOpened, EventKind.MessageClicked })
            Assert.True(events.GetValueOrDefault(kind) > 50, $"{kind}: {events.GetValueOrDefault(kind)}");
        var carts = Full.Value.OfType<CartRecord>().ToList();
        Assert.Contains(carts, c => c.Closed);
        Assert.Contains(carts, c => !c.Closed && c.Lines.Count > 0);
        Assert.Contains(Full.Value.OfType<EventRecord>(), e => e is { Person: null, Visitor: not null });
    }

    [Fact]
    public void What_is_true_of_each_customer_is_kept_so_that_predictions_can_be_judged()
    {
        var truth = Demo.People();
        Assert.True(truth.Count >= 5000);
        Assert.All(truth, t => Assert.True(t.RatePerDay > 0 && t.Regularity > 0 && t.DropsAt > t.JoinedAt && t.Taste.Count == DemoCatalogue.Categories.Count));
        Assert.Equal(truth.Select(t => t.Key), Demo.People().Select(t => t.Key));
        // Nobody comes back after the day on which the truth says they were gone (a first order is not a coming back).
        var last = Full.Value.OfType<OrderRecord>().Where(o => o.Person.Email is not null).GroupBy(o => o.Person.Email!).Where(g => g.Count() > 1).ToDictionary(g => g.Key, g => g.Max(o => o.PlacedAt));
        Assert.All(truth.Where(t => t.Email is not null && last.ContainsKey(t.Email)), t => Assert.True(last[t.Email!] <= t.DropsAt.AddDays(3)));
        Assert.Equal(["abandoned_cart", "first_order_thanks", "vip_early_access", "win_back"], Demo.Truth.Effects.Keys.Order());
        Assert.All(Demo.Truth.Effects.Values, e => Assert.InRange(e, .01, .3));
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
