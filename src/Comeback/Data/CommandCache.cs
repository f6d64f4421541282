using System.Data.Common;

namespace Comeback.Data;

/// <summary>Prepared commands of one connection by their text: on SQLite the writing connection lives as long as the process and so do they.</summary>
internal sealed class CommandCache : IDisposable
{
    private readonly Dictionary<string, DbCommand> commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SqliteStatement> statements = new(StringComparer.Ordinal);

    /// <summary>The prepared command for this text, its parameters made by <paramref name="prepare"/> the first time. Never dispose it.</summary>
    public DbCommand Get(StoreTransaction transaction, string sql, Action<DbCommand> prepare)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = transaction.Command(sql);
            prepare(command);
            command.Prepare();
            commands.Add(sql, command);
        }
        command.Transaction = transaction.Transaction;
        return command;
    }

    /// <summary>The raw prepared statement of SQLite for this text. Never dispose it.</summary>
    public SqliteStatement Statement(SQLitePCL.sqlite3 connection, string sql)
    {
        if (!statements.TryGetValue(sql, out var statement)) statements.Add(sql, statement = new SqliteStatement(connection, sql));
        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values) statement.Dispose();
        statements.Clear();
        foreach (var command in commands.Values) command.Dispose();
        commands.Clear();
    }
}
