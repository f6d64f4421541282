using Comeback.Data;
using Comeback.Privacy;
using Comeback.Sync;
using Comeback.Tests.Infra;
using MimeKit;

namespace Comeback.Tests.Flow;

/// <summary>The day that a restore forgets: what left in it does not leave again.</summary>
public sealed class RestoreTests
{
    [Fact]
    public async Task A_broadcast_that_went_out_after_the_backup_does_not_go_out_again()
    {
        var stop = TestContext.Current.CancellationToken;
        var comeback = await RunningComeback.StartAsync();
        try
        {
            var shop = await comeback.ShopAsync();
            shop.Customer("ann").Bought("Sencha", daysAgo: 20);
            await shop.ArriveAsync(Arrival.Found);
            await comeback.SettleAsync(shop);
            using var made = await comeback.PostAsync($"/api/stores/{shop.Id}/campaigns", new
            {
                name = "Spring teas",
                segmentKey = "first_time",
                startsAt = comeback.Time.GetUtcNow().AddDays(1),
                templates = new[] { new { language = "en", subject = "Spring", html = "<p>Spring</p>", text = "Spring" } },
            });
            await comeback.SwitchOnAsync(shop, made.Headers.Location!.OriginalString.Split('/')[^1]);
            var backup = Path.Combine(comeback.Folder, "yesterday.zip");
            (await Verb.InAsync(comeback.Folder, "backup", backup)).Fine();
            await comeback.PassAsync(shop, TimeSpan.FromDays(1) + TimeSpan.FromHours(2));
            await comeback.SettleAsync(shop);
            Assert.Contains("ann@", Assert.Single(await TakeOutboxAsync(comeback, stop)), StringComparison.Ordinal);

            comeback = await comeback.AgainAsync(async () => (await Verb.InAsync(comeback.Folder, "restore", backup)).Fine());
            var again = new FakeShop(shop.Id, comeback.Get<RecordWriter>(), comeback.Time);
            await comeback.InStepAsync(again, comeback.Time.GetUtcNow());
            await comeback.Get<AfterRestore>().ResumeAsync(again.Id, sendDue: false, stop);
            await comeback.SettleAsync(again);
            await comeback.PassAsync(again, TimeSpan.FromHours(3));
            await comeback.SettleAsync(again);

            Assert.Empty(await TakeOutboxAsync(comeback, stop));
        }
        finally
        {
            await comeback.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sent_then_yesterdays_backup_restored_then_resumed_and_nobody_gets_anything_twice(bool followersRunBeforeResume)
    {
        var stop = TestContext.Current.CancellationToken;
        var comeback = await RunningComeback.StartAsync();
        try
        {
            var shop = await comeback.ShopAsync();
            await comeback.SwitchOnAsync(shop, "win_back");
            await comeback.SwitchOnAsync(shop, "abandoned_cart");
            // Dora lapses tomorrow; Ann's message is queued and Bob's hour is not over when the backup is taken.
            shop.Product("Sencha", category: "Green tea");
            shop.Customer("dora").Bought("Sencha", daysAgo: 100).Bought("Sencha", daysAgo: 59);
            await shop.ArriveAsync(Arrival.Found);
            await comeback.SettleAsync(shop);
            await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
            shop.Customer("ann").LeftInCart("Teapot");
            await shop.ArriveAsync();
            await comeback.SettleAsync(shop, send: false);
            await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
            shop.Customer("bob").LeftInCart("Teapot");
            await shop.ArriveAsync();
            await comeback.SettleAsync(shop, send: false);
            Assert.Equal(MessageState.Queued, Assert.Single(await comeback.MessagesAsync(shop)).State);
            var backup = Path.Combine(comeback.Folder, "yesterday.zip");
            (await Verb.InAsync(comeback.Folder, "backup", backup)).Fine();

            // Ann's goes, Bob's hour ends, Dora lapses, and Cleo comes and goes, of whom the backup knows nothing.
            await comeback.SettleAsync(shop);
            await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
            await comeback.SettleAsync(shop);
            await comeback.PassAsync(shop, TimeSpan.FromDays(2));
            await comeback.SettleAsync(shop);
            shop.Customer("cleo").LeftInCart("Teapot");
            await shop.ArriveAsync();
            await comeback.SettleAsync(shop);
            await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
            await comeback.SettleAsync(shop);
            var before = await TakeOutboxAsync(comeback, stop);
            foreach (var name in new[] { "ann", "bob", "cleo", "dora" }) Assert.Contains(before, m => m.Contains($"{name}@", StringComparison.Ordinal));

            comeback = await comeback.AgainAsync(async () => (await Verb.InAsync(comeback.Folder, "restore", backup)).Fine());
            var again = new FakeShop(shop.Id, comeback.Get<RecordWriter>(), comeback.Time);
            await comeback.InStepAsync(again, comeback.Time.GetUtcNow());
            if (followersRunBeforeResume)
            {
                await comeback.SettleAsync(again);
                await comeback.PassAsync(again, TimeSpan.FromMinutes(10));
                await comeback.SettleAsync(again);
                Assert.Empty(await TakeOutboxAsync(comeback, stop));
            }
            await comeback.Get<AfterRestore>().ResumeAsync(again.Id, sendDue: false, stop);
            await comeback.SettleAsync(again);
            // The shop's server tells the lost day anew.
            again.Customer("cleo");
            again.Tell(shop.Customer("ann").LastCart);
            again.Tell(shop.Customer("bob").LastCart);
            again.Tell(shop.Customer("cleo").LastCart);
            await again.ArriveAsync();
            var after = new List<string>();
            foreach (var hours in new[] { 0, 2, 22, 24, 24 })
            {
                await comeback.PassAsync(again, TimeSpan.FromHours(hours));
                await comeback.SettleAsync(again);
                after.AddRange(await TakeOutboxAsync(comeback, stop));
            }

            Assert.Empty(after.Intersect(before, StringComparer.Ordinal));
            // It does send again: Ben's cart is new.
            again.Customer("ben").LeftInCart("Teapot");
            await again.ArriveAsync();
            await comeback.SettleAsync(again);
            await comeback.PassAsync(again, TimeSpan.FromMinutes(61));
            await comeback.SettleAsync(again);
            Assert.Contains("ben@", Assert.Single(await TakeOutboxAsync(comeback, stop)), StringComparison.Ordinal);
        }
        finally
        {
            await comeback.DisposeAsync();
        }
    }

    /// <summary>Who got what; the folder is empty afterwards.</summary>
    private static async Task<List<string>> TakeOutboxAsync(RunningComeback comeback, CancellationToken stop)
    {
        var folder = Directory.CreateDirectory(Path.Combine(comeback.Folder, "outbox")).FullName;
        var list = new List<string>();
        foreach (var file in Directory.GetFiles(folder, "*.eml", SearchOption.AllDirectories))
        {
            using (var mail = await MimeMessage.LoadAsync(file, stop)) list.Add($"{mail.To.Mailboxes.Single().Address}: {mail.Subject}");
            File.Delete(file);
        }
        return list;
    }
}
