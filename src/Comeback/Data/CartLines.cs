using System.Text.Encodings.Web;
using System.Text.Json;

namespace Comeback.Data;

/// <summary>One line of a cart as it lies in <see cref="CartRow.Lines"/>; the product's id as text, as everywhere in JSON.</summary>
internal sealed record CartLine(
    string? ProductId, string ProductExternalId, string? VariantExternalId, string Title, int Quantity, long? UnitPriceMinor, string? ImageUrl);

/// <summary>Reads and writes <see cref="CartRow.Lines"/>.</summary>
internal static class CartLines
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IEnumerable<CartLine> lines) => JsonSerializer.Serialize(lines.ToList(), Json);

    public static IReadOnlyList<CartLine> Read(string json) => JsonSerializer.Deserialize<List<CartLine>>(json, Json) ?? [];
}
