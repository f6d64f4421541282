using System.Data.Common;

namespace Comeback.Data;

/// <summary>Prepared commands of one connection by their text: on SQLite the writing connection lives as long as the process and so do they.</summary>
internal sealed class CommandCache : IDisposable
{
    private readonly Dictionary<string, DbCommand> commands = new(StringComparer.Ordinal);

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

    public void Dispose()
    {
        foreach (var command in commands.Values) command.Dispose();
        commands.Clear();
    }
}
