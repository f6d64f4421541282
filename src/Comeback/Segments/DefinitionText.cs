using System.Text;
using Comeback.Engine;

namespace Comeback.Segments;

/// <summary>
/// Definitions as a text that people read and keep under version control: <c>[key] Name</c>, then <c># description</c>, then the definition, indented
/// by two spaces so that no line of it can be taken for anything else.
/// </summary>
internal static class DefinitionText
{
    public static string Write(IEnumerable<DefinitionItem> items)
    {
        var text = new StringBuilder();
        foreach (var item in items)
        {
            text.Append('[').Append(item.Key).Append("] ").Append(Line(item.Name)).Append('\n');
            if (!string.IsNullOrWhiteSpace(item.Description)) text.Append("# ").Append(Line(item.Description)).Append('\n');
            foreach (var line in item.Definition.ReplaceLineEndings("\n").Split('\n')) text.Append("  ").Append(line).Append('\n');
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <exception cref="UserError">A line that is no part of the form, named by its number.</exception>
    public static List<DefinitionItem> Read(string content)
    {
        var items = new List<DefinitionItem>();
        (string Key, string Name)? head = null;
        string? description = null;
        var definition = new StringBuilder();
        var number = 0;
        foreach (var line in content.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            if (line.StartsWith("  ", StringComparison.Ordinal) && head is not null)
            {
                if (definition.Length > 0) definition.Append('\n');
                definition.Append(line.AsSpan(2));
            }
            else if (line.StartsWith('['))
            {
                Put();
                var close = line.IndexOf(']', StringComparison.Ordinal);
                if (close < 2) throw new UserError($"Line {number}: a segment begins with its key in square brackets, such as [tea_lovers] Tea lovers.");
                head = (line[1..close].Trim(), line[(close + 1)..].Trim() is { Length: > 0 } name ? name : line[1..close].Trim());
            }
            else if (line.StartsWith('#'))
            {
                // Before the first key it is a remark.
                if (head is not null && definition.Length == 0) description = line[1..].Trim();
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                throw new UserError($"Line {number}: a definition is indented by two spaces under its key.");
            }
        }
        Put();
        return items;

        void Put()
        {
            if (head is var (key, name)) items.Add(new DefinitionItem(key, name, description, definition.ToString().Trim(), false));
            (head, description) = (null, null);
            definition.Clear();
        }
    }

    private static string Line(string text) => text.ReplaceLineEndings(" ").Trim();
}
