using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;
using NodaTime;

namespace Comeback.Engine.Tests.Segments.Oracle;

/// <summary>Functions over rows, read naively: every row is looked at for every question.</summary>
internal sealed class OracleRows(World world, DateTimeOffset now)
{
    /// <summary>A row that fits: when, how much, how many, and what makes it count once.</summary>
    internal readonly record struct Row(DateTimeOffset At, long? Amount, long Quantity, string Once);

    public bool Fits(FunctionMatch match, int who)
    {
        var rows = Matching(match, who);
        var amounts = rows.Where(row => row.Amount is not null).Select(row => row.Amount!.Value).ToList();
        var asked = match.Parameters.Where(parameter => parameter.Name is "count" or "sum_quantity" or "sum_amount" or "average_amount" or "min_amount" or "max_amount").ToList();
        var count = rows.Select(row => row.Once).Distinct().Count();
        var free = match.Function == "events" ? OracleEvents.Asked(match, [.. rows.Select(row => world.Events[long.Parse(row.Once[1..], System.Globalization.CultureInfo.InvariantCulture)])]) : null;
        if (asked.Count == 0) return free ?? count > 0;
        return free != false && asked.All(parameter => Test(parameter, parameter.Name switch
        {
            "count" => new Fraction(count, 1),
            "sum_quantity" => new Fraction(rows.Sum(row => row.Quantity), 1),
            "sum_amount" => new Fraction(amounts.Sum(), 1),
            "average_amount" => amounts.Count == 0 ? null : new Fraction(amounts.Sum(), amounts.Count),
            "min_amount" => amounts.Count == 0 ? null : new Fraction(amounts.Min(), 1),
            _ => amounts.Count == 0 ? null : new Fraction(amounts.Max(), 1),
        }));
    }

    public List<Row> Matching(FunctionMatch match, int who) =>
        [.. All(match, who).Where(row => row.At <= now && match.Parameters.Where(parameter => parameter.Name == "date")
            .All(parameter => OracleDates.Holds(world, now, row.At, parameter.Operator, parameter.Values)))];

    private IEnumerable<Row> All(FunctionMatch match, int who)
    {
        switch (match.Function)
        {
            case "orders_placed":
                return world.Counted(who, now).Where(order => Amount(match, order.SpentMinor) && Orders(match, order, who))
                    .Select(order => new Row(order.PlacedAt, order.SpentMinor, 0, order.Id.ToString()));
            case "products_purchased":
                return world.Counted(who, now).SelectMany(order => order.Lines
                    .Where(line => line is { Kind: LineKind.Goods, Quantity: > 0 } && Product(match, line.Product) && Amount(match, line.TotalMinor)
                        && match.Parameters.Where(parameter => parameter.Name == "quantity").All(parameter => Test(parameter, new Fraction(line.Quantity, 1))))
                    .Select(line => new Row(order.PlacedAt, line.TotalMinor, line.Quantity, order.Id.ToString())));
            case "refunds":
                return world.Refunds.Values.Where(refund => refund.Ordinal == who && Amount(match, refund.AmountMinor ?? 0))
                    .Select(refund => new Row(refund.At, refund.AmountMinor ?? 0, 0, $"r{refund.Id}"));
            case "carts":
                return world.Carts.Values.Where(cart => cart.Ordinal == who && Amount(match, cart.TotalMinor) && Cart(match, cart, who))
                    .Select(cart => new Row(cart.TouchedAt, cart.TotalMinor, 0, cart.Id.ToString()));
            case "messages":
                return world.Events.Values.Where(happened => happened.Ordinal == who && Message(match, happened))
                    .Select(happened => new Row(happened.At, null, 0, happened.Message is { } message ? $"m{message}" : $"e{happened.Id}"));
            case "storefront.product_viewed":
                return Views(match, who, EventKind.ProductViewed);
            case "storefront.collection_viewed":
                return Views(match, who, EventKind.CategoryViewed);
            case "events":
                return world.Events.Values.Where(happened => happened.Ordinal == who && OracleEvents.Fits(match, happened) && About(match, happened))
                    .Select(happened => new Row(happened.At, null, 0, $"e{happened.Id}"));
            case "interest":
                return Views(match, who, EventKind.ProductViewed, EventKind.CategoryViewed, EventKind.CartTouched)
                    .Concat(world.Carts.Values.Where(cart => cart.Ordinal == who && cart.Products.Any(product => Product(match, product) && Bought(match, who, product, null)))
                        .Select(cart => new Row(cart.TouchedAt, null, 0, $"c{cart.Id}")));
            default:
                throw new NotSupportedException(match.Function);
        }
    }

    private IEnumerable<Row> Views(FunctionMatch match, int who, params EventKind[] kinds) =>
        world.Events.Values.Where(happened => happened.Ordinal == who && kinds.Contains(happened.Kind)
                && (happened.Product is null && happened.Category is { } category ? Category(match, category) : Product(match, happened.Product))
                && Bought(match, who, happened.Product, happened.Product is null ? happened.Category : null))
            .Select(happened => new Row(happened.At, null, 0, $"e{happened.Id}"));

    private bool Product(FunctionMatch match, ProductId? product) => match.Parameters.All(parameter => parameter.Name switch
    {
        "id" => product is { } id && parameter.Values.Any(value => ((NumberValue)value).Number == id.Value) == parameter.Operator is Operator.Equal or Operator.In,
        "category" => product is not null && parameter.Values.Any(value => world.KeysOf(product).Contains(((TextValue)value).Text)) == parameter.Operator is Operator.Equal or Operator.In,
        "tag" => product is { } tagged && (world.Products.GetValueOrDefault(tagged.Value)?.Tags ?? []).Any(tag => tag.Equals(((TextValue)parameter.Values[0]).Text, StringComparison.OrdinalIgnoreCase)) == (parameter.Operator == Operator.Equal),
        "vendor" => product is { } made && string.Equals(world.Products.GetValueOrDefault(made.Value)?.Vendor, ((TextValue)parameter.Values[0]).Text, StringComparison.OrdinalIgnoreCase) == (parameter.Operator == Operator.Equal),
        "price" => product is { } priced && Test(parameter, world.Products.GetValueOrDefault(priced.Value)?.PriceMinor is { } price ? new Fraction(price, 1) : null),
        _ => true,
    });

    // A message is about no product; anything else about its product or its category, or nothing.
    private bool About(FunctionMatch match, EventFacts happened)
    {
        if (!match.Parameters.Any(parameter => parameter.Name is "id" or "tag" or "category" or "vendor" or "price")) return true;
        return (int)happened.Kind < 20 && (happened.Product is null && happened.Category is { } category ? Category(match, category) : Product(match, happened.Product));
    }

    private bool Bought(FunctionMatch match, int who, ProductId? product, CategoryId? category) => match.Parameters.Where(parameter => parameter.Name == "bought").All(parameter =>
    {
        var lines = world.Counted(who, now).SelectMany(order => order.Lines).Where(line => line is { Kind: LineKind.Goods, Quantity: > 0, Product: not null });
        var did = product is not null ? lines.Any(line => line.Product == product)
            : category is { } id && world.Categories.GetValueOrDefault(id.Value) is { InUse: true } known && lines.Any(line => world.KeysOf(line.Product).Contains(known.Key));
        return did == ((TruthValue)parameter.Values[0]).Truth;
    });

    private bool Category(FunctionMatch match, CategoryId category) => match.Parameters.All(parameter => parameter.Name switch
    {
        "id" or "tag" or "vendor" or "price" => false,
        "category" => parameter.Values.Any(value => world.KeysOf((CategoryId?)category).Contains(((TextValue)value).Text)) == parameter.Operator is Operator.Equal or Operator.In,
        _ => true,
    });

    private bool Orders(FunctionMatch match, OrderFacts order, int who) => match.Parameters.All(parameter => parameter.Name switch
    {
        "discount_code" => order.DiscountCodes.Any(code => parameter.Values.Any(value => code.Equals(((TextValue)value).Text, StringComparison.OrdinalIgnoreCase)))
            == parameter.Operator is Operator.Equal or Operator.In,
        "discounted" => order.DiscountCodes.Count > 0 == ((TruthValue)parameter.Values[0]).Truth,
        "from_message" => world.Events.Values.Any(happened => happened.Ordinal == who && happened is { Kind: EventKind.MessageClicked, Verdict: HitVerdict.Human or HitVerdict.Unsure }
            && happened.At <= order.PlacedAt && happened.At >= order.PlacedAt.AddDays(-7)) == ((TruthValue)parameter.Values[0]).Truth,
        _ => true,
    });

    private bool Cart(FunctionMatch match, CartFacts cart, int who) => match.Parameters.All(parameter => parameter.Name switch
    {
        "open" => cart.Closed != ((TruthValue)parameter.Values[0]).Truth,
        "ordered_since" => world.Orders.Values.Any(order => order.Ordinal == who && order.PlacedAt <= now && order.PlacedAt >= cart.TouchedAt
            && order.Standing is not (OrderStanding.Cart or OrderStanding.Failed or OrderStanding.Deleted or OrderStanding.Unknown)) == ((TruthValue)parameter.Values[0]).Truth,
        _ => true,
    }) && (!match.Parameters.Any(parameter => parameter.Name is "category" or "tag" or "vendor" or "price") || cart.Products.Any(product => Product(match, product)));

    private static bool Message(FunctionMatch match, EventFacts happened)
    {
        var name = happened.Kind switch
        {
            EventKind.MessageSent => "sent",
            EventKind.MessageDelivered => "delivered",
            EventKind.MessageBounced => "bounced",
            EventKind.MessageOpened => happened.Verdict == HitVerdict.Human ? "opened" : null,
            EventKind.MessageClicked => happened.Verdict is HitVerdict.Human or HitVerdict.Unsure ? "clicked" : null,
            EventKind.MessageAnswered => "answered",
            EventKind.MessageComplained => "complained",
            EventKind.Unsubscribed => "unsubscribed",
            _ => null,
        };
        return name is not null && match.Parameters.All(parameter => parameter.Name switch
        {
            "event" => parameter.Values.Any(value => ((TextValue)value).Text == name) == parameter.Operator is Operator.Equal or Operator.In,
            "channel" => parameter.Values.Any(value => ((TextValue)value).Text == happened.Channel?.ToString().ToLowerInvariant()) == parameter.Operator is Operator.Equal or Operator.In,
            "campaign" => parameter.Values.Any(value => ((NumberValue)value).Number == happened.Campaign?.Value) == parameter.Operator is Operator.Equal or Operator.In,
            _ => true,
        });
    }

    private static bool Amount(FunctionMatch match, long? amount) =>
        match.Parameters.Where(parameter => parameter.Name == "amount").All(parameter => Test(parameter, amount is { } minor ? new Fraction(minor, 1) : null));

    private static bool Test(Parameter parameter, Fraction? value)
    {
        var scale = parameter.Name.Contains("amount", StringComparison.Ordinal) || parameter.Name == "price" ? 100 : 1;
        return Fraction.Holds(value, parameter.Operator, [.. parameter.Values.Select(bound => (Fraction?)Fraction.Of(((NumberValue)bound).Number * scale))]);
    }
}

/// <summary>What a date in a definition means at an instant, by NodaTime's calendar alone.</summary>
internal static class OracleDates
{
    public static bool Holds(World world, DateTimeOffset now, DateTimeOffset at, Operator op, Items<SegmentValue> values)
    {
        var sign = Sign(world, now, at, values[0]);
        return op switch
        {
            Operator.Equal => sign == 0,
            Operator.NotEqual => sign != 0,
            Operator.Less => sign < 0,
            Operator.LessOrEqual => sign <= 0,
            Operator.Greater => sign > 0,
            Operator.GreaterOrEqual => sign >= 0,
            _ => sign >= 0 && Sign(world, now, at, values[1]) <= 0,
        };
    }

    public static LocalDate Day(World world, DateTimeOffset now, SegmentValue value)
    {
        var today = world.Day(now);
        return value switch
        {
            DateValue date => LocalDate.FromDateOnly(date.Date),
            DateOffset { Unit: OffsetUnit.Days } offset => today.PlusDays(offset.Amount),
            DateOffset { Unit: OffsetUnit.Weeks } offset => today.PlusWeeks(offset.Amount),
            DateOffset { Unit: OffsetUnit.Months } offset => today.PlusMonths(offset.Amount),
            DateOffset { Unit: OffsetUnit.Years } offset => today.PlusYears(offset.Amount),
            NamedDate { Name: "today" } => today,
            NamedDate { Name: "yesterday" } => today.PlusDays(-1),
            NamedDate { Name: "90_days_ago" } => today.PlusDays(-90),
            NamedDate { Name: "12_months_ago" } => today.PlusMonths(-12),
            _ => throw new NotSupportedException(value.ToString()),
        };
    }

    private static int Sign(World world, DateTimeOffset now, DateTimeOffset at, SegmentValue value) => value switch
    {
        DateOffset { Unit: OffsetUnit.Hours } offset => at.CompareTo(now.AddHours(offset.Amount)),
        DateOffset { Unit: OffsetUnit.Minutes } offset => at.CompareTo(now.AddMinutes(offset.Amount)),
        InstantValue instant => Instant.FromDateTimeOffset(at).CompareTo(LocalDateTime.FromDateTime(instant.Local).InZoneLeniently(world.Zone).ToInstant()),
        _ => world.Day(at).CompareTo(Day(world, now, value)),
    };
}
