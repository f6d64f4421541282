using System.Globalization;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>How properties of events are named in a definition: <c>properties.colour</c>, <c>property 'gift wrap'</c>, <c>sum(properties.value)</c>.</summary>
internal static class FreeProperties
{
    public const string Prefix = "properties.";
    public const int LongestName = 64;
    public static readonly string[] Aggregates = ["sum", "average", "min", "max"];

    /// <summary>A property's name as it is written.</summary>
    public static string Write(string name) =>
        name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-') && (char.IsAsciiLetter(name[0]) || name[0] == '_')
            ? Prefix + name
            : $"property {SegmentPrinter.Quoted(name)}";

    /// <summary>What a parameter is about: an aggregate or none, and the property; null for a parameter that is no property.</summary>
    public static (string? Aggregate, string Name)? Of(string parameter)
    {
        if (parameter.StartsWith(Prefix, StringComparison.Ordinal)) return (null, parameter[Prefix.Length..]);
        if (parameter.StartsWith("property '", StringComparison.Ordinal))
            return (null, parameter["property '".Length..^1].Replace("''", "'", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal));
        return parameter.IndexOf('(', StringComparison.Ordinal) is > 0 and var open && Of(parameter[(open + 1)..^1]) is { } inner ? (parameter[..open], inner.Name) : null;
    }

    /// <summary>A property's value as a number, kept to what definitions can say.</summary>
    public static decimal? Number(string? value) =>
        value is { Length: > 0 and <= 30 } && decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && Math.Abs(number) < 1_000_000_000_000_000
            ? number
            : null;

    /// <summary>A number against the bounds of a condition; no number fits only "is not".</summary>
    public static bool Holds(decimal? value, Operator op, Items<SegmentValue> values)
    {
        if (op is Operator.IsNull or Operator.IsNotNull) return value is null == (op == Operator.IsNull);
        if (value is not { } number) return op is Operator.NotEqual or Operator.NotIn;
        var first = ((NumberValue)values[0]).Number;
        return op switch
        {
            Operator.Equal => number == first,
            Operator.NotEqual => number != first,
            Operator.Less => number < first,
            Operator.LessOrEqual => number <= first,
            Operator.Greater => number > first,
            Operator.GreaterOrEqual => number >= first,
            Operator.Between => number >= first && number <= ((NumberValue)values[1]).Number,
            Operator.In => values.Any(value => value is NumberValue one && one.Number == number),
            _ => !values.Any(value => value is NumberValue one && one.Number == number),
        };
    }
}

/// <summary>Events by the names that definitions call them.</summary>
internal static class EventNames
{
    private static readonly (string Name, EventKind Kind)[] All =
    [
        ("product_viewed", EventKind.ProductViewed), ("category_viewed", EventKind.CategoryViewed), ("searched", EventKind.Searched), ("cart_touched", EventKind.CartTouched),
        ("message_sent", EventKind.MessageSent), ("message_delivered", EventKind.MessageDelivered), ("message_bounced", EventKind.MessageBounced),
        ("message_opened", EventKind.MessageOpened), ("message_clicked", EventKind.MessageClicked), ("message_answered", EventKind.MessageAnswered),
        ("message_complained", EventKind.MessageComplained), ("unsubscribed", EventKind.Unsubscribed), ("signed_up", EventKind.SignedUp),
    ];

    public static IEnumerable<string> Known => All.Select(pair => pair.Name);

    /// <summary>Null for an event of the store's own.</summary>
    public static EventKind? Of(string name) => Array.Find(All, pair => pair.Name == name) is { Name: not null } found ? found.Kind : null;
}
