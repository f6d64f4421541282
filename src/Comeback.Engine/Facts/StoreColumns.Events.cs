using Comeback.Engine.Orders;

namespace Comeback.Engine.Facts;

// Events and carts of known customers; those of nobody are not kept until somebody owns them.
public sealed partial class StoreColumns
{
    private readonly IdSet knownEvents = new();
    // Made when an event that is known comes again with another owner, which only merges do; given back by Trim.
    private IdMap? eventOwners;
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
        var previous = OwnerOf(facts.Id, facts.Ordinal ?? -1);
        if (previous >= 0)
        {
            var index = IndexOfEvent(previous, entry.Id);
            if (previous == facts.Ordinal && events.Of(previous)[index] == entry && own.AsSpan().SequenceEqual(PropertiesOf(previous, entry.Id))) return Touched.None;
            events.RemoveAt(previous, index);
            DropProperties(previous, entry.Id);
        }
        Own(facts.Id, facts.Ordinal ?? -1);
        if (facts.Ordinal is not { } owner) return Changed(Touched.One(FactKinds.Events, previous, Reach.Everything));
        Reserve(owner);
        if (facts.Kind == EventKind.ProductViewed) seenSignatures[owner] |= entry.IsCategory ? ~0UL : subject >= 0 ? Bit(subject) : 0;
        var log = events.Of(owner);
        var at = log.Length;
        while (at > 0 && log[at - 1].At > entry.At) at--;
        events.Insert(owner, at, entry);
        if (own.Length > 0) KeepProperties(owner, own);
        // A row that was there before may have been of another kind or about something else.
        return Changed(Touched.Two(FactKinds.Events, owner, previous, previous >= 0 ? Reach.Everything : new Reach(entry.Kind, entry.IsCategory, subject)));
    }

    /// <summary>Takes an event away (erasure).</summary>
    public Touched RemoveEvent(EventId id)
    {
        var owner = OwnerOf(id, -1);
        if (owner < 0) return Touched.None;
        events.RemoveAt(owner, IndexOfEvent(owner, (uint)id.Value));
        DropProperties(owner, (uint)id.Value);
        Own(id, -1);
        return Changed(Touched.One(FactKinds.Events, owner, Reach.Everything));
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
        if (facts.Ordinal is not { } owner) return Changed(Touched.One(FactKinds.Carts, previous));
        Reserve(owner);
        Mark(withCarts, owner);
        carts.Insert(owner, carts.Of(owner).Length, entry);
        return Changed(Touched.Two(FactKinds.Carts, owner, previous));
    }

    /// <summary>Takes a cart away.</summary>
    public Touched RemoveCart(CartId id)
    {
        var owner = cartOwners[id.Value];
        if (owner < 0) return Touched.None;
        carts.RemoveAt(owner, IndexOfCart(owner, id.Value));
        cartOwners[id.Value] = -1;
        cartProducts.Remove(id.Value);
        return Changed(Touched.One(FactKinds.Carts, owner));
    }

    /// <summary>A customer's events by time.</summary>
    internal ReadOnlySpan<EventEntry> EventsOf(int ordinal) => events.Of(ordinal);

    /// <summary>When the last of a customer's events was; <see cref="long.MinValue"/> without any.</summary>
    internal long LastEventOf(int ordinal) => events.LastOf(ordinal, out var last) ? last.At : long.MinValue;

    /// <summary>A customer's carts, in no order.</summary>
    internal ReadOnlySpan<CartEntry> CartsOf(int ordinal) => carts.Of(ordinal);

    internal ReadOnlySpan<int> CartProducts(long id) => cartProducts.GetValueOrDefault(id);

    /// <summary>The campaign of a message, or -1.</summary>
    internal long CampaignOf(int message) => campaignOfMessage.GetValueOrDefault(unchecked((uint)message), -1);

    /// <summary>True when the store has had an event of one of these kinds.</summary>
    internal bool HasSeen(ulong kinds) => (kindsSeen & kinds) != 0;

    private int IndexOfEvent(int ordinal, uint id) => FindEvent(ordinal, id) is >= 0 and var index
        ? index
        : throw new InvalidOperationException("An event is not with its owner.");

    private int FindEvent(int ordinal, uint id)
    {
        var log = events.Of(ordinal);
        for (var i = log.Length - 1; i >= 0; i--)
            if (log[i].Id == id) return i;
        return -1;
    }

    // Nearly every event is new, or comes again with the owner that it has: neither needs an index of all.
    private int OwnerOf(EventId id, int likely)
    {
        if (!knownEvents.Contains(id.Value)) return -1;
        if (likely >= 0 && FindEvent(likely, (uint)id.Value) >= 0) return likely;
        if (eventOwners is null)
        {
            eventOwners = new IdMap();
            for (var ordinal = 0; ordinal < Capacity; ordinal++)
                foreach (ref readonly var happened in EventsOf(ordinal))
                    eventOwners[happened.Id] = ordinal;
        }
        return eventOwners[id.Value];
    }

    private void Own(EventId id, int owner)
    {
        if (owner >= 0) knownEvents.Add(id.Value);
        else knownEvents.Remove(id.Value);
        if (eventOwners is not null) eventOwners[id.Value] = owner;
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
