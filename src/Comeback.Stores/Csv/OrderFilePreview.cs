using System.IO.Compression;
using System.Text.Json;
using Comeback.Engine;

namespace Comeback.Stores.Csv;

/// <summary>A column of a previewed file: what it means, or probably means, and a few of its cells.</summary>
public sealed record PreviewColumn(string Name, OrderField? Field, IReadOnlyList<string> Samples);

/// <summary>What the first bytes of a file tell, before it is imported. For an unknown header the fields are proposals.</summary>
public sealed record OrderFilePreview(
    string? Layout, string Delimiter, string Encoding, IReadOnlyList<PreviewColumn> Columns, IReadOnlyList<string> Missing, string? CurrencyGuess, IReadOnlyList<string> Problems)
{
    private const int HeadBytes = 256 << 10;
    private const int SampleRows = 5;
    private const int LongestSample = 80;

    /// <summary>Reads the beginning of a file; it may be cut anywhere.</summary>
    /// <exception cref="UserError">It is no order file at all.</exception>
    public static OrderFilePreview Of(byte[] head, OrderFileOptions options)
    {
        var plain = Unpacked(head);
        Func<Stream> open = () => new MemoryStream(plain, writable: false);
        var form = FileForm.Detect(open);
        try
        {
            return Of(form, open, options);
        }
        catch (NotUtf8Exception)
        {
            return Of(form with { Encoding = FileForm.Windows1252 }, open, options);
        }
    }

    private static OrderFilePreview Of(FileForm form, Func<Stream> open, OrderFileOptions options)
    {
        using var rows = new RowReader(form, open);
        var map = ColumnMap.Match(rows.Header, options.Mapping);
        var known = map.Layout.Dialect != Dialect.Mapped;
        var fields = known || options.Mapping.Count > 0 ? map.Fields(rows.Header) : ColumnMap.Guess(rows.Header);
        var samples = rows.Header.Select(_ => new List<string>()).ToArray();
        string? currency = null;
        List<string> problems = [];
        try
        {
            for (var row = 0; row < 200 && rows.Read(); row++)
            {
                for (var i = 0; i < samples.Length; i++)
                {
                    if (fields[i] == OrderField.Currency && Currency.TryParse(rows.Text(i), out var code)) currency ??= code.Code;
                    if (samples[i].Count < SampleRows && rows.Text(i) is { Length: > 0 } cell) samples[i].Add(cell.Length <= LongestSample ? cell : cell[..LongestSample] + "…");
                }
            }
            if (samples.All(s => s.Count == 0)) problems.Add("The file has a header and no orders.");
        }
        catch (UserError cut)
        {
            // The head may end within a quoted cell; only a file with no readable row at all has a problem here.
            if (samples.All(s => s.Count == 0)) problems.Add(cut.Message);
        }
        return new OrderFilePreview(
            known ? map.Layout.Name : null, form.Delimiter.ToString(), form.EncodingName,
            [.. rows.Header.Select((name, i) => new PreviewColumn(name, fields[i], samples[i]))],
            known ? map.Missing() : MissingOf(fields), currency, problems);
    }

    // As of a mapping, in the names of the fields.
    private static List<string> MissingOf(OrderField?[] fields)
    {
        List<string> missing = [];
        Need(OrderField.Order);
        Need(OrderField.Date);
        Need(OrderField.Email, OrderField.Phone, OrderField.Customer);
        Need(OrderField.Total, OrderField.LineTotal, OrderField.Price);
        return missing;

        void Need(params OrderField[] any)
        {
            if (!any.Any(field => fields.Contains(field))) missing.Add(JsonNamingPolicy.CamelCase.ConvertName(any[0].ToString()));
        }
    }

    // The head of a gzip file is cut too: what unpacks of it is enough. Text is cut at its last whole line.
    private static byte[] Unpacked(byte[] head)
    {
        var plain = head;
        if (head is [0x1F, 0x8B, ..])
        {
            using var packed = new GZipStream(new MemoryStream(head, writable: false), CompressionMode.Decompress);
            var buffer = new byte[HeadBytes];
            var length = 0;
            try
            {
                int read;
                while (length < buffer.Length && (read = packed.Read(buffer, length, buffer.Length - length)) > 0) length += read;
            }
            catch (InvalidDataException fault)
            {
                if (length == 0) throw new UserError("The gzip file is damaged: download or copy it again.", inner: fault);
            }
            plain = buffer[..length];
        }
        if (plain is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || plain.AsSpan().Contains((byte)0)) return plain[..(plain.Length & ~1)];
        var end = plain.AsSpan().LastIndexOf((byte)'\n');
        // A small file may have no line end after its last row.
        return end < 0 || head.Length < HeadBytes / 2 ? plain : plain[..(end + 1)];
    }
}
