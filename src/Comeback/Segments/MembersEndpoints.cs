using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;

using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Segments;

/// <summary>Who is in a segment: paged for the screen, streamed as a file.</summary>
internal static class MembersEndpoints
{
    public static void Map(RouteGroupBuilder segments)
    {
        segments.MapGet("/{key}/members", ListAsync);
        segments.MapGet("/{key}/export", ExportAsync);
    }

    private static async Task<Results<Ok<Page<MemberItem>>, NotFound>> ListAsync(
        StoreId store, string key, string? search, string? sort, string? dir, string? after, int? limit, Databases databases, SegmentStores stores, CustomerList list,
        CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        if (!live.Holds(key)) return TypedResults.NotFound();
        var segment = live.Rows[key].Id;
        var request = new PeopleRequest(search, sort, dir, after, limit);
        var page = await list.PageAsync(store, segment, [.. live.Set!.Members(key).Ordinals], live.Set.Summary, request, ct).ConfigureAwait(false);
        var members = await MemberRows.ReadAsync(databases, live, segment, page.Ordinals, ct).ConfigureAwait(false);
        return TypedResults.Ok(new Page<MemberItem>(
            [.. members.Select(m => new MemberItem(m.Row.Id, CustomersEndpoints.NameOf(m.Row), m.Row.Email, m.Row.Phone, m.Row.Country, m.Summary.Orders,
                new Money(m.Summary.SpentMinor, live.Facts.Currency), m.Summary.LastOrderAt, m.Since, m.Why, m.WhySaid))],
            page.Next, page.Total));
    }

    /// <summary>All of them as CSV, a batch at a time: a million rows need no more memory than a thousand.</summary>
    private static async Task<Results<PushStreamHttpResult, NotFound>> ExportAsync(
        StoreId store, string key, bool? raw, Databases databases, SegmentStores stores, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using (await live.EnterAsync(ct).ConfigureAwait(false))
            if (!live.Holds(key)) return TypedResults.NotFound();
        var name = string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        return TypedResults.Stream(body => MemberRows.WriteAsync(databases, live, key, body, raw == true, ct), "text/csv; charset=utf-8", $"{name}.csv");
    }
}

internal sealed record MemberItem(
    CustomerId CustomerId, string? Name, string? Email, string? Phone, string? Country, int Orders, Money AmountSpent, DateTimeOffset? LastOrderAt, DateTimeOffset? Since,
    string? Why, Wording? WhySaid);
