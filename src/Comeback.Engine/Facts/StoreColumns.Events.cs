using Comeback.Engine.Orders;

namespace Comeback.Engine.Facts;

// Events and carts of known customers; those of nobody are not kept until somebody owns them.
public sealed partial class StoreColumns
{
    private readonly IdMap eventOwners = new();
    private readonly IdMap cartOwners = new();
    private readonly SliceLog<EventEntry> events = new();
    private readonly SliceLog<CartEntry> carts = new();
    private readonly Dictionary<long, int[]> cartProducts = [];
    private readonly Dictionary<long, long> campaignOfMessage = [];
    private ulong kindsSeen;

    /// <summary>Events of known customers.</summary>
    public int Events => events.Total;

    /// <summary>Carts of known customers, closed ones too.</summary>
    public int Carts => carts.Total;

    /// <summary>Puts an event. Its id must be below 2^32 (ids are handed out from 1 in each store).</summary>
    public Touched PutEvent(EventFacts facts)
    {
        if (facts.Id.Value > uint.MaxValue) throw new ArgumentOutOfRangeException(nameof(facts), "Ids of events are below 2^32.");
        var subject = facts.Product is { } product ? ProductSlot(product)
            : facts.Category is { } category ? CategorySlot(category)
            : facts.Message is { } message ? unchecked((int)message.Value) : -1;
        var entry = new EventEntry(StoreDays.Micros(facts.At), facts.Kind, facts.Verdict, facts.Channel ?? 0, facts.Product is null && facts.Category is not null,
            subject, (uint)facts.Id.Value);
        kindsSeen |= 1UL << (int)facts.Kind;
        if (facts is { Message: { } sent, Campaign: { } campaign }) campaignOfMessage[(uint)sent.Value] = campaign.Value;
        if (facts.Product is not null) Use(subject);
        var own = PropertiesOf(facts);
        var previous = eventOwners[facts.Id.Value];
        if (previous >= 0)
        {
            var index = IndexOfEvent(previous, entry.Id);
            if (previous == facts.Ordinal && events.Of(previous)[index] == entry && own.AsSpan().SequenceEqual(PropertiesOf(previous, entry.Id))) return Touched.None;
            events.RemoveAt(previous, index);
            DropProperties(previous, entry.Id);
        }
        eventOwners[facts.Id.Value] = facts.Ordinal ?? -1;
        if (facts.Ordinal is not { } owner) return Touched.One(FactKinds.Events, previous);
        Reserve(owner);
        var log = events.Of(owner);
        var at = log.Length;
        while (at > 0 && log[at - 1].At > entry.At) at--;
        events.Insert(owner, at, entry);
        if (own.Length > 0) KeepProperties(owner, own);
        return Touched.Two(FactKinds.Events, owner, previous);
    }

    /// <summary>Takes an event away (erasure).</summary>
    public Touched RemoveEvent(EventId id)
    {
        var owner = eventOwners[id.Value];
        if (owner < 0) return Touched.None;
        events.RemoveAt(owner, IndexOfEvent(owner, (uint)id.Value));
        DropProperties(owner, (uint)id.Value);
        eventOwners[id.Value] = -1;
        return Touched.One(FactKinds.Events, owner);
    }

    /// <summary>Puts a cart as it stands now.</summary>
    public Touched PutCart(CartFacts facts)
    {
        var entry = new CartEntry(StoreDays.Micros(facts.TouchedAt), facts.Id.Value, facts.TotalMinor ?? OrderEntry.NoAmount, facts.Closed);
        var products = facts.Products.Select(ProductSlot).Distinct().Order().ToArray();
        var previous = cartOwners[facts.Id.Value];
        if (previous >= 0)
        {
            var index = IndexOfCart(previous, entry.Id);
            if (previous == facts.Ordinal && carts.Of(previous)[index] == entry && products.AsSpan().SequenceEqual(CartProducts(entry.Id))) return Touched.None;
            carts.RemoveAt(previous, index);
        }
        foreach (var product in products)
            Use(product);
        cartProducts[entry.Id] = products;
        cartOwners[entry.Id] = facts.Ordinal ?? -1;
        if (facts.Ordinal is not { } owner) return Touched.One(FactKinds.Carts, previous);
        Reserve(owner);
        carts.Insert(owner, carts.Of(owner).Length, entry);
        return Touched.Two(FactKinds.Carts, owner, previous);
    }

    /// <summary>Takes a cart away.</summary>
    public Touched RemoveCart(CartId id)
    {
        var owner = cartOwners[id.Value];
        if (owner < 0) return Touched.None;
        carts.RemoveAt(owner, IndexOfCart(owner, id.Value));
        cartOwners[id.Value] = -1;
        cartProducts.Remove(id.Value);
        return Touched.One(FactKinds.Carts, owner);
    }

    /// <summary>A customer's events by time.</summary>
    internal ReadOnlySpan<EventEntry> EventsOf(int ordinal) => events.Of(ordinal);

    /// <summary>A customer's carts, in no order.</summary>
    internal ReadOnlySpan<CartEntry> CartsOf(int ordinal) => carts.Of(ordinal);

    internal ReadOnlySpan<int> CartProducts(long id) => cartProducts.GetValueOrDefault(id);

    /// <summary>The campaign of a message, or -1.</summary>
    internal long CampaignOf(int message) => campaignOfMessage.GetValueOrDefault(unchecked((uint)message), -1);

    /// <summary>True when the store has had an event of one of these kinds.</summary>
    internal bool HasSeen(ulong kinds) => (kindsSeen & kinds) != 0;

    private int IndexOfEvent(int ordinal, uint id)
    {
        var log = events.Of(ordinal);
        for (var i = log.Length - 1; i >= 0; i--)
            if (log[i].Id == id) return i;
        throw new InvalidOperationException("An event is not with its owner.");
    }

    private int IndexOfCart(int ordinal, long id)
    {
        var log = carts.Of(ordinal);
        for (var i = log.Length - 1; i >= 0; i--)
            if (log[i].Id == id) return i;
        throw new InvalidOperationException("A cart is not with its owner.");
    }
}

/// <summary>An event in sixteen bytes: 53 bits of microseconds, 6 of kind, 2 of verdict, 2 of channel, 1 that tells a category from a product.</summary>
internal readonly record struct EventEntry
{
    private const long Far = 4_400_000_000_000_000;
    private readonly long packed;

    public EventEntry(long at, EventKind kind, HitVerdict verdict, Channel channel, bool category, int subject, uint id)
    {
        // 53 bits reach from 1828 to 2112.
        packed = (Math.Clamp(at, -Far, Far) << 11) | ((long)kind << 5) | ((long)verdict << 3) | ((long)channel << 1) | (category ? 1L : 0L);
        (Subject, Id) = (subject, id);
    }

    public long At => packed >> 11;
    public EventKind Kind => (EventKind)((packed >> 5) & 63);
    public HitVerdict Verdict => (HitVerdict)((packed >> 3) & 3);
    public Channel Channel => (Channel)((packed >> 1) & 3);
    /// <summary>The subject is a category's slot.</summary>
    public bool IsCategory => (packed & 1) != 0;
    /// <summary>A slot of a product or category, or the low half of a message's id; -1 for none.</summary>
    public int Subject { get; }
    public uint Id { get; }
}

internal readonly record struct CartEntry(long TouchedAt, long Id, long Total, bool Closed);
