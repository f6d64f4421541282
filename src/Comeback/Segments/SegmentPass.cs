using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;
using Comeback.Engine.Segments;
using Comeback.Facts;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Segments;

/// <summary>
/// One pass of one store: reads what changed, lets the Engine decide who moved, and writes memberships, counters and the cursor in one transaction.
/// </summary>
/// <remarks>
/// Step 1 brings the columns to the present. Step 2 decides touched customers and lets time pass. Step 3 compiles anew when definitions, categories or
/// the VIP share changed. Step 4 writes. A crash anywhere leaves cursor and memberships as they were together; <see cref="StartAsync"/> then compares
/// a full evaluation with the memberships in the database, which are the last state.
/// </remarks>
internal sealed partial class SegmentPass(Databases databases, StoreWriter writer, StoreClocks clocks, ColumnCache cache, ILogger<SegmentPass> log)
{
    /// <summary>What happened longer ago than this never starts a campaign (DEFINITIONS).</summary>
    public static readonly TimeSpan TooLate = TimeSpan.FromHours(48);

    // Moves in one transaction at most: about 50 ms on SQLite. The last part carries the cursor, so that a crash between is found at the next start.
    private const int Part = 2_000;

    private static readonly TouchList NoTouches = new();

    /// <summary>Makes the store's live segments: from nothing, or after a crash, an eviction or a failure.</summary>
    /// <param name="lease">Null for a copy that reads along and writes nothing.</param>
    public async Task<LiveSegments> StartAsync(StoreId store, Lease? lease, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var cursor = await db.Cursors.SingleOrDefaultAsync(c => c.Follower == MembershipWriter.Follower, ct).ConfigureAwait(false);
        var facts = await cache.GetAsync(store, ct).ConfigureAwait(false);
        await facts.Gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // The columns as they are at present, whoever loaded them before; then who was touched since the cursor, with the reasons.
            await facts.CatchUpAsync(new TouchList(), ct).ConfigureAwait(false);
            var touches = new TouchList();
            if (cursor is not null || await facts.AnythingLiveAsync(ct).ConfigureAwait(false))
                await facts.ReplayAsync(cursor?.Change ?? 0, touches, ct).ConfigureAwait(false);
            var settings = await StockRows.SettingsAsync(databases, store, ct).ConfigureAwait(false);
            facts.Columns.NotAShopper = settings.NotAShopper;
            var live = new LiveSegments(facts) { Lease = lease, VipSharePercent = settings.VipSharePercent };
            if (cursor is not null) live.Cursor = (cursor.Change, Instants.ToMicroseconds(cursor.At));
            var now = Later(clocks.Now(store), cursor?.At);
            await EnsureStockAsync(live, now, ct).ConfigureAwait(false);
            await ReconcileAsync(live, cursor, touches, now, ct).ConfigureAwait(false);
            return live;
        }
        finally
        {
            facts.Gate.Release();
        }
    }

    /// <summary>Brings a store's memberships to the present. Returns false when there was nothing to do.</summary>
    public async Task<bool> RunAsync(LiveSegments live, CancellationToken ct)
    {
        var facts = live.Facts;
        await facts.Gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // Step 1
            var set = live.Set!;
            var touches = new TouchList();
            var before = facts.Change;
            var read = await facts.CatchUpAsync(touches, ct).ConfigureAwait(false);
            var now = Later(clocks.Now(live.Store), set.Now);
            if (read.Parted) throw new ColumnsMadeAnewException();
            if (read.Change == before && !(set.NextWake <= now)) return false;

            live.HistoryCame |= touches.AnythingFound;

            // Step 2
            var moves = Decide(live, touches, now, out var changed);

            // Step 3
            var edited = read.Change == before ? [] : await EditedAsync(live, read, now, ct).ConfigureAwait(false);
            if (edited.Count > 0) moves.AddRange(await RecompileAsync(live, edited, now, changed, ct).ConfigureAwait(false));

            // Step 4
            if (moves.Count == 0 && changed.Count == 0 && read.Rows == 0 && edited.Count == 0) return false;
            await SaveAsync(live, moves, changed, touches, now, ct).ConfigureAwait(false);
            return true;
        }
        finally
        {
            facts.Gate.Release();
        }
    }

    private static List<Move> Decide(LiveSegments live, TouchList touches, DateTimeOffset now, out HashSet<string> changed)
    {
        var set = live.Set!;
        IReadOnlyList<MembershipChange> decided;
        if (touches.Count > 0)
        {
            var poured = new Touches();
            touches.PourInto(poured);
            decided = set.Decide(poured, now);
        }
        else
        {
            decided = set.AdvanceTo(now);
        }
        changed = live.Apply(touches.Ordinals, decided);
        var moves = new List<Move>(decided.Count);
        foreach (var change in decided)
            if (live.Holds(change.Key)) moves.Add(ToMove(live, touches, change, now));
        return moves;
    }

    /// <summary>Dates a move and says whether it may start a campaign: only an order, an event or a passing instant does, never what was found.</summary>
    private static Move ToMove(LiveSegments live, TouchList touches, MembershipChange change, DateTimeOffset now)
    {
        var cause = change.Cause;
        var happened = touches.At(change.Ordinal);
        // Time brings an order that lies between two passes into sight: the order is the reason, not the clock.
        if (cause.Kind == CauseKind.Time && happened is { } exactly && exactly == change.At && touches.CauseOf(change.Ordinal) is { } behind) cause = behind;
        var found = cause.Found || cause.Kind is CauseKind.Merge or CauseKind.Definition or CauseKind.Found;
        var at = cause.Kind == CauseKind.Time ? change.At
            : found && change.Entered ? Earlier(live.Set!.Since(change.Key, change.Ordinal), now)
            : cause.Kind is CauseKind.Order or CauseKind.Event or CauseKind.Cart ? Earlier(happened, now)
            : now;
        var triggers = change.Entered && !found && now - at <= TooLate
            && cause.Kind is CauseKind.Order or CauseKind.Event or CauseKind.Cart or CauseKind.Time or CauseKind.Others;
        return new Move(
            live.Rows[change.Key].Id, live.Facts.Columns.IdOf(change.Ordinal), change.Entered, at, cause.Found ? CauseKind.Found : cause.Kind,
            cause.Kind is CauseKind.Time or CauseKind.Definition ? null : cause.Id, change.Entered && triggers);
    }

    private static DateTimeOffset Earlier(DateTimeOffset? at, DateTimeOffset now) => at is { } known && known < now ? known : now;

    private static DateTimeOffset Later(DateTimeOffset now, DateTimeOffset? known) => known is { } at && at > now ? at : now;

    /// <summary>Keys whose definition is new, other or gone since the rows were read.</summary>
    private async Task<HashSet<string>> EditedAsync(LiveSegments live, FactsRead read, DateTimeOffset now, CancellationToken ct)
    {
        var settings = await StockRows.SettingsAsync(databases, live.Store, ct).ConfigureAwait(false);
        if (read.CatalogueChanged || settings.VipSharePercent != live.VipSharePercent)
        {
            live.VipSharePercent = settings.VipSharePercent;
            await EnsureStockAsync(live, now, ct).ConfigureAwait(false);
        }
        await using var db = databases.Open(live.Store);
        var edited = new HashSet<string>(StringComparer.Ordinal);
        if (await db.Segments.AnyAsync(r => r.Change > live.RowsChange, ct).ConfigureAwait(false))
        {
            var rows = await RowsAsync(live, ct).ConfigureAwait(false);
            edited.UnionWith(rows.Where(r => !live.Rows.TryGetValue(r.Key, out var old) || old.Definition != r.Definition || old.Id != r.Id).Select(r => r.Key));
            edited.UnionWith(live.Rows.Keys.Except(rows.Select(r => r.Key), StringComparer.Ordinal));
        }
        // Another definition of who is no shopper moves ranks and medians: everybody is decided anew.
        if (live.Facts.Columns.NotAShopper != settings.NotAShopper)
        {
            live.Facts.Columns.NotAShopper = settings.NotAShopper;
            edited.Add("not_a_shopper");
        }
        // A definition that failed is tried again whenever the catalogue changed: its category may be there now.
        if (read.CatalogueChanged) edited.UnionWith(live.Set!.Problems.Keys);
        return edited;
    }

    /// <summary>Compiles anew; the members of edited segments move at once, by the definition.</summary>
    private async Task<List<Move>> RecompileAsync(LiveSegments live, HashSet<string> edited, DateTimeOffset now, HashSet<string> changed, CancellationToken ct)
    {
        var oldRows = live.Rows;
        var old = oldRows.Keys.Where(live.Holds).ToDictionary(k => k, k => new OrdinalBits(live.Set!.Members(k).Ordinals), StringComparer.Ordinal);
        var newRows = await RowsAsync(live, ct).ConfigureAwait(false);
        live.Compile(newRows, now, await EntryHistory.ReadAsync(databases, live.Store, newRows.Select(r => r.Definition), now, ct).ConfigureAwait(false));
        var present = live.Rows.Keys.Any(k => live.Holds(k) && !old.ContainsKey(k)) ? await PresentAsync(live, ct).ConfigureAwait(false) : [];
        var moves = new List<Move>();
        var cause = new Cause(CauseKind.Definition, 0);
        foreach (var row in oldRows.Values.Where(r => !live.Rows.ContainsKey(r.Key) && old.ContainsKey(r.Key)))
            foreach (var ordinal in old[row.Key].Ordinals)
                moves.Add(new Move(row.Id, live.Facts.Columns.IdOf(ordinal), false, now, CauseKind.Definition, null, false));
        foreach (var key in live.Rows.Keys.Where(live.Holds))
        {
            // A segment that had failed has its last members in the database.
            var was = old.GetValueOrDefault(key) ?? present.GetValueOrDefault(live.Rows[key].Id) ?? new OrdinalBits([]);
            var count = moves.Count;
            Compare(live, key, was, (ordinal, entered) => ToMove(live, NoTouches, new MembershipChange(key, ordinal, entered, now, cause), now), moves);
            if (moves.Count > count || edited.Contains(key)) changed.Add(key);
        }
        changed.UnionWith(live.Rows.Keys.Where(k => !live.Holds(k)));
        return moves;
    }

    /// <summary>At a start the database holds the last state: what differs from a full evaluation moves now, dated as well as can be known.</summary>
    private async Task ReconcileAsync(LiveSegments live, CursorRow? cursor, TouchList touches, DateTimeOffset now, CancellationToken ct)
    {
        // First the instant of the last write, so that what time did since is dated exactly by letting it pass.
        var then = cursor is null || cursor.At > now ? now : cursor.At;
        var rows = await RowsAsync(live, ct).ConfigureAwait(false);
        live.Compile(rows, then, await EntryHistory.ReadAsync(databases, live.Store, rows.Select(r => r.Definition), then, ct).ConfigureAwait(false));
        var present = await PresentAsync(live, ct).ConfigureAwait(false);
        var edited = await EditedSinceAsync(live, cursor?.Change ?? 0, ct).ConfigureAwait(false);
        var moves = new List<Move>();
        foreach (var key in live.Rows.Keys.Where(live.Holds))
        {
            // An unknown reason is one that was found: it never triggers.
            var unknown = new Cause(cursor is not null && edited.Contains(key) ? CauseKind.Definition : CauseKind.Found, 0, Found: true);
            Compare(live, key, present.GetValueOrDefault(live.Rows[key].Id) ?? new OrdinalBits([]), (ordinal, entered) =>
                ToMove(live, touches, new MembershipChange(key, ordinal, entered, then, touches.CauseOf(ordinal) ?? unknown), now), moves);
        }
        foreach (var change in live.Set!.AdvanceTo(now).Where(c => live.Holds(c.Key))) moves.Add(ToMove(live, touches, change, now));
        live.Recount();
        live.HistoryCame = cursor is null ? live.Facts.Columns.Orders > 0 : touches.AnythingFound;
        await LeaveDeletedAsync(live, present, now, moves, ct).ConfigureAwait(false);
        await SaveAsync(live, moves, [.. live.Rows.Keys], NoTouches, now, ct).ConfigureAwait(false);
    }

    private async Task LeaveDeletedAsync(
        LiveSegments live, Dictionary<SegmentId, OrdinalBits> present, DateTimeOffset now, List<Move> moves, CancellationToken ct)
    {
        await using var db = databases.Open(live.Store);
        foreach (var id in await db.Segments.Where(r => r.Deleted).Select(r => r.Id).ToListAsync(ct).ConfigureAwait(false))
            if (present.TryGetValue(id, out var members))
                foreach (var ordinal in members.Ordinals)
                    moves.Add(new Move(id, live.Facts.Columns.IdOf(ordinal), false, now, CauseKind.Definition, null, false));
    }

    private static void Compare(LiveSegments live, string key, OrdinalBits was, Func<int, bool, Move> move, List<Move> into)
    {
        var members = live.Set!.Members(key);
        foreach (var ordinal in members.Ordinals)
            if (!was.Contains(ordinal)) into.Add(move(ordinal, true));
        foreach (var ordinal in was.Ordinals)
            if (!members.Contains(ordinal)) into.Add(move(ordinal, false));
    }

    /// <summary>Step 4: moves, counters and cursor. Big batches go in parts; a crash between them is found at the next start.</summary>
    private async Task SaveAsync(LiveSegments live, List<Move> moves, HashSet<string> changed, TouchList touches, DateTimeOffset now, CancellationToken ct)
    {
        // Who reads along decides the same for itself; the store's owner writes it.
        if (live.Lease is null) return;
        var done = 0;
        for (; moves.Count - done > Part; done += Part)
        {
            var part = moves.GetRange(done, Part);
            await writer.WriteAsync(live.Store, Lane.Bulk, t => MembershipWriter.WriteAsync(t, part, now, ct), ct).ConfigureAwait(false);
        }
        var rest = moves.GetRange(done, moves.Count - done);
        var today = clocks.Today(live.Store);
        await writer.WriteAsync(live.Store, done > 0 ? Lane.Bulk : Lane.Live, async transaction =>
        {
            await MembershipWriter.WriteAsync(transaction, rest, now, ct).ConfigureAwait(false);
            foreach (var ordinal in touches.Merged.ToList()) await SettleAsync(transaction, live, ordinal, now, ct).ConfigureAwait(false);
            foreach (var key in changed.Where(live.Rows.ContainsKey))
            {
                var (row, held) = (live.Rows[key], live.Holds(key));
                var problem = held ? null : live.Set!.Problems.TryGetValue(key, out var errors) && errors.Count > 0 ? errors[0].ToString() : "It cannot be evaluated.";
                if (problem is not null) Log.Problem(log, live.Store.Value, row.Id.Value, problem);
                await MembershipWriter.CountersAsync(
                    transaction, row.Id, held ? live.MembersOf(key) : null, held ? live.AmountOf(key) : null, now, live.Facts.Change, problem, today, ct).ConfigureAwait(false);
            }
            await MembershipWriter.CursorAsync(transaction, live.Cursor, live.Facts.Change, now, ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        live.Cursor = (live.Facts.Change, Instants.ToMicroseconds(now));
        if (moves.Count > 0) Log.Moved(log, live.Store.Value, moves.Count, live.Facts.Change);
    }

    /// <summary>A merge re-keys membership rows as well: those of the people concerned are compared with the truth, row by row.</summary>
    private static async Task SettleAsync(StoreTransaction transaction, LiveSegments live, int ordinal, DateTimeOffset now, CancellationToken ct)
    {
        var customer = live.Facts.Columns.IdOf(ordinal);
        var rows = await transaction.Db.Memberships.Where(m => m.CustomerId == customer && m.LeftAt == null).OrderBy(m => m.EnteredAt).ThenBy(m => m.Id)
            .ToListAsync(ct).ConfigureAwait(false);
        var byId = live.Rows.Values.ToDictionary(r => r.Id);
        var kept = new HashSet<SegmentId>();
        foreach (var row in rows)
        {
            var stays = byId.TryGetValue(row.SegmentId, out var segment) && (!live.Holds(segment.Key) || live.Set!.Members(segment.Key).Contains(ordinal));
            // The earliest of two stays in one segment goes on.
            if (stays && kept.Add(row.SegmentId)) continue;
            (row.LeftAt, row.LeftBy, row.Change) = (row.EnteredAt > now ? row.EnteredAt : now, MembershipCause.Merge, await transaction.ChangeAsync().ConfigureAwait(false));
        }
        await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        var missing = live.Rows.Values.Where(r => live.Holds(r.Key) && !kept.Contains(r.Id) && live.Set!.Members(r.Key).Contains(ordinal))
            .Select(r => new Move(r.Id, customer, true, Earlier(live.Set!.Since(r.Key, ordinal), now), CauseKind.Merge, null, false)).ToList();
        await MembershipWriter.WriteAsync(transaction, missing, now, ct).ConfigureAwait(false);
    }

    private async Task EnsureStockAsync(LiveSegments live, DateTimeOffset now, CancellationToken ct)
    {
        var wanted = StockRows.Wanted(live.Facts, live.VipSharePercent);
        var rows = live.Set is null ? (await RowsAsync(live, ct).ConfigureAwait(false)).ToDictionary(r => r.Key, StringComparer.Ordinal) : live.Rows;
        if (live.Lease is null || !StockRows.Differ(rows, wanted)) return;
        await writer.WriteAsync(live.Store, Lane.Live, transaction => StockRows.EnsureAsync(transaction, wanted, now, ct), ct).ConfigureAwait(false);
    }

    private async Task<List<SegmentInfo>> RowsAsync(LiveSegments live, CancellationToken ct)
    {
        await using var db = databases.Open(live.Store);
        // The counter is read first: a row that is edited between the two is read again at the next pass.
        live.RowsChange = await db.Segments.MaxAsync(r => (long?)r.Change, ct).ConfigureAwait(false) ?? 0;
        return await db.Segments.Where(r => !r.Deleted).OrderBy(r => r.Id).Select(r => new SegmentInfo(r.Id, r.Key, r.Definition, r.Stock))
            .ToListAsync(ct).ConfigureAwait(false);
    }

    private async Task<HashSet<string>> EditedSinceAsync(LiveSegments live, long change, CancellationToken ct)
    {
        await using var db = databases.Open(live.Store);
        return (await db.Segments.Where(r => r.Change > change).Select(r => r.Key).ToListAsync(ct).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Who is in what by the database: the last state that was written.</summary>
    private async Task<Dictionary<SegmentId, OrdinalBits>> PresentAsync(LiveSegments live, CancellationToken ct)
    {
        var present = new Dictionary<SegmentId, OrdinalBits>();
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = SegmentsSql.Present;
        command.With("@store", live.Store.Value);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var segment = new SegmentId(reader.GetInt64(0));
            if (!present.TryGetValue(segment, out var members)) present[segment] = members = new OrdinalBits([]);
            members.Add(reader.GetInt32(1));
        }
        return present;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Store {Store}: {Moves} moves between segments written up to change {Change}.")]
        public static partial void Moved(ILogger logger, long store, int moves, long change);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Store {Store}: segment {Segment} cannot be evaluated and keeps its members: {Problem}")]
        public static partial void Problem(ILogger logger, long store, long segment, string problem);
    }
}

/// <summary>An undone merge: the columns were made anew, so the store's segments start anew too.</summary>
internal sealed class ColumnsMadeAnewException() : Exception("The columns were made anew.");
