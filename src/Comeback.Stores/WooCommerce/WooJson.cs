using System.Globalization;
using System.Text;
using System.Text.Json;
using Comeback.Engine;

namespace Comeback.Stores.WooCommerce;

/// <summary>
/// Reads WooCommerce's JSON as it is found in the wild: numbers as text, text as numbers, empty text for nothing, plugins that put an array where
/// an object was. A field that cannot be read is as good as absent.
/// </summary>
internal static class WooJson
{
    public const int Deepest = 64;

    /// <summary>Parses bytes that may not be UTF-8 throughout: what is not becomes U+FFFD.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        var options = new JsonDocumentOptions { MaxDepth = Deepest };
        var bytes = body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[3..] : body;
        return System.Text.Unicode.Utf8.IsValid(bytes.Span) ? JsonDocument.Parse(bytes, options) : JsonDocument.Parse(Encoding.UTF8.GetString(bytes.Span), options);
    }

    public static JsonElement? Field(this JsonElement at, string name) =>
        at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    /// <summary>Null for nothing and for empty text.</summary>
    public static string? Text(this JsonElement at, string name) => at.Field(name)?.ValueKind switch
    {
        JsonValueKind.String => at.Field(name)!.Value.GetString() is { Length: > 0 } text ? text : null,
        JsonValueKind.Number => at.Field(name)!.Value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    public static long? Id(this JsonElement at, string name = "id") =>
        at.Text(name) is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;

    public static string? IdText(this JsonElement at, string name = "id") => at.Id(name)?.ToString(CultureInfo.InvariantCulture);

    public static bool Flag(this JsonElement at, string name) => at.Text(name) is "true" or "1" or "yes";

    public static IEnumerable<JsonElement> List(this JsonElement at, string name) =>
        at.Field(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static decimal? Amount(this JsonElement at, string name) =>
        at.Text(name) is { } text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) && Math.Abs(amount) < 1_000_000_000_000m ? amount : null;

    public static Money Money(this JsonElement at, string name, Currency currency) => Engine.Money.FromDecimal(at.Amount(name) ?? 0, currency);

    /// <summary>A <c>_gmt</c> date: WordPress writes UTC without saying so.</summary>
    public static DateTimeOffset? Instant(this JsonElement at, string name) =>
        at.Text(name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
        && instant.Year is > 1990 and < 2100 ? instant : null;

    /// <summary>What plugins keep beside a thing: the last of that key; null when it is no plain value.</summary>
    public static string? Meta(this JsonElement at, string key) =>
        at.List("meta_data").Where(m => m.Text("key") == key).Select(m => m.Text("value")).LastOrDefault();
}
