using System.Globalization;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments.Oracle;

/// <summary>Events by name and free property, and the quintiles, read as the documentation says them.</summary>
internal static class OracleEvents
{
    private static readonly string[] Aggregates = ["sum", "average", "min", "max"];

    public static string NameOf(EventFacts happened) => happened.Kind switch
    {
        EventKind.ProductViewed => "product_viewed",
        EventKind.CategoryViewed => "category_viewed",
        EventKind.CartTouched => "cart_touched",
        EventKind.MessageClicked => "message_clicked",
        EventKind.MessageOpened => "message_opened",
        EventKind.MessageDelivered => "message_delivered",
        EventKind.MessageAnswered => "message_answered",
        EventKind.Custom => happened.Properties.GetValueOrDefault("name") ?? "",
        _ => throw new NotSupportedException(happened.Kind.ToString()),
    };

    public static bool Fits(FunctionMatch match, EventFacts happened) => match.Parameters.All(parameter => parameter.Name switch
    {
        "event" => parameter.Values.Any(value => ((TextValue)value).Text == NameOf(happened)) == parameter.Operator is Operator.Equal or Operator.In,
        _ when parameter.Name.StartsWith("properties.", StringComparison.Ordinal) => Property(parameter, happened.Properties.GetValueOrDefault(parameter.Name["properties.".Length..])),
        _ => true,
    });

    /// <summary>Conditions such as <c>sum(properties.value) > 10</c> over the events that fit; null when there are none.</summary>
    public static bool? Asked(FunctionMatch match, IReadOnlyList<EventFacts> fitting)
    {
        var asked = match.Parameters.Where(parameter => Aggregates.Any(name => parameter.Name.StartsWith(name + "(", StringComparison.Ordinal))).ToList();
        return asked.Count == 0 ? null : asked.All(parameter =>
        {
            var open = parameter.Name.IndexOf('(', StringComparison.Ordinal);
            var property = parameter.Name[(open + 1)..^1]["properties.".Length..];
            var numbers = fitting.Select(happened => Number(happened.Properties.GetValueOrDefault(property))).OfType<decimal>().ToList();
            decimal? value = parameter.Name[..open] switch
            {
                "sum" => numbers.Sum(),
                _ when numbers.Count == 0 => null,
                "average" => numbers.Average(),
                "min" => numbers.Min(),
                _ => numbers.Max(),
            };
            return Fraction.Holds(value is { } known ? Fraction.Of(known) : null, parameter.Operator, [.. parameter.Values.Select(bound => (Fraction?)Fraction.Of(((NumberValue)bound).Number))]);
        });
    }

    private static bool Property(Parameter parameter, string? value) => parameter.Operator switch
    {
        Operator.IsNull => value is null,
        Operator.IsNotNull => value is not null,
        Operator.Contains => value is not null && value.Contains(((TextValue)parameter.Values[0]).Text, StringComparison.OrdinalIgnoreCase),
        Operator.NotContains => value is null || !value.Contains(((TextValue)parameter.Values[0]).Text, StringComparison.OrdinalIgnoreCase),
        _ when parameter.Values[0] is TextValue text => (value is not null && value.Equals(text.Text, StringComparison.OrdinalIgnoreCase)) == (parameter.Operator == Operator.Equal),
        _ => Fraction.Holds(Number(value) is { } number ? Fraction.Of(number) : null, parameter.Operator, [.. parameter.Values.Select(bound => (Fraction?)Fraction.Of(((NumberValue)bound).Number))]),
    };

    private static decimal? Number(string? value) => decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>1 + floor(5 * those with strictly less / n), among the buyers who are shoppers.</summary>
    public static int? Score(World world, DateTimeOffset now, int who, string of)
    {
        if (!world.Shopper(who) || !world.Buyer(who, now)) return null;
        var population = world.Everybody.Where(other => world.Shopper(other) && world.Buyer(other, now)).Select(Value).ToList();
        return 1 + (5 * population.Count(value => value < Value(who)) / population.Count);

        long Value(int other) => of switch
        {
            "recency_quintile" => world.LastOrder(other, now)?.UtcTicks ?? long.MinValue,
            "frequency_quintile" => world.NumberOfOrders(other, now),
            _ => world.Spent(other, now),
        };
    }

    public static string? Group(World world, DateTimeOffset now, int who)
    {
        if (!world.Shopper(who)) return null;
        if (!world.Buyer(who, now)) return "PROSPECTS";
        var r = Score(world, now, who, "recency_quintile")!.Value;
        var v = Score(world, now, who, "frequency_quintile")!.Value + Score(world, now, who, "amount_quintile")!.Value;
        if (r >= 4) return v >= 9 ? "CHAMPIONS" : v >= 7 ? "LOYAL" : v >= 5 ? "ACTIVE" : world.NumberOfOrders(who, now) == 1 ? "NEW" : "PROMISING";
        if (r == 3) return v >= 8 ? "LOYAL" : v >= 5 ? "NEEDS_ATTENTION" : "PROMISING";
        return v >= 9 ? "PREVIOUSLY_LOYAL" : v >= 7 ? "AT_RISK" : v >= 4 ? "ALMOST_LOST" : "DORMANT";
    }
}
