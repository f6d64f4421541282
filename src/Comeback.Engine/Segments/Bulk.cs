using System.Numerics;
using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>
/// A stretch of customers under evaluation at once, one bit each. Conditions on the summary go over the columns without looking at anybody's rows;
/// the rest look only at those who are still in question.
/// </summary>
internal sealed class Bulk(StoreColumns columns, SharedState shared, SummaryColumns summaries, Moment moment)
{
    /// <summary>Words of one stretch: small enough for the cache, large enough to share out among cores.</summary>
    public const int Words = 64;

    private readonly Stack<ulong[]> spare = [];
    private readonly Subject subject = new(columns, shared) { Passing = true };

    public Moment Moment => moment;
    public StoreColumns Columns => columns;
    public Subject Subject => subject;

    /// <summary>The first customer of the stretch.</summary>
    public int First { get; private set; }

    public ReadOnlySpan<int> Orders => Stretch<int>(summaries.Orders);
    public ReadOnlySpan<long> Spent => Stretch<long>(summaries.Spent);
    public ReadOnlySpan<long> FirstAt => Stretch<long>(summaries.FirstAt);
    public ReadOnlySpan<long> LastAt => Stretch<long>(summaries.LastAt);
    public ReadOnlySpan<CustomerEntry> Customers => Stretch(columns.AllCustomers);

    /// <summary>The part of a column that belongs to the stretch.</summary>
    public ReadOnlySpan<T> Stretch<T>(ReadOnlySpan<T> column) => First >= column.Length ? default : column.Slice(First, Math.Min(Words * 64, column.Length - First));

    /// <summary>Those of a word of the stretch who are no shoppers by the store's definition.</summary>
    public ulong Outsiders(int word) => shared.Outsiders is { } outsiders && (First >> 6) + word is var at && at < outsiders.Members.Words.Length ? outsiders.Members.Words[at] : 0;

    public ulong[] Rent() => spare.TryPop(out var buffer) ? buffer : new ulong[Words];

    public void Return(ulong[] buffer) => spare.Push(buffer);

    /// <summary>Takes out of the mask those for whom a node is false, one by one.</summary>
    public void OneByOne(PlanNode node, Span<ulong> mask)
    {
        for (var word = 0; word < mask.Length; word++)
        {
            var keep = mask[word];
            for (var rest = keep; rest != 0; rest &= rest - 1)
            {
                subject.Load(First + (word << 6) + BitOperations.TrailingZeroCount(rest), moment, summaries);
                if (!node.Test(subject)) keep &= ~(rest & (~rest + 1));
            }
            mask[word] = keep;
        }
    }

    /// <summary>Keeps in a mask those whose bit of a bitmap over all ordinals is set.</summary>
    public void Keep(Span<ulong> mask, ReadOnlySpan<ulong> bitmap)
    {
        var first = First >> 6;
        for (var word = 0; word < mask.Length; word++)
            mask[word] &= first + word < bitmap.Length ? bitmap[first + word] : 0;
    }

    /// <summary>Keeps in a mask those whose signature shares a bit with another.</summary>
    public void KeepAny(Span<ulong> mask, ReadOnlySpan<ulong> signatures, ulong bits)
    {
        if (bits == ~0UL) return;
        var mine = Stretch(signatures);
        for (var word = 0; word < mask.Length; word++)
        {
            if (mask[word] == 0) continue;
            var part = mine.Slice(word << 6, Math.Clamp(mine.Length - (word << 6), 0, 64));
            var keep = 0UL;
            for (var bit = 0; bit < part.Length; bit++)
                keep |= ((part[bit] & bits) != 0 ? 1UL : 0UL) << bit;
            mask[word] &= keep;
        }
    }

    /// <summary>Evaluates definitions for everybody into words of their bitmaps; several cores share out the stretches of all of them.</summary>
    public static void Evaluate(
        StoreColumns columns, SharedState shared, SummaryColumns summaries, Moment moment, IReadOnlyList<(PlanNode Root, ulong[] Into)> asked, int cores)
    {
        var stretches = (columns.Capacity + (Words * 64) - 1) / (Words * 64);
        // Filters that are looked up once for each state of the catalogue are made before the cores share them.
        foreach (var (root, _) in asked)
            root.Prepare();
        if (cores <= 1 || stretches * asked.Count < 2)
        {
            var bulk = new Bulk(columns, shared, summaries, moment);
            foreach (var (root, into) in asked)
                for (var stretch = 0; stretch < stretches; stretch++)
                    bulk.Run(stretch, root, into);
            return;
        }
        Parallel.For(0, stretches * asked.Count, new ParallelOptions { MaxDegreeOfParallelism = cores }, () => new Bulk(columns, shared, summaries, moment), (piece, _, bulk) =>
        {
            var (root, into) = asked[piece / stretches];
            bulk.Run(piece % stretches, root, into);
            return bulk;
        }, _ => { });
    }

    private void Run(int stretch, PlanNode root, ulong[] into)
    {
        First = stretch * Words * 64;
        var words = Math.Min(Words, (columns.Capacity - First + 63) >> 6);
        var mask = into.AsSpan(stretch * Words, words);
        columns.There.Slice(stretch * Words, words).CopyTo(mask);
        root.Filter(this, mask);
    }
}
