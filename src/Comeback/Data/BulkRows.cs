using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using SQLitePCL;

namespace Comeback.Data;

/// <summary>
/// Inserts and updates many whole rows in a transaction at the speed of the database: prepared statements bound without parameter objects on SQLite,
/// COPY and one batch on PostgreSQL. EF's context of the transaction does not see them.
/// </summary>
internal static class BulkRows
{
    /// <summary>Adds rows that are not there.</summary>
    public static async Task InsertAsync<TRow>(this StoreTransaction transaction, Databases databases, IReadOnlyList<TRow> rows) where TRow : class
    {
        if (rows.Count == 0) return;
        var shape = RowShape<TRow>.Of(databases);
        if (!databases.IsPostgres)
        {
            Run(transaction, shape, shape.InsertSql, rows);
            return;
        }
        var connection = (NpgsqlConnection)transaction.Connection;
        var import = await connection.BeginBinaryImportAsync(shape.CopySql, transaction.Cancellation).ConfigureAwait(false);
        await using (import.ConfigureAwait(false))
        {
            var sink = new CopySink(import);
            foreach (var row in rows)
            {
                await import.StartRowAsync(transaction.Cancellation).ConfigureAwait(false);
                shape.WriteOthers(row, sink);
                shape.WriteKey(row, sink);
            }
            await import.CompleteAsync(transaction.Cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Overwrites rows that are there, found by their key.</summary>
    public static async Task UpdateAsync<TRow>(this StoreTransaction transaction, Databases databases, IReadOnlyList<TRow> rows) where TRow : class
    {
        if (rows.Count == 0) return;
        var shape = RowShape<TRow>.Of(databases);
        if (!databases.IsPostgres)
        {
            Run(transaction, shape, shape.UpdateSql, rows);
            return;
        }
        var batch = new NpgsqlBatch((NpgsqlConnection)transaction.Connection, (NpgsqlTransaction)transaction.Transaction);
        await using (batch.ConfigureAwait(false))
        {
            foreach (var row in rows)
            {
                var command = new NpgsqlBatchCommand(shape.UpdateSql);
                var sink = new ParameterSink(command.Parameters);
                shape.WriteOthers(row, sink);
                shape.WriteKey(row, sink);
                batch.BatchCommands.Add(command);
            }
            await batch.ExecuteNonQueryAsync(transaction.Cancellation).ConfigureAwait(false);
        }
    }

    private static void Run<TRow>(StoreTransaction transaction, RowShape<TRow> shape, string sql, IReadOnlyList<TRow> rows) where TRow : class
    {
        var connection = ((SqliteConnection)transaction.Connection).Handle!;
        var sink = transaction.Cache.Statement(connection, sql);
        for (var i = 0; i < rows.Count; i++)
        {
            sink.Begin();
            shape.WriteOthers(rows[i], sink);
            shape.WriteKey(rows[i], sink);
            sink.Step(connection);
        }
        sink.Clear();
    }

    private sealed class CopySink(NpgsqlBinaryImporter import) : CellSink
    {
        public override void Null() => import.WriteNull();
        public override void Long(long value) => import.Write(value, NpgsqlDbType.Bigint);
        public override void Int(int value) => import.Write(value, NpgsqlDbType.Integer);
        public override void Short(short value) => import.Write(value, NpgsqlDbType.Smallint);
        public override void Bool(bool value) => import.Write(value, NpgsqlDbType.Boolean);
        public override void Double(double value) => import.Write(value, NpgsqlDbType.Double);
        public override void Text(string value) => import.Write(value, NpgsqlDbType.Text);
        public override void Blob(byte[] value) => import.Write(value, NpgsqlDbType.Bytea);
    }

    private sealed class ParameterSink(NpgsqlParameterCollection parameters) : CellSink
    {
        public override void Null() => parameters.Add(new NpgsqlParameter { Value = DBNull.Value });
        public override void Long(long value) => parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        public override void Int(int value) => parameters.Add(new NpgsqlParameter<int> { TypedValue = value });
        public override void Short(short value) => parameters.Add(new NpgsqlParameter<short> { TypedValue = value });
        public override void Bool(bool value) => parameters.Add(new NpgsqlParameter<bool> { TypedValue = value });
        public override void Double(double value) => parameters.Add(new NpgsqlParameter<double> { TypedValue = value });
        public override void Text(string value) => parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        public override void Blob(byte[] value) => parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = value });
    }
}

/// <summary>A prepared SQLite statement that takes cells straight into its parameters.</summary>
internal sealed class SqliteStatement : CellSink, IDisposable
{
    private readonly sqlite3_stmt statement;
    private byte[] utf8 = new byte[512];
    private int next;

    public SqliteStatement(sqlite3 connection, string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement), connection);
    }

    public void Begin() => next = 1;

    public void Step(sqlite3 connection)
    {
        var code = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, connection);
    }

    /// <summary>Nothing of the last row stays in memory.</summary>
    public void Clear() => raw.sqlite3_clear_bindings(statement);

    public override void Null() => raw.sqlite3_bind_null(statement, next++);
    public override void Long(long value) => raw.sqlite3_bind_int64(statement, next++, value);
    public override void Int(int value) => raw.sqlite3_bind_int64(statement, next++, value);
    public override void Short(short value) => raw.sqlite3_bind_int64(statement, next++, value);
    public override void Bool(bool value) => raw.sqlite3_bind_int64(statement, next++, value ? 1 : 0);
    public override void Double(double value) => raw.sqlite3_bind_double(statement, next++, value);
    public override void Blob(byte[] value) => raw.sqlite3_bind_blob(statement, next++, value);

    public override void Text(string value)
    {
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (utf8.Length < most) utf8 = new byte[most];
        raw.sqlite3_bind_text(statement, next++, utf8.AsSpan(0, Encoding.UTF8.GetBytes(value, utf8)));
    }

    public void Dispose() => statement.Dispose();
}
