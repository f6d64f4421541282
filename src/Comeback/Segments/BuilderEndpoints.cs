using Comeback.Engine;
using Comeback.Engine.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Segments;

/// <summary>What the builder asks while somebody edits: the other face of a definition, what may come next, the words there are, ready recipes.</summary>
internal static class BuilderEndpoints
{
    private const int MostNodes = 10_000;

    public static void Map(RouteGroupBuilder segments)
    {
        segments.MapPost("/form", Form);
        segments.MapPost("/complete", Complete);
        segments.MapGet("/language", Language);
        segments.MapGet("/gallery", GalleryAsync);
    }

    /// <summary>A text as a form, or a form as a text, by the one parser.</summary>
    private static Ok<FormAnswer> Form(StoreId store, FormRequest body)
    {
        if (body.Tree is { } tree && Nodes(tree) > MostNodes) throw new UserError($"A definition has at most {MostNodes} groups and clauses.");
        var form = body.Tree is { } node ? SegmentForms.OfNode(node) : SegmentForms.OfText(body.Definition ?? "");
        return TypedResults.Ok(new FormAnswer(form.Text, form is { Node: { } read, Errors.Count: 0 } ? SegmentForms.Text(read) : null, form.Node, form.Errors));
    }

    private static int Nodes(FormNode node) => 1 + (node.Parts?.OfType<FormNode>().Sum(Nodes) ?? 0);

    private static Ok<Completion> Complete(StoreId store, CompleteRequest body) => TypedResults.Ok(SegmentCompletions.At(body.Definition ?? "", body.Position));

    private static Ok<LanguageAnswer> Language(StoreId store) => TypedResults.Ok(new LanguageAnswer(
        [.. Vocabulary.Attributes.Values.Select(TermItem.Of).OrderBy(t => t.Name, StringComparer.Ordinal)],
        [.. Vocabulary.Functions.Values.Select(f => new FunctionItem(f.Name, f.Meaning, [.. f.Parameters.Select(TermItem.Of)])).OrderBy(f => f.Name, StringComparer.Ordinal)],
        SegmentForms.RankAttributes, SegmentForms.FunnelFunctions, SegmentForms.NamedDates));

    /// <summary>The recipes with how many fit each here and now.</summary>
    private static async Task<Ok<IReadOnlyList<GalleryItem>>> GalleryAsync(StoreId store, SegmentStores stores, CancellationToken ct)
    {
        var live = await stores.GetAsync(store, ct).ConfigureAwait(false);
        using var inside = await live.EnterAsync(ct).ConfigureAwait(false);
        return TypedResults.Ok<IReadOnlyList<GalleryItem>>([.. SegmentRecipes.All.Select(r => Item(live, r))]);
    }

    private static GalleryItem Item(LiveSegments live, SegmentRecipe recipe)
    {
        try
        {
            var answer = live.Set!.Answer(SegmentLanguage.Parse(recipe.Definition).Tree!);
            return new GalleryItem(recipe.Key, recipe.Aim, recipe.Definition, answer.NoData ? null : answer.Members.Count, answer.NoData);
        }
        catch (SegmentException)
        {
            // It goes by a segment that this store has lost.
            return new GalleryItem(recipe.Key, recipe.Aim, recipe.Definition, null, true);
        }
    }
}

/// <summary>One of the two.</summary>
internal sealed record FormRequest(string? Definition = null, FormNode? Tree = null);

/// <summary><see cref="Pretty"/> is the same definition as the builder writes it, null when it cannot be read.</summary>
internal sealed record FormAnswer(string Text, string? Pretty, FormNode? Tree, IReadOnlyList<SegmentError> Errors);

internal sealed record CompleteRequest(string? Definition, int Position);

internal sealed record LanguageAnswer(
    IReadOnlyList<TermItem> Attributes, IReadOnlyList<FunctionItem> Functions, IReadOnlyList<string> RankBy, IReadOnlyList<string> FunnelFunctions,
    IReadOnlyList<string> NamedDates);

internal sealed record TermItem(string Name, ValueKind Kind, string Meaning, IReadOnlyList<string> Words, IReadOnlyList<string> Operators)
{
    public static TermItem Of(Term term) => new(term.Name, term.Kind, term.Meaning, term.Words, [.. term.Operators.Select(SegmentForms.Word)]);
}

internal sealed record FunctionItem(string Name, string Meaning, IReadOnlyList<TermItem> Parameters);

internal sealed record GalleryItem(string Key, string Aim, string Definition, int? Customers, bool NoData);
