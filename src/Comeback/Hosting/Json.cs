using System.Globalization;
using System.Linq.Expressions;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Comeback.Engine;

namespace Comeback.Hosting;

/// <summary>How the product's own types look in JSON: ids and minor units are text (JavaScript cannot hold 64 bits), enums are camelCase words.</summary>
internal static class Json
{
    /// <summary>The same options as on the wire, for settings and rules kept as JSON.</summary>
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.NumberHandling = JsonNumberHandling.Strict;
        // A definition may nest 64 deep, and each level is an object and a list.
        options.MaxDepth = 256;
        // Names in any script stay readable; the answers are never pasted into HTML.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new IdConverters());
        options.Converters.Add(new MoneyConverter());
        options.Converters.Add(new CurrencyConverter());
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        return options;
    }

    /// <summary>True for StoreId, CustomerId and their kin.</summary>
    public static bool IsId(Type type) =>
        type is { IsValueType: true, Namespace: "Comeback.Engine" } && type.Name.EndsWith("Id", StringComparison.Ordinal) && type.GetProperty("Value")?.PropertyType == typeof(long);

    private sealed class IdConverters : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => IsId(typeToConvert);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(IdConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class IdConverter<TId> : JsonConverter<TId> where TId : struct
    {
        private static readonly Func<long, TId> Make = Maker();
        private static readonly Func<TId, long> Value = Reader();

        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(Digits(value));

        public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString());

        public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WritePropertyName(Digits(value));

        private static string Digits(TId value) => Value(value).ToString(CultureInfo.InvariantCulture);

        private static TId Parse(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? Make(value)
            : throw new JsonException("An id is written as text of digits, such as \"42\".");

        private static Func<long, TId> Maker()
        {
            var value = Expression.Parameter(typeof(long));
            return Expression.Lambda<Func<long, TId>>(Expression.New(typeof(TId).GetConstructor([typeof(long)])!, value), value).Compile();
        }

        private static Func<TId, long> Reader()
        {
            var id = Expression.Parameter(typeof(TId));
            return Expression.Lambda<Func<TId, long>>(Expression.Property(id, "Value"), id).Compile();
        }
    }

    /// <summary><c>{"minor":"1234","currency":"GBP"}</c></summary>
    private sealed class MoneyConverter : JsonConverter<Money>
    {
        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("minor", out var minor) && minor.ValueKind == JsonValueKind.String
                && long.TryParse(minor.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
                && document.RootElement.TryGetProperty("currency", out var code) && code.ValueKind == JsonValueKind.String
                && Currency.TryParse(code.GetString(), out var currency)
                ? new Money(amount, currency)
                : throw new JsonException("Money is written as {\"minor\":\"1234\",\"currency\":\"GBP\"}.");
        }

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("minor", value.Minor.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("currency", value.Currency.Code);
            writer.WriteEndObject();
        }
    }

    private sealed class CurrencyConverter : JsonConverter<Currency>
    {
        public override Currency Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Currency.TryParse(reader.GetString(), out var currency)
                ? currency
                : throw new JsonException("A currency is a code of ISO 4217 such as \"GBP\".");

        public override void Write(Utf8JsonWriter writer, Currency value, JsonSerializerOptions options) => writer.WriteStringValue(value.Code);
    }

    /// <summary>Instants are UTC and end in Z; any offset is read.</summary>
    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
    }
}
