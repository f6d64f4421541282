using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;
using Comeback.Engine.Segments;
using Comeback.Stores.Klaviyo;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>Takes many definitions into a store at once, as text, JSON or Klaviyo's segments, and gives back what undoes it.</summary>
internal sealed class DefinitionImport(Databases databases, StoreWriter writer, StoreClocks clocks)
{
    private const int MostCharacters = 4_000_000;
    private const int MostDefinitions = 1_000;

    private sealed record Wanted(DefinitionItem Item, IReadOnlyList<string> NotCarried)
    {
        public SegmentTree? Tree { get; init; }
        public string? Refused { get; init; }
    }

    /// <summary>What each definition would become, or became; nothing is written in a dry run.</summary>
    public async Task<ImportedDefinitions> RunAsync(StoreId store, DefinitionsToImport request, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var rows = await db.Segments.AsNoTracking().ToListAsync(ct).ConfigureAwait(false);
        var wanted = Check(Read(request, rows), rows, request);
        if (request.DryRun) return new ImportedDefinitions(true, [.. wanted.Select(w => Outcome(w, rows, request))], null);
        var undo = new List<DefinitionBefore>();
        var outcomes = await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            undo.Clear();
            // Somebody may have written meanwhile: what is there is read again inside the transaction.
            var now = await transaction.Db.Segments.ToListAsync(ct).ConfigureAwait(false);
            var done = new List<ImportedDefinition>();
            foreach (var one in wanted)
            {
                var outcome = Outcome(one, now, request);
                done.Add(outcome);
                if (outcome.Outcome is "created" or "changed") undo.Add(await PutAsync(transaction, one.Item with { Key = outcome.Key }, one.Tree!, now, ct).ConfigureAwait(false));
            }
            await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
            return done;
        }, ct).ConfigureAwait(false);
        return new ImportedDefinitions(false, outcomes, undo.Count == 0 ? null : new DefinitionsUndo(undo));
    }

    /// <summary>Takes an import back. All or nothing: when somebody changed one of its segments since, nothing is undone.</summary>
    public Task<int> UndoAsync(StoreId store, DefinitionsUndo undo, CancellationToken ct) => writer.WriteAsync(store, Lane.Live, async transaction =>
    {
        foreach (var before in (undo.Items ?? []).Reverse())
        {
            var row = await transaction.Db.Segments.SingleOrDefaultAsync(s => s.Key == before.Key && !s.Deleted, ct).ConfigureAwait(false);
            if (row is null || row.Version != before.Version)
                throw new UserError($"The segment '{before.Key}' was changed since the import: undo it by hand.", UserErrorKind.Conflict);
            if (before.Definition is null && await transaction.Db.Campaigns.AnyAsync(c => c.SegmentKey == before.Key && c.State != CampaignState.Archived && c.State != CampaignState.Done, ct).ConfigureAwait(false))
                throw new UserError($"A campaign uses the segment '{before.Key}' by now: choose another for it first.", UserErrorKind.Conflict);
            if (before.Definition is null) row.Deleted = true;
            else (row.Name, row.Description, row.Definition) = (before.Name ?? row.Name, before.Description, before.Definition);
            (row.UpdatedAt, row.Version, row.Change) = (clocks.Now(store), row.Version + 1, await transaction.ChangeAsync().ConfigureAwait(false));
        }
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        return undo.Items?.Count ?? 0;
    }, ct);

    private static List<Wanted> Read(DefinitionsToImport request, List<SegmentRow> rows)
    {
        var content = request.Content ?? "";
        if (content.Length > MostCharacters) throw new UserError($"The file has {content.Length} characters; {MostCharacters} are the most at once.");
        var format = request.Format ?? Guess(content);
        List<Wanted> wanted = format switch
        {
            "text" => [.. DefinitionText.Read(content).Select(item => new Wanted(item, []))],
            "json" => [.. Json(content).Select(item => new Wanted(item, []))],
            "klaviyo" => Klaviyo(content, rows),
            _ => throw new UserError($"A file of definitions is text, json or klaviyo, not '{format[..Math.Min(format.Length, 20)]}'."),
        };
        if (wanted.Count == 0) throw new UserError("No definition is in this file.");
        return wanted.Count <= MostDefinitions ? wanted : throw new UserError($"The file has {wanted.Count} definitions; {MostDefinitions} are the most at once.");
    }

    private static string Guess(string content)
    {
        var start = content.AsSpan().TrimStart('\uFEFF').TrimStart();
        var json = start.StartsWith("{") || (start.StartsWith("[") && start[1..].TrimStart() is ['{' or ']', ..]);
        return !json ? "text" : content.Contains("\"condition_groups\"", StringComparison.Ordinal) ? "klaviyo" : "json";
    }

    private static List<DefinitionItem> Json(string content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var list = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("items", out var items) ? items : document.RootElement;
            if (list.ValueKind != JsonValueKind.Array) throw new UserError("The file is no list of definitions: [{\"key\":\"...\",\"name\":\"...\",\"definition\":\"...\"}].");
            return [.. list.Deserialize<List<DefinitionItem?>>(Hosting.Json.Options)!.Select(item => item ?? throw new JsonException("A definition is null."))];
        }
        catch (JsonException problem)
        {
            throw new UserError($"The file is no list of definitions (line {problem.LineNumber + 1}, {problem.Path}).", inner: problem);
        }
    }

    private static List<Wanted> Klaviyo(string content, List<SegmentRow> rows)
    {
        // Once for the names that the file itself brings, so that its segments may refer to each other.
        var own = KlaviyoSegments.Read(content, name => name).Select(segment => segment.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var known = rows.Where(r => !r.Deleted).ToLookup(r => r.Name, r => r.Key, StringComparer.OrdinalIgnoreCase);
        return KlaviyoSegments.Read(content, name => known[name].FirstOrDefault() ?? (own.Contains(name) ? SegmentsEndpoints.Slug(name) : null)).Select(segment =>
            new Wanted(new DefinitionItem(SegmentsEndpoints.Slug(segment.Name), segment.Name.Length > 100 ? segment.Name[..100] : segment.Name, null, segment.Definition ?? "", false), segment.NotCarried)
            {
                Refused = segment.Definition is null ? "Nothing of it could be carried." : null,
            }).ToList();
    }

    // Texts are read, keys made fit, and all of them compiled together with what is there: circles and unknown names are found before anything is written.
    private static List<Wanted> Check(List<Wanted> all, List<SegmentRow> rows, DefinitionsToImport request)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < all.Count; i++)
        {
            var one = all[i];
            var item = one.Item with { Key = string.IsNullOrWhiteSpace(one.Item.Key) ? SegmentsEndpoints.Slug(one.Item.Name ?? "") : one.Item.Key.Trim(), Name = (one.Item.Name ?? one.Item.Key ?? "").Trim() };
            var parsed = SegmentLanguage.Parse(item.Definition ?? "");
            var refused = one.Refused
                ?? (item.Name.Length is 0 or > 100 || item.Name.Any(char.IsControl) ? "Its name has 1 to 100 characters." : null)
                ?? (!Fits(item.Key) ? "Its key is no key: small letters, digits, '_', '-' and ':'." : null)
                ?? (!seen.Add(item.Key) ? "Its key stands twice in the file." : null)
                ?? (parsed.Ok ? null : $"The definition is wrong at {parsed.Errors[0]}")
                ?? (one.NotCarried.Count > 0 && !request.Partial ? "Not all of it could be carried: import it as 'partial' if it is right without." : null);
            all[i] = one with { Item = item, Tree = parsed.Tree, Refused = refused };
        }
        for (var changed = true; changed;)
        {
            changed = false;
            var taken = all.Where(w => w.Refused is null).ToDictionary(w => w.Item.Key, w => w.Item.Definition, StringComparer.Ordinal);
            var others = rows.Where(r => !r.Deleted).Select(r => new SegmentDefinition(r.Key, r.Definition)).Concat(StockSegments.All().Select(s => new SegmentDefinition(s.Key, s.Definition)))
                .Where(d => !taken.ContainsKey(d.Key)).DistinctBy(d => d.Key);
            var set = SegmentSet.Compile(new StoreColumns(new StoreProfile(Currency.Parse("EUR"), "UTC")), [.. others, .. taken.Select(t => new SegmentDefinition(t.Key, t.Value))]);
            for (var i = 0; i < all.Count; i++)
            {
                if (all[i].Refused is not null || !set.Problems.TryGetValue(all[i].Item.Key, out var problems)) continue;
                all[i] = all[i] with { Refused = problems.Count > 0 ? problems[0].Message : "It cannot be evaluated." };
                changed = true;
            }
        }
        return all;
    }

    private static bool Fits(string key) => key.Length is > 0 and <= 100 && key.All(letter => (char.IsLetterOrDigit(letter) && !char.IsUpper(letter)) || letter is '_' or '-' or ':');

    private static ImportedDefinition Outcome(Wanted wanted, List<SegmentRow> rows, DefinitionsToImport request)
    {
        var text = wanted.Tree is { } tree ? SegmentLanguage.Print(tree) : null;
        var row = rows.Find(r => r.Key == wanted.Item.Key);
        var (outcome, problem) = wanted.Refused is { } refused ? ("refused", refused)
            : row is null or { Deleted: true, Stock: false } ? ("created", null)
            : Same(row.Definition, text) && (row.Stock || (row.Name == wanted.Item.Name && (row.Description ?? "") == (wanted.Item.Description ?? ""))) ? ("unchanged", null)
            : row.Stock ? ("refused", "This key belongs to a segment that comes with Comeback: give it another.")
            : request.Overwrite ? ("changed", (string?)null)
            : ("refused", "There is another segment with this key: import with 'overwrite' to change it.");
        return new ImportedDefinition(wanted.Item.Key, wanted.Item.Name, text, outcome, problem, wanted.NotCarried);
    }

    private static bool Same(string definition, string? text) => definition == text || SegmentLanguage.Parse(definition).Text == text;

    private async Task<DefinitionBefore> PutAsync(StoreTransaction transaction, DefinitionItem item, SegmentTree tree, List<SegmentRow> rows, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var now = clocks.Now(transaction.Store);
        var row = rows.Find(r => r.Key == item.Key);
        var before = row is { Deleted: false } ? new DefinitionBefore(row.Key, row.Version + 1, row.Name, row.Description, row.Definition) : null;
        if (row is null)
        {
            row = new SegmentRow
            {
                StoreId = transaction.Store,
                Id = new SegmentId(await transaction.TakeIdsAsync(1).ConfigureAwait(false)),
                Key = item.Key,
                Name = item.Name,
                Definition = "",
                CreatedAt = now,
            };
            transaction.Db.Segments.Add(row);
            rows.Add(row);
        }
        (row.Name, row.Description, row.Definition, row.Deleted) = (item.Name, item.Description, SegmentLanguage.Print(tree), false);
        (row.UpdatedAt, row.Version, row.Change) = (now, row.Version + 1, await transaction.ChangeAsync().ConfigureAwait(false));
        return before ?? new DefinitionBefore(row.Key, row.Version, null, null, null);
    }
}

/// <param name="Format"><c>text</c>, <c>json</c> or <c>klaviyo</c>; null looks at the content.</param>
/// <param name="DryRun">Only says what would happen.</param>
/// <param name="Overwrite">Changes segments that are there under the same key.</param>
/// <param name="Partial">Takes what could not be carried wholly too.</param>
internal sealed record DefinitionsToImport(string Content, string? Format = null, bool DryRun = false, bool Overwrite = false, bool Partial = false);

/// <param name="Undo">What takes the import back; null when it changed nothing.</param>
internal sealed record ImportedDefinitions(bool DryRun, IReadOnlyList<ImportedDefinition> Items, DefinitionsUndo? Undo);

/// <param name="Outcome"><c>created</c>, <c>changed</c>, <c>unchanged</c> or <c>refused</c>.</param>
internal sealed record ImportedDefinition(string Key, string Name, string? Definition, string Outcome, string? Problem, IReadOnlyList<string> NotCarried);

internal sealed record DefinitionsUndo(IReadOnlyList<DefinitionBefore> Items);

/// <summary>A segment as it was before an import, and its version since; without a definition it was not there.</summary>
internal sealed record DefinitionBefore(string Key, int Version, string? Name, string? Description, string? Definition);
