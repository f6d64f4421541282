using System.Globalization;
using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>The numbers that a function gathers from the rows that fit.</summary>
internal record struct Gathered
{
    public int Count;
    public long Quantity;
    public long Sum;
    public long Least;
    public long Most;
    /// <summary>Rows with a known amount.</summary>
    public int Amounts;
    /// <summary>Of properties that are added up; null where none are.</summary>
    public Tally[]? Tallies;

    public void Amount(long amount)
    {
        if (amount == OrderEntry.NoAmount) return;
        (Least, Most) = Amounts == 0 ? (amount, amount) : (Math.Min(Least, amount), Math.Max(Most, amount));
        Sum += amount;
        Amounts++;
    }
}

/// <summary>A number against constant bounds.</summary>
internal sealed class NumberTest(Operator op, Ratio first, Ratio second)
{
    public static NumberTest Of(Parameter parameter, long scale) => new(parameter.Operator, Bound(parameter, 0, scale), Bound(parameter, 1, scale));

    public bool Test(Ratio value)
    {
        if (op == Operator.IsNull) return !value.HasValue;
        if (op == Operator.IsNotNull) return value.HasValue;
        if (!value.HasValue) return op == Operator.NotEqual;
        var sign = value.CompareTo(first);
        return op switch
        {
            Operator.Equal => sign == 0,
            Operator.NotEqual => sign != 0,
            Operator.Less => sign < 0,
            Operator.LessOrEqual => sign <= 0,
            Operator.Greater => sign > 0,
            Operator.GreaterOrEqual => sign >= 0,
            _ => sign >= 0 && value.CompareTo(second) <= 0,
        };
    }

    private static Ratio Bound(Parameter parameter, int index, long scale) =>
        index < parameter.Values.Count && parameter.Values[index] is NumberValue number ? Ratio.Of(number.Number * scale) : new(0, 1);
}

/// <summary>A function over rows: subclasses say which rows fit, this one what is asked of those that do.</summary>
internal abstract class RowsNode : PlanNode
{
    private readonly FunctionMatch match;
    private readonly (string Name, NumberTest Test)[] asked;

    protected RowsNode(FunctionMatch match, PlanBuilder builder) : base(match)
    {
        this.match = match;
        Dates = [.. match.Parameters.Where(parameter => parameter.Name == "date" && match.Function != "anniversary").Select(builder.Date)];
        Amounts = [.. match.Parameters.Where(parameter => parameter.Name == "amount").Select(parameter => NumberTest.Of(parameter, builder.Scale))];
        asked =
        [
            .. match.Parameters.Where(parameter => parameter.Name is "count" or "sum_quantity").Select(parameter => (parameter.Name, NumberTest.Of(parameter, 1))),
            .. match.Parameters.Where(parameter => parameter.Name is "sum_amount" or "average_amount" or "min_amount" or "max_amount")
                .Select(parameter => (parameter.Name, NumberTest.Of(parameter, builder.Scale))),
        ];
    }

    protected DateTest[] Dates { get; }

    protected NumberTest[] Amounts { get; }

    protected Needs TimeNeed => Dates.Any(date => date.Moves) ? Needs.Time : Needs.None;

    /// <summary>Adds up the rows that fit and are not later than now; lowers the wake to when that can change.</summary>
    protected abstract Gathered Gather(Subject subject);

    public sealed override bool Test(Subject subject)
    {
        var rows = Gather(subject);
        return Fits(rows) != match.Negated;
    }

    /// <summary>The instants of the rows that fit, in order.</summary>
    public List<long> Instants(Subject subject)
    {
        var before = subject.Fits;
        subject.Fits = [];
        Gather(subject);
        var found = subject.Fits;
        subject.Fits = before;
        found.Sort();
        return found;
    }

    public override string? Witness(Subject subject)
    {
        var rows = Gather(subject);
        if (rows.Count == 0) return "none";
        var days = Instants(subject).TakeLast(5).Select(at => Words.Day(subject.Moment.Days.DayOf(at)));
        var amount = rows.Amounts > 0 ? $", {Words.Amount(rows.Sum, subject)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{rows.Count}{amount}, latest {string.Join(", ", days)}");
    }

    /// <summary>The events that can fit: in a pass over everybody only those within the dates asked for, as the log is in order of time.</summary>
    protected ReadOnlySpan<EventEntry> EventsOf(Subject subject)
    {
        var all = subject.Columns.EventsOf(subject.Ordinal);
        if (!subject.Passing) return all;
        foreach (var date in Dates)
        {
            if (date.Window(subject.Moment) is not var (from, until)) continue;
            all = all[LowerBound(all, from)..];
            all = all[..LowerBound(all, until)];
        }
        return all;
    }

    private static int LowerBound(ReadOnlySpan<EventEntry> log, long at)
    {
        var (low, high) = (0, log.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (log[middle].At < at) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    protected bool InTime(Subject subject, long at)
    {
        if (subject.Passing)
        {
            foreach (var date in Dates)
                if (!date.Within(at, subject.Moment)) return false;
            return true;
        }
        return Dates.Length == 0 || InTime(subject, at, subject.Moment.Days.DayOf(at));
    }

    protected bool InTime(Subject subject, long at, int day)
    {
        if (subject.Passing) return InTime(subject, at);
        var fits = true;
        foreach (var date in Dates)
            fits &= date.Test(at, day, subject.Moment, ref subject.Wake);
        return fits;
    }

    protected bool InAmount(long amount)
    {
        foreach (var test in Amounts)
            if (!test.Test(amount == OrderEntry.NoAmount ? Ratio.None : new Ratio(amount, 1))) return false;
        return true;
    }

    /// <summary>True when something else than count and amounts is asked of the rows, by <see cref="FitsMore"/>.</summary>
    protected virtual bool AsksMore => false;

    protected virtual bool FitsMore(in Gathered rows) => true;

    private bool Fits(in Gathered rows)
    {
        if (asked.Length == 0 && !AsksMore) return rows.Count > 0;
        if (!FitsMore(rows)) return false;
        foreach (var (name, test) in asked)
        {
            var value = name switch
            {
                "count" => new Ratio(rows.Count, 1),
                "sum_quantity" => new Ratio(rows.Quantity, 1),
                "sum_amount" => new Ratio(rows.Sum, 1),
                "average_amount" => rows.Amounts == 0 ? Ratio.None : new Ratio(rows.Sum, rows.Amounts),
                "min_amount" => rows.Amounts == 0 ? Ratio.None : new Ratio(rows.Least, 1),
                _ => rows.Amounts == 0 ? Ratio.None : new Ratio(rows.Most, 1),
            };
            if (!test.Test(value)) return false;
        }
        return true;
    }
}

/// <summary>Which products fit: by id, category, tag, vendor and price. Looked up once for each state of the catalogue.</summary>
internal sealed class ProductFilter
{
    private readonly StoreColumns columns;
    private readonly Parameter[] conditions;
    private readonly ValueKind idKind;
    private readonly Dictionary<Parameter, NumberTest> prices;
    private bool[] fits = [];
    private int version = -1;

    public ProductFilter(FunctionMatch match, StoreColumns columns)
    {
        this.columns = columns;
        conditions = [.. match.Parameters.Where(parameter => parameter.Name is "id" or "tag" or "category" or "vendor" or "price")];
        prices = conditions.Where(condition => condition.Name == "price").Distinct().ToDictionary(condition => condition, condition => NumberTest.Of(condition, columns.Profile.Currency.Scale));
        idKind = match.Function == "storefront.collection_viewed" ? ValueKind.List : ValueKind.Id;
    }

    /// <summary>Takes every product, also one that the catalogue does not know.</summary>
    public bool Everything => conditions.Length == 0;

    /// <summary>The one category that is the whole condition, or null.</summary>
    public string? OnlyCategory => conditions is [{ Name: "category", Operator: Operator.Equal, Values: [TextValue text] }] ? text.Text : null;

    public bool HasCategory => conditions.Any(condition => condition.Name == "category");

    /// <summary>Looks every product up now.</summary>
    public void Prepare()
    {
        if (!Everything && version != columns.CatalogueVersion) Look();
    }

    public bool Product(int slot)
    {
        if (Everything) return true;
        if (slot < 0) return false;
        if (version != columns.CatalogueVersion || slot >= fits.Length) Look();
        return fits[slot];
    }

    public bool Category(int slot)
    {
        foreach (var condition in conditions)
        {
            var negated = condition.Operator is Operator.NotEqual or Operator.NotIn;
            var holds = condition.Name switch
            {
                "category" => columns.RollUp(slot).Any(category => condition.Values.Any(value => Named(category, value))),
                "id" when idKind == ValueKind.List => condition.Values.Any(value => columns.CategoryAt(slot)?.ExternalId is { } external
                    ? StoreColumns.Tail(external) == StoreColumns.Tail(SegmentPrinter.Say(value))
                    : Id(value) == columns.CategoryIdAt(slot)),
                _ => negated,
            };
            if (holds == negated) return false;
        }
        return true;
    }

    private void Look()
    {
        var all = new bool[columns.ProductCount];
        for (var slot = 0; slot < all.Length; slot++)
            all[slot] = Array.TrueForAll(conditions, condition => Holds(condition, slot));
        (fits, version) = (all, columns.CatalogueVersion);
    }

    private bool Holds(Parameter condition, int slot)
    {
        var product = columns.ProductAt(slot);
        var any = condition.Name switch
        {
            _ when condition.Operator is Operator.IsNull or Operator.IsNotNull => condition.Name switch
            {
                "category" => columns.CategoriesOf(slot).Length > 0,
                "tag" => product.Tags.Length > 0,
                "vendor" => product.Vendor != 0,
                "price" => product.Price != OrderEntry.NoAmount,
                _ => true,
            },
            "id" => condition.Values.Any(value => IsId(value, product.External, product.Id)),
            "price" => prices[condition].Test(product.Price == OrderEntry.NoAmount ? Ratio.None : new Ratio(product.Price, 1)),
            "category" => columns.CategoriesOf(slot).Any(category => condition.Values.Any(value => Named(category, value))),
            "tag" => product.Tags.Any(tag => condition.Values.Any(value => Same(columns.Texts[tag], value))),
            _ => condition.Values.Any(value => Same(columns.Texts[product.Vendor], value)),
        };
        if (condition.Name == "price" && condition.Operator is not (Operator.IsNull or Operator.IsNotNull)) return any;
        return any != condition.Operator is Operator.NotEqual or Operator.NotIn or Operator.IsNull;
    }

    // The store's own id is what merchants know; ours stands in where the store gave none.
    private bool IsId(SegmentValue value, int external, long id) => external == 0 ? Id(value) == id : columns.Texts[external] == StoreColumns.Tail(SegmentPrinter.Say(value));

    private bool Named(int category, SegmentValue value) => columns.CategoryAt(category)?.Key == SegmentPrinter.Say(value);

    private static bool Same(string text, SegmentValue value) => text.Equals(SegmentPrinter.Say(value), StringComparison.OrdinalIgnoreCase);

    private static long Id(SegmentValue value) =>
        value is NumberValue number ? (long)number.Number : long.TryParse(SegmentPrinter.Say(value), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;
}
