using System.Globalization;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Microsoft.AspNetCore.WebUtilities;

namespace Comeback.Facts;

/// <summary>What a list of people is asked for. <c>After</c> is the <c>next</c> of the page before.</summary>
internal sealed record PeopleRequest(string? Search = null, string? Sort = null, string? Dir = null, string? After = null, int? Limit = null)
{
    public int Take => Math.Clamp(Limit ?? 50, 1, 500);
}

/// <summary>One page of people by ordinal, and where the next one begins.</summary>
internal sealed record PeoplePage(IReadOnlyList<int> Ordinals, string? Next, int Total);

/// <summary>A list as every endpoint answers it.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next, int Total);

/// <summary>
/// Pages through people by keyset, never by offset, so that nobody is skipped while the list moves. Numbers are sorted in the columns, names and dates
/// of entry in the database.
/// </summary>
internal sealed class CustomerList(Databases databases)
{
    private const int LongestSearch = 100;

    /// <param name="segment">Only its present members; null for every customer.</param>
    /// <param name="people">The same people by ordinal, ascending.</param>
    public async Task<PeoplePage> PageAsync(
        StoreId store, SegmentId? segment, IReadOnlyList<int> people, Func<int, CustomerSummary> summary, PeopleRequest request, CancellationToken ct)
    {
        var found = string.IsNullOrWhiteSpace(request.Search) ? null : await SearchAsync(store, request.Search, ct).ConfigureAwait(false);
        var candidates = found is null ? people : people.Where(found.Contains).ToList();
        var descending = request.Dir is null ? request.Sort is not ("name" or "email") : request.Dir == "desc";
        var (key, ordinal) = Cursor(request.After);
        switch (request.Sort)
        {
            case "orders": return Sorted(o => summary(o).Orders);
            case "amountSpent": return Sorted(o => summary(o).SpentMinor);
            case "lastOrderAt" or null when segment is null: return Sorted(o => summary(o).LastOrderAt?.UtcTicks ?? 0);
            case "lastOrderAt": return Sorted(o => summary(o).LastOrderAt?.UtcTicks ?? 0);
            case "name" or "email" or "since" or null: break;
            default: throw new UserError($"The list is sorted by name, email, orders, amountSpent, lastOrderAt or since, not by '{Short(request.Sort)}'.");
        }
        return await FromRowsAsync(store, segment, request, descending, key, ordinal, candidates, ct).ConfigureAwait(false);

        PeoplePage Sorted(Func<int, long> value)
        {
            var sign = descending ? -1 : 1;
            var after = key is null ? ((long, int)?)null : (long.Parse(key, CultureInfo.InvariantCulture) * sign, ordinal);
            // The heap keeps the page's people with the last of them on top, so that a million need one pass and no sort.
            var heap = new PriorityQueue<(long Value, int Ordinal), (long, int)>(Comparer<(long, int)>.Create((x, y) => y.CompareTo(x)));
            foreach (var candidate in candidates)
            {
                (long, int) place = (value(candidate) * sign, candidate);
                if (after is { } last && place.CompareTo(last) <= 0) continue;
                if (heap.Count <= request.Take) heap.Enqueue(place, place);
                else heap.EnqueueDequeue(place, place);
            }
            var page = heap.UnorderedItems.Select(i => i.Element).Order().ToList();
            var more = page.Count > request.Take;
            if (more) page.RemoveAt(page.Count - 1);
            var next = more ? Next((page[^1].Value * sign).ToString(CultureInfo.InvariantCulture), page[^1].Ordinal) : null;
            return new PeoplePage([.. page.Select(p => p.Ordinal)], next, candidates.Count);
        }
    }

    /// <summary>Ordinals of those whose name, address or number contains the text.</summary>
    public async Task<HashSet<int>> SearchAsync(StoreId store, string text, CancellationToken ct)
    {
        var pattern = text.Trim()[..Math.Min(text.Trim().Length, LongestSearch)].ToLowerInvariant()
            .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        var found = new HashSet<int>();
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = FactsSql.Search;
        command.With("@store", store.Value).With("@text", $"%{pattern}%");
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false)) found.Add(reader.GetInt32(0));
        return found;
    }

    private async Task<PeoplePage> FromRowsAsync(
        StoreId store, SegmentId? segment, PeopleRequest request, bool descending, string? key, int ordinal, IReadOnlyList<int> candidates, CancellationToken ct)
    {
        var allowed = candidates.ToHashSet();
        var page = new List<(string Key, int Ordinal)>();
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // One of the constants of FactsSql.
        command.CommandText = FactsSql.People(segment is not null, request.Sort ?? "since", descending, key is not null);
#pragma warning restore CA2100
        command.With("@store", store.Value);
        if (segment is { } id) command.With("@segment", id.Value);
        if (key is not null) command.With("@key", request.Sort is "since" or null ? long.Parse(key, CultureInfo.InvariantCulture) : key).With("@ordinal", ordinal);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (page.Count <= request.Take && await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var who = reader.GetInt32(0);
            // Once only: after a merge two stays may be open for an instant.
            if (allowed.Remove(who)) page.Add((Convert.ToString(reader.GetValue(1), CultureInfo.InvariantCulture) ?? "", who));
        }
        var more = page.Count > request.Take;
        if (more) page.RemoveAt(page.Count - 1);
        return new PeoplePage([.. page.Select(p => p.Ordinal)], more ? Next(page[^1].Key, page[^1].Ordinal) : null, candidates.Count);
    }

    private static string Next(string key, int ordinal) =>
        WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(ordinal.ToString(CultureInfo.InvariantCulture) + ":" + key));

    private static (string? Key, int Ordinal) Cursor(string? after)
    {
        if (string.IsNullOrEmpty(after)) return (null, 0);
        try
        {
            var parts = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(after)).Split(':', 2);
            return (parts[1], int.Parse(parts[0], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException or OverflowException)
        {
            throw new UserError("The page that was asked for is not one that was offered: begin the list again.", inner: e);
        }
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40];
}
