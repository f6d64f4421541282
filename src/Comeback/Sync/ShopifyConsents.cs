using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Stores.Shopify;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// Brings consents that were given or taken back here to Shopify. A "no" goes at once. A "yes" waits until it is a day old and is sent with its own
/// date: a younger one would start the merchant's welcome in Shopify beside ours. What came from Shopify is never sent back.
/// </summary>
internal sealed partial class ShopifyConsents(
    Databases databases, StoreWriter writer, OwnedStores owned, ChangeSignal signal, StoreConnections connections, ShopifySource source, StoreClocks clocks, TimeProvider time, ILogger<ShopifyConsents> log)
    : StoreFollower(owned, signal, time, log)
{
    public const string NoCursor = "shopify-consent-no", YesCursor = "shopify-consent-yes";
    private const int Batch = 50;
    private static readonly TimeSpan WelcomeAge = TimeSpan.FromHours(24);

    protected override async Task LookAsync(StoreId store, CancellationToken ct)
    {
        while (await RoundAsync(store, ct).ConfigureAwait(false)) { }
    }

    /// <summary>Sends what is due; true when there may be more.</summary>
    public async Task<bool> RoundAsync(StoreId store, CancellationToken ct)
    {
        if (await connections.FindAsync(store, ct).ConfigureAwait(false) is not { Platform: Platform.Shopify, State: ConnectionState.Connected } connection) return false;
        var client = source.Client(connection);
        return await SendAsync(store, client, NoCursor, ct).ConfigureAwait(false) | await SendAsync(store, client, YesCursor, ct).ConfigureAwait(false);
    }

    private async Task<bool> SendAsync(StoreId store, ShopifyClient client, string follower, CancellationToken ct)
    {
        var no = follower == NoCursor;
        var ripe = clocks.Now(store) - WelcomeAge;
        List<Said> said;
        await using (var db = databases.Open(store))
        {
            var cursor = await db.Cursors.Where(c => c.Follower == follower).Select(c => c.Change).SingleOrDefaultAsync(ct).ConfigureAwait(false);
            var rows = from c in db.Consents
                       join p in db.Customers on c.CustomerId equals p.Id
                       where c.Change > cursor && !c.Source.StartsWith("shopify") && p.AccountId != null && (c.State == ConsentState.Withdrawn) == no && c.State != ConsentState.None
                       orderby c.Change
                       select new Said(c.Change, p.AccountId!, c.Channel, c.State, c.At, c.Source);
            said = await rows.Take(Batch).ToListAsync(ct).ConfigureAwait(false);
        }
        var done = 0L;
        foreach (var one in said)
        {
            // In order of the changes: a young "yes" holds those after it, which are younger still.
            if (!no && one.At > ripe) break;
            try
            {
                await TellAsync(client, one, ct).ConfigureAwait(false);
            }
            catch (ShopifyRefusedException refused)
            {
                // The customer is gone there, or has no such address: nothing that trying again would mend.
                Log.Refused(log, store.Value, refused.Message);
            }
            catch (ShopifyException trouble)
            {
                Log.Later(log, store.Value, trouble.Message);
                break;
            }
            done = one.Change;
        }
        if (done == 0) return false;
        await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var row = await transaction.Db.Cursors.SingleOrDefaultAsync(c => c.Follower == follower, ct).ConfigureAwait(false);
            if (row is null) transaction.Db.Cursors.Add(row = new CursorRow { StoreId = store, Follower = follower });
            (row.Change, row.At) = (done, clocks.Now(store));
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        return said.Count == Batch && said[^1].Change == done;
    }

    private static async Task TellAsync(ShopifyClient client, Said said, CancellationToken ct)
    {
        var customer = ShopifyMapping.Gid("Customer", said.Account);
        var state = said.State switch { ConsentState.Granted => "SUBSCRIBED", ConsentState.Pending => "PENDING", _ => "UNSUBSCRIBED" };
        var level = said.State == ConsentState.Granted && said.Source.Contains("confirm", StringComparison.Ordinal) ? "CONFIRMED_OPT_IN" : "SINGLE_OPT_IN";
        var at = said.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var answer = said.Channel switch
        {
            Channel.Email => (await client.AskAsync<EmailAnswer>("consent_email", new
            {
                input = new { customerId = customer, emailMarketingConsent = new { marketingState = state, marketingOptInLevel = level, consentUpdatedAt = at } },
            }, ct).ConfigureAwait(false)).Data.CustomerEmailMarketingConsentUpdate,
            Channel.Sms => (await client.AskAsync<SmsAnswer>("consent_sms", new
            {
                input = new { customerId = customer, smsMarketingConsent = new { marketingState = state, marketingOptInLevel = level, consentUpdatedAt = at } },
            }, ct).ConfigureAwait(false)).Data.CustomerSmsMarketingConsentUpdate,
            _ => (await client.AskAsync<WhatsAppAnswer>("consent_whatsapp", new
            {
                input = new { customerId = customer, whatsAppMarketingConsent = new { state, optInLevel = level, updatedAt = at } },
            }, ct).ConfigureAwait(false)).Data.CustomerWhatsAppMarketingConsentUpdate,
        };
        if (answer?.UserErrors is { Count: > 0 } problems) throw new ShopifyRefusedException("the consent", problems);
    }

    private sealed record Said(long Change, string Account, Channel Channel, ConsentState State, DateTimeOffset At, string Source);

    private sealed record Told(IReadOnlyList<UserProblem>? UserErrors);

    private sealed record EmailAnswer(Told? CustomerEmailMarketingConsentUpdate);

    private sealed record SmsAnswer(Told? CustomerSmsMarketingConsentUpdate);

    private sealed record WhatsAppAnswer(Told? CustomerWhatsAppMarketingConsentUpdate);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Store {Store}: Shopify did not take a consent: {Why}")]
        public static partial void Refused(ILogger logger, long store, string why);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Store {Store}: consents wait for Shopify: {Why}")]
        public static partial void Later(ILogger logger, long store, string why);
    }
}
