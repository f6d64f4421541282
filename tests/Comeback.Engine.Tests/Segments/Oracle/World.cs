using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using NodaTime;

namespace Comeback.Engine.Tests.Segments.Oracle;

/// <summary>The last state of every record, in plain dictionaries: what the oracle reads. It knows nothing of columns or plans.</summary>
internal sealed class World(string zone)
{
    public DateTimeZone Zone { get; } = DateTimeZoneProviders.Tzdb[zone];
    public Dictionary<int, CustomerFacts> Customers { get; } = [];
    public Dictionary<long, OrderFacts> Orders { get; } = [];
    public Dictionary<long, RefundFacts> Refunds { get; } = [];
    public Dictionary<long, CartFacts> Carts { get; } = [];
    public Dictionary<long, EventFacts> Events { get; } = [];
    public List<ConsentFacts> Consents { get; } = [];
    public Dictionary<long, ProductFacts> Products { get; } = [];
    public Dictionary<long, CategoryFacts> Categories { get; } = [];
    /// <summary>Who entered which segment when, as the history of memberships has it.</summary>
    public List<(string Key, int Who, DateTimeOffset At)> Entries { get; } = [];
    public long MedianTwice { get; private set; }

    public LocalDate Day(DateTimeOffset at) => Instant.FromDateTimeOffset(at).InZone(Zone).Date;

    public IEnumerable<int> Everybody => Customers.Values.Where(customer => !customer.Gone).Select(customer => customer.Ordinal);

    /// <summary>Whom the store's definition says to be no shopper, at the instant that is being looked at.</summary>
    public Func<int, bool> IsOutsider { get; set; } = _ => false;

    public bool Shopper(int who) => !Customers[who].NotAShopper && !IsOutsider(who);

    /// <summary>Counted orders of a customer up to an instant, by time.</summary>
    public List<OrderFacts> Counted(int who, DateTimeOffset now) =>
        [.. Orders.Values.Where(order => order.Ordinal == who && order.PlacedAt <= now && order is { Standing: OrderStanding.Counted, Test: false, Kind: OrderKind.Purchase })
            .OrderBy(order => order.PlacedAt).ThenBy(order => order.Id)];

    public LifetimeFacts? Lifetime(int who, DateTimeOffset now)
    {
        if (Customers[who].Lifetime is not { } life) return null;
        if (life.FirstOrderAt is { } first && first > now) return null;
        return life.Orders > Counted(who, life.AsOf).Count ? life : null;
    }

    public long NumberOfOrders(int who, DateTimeOffset now) =>
        Counted(who, now).Count + (Lifetime(who, now) is { } life ? life.Orders - Counted(who, life.AsOf).Count : 0);

    public bool Buyer(int who, DateTimeOffset now) => NumberOfOrders(who, now) > 0;

    public long Spent(int who, DateTimeOffset now)
    {
        var spent = Paid(who, now) - Returned(who, now);
        if (Lifetime(who, now) is { } life) spent += life.SpentMinor - (Paid(who, life.AsOf) - Returned(who, life.AsOf));
        return spent;
    }

    public DateTimeOffset? FirstOrder(int who, DateTimeOffset now) =>
        Dates(who, now) is { Count: > 0 } dates ? dates.Min() : null;

    public DateTimeOffset? LastOrder(int who, DateTimeOffset now) =>
        Dates(who, now) is { Count: > 0 } dates ? dates.Max() : null;

    /// <summary>Days between distinct order days of one customer.</summary>
    public List<long> Gaps(int who, DateTimeOffset now)
    {
        var days = Counted(who, now).Select(order => Day(order.PlacedAt)).Distinct().Order().ToList();
        return [.. days.Skip(1).Select((day, index) => (long)Period.DaysBetween(days[index], day))];
    }

    /// <summary>Twice the store's median gap.</summary>
    public long TwiceMedian(DateTimeOffset now)
    {
        var all = Everybody.Where(Shopper).SelectMany(who => Gaps(who, now)).Order().ToList();
        return MedianTwice = all.Count < 30 ? 120 : all[(all.Count - 1) / 2] + all[all.Count / 2];
    }

    public ConsentState Consent(int who, Channel channel, DateTimeOffset now) =>
        Consents.Where(entry => entry.Ordinal == who && entry.Channel == channel && entry.At <= now)
            .OrderByDescending(entry => entry.At).ThenByDescending(entry => (int)entry.State).Select(entry => entry.State).FirstOrDefault();

    public bool Reachable(int who, DateTimeOffset now)
    {
        var customer = Customers[who];
        if (customer.ObjectsToProfiling) return false;
        return Usable(Channel.Email, customer.Email) || Usable(Channel.Sms, customer.Phone) || Usable(Channel.WhatsApp, customer.Phone);

        bool Usable(Channel channel, string? address) => address is not null && !customer.DoubtfulContact && !customer.Blocked.Contains(channel)
            && Consent(who, channel, now) == ConsentState.Granted;
    }

    /// <summary>Keys of the categories in use that a category rolls up into, itself included.</summary>
    public HashSet<string> KeysOf(CategoryId? id)
    {
        var keys = new HashSet<string>();
        for (var depth = 0; id is { } up && Categories.TryGetValue(up.Value, out var category) && depth < 20; id = category.Parent, depth++)
            if (category.InUse) keys.Add(category.Key);
        return keys;
    }

    public HashSet<string> KeysOf(ProductId? id) =>
        id is { } product && Products.TryGetValue(product.Value, out var facts) ? [.. facts.Categories.SelectMany(category => KeysOf((CategoryId?)category))] : [];

    /// <summary>Puts every row as it is now into columns that may know it already.</summary>
    public Touches PutInto(StoreColumns columns)
    {
        var touches = new Touches();
        foreach (var category in Categories.Values) Add(columns.PutCategory(category));
        foreach (var product in Products.Values) Add(columns.PutProduct(product));
        foreach (var customer in Customers.Values) Add(columns.PutCustomer(customer));
        foreach (var consent in Consents) Add(columns.PutConsent(consent));
        foreach (var order in Orders.Values) Add(columns.PutOrder(order));
        foreach (var refund in Refunds.Values) Add(columns.PutRefund(refund));
        foreach (var cart in Carts.Values) Add(columns.PutCart(cart));
        foreach (var happened in Events.Values) Add(columns.PutEvent(happened));
        return touches;

        void Add(Touched touched) => touches.Add(touched, new Cause(CauseKind.Found, 0));
    }

    private long Paid(int who, DateTimeOffset now) =>
        Orders.Values.Where(order => order.Ordinal == who && order.PlacedAt <= now && order is { Standing: OrderStanding.Counted, Test: false }).Sum(order => order.SpentMinor ?? 0);

    private long Returned(int who, DateTimeOffset now) => Refunds.Values.Where(refund => refund.Ordinal == who && !refund.OfOrder && refund.At <= now).Sum(refund => refund.AmountMinor ?? 0);

    private List<DateTimeOffset> Dates(int who, DateTimeOffset now)
    {
        var dates = Counted(who, now).Select(order => order.PlacedAt).ToList();
        if (Lifetime(who, now) is not { } life) return dates;
        if (life.FirstOrderAt is { } first) dates.Add(first);
        if (life.LastOrderAt is { } last && last <= now) dates.Add(last);
        return dates;
    }
}
