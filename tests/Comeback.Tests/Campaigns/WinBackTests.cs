using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Messages;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Campaigns;

/// <summary>What a win-back names and offers: the category bought from most, its page where the store has one, and no second code beside a live one.</summary>
public sealed class WinBackTests
{
    [Theory, EachDatabase]
    public async Task The_category_bought_from_most_counts_what_lies_below_it_and_of_equals_the_narrower_is_named(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        await comeback.SwitchOnAsync(shop, "win_back");
        shop.Product("Sencha", category: "Green tea");
        shop.Product("Espresso", category: "Coffee");
        shop.Product("Mug", category: "Cups");
        Category(comeback, shop, "Drinks", null);
        Category(comeback, shop, "Green tea", "Drinks");
        Category(comeback, shop, "Coffee", "Drinks");
        // Ann drank this and that: three orders of drinks, two of cups. Bob only ever had green tea.
        shop.Customer("ann").Bought("Sencha", daysAgo: 300).Bought("Espresso", daysAgo: 200).Bought("Espresso", daysAgo: 59).Bought("Mug", daysAgo: 120).Bought("Mug", daysAgo: 110);
        shop.Customer("bob").Bought("Sencha", daysAgo: 80).Bought("Sencha", daysAgo: 59);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);

        await comeback.PassAsync(shop, TimeSpan.FromDays(2));
        await comeback.SettleAsync(shop);

        var subjects = (await comeback.MessagesAsync(shop)).ToDictionary(m => m.Address, m => m.Subject);
        Assert.Equal("New in Drinks since your last visit", subjects["ann@example.com"]);
        Assert.Equal("New in Green tea since your last visit", subjects["bob@example.com"]);
        await using var db = comeback.Databases.Open(shop.Id);
        var links = await db.Links.Where(l => l.StoreId == shop.Id && l.Purpose == LinkPurpose.Click).Select(l => l.Destination).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Contains("https://teahouse.example/Green%20tea", links);
        // Drinks has no page: the text leads to the store.
        Assert.Contains("https://teahouse.example", links);
    }

    [Fact]
    public async Task A_code_holds_until_its_week_ends_or_an_order_used_it_and_meanwhile_there_is_no_other()
    {
        await using var comeback = await RunningComeback.StartAsync();
        var shop = await comeback.ShopAsync();
        shop.Customer("ann").Bought("Sencha", daysAgo: 90);
        shop.Customer("bob").Bought("Sencha", daysAgo: 90);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        var (ann, bob) = (await GivenAsync(comeback, shop, "ann", "BACK15"), await GivenAsync(comeback, shop, "bob", "BACK15"));
        Assert.Equal("BACK15", (await LiveAsync(comeback, shop, ann, bob))[ann]);

        // Bob used his; Ann's week is over next Monday.
        shop.Customer("bob").Bought("Sencha");
        shop.Tell(shop.Customer("bob").LastOrder with { DiscountCodes = ["back15"], UpdatedAt = comeback.Time.GetUtcNow().AddSeconds(1) });
        await shop.ArriveAsync();
        Assert.Equal([ann], (await LiveAsync(comeback, shop, ann, bob)).Keys);
        await comeback.PassAsync(shop, TimeSpan.FromDays(8));
        Assert.Empty(await LiveAsync(comeback, shop, ann, bob));
    }

    [Theory]
    [InlineData(null, "BACK15")]
    [InlineData("BACK15", "BACK15")]
    [InlineData("THANKS10", "nothing")]
    public void Beside_another_live_code_the_text_has_its_wording_without_an_offer(string? live, string expected)
    {
        var store = new StoreRow { Id = new StoreId(1), Name = "Tea House", Currency = "GBP", TimeZone = "Europe/London", Country = "GB", Language = "en" };
        var now = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        var standing = Standing.Of(store, new StoreSettings(), NodaTime.DateTimeZoneProviders.Tzdb["Europe/London"]);
        var rules = Engine.Campaigns.StockCampaigns.All.Single(c => c.Key == "win_back").Rules with { DiscountCode = "BACK15" };
        var prepared = new Comeback.Campaigns.Prepared(
            new StepSubject(new CampaignRow { Key = "win_back", Name = "Win back", SegmentKey = "lapsed" }, rules, new CampaignStepRow(), new RunRow { Occurrence = "x" }),
            new Engine.Campaigns.Situation(now, new Engine.Campaigns.CustomerState(), new Engine.Campaigns.StepState { Channel = Channel.Email, DueAt = now }, standing), null, null, [], live);
        var templates = MessageText.Parse([new TemplateRow { Language = "en", Subject = "{{ offer.code | default: 'nothing' }}", Html = "<p>x</p>", Text = "x" }]);
        Assert.Equal(expected, MessageText.Render(templates, prepared, store, null, TestContext.Current.CancellationToken)!.Subject);
    }

    private static void Category(RunningComeback comeback, FakeShop shop, string name, string? parent) => shop.Tell(new CategoryRecord
    {
        UpdatedAt = comeback.Time.GetUtcNow(),
        ExternalId = "c-" + name,
        Name = name,
        ParentExternalId = parent is null ? null : "c-" + parent,
        Url = parent is null ? null : $"https://teahouse.example/{Uri.EscapeDataString(name)}",
    });

    /// <summary>A message of the win-back that carried a code.</summary>
    private static Task<CustomerId> GivenAsync(RunningComeback comeback, FakeShop shop, string name, string code) =>
        comeback.Get<StoreWriter>().WriteAsync(shop.Id, Lane.Live, async t =>
        {
            var customer = await t.Db.Customers.Where(c => c.Email == name + "@example.com").Select(c => c.Id).SingleAsync();
            t.Db.Messages.Add(new MessageRow
            {
                StoreId = shop.Id,
                Id = new MessageId(await t.TakeIdsAsync(1)),
                Change = await t.ChangeAsync(),
                CampaignId = await t.Db.Campaigns.Where(c => c.Key == "win_back").Select(c => c.Id).SingleAsync(),
                CustomerId = customer,
                Occurrence = "test",
                Channel = Channel.Email,
                State = MessageState.Sent,
                CreatedAt = comeback.Time.GetUtcNow(),
                Address = name + "@example.com",
                Language = "en",
                Subject = "s",
                MessageIdHeader = $"<{name}@test>",
                DiscountCode = code,
            });
            await t.Db.SaveChangesAsync();
            return customer;
        }, CancellationToken.None);

    private static async Task<Dictionary<CustomerId, string>> LiveAsync(RunningComeback comeback, FakeShop shop, params CustomerId[] people)
    {
        await using var db = comeback.Databases.Open(shop.Id);
        var row = await db.Stores.SingleAsync(s => s.Id == shop.Id);
        return await LiveCodes.ReadAsync(db, people, Standing.Of(row, StoreSettings.Read(row.Settings), comeback.Get<StoreClocks>().Zone(shop.Id)), comeback.Time.GetUtcNow(), null, CancellationToken.None);
    }
}
