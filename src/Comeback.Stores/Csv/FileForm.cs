using System.Text;
using Comeback.Engine;

namespace Comeback.Stores.Csv;

/// <summary>How a file is packed, encoded and separated, told from its first bytes.</summary>
internal sealed record FileForm(bool Gzip, Encoding Encoding, char Delimiter)
{
    private const int HeadBytes = 64 << 10;

    public static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
    private static readonly Encoding Utf16Le = new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true);
    private static readonly Encoding Utf16Be = new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true);

    private static readonly (byte[] Magic, string Sentence)[] Strangers =
    [
        ("PK\u0003\u0004"u8.ToArray(), "This is an Excel workbook or a zip archive, not a CSV file: save the orders as CSV, or unpack the archive first."),
        ([0xD0, 0xCF, 0x11, 0xE0], "This is an old Excel workbook, not a CSV file: save the orders as CSV."),
        ("%PDF"u8.ToArray(), "This is a PDF, not a CSV file: export the orders as CSV."),
        ("SQLite format 3"u8.ToArray(), "This is a SQLite database, not a CSV file: export the orders as CSV."),
        ("BZh"u8.ToArray(), "This file is packed with bzip2: unpack it, or pack it with gzip."),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "This file is packed with xz: unpack it, or pack it with gzip."),
        ([0x28, 0xB5, 0x2F, 0xFD], "This file is packed with zstd: unpack it, or pack it with gzip."),
        ([0xFF, 0xFE, 0x00, 0x00], "This file is encoded as UTF-32: save it as UTF-8."),
        ([0x00, 0x00, 0xFE, 0xFF], "This file is encoded as UTF-32: save it as UTF-8."),
    ];

    public string EncodingName => Encoding.CodePage switch { 65001 => "UTF-8", 1200 => "UTF-16 LE", 1201 => "UTF-16 BE", _ => "Windows-1252" };

    /// <summary>Reads the first bytes and decides. Between UTF-8 and Windows-1252 only the whole file can decide: see Survey.</summary>
    /// <exception cref="UserError">Not text, or not separated by comma, semicolon or tab.</exception>
    public static FileForm Detect(Func<Stream> open)
    {
        bool gzip;
        using (var raw = open())
        {
            Span<byte> magic = stackalloc byte[2];
            gzip = raw.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
        }
        var head = Head(open, gzip);
        if (head.Length == 0) throw new UserError("The file is empty: export the orders again.");
        foreach (var (magic, sentence) in Strangers)
            if (head.AsSpan().StartsWith(magic)) throw new UserError(sentence);
        var encoding = EncodingOf(head);
        var text = encoding.GetString(head).TrimStart('\uFEFF');
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new UserError("The file contains NUL bytes, so it is not text: export the orders as CSV again.");
        return new FileForm(gzip, ReferenceEquals(encoding, Encoding.Latin1) ? Encoding.UTF8 : encoding, DelimiterOf(text));
    }

    /// <summary>Opens the file from its beginning as UTF-8, guarded against everything that is no text or would never end.</summary>
    /// <exception cref="NotUtf8Exception">Thrown while reading, when this form says UTF-8 and the bytes do not.</exception>
    public (Stream Utf8, CountingStream File) Open(Func<Stream> open)
    {
        var file = new CountingStream(open());
        Stream bytes = Gzip ? new UnzippingStream(file, open) : file;
        if (Encoding.CodePage == Encoding.UTF8.CodePage) return (new TextGuard(bytes, validate: true), file);
        if (Encoding.CodePage == Windows1252.CodePage) bytes = new CodePageGuard(bytes);
        return (new TextGuard(Encoding.CreateTranscodingStream(bytes, Encoding, Encoding.UTF8), validate: false), file);
    }

    private static byte[] Head(Func<Stream> open, bool gzip)
    {
        using var counting = new CountingStream(open());
        using Stream bytes = gzip ? new UnzippingStream(counting, open) : counting;
        var buffer = new byte[HeadBytes];
        var read = bytes.ReadAtLeast(buffer, HeadBytes, throwOnEndOfStream: false);
        return buffer[..read];
    }

    // Latin-1 stands for "UTF-8 or Windows-1252": it shows every byte, and the header decides only on ASCII.
    private static Encoding EncodingOf(byte[] head)
    {
        if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Utf16Le;
        if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Utf16Be;
        if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return Encoding.UTF8;
        // UTF-16 without its mark: the separators and digits have a zero byte beside them, always on the same side.
        int even = 0, odd = 0, pairs = Math.Min(head.Length, 4096) / 2;
        for (var i = 0; i < pairs; i++)
        {
            if (head[2 * i] == 0) even++;
            if (head[(2 * i) + 1] == 0) odd++;
        }
        if (pairs >= 4 && odd > pairs / 3 && even == 0) return Utf16Le;
        if (pairs >= 4 && even > pairs / 3 && odd == 0) return Utf16Be;
        return Encoding.Latin1;
    }

    private static char DelimiterOf(string text)
    {
        var rest = text.AsSpan().TrimStart("\r\n");
        if (rest.IsEmpty) throw new UserError("The file has no lines: export the orders again.");
        // Excel's own first line, which RowReader skips.
        if (rest.Length > 4 && rest.StartsWith("sep=", StringComparison.OrdinalIgnoreCase)) return rest[4];
        var trimmed = rest.TrimStart();
        if (trimmed.StartsWith("<", StringComparison.Ordinal))
            throw new UserError("This is a web page or XML, not a CSV file: sign in to the store and export the orders as CSV.");
        if (trimmed.StartsWith("{", StringComparison.Ordinal) || trimmed.StartsWith("[", StringComparison.Ordinal))
            throw new UserError("This is JSON, not a CSV file: export the orders as CSV.");
        Span<int> counts = stackalloc int[3];
        var quoted = false;
        foreach (var c in rest)
        {
            if (c == '"') quoted = !quoted;
            else if (quoted) continue;
            else if (c is '\r' or '\n') break;
            else if (c == ',') counts[0]++;
            else if (c == ';') counts[1]++;
            else if (c == '\t') counts[2]++;
        }
        var best = counts[0] >= counts[1] && counts[0] >= counts[2] ? 0 : counts[1] >= counts[2] ? 1 : 2;
        return counts[best] > 0
            ? ",;\t"[best]
            : throw new UserError(
                "This is not a CSV file: its first line has no columns separated by comma, semicolon or tab. Export the orders as CSV.");
    }
}
