using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Install.WooCommerce;
using Comeback.Stores;
using Comeback.Stores.WooCommerce;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>
/// Makes the coupons that messages of a WooCommerce store name, in bulk and in the store itself: once, for one address, until the offer's end. A
/// message waits for its coupon; one that nobody used is deleted when it has run out.
/// </summary>
/// <remarks>
/// 1. A message that names a code of its own is written queued, resting, with a due row of kind <see cref="Wanted"/>.
/// 2. Here the coupon is made; asked again after a lost answer, the store knows its code. 3. The message goes on, and a due row of kind
/// <see cref="Spent"/> remembers to clear up.
/// </remarks>
internal sealed partial class CouponMaker(
    Databases databases, StoreWriter writer, StoreConnections connections, WooCommerceSource source, StoreClocks clocks, ILogger<CouponMaker> log)
{
    public const string Wanted = "coupon", Spent = "coupon-end", Why = "Its coupon is being made in the store";
    private const int AtOnce = 100;
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1), WithoutEnd = TimeSpan.FromDays(90), LongestRest = TimeSpan.FromMinutes(15);

    /// <summary>Never of itself: until the coupon is there.</summary>
    public static readonly DateTimeOffset Resting = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A store whose codes are made for each message.</summary>
    public static bool MakesOwn(StoreRow store, CampaignRules rules) => store.Platform == Platform.WooCommerce && string.IsNullOrEmpty(rules.DiscountCode);

    public async Task TickAsync(StoreId store, CancellationToken ct)
    {
        var now = clocks.Now(store);
        List<DueRow> due;
        await using (var db = databases.Open(store))
            due = await db.Due.Where(d => (d.Kind == Wanted || d.Kind == Spent) && d.DueAt <= now).OrderBy(d => d.DueAt).ThenBy(d => d.Id).Take(AtOnce).ToListAsync(ct).ConfigureAwait(false);
        if (due.Count == 0 || await connections.FindAsync(store, ct).ConfigureAwait(false) is not { State: ConnectionState.Connected, Platform: Platform.WooCommerce } connection) return;
        try
        {
            var coupons = await source.CouponsAsync(connection, ct).ConfigureAwait(false);
            await MakeAsync(store, coupons, due.FindAll(d => d.Kind == Wanted), now, ct).ConfigureAwait(false);
            await ClearAsync(store, coupons, due.FindAll(d => d.Kind == Spent), ct).ConfigureAwait(false);
        }
        catch (StoreTrouble trouble)
        {
            Log.Trouble(log, store.Value, trouble.Kind);
            await RestAsync(store, due, now, ct).ConfigureAwait(false);
        }
    }

    private async Task MakeAsync(StoreId store, WooCoupons coupons, List<DueRow> wanted, DateTimeOffset now, CancellationToken ct)
    {
        if (wanted.Count == 0) return;
        var ids = wanted.ConvertAll(d => new MessageId(d.SubjectId));
        Dictionary<MessageId, (MessageRow Message, WooCoupon Coupon)> asked = [];
        await using (var db = databases.Open(store))
        {
            var row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
            var standing = Standing.Of(row, StoreSettings.Read(row.Settings), clocks.Zone(store));
            var messages = await db.Messages.Where(m => ids.Contains(m.Id) && m.State == MessageState.Queued && m.DiscountCode != null).ToListAsync(ct).ConfigureAwait(false);
            var campaignIds = messages.Select(m => m.CampaignId).Distinct().ToList();
            var campaigns = await db.Campaigns.Where(c => campaignIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct).ConfigureAwait(false);
            foreach (var message in messages)
            {
                // The same hour as the text prints: both are counted from the moment at which it was written.
                if (Offer.Of(CampaignCatalogue.RulesOf(campaigns[message.CampaignId]), message.DiscountCode, message.CreatedAt, standing, row.Country) is { } offer)
                    asked[message.Id] = (message, new WooCoupon(offer.Code, offer.Percent, message.Channel == Channel.Email ? message.Address : null, offer.Ends));
            }
        }
        var made = asked.Count == 0 ? new Dictionary<string, string>() : await coupons.MakeAsync([.. asked.Values.Select(a => a.Coupon)], ct).ConfigureAwait(false);
        await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var db = transaction.Db;
            foreach (var due in wanted)
            {
                var there = asked.TryGetValue(new MessageId(due.SubjectId), out var one);
                if (there && !made.ContainsKey(one.Coupon.Code)) continue;
                await db.Due.Where(d => d.Id == due.Id).ExecuteDeleteAsync(ct).ConfigureAwait(false);
                // A message that was dropped or erased meanwhile wants none.
                if (!there) continue;
                await db.Messages.Where(m => m.Id == one.Message.Id && m.NextAttemptAt == Resting)
                    .ExecuteUpdateAsync(m => m.SetProperty(x => x.NextAttemptAt, (DateTimeOffset?)null).SetProperty(x => x.Why, (string?)null), ct).ConfigureAwait(false);
                db.Due.Add(new DueRow
                {
                    StoreId = store,
                    Id = await transaction.TakeIdsAsync(1).ConfigureAwait(false),
                    Kind = Spent,
                    DueAt = (one.Coupon.Ends ?? now + WithoutEnd) + Grace,
                    SubjectId = long.Parse(made[one.Coupon.Code], System.Globalization.CultureInfo.InvariantCulture),
                });
            }
            await db.SaveChangesAsync(ct).ConfigureAwait(false);
            await transaction.ChangeAsync().ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    private async Task ClearAsync(StoreId store, WooCoupons coupons, List<DueRow> spent, CancellationToken ct)
    {
        if (spent.Count == 0) return;
        await coupons.DeleteUnusedAsync([.. spent.Select(d => d.SubjectId.ToString(System.Globalization.CultureInfo.InvariantCulture))], ct).ConfigureAwait(false);
        var ids = spent.ConvertAll(d => d.Id);
        await writer.WriteAsync(store, Lane.Bulk, transaction => transaction.Db.Due.Where(d => ids.Contains(d.Id)).ExecuteDeleteAsync(ct), ct).ConfigureAwait(false);
    }

    private Task RestAsync(StoreId store, List<DueRow> due, DateTimeOffset now, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async transaction =>
    {
        foreach (var row in due)
        {
            var rest = TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, 10 * Math.Pow(2, Math.Min(row.Attempts, 10))));
            await transaction.Db.Due.Where(d => d.Id == row.Id).ExecuteUpdateAsync(d => d.SetProperty(x => x.DueAt, now + rest).SetProperty(x => x.Attempts, row.Attempts + 1), ct).ConfigureAwait(false);
        }
    }, ct);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Coupons of store {Store} wait: {Kind}")]
        public static partial void Trouble(ILogger logger, long store, StoreTroubleKind kind);
    }
}
