using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;
using Comeback.Engine.Segments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>The words that can stand in a definition, from the language and from the store itself: what completion in the builder and the text offers.</summary>
internal static class WordsEndpoints
{
    private const int Most = 100;
    private const int LongestSearch = 100;

    public static void Map(RouteGroupBuilder segments) => segments.MapGet("/words", ListAsync);

    /// <summary>Words of one kind that contain the search, the likeliest first.</summary>
    private static async Task<Ok<WordList>> ListAsync(
        StoreId store, string kind, string? search, int? limit, Databases databases, SegmentStores stores, CancellationToken ct)
    {
        var sought = (search ?? "").Trim() is var trimmed && trimmed.Length > LongestSearch ? trimmed[..LongestSearch] : trimmed;
        var take = Math.Clamp(limit ?? 20, 1, Most);
        IReadOnlyList<WordItem> items = kind switch
        {
            "attribute" => Find(Language, sought, take),
            "tag" => await OfCustomersAsync(stores, store, CustomerText.Tag, sought, take, ct).ConfigureAwait(false),
            "country" => await OfCustomersAsync(stores, store, CustomerText.Country, sought, take, ct).ConfigureAwait(false),
            "region" => await OfCustomersAsync(stores, store, CustomerText.Region, sought, take, ct).ConfigureAwait(false),
            "city" => await OfCustomersAsync(stores, store, CustomerText.City, sought, take, ct).ConfigureAwait(false),
            "language" => await OfCustomersAsync(stores, store, CustomerText.Language, sought, take, ct).ConfigureAwait(false),
            "emailDomain" => await OfCustomersAsync(stores, store, CustomerText.EmailDomain, sought, take, ct).ConfigureAwait(false),
            "event" or "property" => await OfEventsAsync(stores, store, kind, sought, take, ct).ConfigureAwait(false),
            "product" or "category" or "collection" or "vendor" or "productTag" or "campaign" or "segment" =>
                await OfCatalogueAsync(databases, store, kind, sought, take, ct).ConfigureAwait(false),
            _ => throw new UserError($"There are words of kind {string.Join(", ", Kinds)}, not '{kind[..Math.Min(kind.Length, 40)]}'."),
        };
        return TypedResults.Ok(new WordList(kind, items));
    }

    private static readonly string[] Kinds =
    [
        "attribute", "product", "category", "collection", "vendor", "productTag", "tag", "country", "region", "city", "language", "emailDomain", "campaign", "segment", "event", "property",
    ];

    /// <summary>Attributes, functions and the clauses that are neither.</summary>
    private static readonly IReadOnlyList<WordItem> Language =
    [
        .. Vocabulary.Attributes.Values.OrderBy(term => term.Name, StringComparer.Ordinal).Select(term => Of(term, "attribute")),
        .. Vocabulary.Functions.Values.OrderBy(function => function.Name, StringComparer.Ordinal).Select(function =>
            new WordItem(function.Name, $"{function.Name} MATCHES ()", function.Name, function.Meaning, "function", null, ["MATCHES", "NOT MATCHES"], [],
                [.. function.Parameters.Select(parameter => Of(parameter, "parameter"))], null)),
        .. Vocabulary.Clauses.Select(clause => new WordItem(clause.Name, clause.Example, clause.Name, clause.Meaning, "clause", null, [], [], [], null)),
    ];

    private static WordItem Of(Term term, string type) => new(
        term.Name, term.Name, term.Name, term.Meaning, type, term.Kind, [.. term.Operators.Select(Vocabulary.Symbol)], term.Words, [], null);

    private static async Task<IReadOnlyList<WordItem>> OfCustomersAsync(
        SegmentStores stores, StoreId store, CustomerText of, string search, int take, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        return Find(live.Facts.Columns.CountTexts(of).Select(count => Text(count.Key, count.Key, null, count.Value)), search, take);
    }

    // Events by name, the store's own first; and the properties that its events carry.
    private static async Task<IReadOnlyList<WordItem>> OfEventsAsync(SegmentStores stores, StoreId store, string kind, string search, int take, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        var (events, properties) = live.Facts.Columns.CountProperties();
        return kind == "event"
            ? Find([.. events.Select(e => Text(e.Key, e.Key, null, e.Value)), .. Vocabulary.EventNames.Select(name => Text(name, name, null, null))], search, take)
            : Find(properties.Select(p => new WordItem(p.Key, Vocabulary.Property(p.Key), p.Key, null, "value", null, [], [], [], p.Value)), search, take);
    }

    private static async Task<IReadOnlyList<WordItem>> OfCatalogueAsync(Databases databases, StoreId store, string kind, string search, int take, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        switch (kind)
        {
            case "product":
                // A store may have a hundred thousand products: the database looks, by the title or the store's own id.
                var small = search.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // Translated to SQL's lower(), which takes no culture.
                var products = await db.Products.Where(p => !p.Deleted && (small == "" || p.Title.ToLower().Contains(small) || p.ExternalId == search))
                    .OrderBy(p => p.Title).ThenBy(p => p.Id).Take(take).Select(p => new { p.Id, p.Title, p.ExternalId, p.Vendor }).ToListAsync(ct).ConfigureAwait(false);
#pragma warning restore CA1304, CA1311, CA1862, MA0011
                return [.. products.Select(p => Id(p.ExternalId, p.Title, p.Vendor))];
            case "category" or "collection":
                var categories = await db.Categories.Where(c => !c.Deleted && c.InUse).OrderBy(c => c.Name).ThenBy(c => c.Id)
                    .Select(c => new { c.Key, c.Name, c.ExternalId }).ToListAsync(ct).ConfigureAwait(false);
                return Find(categories.Select(c => kind == "category"
                    ? Text(c.Key, c.Name, c.Key, null)
                    : Id(c.ExternalId, c.Name, c.Key)), search, take);
            case "vendor":
                var vendors = await db.Products.Where(p => !p.Deleted && p.Vendor != null && p.Vendor != "").GroupBy(p => p.Vendor!).Select(g => new { g.Key, Count = g.Count() })
                    .ToListAsync(ct).ConfigureAwait(false);
                return Find(vendors.OrderByDescending(v => v.Count).ThenBy(v => v.Key, StringComparer.Ordinal).Select(v => Text(v.Key, v.Key, null, v.Count)), search, take);
            case "productTag":
                var lists = await db.Products.Where(p => !p.Deleted && p.Tags != "[]").Select(p => p.Tags).ToListAsync(ct).ConfigureAwait(false);
                return Find(lists.SelectMany(json => System.Text.Json.JsonSerializer.Deserialize<string[]>(json) ?? []).GroupBy(tag => tag, StringComparer.OrdinalIgnoreCase)
                    .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => Text(g.Key, g.Key, null, g.Count())), search, take);
            case "campaign":
                var campaigns = await db.Campaigns.OrderBy(c => c.Name).ThenBy(c => c.Id).Select(c => new { c.Id, c.Name, c.Key }).ToListAsync(ct).ConfigureAwait(false);
                return Find(campaigns.Select(c => new WordItem(c.Id.ToString(), c.Id.ToString(), c.Name, c.Key, "value", null, [], [], [], null)), search, take);
            default:
                var segments = await db.Segments.Where(s => !s.Deleted).OrderBy(s => s.Id).Select(s => new { s.Key, s.Name, s.Members }).ToListAsync(ct).ConfigureAwait(false);
                return Find(segments.Select(s => Text(s.Key, s.Name, s.Key, s.Members)), search, take);
        }
    }

    // The store's own id: digits stand bare, anything else in quotes.
    private static WordItem Id(string externalId, string label, string? meaning)
    {
        var id = externalId[(externalId.LastIndexOf('/') + 1)..];
        return id.Length is > 0 and <= 15 && id.All(char.IsAsciiDigit) && id[0] != '0'
            ? new(id, id, label, meaning ?? id, "value", null, [], [], [], null)
            : Text(id, label, meaning ?? id, null);
    }

    private static WordItem Text(string value, string label, string? meaning, int? count) =>
        new(value, $"'{value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'", label, meaning, "value", null, [], [], [], count);

    // What begins with the search stands before what only contains it.
    private static List<WordItem> Find(IEnumerable<WordItem> all, string search, int take) =>
    [
        .. all.Select(word => (Word: word, Place: Math.Min(Place(word.Label, search), Place(word.Value, search))))
            .Select(found => found.Place == 2 && found.Word.Type != "value" && Place(found.Word.Meaning ?? "", search) < 2 ? (found.Word, Place: 1) : found)
            .Where(found => found.Place < 2).OrderBy(found => found.Place).Take(take).Select(found => found.Word),
    ];

    private static int Place(string text, string search) => search.Length == 0 ? 0
        : CultureInfo.InvariantCulture.CompareInfo.IndexOf(text, search, CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace) switch { 0 => 0, > 0 => 1, _ => 2 };
}

internal sealed record WordList(string Kind, IReadOnlyList<WordItem> Items);

/// <summary>A word of the language, or a value of the store.</summary>
/// <param name="Text">As it is written in a definition.</param>
/// <param name="Type"><c>attribute</c>, <c>function</c>, <c>parameter</c>, <c>clause</c> or <c>value</c>.</param>
/// <param name="Takes">What kind of values an attribute or parameter is compared with.</param>
/// <param name="Operators">The operators that fit, as they are written.</param>
/// <param name="Words">The words that it can be, when these are given.</param>
/// <param name="Parameters">What may stand in a function's brackets.</param>
/// <param name="Count">How many have it, where that is known.</param>
internal sealed record WordItem(
    string Value, string Text, string Label, string? Meaning, string Type, ValueKind? Takes, IReadOnlyList<string> Operators, IReadOnlyList<string> Words,
    IReadOnlyList<WordItem> Parameters, int? Count);
