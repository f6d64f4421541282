using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;
using Comeback.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Facts;

/// <summary>Customers to look at: a list to search and sort, one of them with what is known, and what happened to them.</summary>
internal static class CustomersEndpoints
{
    public static void MapCustomers(this Routes routes)
    {
        var customers = routes.Store.MapGroup("/customers").WithTags("Customers");
        customers.MapGet("", ListAsync);
        customers.MapGet("/{customer}", OneAsync);
        customers.MapGet("/{customer}/timeline", TimelineAsync);
    }

    private static async Task<Ok<Page<CustomerItem>>> ListAsync(
        StoreId store, string? search, string? sort, string? dir, string? after, int? limit, Databases databases, ColumnCache cache, CustomerList list, StoreClocks clocks,
        CancellationToken ct)
    {
        var facts = await cache.GetAsync(store, ct).ConfigureAwait(false);
        await facts.Gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            facts.Show(clocks.Now(store));
            var request = new PeopleRequest(search, sort, dir, after, limit);
            var page = await list.PageAsync(store, segment: null, facts.People(), facts.Summary, request, ct).ConfigureAwait(false);
            await using var db = databases.Open(store);
            var rows = await db.Customers.Where(c => page.Ordinals.Contains(c.Ordinal)).ToDictionaryAsync(c => c.Ordinal, ct).ConfigureAwait(false);
            return TypedResults.Ok(new Page<CustomerItem>(
                [.. page.Ordinals.Where(rows.ContainsKey).Select(o => Item(rows[o], facts.Summary(o), facts.Currency))], page.Next, page.Total));
        }
        finally
        {
            facts.Gate.Release();
        }
    }

    private static CustomerItem Item(CustomerRow row, CustomerSummary summary, Currency currency) => new(
        row.Id, NameOf(row), row.Email, row.Phone, row.Country, summary.Orders, new Money(summary.SpentMinor, currency), summary.FirstOrderAt, summary.LastOrderAt,
        row.CreatedAt);

    /// <summary>First and last name as one; null when neither is known.</summary>
    internal static string? NameOf(CustomerRow row) =>
        string.Join(' ', new[] { row.FirstName, row.LastName }.Where(n => !string.IsNullOrWhiteSpace(n))) is { Length: > 0 } name ? name : null;

    private static async Task<Results<Ok<CustomerAnswer>, NotFound>> OneAsync(
        StoreId store, CustomerId customer, Databases databases, ColumnCache cache, StoreClocks clocks, IAddressHashes hashes, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var row = await FindAsync(db, customer, ct).ConfigureAwait(false);
        if (row is null) return TypedResults.NotFound();
        var facts = await cache.GetAsync(store, ct).ConfigureAwait(false);
        CustomerSummary summary;
        await facts.Gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            facts.Show(clocks.Now(store));
            summary = facts.Summary(row.Ordinal);
        }
        finally
        {
            facts.Gate.Release();
        }
        var stays = await db.Memberships.Where(m => m.CustomerId == row.Id && m.LeftAt == null)
            .Join(db.Segments, m => m.SegmentId, s => s.Id, (m, s) => new { s.Key, s.Name, m.EnteredAt, m.EnteredBy, m.EnteredById })
            .OrderBy(m => m.Key).ToListAsync(ct).ConfigureAwait(false);
        var why = await WhyTexts.OfAsync(db, stays.Select(s => (s.EnteredBy, s.EnteredById)), ct).ConfigureAwait(false);
        var consents = await db.Consents.Where(c => c.CustomerId == row.Id).OrderByDescending(c => c.At).ThenByDescending(c => c.Id).ToListAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(new CustomerAnswer(
            new CustomerProfile(row.Id, NameOf(row), row.FirstName, row.LastName, row.Email, row.Phone, row.Country, row.Region, row.City, row.Language,
                System.Text.Json.JsonSerializer.Deserialize<string[]>(row.Tags) ?? [], row.CreatedAt, row.NotAShopper || stays.Exists(s => s.Key == "not_a_shopper"), row.DoubtfulContact, row.ObjectsToProfiling),
            new CustomerNumbers(summary.Orders, new Money(summary.SpentMinor, facts.Currency), summary.FirstOrderAt, summary.LastOrderAt, summary.OwnGapDays,
                summary.ExpectedGapDays, summary.Lifecycle,
                stays.Select(s => s.Key).FirstOrDefault(k => k is "highly_engaged" or "moderately_engaged" or "disengaged")),
            [.. stays.Select(s => new CustomerSegment(s.Key, s.Name, s.EnteredAt, why.Of(s.EnteredBy, s.EnteredById), why.Said(s.EnteredBy, s.EnteredById)))],
            [.. consents.Select(c => new CustomerConsent(c.Channel, c.State, c.At, c.Source, c.Wording))],
            Reach(row, consents, await BlockedAsync(db, row, hashes, ct).ConfigureAwait(false))));
    }

    private static async Task<List<Channel>> BlockedAsync(ComebackDb db, CustomerRow row, IAddressHashes hashes, CancellationToken ct)
    {
        var wanted = Enum.GetValues<Channel>().Select(channel => (Channel: channel, Address: channel == Channel.Email ? row.Email : row.Phone))
            .Where(a => !string.IsNullOrEmpty(a.Address)).Select(a => (a.Channel, Hash: hashes.Of(a.Channel, a.Address!))).ToList();
        var asked = wanted.ConvertAll(w => w.Hash);
        var rows = await db.Suppressions.Where(s => asked.Contains(s.AddressHash)).Select(s => new { s.Channel, s.AddressHash }).ToListAsync(ct).ConfigureAwait(false);
        return [.. wanted.Where(w => rows.Exists(r => r.Channel == w.Channel && r.AddressHash == w.Hash)).Select(w => w.Channel)];
    }

    /// <summary>A merged customer is found under the one who stays.</summary>
    private static async Task<CustomerRow?> FindAsync(ComebackDb db, CustomerId customer, CancellationToken ct)
    {
        var row = await db.Customers.SingleOrDefaultAsync(c => c.Id == customer && !c.Deleted, ct).ConfigureAwait(false);
        for (var hops = 0; row is { MergedInto: { } into } && hops < 10; hops++)
            row = await db.Customers.SingleOrDefaultAsync(c => c.Id == into && !c.Deleted, ct).ConfigureAwait(false);
        return row;
    }

    private static CustomerReach Reach(CustomerRow row, List<ConsentRow> consents, List<Channel> blocked)
    {
        return new CustomerReach(May(Channel.Email, row.Email), May(Channel.Sms, row.Phone), May(Channel.WhatsApp, row.Phone));

        // The newest holds, and a "no" wins a tie.
        bool May(Channel channel, string? address) => !string.IsNullOrEmpty(address) && !row.DoubtfulContact && !row.ObjectsToProfiling && !blocked.Contains(channel)
            && consents.Where(c => c.Channel == channel).OrderByDescending(c => c.At).ThenByDescending(c => c.State == ConsentState.Withdrawn).FirstOrDefault()
                is { State: ConsentState.Granted };
    }

    private static async Task<Results<Ok<Page<TimelineItem>>, NotFound>> TimelineAsync(
        StoreId store, CustomerId customer, DateTimeOffset? before, int? limit, Databases databases, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var row = await FindAsync(db, customer, ct).ConfigureAwait(false);
        if (row is null) return TypedResults.NotFound();
        var take = Math.Clamp(limit ?? 50, 1, 200);
        var items = await Timeline.ReadAsync(db, row.Id, before ?? DateTimeOffset.MaxValue, take, ct).ConfigureAwait(false);
        // What happened at one instant stays on one page: the next begins before it.
        var page = items.TakeWhile((item, i) => i < take || item.At == items[take - 1].At).ToList();
        return TypedResults.Ok(new Page<TimelineItem>(page, items.Count > page.Count ? page[^1].At.UtcDateTime.ToString("O") : null, page.Count));
    }
}

internal sealed record CustomerItem(
    CustomerId Id, string? Name, string? Email, string? Phone, string? Country, int Orders, Money AmountSpent, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt,
    DateTimeOffset CreatedAt);

internal sealed record CustomerAnswer(
    CustomerProfile Profile, CustomerNumbers Facts, IReadOnlyList<CustomerSegment> Segments, IReadOnlyList<CustomerConsent> Consents, CustomerReach Reachable);

internal sealed record CustomerProfile(
    CustomerId Id, string? Name, string? FirstName, string? LastName, string? Email, string? Phone, string? Country, string? Region, string? City, string? Language,
    IReadOnlyList<string> Tags, DateTimeOffset CreatedAt, bool NotAShopper, bool DoubtfulContact, bool ObjectsToProfiling);

internal sealed record CustomerNumbers(
    int Orders, Money AmountSpent, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt, decimal? OwnGapDays, decimal? ExpectedGapDays, string? Lifecycle,
    string? Engagement);

internal sealed record CustomerSegment(string Key, string Name, DateTimeOffset Since, string Why, Wording WhySaid);

internal sealed record CustomerConsent(Channel Channel, ConsentState State, DateTimeOffset At, string Source, string? Wording);

internal sealed record CustomerReach(bool Email, bool Sms, bool WhatsApp);

/// <param name="TitleSaid">The title by its key; <paramref name="Title"/> is the same in English.</param>
internal sealed record TimelineItem(
    DateTimeOffset At, string Kind, string Title, string? Detail, Money? Amount, string? Link, Wording TitleSaid, Wording? DetailSaid = null);
