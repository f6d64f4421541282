using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Comeback.Engine.Orders;
using Comeback.Hosting;

namespace Comeback.Sync;

/// <summary>Why one record of a batch was not taken: which, what in it, and how to mend it.</summary>
internal sealed record RejectedRecord(int Index, string Field, string Message);

/// <summary>Reads neutral records from the event API's JSON, strictly: a misspelt field is named instead of lost.</summary>
internal static partial class RecordReader
{
    private const int LongestId = 255, MostLines = 1_000;
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);
    private static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly JsonSerializerOptions Options = Make();

    public static StoreRecord? Read(JsonElement element, int index, DateTimeOffset now, out RejectedRecord? rejected)
    {
        rejected = null;
        try
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
                throw new JsonException("Give the type: order, cart, customer, product, category, event or refund.", "$.type", null, null);
            var record = element.Deserialize<StoreRecord>(Options) ?? throw new JsonException("Give a record.");
            record = Dated(record, now);
            rejected = Check(record, now) is { } wrong ? new RejectedRecord(index, wrong.Field, wrong.Message) : null;
            return rejected is null ? record : null;
        }
        catch (JsonException e)
        {
            var (field, message) = Explain(e);
            rejected = new RejectedRecord(index, field, message);
            return null;
        }
        catch (NotSupportedException)
        {
            rejected = new RejectedRecord(index, "type", "Give the type: order, cart, customer, product, category, event or refund.");
            return null;
        }
    }

    private static StoreRecord Dated(StoreRecord record, DateTimeOffset now) => record.UpdatedAt != default ? record
        : record is EventRecord happening ? happening with { UpdatedAt = happening.At }
        : record with { UpdatedAt = now };

    private static (string Field, string Message)? Check(StoreRecord record, DateTimeOffset now)
    {
        if (When(record.UpdatedAt, now, "updatedAt") is { } updated) return updated;
        return record switch
        {
            OrderRecord order => Id(order.ExternalId) ?? Id(order.Number, "number") ?? When(order.PlacedAt, now, "placedAt") ?? Known(order.Person)
                ?? If(order.Lines.Count > MostLines, "lines", $"Send at most {MostLines} lines an order.")
                ?? If(order.Total.Minor < 0, "total", "A total is 0 or more; money given back is a refund.")
                ?? If(order.Refunds.Any(r => r.Amount.Minor < 0), "refunds", "A refund's amount is positive."),
            CartRecord cart => Id(cart.ExternalId)
                ?? If(cart.Lines.Count > MostLines, "lines", $"Send at most {MostLines} lines a cart.")
                ?? If(cart.RecoveryUrl is { } url && !IsHttps(url), "recoveryUrl", "Give an https address, or leave it out."),
            CustomerRecord customer => Known(customer.Person) ?? If(customer.Consents.Any(c => string.IsNullOrWhiteSpace(c.Source)), "consents.source", "Say where the consent was given.")
                ?? If(customer.Consents.Any(c => c.At > now + Ahead), "consents.at", "A consent cannot lie in the future."),
            ProductRecord product => Id(product.ExternalId),
            CategoryRecord category => Id(category.ExternalId),
            EventRecord happening => Id(happening.ExternalId) ?? When(happening.At, now, "at")
                ?? If(
                    happening.Properties.Count > 32 || happening.Properties.Any(p => p.Key.Length > 64 || p.Value.Length > 500),
                    "properties", "Send at most 32 properties, names up to 64 and values up to 500 characters.")
                ?? If(
                    happening.Kind == EventKind.Custom && string.IsNullOrWhiteSpace(happening.Properties.GetValueOrDefault("name")),
                    "properties.name", "An event of your own says what it is in the property 'name'."),
            LooseRefundRecord refund => Id(refund.ExternalId) ?? When(refund.At, now, "at") ?? Known(refund.Person) ?? If(refund.Amount.Minor < 0, "amount", "A refund's amount is positive."),
            _ => null,
        };
    }

    private static (string Field, string Message)? If(bool wrong, string field, string message) => wrong ? (field, message) : null;

    private static (string Field, string Message)? Id(string text, string field = "externalId") =>
        string.IsNullOrWhiteSpace(text) || text.Length > LongestId ? (field, $"Give 1 to {LongestId} characters.") : null;

    private static (string Field, string Message)? When(DateTimeOffset at, DateTimeOffset now, string field) =>
        at > now + Ahead || at < Earliest ? (field, "Give an instant between 1990 and tomorrow, such as 2026-03-01T12:00:00Z.") : null;

    private static (string Field, string Message)? Known(Person person) =>
        person.AccountId is null && person.Email is null && person.Phone is null ? ("person", "Give an accountId, an email or a phone.") : null;

    private static bool IsHttps(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps;

    private static (string Field, string Message) Explain(JsonException e)
    {
        var field = e.Path is { Length: > 2 } path ? path[2..] : "";
        var message = e.Message;
        if (Missing().Match(message) is { Success: true } missing)
        {
            var names = Quoted().Matches(missing.Groups["what"].Value).Select(m => m.Groups["what"].Value).ToList();
            return (Join(field, names[0]), $"Give {string.Join(", ", names)}.");
        }
        if (Unmapped().Match(message) is { Success: true } unmapped)
            return (Join(field, unmapped.Groups["what"].Value), "There is no such field; correct its name or leave it out.");
        if (message.Contains("unrecognized type discriminator", StringComparison.Ordinal))
            return ("type", "Give the type: order, cart, customer, product, category, event or refund.");
        if (Target().Match(message) is { Success: true } target) return (field, Mend(target.Groups["what"].Value));
        var cut = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return (field, cut > 0 ? message[..cut] : message);
    }

    private static string Join(string field, string name) => field.Length == 0 || field == name || field.EndsWith("." + name, StringComparison.Ordinal) ? field.Length == 0 ? name : field : $"{field}.{name}";

    private static string Mend(string type) =>
        type.Contains("DateTimeOffset", StringComparison.Ordinal) ? "Give an instant such as 2026-03-01T12:00:00Z."
        : type.Contains("DateOnly", StringComparison.Ordinal) ? "Give a day such as 2026-03-01."
        : type.Contains("Boolean", StringComparison.Ordinal) ? "Give true or false."
        : type.Contains("Int", StringComparison.Ordinal) ? "Give a whole number."
        : type.Contains("IReadOnlyList", StringComparison.Ordinal) ? "Give an array."
        : type.Contains("String", StringComparison.Ordinal) ? "Give text."
        : Words(type) is { } words ? $"Give one of {words}."
        : "This is not what is expected here.";

    private static string? Words(string type) =>
        typeof(StoreRecord).Assembly.GetType(type.TrimEnd('.')) is { IsEnum: true } known
            ? string.Join(", ", Enum.GetNames(known).Select(JsonNamingPolicy.CamelCase.ConvertName)) : null;

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(Json.Options)
        {
            AllowOutOfOrderMetadataProperties = true,
            RespectNullableAnnotations = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            MaxDepth = 64,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Shape } },
        };
        return options;
    }

    private static void Shape(JsonTypeInfo info)
    {
        if (info.Type == typeof(StoreRecord))
        {
            info.PolymorphismOptions = new JsonPolymorphismOptions
            {
                TypeDiscriminatorPropertyName = "type",
                UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization,
                DerivedTypes =
                {
                    new JsonDerivedType(typeof(OrderRecord), "order"), new JsonDerivedType(typeof(CartRecord), "cart"),
                    new JsonDerivedType(typeof(CustomerRecord), "customer"), new JsonDerivedType(typeof(ProductRecord), "product"),
                    new JsonDerivedType(typeof(CategoryRecord), "category"), new JsonDerivedType(typeof(EventRecord), "event"),
                    new JsonDerivedType(typeof(LooseRefundRecord), "refund"),
                },
            };
        }
        // A caller who knows no date of the state tells it as of now.
        foreach (var property in info.Properties)
        {
            if (property.Name == "updatedAt") property.IsRequired = false;
        }
    }

    [GeneratedRegex("missing required properties including: (?<what>.+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Missing();

    [GeneratedRegex("'(?<what>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex("The JSON property '(?<what>[^']+)' could not be mapped", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Unmapped();

    [GeneratedRegex("could not be converted to (?<what>[^ ]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Target();
}
