using System.Data.Common;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;

namespace Comeback.Segments;

/// <summary>One entry or leave as it is written: who, where, when it became true, by what, and whether it may start a campaign.</summary>
internal readonly record struct Move(SegmentId Segment, CustomerId Customer, bool Entered, DateTimeOffset At, CauseKind Cause, long? CauseId, bool Triggers);

/// <summary>Somebody else wrote this store's memberships meanwhile: begin again from the database.</summary>
internal sealed class OvertakenException() : Exception("Another writer wrote this store's memberships.");

/// <summary>Writes moves, counters and the cursor of the segments stage into a transaction.</summary>
internal static class MembershipWriter
{
    public const string Follower = "segments";

    /// <summary>Memberships are history: an entry is a row, leaving it closes the row.</summary>
    public static async Task WriteAsync(StoreTransaction transaction, IReadOnlyList<Move> moves, DateTimeOffset now, CancellationToken ct)
    {
        if (moves.Count == 0) return;
        var change = await transaction.ChangeAsync().ConfigureAwait(false);
        var entered = moves.Count(m => m.Entered);
        var id = entered == 0 ? 0 : await transaction.TakeIdsAsync(entered).ConfigureAwait(false);
        transaction.AfterCommit(() => Hosting.Telemetry.Moved(entered, moves.Count - entered));
        if (transaction.IsPostgres)
        {
            await ManyAsync(transaction, moves, id, change, now, ct).ConfigureAwait(false);
            return;
        }
        await using var enter = transaction.Command(SegmentsSql.Enter);
        await using var leave = transaction.Command(SegmentsSql.Leave);
        Declare(enter, transaction, "@store", "@id", "@change", "@segment", "@customer", "@entered_at", "@recorded_at", "@entered_by", "@entered_by_id", "@triggers");
        Declare(leave, transaction, "@store", "@customer", "@segment", "@left_at", "@left_by", "@left_by_id", "@change");
        foreach (var move in moves)
        {
            var command = move.Entered ? enter : leave;
            var at = Instants.ToMicroseconds(move.At);
            if (move.Entered)
            {
                Set(command, transaction.Store.Value, id++, change, move.Segment.Value, move.Customer.Value, at, Instants.ToMicroseconds(now), (short)move.Cause,
                    move.CauseId, move.Triggers);
            }
            else
            {
                Set(command, transaction.Store.Value, move.Customer.Value, move.Segment.Value, at, (short)move.Cause, move.CauseId, change);
            }
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>On PostgreSQL a statement is a round trip: as few as the order of things allows. Moves of different people or segments may change places.</summary>
    private static async Task ManyAsync(StoreTransaction transaction, IReadOnlyList<Move> moves, long id, long change, DateTimeOffset now, CancellationToken ct)
    {
        var (entered, left, seen) = (new List<Move>(), new List<Move>(), new HashSet<(SegmentId, CustomerId)>());
        foreach (var move in moves)
        {
            if (!seen.Add((move.Segment, move.Customer)))
            {
                await FlushAsync().ConfigureAwait(false);
                seen.Add((move.Segment, move.Customer));
            }
            (move.Entered ? entered : left).Add(move);
        }
        await FlushAsync().ConfigureAwait(false);

        async Task FlushAsync()
        {
            await RunAsync(SegmentsSql.LeaveMany, left, null).ConfigureAwait(false);
            await RunAsync(SegmentsSql.EnterMany, entered, id).ConfigureAwait(false);
            id += entered.Count;
            entered.Clear();
            left.Clear();
            seen.Clear();
        }

        async Task RunAsync(string sql, List<Move> some, long? first)
        {
            if (some.Count == 0) return;
            await using var command = transaction.Command(sql).With("@store", transaction.Store.Value).With("@change", change)
                .With("@segments", some.ConvertAll(m => m.Segment.Value).ToArray()).With("@customers", some.ConvertAll(m => m.Customer.Value).ToArray())
                .With("@ats", some.ConvertAll(m => Instants.ToMicroseconds(m.At)).ToArray()).With("@causes", some.ConvertAll(m => (short)m.Cause).ToArray())
                .With("@cause_ids", some.ConvertAll(m => m.CauseId).ToArray());
            if (first is { } number)
                command.With("@id", number).With("@recorded_at", Instants.ToMicroseconds(now)).With("@triggers", some.ConvertAll(m => m.Triggers).ToArray());
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    public static async Task CountersAsync(
        StoreTransaction transaction, SegmentId segment, int? members, long? spent, DateTimeOffset at, long evaluated, string? error, DateOnly day, CancellationToken ct)
    {
        await using var counters = transaction.Command(SegmentsSql.Counters);
        counters.With("@store", transaction.Store.Value).With("@segment", segment.Value).With("@at", Instants.ToMicroseconds(at)).With("@evaluated", evaluated);
        Typed(counters, "@members", System.Data.DbType.Int32, members);
        Typed(counters, "@spent", System.Data.DbType.Int64, spent);
        Typed(counters, "@error", System.Data.DbType.String, error);
        await counters.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        if (members is { } count) await SizeAsync(transaction, segment, day, count, spent ?? 0, ct).ConfigureAwait(false);
    }

    /// <summary>The size at the end of a day, for the plots; the last one written on a day stays.</summary>
    public static async Task SizeAsync(StoreTransaction transaction, SegmentId segment, DateOnly day, int members, long spent, CancellationToken ct)
    {
        await using var size = transaction.Command(SegmentsSql.Size);
        size.With("@store", transaction.Store.Value).With("@segment", segment.Value).With("@members", members).With("@spent", spent)
            .With("@day", day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        await size.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <param name="known">The cursor that the writer began from; a transaction over any other is undone.</param>
    public static async Task CursorAsync(StoreTransaction transaction, (long Change, long At) known, long change, DateTimeOffset at, CancellationToken ct)
    {
        await using var cursor = transaction.Command(SegmentsSql.SaveCursor);
        cursor.With("@store", transaction.Store.Value).With("@follower", Follower).With("@change", change).With("@at", Instants.ToMicroseconds(at))
            .With("@known_change", known.Change).With("@known_at", known.At);
        if (await cursor.ExecuteNonQueryAsync(ct).ConfigureAwait(false) != 1) throw new OvertakenException();
    }

    private static void Declare(DbCommand command, StoreTransaction transaction, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.DbType = name switch
            {
                "@triggers" => System.Data.DbType.Boolean,
                "@entered_by" or "@left_by" => System.Data.DbType.Int16,
                _ => System.Data.DbType.Int64,
            };
            command.Parameters.Add(parameter);
        }
    }

    private static void Set(DbCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }

    private static void Typed(DbCommand command, string name, System.Data.DbType type, object? value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.DbType, parameter.Value) = (name, type, value ?? DBNull.Value);
        command.Parameters.Add(parameter);
    }
}
