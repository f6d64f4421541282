using System.Collections.Concurrent;
using Comeback.Engine;

namespace Comeback.Sync;

/// <summary>
/// How much a visitor, an address and a store may send of what proves nothing (SECURITY 7). Counted in memory by fixed windows: a restart forgets them,
/// which costs an attacker a restart of ours. What is over is dropped and counted.
/// </summary>
internal sealed class StorefrontCaps(TimeProvider time)
{
    /// <summary>Views that a person can make by hand, a shop's guests behind one address, and a busy day of a big store.</summary>
    private const int PerVisitorAndHour = 300, PerAddressAndHour = 3_000, PerStoreAndHour = 200_000;
    private const int MostCounters = 200_000;
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(StoreId Store, char Kind, string Who), Counter> counters = new();
    private readonly ConcurrentDictionary<(StoreId Store, string Reason), long> dropped = new();
    private long window;

    /// <summary>How many of <paramref name="wanted"/> may be taken.</summary>
    public int Take(StoreId store, string visitor, string address, int wanted)
    {
        var now = time.GetUtcNow().Ticks / Window.Ticks;
        if (Interlocked.Exchange(ref window, now) != now) counters.Clear();
        // So many different senders in an hour are one sender with many names.
        if (counters.Count >= MostCounters && !counters.ContainsKey((store, 'v', visitor))) return 0;
        var most = Math.Min(Left(store, 'v', visitor, PerVisitorAndHour), Math.Min(Left(store, 'a', address, PerAddressAndHour), Left(store, 's', "", PerStoreAndHour)));
        var taken = Math.Clamp(most, 0, wanted);
        foreach (var (kind, who) in new[] { ('v', visitor), ('a', address), ('s', "") }) Count(store, kind, who).Add(wanted);
        return taken;
    }

    public void Dropped(StoreId store, string reason, int count)
    {
        if (count > 0) dropped.AddOrUpdate((store, reason), count, (_, before) => before + count);
    }

    /// <summary>What was dropped since the service started, by reason.</summary>
    public IReadOnlyDictionary<string, long> DroppedOf(StoreId store) =>
        dropped.Where(d => d.Key.Store == store).OrderBy(d => d.Key.Reason, StringComparer.Ordinal).ToDictionary(d => d.Key.Reason, d => d.Value, StringComparer.Ordinal);

    private int Left(StoreId store, char kind, string who, int most) => most - Count(store, kind, who).Value;

    private Counter Count(StoreId store, char kind, string who) => counters.GetOrAdd((store, kind, who), static _ => new Counter());

    private sealed class Counter
    {
        private int value;

        public int Value => Volatile.Read(ref value);

        // Saturates: a flood of a day must not come out negative.
        public void Add(int count)
        {
            if (Volatile.Read(ref value) < int.MaxValue / 2) Interlocked.Add(ref value, count);
        }
    }
}
