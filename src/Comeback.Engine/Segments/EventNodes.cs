using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>A function over events: subclasses say which kinds and which of them fit. The log is in order of time, so dates cut a stretch out of it.</summary>
internal abstract class LogNode(FunctionMatch match, PlanBuilder builder, ulong kinds) : RowsNode(match, builder)
{
    protected ulong Kinds { get; } = kinds;

    public override ulong EventKinds => Kinds;

    /// <summary>Whether an event of one of the kinds fits, whenever it was.</summary>
    protected abstract bool Accepts(Subject subject, in EventEntry happened);

    // Whose last event lies before the dates has none within them. A plain loop on purpose: its reads do not wait for each other, and they bring the ends of
    // the logs into the cache for those who are asked next.
    protected override void Narrow(Bulk bulk, Span<ulong> mask)
    {
        var from = Within(bulk.Moment).From;
        for (var word = 0; word < mask.Length; word++)
        {
            var keep = 0UL;
            for (var rest = mask[word]; rest != 0; rest &= rest - 1)
            {
                var bit = System.Numerics.BitOperations.TrailingZeroCount(rest);
                keep |= (bulk.Columns.LastEventOf(bulk.First + (word << 6) + bit) >= from ? 1UL : 0UL) << bit;
            }
            mask[word] = keep;
        }
    }

    /// <summary>Takes an event that fits into account.</summary>
    protected virtual void Take(Subject subject, in EventEntry happened, ref Gathered rows) => rows.Count++;

    // Backwards, since nearly every question is about what was lately: it ends at the first row before the dates, and what lies there never comes back,
    // because no date moves back. The earliest row within is the first to fall out, the earliest behind them the first to come in.
    protected void Gather(Subject subject, ref Gathered rows)
    {
        var all = subject.Columns.EventsOf(subject.Ordinal);
        if (all.IsEmpty) return;
        var now = subject.Moment.Now;
        var stretch = Within(subject.Moment);
        var (within, behind, ahead) = (long.MaxValue, long.MaxValue, long.MaxValue);
        for (var i = all.Length - 1; i >= 0; i--)
        {
            ref readonly var happened = ref all[i];
            var at = happened.At;
            if (at < stretch.From) break;
            if ((Kinds & (1UL << (int)happened.Kind)) == 0 || !Accepts(subject, happened)) continue;
            if (at > now) ahead = at;
            else if (at >= stretch.Until) behind = at;
            else if (stretch.Plain || InTime(subject, at))
            {
                within = at;
                Take(subject, happened, ref rows);
                if (rows.Count >= Enough && subject.Passing && subject.Fits is null) return;
                subject.Fits?.Add(at);
            }
        }
        if (subject.Passing) return;
        if (ahead < subject.Wake) subject.Wake = ahead;
        if (!stretch.Plain) return;
        if (within != long.MaxValue) WakeFor(subject, within);
        if (behind != long.MaxValue) WakeFor(subject, behind);
    }
}

/// <summary>Messages that something happened to, each counted once however often it did.</summary>
internal sealed class MessagesNode : LogNode
{
    public const ulong AllKinds = 0xFFUL << (int)EventKind.MessageSent;
    private readonly StoreColumns columns;
    private readonly Parameter[] channels;
    private readonly Parameter[] campaigns;

    public MessagesNode(FunctionMatch match, PlanBuilder builder) : base(match, builder, KindsOf(match))
    {
        columns = builder.Columns;
        channels = match.Function == "messages"
            ? [.. match.Parameters.Where(parameter => parameter.Name == "channel")]
            : [new Parameter("channel", Operator.Equal, [new TextValue("email")])];
        campaigns = [.. match.Parameters.Where(parameter => parameter.Name is "campaign" or "activity_id")];
    }

    public override Needs Needs => Needs.Events | TimeNeed;

    public override bool NoData => !columns.HasSeen(AllKinds);

    /// <summary>An open counts when a person made it, a click unless a machine did (PAINS 17); everything else always.</summary>
    public static bool IsPerson(in EventEntry happened, EventKind kind) => happened.Kind == kind && kind switch
    {
        EventKind.MessageOpened => happened.Verdict == HitVerdict.Human,
        EventKind.MessageClicked => happened.Verdict is not (HitVerdict.Scanner or HitVerdict.PrivacyProxy),
        _ => true,
    };

    protected override Gathered Gather(Subject subject)
    {
        var rows = new Gathered();
        subject.CountAnew();
        Gather(subject, ref rows);
        return rows;
    }

    protected override bool Accepts(Subject subject, in EventEntry happened) =>
        IsPerson(happened, happened.Kind) && (channels.Length == 0 || OnChannel(happened.Channel)) && (campaigns.Length == 0 || OfCampaign(happened.Subject));

    // An event that names no message stands for one of its own.
    protected override void Take(Subject subject, in EventEntry happened, ref Gathered rows)
    {
        if (happened.Subject == -1 || subject.IsFirst(happened.Subject)) rows.Count++;
    }

    private bool OnChannel(Channel channel)
    {
        foreach (var condition in channels)
        {
            var name = channel switch { Channel.Sms => "sms", Channel.WhatsApp => "whatsapp", Channel.Email => "email", _ => "" };
            var any = condition.Values.Any(value => SegmentPrinter.Say(value) == name);
            if (any == condition.Operator is Operator.NotEqual or Operator.NotIn) return false;
        }
        return true;
    }

    private bool OfCampaign(int message)
    {
        foreach (var condition in campaigns)
        {
            var campaign = message == -1 ? -1 : columns.CampaignOf(message);
            var any = condition.Values.Any(value => value is NumberValue number && number.Number == campaign);
            if (any == condition.Operator is Operator.NotEqual or Operator.NotIn) return false;
        }
        return true;
    }

    private static ulong KindsOf(FunctionMatch match)
    {
        if (match.Function != "messages")
            return 1UL << (int)(match.Function["shopify_email.".Length..] switch
            {
                "opened" => EventKind.MessageOpened,
                "clicked" => EventKind.MessageClicked,
                "bounced" => EventKind.MessageBounced,
                "delivered" => EventKind.MessageDelivered,
                "unsubscribed" => EventKind.Unsubscribed,
                _ => EventKind.MessageComplained,
            });
        var kinds = 0xFFUL << (int)EventKind.MessageSent;
        foreach (var condition in match.Parameters.Where(parameter => parameter.Name == "event"))
        {
            var named = condition.Values.Aggregate(0UL, (all, value) => all | 1UL << (int)(SegmentPrinter.Say(value) switch
            {
                "sent" => EventKind.MessageSent,
                "delivered" => EventKind.MessageDelivered,
                "bounced" => EventKind.MessageBounced,
                "opened" => EventKind.MessageOpened,
                "clicked" => EventKind.MessageClicked,
                "answered" => EventKind.MessageAnswered,
                "complained" => EventKind.MessageComplained,
                _ => EventKind.Unsubscribed,
            }));
            kinds &= condition.Operator is Operator.NotEqual or Operator.NotIn ? ~named : named;
        }
        return kinds;
    }
}

/// <summary>Views of products and categories, and for <c>interest</c> also carts.</summary>
internal sealed class ViewsNode : LogNode
{
    private readonly StoreColumns columns;
    private readonly ProductFilter filter;
    private readonly bool carts;
    private readonly bool? bought;

    public ViewsNode(FunctionMatch match, PlanBuilder builder) : base(match, builder, KindsOf(match))
    {
        columns = builder.Columns;
        filter = new ProductFilter(match, columns);
        carts = match.Function == "interest";
        bought = PlanBuilder.Truth(match, "bought");
    }

    public override void Prepare() => filter.Prepare();

    public override Needs Needs => Needs.Events | Needs.Catalogue | TimeNeed | (carts ? Needs.Carts : Needs.None) | (bought is null ? Needs.None : Needs.Orders);

    public override bool NoData => !columns.HasSeen(Kinds) && (!carts || columns.Carts == 0);

    public override bool TouchedBy(EventKind kind, bool category, int subject) =>
        base.TouchedBy(kind, category, subject) && (category ? filter.Category(subject) : filter.Product(subject));

    protected override bool Accepts(Subject subject, in EventEntry happened) => (happened.IsCategory ? filter.Category(happened.Subject) : filter.Product(happened.Subject)) && (bought is not { } wanted || Bought(subject, happened) == wanted);

    protected override void Narrow(Bulk bulk, Span<ulong> mask)
    {
        if (carts) return;
        if (filter.Signature is var (products, _) && Kinds == 1UL << (int)EventKind.ProductViewed) bulk.KeepAny(mask, columns.SeenSignatures, products);
        base.Narrow(bulk, mask);
    }

    protected override Gathered Gather(Subject subject)
    {
        var rows = new Gathered();
        Gather(subject, ref rows);
        if (!carts) return rows;
        foreach (ref readonly var cart in subject.Columns.CartsOf(subject.Ordinal))
        {
            if (cart.TouchedAt > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, cart.TouchedAt);
                continue;
            }
            var any = false;
            foreach (var product in subject.Columns.CartProducts(cart.Id))
                any |= filter.Product(product) && (bought is not { } wanted || Bought(subject, product) == wanted);
            if (!any || !InTime(subject, cart.TouchedAt)) continue;
            rows.Count++;
            subject.Fits?.Add(cart.TouchedAt);
        }
        return rows;
    }

    private static bool Bought(Subject subject, in EventEntry happened) => happened.Subject >= 0
        && (happened.IsCategory ? subject.BoughtFrom(happened.Subject) : Bought(subject, happened.Subject));

    // The very product on a counted order up to now.
    private static bool Bought(Subject subject, int product)
    {
        foreach (ref readonly var order in subject.Columns.OrdersOf(subject.Ordinal))
        {
            if (order.At > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, order.At);
                break;
            }
            if ((order.Flags & OrderFlags.Counted) == 0) continue;
            foreach (ref readonly var line in subject.Columns.LinesOf(order.Slot))
                if (line.Product == product && line.Quantity > 0) return true;
        }
        return false;
    }

    private static ulong KindsOf(FunctionMatch match) => match.Function switch
    {
        "storefront.product_viewed" => 1UL << (int)EventKind.ProductViewed,
        "storefront.collection_viewed" => 1UL << (int)EventKind.CategoryViewed,
        _ => (1UL << (int)EventKind.ProductViewed) | (1UL << (int)EventKind.CategoryViewed) | (1UL << (int)EventKind.CartTouched),
    };
}
