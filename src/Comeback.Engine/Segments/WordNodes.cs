using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>Texts of the customer against texts: tags, countries, language, consent status and the store's own words.</summary>
internal sealed class WordNode : PlanNode
{
    private readonly Comparison comparison;
    private readonly StoreColumns columns;
    private readonly string[] wanted;
    private readonly bool negated;
    private readonly OneText attribute;
    private byte[] answers = [];
    private bool[]? states;

    private enum OneText { None, Country, EmailDomain, Language, PhoneCountry }

    public WordNode(Comparison comparison, StoreColumns columns) : base(comparison)
    {
        (this.comparison, this.columns) = (comparison, columns);
        wanted = [.. comparison.Values.Select(value => value is TextValue text ? text.Text : SegmentPrinter.Say(value))];
        attribute = comparison.Attribute switch
        {
            "customer_countries" => OneText.Country,
            "customer_email_domain" => OneText.EmailDomain,
            "customer_language" => OneText.Language,
            "customer_phone_country" => OneText.PhoneCountry,
            _ => OneText.None,
        };
        negated = comparison.Operator is Operator.NotEqual or Operator.NotIn or Operator.NotContains or Operator.IsNull;
    }

    public override Needs Needs => Needs.Customer | (comparison.Attribute == "comeback_rfm_group" ? Needs.Orders | Needs.Rank : Needs.None) | (Channel is null ? Needs.None : Needs.Consents | Needs.Time);

    // What only the store's platform knows is "no data" where no customer has it.
    public override bool NoData => IsVendors && !columns.HasVendorValue(comparison.Attribute);

    private bool IsVendors => comparison.Attribute is "customer_account_status" or "product_subscription_status" or "predicted_spend_tier" or "rfm_group"
        or "companies" or "created_by_app_id" || Vocabulary.IsMetafield(comparison.Attribute);

    private Channel? Channel => comparison.Attribute switch
    {
        "email_subscription_status" => Orders.Channel.Email,
        "sms_subscription_status" => Orders.Channel.Sms,
        "whatsapp_subscription_status" => Orders.Channel.WhatsApp,
        _ => null,
    };

    public override bool Test(Subject subject)
    {
        if (comparison.Operator is Operator.IsNull or Operator.IsNotNull) return Values(subject).Any() != negated;
        if (Channel is { } channel) return States[(int)subject.Consent(channel)] != negated;
        return Number(subject.Columns.Customer(subject.Ordinal)) is >= 0 and var text ? Known(text) != negated : Values(subject).Any(Fits) != negated;
    }

    public override int Cost => 6;

    // Where a customer has one text, each text is compared once and remembered by its number.
    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        if (comparison.Operator is Operator.IsNull or Operator.IsNotNull || Number(default) < 0)
        {
            bulk.OneByOne(this, mask);
            return;
        }
        var customers = bulk.Customers;
        for (var word = 0; word < mask.Length; word++)
            for (var rest = mask[word]; rest != 0; rest &= rest - 1)
                if (Known(Number(customers[(word << 6) + System.Numerics.BitOperations.TrailingZeroCount(rest)])) == negated) mask[word] &= ~(rest & (~rest + 1));
    }

    // The number of the one text that an attribute is about; -1 for attributes of several texts or none in the columns.
    private int Number(in CustomerEntry customer) => attribute switch
    {
        OneText.Country => customer.Country,
        OneText.EmailDomain => customer.EmailDomain,
        OneText.Language => customer.Language,
        OneText.PhoneCountry => customer.Phone,
        _ => -1,
    };

    private bool Known(int text)
    {
        // 0 not asked yet, 1 fits, 2 does not. Several cores may find the same answer at once, which does no harm.
        var seen = answers;
        if (text >= seen.Length)
        {
            Array.Resize(ref seen, Math.Max(text + 1, columns.Texts.Count));
            answers = seen;
        }
        if (seen[text] == 0) seen[text] = text != 0 && Fits(columns.Texts[text]) ? (byte)1 : (byte)2;
        return seen[text] == 1;
    }

    private bool[] States => states ??= [.. Enum.GetValues<ConsentState>().Select(state => Fits(Status(state)))];

    public override string? Witness(Subject subject) => Values(subject).ToArray() is { Length: > 0 } values ? string.Join(", ", values) : "no value";

    private bool Fits(string value)
    {
        foreach (var want in wanted)
        {
            if (value.Equals(want, comparison.Attribute is "customer_tags" or "customer_email_domain" or "customer_language" or "customer_cities"
                or "customer_regions" or "customer_countries" ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)) return true;
            // 'en' is every English; 'en-US' only that one.
            if (comparison.Attribute == "customer_language" && value.Length > want.Length && value[want.Length] is '-' or '_'
                && value.StartsWith(want, StringComparison.OrdinalIgnoreCase)) return true;
            if (comparison.Attribute == "customer_phone_country" && value.StartsWith(want, StringComparison.Ordinal)) return true;
        }
        return false;
    }

    private IEnumerable<string> Values(Subject subject)
    {
        var ordinal = subject.Ordinal;
        var customer = subject.Columns.Customer(ordinal);
        var texts = subject.Columns.Texts;
        var (country, region, city) = (texts[customer.Country], texts[customer.Region], texts[customer.City]);
        return comparison.Attribute switch
        {
            "customer_tags" => subject.Columns.TagsOf(ordinal).ToArray().Select(tag => texts[tag]),
            "customer_countries" => Some(country),
            "customer_regions" => region.Length == 0 ? [] : [region, $"{country}-{region}"],
            "customer_cities" => city.Length == 0 ? [] : [city, $"{country}-{region}-{city.Replace(" ", "", StringComparison.Ordinal)}"],
            "customer_email_domain" => Some(texts[customer.EmailDomain]),
            "customer_language" => Some(texts[customer.Language]),
            "customer_phone_country" => Some(texts[customer.Phone]),
            "comeback_rfm_group" => Some(subject.Shared.Rfm?.GroupOf(subject) ?? ""),
            _ when Channel is { } channel => [Status(subject.Consent(channel))],
            _ => Some(subject.Columns.VendorValueOf(ordinal, comparison.Attribute) ?? ""),
        };
    }

    private static string Status(ConsentState state) => state switch
    {
        ConsentState.Granted => "SUBSCRIBED",
        ConsentState.Pending => "PENDING",
        ConsentState.Withdrawn => "UNSUBSCRIBED",
        _ => "NOT_SUBSCRIBED",
    };

    private static string[] Some(string text) => text.Length == 0 ? [] : [text];
}

/// <summary>A date's day and month against a day near now, the year ignored. 29 February falls on 28 February in other years.</summary>
internal sealed class AnniversaryNode(FunctionMatch match, string of, Operator op, DateOperand low, DateOperand? high) : PlanNode(match)
{
    public override Needs Needs => Needs.Customer | Needs.Orders | Needs.Time;

    public override bool Test(Subject subject)
    {
        // Every answer holds for a day at most.
        subject.Wake = Math.Min(subject.Wake, subject.Moment.Days.StartOf(subject.Moment.Today + 1));
        if (Day(subject) is not { } day) return match.Negated;
        var first = (int)low.Resolve(subject.Moment);
        var last = high is null ? first : (int)high.Resolve(subject.Moment);
        var born = StoreDays.Date(day);
        var truth = false;
        for (var year = StoreDays.Date(first).Year - 1; !truth && year <= StoreDays.Date(Math.Max(first, last)).Year + 1; year++)
        {
            if (year is < 1 or > 9998) continue;
            var date = StoreDays.Number(new DateOnly(year, born.Month, Math.Min(born.Day, DateTime.DaysInMonth(year, born.Month))));
            truth = op == Operator.NotEqual ? date == first : date >= first && date <= last;
        }
        return truth != (match.Negated ^ (op == Operator.NotEqual));
    }

    public override string? Witness(Subject subject) => Words.Day(Day(subject));

    private int? Day(Subject subject)
    {
        ref readonly var summary = ref subject.Summary;
        ref readonly var customer = ref subject.Columns.Customer(subject.Ordinal);
        return of switch
        {
            "first_order_date" => summary.Buyer ? summary.FirstDay : null,
            "last_order_date" => summary.Buyer ? summary.LastDay : null,
            "customer_added_date" => subject.Moment.Days.DayOf(customer.CreatedAt),
            _ => customer.BirthDay == int.MinValue ? null : customer.BirthDay,
        };
    }
}
