using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>Lists that the parser and the plan share.</summary>
internal static class SegmentPlan
{
    /// <summary>What ranks may go by.</summary>
    public static readonly string[] RankAttributes = ["number_of_orders", "amount_spent", "last_order_date", "first_order_date"];

    /// <summary>Functions that can be a step of a funnel.</summary>
    public static readonly string[] FunnelFunctions =
        ["orders_placed", "products_purchased", "carts", "interest", "storefront.product_viewed", "storefront.collection_viewed", "messages", "events", "refunds"];
}

/// <summary>Tree to plan: dates and ranks that definitions share are made once.</summary>
internal sealed class PlanBuilder(StoreColumns columns, SharedState shared, Func<string, CompiledSegment> find)
{
    private readonly Dictionary<SegmentValue, DateOperand> operands = [];
    private readonly Dictionary<(string Metric, CompiledSegment? Of), Population> populations = [];
    private readonly Dictionary<Rank, RankState> ranks = [];

    public StoreColumns Columns => columns;
    public long Scale { get; } = columns.Profile.Currency.Scale;
    public List<DateOperand> Operands { get; } = [];
    public List<Population> Populations { get; } = [];

    /// <summary>Builds definitions that are asked once, lets them run, and forgets what only they needed.</summary>
    public T Once<T>(IReadOnlyList<SegmentTree> trees, Func<IReadOnlyList<PlanNode>, IReadOnlyList<Population>, IReadOnlyList<RankState>, T> run)
    {
        var (rankCount, operandCount, rfm) = (shared.Ranks.Count, Operands.Count, shared.Rfm);
        var before = Populations.ToHashSet();
        try
        {
            PlanNode[] roots = [.. trees.Select(Build)];
            return run(roots, [.. Populations.Where(population => !before.Contains(population))], [.. shared.Ranks.Skip(rankCount)]);
        }
        finally
        {
            foreach (var rank in shared.Ranks.Skip(rankCount))
            {
                ranks.Remove(rank.Rank);
                rank.Population.Remove(rank);
            }
            foreach (var (key, population) in populations.ToArray())
                // Those of all buyers are kept up from now on: the next question about them finds them ready.
                if (!before.Contains(population) && population.Of is not null)
                {
                    populations.Remove(key);
                    Populations.Remove(population);
                }
            foreach (var (value, operand) in operands)
                if (operand.Index >= operandCount) operands.Remove(value);
            shared.Ranks.RemoveRange(rankCount, shared.Ranks.Count - rankCount);
            Operands.RemoveRange(operandCount, Operands.Count - operandCount);
            shared.Rfm = rfm;
        }
    }

    /// <summary>Puts something else in the place of each condition that is no AND, OR, NOT.</summary>
    public Func<PlanNode, PlanNode>? Leaves { get; set; }

    public PlanNode Build(SegmentTree tree) => tree is AllOf or AnyOf or NotOf or InSegment || Leaves is not { } other ? BuildNode(tree) : other(BuildNode(tree));

    private PlanNode BuildNode(SegmentTree tree)
    {
        switch (tree)
        {
            case AllOf all: return new AllNode(all, [.. all.Parts.Select(Build)]);
            case AnyOf any: return new AnyNode(any, [.. any.Parts.Select(Build)]);
            case NotOf not: return new NotNode(not, Build(not.Part));
            case Rank rank: return new RankNode(StateOf(rank));
            case InSegment inside: return new InSegmentNode(inside, find(inside.Key));
            case EnteredSegment entered:
                var other = find(entered.Key);
                other.Watched = true;
                return new EnteredNode(entered, other, entered.Within is { } span ? Date(Operator.GreaterOrEqual, [span]) : null);
            case RandomShare share: return new ShareNode(share);
            case Comparison comparison: return Build(comparison);
            case FunctionMatch match: return Build(match);
            case Funnel funnel: return new FunnelNode(funnel, this);
            default: throw new ArgumentException("This is no part of a definition.", nameof(tree));
        }
    }

    /// <summary>The condition on a date of a parameter.</summary>
    public DateTest Date(Parameter parameter) => Date(parameter.Operator, parameter.Values);

    public DateTest Date(Operator op, Items<SegmentValue> values)
    {
        if (op is Operator.IsNull or Operator.IsNotNull)
        {
            // Rows always have a date.
            var never = Operand(new DateValue(DateOnly.MinValue));
            return new DateTest(op == Operator.IsNull ? Operator.Less : Operator.GreaterOrEqual, never, null);
        }
        if (values is [var only] && IsWindow(only)) return Window(op, Operand(only), Operand(new WindowEnd(((NamedDate)only).Name)));
        return new DateTest(op, Operand(values[0]), values.Count > 1 ? Operand(values[1]) : null);
    }

    /// <summary>What a parameter that is true or false asks for; null when it is not there.</summary>
    public static bool? Truth(FunctionMatch match, string name) =>
        match.Parameters.LastOrDefault(parameter => parameter.Name == name) is { Values: [TruthValue truth] } found
            ? truth.Truth == (found.Operator == Operator.Equal)
            : null;

    /// <summary>The rows of a function, for a match or a step of a funnel.</summary>
    public RowsNode? Rows(FunctionMatch match) => match.Function switch
    {
        "orders_placed" => new OrdersNode(match, this),
        "products_purchased" => new LinesNode(match, this),
        "refunds" => new RefundsNode(match, this),
        "carts" => new CartsNode(match, this),
        "messages" => new MessagesNode(match, this),
        "events" => new EventsNode(match, this),
        "interest" or "storefront.product_viewed" or "storefront.collection_viewed" => new ViewsNode(match, this),
        _ when match.Function.StartsWith("shopify_email.", StringComparison.Ordinal) => new MessagesNode(match, this),
        _ => null,
    };

    private PlanNode Build(FunctionMatch match)
    {
        // Which app or place an order came by is kept nowhere here: a condition on it cannot be answered.
        if (match.Parameters.Any(parameter => parameter.Name is "app_id" or "location_id")) return new ConstantNode(match, match.Negated, noData: true);
        if (match.Function == "anniversary")
        {
            var of = match.Parameters.FirstOrDefault(parameter => parameter.Name == "date") is { Values: [TextValue text] } ? text.Text : "";
            if (of is not ("birth_date" or "metafields.facts.birth_date" or "first_order_date" or "last_order_date" or "customer_added_date"))
                return new ConstantNode(match, match.Negated, noData: true);
            var on = match.Parameters.FirstOrDefault(parameter => parameter.Name == "on") ?? new Parameter("on", Operator.Equal, [new NamedDate("today")]);
            if (on.Operator is not (Operator.Equal or Operator.NotEqual or Operator.Between) || on.Values.Any(IsWindow)) return new ConstantNode(match, match.Negated, noData: true);
            return new AnniversaryNode(match, of, on.Operator, Operand(on.Values[0]), on.Values.Count > 1 ? Operand(on.Values[1]) : null);
        }
        return Rows(match) is { } rows ? rows : new ConstantNode(match, match.Negated, noData: true);
    }

    private PlanNode Build(Comparison comparison)
    {
        if (Vocabulary.IsMetafield(comparison.Attribute)) return new WordNode(comparison, columns);
        var term = Vocabulary.Attributes[comparison.Attribute];
        switch (term.Kind)
        {
            case ValueKind.Number or ValueKind.Money:
                if (NumberSource.IsQuintile(comparison.Attribute) || comparison.Values.Any(value => value is AttributeValue of && NumberSource.IsQuintile(of.Attribute))) NeedRfm();
                return new NumberNode(comparison, term.Kind == ValueKind.Money ? Scale : 1);
            case ValueKind.Date:
                var test = comparison.Operator is Operator.IsNull or Operator.IsNotNull ? null : Date(comparison.Operator, comparison.Values);
                return new DateNode(comparison, test, columns);
            case ValueKind.Truth:
                return new TruthNode(comparison, ((TruthValue)comparison.Values[0]).Truth == (comparison.Operator == Operator.Equal));
            default:
                if (comparison.Attribute == "comeback_rfm_group") NeedRfm();
                return new WordNode(comparison, columns);
        }
    }

    private void NeedRfm() =>
        shared.Rfm ??= new RfmQuintiles(PopulationOf("last_order_date", null), PopulationOf("number_of_orders", null), PopulationOf("amount_spent", null));

    // A holiday is several days: equal is within it, greater is after its last day.
    private static DateTest Window(Operator op, DateOperand first, DateOperand last) => op switch
    {
        Operator.Equal => new DateTest(Operator.Between, first, last),
        Operator.NotEqual => new DateTest(Operator.Between, first, last, negated: true),
        Operator.Less or Operator.GreaterOrEqual => new DateTest(op, first, null),
        _ => new DateTest(op, last, null),
    };

    // Stands for the last day of a holiday among the operands; no text says it.
    private sealed record WindowEnd(string Name) : SegmentValue;

    private static bool IsWindow(SegmentValue value) => value is NamedDate { Name: "ramadan" or "eid_al_fitr" or "eid_al_adha" };

    private DateOperand Operand(SegmentValue value)
    {
        if (operands.TryGetValue(value, out var known)) return known;
        var operand = value switch
        {
            WindowEnd end => new HolidayDay(end.Name, Last: true),
            NamedDate named when IsWindow(named) => new HolidayDay(named.Name, Last: false),
            _ => DateOperand.Of(value, columns.Days),
        };
        operand.Index = Operands.Count;
        Operands.Add(operand);
        return operands[value] = operand;
    }

    private RankState StateOf(Rank rank)
    {
        if (ranks.TryGetValue(rank, out var known)) return known;
        var state = new RankState(rank, PopulationOf(rank.By, rank.OfSegment is { } key ? find(key) : null));
        state.Population.Add(state);
        shared.Ranks.Add(state);
        return ranks[rank] = state;
    }

    private Population PopulationOf(string metric, CompiledSegment? of)
    {
        if (populations.TryGetValue((metric, of), out var known)) return known;
        var population = new Population(metric, of);
        Populations.Add(population);
        return populations[(metric, of)] = population;
    }
}
