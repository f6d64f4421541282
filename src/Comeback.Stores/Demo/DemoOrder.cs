using Comeback.Engine;
using Comeback.Engine.Orders;
using NodaTime;

namespace Comeback.Stores.Demo;

/// <summary>Where an order stands from an instant on.</summary>
internal sealed record DemoOrderStep(
    DateTimeOffset At, OrderStanding Standing, string Status, DateTimeOffset? DeliveredAt = null, RefundRecord? Refund = null);

/// <summary>An order with its whole life: placed, delivered, refused at the door, refunded. <see cref="AsOf"/> gives it as the store would then.</summary>
internal sealed class DemoOrder
{
    private static readonly Dictionary<string, decimal> TaxShare = new(StringComparer.Ordinal)
    {
        ["DKK"] = .2m,
        ["SEK"] = .2m,
        ["EUR"] = .16m,
        ["GBP"] = .1667m,
        ["SAR"] = .1304m,
        ["AED"] = .0476m,
    };

    public required string Id { get; init; }
    public required string Number { get; init; }
    public required DemoPerson Person { get; init; }
    public required DateTimeOffset PlacedAt { get; init; }
    public required IReadOnlyList<DemoBasketLine> Basket { get; init; }
    public required IReadOnlyList<OrderLineRecord> Lines { get; init; }
    public required IReadOnlyList<DemoOrderStep> Steps { get; init; }
    public required Money Shipping { get; init; }
    public required Money Discount { get; init; }
    public required IReadOnlyList<string> Codes { get; init; }
    public required bool OnDelivery { get; init; }
    public string? CartId { get; init; }
    /// <summary>The message that truly brought it; null for one that came by itself.</summary>
    public long? BroughtByMessage { get; init; }

    public Money Total => Lines.Aggregate(Shipping, (sum, line) => sum + line.Total);

    public static DemoOrder Make(
        DemoRandom random, DemoPerson person, string id, string number, DateTimeOffset at, IReadOnlyList<DemoBasketLine> basket, string? cartId, long? message = null)
    {
        var currency = person.Currency;
        var day = Instant.FromDateTimeOffset(at).InUtc().Date;
        var untilBlackFriday = Period.DaysBetween(day, DemoSeasons.BlackFriday(day.Year));
        var (share, code) = person.Role == DemoRole.Wholesaler ? (.25m, null)
            : untilBlackFriday is <= 4 and >= -3 ? (.20m, "BLACKFRIDAY")
            : person.OrdersSoFar == 0 && random.Chance(.2) ? (.10m, "VELKOMMEN10")
            : (0m, null);

        var lines = basket.Select(line => Line(line, currency, share)).ToList();
        var goods = lines.Aggregate(Money.Zero(currency), (sum, line) => sum + line.Total);
        var full = lines.Aggregate(Money.Zero(currency), (sum, line) => sum + new Money(line.UnitPrice.Minor * line.Quantity, currency));
        var rate = DemoCatalogue.RateToDkk.GetValueOrDefault(currency.Code, .047m);
        var shipping = goods.ToDecimal() * rate >= 450m ? Money.Zero(currency) : Rounded((person.Person.Country == "DK" ? 39m : 79m) / rate, currency);
        var onDelivery = person.PaysOnDelivery && random.Chance(.8);
        return new DemoOrder
        {
            Id = id,
            Number = number,
            Person = person,
            PlacedAt = at,
            Basket = basket,
            Lines = lines,
            Shipping = shipping,
            Discount = full - goods,
            Codes = code is null ? [] : [code],
            OnDelivery = onDelivery,
            CartId = cartId,
            BroughtByMessage = message,
            Steps = Life(random, person, id, at, lines, goods + shipping, onDelivery),
        };
    }

    public OrderRecord AsOf(DateTimeOffset asOf)
    {
        var passed = Steps.Where(s => s.At <= asOf).ToList();
        var now = passed[^1];
        var total = Total;
        var firstOrder = Person.Guest ? Person.Consents.Where(c => c.State == ConsentState.Granted && c.At <= PlacedAt).ToList() : [];
        return new OrderRecord
        {
            UpdatedAt = now.At,
            ExternalId = Id,
            Number = Number,
            Person = Person.Person,
            PlacedAt = PlacedAt,
            Standing = now.Standing,
            VendorStatus = now.Status,
            Test = Person.Role == DemoRole.Staff,
            CashOnDelivery = OnDelivery,
            DeliveredAt = passed.Select(s => s.DeliveredAt).LastOrDefault(d => d is not null),
            Total = total,
            TotalInStoreCurrency = DemoCatalogue.InStoreCurrency(total),
            Tax = Money.FromDecimal(total.ToDecimal() * TaxShare.GetValueOrDefault(total.Currency.Code), total.Currency),
            Shipping = Shipping,
            Discount = Discount,
            DiscountCodes = Codes,
            Lines = Lines,
            Refunds = [.. passed.Select(s => s.Refund).OfType<RefundRecord>()],
            CartExternalId = CartId,
            Consents = firstOrder,
        };
    }

    private static OrderLineRecord Line(DemoBasketLine line, Currency currency, decimal share)
    {
        var price = DemoCatalogue.Price(line.Variant, currency);
        var full = new Money(price.Minor * line.Quantity, currency);
        var card = line.Variant.Product.GiftCard;
        return new OrderLineRecord
        {
            ProductExternalId = line.Variant.Product.Id,
            VariantExternalId = line.Variant.Id,
            Sku = line.Variant.Sku,
            Title = line.Variant.Product.English,
            Quantity = line.Quantity,
            UnitPrice = price,
            Total = card || share == 0 ? full : Rounded(full.ToDecimal() * (1 - share), currency),
            Kind = card ? LineKind.GiftCard : LineKind.Goods,
        };
    }

    private static List<DemoOrderStep> Life(
        DemoRandom random, DemoPerson person, string id, DateTimeOffset at, List<OrderLineRecord> lines, Money total, bool onDelivery)
    {
        if (!onDelivery && random.Chance(.012))
            return [new(at, OrderStanding.Failed, "failed")];
        var steps = new List<DemoOrderStep> { new(at, OrderStanding.Counted, "processing") };
        if (random.Chance(.014))
        {
            steps.Add(new(After(at, .04, .8), OrderStanding.Cancelled, "cancelled"));
            return steps;
        }
        var delivered = person.Region == DemoRegion.Gulf ? After(at, 2.5, 6) : After(at, 1, 3.5);
        if (onDelivery && random.Chance(.16))
        {
            steps.Add(new(After(delivered, .5, 3), OrderStanding.Returned, "returned"));
            return steps;
        }
        steps.Add(new(delivered, OrderStanding.Counted, "completed", delivered));
        var fate = random.Unit();
        if (fate < .012)
        {
            var back = After(delivered, 2, 14);
            steps.Add(new(back, OrderStanding.Refunded, "refunded", null, new RefundRecord("r" + id, back, total)));
        }
        else if (fate < .045)
        {
            var back = After(delivered, 1, 12);
            steps.Add(new(back, OrderStanding.Counted, "completed", null, new RefundRecord("r" + id, back, random.Pick(lines).Total)));
        }
        return steps;

        DateTimeOffset After(DateTimeOffset from, double low, double high) => from.AddSeconds(Math.Floor(random.Between(low, high) * 86_400));
    }

    private static Money Rounded(decimal amount, Currency currency) => Money.FromDecimal(amount, currency);
}
