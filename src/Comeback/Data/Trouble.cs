using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Comeback.Data;

/// <summary>What is wrong with the database, in one sentence that says what to do; null when it is not the database's trouble.</summary>
internal static class Trouble
{
    // https://www.sqlite.org/rescode.html
    private const int Busy = 5, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    public static string? Explain(Exception exception, Databases databases)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            var sentence = e switch
            {
                SqliteException sqlite => OnSqlite(sqlite, databases.SqliteFile ?? "the database"),
                PostgresException postgres => OnPostgres(postgres),
                NpgsqlException { InnerException: SocketException } => "PostgreSQL cannot be reached; check host and port in ConnectionStrings:Comeback and that it runs.",
                UnauthorizedAccessException => $"The folder {databases.DataFolder} cannot be written; give this user the right to, or set Comeback:Data to another folder.",
                _ => null,
            };
            if (sentence is not null) return sentence;
        }
        return null;
    }

    private static string? OnSqlite(SqliteException e, string file) => e.SqliteErrorCode switch
    {
        Busy => $"The database {file} is held by another process; wait until its work is done, then try again.",
        ReadOnly => $"The database {file} is read-only; give this user the right to write to it and its folder.",
        Full => $"The disk that holds {file} is full; free some space, nothing that was confirmed is lost.",
        IoError => $"The disk failed while reading or writing {file}; check the disk and free space.",
        CannotOpen => $"The database {file} cannot be opened; check that its folder exists and may be written.",
        Corrupt or NotADatabase => $"The file {file} is not a database of Comeback or is damaged; restore a backup or choose another file.",
        _ => null,
    };

    private static string? OnPostgres(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "PostgreSQL refused the user or password in ConnectionStrings:Comeback.",
        PostgresErrorCodes.InvalidCatalogName => "The database named in ConnectionStrings:Comeback does not exist; create it, then start again.",
        PostgresErrorCodes.DiskFull => "PostgreSQL's disk is full; free some space, nothing that was confirmed is lost.",
        PostgresErrorCodes.InsufficientPrivilege => "The PostgreSQL user may not do this; give it rights on the database and its public schema.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "PostgreSQL is read-only (a standby?); connect to the primary.",
        _ => null,
    };
}
