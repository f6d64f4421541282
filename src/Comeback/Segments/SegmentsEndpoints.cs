using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Comeback.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>Segments to see, make, change and check. Members and files are in <see cref="MembersEndpoints"/>, the past in <see cref="PastEndpoints"/>.</summary>
internal static class SegmentsEndpoints
{
    private const int LongestName = 100;
    private const int SizeDays = 400;
    private static readonly string[] Reserved = ["check", "compare", "complete", "definitions", "diff", "draft", "explain", "form", "gallery", "import", "language", "migration", "new", "overlap", "words"];

    public static void MapSegmentRoutes(this Routes routes)
    {
        var segments = routes.Store.MapGroup("/segments").WithTags("Segments");
        segments.MapGet("", ListAsync);
        segments.MapPost("", CreateAsync);
        segments.MapPost("/check", CheckAsync);
        segments.MapGet("/{key}", OneAsync);
        segments.MapPut("/{key}", ChangeAsync);
        segments.MapDelete("/{key}", DeleteAsync);
        segments.MapGet("/{key}/explain/{customer}", ExplainAsync);
        BuilderEndpoints.Map(segments);
        WordsEndpoints.Map(segments);
        DefinitionsEndpoints.Map(segments);
        DraftEndpoints.Map(segments);
        MembersEndpoints.Map(segments);
        PastEndpoints.Map(segments);
    }

    private static async Task<Ok<SegmentList>> ListAsync(StoreId store, Databases databases, SegmentStores stores, StoreClocks clocks, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        await using var db = databases.Open(store);
        var rows = await db.Segments.Where(s => !s.Deleted).OrderBy(s => s.Id).ToListAsync(ct).ConfigureAwait(false);
        var sizes = await SizesAsync(db, clocks.Today(store), segment: null, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(new SegmentList(
            live.Set!.Now, live.MembersOf("all_buyers"), new Money(live.AmountOf("all_buyers"), live.Facts.Currency),
            [.. rows.Select(r => Item(live, r, sizes, clocks.Now(store)))]));
    }

    /// <summary>One segment now, or as it was at the end of a day of the past.</summary>
    private static async Task<Results<Ok<SegmentItem>, NotFound>> OneAsync(
        StoreId store, string key, DateOnly? asOf, Databases databases, SegmentStores stores, PastReports past, StoreClocks clocks, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        await using var db = databases.Open(store);
        var row = await db.Segments.SingleOrDefaultAsync(s => s.Key == key && !s.Deleted, ct).ConfigureAwait(false);
        if (row is null) return TypedResults.NotFound();
        var sizes = await SizesAsync(db, clocks.Today(store), row.Id, ct).ConfigureAwait(false);
        if (asOf is { } day)
        {
            var then = await past.AtAsync(store, day, live.Facts.Change, report => report.Segments.FirstOrDefault(s => s.Key == key) is { } s
                ? (Line: report.Line(s), At: report.Now)
                : default, ct).ConfigureAwait(false);
            return then.Line is null ? TypedResults.NotFound() : TypedResults.Ok(new SegmentItem(
                row.Id, row.Key, row.Name, row.Description, row.Definition, row.Stock, then.Line.Customers, then.Line.AmountSpent, then.Line.Share, [.. sizes[row.Id]],
                then.At, null, then.Line.Error, then.Line.NoData, row.Version));
        }
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok(Item(live, row, sizes, clocks.Now(store)));
    }

    private static SegmentItem Item(LiveSegments live, SegmentRow row, ILookup<SegmentId, SegmentSize> sizes, DateTimeOffset now)
    {
        var held = live.Holds(row.Key);
        var (members, spent) = held ? (live.MembersOf(row.Key), live.AmountOf(row.Key)) : (row.Members, row.AmountSpentMinor);
        var all = live.AmountOf("all_buyers");
        var at = held ? live.Set!.Now : row.EvaluatedAt;
        var error = live.Set!.Problems.TryGetValue(row.Key, out var problems) && problems.Count > 0 ? problems[0].ToString() : row.Error;
        return new SegmentItem(
            row.Id, row.Key, row.Name, row.Description, row.Definition, row.Stock, members, new Money(spent, live.Facts.Currency), all == 0 ? 0 : (decimal)spent / all,
            [.. sizes[row.Id]], at, at is { } then ? Math.Max(0, (long)(now - then).TotalSeconds) : null, error, held && live.Set!.NoData(row.Key), row.Version);
    }

    private static async Task<ILookup<SegmentId, SegmentSize>> SizesAsync(ComebackDb db, DateOnly today, SegmentId? segment, CancellationToken ct)
    {
        var since = today.AddDays(-SizeDays);
        var rows = await db.SegmentSizes.Where(s => (segment == null || s.SegmentId == segment) && s.Day >= since)
            .OrderBy(s => s.Day).ToListAsync(ct).ConfigureAwait(false);
        return rows.ToLookup(s => s.SegmentId, s => new SegmentSize(s.Day, s.Members));
    }

    private static async Task<Results<Created<SegmentSaved>, ValidationProblem>> CreateAsync(
        StoreId store, SegmentToSave body, StoreWriter writer, StoreClocks clocks, SegmentStores stores, CancellationToken ct)
    {
        if (Wrong(body, out var tree) is { } problem) return problem;
        var key = Slug(string.IsNullOrWhiteSpace(body.Key) ? body.Name : body.Key);
        var saved = await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var now = clocks.Now(store);
            var free = await FreeKeyAsync(transaction.Db, key, exactly: !string.IsNullOrWhiteSpace(body.Key), ct).ConfigureAwait(false);
            var row = new SegmentRow
            {
                StoreId = store,
                Id = new SegmentId(await transaction.TakeIdsAsync(1).ConfigureAwait(false)),
                Change = await transaction.ChangeAsync().ConfigureAwait(false),
                Key = free,
                Name = body.Name.Trim(),
                Description = body.Description,
                Definition = SegmentLanguage.Print(tree!),
                CreatedAt = now,
                UpdatedAt = now,
                Version = 1,
            };
            transaction.Db.Segments.Add(row);
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            return new SegmentSaved(row.Id, row.Key, row.Definition, row.Version);
        }, ct).ConfigureAwait(false);
        await stores.PassAsync(store, CancellationToken.None).ConfigureAwait(false);
        return TypedResults.Created($"/api/stores/{store}/segments/{Uri.EscapeDataString(saved.Key)}", saved);
    }

    private static async Task<Results<Ok<SegmentSaved>, NotFound, ValidationProblem>> ChangeAsync(
        StoreId store, string key, SegmentToSave body, StoreWriter writer, StoreClocks clocks, SegmentStores stores, CancellationToken ct)
    {
        if (Wrong(body, out var tree) is { } problem) return problem;
        var saved = await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var row = await transaction.Db.Segments.SingleOrDefaultAsync(s => s.Key == key && !s.Deleted, ct).ConfigureAwait(false);
            if (row is null) return null;
            if (row.Stock) throw new UserError("This segment comes with Comeback and stays as it is: copy it, and change the copy.", UserErrorKind.Conflict);
            if (row.Version != body.Version)
                throw new UserError("Somebody changed this segment meanwhile: reload it, then make your change again.", UserErrorKind.Conflict);
            (row.Name, row.Description, row.Definition) = (body.Name.Trim(), body.Description ?? row.Description, SegmentLanguage.Print(tree!));
            (row.UpdatedAt, row.Version, row.Change) = (clocks.Now(store), row.Version + 1, await transaction.ChangeAsync().ConfigureAwait(false));
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            return new SegmentSaved(row.Id, row.Key, row.Definition, row.Version);
        }, ct).ConfigureAwait(false);
        if (saved is null) return TypedResults.NotFound();
        await stores.PassAsync(store, CancellationToken.None).ConfigureAwait(false);
        return TypedResults.Ok(saved);
    }

    private static async Task<Results<NoContent, NotFound>> DeleteAsync(
        StoreId store, string key, StoreWriter writer, StoreClocks clocks, SegmentStores stores, CancellationToken ct)
    {
        var there = await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            var row = await transaction.Db.Segments.SingleOrDefaultAsync(s => s.Key == key && !s.Deleted, ct).ConfigureAwait(false);
            if (row is null) return false;
            if (row.Stock) throw new UserError("This segment comes with Comeback and stays.", UserErrorKind.Conflict);
            var campaign = await transaction.Db.Campaigns.Where(c => c.SegmentKey == key && c.State != CampaignState.Archived && c.State != CampaignState.Done)
                .Select(c => c.Name).FirstOrDefaultAsync(ct).ConfigureAwait(false);
            if (campaign is not null) throw new UserError($"The campaign '{campaign}' uses this segment: choose another for it first.", UserErrorKind.Conflict);
            (row.Deleted, row.UpdatedAt, row.Version, row.Change) = (true, clocks.Now(store), row.Version + 1, await transaction.ChangeAsync().ConfigureAwait(false));
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            return true;
        }, ct).ConfigureAwait(false);
        if (!there) return TypedResults.NotFound();
        await stores.PassAsync(store, CancellationToken.None).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static ValidationProblem? Wrong(SegmentToSave body, out SegmentTree? tree)
    {
        tree = null;
        if (string.IsNullOrWhiteSpace(body.Name) || body.Name.Trim().Length > LongestName || body.Name.Any(char.IsControl))
            return Problem("name", $"Give a name of at most {LongestName} characters.");
        if (body.Key is { Length: > 0 } && (body.Key.Length > LongestName || Slug(body.Key) != body.Key))
            return Problem("key", "A key is small letters, digits, '_' and '-', such as tea_lovers.");
        var parsed = SegmentLanguage.Parse(body.Definition ?? "");
        tree = parsed.Tree;
        return parsed.Ok ? null : Problem("definition", [.. parsed.Errors.Select(e => e.ToString())]);
    }

    private static ValidationProblem Problem(string field, params string[] sentences) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = sentences });

    private static async Task<string> FreeKeyAsync(ComebackDb db, string key, bool exactly, CancellationToken ct)
    {
        var taken = await db.Segments.Where(s => s.Key.StartsWith(key)).Select(s => s.Key).ToListAsync(ct).ConfigureAwait(false);
        // What stands beside the keys in the addresses cannot be one.
        taken.AddRange(Reserved);
        if (!taken.Contains(key, StringComparer.Ordinal)) return key;
        if (exactly) throw new UserError($"There is, or was, a segment with the key '{key}': choose another.", UserErrorKind.Conflict);
        return Enumerable.Range(2, taken.Count + 1).Select(n => $"{key}_{n}").First(k => !taken.Contains(k, StringComparer.Ordinal));
    }

    internal static string Slug(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name.Trim().ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(letter) || letter is '_' or '-') text.Append(letter);
            else if (text.Length > 0 && text[^1] != '_') text.Append('_');
        }
        return text.ToString().Trim('_') is { Length: > 0 } slug ? slug[..Math.Min(slug.Length, 80)] : "segment";
    }

    internal static async Task<Ok<CheckAnswer>> CheckAsync(StoreId store, CheckRequest body, Databases databases, SegmentStores stores, CancellationToken ct)
    {
        var parsed = SegmentLanguage.Parse(body.Definition ?? "");
        if (parsed.Tree is not { } tree) return TypedResults.Ok(new CheckAnswer(false, null, parsed.Errors, [], null, null, []));
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        try
        {
            // Who entered a segment lately is asked of the history of memberships; everything else of what the live set keeps.
            var others = live.Rows.Values.Select(r => new SegmentDefinition(r.Key, r.Definition)).ToList();
            var answer = SegmentSet.EnteredIn(tree).Count == 0
                ? live.Set!.AnswerWhileEdited(tree)
                : SegmentSet.Ask(live.Facts.Columns, others, tree, live.Set!.Now,
                    await EntryHistory.ReadAsync(databases, store, others.Select(o => o.Text).Append(parsed.Text!), live.Set!.Now, ct).ConfigureAwait(false));
            var members = answer.Members;
            var warnings = SegmentLint.Check(tree, answer, live.Facts.Columns.Customers).Select(w => w.Part == parsed.Text ? w.Message : $"{w.Part}: {w.Message}");
            var sample = await SamplePeople.OfAsync(databases, live, members.Ordinals, 10, ct).ConfigureAwait(false);
            return TypedResults.Ok(new CheckAnswer(
                true, parsed.Text, [], [.. warnings], members.Count, new Money(live.AmountOf(members), live.Facts.Currency), sample));
        }
        catch (SegmentException problem)
        {
            return TypedResults.Ok(new CheckAnswer(false, parsed.Text, problem.Errors, [], null, null, []));
        }
    }

    private static async Task<Results<Ok<ExplainAnswer>, NotFound>> ExplainAsync(
        StoreId store, string key, CustomerId customer, SegmentStores stores, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        var ordinal = live.Facts.Columns.OrdinalOf(customer);
        if (!live.Holds(key) || ordinal < 0 || !live.Facts.Columns.Exists(ordinal)) return TypedResults.NotFound();
        var tree = live.Set!.Explain(key, ordinal);
        return TypedResults.Ok(new ExplainAnswer(tree.Truth, tree.LeavesAt, tree));
    }
}

internal sealed record SegmentList(DateTimeOffset AsOf, int Buyers, Money AmountSpent, IReadOnlyList<SegmentItem> Items);

internal sealed record SegmentItem(
    SegmentId Id, string Key, string Name, string? Description, string Definition, bool Stock, int Customers, Money AmountSpent, decimal Share,
    IReadOnlyList<SegmentSize> Sizes, DateTimeOffset? EvaluatedAt, long? LagSeconds, string? Error, bool NoData, int Version);

internal sealed record SegmentSize(DateOnly Day, int Members);

internal sealed record SegmentToSave(string Name, string Definition, string? Key = null, string? Description = null, int? Version = null);

internal sealed record SegmentSaved(SegmentId Id, string Key, string Definition, int Version);

internal sealed record CheckRequest(string Definition);

internal sealed record CheckAnswer(
    bool Ok, string? Normalised, IReadOnlyList<SegmentError> Errors, IReadOnlyList<string> Warnings, int? Customers, Money? AmountSpent, IReadOnlyList<SamplePerson> Sample);

internal sealed record ExplainAnswer(bool Member, DateTimeOffset? LeavesAt, Explanation Tree);
