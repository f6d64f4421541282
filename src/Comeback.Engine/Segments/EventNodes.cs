using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>Messages that something happened to, each counted once however often it did.</summary>
internal sealed class MessagesNode : RowsNode
{
    public const ulong AllKinds = 0xFFUL << (int)EventKind.MessageSent;
    private readonly StoreColumns columns;
    private readonly ulong kinds;
    private readonly Parameter[] channels;
    private readonly Parameter[] campaigns;

    public MessagesNode(FunctionMatch match, PlanBuilder builder) : base(match, builder)
    {
        columns = builder.Columns;
        kinds = KindsOf(match);
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
        if (!subject.Passing && (subject.Kinds & kinds) == 0) return rows;
        subject.CountAnew();
        foreach (ref readonly var happened in EventsOf(subject))
        {
            if ((kinds & (1UL << (int)happened.Kind)) == 0 || !IsPerson(happened, happened.Kind)) continue;
            if (happened.At > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, happened.At);
                break;
            }
            if (!OnChannel(happened.Channel) || !OfCampaign(happened.Subject)) continue;
            if (!InTime(subject, happened.At)) continue;
            // An event that names no message stands for one of its own.
            subject.Fits?.Add(happened.At);
            if (happened.Subject == -1 || subject.IsFirst(happened.Subject)) rows.Count++;
        }
        return rows;
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
internal sealed class ViewsNode : RowsNode
{
    private readonly StoreColumns columns;
    private readonly ProductFilter filter;
    private readonly ulong kinds;
    private readonly bool carts;
    private readonly bool? bought;

    public ViewsNode(FunctionMatch match, PlanBuilder builder) : base(match, builder)
    {
        columns = builder.Columns;
        filter = new ProductFilter(match, columns);
        carts = match.Function == "interest";
        bought = PlanBuilder.Truth(match, "bought");
        kinds = match.Function switch
        {
            "storefront.product_viewed" => 1UL << (int)EventKind.ProductViewed,
            "storefront.collection_viewed" => 1UL << (int)EventKind.CategoryViewed,
            _ => (1UL << (int)EventKind.ProductViewed) | (1UL << (int)EventKind.CategoryViewed) | (1UL << (int)EventKind.CartTouched),
        };
    }

    public override void Prepare() => filter.Prepare();

    public override Needs Needs => Needs.Events | Needs.Catalogue | TimeNeed | (carts ? Needs.Carts : Needs.None) | (bought is null ? Needs.None : Needs.Orders);

    public override bool NoData => !columns.HasSeen(kinds) && (!carts || columns.Carts == 0);

    protected override Gathered Gather(Subject subject)
    {
        var rows = new Gathered();
        if (subject.Passing || (subject.Kinds & kinds) != 0)
        {
            foreach (ref readonly var happened in EventsOf(subject))
            {
                if ((kinds & (1UL << (int)happened.Kind)) == 0) continue;
                if (happened.At > subject.Moment.Now)
                {
                    subject.Wake = Math.Min(subject.Wake, happened.At);
                    break;
                }
                if (happened.IsCategory ? !filter.Category(happened.Subject) : !filter.Product(happened.Subject)) continue;
                if (bought is { } wanted && Bought(subject, happened) != wanted) continue;
                if (!InTime(subject, happened.At)) continue;
                rows.Count++;
                subject.Fits?.Add(happened.At);
            }
        }
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
}
