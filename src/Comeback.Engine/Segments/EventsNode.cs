using System.Globalization;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary><c>events MATCHES (...)</c>: any event by its name, what it is about and its own properties.</summary>
internal sealed class EventsNode : RowsNode
{
    private const ulong MessageKinds = 0xFFUL << (int)EventKind.MessageSent;
    private readonly StoreColumns columns;
    private readonly ProductFilter filter;
    private readonly ulong kinds;
    private readonly Parameter[] names;
    private readonly Parameter[] channels;
    private readonly PropertyTest[] properties;
    private readonly (Parameter Asked, string Aggregate, string Property)[] aggregates;

    public EventsNode(FunctionMatch match, PlanBuilder builder) : base(match, builder)
    {
        columns = builder.Columns;
        filter = new ProductFilter(match, columns);
        names = [.. match.Parameters.Where(parameter => parameter.Name == "event")];
        channels = [.. match.Parameters.Where(parameter => parameter.Name == "channel")];
        var free = match.Parameters.Select(parameter => (Parameter: parameter, Of: FreeProperties.Of(parameter.Name))).Where(pair => pair.Of is not null).ToArray();
        properties = [.. free.Where(pair => pair.Of!.Value.Aggregate is null).Select(pair => new PropertyTest(pair.Of!.Value.Name, pair.Parameter, builder))];
        aggregates = [.. free.Where(pair => pair.Of!.Value.Aggregate is not null).Select(pair => (pair.Parameter, pair.Of!.Value.Aggregate!, pair.Of!.Value.Name))];
        kinds = names.Aggregate(ulong.MaxValue, (all, parameter) => all & KindsOf(parameter));
    }

    public override Needs Needs => Needs.Events | Needs.Catalogue | TimeNeed | (Array.Exists(properties, property => property.Moves) ? Needs.Time : Needs.None);

    public override ulong EventKinds => kinds;

    public override bool NoData => !columns.HasSeen(kinds)
        || names.Any(parameter => parameter is { Operator: Operator.Equal, Values: [TextValue name] } && EventNames.Of(name.Text) is null && !columns.HasSeenCustom(name.Text));

    public override void Prepare() => filter.Prepare();

    protected override bool AsksMore => aggregates.Length > 0;

    protected override Gathered Gather(Subject subject)
    {
        var rows = new Gathered();
        var tallies = aggregates.Length == 0 ? [] : new Tally[aggregates.Length];
        foreach (ref readonly var happened in EventsOf(subject))
        {
            if ((kinds & (1UL << (int)happened.Kind)) == 0) continue;
            if (happened.At > subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, happened.At);
                break;
            }
            if (!Named(subject, happened) || !OnChannel(happened) || !About(happened)) continue;
            if (!Array.TrueForAll(properties, new Held(subject, happened.Id).Fits) || !InTime(subject, happened.At)) continue;
            rows.Count++;
            subject.Fits?.Add(happened.At);
            for (var i = 0; i < tallies.Length; i++)
                tallies[i].Add(FreeProperties.Number(columns.PropertyOf(subject.Ordinal, happened.Id, aggregates[i].Property)));
        }
        rows.Tallies = tallies;
        return rows;
    }

    protected override bool FitsMore(in Gathered rows)
    {
        for (var i = 0; i < aggregates.Length; i++)
            if (!FreeProperties.Holds(rows.Tallies![i].Of(aggregates[i].Aggregate), aggregates[i].Asked.Operator, aggregates[i].Asked.Values)) return false;
        return true;
    }

    private bool About(in EventEntry happened) => filter.Everything
        || ((int)happened.Kind < 20 && (happened.IsCategory ? filter.Category(happened.Subject) : filter.Product(happened.Subject)));

    private bool OnChannel(in EventEntry happened)
    {
        foreach (var condition in channels)
        {
            var name = happened.Channel switch { Channel.Sms => "sms", Channel.WhatsApp => "whatsapp", Channel.Email => "email", _ => "" };
            if (condition.Values.Any(value => SegmentPrinter.Say(value) == name) == condition.Operator is Operator.NotEqual or Operator.NotIn) return false;
        }
        return true;
    }

    // An event of the store's own carries its name as the property "name".
    private bool Named(Subject subject, in EventEntry happened)
    {
        if (happened.Kind != EventKind.Custom || names.Length == 0) return true;
        var name = columns.PropertyOf(subject.Ordinal, happened.Id, EventFacts.NameProperty);
        foreach (var condition in names)
        {
            if (condition.Operator is Operator.IsNull or Operator.IsNotNull) continue;
            var any = condition.Values.Any(value => SegmentPrinter.Say(value) == name);
            if (any == condition.Operator is Operator.NotEqual or Operator.NotIn) return false;
        }
        return true;
    }

    private static ulong KindsOf(Parameter parameter)
    {
        const ulong Custom = 1UL << (int)EventKind.Custom;
        if (parameter.Operator == Operator.IsNull) return 0;
        if (parameter.Operator == Operator.IsNotNull) return ulong.MaxValue;
        var named = parameter.Values.Aggregate(0UL, (all, value) => all | (EventNames.Of(SegmentPrinter.Say(value)) is { } kind ? 1UL << (int)kind : Custom));
        return parameter.Operator is Operator.NotEqual or Operator.NotIn ? ~(named & ~Custom) : named;
    }

    private readonly record struct Held(Subject Subject, uint Event)
    {
        public bool Fits(PropertyTest test) => test.Holds(Subject, Subject.Columns.PropertyOf(Subject.Ordinal, Event, test.Name));
    }
}

/// <summary>Numbers of one property over the rows that fit.</summary>
internal struct Tally
{
    private decimal sum;
    private decimal least;
    private decimal most;
    private int count;

    public void Add(decimal? number)
    {
        if (number is not { } known) return;
        (least, most) = count == 0 ? (known, known) : (Math.Min(least, known), Math.Max(most, known));
        sum += known;
        count++;
    }

    /// <summary>Nothing sums to 0, and has no average, least or most.</summary>
    public readonly decimal? Of(string aggregate) => aggregate switch
    {
        "sum" => sum,
        _ when count == 0 => null,
        "average" => sum / count,
        "min" => least,
        _ => most,
    };
}

/// <summary>A condition on one property of an event: texts in any case, numbers, true or false, dates.</summary>
internal sealed class PropertyTest
{
    private readonly Parameter parameter;
    private readonly DateTest? date;
    private readonly bool negated;

    public PropertyTest(string name, Parameter parameter, PlanBuilder builder)
    {
        (Name, this.parameter) = (name, parameter);
        negated = parameter.Operator is Operator.NotEqual or Operator.NotIn or Operator.NotContains;
        if (parameter.Values.Count > 0 && parameter.Values[0] is DateValue or InstantValue or DateOffset or NamedDate) date = builder.Date(parameter);
    }

    public string Name { get; }

    public bool Moves => date?.Moves == true;

    public bool Holds(Subject subject, string? value)
    {
        if (parameter.Operator is Operator.IsNull or Operator.IsNotNull) return value is null == (parameter.Operator == Operator.IsNull);
        if (value is null) return negated;
        if (date is not null) return Instant(subject, value) is { } at ? date.Test(at, subject.Moment.Days.DayOf(at), subject.Moment, ref subject.Wake) : negated;
        if (parameter.Values[0] is TruthValue truth) return (value is "true" or "True" or "1") == truth.Truth != negated;
        if (parameter.Values[0] is NumberValue && parameter.Operator is not (Operator.In or Operator.NotIn)) return FreeProperties.Holds(FreeProperties.Number(value), parameter.Operator, parameter.Values);
        foreach (var wanted in parameter.Values)
        {
            var text = SegmentPrinter.Say(wanted);
            var fits = parameter.Operator is Operator.Contains or Operator.NotContains
                ? value.Contains(text, StringComparison.OrdinalIgnoreCase)
                : value.Equals(text, StringComparison.OrdinalIgnoreCase) || (wanted is NumberValue number && FreeProperties.Number(value) == number.Number);
            if (fits) return !negated;
        }
        return negated;
    }

    private static long? Instant(Subject subject, string value)
    {
        if (value.Length == 10 && DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 2 and < 9_000)
            return subject.Moment.Days.StartOf(StoreDays.Number(day));
        return value.Length is > 10 and < 40 && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? StoreDays.Micros(at) : null;
    }
}
