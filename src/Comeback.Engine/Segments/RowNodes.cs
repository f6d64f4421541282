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
        Enough = asked.Length == 0 ? 1
            : asked.Length == 1 && match.Parameters.Single(parameter => parameter.Name == asked[0].Name) is { Name: "count", Operator: (Operator.GreaterOrEqual or Operator.Greater) and var op, Values: [NumberValue least] }
                && least.Number is >= 0 and < 1_000_000 ? Math.Max(1, op == Operator.Greater ? (int)least.Number + 1 : (int)Math.Ceiling(least.Number)) : int.MaxValue;
    }

    protected DateTest[] Dates { get; }

    protected NumberTest[] Amounts { get; }

    protected bool Negated => match.Negated;

    /// <summary>Nothing but whether any row fits is asked.</summary>
    protected bool OneIsEnough => asked.Length == 0;

    /// <summary>So many rows that fit decide the truth whatever else there is; more than can be where all must be seen.</summary>
    protected int Enough { get; }

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
        if (!subject.Passing || Within(subject.Moment) is not { Plain: true } within) return all;
        var (first, end) = (0, all.Length);
        while (first < end && all[first].At < within.From) first++;
        while (end > first && all[end - 1].At >= within.Until) end--;
        return all[first..end];
    }

    /// <summary>Only those who can have a row that fits are asked one by one; what holds without any row holds for all others.</summary>
    public override void Filter(Bulk bulk, Span<ulong> mask)
    {
        if (AsksMore)
        {
            bulk.OneByOne(this, mask);
            return;
        }
        var buffer = bulk.Rent();
        var could = buffer.AsSpan(0, mask.Length);
        mask.CopyTo(could);
        Narrow(bulk, could);
        if (Fits(default) != match.Negated)
        {
            for (var word = 0; word < mask.Length; word++)
                mask[word] &= ~could[word];
            bulk.OneByOne(this, could);
            for (var word = 0; word < mask.Length; word++)
                mask[word] |= could[word];
        }
        else
        {
            bulk.OneByOne(this, could);
            could.CopyTo(mask);
        }
        bulk.Return(buffer);
    }

    /// <summary>What is asked of most is put to the fewest: a function that may keep many goes after one that keeps few.</summary>
    public override int Cost => match.Negated ? 14 : 10;

    /// <summary>Takes out of a mask, cheaply, some of those who have no row that fits.</summary>
    protected virtual void Narrow(Bulk bulk, Span<ulong> mask)
    {
    }

    /// <summary>Keeps those with a counted order since the earliest date asked for.</summary>
    protected void KeepBuyers(Bulk bulk, Span<ulong> mask)
    {
        Lanes.Keep(mask, bulk.Orders, 1, int.MaxValue);
        if (Within(bulk.Moment).From is > long.MinValue and var from) Lanes.Keep(mask, bulk.LastAt, from, long.MaxValue);
    }

    /// <summary>The stretch of time that all dates together leave at a moment; all of time and not plain where they leave no one stretch.</summary>
    protected Stretch Within(Moment moment)
    {
        var known = stretch;
        return known is not null && ReferenceEquals(known.Moment, moment) ? known : stretch = Find(moment);
    }

    private Stretch Find(Moment moment)
    {
        var (from, until) = (long.MinValue, long.MaxValue);
        foreach (var date in Dates)
        {
            if (date.Window(moment) is not var (first, end)) return new Stretch(moment, false, long.MinValue, long.MaxValue);
            (from, until) = (Math.Max(from, first), Math.Min(until, end));
        }
        return new Stretch(moment, true, from, until);
    }

    private Stretch? stretch;

    /// <summary>From an instant to another, the end excluded.</summary>
    protected sealed record Stretch(Moment Moment, bool Plain, long From, long Until);

    /// <summary>Lowers the subject's wake to when a row comes into, or falls out of, the dates asked for.</summary>
    protected void WakeFor(Subject subject, long at)
    {
        if (Dates.Length == 0) return;
        var day = subject.Moment.Days.DayOf(at);
        foreach (var date in Dates)
            date.Test(at, day, subject.Moment, ref subject.Wake);
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
    private ulong signature;
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

    /// <summary>By slot, after <see cref="Prepare"/>.</summary>
    public bool[] Fits => fits;

    /// <summary>Looks every product up now.</summary>
    public void Prepare()
    {
        if (Everything || (version == columns.CatalogueVersion && fits.Length == columns.ProductCount)) return;
        Look();
        if (OnlyCategory is not null) columns.PrepareSignatures();
    }

    /// <summary>
    /// Bits of which anybody who has a product that fits has at least one: of products, and of the category where that is the whole condition
    /// (0 when it is not); null when everything fits. After <see cref="Prepare"/>.
    /// </summary>
    public (ulong Products, ulong Category)? Signature
    {
        get
        {
            if (Everything || version != columns.CatalogueVersion) return null;
            return (signature, OnlyCategory is { } key && columns.CategoryByKey(key) is >= 0 and var slot ? StoreColumns.Bit(slot) : 0);
        }
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
        Array.Fill(all, true);
        foreach (var condition in conditions)
        {
            var holds = Holder(condition);
            for (var slot = 0; slot < all.Length; slot++)
                all[slot] = all[slot] && holds(slot);
        }
        var bits = 0UL;
        for (var slot = 0; slot < all.Length; slot++)
            if (all[slot]) bits |= StoreColumns.Bit(slot);
        (fits, signature, version) = (all, bits, columns.CatalogueVersion);
    }

    // What a condition asks of one product; what it names is looked up once for all of them.
    private Func<int, bool> Holder(Parameter condition)
    {
        if (condition.Operator is Operator.IsNull or Operator.IsNotNull)
        {
            var none = condition.Operator == Operator.IsNull;
            return condition.Name switch
            {
                "category" => slot => columns.CategoriesOf(slot).Length > 0 != none,
                "tag" => slot => columns.ProductAt(slot).Tags.Length > 0 != none,
                "vendor" => slot => columns.ProductAt(slot).Vendor != 0 != none,
                "price" => slot => columns.ProductAt(slot).Price != OrderEntry.NoAmount != none,
                _ => _ => !none,
            };
        }
        var negated = condition.Operator is Operator.NotEqual or Operator.NotIn;
        switch (condition.Name)
        {
            case "id":
                var ids = condition.Values.Select(Id).ToHashSet();
                var external = condition.Values.Select(value => StoreColumns.Tail(SegmentPrinter.Say(value))).ToHashSet(StringComparer.Ordinal);
                // The store's own id is what merchants know; ours stands in where the store gave none.
                return slot => (columns.ProductAt(slot) is { External: 0 } own ? ids.Contains(own.Id) : external.Contains(columns.Texts[columns.ProductAt(slot).External])) != negated;
            case "price":
                var test = prices[condition];
                return slot => test.Test(columns.ProductAt(slot).Price is var price && price == OrderEntry.NoAmount ? Ratio.None : new Ratio(price, 1));
            case "category":
                var named = columns.CategorySlots(key => condition.Values.Any(value => key == SegmentPrinter.Say(value)));
                return slot => Array.Exists(columns.CategoriesOf(slot), named.Contains) != negated;
            case "tag":
                return slot => Array.Exists(columns.ProductAt(slot).Tags, tag => condition.Values.Any(value => Same(columns.Texts[tag], value))) != negated;
            default:
                return slot => condition.Values.Any(value => Same(columns.Texts[columns.ProductAt(slot).Vendor], value)) != negated;
        }
    }

    private bool Named(int category, SegmentValue value) => columns.CategoryAt(category)?.Key == SegmentPrinter.Say(value);

    private static bool Same(string text, SegmentValue value) => text.Equals(SegmentPrinter.Say(value), StringComparison.OrdinalIgnoreCase);

    private static long Id(SegmentValue value) =>
        value is NumberValue number ? (long)number.Number : long.TryParse(SegmentPrinter.Say(value), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;
}
