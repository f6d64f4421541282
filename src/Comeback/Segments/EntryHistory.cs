using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>Who entered which segment when, from the memberships: for definitions that ask it (<c>entered segment 'lapsed' within -7d</c>).</summary>
internal static class EntryHistory
{
    private static readonly Dictionary<string, List<KeyValuePair<int, DateTimeOffset>>> Nothing = new(StringComparer.Ordinal);

    /// <summary>The latest entry of each customer up to an instant, by key of the segment; only of segments that one of the definitions asks about.</summary>
    public static async Task<IReadOnlyDictionary<string, List<KeyValuePair<int, DateTimeOffset>>>> ReadAsync(
        Databases databases, StoreId store, IEnumerable<string> definitions, DateTimeOffset until, CancellationToken ct)
    {
        // Hardly any definition asks: the word is looked for before anything is parsed.
        var keys = definitions.Where(text => text.Contains("entered", StringComparison.OrdinalIgnoreCase))
            .SelectMany(text => SegmentLanguage.Parse(text).Tree is { } tree ? SegmentSet.EnteredIn(tree) : []).ToHashSet(StringComparer.Ordinal);
        if (keys.Count == 0) return Nothing;
        List<(SegmentId Id, string Key)> segments;
        await using (var db = databases.Open(store))
            segments = (await db.Segments.Where(s => !s.Deleted && keys.Contains(s.Key)).Select(s => new { s.Id, s.Key }).ToListAsync(ct).ConfigureAwait(false))
                .ConvertAll(s => (s.Id, s.Key));
        var history = new Dictionary<string, List<KeyValuePair<int, DateTimeOffset>>>(StringComparer.Ordinal);
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        foreach (var (id, key) in segments)
        {
            var entries = history[key] = [];
            await using var command = connection.CreateCommand();
            command.CommandText = SegmentsSql.Entered;
            command.With("@store", store.Value).With("@segment", id.Value).With("@until", Instants.ToMicroseconds(until));
            await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false)) entries.Add(new(reader.GetInt32(0), Instants.FromMicroseconds(reader.GetInt64(1))));
        }
        return history;
    }

    /// <summary>Lets a live set know what a question is about to ask. Inside the gate.</summary>
    public static async Task WatchAsync(Databases databases, LiveSegments live, SegmentTree tree, CancellationToken ct)
    {
        var unknown = SegmentSet.EnteredIn(tree).Except(live.Set!.Watched, StringComparer.Ordinal).Where(live.Holds).ToList();
        if (unknown.Count == 0) return;
        var history = await ReadAsync(databases, live.Store, [SegmentLanguage.Print(tree)], live.Set.Now, ct).ConfigureAwait(false);
        foreach (var key in unknown) live.Set.Watch(key, history.GetValueOrDefault(key) ?? []);
    }
}
