using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;
using Comeback.Engine.Segments;
using Comeback.Facts;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>
/// A store's segments at an instant, evaluated anew from the rows of the database: for the command line and for looks at the past. It writes nothing.
/// </summary>
internal sealed class SegmentReport(StoreFacts facts, IReadOnlyList<StockSegment> stock, IReadOnlyList<NamedSegment> segments, DateTimeOffset now)
{
    /// <summary>The key under which a definition that is only asked about is compiled; no segment can have it.</summary>
    public const string Asked = "?";

    private readonly LiveSegments live = new(facts);

    public Currency Currency => facts.Currency;

    public DateTimeOffset Now => now;

    public StoreColumns Columns => facts.Columns;

    public SegmentSet Set => live.Set!;

    /// <summary>Stock segments first, in their own order, then the merchant's.</summary>
    public IReadOnlyList<NamedSegment> Segments => segments;

    /// <summary>Reads the store as it is, or as it was at the end of a day in its zone.</summary>
    public static async Task<SegmentReport> ReadAsync(
        Databases databases, ColumnCache cache, StoreClocks clocks, StoreId store, DateOnly? asOf, string? query, CancellationToken ct)
    {
        var zone = clocks.Zone(store);
        var current = clocks.Now(store);
        var at = asOf is { } day && day != clocks.Today(store) ? StoreDays.Of(zone.Id).EndOf(day) : current;
        var facts = await cache.LoadAsync(store, at < current ? at : null, ct).ConfigureAwait(false);
        var share = (await StockRows.SettingsAsync(databases, store, ct).ConfigureAwait(false)).VipSharePercent;
        var stock = StockRows.Wanted(facts, share);
        await using var db = databases.Open(store);
        var own = await db.Segments.Where(s => !s.Deleted && !s.Stock).OrderBy(s => s.Id).Select(s => new NamedSegment(s.Key, s.Name, s.Definition))
            .ToListAsync(ct).ConfigureAwait(false);
        var keys = own.Select(s => s.Key).ToHashSet(StringComparer.Ordinal);
        var report = new SegmentReport(
            facts, stock, [.. stock.Where(s => !keys.Contains(s.Key)).Select(s => new NamedSegment(s.Key, s.Name, s.Definition)), .. own], at);
        report.Evaluate(query, await EntryHistory.ReadAsync(databases, store, report.Segments.Select(s => s.Definition).Append(query ?? ""), at, ct).ConfigureAwait(false));
        return report;
    }

    public SegmentLine Line(NamedSegment segment)
    {
        var known = live.Holds(segment.Key);
        var spent = live.AmountOf(segment.Key);
        var all = live.AmountOf("all_buyers");
        return new SegmentLine(
            segment.Key, segment.Name, live.MembersOf(segment.Key), new Money(spent, facts.Currency), all == 0 ? 0 : (decimal)spent / all,
            known && Set.NoData(segment.Key), known ? null : Problem(segment.Key));
    }

    /// <summary>What these customers spent together.</summary>
    public Money AmountOf(MemberSet members) => new(live.AmountOf(members), facts.Currency);

    /// <summary>The first mistake of a definition in one sentence; null when it is fine.</summary>
    public string? Problem(string key) => Set.Problems.TryGetValue(key, out var errors) && errors.Count > 0 ? errors[0].ToString() : null;

    private void Evaluate(string? query, IReadOnlyDictionary<string, List<KeyValuePair<int, DateTimeOffset>>> history)
    {
        var id = 0L;
        var rows = segments.Select(s => new SegmentInfo(new SegmentId(++id), s.Key, s.Definition, stock.Any(k => k.Key == s.Key))).ToList();
        if (query is not null) rows.Add(new SegmentInfo(new SegmentId(++id), Asked, query, false));
        live.Compile(rows, now, history);
    }

    /// <summary>Reads a date of the form 2011-12-10.</summary>
    public static DateOnly Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw new UserError($"'{(text.Length <= 40 ? text : text[..40])}' is not a date: write year, month and day, such as 2011-12-10.");

    /// <summary>A store by the name that the merchant gave it.</summary>
    public static async Task<StoreId> StoreAsync(Databases databases, string name, CancellationToken ct)
    {
        await using var db = databases.OpenSystem();
        var id = await db.Stores.Where(s => s.Name == name).Select(s => (StoreId?)s.Id).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        if (id is { } found) return found;
        var names = await db.Stores.OrderBy(s => s.Name).Select(s => s.Name).Take(10).ToListAsync(ct).ConfigureAwait(false);
        throw new UserError(
            $"There is no store named '{name}'{(names.Count == 0 ? "; import one first" : $": there is {string.Join(", ", names)}")}.", UserErrorKind.NotFound);
    }
}

/// <summary>A segment by its key, name and definition.</summary>
internal sealed record NamedSegment(string Key, string Name, string Definition);

/// <summary>One line of the report.</summary>
internal sealed record SegmentLine(string Key, string Name, int Customers, Money AmountSpent, decimal Share, bool NoData, string? Error);
