using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>A segment as the host keeps it: its key (unique per store) and its text.</summary>
public sealed record SegmentDefinition(string Key, string Text);

/// <summary>Somebody entered or left.</summary>
/// <param name="At">When it became true: the exact instant for what time did, the instant of deciding for everything else.</param>
public readonly record struct MembershipChange(string Key, int Ordinal, bool Entered, DateTimeOffset At, Cause Cause);

/// <summary>
/// Many definitions compiled over one store's columns: the segment stage's evaluator. A full pass fills the memberships, afterwards each change
/// decides only the customers that it can touch, and the pass of time only those whose truth can have changed.
/// </summary>
/// <remarks>
/// Order of use: <see cref="EvaluateAll"/> once; then, for each batch of changes put into the columns, <see cref="Decide"/>; and
/// <see cref="AdvanceTo"/> when <see cref="NextWake"/> has come. Instants never go back. Not thread-safe: the same single writer as the columns.
/// At any instant the memberships equal those of a full pass at that instant over the same columns.
/// </remarks>
public sealed partial class SegmentSet
{
    private readonly StoreColumns columns;
    private readonly SharedState shared = new();
    private readonly PlanBuilder builder;
    private readonly List<CompiledSegment> segments = [];
    private readonly Dictionary<string, CompiledSegment> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<SegmentError>> problems = new(StringComparer.Ordinal);
    private readonly List<string> keys = [];
    private Moment moment;

    private SegmentSet(StoreColumns columns)
    {
        this.columns = columns;
        builder = new PlanBuilder(columns, shared, key => byKey[key]);
        moment = new Moment(columns.Days, 0, []);
    }

    /// <summary>Compiles definitions. One that cannot be compiled (a bad text, a cycle, an unknown segment) is in <see cref="Problems"/> and has no members.</summary>
    public static SegmentSet Compile(StoreColumns columns, IEnumerable<SegmentDefinition> definitions)
    {
        var set = new SegmentSet(columns);
        set.CompileAll([.. definitions]);
        return set;
    }

    /// <summary>Keys of the definitions that compiled, in the order in which they were given.</summary>
    public IReadOnlyList<string> Keys => keys;

    /// <summary>Why a definition did not compile, by key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SegmentError>> Problems => problems;

    /// <summary>The instant that the memberships are true for.</summary>
    public DateTimeOffset Now => StoreDays.Instant(moment.Now);

    /// <summary>Who is in a segment now.</summary>
    /// <exception cref="KeyNotFoundException">No such segment.</exception>
    public MemberSet Members(string key) => byKey[key].Members;

    /// <summary>True when the store has none of the data that the segment is about: say "no data", not 0.</summary>
    public bool NoData(string key) => byKey[key].Root.NoData;

    /// <summary>The store's median gap between order days, in days (60 when it has fewer than 30 gaps).</summary>
    public decimal MedianGapDays => shared.Median.Twice / 2m;
}

/// <summary>A definition that cannot be evaluated, with the same errors as at parsing.</summary>
public sealed class SegmentException(IReadOnlyList<SegmentError> errors) : Exception(errors.Count == 0 ? "The definition is not usable." : errors[0].ToString())
{
    public IReadOnlyList<SegmentError> Errors { get; } = errors;
}

/// <summary>Numbers of one customer as of the set's instant. Amounts in minor units of the store's currency, gaps in days.</summary>
/// <param name="OwnGapDays">Mean gap between distinct order days; null with fewer than two of them.</param>
/// <param name="ExpectedGapDays">(2*M + sum of own gaps) / (2 + number of own gaps), at least 7; null for non-buyers.</param>
/// <param name="Lifecycle"><c>just_ordered</c>, <c>active</c>, <c>slipping_away</c> or <c>inactive</c>; null for non-buyers.</param>
public sealed record CustomerSummary(
    int Orders, long SpentMinor, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt, decimal? OwnGapDays, decimal? ExpectedGapDays, string? Lifecycle);

/// <summary>The truth of a definition for one customer. The root's <see cref="LeavesAt"/> says when the membership ends if nothing else happens.</summary>
/// <param name="Text">This part of the definition.</param>
/// <param name="Witness">What it rests on in words, e.g. <c>last order 2026-08-03, 74 days ago</c>; null on AND, OR, NOT.</param>
/// <param name="LeavesAt">When time alone changes this truth; null when it does not.</param>
public sealed record Explanation(string Text, bool Truth, string? Witness, DateTimeOffset? LeavesAt, IReadOnlyList<Explanation> Children);
