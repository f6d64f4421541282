using Comeback.Engine;
using F = Comeback.Stores.Csv.OrderField;

namespace Comeback.Stores.Csv;

/// <summary>One row of the file: the line on which it begins, the cells that mean something (by field), and itself in UTF-8.</summary>
internal readonly struct Row(long line, string[] cells, int[] slots, byte[] raw)
{
    public long Line => line;

    public byte[] Raw => raw;

    public string[] Cells => cells;

    public int[] Slots => slots;

    /// <summary>A cell; empty when the file has no such column.</summary>
    public string this[F field] => slots[(int)field] is var slot and >= 0 ? cells[slot] : "";
}

/// <summary>What the first pass over a file found out: its form, its columns, what its numbers and dates mean, which orders do not stand together.</summary>
internal sealed class Survey
{
    /// <summary>No order has more rows; a file whose every row has one "order number" is mapped wrongly.</summary>
    public const int LargestOrder = 10_000;
    public const string TooManyRows = "more than 10,000 rows in one order";
    private const int ProgressEvery = 4096;

    private readonly string[] header;
    private readonly int[] slots;
    private readonly int[][] columns;
    private readonly bool blankContinues;
    private readonly KeyFilter seen = new(), apart = new();
    private bool anyApart;

    private Survey(FileForm form, RowReader rows, ColumnMap map)
    {
        Form = form;
        Map = map;
        header = rows.Header;
        HeaderBytes = rows.HeaderBytes;
        blankContinues = map.Layout.Dialect == Dialect.AdvancedOrderExport;
        slots = new int[Enum.GetValues<F>().Length];
        Array.Fill(slots, -1);
        List<int[]> used = [];
        foreach (var field in Enum.GetValues<F>().Where(map.Has))
        {
            slots[(int)field] = used.Count;
            used.Add(map.All(field));
        }
        columns = [.. used];
    }

    public FileForm Form { get; }
    public ColumnMap Map { get; }
    public byte[] HeaderBytes { get; }
    public NumberEvidence Numbers { get; } = new();
    public DayOrder DayOrder { get; private set; }
    public long Rows { get; private set; }
    public Currency? Currency { get; private set; }

    public static Survey Of(Func<Stream> open, OrderFileOptions options, Action<long>? progress, CancellationToken cancellation)
    {
        var form = FileForm.Detect(open);
        try
        {
            return Go(form, open, options, progress, cancellation);
        }
        catch (NotUtf8Exception)
        {
            return Go(form with { Encoding = FileForm.Windows1252 }, open, options, progress, cancellation);
        }
    }

    private static Survey Go(FileForm form, Func<Stream> open, OrderFileOptions options, Action<long>? progress, CancellationToken cancellation)
    {
        using var rows = new RowReader(form, open);
        var map = ColumnMap.For(rows.Header, options.Mapping);
        var survey = new Survey(form, rows, map);
        F[] amounts = [.. ((F[])[F.Total, F.Price, F.LineTotal, F.Tax, F.Shipping, F.Refunded, F.Quantity]).Where(map.Has)];
        var dates = new DateEvidence();
        var currencies = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var lookAtDates = options.DateFormat is null;
        var previous = 0UL;
        while (rows.Read())
        {
            survey.Rows++;
            if (survey.Rows % ProgressEvery == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke(rows.BytesRead);
            }
            survey.See(rows, ref previous);
            if (lookAtDates && !dates.Decided) dates.Add(rows.Text(map[F.Date]).Trim(), rows.Line);
            if (!survey.Numbers.Decided)
                foreach (var amount in amounts) survey.Numbers.Add(rows.Text(map[amount]), rows.Line);
            if (map.Has(F.Currency) && !rows.Utf8(map[F.Currency]).IsEmpty && currencies.Count < 64)
            {
                var code = rows.Text(map[F.Currency]).Trim();
                currencies[code] = currencies.GetValueOrDefault(code) + 1;
            }
        }
        if (survey.Rows == 0) throw new UserError("The file has a header and no orders: export it again for a longer time.");
        progress?.Invoke(rows.BytesRead);
        if (lookAtDates) survey.DayOrder = dates.Decide();
        foreach (var (code, _) in currencies.OrderByDescending(c => c.Value))
        {
            if (!Engine.Currency.TryParse(code, out var currency)) continue;
            survey.Currency = currency;
            break;
        }
        return survey;
    }

    /// <summary>Why a row does not fit the header, or null.</summary>
    public string? Misfit(RowReader rows)
    {
        if (rows.Count == header.Length) return null;
        if (rows.Count < header.Length)
            return columns.Any(column => column[0] >= rows.Count) ? "fewer columns than the header" : null;
        for (var i = header.Length; i < rows.Count; i++)
            if (!rows.Utf8(i).IsEmpty) return "more columns than the header";
        return null;
    }

    public Row Take(RowReader rows)
    {
        var cells = new string[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            foreach (var column in columns[i])
                if ((cells[i] = rows.Text(column)).Length > 0) break;
        }
        return new Row(rows.Line, cells, slots, rows.Raw.ToArray());
    }

    /// <summary>True when a row is of the same order as the one before. A blank order number means that where the exporter writes it once.</summary>
    public bool Continues(Row before, ref Row row)
    {
        if (blankContinues && row[F.Order].Length == 0)
        {
            row.Cells[slots[(int)F.Order]] = before[F.Order];
            return true;
        }
        foreach (var field in Map.Key)
            if (row[field] != before[field]) return false;
        return true;
    }

    /// <summary>True when rows of this order stand elsewhere in the file too (or, rarely, when the filter cannot rule it out).</summary>
    public bool StandsApart(Row row)
    {
        if (!anyApart) return false;
        var hash = KeyFilter.Start;
        foreach (var field in Map.Key) hash = KeyFilter.Mix(hash, System.Text.Encoding.UTF8.GetBytes(row[field]));
        return apart.Contains(hash);
    }

    public string KeyOf(Row row) => string.Join('\u001F', Map.Key.Select(field => row[field]));

    private void See(RowReader rows, ref ulong previous)
    {
        if (blankContinues && rows.Utf8(Map[F.Order]).IsEmpty) return;
        var hash = KeyFilter.Start;
        foreach (var field in Map.Key) hash = KeyFilter.Mix(hash, rows.Utf8(Map[field]));
        if (hash == previous) return;
        previous = hash;
        if (seen.Add(hash)) return;
        apart.Add(hash);
        anyApart = true;
    }
}

/// <summary>A set of keys in a fixed 8 MB: it may say yes for a key that it never saw, never no for one that it did.</summary>
internal sealed class KeyFilter
{
    private const int Bits = 26;
    private readonly ulong[] words = new ulong[1 << (Bits - 6)];

    /// <summary>The hash of nothing (FNV-1a).</summary>
    public const ulong Start = 14695981039346656037;

    public static ulong Mix(ulong hash, ReadOnlySpan<byte> cell)
    {
        foreach (var b in cell) hash = (hash ^ b) * 1099511628211;
        return (hash ^ 0x1F) * 1099511628211;
    }

    /// <summary>False when the key was there already, as far as the filter can tell.</summary>
    public bool Add(ulong hash)
    {
        var (one, two) = Places(hash);
        return Set(one) | Set(two);
    }

    public bool Contains(ulong hash)
    {
        var (one, two) = Places(hash);
        return IsSet(one) && IsSet(two);
    }

    private bool IsSet(ulong at) => (words[at >> 6] & (1UL << (int)(at & 63))) != 0;

    private bool Set(ulong at)
    {
        if (IsSet(at)) return false;
        words[at >> 6] |= 1UL << (int)(at & 63);
        return true;
    }

    private static (ulong One, ulong Two) Places(ulong hash)
    {
        const ulong Mask = (1UL << Bits) - 1;
        var mixed = (hash ^ (hash >> 31)) * 0x9E3779B97F4A7C15;
        return (mixed & Mask, (mixed >> Bits) & Mask);
    }
}
