using System.Text;
using Comeback.Engine;
using CsvHelper;

namespace Comeback.Stores.Csv;

/// <summary>Reads a file's rows one at a time; cells are given as UTF-8 or text only when asked for.</summary>
internal sealed class RowReader : IDisposable
{
    /// <summary>No order row is longer; a longer one is a quote that never closes or no CSV at all.</summary>
    public const int LongestRowBytes = 4_000_000;

    private readonly Stream utf8;
    private readonly CountingStream file;
    private readonly CsvReader reader;
    private CsvMalformedReason? malformed;

    /// <exception cref="UserError">The file has no header.</exception>
    public RowReader(FileForm form, Func<Stream> open)
    {
        (utf8, file) = form.Open(open);
        reader = CsvReader.Create(utf8, new CsvReaderOptions
        {
            Separator = form.Delimiter,
            HasHeader = false,
            TrackLineNumbers = true,
            MaxRecordSize = LongestRowBytes,
            IncludeValuesInExceptions = false,
            OnMalformedRecord = record => malformed = record.Reason,
        });
        try
        {
            var any = Read();
            if (any && reader.FieldCount <= 2 && reader.GetString(0).TrimStart('\uFEFF').StartsWith("sep=", StringComparison.OrdinalIgnoreCase)) any = Read();
            Header = any ? [.. Enumerable.Range(0, reader.FieldCount).Select(i => Heading(reader.GetString(i)))] : [];
            HeaderBytes = any ? [.. reader.RawRecord] : [];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string[] Header { get; }

    /// <summary>The header as it stands in the file, in UTF-8.</summary>
    public byte[] HeaderBytes { get; }

    public long BytesRead => file.Count;

    /// <summary>The line on which the present row begins, from 1.</summary>
    public long Line => reader.LineNumber;

    public int Count => reader.FieldCount;

    /// <summary>The row as it stands in the file, in UTF-8; valid until the next read.</summary>
    public ReadOnlySpan<byte> Raw => reader.RawRecord;

    /// <summary>A cell as UTF-8; empty when the row is shorter. Valid until the next read.</summary>
    public ReadOnlySpan<byte> Utf8(int column) => column < 0 ? default : reader.GetSpan(column);

    public string Text(int column) => column < 0 ? "" : reader.GetString(column);

    /// <exception cref="UserError">The rest of the file cannot be read.</exception>
    public bool Read()
    {
        var last = reader.LineNumber;
        malformed = null;
        try
        {
            if (!reader.Read()) return false;
        }
        catch (CsvFormatException fault)
        {
            throw new UserError(
                $"The row after line {last} does not end within {LongestRowBytes / 1_000_000} MB: a quote is never closed there, or this is not a CSV " +
                "file. Mend that line, or export the orders again.", inner: fault);
        }
        return malformed == CsvMalformedReason.UnterminatedQuote
            ? throw new UserError($"A quote that opens in the row of line {Line} is never closed: mend that line, or export the orders again.")
            : true;
    }

    public void Dispose()
    {
        reader.Dispose();
        utf8.Dispose();
    }

    private static string Heading(string cell) => cell.Trim().Trim('\uFEFF', '\u200B').Trim();

    /// <summary>A cell's text from its UTF-8.</summary>
    public static string ToText(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
