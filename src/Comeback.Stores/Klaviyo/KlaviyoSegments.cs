using System.Text.Json;
using Comeback.Engine;
using Comeback.Engine.Segments;

namespace Comeback.Stores.Klaviyo;

/// <summary>A segment of Klaviyo in our language. <see cref="Definition"/> is null when nothing of it could be carried.</summary>
/// <param name="NotCarried">What is missing from the definition, one plain sentence each; empty when it says the same.</param>
public sealed record KlaviyoSegment(string Id, string Name, string? Definition, IReadOnlyList<string> NotCarried);

/// <summary>
/// Reads segments as Klaviyo's API answers them (OpenAPI revision 2026-07-15, <c>definition.condition_groups[].conditions[]</c>: groups are joined with
/// AND, the conditions of one with OR). Metrics are named by opaque ids there: their names are taken from <c>included</c> or <c>metrics</c> in the same file.
/// </summary>
public static class KlaviyoSegments
{
    private const int MostSegments = 1_000;
    private const int MostConditions = 500;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <param name="keyOf">The key of a segment of ours by the name that it has in Klaviyo; null when there is none.</param>
    /// <exception cref="UserError">It is no answer of Klaviyo's.</exception>
    public static IReadOnlyList<KlaviyoSegment> Read(string json, Func<string, string?> keyOf)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var root = document.RootElement;
            var resources = root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()]
                : root.At("data") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()]
                : root.At("data") is { ValueKind: JsonValueKind.Object } one ? [one]
                : new List<JsonElement> { root };
            if (resources.Count > MostSegments) throw new UserError($"The file has {resources.Count} segments; {MostSegments} are the most at once.");
            var names = Names(root);
            foreach (var resource in resources)
                if (resource.Text("id") is { } id && (resource.At("attributes") ?? resource).Text("name") is { } name) names.Groups.TryAdd(id, name);
            var found = resources.ConvertAll(resource => One(resource, names, keyOf));
            return found.Exists(segment => segment.Definition is not null || segment.NotCarried.Count > 0)
                ? found
                : throw new UserError("No segment of Klaviyo is in this file: it has 'definition' with 'condition_groups'.");
        }
        catch (JsonException problem)
        {
            throw new UserError($"The file is no JSON (line {problem.LineNumber + 1}): give what Klaviyo's API answers for segments.", inner: problem);
        }
    }

    private static KlaviyoSegment One(JsonElement resource, KlaviyoNames names, Func<string, string?> keyOf)
    {
        var attributes = resource.At("attributes") ?? resource;
        var id = resource.Text("id") ?? "";
        var name = attributes.Text("name") is { Length: > 0 } known ? known : "Klaviyo segment";
        var definition = attributes.At("definition") ?? attributes;
        if (definition.At("condition_groups") is not { ValueKind: JsonValueKind.Array } groups) return new(id, name, null, []);
        var missing = new List<string>();
        var reader = new KlaviyoConditions(names, keyOf);
        var all = new List<string>();
        var conditions = 0;
        foreach (var group in groups.EnumerateArray())
        {
            var any = new List<string>();
            foreach (var condition in group.At("conditions") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
            {
                if (++conditions > MostConditions) return new(id, name, null, [$"It has more than {MostConditions} conditions."]);
                if (Carried(reader, condition, missing) is { } clause) any.Add(clause);
            }
            if (any.Count > 0) all.Add(any.Count == 1 ? any[0] : $"({string.Join(" OR ", any)})");
        }
        var text = all.Count == 0 ? null : SegmentLanguage.Parse(string.Join(" AND ", all)).Text;
        return new(id, name, text, missing);
    }

    // Whatever a condition became is read by our own parser before it is believed.
    private static string? Carried(KlaviyoConditions reader, JsonElement condition, List<string> missing)
    {
        var answer = reader.Read(condition);
        if (answer.Clause is { } clause)
        {
            var parsed = SegmentLanguage.Parse(clause);
            if (parsed.Ok) return parsed.Tree is AnyOf or AllOf ? $"({parsed.Text})" : parsed.Text;
            answer = KlaviyoAnswer.No($"a condition of type {condition.Text("type")}: {parsed.Errors[0].Message}");
        }
        missing.Add($"Not carried: {answer.Reason}.");
        return null;
    }

    private static KlaviyoNames Names(JsonElement root)
    {
        var names = new KlaviyoNames([], []);
        foreach (var list in new[] { root.At("included"), root.At("metrics") })
        {
            if (list is { ValueKind: JsonValueKind.Array } items)
                foreach (var item in items.EnumerateArray())
                {
                    if (item.Text("id") is not { } id || (item.At("attributes") ?? item).Text("name") is not { } name) continue;
                    (item.Text("type") is "segment" or "list" ? names.Groups : names.Metrics).TryAdd(id, name);
                }
            if (list is { ValueKind: JsonValueKind.Object } pairs)
                foreach (var pair in pairs.EnumerateObject())
                    if (pair.Value.ValueKind == JsonValueKind.String) names.Metrics.TryAdd(pair.Name, pair.Value.GetString()!);
        }
        return names;
    }
}

/// <summary>Names of metrics and of lists and segments by Klaviyo's ids.</summary>
internal sealed record KlaviyoNames(Dictionary<string, string> Metrics, Dictionary<string, string> Groups);

/// <summary>A clause of ours, or why there is none.</summary>
internal readonly record struct KlaviyoAnswer(string? Clause, string? Reason)
{
    public static KlaviyoAnswer Yes(string clause) => new(clause, null);

    public static KlaviyoAnswer No(string reason) => new(null, reason);
}

/// <summary>Reading JSON without exceptions for what is not there.</summary>
internal static class KlaviyoJson
{
    public static JsonElement? At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;

    public static string? Text(this JsonElement element, string name) => element.At(name) is { ValueKind: JsonValueKind.String } found ? found.GetString() : null;

    public static bool? Truth(this JsonElement element, string name) => element.At(name)?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    public static decimal? Number(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.Number } found && found.TryGetDecimal(out var number) ? number : null;
}
