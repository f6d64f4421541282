using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;
using CampaignSubject = Comeback.Engine.Campaigns.Subject;

namespace Comeback.Campaigns;

/// <summary>
/// Turns what happened into runs: follows memberships and carts by the change counter and starts, moves or stops runs with their due rows, in the
/// transaction that also saves how far it read. Nothing that was found, and nothing from before switch-on, starts anything.
/// </summary>
/// <remarks>
/// 1. Without an automation that is on there is nothing to do, however much is imported.
/// 2. Read memberships and carts changed after the cursor, in order of change.
/// 3. A membership that triggers and began after switch-on starts one run; one that ended stops a waiting run.
/// 4. A cart that was touched after switch-on starts a run, or moves the waiting one; a closed cart stops it at once.
/// 5. Save the cursor with the runs.
/// </remarks>
internal sealed class CampaignFollower(
    Databases databases, StoreWriter writer, OwnedStores owned, ChangeSignal signal, StoreClocks clocks, CampaignCatalogue catalogue, TimeProvider time,
    ILogger<CampaignFollower> logger) : StoreFollower(owned, signal, time, logger)
{
    public const string Follower = "campaigns";
    private const int Batch = 500;
    private readonly HashSet<StoreId> seeded = [];

    protected override async Task LookAsync(StoreId store, CancellationToken ct)
    {
        while (await RoundAsync(store, ct).ConfigureAwait(false)) { }
    }

    /// <summary>Reads one batch of changes; true when there may be more.</summary>
    public async Task<bool> RoundAsync(StoreId store, CancellationToken ct)
    {
        if (seeded.Add(store)) await catalogue.EnsureAsync(store, ct).ConfigureAwait(false);
        await using (var db = databases.Open(store))
        {
            // After a restore nothing starts: the resume says from which instant on.
            if (await db.Stores.AnyAsync(s => s.Id == store && s.State == StoreState.Restored, ct).ConfigureAwait(false)) return false;
            // Step 1.
            if (!await db.Campaigns.AnyAsync(c => c.Kind == CampaignKind.Automation && c.State == CampaignState.On, ct).ConfigureAwait(false)) return false;
            var cursor = await CursorAsync(db, ct).ConfigureAwait(false);
            var anything = await db.Memberships.AnyAsync(m => m.Change > cursor, ct).ConfigureAwait(false) || await db.Carts.AnyAsync(c => c.Change > cursor, ct).ConfigureAwait(false);
            if (!anything) return false;
        }
        return await writer.WriteAsync(store, Lane.Live, t => FollowAsync(t, ct), ct).ConfigureAwait(false);
    }

    public static Task<long> CursorAsync(ComebackDb db, CancellationToken ct) =>
        db.Cursors.Where(c => c.Follower == Follower).Select(c => c.Change).SingleOrDefaultAsync(ct);

    /// <summary>Moves the cursor to <paramref name="change"/> inside a transaction.</summary>
    public static async Task SaveCursorAsync(StoreTransaction t, string follower, long change, DateTimeOffset at, CancellationToken ct)
    {
        var row = await t.Db.Cursors.AsTracking().SingleOrDefaultAsync(c => c.Follower == follower, ct).ConfigureAwait(false);
        if (row is null) t.Db.Cursors.Add(new CursorRow { StoreId = t.Store, Follower = follower, Change = change, At = at });
        else (row.Change, row.At) = (change, at);
    }

    private async Task<bool> FollowAsync(StoreTransaction t, CancellationToken ct)
    {
        var now = clocks.Now(t.Store);
        var cursor = await CursorAsync(t.Db, ct).ConfigureAwait(false);
        var campaigns = await t.Db.Campaigns.AsNoTracking().Where(c => c.Kind == CampaignKind.Automation && c.State == CampaignState.On).ToListAsync(ct).ConfigureAwait(false);
        var keys = campaigns.Select(c => c.SegmentKey).ToList();
        var segments = await t.Db.Segments.Where(s => keys.Contains(s.Key)).ToDictionaryAsync(s => s.Id, s => s.Key, ct).ConfigureAwait(false);
        var segmentIds = segments.Keys.ToList();

        // Step 2. The smaller of the two ends bounds both, so that neither table is read past what the other has reached.
        var memberships = await t.Db.Memberships.AsNoTracking().Where(m => m.Change > cursor && segmentIds.Contains(m.SegmentId)).OrderBy(m => m.Change).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
        var carts = await t.Db.Carts.AsNoTracking().Where(c => c.Change > cursor).OrderBy(c => c.Change).Take(Batch).ToListAsync(ct).ConfigureAwait(false);
        var full = memberships.Count == Batch || carts.Count == Batch;
        var end = full
            ? Math.Min(memberships.Count == Batch ? memberships[^1].Change - 1 : long.MaxValue, carts.Count == Batch ? carts[^1].Change - 1 : long.MaxValue)
            : await t.Db.Stores.Where(s => s.Id == t.Store).Select(s => s.Change).SingleAsync(ct).ConfigureAwait(false);
        if (full && end <= cursor)
        {
            // One transaction wrote more rows than a batch: read it whole.
            end = Math.Max(memberships.Count > 0 ? memberships[0].Change : 0, carts.Count > 0 ? carts[0].Change : 0);
            memberships = await t.Db.Memberships.AsNoTracking().Where(m => m.Change > cursor && m.Change <= end && segmentIds.Contains(m.SegmentId)).ToListAsync(ct).ConfigureAwait(false);
            carts = await t.Db.Carts.AsNoTracking().Where(c => c.Change > cursor && c.Change <= end).ToListAsync(ct).ConfigureAwait(false);
        }

        foreach (var campaign in campaigns)
        {
            var rules = CampaignCatalogue.RulesOf(campaign);
            var runs = new Runs(t, campaign, rules, now);
            if (rules.Subject == CampaignSubject.Cart)
            {
                // Step 4.
                foreach (var cart in carts.Where(c => c.Change <= end)) await CartAsync(runs, campaign, cart, ct).ConfigureAwait(false);
            }
            else
            {
                // Step 3.
                foreach (var membership in memberships.Where(m => m.Change <= end && segments[m.SegmentId] == campaign.SegmentKey))
                {
                    var occurrence = string.Create(CultureInfo.InvariantCulture, $"membership:{membership.Id}");
                    if (membership.LeftAt is not null) await runs.StopAsync(membership.CustomerId, occurrence, $"Left {campaign.SegmentKey}", ct).ConfigureAwait(false);
                    else if (membership.Triggers && membership.EnteredAt > campaign.SwitchedOnAt)
                        await runs.StartAsync(membership.CustomerId, occurrence, membership.EnteredAt, ct).ConfigureAwait(false);
                }
            }
        }
        // Step 5.
        await SaveCursorAsync(t, Follower, Math.Max(end, cursor), now, ct).ConfigureAwait(false);
        await t.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return full;
    }

    private static async Task CartAsync(Runs runs, CampaignRow campaign, CartRow cart, CancellationToken ct)
    {
        if (cart.CustomerId is not { } customer) return;
        if (cart.Closed) await runs.StopCartAsync(customer, cart.Id, "The cart was closed or became an order", ct).ConfigureAwait(false);
        else if (!cart.Found && cart.TouchedAt > campaign.SwitchedOnAt) await runs.CartTouchedAsync(customer, cart.Id, cart.TouchedAt, ct).ConfigureAwait(false);
    }
}
