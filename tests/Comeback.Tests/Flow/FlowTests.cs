using System.Net;
using System.Text.RegularExpressions;
using Comeback.Data;
using Comeback.Engine.Orders;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using MimeKit;

namespace Comeback.Tests.Flow;

/// <summary>The whole story of the product, told once: orders come in, a message goes out, somebody clicks and buys, and it is counted.</summary>
public sealed partial class FlowTests
{
    [Theory, EachDatabase]
    public async Task A_silent_customer_is_written_to_clicks_buys_and_is_counted(DatabaseKind kind)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();

        // A shop arrives with its past. Nobody is written to because of it, though the automation is on.
        await comeback.SwitchOnAsync(shop, "win_back");
        shop.Product("Sencha", category: "Green tea");
        shop.Customer("ann").Bought("Sencha", daysAgo: 100).Bought("Sencha", daysAgo: 59);
        shop.Customer("bob").Bought("Sencha", daysAgo: 300);
        await shop.ArriveAsync(Arrival.Found);
        await comeback.SettleAsync(shop);
        Assert.Empty(await comeback.MessagesAsync(shop));

        // Time alone moves Ann: on the sixtieth day she has lapsed, and that starts the campaign.
        await comeback.PassAsync(shop, TimeSpan.FromDays(2));
        await comeback.SettleAsync(shop);
        var message = Assert.Single(await comeback.MessagesAsync(shop));
        Assert.Equal(MessageState.Sent, message.State);
        Assert.Equal("New in Green tea since your last visit", message.Subject);

        // It lies in the outbox as any mail program reads it: both texts, the sender, and the one-click way out.
        var file = Path.Combine(comeback.Folder, "outbox", shop.Id.ToString(), $"{message.Id}.eml");
        using (var mail = await MimeMessage.LoadAsync(file, stop))
        {
            Assert.Equal("ann@example.com", mail.To.Mailboxes.Single().Address);
            Assert.Equal("hello@teahouse.example", mail.From.Mailboxes.Single().Address);
            Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
            Assert.StartsWith("<https://mail.shop.example/u/", mail.Headers["List-Unsubscribe"], StringComparison.Ordinal);
            Assert.Equal(message.MessageIdHeader, mail.MessageId);
            Assert.Contains("It has been a while, Ann", mail.HtmlBody, StringComparison.Ordinal);
            Assert.Contains("Tea House Ltd", mail.TextBody, StringComparison.Ordinal);
        }

        // Ann reads it in the evening, clicks, and lands where the link said when it was made.
        await comeback.PassAsync(shop, TimeSpan.FromHours(8));
        using (var click = await comeback.FollowAsync(Click().Match(message.Html!).Value))
        {
            Assert.Equal(HttpStatusCode.Redirect, click.StatusCode);
            Assert.Equal("https://teahouse.example/", click.Headers.Location!.AbsoluteUri);
            Assert.Contains("noindex", click.Headers.GetValues("X-Robots-Tag").Single(), StringComparison.Ordinal);
            Assert.Equal("no-referrer", click.Headers.GetValues("Referrer-Policy").Single());
        }

        // Two days later she buys. The order is the message's.
        await comeback.PassAsync(shop, TimeSpan.FromDays(2));
        shop.Customer("ann").Bought("Sencha", quantity: 2);
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        var campaign = (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/win_back")).GetProperty("campaign");
        Assert.Equal(1, campaign.GetProperty("sent").GetInt32());
        Assert.Equal(1, campaign.GetProperty("clicked").GetInt32());
        Assert.Equal(1, campaign.GetProperty("orders").GetInt32());
        Assert.Equal("2500", campaign.GetProperty("revenue").GetProperty("minor").GetString());

        // She sends it back; it is un-counted.
        shop.Customer("ann").LastOrderBecame(OrderStanding.Returned);
        await comeback.PassAsync(shop, TimeSpan.FromHours(1));
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        campaign = (await comeback.GetAsync($"/api/stores/{shop.Id}/campaigns/win_back")).GetProperty("campaign");
        Assert.Equal(0, campaign.GetProperty("orders").GetInt32());

        // And she has had enough: one POST, no more.
        var way = Unsubscribe().Match(message.Text!).Value;
        using (var look = await comeback.FollowAsync(way))
            Assert.Contains("<button>", await look.Content.ReadAsStringAsync(stop), StringComparison.Ordinal);
        await using (var db = comeback.Databases.Open(shop.Id)) Assert.DoesNotContain(await db.Consents.ToListAsync(stop), c => c.State == ConsentState.Withdrawn);
        using (var post = await comeback.FollowAsync(way, method: HttpMethod.Post)) Assert.Equal(HttpStatusCode.OK, post.StatusCode);
        await using (var db = comeback.Databases.Open(shop.Id)) Assert.Single(await db.Consents.Where(c => c.State == ConsentState.Withdrawn).ToListAsync(stop));
        var home = await comeback.GetAsync($"/api/stores/{shop.Id}/home");
        Assert.Equal(1, home.GetProperty("optOuts").GetInt32());
    }

    [GeneratedRegex("https://mail.shop.example/c/[A-Za-z0-9_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Click();

    [GeneratedRegex("https://mail.shop.example/u/[A-Za-z0-9_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unsubscribe();
}
