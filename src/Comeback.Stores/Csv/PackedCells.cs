using System.Text;
using System.Text.Json;

namespace Comeback.Stores.Csv;

/// <summary>
/// Several things in one cell, as WooCommerce's exporter packs them: <c>id:1|name:Tea|quantity:2;id:2|...</c> with a backslash before a separator that
/// is text, or a JSON array of objects.
/// </summary>
internal static class PackedCells
{
    /// <summary>Null when the cell is of neither form.</summary>
    public static List<Dictionary<string, string>>? Read(string cell)
    {
        var text = cell.Trim();
        if (text.Length == 0) return [];
        return text[0] is '[' or '{' ? Json(text) : Pipes(text);
    }

    private static List<Dictionary<string, string>>? Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16 });
            var things = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.EnumerateArray().ToList() : [document.RootElement];
            List<Dictionary<string, string>> read = [];
            foreach (var thing in things)
            {
                if (thing.ValueKind != JsonValueKind.Object) return null;
                var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                foreach (var property in thing.EnumerateObject())
                {
                    if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                        values[property.Name] = property.Value.ToString().Replace("&quot;", "\"", StringComparison.Ordinal);
                }
                read.Add(values);
            }
            return read;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<Dictionary<string, string>>? Pipes(string text)
    {
        List<Dictionary<string, string>> read = [];
        var thing = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var part = new StringBuilder();
        string? key = null;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ';';
            if (c == '\\' && i + 1 < text.Length && text[i + 1] is ':' or '|' or ';' or '\\')
            {
                part.Append(text[++i]);
                continue;
            }
            if (c == ':' && key is null)
            {
                key = part.ToString().Trim();
                part.Clear();
                continue;
            }
            if (c is not ('|' or ';'))
            {
                part.Append(c);
                continue;
            }
            if (key is null)
            {
                if (part.ToString().Trim().Length > 0) return null;
            }
            else
            {
                thing[key] = part.ToString();
            }
            part.Clear();
            key = null;
            if (c != ';' || thing.Count == 0) continue;
            read.Add(thing);
            thing = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        }
        return read;
    }
}
