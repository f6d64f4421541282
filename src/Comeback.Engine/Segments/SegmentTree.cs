using System.Collections;
using System.Runtime.CompilerServices;

namespace Comeback.Engine.Segments;

// A definition as a tree: what the parser makes of a text, what the admin's builder edits, what the plan is compiled from.
// Two trees are equal when they say the same in the same order.

/// <summary>Any part of a definition that is true or false for a customer.</summary>
public abstract record SegmentTree;

/// <summary>True when all parts are (<c>AND</c>).</summary>
public sealed record AllOf(Items<SegmentTree> Parts) : SegmentTree;

/// <summary>True when any part is (<c>OR</c>).</summary>
public sealed record AnyOf(Items<SegmentTree> Parts) : SegmentTree;

/// <summary>True when its part is not (<c>NOT</c>).</summary>
public sealed record NotOf(SegmentTree Part) : SegmentTree;

/// <summary>An attribute against values: <c>number_of_orders >= 2</c>, <c>customer_tags CONTAINS 'vip'</c>, <c>last_order_date BETWEEN -90d AND today</c>.</summary>
public sealed record Comparison(string Attribute, Operator Operator, Items<SegmentValue> Values) : SegmentTree;

/// <summary>A function over rows: <c>orders_placed MATCHES (count >= 2, date >= -90d)</c>.</summary>
public sealed record FunctionMatch(string Function, bool Negated, Items<Parameter> Parameters) : SegmentTree;

/// <summary>One condition inside a function's brackets.</summary>
public sealed record Parameter(string Name, Operator Operator, Items<SegmentValue> Values);

/// <summary>
/// A share of a population by an attribute: <c>top 15% by number_of_orders</c>. Without <see cref="Exactly"/> whole groups of equals that would pass
/// the share stay out. With <see cref="UpToPercent"/>: if that leaves under <see cref="IfUnderPercent"/>, the next group comes in as long as the share
/// stays within <see cref="UpToPercent"/>. The population is the buyers, or the members of <see cref="OfSegment"/>.
/// </summary>
public sealed record Rank(bool Top, decimal Percent, string By, bool Exactly, string? OfSegment, decimal? UpToPercent, decimal? IfUnderPercent) : SegmentTree;

/// <summary>Membership of another segment: <c>in segment 'lapsed'</c>.</summary>
public sealed record InSegment(string Key) : SegmentTree;

/// <summary>
/// Came into another segment lately, whether or not still in it: <c>entered segment 'lapsed' within -7d</c>. Whole days for days and longer, to the
/// instant for hours and minutes, before now; without a span, ever.
/// </summary>
public sealed record EnteredSegment(string Key, DateOffset? Within) : SegmentTree;

/// <summary>A stable pseudo-random share of all customers: <c>share(10%, 'seed')</c>; the same customers whenever it is asked.</summary>
public sealed record RandomShare(decimal Percent, string Seed) : SegmentTree;

/// <summary>Steps in order: <c>funnel(products_purchased (...), then orders_placed (...) within 3d, then not ... within 7d)</c>.</summary>
public sealed record Funnel(Items<FunnelStep> Steps) : SegmentTree;

/// <summary>One step. <see cref="Within"/> is the longest wait since the step before; null for the first step and for no limit.</summary>
public sealed record FunnelStep(string Function, bool Negated, Items<Parameter> Parameters, DateOffset? Within);

public enum Operator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
    In,
    NotIn,
    Contains,
    NotContains,
    IsNull,
    IsNotNull,
}

/// <summary>Something that an attribute is compared with.</summary>
public abstract record SegmentValue;

/// <summary>A plain number.</summary>
public sealed record NumberValue(decimal Number) : SegmentValue;

/// <summary>A number times another attribute: <c>2 * own_gap</c>. A bare attribute has factor 1.</summary>
public sealed record AttributeValue(decimal Factor, string Attribute) : SegmentValue;

/// <summary>A text or one of an attribute's words.</summary>
public sealed record TextValue(string Text) : SegmentValue;

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed record TruthValue(bool Truth) : SegmentValue;

/// <summary>A day of the store: <c>2026-01-31</c>.</summary>
public sealed record DateValue(DateOnly Date) : SegmentValue;

/// <summary>An instant by the store's clock: <c>2026-01-31T16:00:00</c>.</summary>
public sealed record InstantValue(DateTime Local) : SegmentValue;

/// <summary>A place on earth as degrees, for <c>customer_within_distance</c>.</summary>
public sealed record PlaceValue(decimal Latitude, decimal Longitude) : SegmentValue;

/// <summary>Before or after now: whole days for days, weeks, months and years; to the instant for hours and minutes.</summary>
public sealed record DateOffset(int Amount, OffsetUnit Unit) : SegmentValue;

/// <summary>One of the words for a day or window: <c>today</c>, <c>30_days_ago</c>, <c>ramadan</c>.</summary>
public sealed record NamedDate(string Name) : SegmentValue;

public enum OffsetUnit { Minutes, Hours, Days, Weeks, Months, Years }

/// <summary>An immutable list that is equal to another when their items are, one by one.</summary>
[CollectionBuilder(typeof(Items), nameof(Items.Create))]
public sealed class Items<T>(T[] items) : IReadOnlyList<T>, IEquatable<Items<T>>
{
    public int Count => items.Length;

    public T this[int index] => items[index];

    public bool Equals(Items<T>? other) => other is not null && this.SequenceEqual(other);

    public override bool Equals(object? obj) => Equals(obj as Items<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}

/// <summary>Makes <see cref="Items{T}"/> from collection expressions.</summary>
public static class Items
{
    public static Items<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
