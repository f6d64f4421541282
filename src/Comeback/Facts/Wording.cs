namespace Comeback.Facts;

/// <summary>A sentence by a key that stays the same, and what belongs into it, so that the admin says it in the reader's language.</summary>
internal sealed record Wording(string Key, IReadOnlyDictionary<string, string> Values)
{
    private static readonly Dictionary<string, string> Nothing = [];

    public static Wording Of(string key) => new(key, Nothing);

    public static Wording Of(string key, string name, string value) => new(key, new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
}
