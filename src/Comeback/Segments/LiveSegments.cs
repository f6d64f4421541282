using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Comeback.Facts;

namespace Comeback.Segments;

/// <summary>What the follower keeps of one store between two passes: its columns, the compiled segments and what each is worth.</summary>
/// <remarks>Touched only inside <see cref="StoreFacts.Gate"/> of its facts.</remarks>
internal sealed class LiveSegments(StoreFacts facts)
{
    private long[] spent = [];
    private readonly Dictionary<string, long> amounts = new(StringComparer.Ordinal);

    public StoreFacts Facts { get; } = facts;

    public StoreId Store => Facts.Store;

    /// <summary>Under which this process decides and writes who is in what; null for a copy that only reads along, at a replica that does not own the store.</summary>
    public Lease? Lease { get; init; }

    /// <summary>The segments that are there, by key.</summary>
    public IReadOnlyDictionary<string, SegmentInfo> Rows { get; private set; } = new Dictionary<string, SegmentInfo>(StringComparer.Ordinal);

    public SegmentSet? Set { get; private set; }

    /// <summary>The change counter up to which the rows of <see cref="Rows"/> were read.</summary>
    public long RowsChange { get; set; }

    /// <summary>The cursor as it was last read or written, in microseconds; nothing is written over another.</summary>
    public (long Change, long At) Cursor { get; set; } = (-1, -1);

    /// <summary>History came in since the sizes of past days were last counted.</summary>
    public bool HistoryCame { get; set; }

    /// <summary>The merchant's share of buyers for <c>vip</c> that the stock definitions were made with.</summary>
    public int VipSharePercent { get; set; }

    /// <summary>Enters the gate until disposed.</summary>
    public async Task<Inside> EnterAsync(CancellationToken ct)
    {
        await Facts.Gate.WaitAsync(ct).ConfigureAwait(false);
        return new Inside(Facts.Gate);
    }

    /// <summary>The right to touch columns and segments until disposed.</summary>
    internal readonly struct Inside(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    /// <summary>Compiles and evaluates at an instant; memberships before are forgotten.</summary>
    /// <param name="history">Of <see cref="EntryHistory"/>, where a definition asks who entered a segment when.</param>
    public SegmentSet Compile(IEnumerable<SegmentInfo> rows, DateTimeOffset now, IReadOnlyDictionary<string, List<KeyValuePair<int, DateTimeOffset>>>? history = null)
    {
        Rows = rows.ToDictionary(r => r.Key, StringComparer.Ordinal);
        var set = SegmentSet.Compile(Facts.Columns, Rows.Values.OrderBy(r => r.Id).Select(r => new SegmentDefinition(r.Key, r.Definition)));
        foreach (var key in set.Watched.ToList()) set.Watch(key, history?.GetValueOrDefault(key) ?? []);
        set.EvaluateAll(now);
        Set = set;
        Recount();
        return set;
    }

    /// <summary>True for a segment whose members are known: compiled, not one in error.</summary>
    public bool Holds(string key) => Set is { } set && Rows.ContainsKey(key) && !set.Problems.ContainsKey(key);

    public int MembersOf(string key) => Holds(key) ? Set!.Members(key).Count : 0;

    /// <summary>Minor units of the store's currency.</summary>
    public long AmountOf(string key) => amounts.GetValueOrDefault(key);

    /// <summary>Keeps the amounts in step: who was touched may have spent more, who moved takes their amount along.</summary>
    /// <returns>Keys of the segments whose amount or size changed.</returns>
    public HashSet<string> Apply(IEnumerable<int> touched, IReadOnlyList<MembershipChange> changes)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            // Each entry and leave moves the amount known so far; what was spent newly comes below, for the segments they are in now.
            amounts[change.Key] = amounts.GetValueOrDefault(change.Key) + (change.Entered ? SpentOf(change.Ordinal) : -SpentOf(change.Ordinal));
            changed.Add(change.Key);
        }
        foreach (var ordinal in touched)
        {
            var now = Facts.Columns.Exists(ordinal) ? Set!.SpentMinor(ordinal) : 0;
            var more = now - SpentOf(ordinal);
            if (more == 0) continue;
            Remember(ordinal, now);
            foreach (var key in Rows.Keys)
                if (Holds(key) && Set!.Members(key).Contains(ordinal))
                {
                    amounts[key] = amounts.GetValueOrDefault(key) + more;
                    changed.Add(key);
                }
        }
        return changed;
    }

    /// <summary>Adds up what everybody spent, anew.</summary>
    public void Recount()
    {
        var columns = Facts.Columns;
        spent = new long[columns.Capacity];
        for (var ordinal = 0; ordinal < spent.Length; ordinal++)
            if (columns.Exists(ordinal)) spent[ordinal] = Set!.SpentMinor(ordinal);
        amounts.Clear();
        foreach (var key in Rows.Keys.Where(Holds))
            amounts[key] = AmountOf(Set!.Members(key));
    }

    /// <summary>What these customers spent together.</summary>
    public long AmountOf(MemberSet members)
    {
        var sum = 0L;
        foreach (var ordinal in members.Ordinals) sum += SpentOf(ordinal);
        return sum;
    }

    public long SpentOf(int ordinal) => ordinal < spent.Length ? spent[ordinal] : 0;

    private void Remember(int ordinal, long amount)
    {
        if (ordinal >= spent.Length) Array.Resize(ref spent, Math.Max(ordinal + 1, spent.Length + (spent.Length / 2)));
        spent[ordinal] = amount;
    }
}

/// <summary>What evaluating needs of a segment's row.</summary>
internal sealed record SegmentInfo(SegmentId Id, string Key, string Definition, bool Stock);
