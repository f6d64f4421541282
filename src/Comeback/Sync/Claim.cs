using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Comeback.Engine.Orders;
using Comeback.Stores;

namespace Comeback.Sync;

/// <summary>Whom a record says it is about: cleaned, the address normalised, the number in E.164. Kept beside the row as small JSON.</summary>
internal sealed record Claim
{
    private const int LongestText = 200;
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [JsonPropertyName("a")] public string? Account { get; init; }
    [JsonPropertyName("e")] public string? Email { get; init; }
    [JsonPropertyName("p")] public string? Phone { get; init; }
    [JsonPropertyName("f")] public string? FirstName { get; init; }
    [JsonPropertyName("l")] public string? LastName { get; init; }
    [JsonPropertyName("c")] public string? Country { get; init; }
    [JsonPropertyName("r")] public string? Region { get; init; }
    [JsonPropertyName("t")] public string? City { get; init; }
    [JsonPropertyName("g")] public string? Language { get; init; }

    [JsonIgnore] public bool LeadsSomewhere => Account is not null || Email is not null || Phone is not null;

    /// <summary>What a number or a browser was seen with: the address, else the account; null when there is neither.</summary>
    [JsonIgnore] public string? Anchor => Email is not null ? "e:" + Email : Account is not null ? "a:" + Account : null;

    public static Claim? Of(Person? person)
    {
        if (person is null) return null;
        var country = Clean(person.Country)?.ToUpperInvariant() is { Length: 2 } code && char.IsAsciiLetter(code[0]) && char.IsAsciiLetter(code[1]) ? code : null;
        return new Claim
        {
            Account = Clean(person.AccountId),
            Email = EmailAddresses.Normalise(person.Email),
            Phone = Phones.ToE164(person.Phone, country),
            FirstName = Clean(person.FirstName),
            LastName = Clean(person.LastName),
            Country = country,
            Region = Clean(person.Region),
            City = Clean(person.City),
            Language = Clean(person.Language),
        };
    }

    public static Claim? Read(string? json) => json is null ? null : JsonSerializer.Deserialize<Claim>(json, Json);

    public string Write() => JsonSerializer.Serialize(this, Json);

    /// <summary>A short hash of the name without case, accents, order or punctuation; null without a name.</summary>
    public string? NameHash()
    {
        if (FirstName is null && LastName is null) return null;
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var c in $"{FirstName} {LastName}".Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(c)) word.Append(char.ToLowerInvariant(c));
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        if (word.Length > 0) words.Add(word.ToString());
        if (words.Count == 0) return null;
        words.Sort(StringComparer.Ordinal);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', words)));
        return BinaryPrimitives.ReadUInt32BigEndian(hash).ToString("x8", CultureInfo.InvariantCulture);
    }

    /// <summary>Trimmed, without control and bidi-override characters (they forge what others read), at most 200 characters; null when nothing is left.</summary>
    public static string? Clean(string? text) => Clean(text, LongestText);

    public static string? Clean(string? text, int most)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var dirty = false;
        foreach (var c in text) dirty |= IsUnwanted(c);
        if (dirty) text = string.Concat(text.Where(c => !IsUnwanted(c)));
        text = text.Trim();
        if (text.Length > most) text = text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
        return text.Length == 0 ? null : text;
    }

    private static bool IsUnwanted(char c) => char.IsControl(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}

/// <summary>Addresses that stand for nobody: typed to get past a field, or the merchant's own.</summary>
internal static class Placeholders
{
    private static readonly HashSet<string> Domains = new(StringComparer.Ordinal)
    {
        "test.com", "no.com", "none.com", "na.com", "nomail.com", "noemail.com", "no-email.com", "noreply.com",
        "invalid.com", "asdf.com", "xxx.com", "abc.com", "nowhere.com", "fake.com", "placeholder.com",
    };

    private static readonly HashSet<string> Locals = new(StringComparer.Ordinal)
    {
        "no", "none", "na", "n.a", "noemail", "no-email", "no.email", "nomail", "no-mail", "noreply", "no-reply", "donotreply", "test", "asdf", "xxx", "unknown",
        "anonymous", "guest", "pos", "walkin", "walk-in", "kasse", "ingen",
    };

    public static bool IsAddress(string email, IReadOnlyCollection<string> ownDomains)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        var domain = email[(at + 1)..];
        return Locals.Contains(email[..at]) || Domains.Contains(domain) || domain.EndsWith(".invalid", StringComparison.Ordinal)
            || ownDomains.Any(own => domain == own || domain.EndsWith("." + own, StringComparison.Ordinal));
    }

    /// <summary>One digit over and over: 0000000, 11111111.</summary>
    public static bool IsNumber(string phone) => phone.Length > 5 && phone.AsSpan(^6).IndexOfAnyExcept(phone[^1]) < 0;
}
