using System.Collections.Frozen;

namespace Comeback.Engine.Campaigns;

/// <summary>The text of one step in one language: subject, HTML and plain text, in Liquid.</summary>
public sealed record StepText(string Subject, string Html, string Text);

/// <summary>The texts that the four campaigns come with, in English, Danish and Arabic (the files in Texts/).</summary>
public static class DefaultTexts
{
    private static readonly FrozenDictionary<string, StepText> Texts = ReadAll();

    public static readonly IReadOnlyList<string> Languages = ["en", "da", "ar"];

    /// <summary>The text of a stock campaign's step; null where there is none in that language.</summary>
    public static StepText? Find(string campaign, int step, string language) => Texts.GetValueOrDefault($"{campaign}.{step}.{language}");

    private static FrozenDictionary<string, StepText> ReadAll()
    {
        var assembly = typeof(DefaultTexts).Assembly;
        var texts = new Dictionary<string, StepText>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("texts/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var parts = reader.ReadToEnd().ReplaceLineEndings("\n").Split(["\n=== html\n", "\n=== text\n"], StringSplitOptions.None);
            texts[name["texts/".Length..]] = new StepText(parts[0], parts[1], parts[2].TrimEnd('\n'));
        }
        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
