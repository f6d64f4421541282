using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>Came into another segment within a span before now, by the history of memberships that the set keeps.</summary>
internal sealed class EnteredNode(SegmentTree tree, CompiledSegment other, DateTest? within) : PlanNode(tree)
{
    public override Needs Needs => other.Root.Needs | (within is null ? Needs.None : Needs.Time);
    public override ulong EventKinds => other.Root.EventKinds;
    public override bool TouchedBy(EventKind kind, bool category, int subject) => other.Root.TouchedBy(kind, category, subject);
    public override bool NoData => other.Root.NoData;

    public override bool Test(Subject subject)
    {
        if (!other.Entries.TryGetValue(subject.Ordinal, out var at) || at > subject.Moment.Now) return false;
        return within is null || within.Test(at, subject.Moment.Days.DayOf(at), subject.Moment, ref subject.Wake);
    }

    public override string? Witness(Subject subject) => other.Entries.TryGetValue(subject.Ordinal, out var at) && at <= subject.Moment.Now
        ? $"entered '{other.Key}' {Words.Day(subject.Moment.Days.DayOf(at))}"
        : $"never entered '{other.Key}'";
}
