namespace Comeback.Data;

/// <summary>Statements for whole rows by their key, made from EF's model. A store's table has the store first in its key, so each names it.</summary>
internal static class RowSql
{
    public static string Insert(string table, IEnumerable<string> others, IEnumerable<string> keys)
    {
        var columns = others.Concat(keys).Select(Quote).ToList();
        return $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", Enumerable.Range(1, columns.Count).Select(n => $"${n}"))})";
    }

    public static string Update(string table, IReadOnlyList<string> others, IReadOnlyList<string> keys) =>
        $"UPDATE {table} SET {string.Join(", ", others.Select((c, i) => $"{Quote(c)} = ${i + 1}"))} " +
        $"WHERE {string.Join(" AND ", keys.Select((c, i) => $"{Quote(c)} = ${others.Count + i + 1}"))}";

    public static string Copy(string table, IEnumerable<string> others, IEnumerable<string> keys) =>
        $"COPY {table} ({string.Join(", ", others.Concat(keys).Select(Quote))}) FROM STDIN (FORMAT BINARY)";

    // "from" and "into" are columns of merges.
    private static string Quote(string column) => $"\"{column}\"";
}
