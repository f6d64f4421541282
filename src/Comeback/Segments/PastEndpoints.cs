using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Comeback.Facts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>Looks that no list gives: a segment on a past day and what came of it, who moved between two days, how segments and definitions overlap.</summary>
internal static class PastEndpoints
{
    private const int MostKeys = 8;
    private const int MostPeople = 200;
    private const int BacktestDays = 30;
    private static readonly string[] LifeCycle = ["prospects", "active", "slipping_away", "inactive"];

    public static void Map(RouteGroupBuilder segments)
    {
        segments.MapGet("/{key}/past", PastAsync);
        segments.MapGet("/{key}/past/people", PastPeopleAsync);
        segments.MapGet("/migration", MigrationAsync);
        segments.MapGet("/migration/people", MovedAsync);
        segments.MapGet("/overlap", OverlapAsync);
        segments.MapPost("/diff", DiffAsync);
    }

    /// <summary>Who was in a segment at the end of a day, and how many of them bought in the thirty days after, for how much.</summary>
    private static async Task<Results<Ok<PastAnswer>, NotFound>> PastAsync(
        StoreId store, string key, DateOnly asOf, Databases databases, SegmentStores stores, PastReports past, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        var (line, members, end) = await past.AtAsync(store, asOf, live.Facts.Change, report =>
        {
            var segment = report.Segments.FirstOrDefault(s => s.Key == key);
            return segment is null || report.Problem(key) is not null
                ? (null, null, default)
                : (report.Line(segment), new OrdinalBits(report.Set.Members(key).Ordinals), report.Now);
        }, ct).ConfigureAwait(false);
        if (line is null || members is null) return TypedResults.NotFound();
        var bought = await BoughtAsync(databases, store, members, end, ct).ConfigureAwait(false);
        return TypedResults.Ok(new PastAnswer(
            key, asOf, end, line.Customers, line.AmountSpent, line.Share, BacktestDays, bought.Count, new Money(bought.Values.Sum(), live.Facts.Currency)));
    }

    /// <summary>Who they were; with <paramref name="bought"/> only those who bought in the thirty days after, or only those who did not.</summary>
    private static async Task<Results<Ok<Page<SamplePerson>>, NotFound>> PastPeopleAsync(
        StoreId store, string key, DateOnly asOf, bool? bought, Databases databases, SegmentStores stores, PastReports past, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        var (members, end) = await past.AtAsync(store, asOf, live.Facts.Change, report => report.Segments.Any(s => s.Key == key) && report.Problem(key) is null
            ? (new OrdinalBits(report.Set.Members(key).Ordinals), report.Now)
            : ((OrdinalBits?)null, default), ct).ConfigureAwait(false);
        if (members is null) return TypedResults.NotFound();
        var buyers = bought is null ? null : await BoughtAsync(databases, store, members, end, ct).ConfigureAwait(false);
        var people = members.Ordinals.Where(o => buyers is null || buyers.ContainsKey(o) == bought).ToList();
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(new Page<SamplePerson>(
            await SamplePeople.OfAsync(databases, live, people.Take(MostPeople), MostPeople, ct).ConfigureAwait(false), null, people.Count));
    }

    /// <summary>Of some customers, those with a counted order within the days after an instant, and what they spent in them.</summary>
    private static async Task<Dictionary<int, long>> BoughtAsync(Databases databases, StoreId store, OrdinalBits members, DateTimeOffset after, CancellationToken ct)
    {
        var bought = new Dictionary<int, long>();
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = SegmentsSql.BoughtBetween;
        command.With("@store", store.Value).With("@after", Instants.ToMicroseconds(after)).With("@until", Instants.ToMicroseconds(after.AddDays(BacktestDays)));
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var ordinal = reader.GetInt32(0);
            if (members.Contains(ordinal)) bought[ordinal] = bought.GetValueOrDefault(ordinal) + (reader.IsDBNull(1) ? 0 : reader.GetInt64(1));
        }
        return bought;
    }

    /// <summary>How many moved from one segment to another between two days; the first of the keys that fits counts, and an empty key is none of them.</summary>
    private static async Task<Ok<MigrationAnswer>> MigrationAsync(
        StoreId store, DateOnly from, DateOnly to, string? keys, SegmentStores stores, PastReports past, CancellationToken ct)
    {
        var chosen = Keys(keys);
        var (was, becomes) = await TwoDaysAsync(store, from, to, chosen, stores, past, ct).ConfigureAwait(false);
        var cells = was.Keys.Union(becomes.Keys).GroupBy(o => (From: was.GetValueOrDefault(o, ""), To: becomes.GetValueOrDefault(o, "")))
            .Select(g => new MigrationCell(g.Key.From, g.Key.To, g.Count())).OrderBy(c => Place(c.From)).ThenBy(c => Place(c.To)).ToList();
        return TypedResults.Ok(new MigrationAnswer(from, to, chosen, cells));

        int Place(string key) => Array.IndexOf(chosen, key) is >= 0 and var index ? index : chosen.Length;
    }

    /// <summary>The people of one cell of the matrix.</summary>
    private static async Task<Ok<Page<SamplePerson>>> MovedAsync(
        StoreId store, DateOnly from, DateOnly to, string? was, string? @is, string? keys, Databases databases, SegmentStores stores, PastReports past, CancellationToken ct)
    {
        var (before, after) = await TwoDaysAsync(store, from, to, Keys(keys), stores, past, ct).ConfigureAwait(false);
        var people = before.Keys.Union(after.Keys).Where(o => before.GetValueOrDefault(o, "") == (was ?? "") && after.GetValueOrDefault(o, "") == (@is ?? "")).Order().ToList();
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(new Page<SamplePerson>(
            await SamplePeople.OfAsync(databases, live, people.Take(MostPeople), MostPeople, ct).ConfigureAwait(false), null, people.Count));
    }

    private static async Task<(Dictionary<int, string> From, Dictionary<int, string> To)> TwoDaysAsync(
        StoreId store, DateOnly from, DateOnly to, string[] keys, SegmentStores stores, PastReports past, CancellationToken ct)
    {
        if (from >= to) throw new UserError("The first day must lie before the second.");
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        return (await past.AtAsync(store, from, live.Facts.Change, Where, ct).ConfigureAwait(false), await past.AtAsync(store, to, live.Facts.Change, Where, ct).ConfigureAwait(false));

        Dictionary<int, string> Where(SegmentReport report)
        {
            var places = new Dictionary<int, string>();
            foreach (var key in keys)
            {
                if (report.Segments.All(s => s.Key != key)) throw new UserError($"There is no segment '{key}'.", UserErrorKind.NotFound);
                if (report.Problem(key) is not null) continue;
                foreach (var ordinal in report.Set.Members(key).Ordinals) places.TryAdd(ordinal, key);
            }
            return places;
        }
    }

    /// <summary>For each combination of the chosen segments, how many are in exactly these: the columns of an UpSet plot.</summary>
    private static async Task<Ok<OverlapAnswer>> OverlapAsync(StoreId store, string keys, SegmentStores stores, CancellationToken ct)
    {
        var chosen = Keys(keys);
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        if (Array.Find(chosen, k => !live.Holds(k)) is { } unknown) throw new UserError($"There is no segment '{unknown}'.", UserErrorKind.NotFound);
        var combinations = new Dictionary<int, int>();
        var sets = chosen.Select(k => live.Set!.Members(k)).ToArray();
        for (var ordinal = 0; ordinal < live.Facts.Columns.Capacity; ordinal++)
        {
            var mask = 0;
            for (var i = 0; i < sets.Length; i++) mask |= sets[i].Contains(ordinal) ? 1 << i : 0;
            if (mask != 0) combinations[mask] = combinations.GetValueOrDefault(mask) + 1;
        }
        return TypedResults.Ok(new OverlapAnswer(
            [.. chosen.Select((k, i) => new OverlapSegment(k, sets[i].Count))],
            [.. combinations.OrderByDescending(c => c.Value).ThenBy(c => c.Key)
                .Select(c => new OverlapPart([.. chosen.Where((_, i) => (c.Key & (1 << i)) != 0)], c.Value))]));
    }

    /// <summary>Two definitions side by side on the people of today.</summary>
    private static async Task<Ok<DiffAnswer>> DiffAsync(StoreId store, DiffRequest body, Databases databases, SegmentStores stores, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        var a = new OrdinalBits((await MembersAsync(databases, live, body.A, "first", ct).ConfigureAwait(false)).Ordinals);
        var b = new OrdinalBits((await MembersAsync(databases, live, body.B, "second", ct).ConfigureAwait(false)).Ordinals);
        return TypedResults.Ok(new DiffAnswer(
            await PartAsync(a.Ordinals.Where(o => !b.Contains(o))).ConfigureAwait(false), await PartAsync(b.Ordinals.Where(o => !a.Contains(o))).ConfigureAwait(false),
            await PartAsync(a.Ordinals.Where(b.Contains)).ConfigureAwait(false)));

        async Task<DiffPart> PartAsync(IEnumerable<int> people)
        {
            var all = people.ToList();
            return new DiffPart(all.Count, await SamplePeople.OfAsync(databases, live, all, 5, ct).ConfigureAwait(false));
        }
    }

    private static async Task<MemberSet> MembersAsync(Databases databases, LiveSegments live, string? definition, string which, CancellationToken ct)
    {
        var parsed = SegmentLanguage.Parse(definition ?? "");
        if (parsed.Tree is not { } tree) throw new UserError($"The {which} definition is wrong at {parsed.Errors[0]}");
        try
        {
            await EntryHistory.WatchAsync(databases, live, tree, ct).ConfigureAwait(false);
            return live.Set!.Query(tree);
        }
        catch (SegmentException problem)
        {
            throw new UserError($"The {which} definition is wrong at {problem.Message}", inner: problem);
        }
    }

    private static string[] Keys(string? keys)
    {
        var chosen = (keys ?? string.Join(',', LifeCycle)).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        return chosen.Length is > 0 and <= MostKeys ? chosen : throw new UserError($"Name one to {MostKeys} segments, with commas between.");
    }
}

internal sealed record PastAnswer(
    string Key, DateOnly Day, DateTimeOffset AsOf, int Customers, Money AmountSpent, decimal Share, int BacktestDays, int BoughtAfter, Money SpentAfter);

internal sealed record MigrationAnswer(DateOnly From, DateOnly To, IReadOnlyList<string> Keys, IReadOnlyList<MigrationCell> Cells);

internal sealed record MigrationCell(string From, string To, int Customers);

internal sealed record OverlapAnswer(IReadOnlyList<OverlapSegment> Segments, IReadOnlyList<OverlapPart> Parts);

internal sealed record OverlapSegment(string Key, int Customers);

internal sealed record OverlapPart(IReadOnlyList<string> Keys, int Customers);

internal sealed record DiffRequest(string A, string B);

internal sealed record DiffAnswer(DiffPart OnlyA, DiffPart OnlyB, DiffPart Both);

internal sealed record DiffPart(int Customers, IReadOnlyList<SamplePerson> Sample);
