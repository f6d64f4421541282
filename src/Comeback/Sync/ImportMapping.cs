using Comeback.Engine;
using Comeback.Stores.Csv;

namespace Comeback.Sync;

/// <summary>The merchant's words for what the columns mean.</summary>
internal static class ImportMapping
{
    /// <summary>Reads <c>order=Ref,date=When</c>; a column's name may hold a comma when each pair is given by itself.</summary>
    /// <exception cref="UserError">A word that is no field.</exception>
    public static Dictionary<OrderField, string> Parse(IReadOnlyList<string> words)
    {
        var mapping = new Dictionary<OrderField, string>();
        foreach (var pair in words.SelectMany(Pairs))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0) throw new UserError($"--map has '{pair}', which is not field=column: for example --map order=Ref,date=When,email=Mail,total=Sum.");
            mapping[Field(pair[..at].Trim())] = pair[(at + 1)..].Trim();
        }
        return mapping;
    }

    /// <exception cref="UserError">No field of this name.</exception>
    public static OrderField Field(string name) =>
        Enum.TryParse<OrderField>(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var field) && Enum.IsDefined(field) && !char.IsDigit(name[0])
            ? field
            : throw new UserError($"--map has '{name}', which is no field: the fields are {string.Join(", ", Enum.GetValues<OrderField>().Select(Camel))}.");

    /// <exception cref="UserError">Neither.</exception>
    public static DecimalMark Mark(string? word) => word?.Trim().ToLowerInvariant() switch
    {
        null or "" => DecimalMark.Unknown,
        "point" or "." => DecimalMark.Point,
        "comma" or "," => DecimalMark.Comma,
        _ => throw new UserError($"--decimal is '{word}': say point or comma."),
    };

    /// <summary>A field as the merchant writes it.</summary>
    public static string Camel(OrderField field) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(field.ToString());

    // A comma ends a pair only where another begins.
    private static IEnumerable<string> Pairs(string words)
    {
        var from = 0;
        for (var at = words.IndexOf(',', StringComparison.Ordinal); at >= 0; at = words.IndexOf(',', at + 1))
        {
            var next = words.IndexOfAny([',', '='], at + 1);
            if (next < 0 || words[next] != '=') continue;
            yield return words[from..at];
            from = at + 1;
        }
        yield return words[from..];
    }
}
