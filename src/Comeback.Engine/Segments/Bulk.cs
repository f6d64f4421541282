using System.Numerics;
using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>
/// A stretch of customers under evaluation at once, one bit each. Conditions on the summary go over the columns without looking at anybody's rows;
/// the rest look only at those who are still in question.
/// </summary>
internal sealed class Bulk(StoreColumns columns, SharedState shared, Summary[] summaries, Moment moment)
{
    /// <summary>Words of one stretch: small enough for the cache, large enough to share out among cores.</summary>
    public const int Words = 256;

    private readonly Stack<ulong[]> spare = [];
    private readonly Subject subject = new(columns, shared) { Passing = true };

    public Moment Moment => moment;

    /// <summary>The first customer of the stretch.</summary>
    public int First { get; set; }

    public ReadOnlySpan<Summary> Summaries => summaries.AsSpan(First, Math.Min(Words * 64, summaries.Length - First));

    public ReadOnlySpan<CustomerEntry> Customers => columns.AllCustomers.Slice(First, Math.Min(Words * 64, columns.AllCustomers.Length - First));

    public ulong[] Rent() => spare.TryPop(out var buffer) ? buffer : new ulong[Words];

    public void Return(ulong[] buffer) => spare.Push(buffer);

    /// <summary>Takes out of the mask those for whom a node is false, one by one.</summary>
    public void OneByOne(PlanNode node, Span<ulong> mask)
    {
        for (var word = 0; word < mask.Length; word++)
            for (var rest = mask[word]; rest != 0; rest &= rest - 1)
            {
                var ordinal = First + (word << 6) + BitOperations.TrailingZeroCount(rest);
                subject.Load(ordinal, moment, summaries[ordinal]);
                if (!node.Test(subject)) mask[word] &= ~(rest & (~rest + 1));
            }
    }

    /// <summary>Customers of the stretch who are there.</summary>
    public void Everybody(Span<ulong> mask)
    {
        var customers = Customers;
        for (var word = 0; word < mask.Length; word++)
        {
            var bits = 0UL;
            var end = Math.Min(64, customers.Length - (word << 6));
            for (var bit = 0; bit < end; bit++)
                bits |= (ulong)((int)customers[(word << 6) + bit].Flags & 1) << bit;
            mask[word] = bits;
        }
    }

    /// <summary>Evaluates one definition for everybody into words of a bitmap; several cores share out the stretches.</summary>
    public static void Evaluate(StoreColumns columns, SharedState shared, Summary[] summaries, Moment moment, PlanNode root, ulong[] into, int cores)
    {
        var stretches = (columns.Capacity + (Words * 64) - 1) / (Words * 64);
        if (cores <= 1 || stretches < 2)
        {
            var bulk = new Bulk(columns, shared, summaries, moment);
            for (var stretch = 0; stretch < stretches; stretch++)
                bulk.Stretch(stretch, root, into);
            return;
        }
        // Filters that are looked up once for each state of the catalogue are made before the cores share them.
        root.Prepare();
        Parallel.For(0, stretches, new ParallelOptions { MaxDegreeOfParallelism = cores }, () => new Bulk(columns, shared, summaries, moment), (stretch, _, bulk) =>
        {
            bulk.Stretch(stretch, root, into);
            return bulk;
        }, _ => { });
    }

    private void Stretch(int stretch, PlanNode root, ulong[] into)
    {
        First = stretch * Words * 64;
        var words = Math.Min(Words, (columns.Capacity - First + 63) >> 6);
        var mask = into.AsSpan(stretch * Words, words);
        Everybody(mask);
        root.Filter(this, mask);
    }
}
