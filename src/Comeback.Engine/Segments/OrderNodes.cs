using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary><c>orders_placed MATCHES (...)</c>: counted orders.</summary>
internal sealed class OrdersNode : RowsNode
{
    private const long WeekMicros = 7 * 86_400_000_000L;
    private readonly StoreColumns columns;
    private readonly Parameter[] codes;
    private readonly bool? discounted;
    private readonly bool? fromMessage;

    public OrdersNode(FunctionMatch match, PlanBuilder builder) : base(match, builder)
    {
        columns = builder.Columns;
        codes = [.. match.Parameters.Where(parameter => parameter.Name == "discount_code")];
        discounted = PlanBuilder.Truth(match, "discounted");
        fromMessage = PlanBuilder.Truth(match, "from_message");
    }

    public override Needs Needs => Needs.Orders | TimeNeed | (fromMessage is null ? Needs.None : Needs.Events);

    public override ulong EventKinds => fromMessage is null ? 0 : 1UL << (int)EventKind.MessageClicked;

    protected override void Narrow(Bulk bulk, Span<ulong> mask) => KeepBuyers(bulk, mask);

    // Whether an order came from a message is not known where no message was ever clicked.
    public override bool NoData => fromMessage == true && !columns.HasSeen(MessagesNode.AllKinds);

    protected override Gathered Gather(Subject subject)
    {
        var rows = new Gathered();
        foreach (ref readonly var order in subject.Columns.OrdersOf(subject.Ordinal))
        {
            if (order.At > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, order.At);
                break;
            }
            if ((order.Flags & OrderFlags.Counted) == 0 || !InAmount(order.Spent) || !InCodes(subject, order.Slot)) continue;
            if (fromMessage is { } wanted && Clicked(subject, order.At) != wanted) continue;
            if (!InTime(subject, order.At, order.Day)) continue;
            rows.Count++;
            rows.Amount(order.Spent);
            subject.Fits?.Add(order.At);
        }
        return rows;
    }

    private bool InCodes(Subject subject, int slot)
    {
        if (codes.Length == 0 && discounted is null) return true;
        var used = subject.Columns.CodesOf(slot);
        if (discounted is { } wanted && used.Length > 0 != wanted) return false;
        foreach (var condition in codes)
        {
            var any = false;
            foreach (var code in used)
                any |= condition.Operator is Operator.IsNull or Operator.IsNotNull
                    || condition.Values.Any(value => subject.Columns.Texts[code].Equals(SegmentPrinter.Say(value), StringComparison.OrdinalIgnoreCase));
            if (any == condition.Operator is Operator.NotEqual or Operator.NotIn or Operator.IsNull) return false;
        }
        return true;
    }

    // Attributed as everywhere in Comeback: placed within 7 days of a click.
    private static bool Clicked(Subject subject, long placed)
    {
        if ((subject.Kinds & (1UL << (int)EventKind.MessageClicked)) == 0) return false;
        foreach (ref readonly var happened in subject.Columns.EventsOf(subject.Ordinal))
            if (happened.At <= placed && happened.At >= placed - WeekMicros && MessagesNode.IsPerson(happened, EventKind.MessageClicked)) return true;
        return false;
    }
}

/// <summary><c>products_purchased MATCHES (...)</c>: lines of goods on counted orders; counts the orders that have one.</summary>
internal sealed class LinesNode : RowsNode
{
    private readonly StoreColumns columns;
    private readonly ProductFilter filter;
    private readonly NumberTest[] quantities;
    private readonly bool plain;

    public LinesNode(FunctionMatch match, PlanBuilder builder) : base(match, builder)
    {
        columns = builder.Columns;
        filter = new ProductFilter(match, columns);
        quantities = [.. match.Parameters.Where(parameter => parameter.Name == "quantity").Select(parameter => NumberTest.Of(parameter, 1))];
        plain = match.Parameters.Count == 1 && filter.OnlyCategory is not null;
    }

    public override Needs Needs => Needs.Orders | Needs.Catalogue | TimeNeed;

    public override void Prepare() => filter.Prepare();

    public override bool NoData => filter.HasCategory && !columns.HasCategories;

    protected override void Narrow(Bulk bulk, Span<ulong> mask)
    {
        KeepBuyers(bulk, mask);
        if (filter.Signature is not var (products, category)) return;
        bulk.KeepAny(mask, columns.BoughtSignatures, products);
        if (category != 0) bulk.KeepAny(mask, columns.CategorySignatures, category);
    }

    protected override Gathered Gather(Subject subject)
    {
        var rows = new Gathered();
        if (plain && subject.Fits is null && !subject.Passing)
        {
            // Most segments about categories ask only this: one look-up in what the customer ever bought from.
            var category = columns.CategoryByKey(filter.OnlyCategory!);
            rows.Count = category >= 0 && subject.BoughtFrom(category) ? 1 : 0;
            return rows;
        }
        foreach (ref readonly var order in subject.Columns.OrdersOf(subject.Ordinal))
        {
            if (order.At > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, order.At);
                break;
            }
            if ((order.Flags & OrderFlags.Counted) == 0 || (subject.Passing && !InTime(subject, order.At))) continue;
            var any = false;
            var inTime = false;
            foreach (ref readonly var line in subject.Columns.LinesOf(order.Slot))
            {
                if (line.Quantity <= 0 || !filter.Product(line.Product) || !InAmount(line.Total)) continue;
                if (!Array.TrueForAll(quantities, new Held(line.Quantity).By)) continue;
                if (!any) inTime = InTime(subject, order.At, order.Day);
                any = true;
                if (!inTime) break;
                rows.Quantity += line.Quantity;
                rows.Amount(line.Total);
            }
            if (!any || !inTime) continue;
            rows.Count++;
            if (subject.Passing && OneIsEnough && subject.Fits is null) break;
            subject.Fits?.Add(order.At);
        }
        return rows;
    }

    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        // The usual question, whether any line fits, is answered without gathering anything.
        if (!OneIsEnough || quantities.Length > 0 || Amounts.Length > 0 || filter.Everything || !Within(bulk.Moment).Plain)
        {
            base.Filter(bulk, mask);
            return;
        }
        var buffer = bulk.Rent();
        var could = buffer.AsSpan(0, mask.Length);
        mask.CopyTo(could);
        Narrow(bulk, could);
        var within = Within(bulk.Moment);
        var until = Math.Min(within.Until - 1, bulk.Moment.Now);
        for (var word = 0; word < could.Length; word++)
        {
            var found = 0UL;
            for (var rest = could[word]; rest != 0; rest &= rest - 1)
                if (AnyLine(bulk.First + (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(rest), within.From, until)) found |= rest & (~rest + 1);
            mask[word] &= Negated ? ~found : found;
        }
        bulk.Return(buffer);
    }

    private bool AnyLine(int ordinal, long from, long until)
    {
        var fits = filter.Fits;
        var orders = columns.OrdersOf(ordinal);
        for (var i = orders.Length - 1; i >= 0; i--)
        {
            ref readonly var order = ref orders[i];
            if (order.At < from) break;
            if (order.At > until || (order.Flags & OrderFlags.Counted) == 0) continue;
            foreach (ref readonly var line in columns.LinesOf(order.Slot))
                if ((uint)line.Product < (uint)fits.Length && fits[line.Product] && line.Quantity > 0) return true;
        }
        return false;
    }

    private readonly record struct Held(int Quantity)
    {
        public bool By(NumberTest test) => test.Test(new Ratio(Quantity, 1));
    }
}

/// <summary><c>refunds MATCHES (...)</c>: refunds, of an order or without one.</summary>
internal sealed class RefundsNode(FunctionMatch match, PlanBuilder builder) : RowsNode(match, builder)
{
    public override Needs Needs => Needs.Orders | TimeNeed;

    protected override void Narrow(Bulk bulk, Span<ulong> mask) => bulk.Keep(mask, bulk.Columns.WithRefunds);

    protected override Gathered Gather(Subject subject)
    {
        var rows = new Gathered();
        foreach (ref readonly var refund in subject.Columns.RefundsOf(subject.Ordinal))
        {
            if (refund.At > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, refund.At);
                continue;
            }
            if (!InAmount(refund.Amount) || !InTime(subject, refund.At)) continue;
            rows.Count++;
            rows.Amount(refund.Amount);
            subject.Fits?.Add(refund.At);
        }
        return rows;
    }
}

/// <summary><c>carts MATCHES (...)</c>: carts, dated when last touched.</summary>
internal sealed class CartsNode : RowsNode
{
    private readonly StoreColumns columns;
    private readonly ProductFilter filter;
    private readonly bool? open;
    private readonly bool? orderedSince;

    public CartsNode(FunctionMatch match, PlanBuilder builder) : base(match, builder)
    {
        columns = builder.Columns;
        filter = new ProductFilter(match, columns);
        open = PlanBuilder.Truth(match, "open");
        orderedSince = PlanBuilder.Truth(match, "ordered_since");
    }

    public override void Prepare() => filter.Prepare();

    public override Needs Needs => Needs.Carts | Needs.Catalogue | TimeNeed | (orderedSince is null ? Needs.None : Needs.Orders);

    public override bool NoData => columns.Carts == 0;

    protected override void Narrow(Bulk bulk, Span<ulong> mask) => bulk.Keep(mask, columns.WithCarts);

    protected override Gathered Gather(Subject subject)
    {
        var rows = new Gathered();
        foreach (ref readonly var cart in subject.Columns.CartsOf(subject.Ordinal))
        {
            if (cart.TouchedAt > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, cart.TouchedAt);
                continue;
            }
            if ((open is { } wanted && cart.Closed == wanted) || !InAmount(cart.Total)) continue;
            if (!filter.Everything && !Any(subject.Columns.CartProducts(cart.Id))) continue;
            if (orderedSince is { } ordered && OrderedSince(subject, cart.TouchedAt) != ordered) continue;
            if (!InTime(subject, cart.TouchedAt)) continue;
            rows.Count++;
            rows.Amount(cart.Total);
            subject.Fits?.Add(cart.TouchedAt);
        }
        return rows;
    }

    private bool Any(ReadOnlySpan<int> products)
    {
        foreach (var product in products)
            if (filter.Product(product)) return true;
        return false;
    }

    /// <summary>Whether the customer placed any order (counted or not) at or after an instant, up to now.</summary>
    public static bool OrderedSince(Subject subject, long since)
    {
        foreach (ref readonly var order in subject.Columns.OrdersOf(subject.Ordinal))
        {
            if (order.At > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, order.At);
                break;
            }
            if (order.At >= since && (order.Flags & OrderFlags.Placed) != 0) return true;
        }
        return false;
    }
}
