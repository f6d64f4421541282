using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Comeback.Stores.Shopify;

/// <summary>
/// The GraphQL documents, one file each, embedded. A spread of one of our own fragments (<c>_name.graphql</c>) is replaced by the fragment's fields, so
/// that a bulk query, which is text inside a mutation, and a plain query read an object alike.
/// </summary>
public static partial class ShopifyDocuments
{
    /// <summary>The version of the Admin API that all of them are written and checked against.</summary>
    public const string Version = "2026-10";

    private static readonly FrozenDictionary<string, string> Files = Load();
    private static readonly FrozenDictionary<string, string> Fragments = Files.Where(f => f.Key.StartsWith('_'))
        .ToFrozenDictionary(f => FragmentName().Match(f.Value).Groups["name"].Value, f => f.Value[(f.Value.IndexOf('{', StringComparison.Ordinal) + 1)..f.Value.LastIndexOf('}')].Trim(), StringComparer.Ordinal);

    /// <summary>Name (the file's, without its ending) to the whole text that is sent.</summary>
    public static FrozenDictionary<string, string> All { get; } = Files.Where(f => !f.Key.StartsWith('_')).ToFrozenDictionary(f => f.Key, f => Expand(f.Value), StringComparer.Ordinal);

    public static string Of(string name) => All.TryGetValue(name, out var text) ? text : throw new ArgumentException($"There is no document '{name}'.", nameof(name));

    private static string Expand(string text)
    {
        for (var depth = 0; depth < 4 && Spread().IsMatch(text); depth++)
            text = Spread().Replace(text, match => Fragments[match.Groups["name"].Value]);
        return text;
    }

    private static FrozenDictionary<string, string> Load()
    {
        var assembly = typeof(ShopifyDocuments).Assembly;
        const string folder = "Comeback.Stores.Shopify.Documents.", ending = ".graphql";
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).ToFrozenDictionary(n => n[folder.Length..^ending.Length], n =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(n)!);
            return reader.ReadToEnd();
        }, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"\.\.\.(?<name>[A-Z]\w*)", RegexOptions.NonBacktracking)]
    private static partial Regex Spread();

    [GeneratedRegex(@"fragment (?<name>\w+) on", RegexOptions.NonBacktracking)]
    private static partial Regex FragmentName();
}
