using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>
/// Steps in order: each later step after the one before, within its span. A step that must not happen is decided when its span is over, or at once
/// when it has none; it never moves the clock for the steps behind it.
/// </summary>
internal sealed class FunnelNode : PlanNode
{
    private readonly Funnel funnel;
    private readonly RowsNode[] steps;

    public FunnelNode(Funnel funnel, PlanBuilder builder) : base(funnel)
    {
        this.funnel = funnel;
        steps = [.. funnel.Steps.Select(step => builder.Rows(new FunctionMatch(step.Function, false, step.Parameters))!)];
    }

    public override Needs Needs => steps.Aggregate(Needs.Time, (needs, step) => needs | step.Needs);

    public override ulong EventKinds => steps.Aggregate(0UL, (kinds, step) => kinds | step.EventKinds);

    public override void Prepare() => Array.ForEach(steps, step => step.Prepare());

    public override bool NoData => steps.Where((_, index) => !funnel.Steps[index].Negated).Any(step => step.NoData);

    public override bool Test(Subject subject)
    {
        var instants = Array.ConvertAll(steps, step => step.Instants(subject));
        foreach (var start in instants[0])
            if (From(subject, instants, 1, start)) return true;
        return false;
    }

    public override string? Witness(Subject subject) =>
        string.Join("; ", steps.Select((step, index) => $"{(funnel.Steps[index].Negated ? "not " : "")}{funnel.Steps[index].Function}: {step.Witness(subject)}"));

    private bool From(Subject subject, List<long>[] instants, int index, long since)
    {
        if (index == steps.Length) return true;
        var step = funnel.Steps[index];
        var until = step.Within is { } within ? End(subject.Moment, since, within) : long.MaxValue;
        if (step.Negated)
        {
            if (until != long.MaxValue && until >= subject.Moment.Now)
            {
                subject.Wake = Math.Min(subject.Wake, until + 1);
                return false;
            }
            return !instants[index].Exists(at => at > since && at <= until) && From(subject, instants, index + 1, since);
        }
        foreach (var at in instants[index])
            if (at > since && at <= until && From(subject, instants, index + 1, at)) return true;
        return false;
    }

    // Days and longer are elapsed time here, 24 hours each: a wait, not a date.
    private static long End(Moment moment, long since, DateOffset within) => within.Unit switch
    {
        OffsetUnit.Minutes => since + (within.Amount * 60_000_000L),
        OffsetUnit.Hours => since + (within.Amount * 3_600_000_000L),
        OffsetUnit.Days => since + (within.Amount * 86_400_000_000L),
        OffsetUnit.Weeks => since + (within.Amount * 7 * 86_400_000_000L),
        _ => moment.Days.StartOf(StoreDays.Number(StoreDays.Date(moment.Days.DayOf(since)).AddMonths(within.Amount * (within.Unit == OffsetUnit.Years ? 12 : 1))) + 1) - 1,
    };
}
