using System.Runtime.InteropServices;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Facts;

// Orders, their lines, and refunds that name no order.
public sealed partial class StoreColumns
{
    private readonly IdMap orderSlots = new();
    private readonly IdMap refundOwners = new();
    private readonly SliceLog<OrderEntry> orders = new();
    private SliceLog<LineEntry> lines = new();
    private readonly SliceLog<RefundEntry> refunds = new();
    private Dictionary<int, int[]> codes = [];
    private OrderSlot[] slots = [];
    private int usedSlots;

    /// <summary>Orders that are there, counted or not.</summary>
    public int Orders => orders.Total;

    /// <summary>Puts an order as it stands now; one that changed hands leaves its previous customer.</summary>
    public Touched PutOrder(OrderFacts facts)
    {
        Reserve(facts.Ordinal);
        var placed = StoreDays.Micros(facts.PlacedAt);
        var entry = new OrderEntry(placed, FlagsOf(facts)) { Spent = facts.SpentMinor ?? OrderEntry.NoAmount, Day = Days.DayOf(placed) };
        var goods = facts.Lines.Where(line => line.Kind == LineKind.Goods)
            .Select(line => new LineEntry(line.Product is { } product ? ProductSlot(product) : -1, line.Quantity, line.TotalMinor)).ToArray();
        var discounts = facts.DiscountCodes.Select(code => Texts.Of(code.ToLowerInvariant())).Distinct().Order().ToArray();

        var slot = orderSlots[facts.Id.Value];
        var previous = -1;
        if (slot < 0)
        {
            orderSlots[facts.Id.Value] = slot = usedSlots++;
            if (slot >= slots.Length) Array.Resize(ref slots, Math.Max(16, slots.Length + (slots.Length / 2)));
            entry.Slot = slot;
        }
        else
        {
            entry.Slot = slot;
            previous = slots[slot].Owner;
            if (previous >= 0)
            {
                var index = IndexOfOrder(previous, slot);
                if (previous == facts.Ordinal && orders.Of(previous)[index] == entry
                    && lines.Of(slot).SequenceEqual(goods) && discounts.AsSpan().SequenceEqual(codes.GetValueOrDefault(slot)))
                    return Touched.None;
                orders.RemoveAt(previous, index);
            }
        }
        slots[slot] = new OrderSlot(facts.Id.Value, facts.Ordinal);
        lines.Set(slot, goods);
        foreach (var line in goods)
        {
            Use(line.Product);
            MarkBought(facts.Ordinal, line.Product);
        }
        Keep(codes, slot, discounts.Length == 0 ? null : discounts);
        var log = orders.Of(facts.Ordinal);
        var at = log.Length;
        while (at > 0 && Later(log[at - 1], entry)) at--;
        orders.Insert(facts.Ordinal, at, entry);
        return Changed(Touched.Two(FactKinds.Orders, facts.Ordinal, previous));
    }

    /// <summary>Takes an order away, as if it had never been.</summary>
    public Touched RemoveOrder(OrderId id)
    {
        var slot = orderSlots[id.Value];
        if (slot < 0 || slots[slot].Owner < 0) return Touched.None;
        var owner = slots[slot].Owner;
        orders.RemoveAt(owner, IndexOfOrder(owner, slot));
        lines.Set(slot, []);
        codes.Remove(slot);
        slots[slot].Owner = -1;
        return Changed(Touched.One(FactKinds.Orders, owner));
    }

    /// <summary>Puts a refund, of an order or without one.</summary>
    public Touched PutRefund(RefundFacts facts)
    {
        Reserve(facts.Ordinal);
        var entry = new RefundEntry(StoreDays.Micros(facts.At), facts.AmountMinor ?? 0, facts.Id, facts.OfOrder);
        var previous = refundOwners[facts.Id];
        if (previous >= 0)
        {
            var index = IndexOfRefund(previous, facts.Id);
            if (previous == facts.Ordinal && refunds.Of(previous)[index] == entry) return Touched.None;
            refunds.RemoveAt(previous, index);
        }
        refundOwners[facts.Id] = facts.Ordinal;
        Mark(withRefunds, facts.Ordinal);
        refunds.Insert(facts.Ordinal, refunds.Of(facts.Ordinal).Length, entry);
        return Changed(Touched.Two(FactKinds.Orders, facts.Ordinal, previous));
    }

    /// <summary>Takes a refund away.</summary>
    public Touched RemoveRefund(long id)
    {
        var owner = refundOwners[id];
        if (owner < 0) return Touched.None;
        refunds.RemoveAt(owner, IndexOfRefund(owner, id));
        refundOwners[id] = -1;
        return Changed(Touched.One(FactKinds.Orders, owner));
    }

    /// <summary>A customer's orders by time, then id.</summary>
    internal ReadOnlySpan<OrderEntry> OrdersOf(int ordinal) => orders.Of(ordinal);

    internal ReadOnlySpan<LineEntry> LinesOf(int slot) => lines.Of(slot);

    internal ReadOnlySpan<RefundEntry> RefundsOf(int ordinal) => refunds.Of(ordinal);

    internal ReadOnlySpan<int> CodesOf(int slot) => codes.Count == 0 ? default : codes.GetValueOrDefault(slot);

    internal long OrderIdOf(int slot) => slots[slot].Id;

    private bool Later(in OrderEntry left, in OrderEntry right) =>
        left.At > right.At || (left.At == right.At && slots[left.Slot].Id > slots[right.Slot].Id);

    // Slots in the order of customers, so that those of one lie together, and none that is not used.
    private void Renumber()
    {
        var (fresh, ordered, coded) = (new OrderSlot[orders.Total], new SliceLog<LineEntry>(), new Dictionary<int, int[]>(codes.Count));
        foreach (var slot in slots.AsSpan(0, usedSlots))
            orderSlots[slot.Id] = -1;
        var next = 0;
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
            foreach (ref var order in orders.Of(ordinal))
            {
                ordered.Set(next, lines.Of(order.Slot));
                if (codes.TryGetValue(order.Slot, out var used)) coded[next] = used;
                fresh[next] = slots[order.Slot];
                orderSlots[fresh[next].Id] = next;
                order.Slot = next++;
            }
        ordered.Trim();
        (slots, usedSlots, lines, codes) = (fresh, next, ordered, coded);
    }

    private int IndexOfOrder(int ordinal, int slot)
    {
        var log = orders.Of(ordinal);
        for (var i = log.Length - 1; i >= 0; i--)
            if (log[i].Slot == slot) return i;
        throw new InvalidOperationException("An order is not with its owner.");
    }

    private int IndexOfRefund(int ordinal, long id)
    {
        var log = refunds.Of(ordinal);
        for (var i = 0; i < log.Length; i++)
            if (log[i].Id == id) return i;
        throw new InvalidOperationException("A refund is not with its owner.");
    }

    // DEFINITIONS, "Purchase policy": renewals and exchanges count in money only; a test counts nowhere.
    private static OrderFlags FlagsOf(OrderFacts facts)
    {
        var placed = facts.Standing is OrderStanding.Placed or OrderStanding.Counted or OrderStanding.Cancelled or OrderStanding.Voided
            or OrderStanding.Refunded or OrderStanding.Returned;
        var money = facts.Standing == OrderStanding.Counted && !facts.Test;
        return (placed ? OrderFlags.Placed : 0) | (money ? OrderFlags.Money : 0)
            | (money && facts.Kind == OrderKind.Purchase ? OrderFlags.Counted : 0);
    }
}

[Flags]
internal enum OrderFlags : byte
{
    None = 0,
    Placed = 1,
    /// <summary>Its amount is in amount spent.</summary>
    Money = 2,
    /// <summary>It makes number of orders, dates and gaps.</summary>
    Counted = 4,
}

/// <summary>An order in 24 bytes: the instant in 61 bits and three flags, the amount, the day and where its lines are.</summary>
internal record struct OrderEntry
{
    /// <summary>Stands for an amount that is not known for want of a rate.</summary>
    public const long NoAmount = long.MinValue;
    private readonly long packed;

    public OrderEntry(long at, OrderFlags flags) => packed = (at << 3) | (long)flags;

    public readonly long At => packed >> 3;
    public readonly OrderFlags Flags => (OrderFlags)(packed & 7);
    public long Spent;
    public int Day;
    public int Slot;
}

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal record struct OrderSlot(long Id, int Owner);

/// <summary>A line of goods in twelve bytes: quantities up to 8 million either way, totals to 5 * 10^11 minor units; beyond, those.</summary>
internal readonly record struct LineEntry
{
    private const long Most = (1L << 39) - 1;
    private readonly int high;
    private readonly uint low;

    public LineEntry(int product, int quantity, long total)
    {
        var packed = ((long)Math.Clamp(quantity, -(1 << 23), (1 << 23) - 1) << 40) | (Math.Clamp(total, -Most, Most) & ((1L << 40) - 1));
        (Product, high, low) = (product, (int)(packed >> 32), unchecked((uint)packed));
    }

    public int Product { get; }
    public int Quantity => high >> 8;
    public long Total => ((((long)high << 32) | low) << 24) >> 24;
}

/// <summary>A refund. One of an order is in that order's amount already and counts only where refunds are asked for.</summary>
internal readonly record struct RefundEntry(long At, long Amount, long Id, bool OfOrder);
