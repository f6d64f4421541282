using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Campaigns;

/// <summary>
/// "At most one live code a customer" (DEFINITIONS): the code of a message holds until the end that the message named, until an order used it, or for
/// sixty days where none was named.
/// </summary>
internal static class LiveCodes
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(60);

    /// <summary>The newest live code of each of these people.</summary>
    public static async Task<Dictionary<CustomerId, string>> ReadAsync(
        ComebackDb db, IReadOnlyCollection<CustomerId> people, StoreStanding standing, DateTimeOffset now, IReadOnlySet<MessageId>? except, CancellationToken ct)
    {
        var since = now - Longest;
        var given = await db.Messages.Where(m => people.Contains(m.CustomerId) && m.DiscountCode != null && !m.Test && m.CreatedAt >= since
                && m.State != MessageState.Dropped && m.State != MessageState.Failed)
            .Select(m => new { m.Id, m.CustomerId, m.CampaignId, m.DiscountCode, m.CreatedAt }).ToListAsync(ct).ConfigureAwait(false);
        if (given.Count == 0) return [];
        var campaigns = given.Select(g => g.CampaignId).Distinct().ToList();
        var rules = await db.Campaigns.Where(c => campaigns.Contains(c.Id)).ToDictionaryAsync(c => c.Id, CampaignCatalogue.RulesOf, ct).ConfigureAwait(false);
        var owners = given.Select(g => g.CustomerId).Distinct().ToList();
        var used = (await db.Orders.Where(o => owners.Contains(o.CustomerId) && o.PlacedAt >= since && o.DiscountCodes != "[]")
            .Select(o => new { o.CustomerId, o.DiscountCodes }).ToListAsync(ct).ConfigureAwait(false))
            .SelectMany(o => (JsonSerializer.Deserialize<string[]>(o.DiscountCodes) ?? []).Select(code => (o.CustomerId, code.ToUpperInvariant()))).ToHashSet();
        var live = new Dictionary<CustomerId, string>();
        foreach (var one in given.Where(g => except?.Contains(g.Id) != true).OrderBy(g => g.CreatedAt))
        {
            if (used.Contains((one.CustomerId, one.DiscountCode!.ToUpperInvariant()))) continue;
            var end = rules.TryGetValue(one.CampaignId, out var own)
                ? Offer.Of(own with { DiscountPercent = own.DiscountPercent ?? 1 }, one.DiscountCode, one.CreatedAt, standing, standing.Country)?.Ends
                : null;
            if ((end ?? one.CreatedAt + Longest) > now) live[one.CustomerId] = one.DiscountCode!;
        }
        return live;
    }
}
