using System.IO.Compression;
using System.Text;
using Comeback.Engine;
using Comeback.Stores.Csv;

namespace Comeback.Tests.Stores.Csv;

/// <summary>How files are encoded, separated and packed, and the ways in which they are broken: each is read, or refused in one sentence.</summary>
public sealed class FormTests
{
    private const string Header = "Name,Email,Financial Status,Created at,Currency,Total,Lineitem quantity,Lineitem name,Lineitem price,Billing Name";
    private const string Text = Header + "\n#1,ann@example.com,paid,2026-01-31 10:00:00 +0000,GBP,10.00,1,Thé,10.00,Zoë Müller\n";

    public static readonly TheoryData<string> Encodings = ["utf-8", "utf-8 with bom", "windows-1252", "utf-16", "utf-16 be", "utf-16 without bom", "utf-16 be without bom"];

    [Theory, MemberData(nameof(Encodings))]
    public void Every_usual_encoding_is_read(string encoding)
    {
        byte[] bytes = encoding switch
        {
            "utf-8" => Encoding.UTF8.GetBytes(Text),
            "utf-8 with bom" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Text)],
            "windows-1252" => CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(Text),
            "utf-16" => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Text)],
            "utf-16 be" => [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Text)],
            "utf-16 without bom" => Encoding.Unicode.GetBytes(Text),
            _ => Encoding.BigEndianUnicode.GetBytes(Text),
        };
        foreach (var file in (CsvFile[])[new(bytes), new(Gzip(bytes))])
        {
            var order = file.Read().Order;
            Assert.Equal(("Thé", "Zoë", "Müller"), (order.Lines[0].Title, order.Person.FirstName, order.Person.LastName));
        }
    }

    [Fact]
    public void Windows_1252_shows_itself_however_late_in_the_file()
    {
        var text = new StringBuilder(Header).Append('\n');
        for (var i = 1; i < 20_000; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"#{i},a{i}@example.com,paid,2026-01-31 10:00:00 +0000,GBP,10.00,1,Tea,10.00,Ann\n");
        text.Append("#20000,z@example.com,paid,2026-01-31 10:00:00 +0000,GBP,10.00,1,Thé,10.00,Zoë\n");
        var file = new CsvFile(CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(text.ToString()));
        Assert.Equal("Windows-1252", file.Open().Encoding);
        Assert.Equal("Thé", file.Read().Orders[^1].Lines[0].Title);
    }

    [Fact]
    public void A_character_cut_by_the_readers_buffer_is_still_whole()
    {
        for (var pad = 0; pad < 5; pad++)
        {
            var text = Text + string.Concat(Enumerable.Range(2, 4_000).Select(i => $"#{i},a{i}@example.com,paid,2026-01-31 10:00:00 +0000,GBP,10.00,1,{new string('x', pad)}茶茶茶茶茶茶茶茶茶茶茶,10.00,Ann\n"));
            Assert.Equal("UTF-8", new CsvFile(text).Open().Encoding);
        }
    }

    [Theory]
    [InlineData(';')]
    [InlineData('\t')]
    public void Semicolons_and_tabs_separate_too(char delimiter) =>
        Assert.Equal("Thé", new CsvFile(Text.Replace(',', delimiter)).Read().Order.Lines[0].Title);

    [Theory]
    [InlineData("sep=;\n")]
    [InlineData("\n\r\n")]
    public void What_Excel_puts_before_the_header_is_passed_over(string before) =>
        Assert.Equal("Thé", new CsvFile(before + Text.Replace(',', ';')).Read().Order.Lines[0].Title);

    [Fact]
    public void Windows_line_ends_and_a_last_row_without_one_are_read() =>
        Assert.Equal("Thé", new CsvFile(Text.Replace("\n", "\r\n", StringComparison.Ordinal).TrimEnd()).Read().Order.Lines[0].Title);

    [Fact]
    public void Two_gzip_files_one_after_the_other_are_one() =>
        Assert.Equal(2, new CsvFile([.. Gzip(Encoding.UTF8.GetBytes(Text)), .. Gzip("#2,bo@example.com,paid,2026-02-01 10:00:00 +0000,GBP,5.00,1,Tea,5.00,Bo\n"u8.ToArray())]).Read().Orders.Count);

    [Fact]
    public void A_gzip_that_was_cut_off_anywhere_is_refused_before_anything_is_read()
    {
        var whole = Gzip(Encoding.UTF8.GetBytes(Text + string.Concat(Enumerable.Range(2, 3_000).Select(i => $"#{i},a{i}@example.com,paid,2026-01-{(i % 28) + 1:D2} 10:00:00 +0000,GBP,{i}.00,1,Tea {i * 7919},10.00,Ann\n"))));
        foreach (var length in (int[])[whole.Length / 2, whole.Length - 1, whole.Length - 4, whole.Length - 8, whole.Length - 9, 17, 10, 3])
            Assert.Contains("cut off", new CsvFile(whole[..length]).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_with_a_wrong_byte_is_refused()
    {
        var bytes = Gzip(Encoding.UTF8.GetBytes(Text + string.Concat(Enumerable.Repeat(Text, 500))));
        bytes[bytes.Length / 2] ^= 0x55;
        Assert.Contains("damaged", new CsvFile(bytes).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_that_unpacks_without_end_is_stopped()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Text));
            var nothing = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\n", 1 << 20)));
            for (var i = 0; i < 200; i++) gzip.Write(nothing);
        }
        Assert.Contains("no end", new CsvFile(packed.ToArray()).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_quote_that_never_closes_is_named_with_its_line() =>
        Assert.Contains("line 3", new CsvFile(Text + "#2,bo@example.com,paid,2026-02-01 10:00:00 +0000,GBP,5.00,1,\"Tea,5.00,Bo\n" + string.Concat(Enumerable.Repeat("#3,x,y\n", 100))).Refusal(), StringComparison.Ordinal);

    [Theory]
    [InlineData('x')]
    [InlineData(',')]
    [InlineData('"')]
    public void A_line_of_a_gigabyte_is_refused_without_reading_it_into_memory(char filler)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var head = Encoding.UTF8.GetBytes(Text + "#2,");
        var sentence = Assert.Throws<UserError>(() =>
            OrderFile.Open(() => new EndlessStream(head, (byte)filler, 1L << 30), new OrderFileOptions(), null, CancellationToken.None)).Message;
        Assert.Contains("does not end", sentence, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 120 << 20);
    }

    [Theory]
    [InlineData("PK\u0003\u0004rest of a workbook", "Excel")]
    [InlineData("%PDF-1.7", "PDF")]
    [InlineData("<!doctype html><html>,</html>", "web page")]
    [InlineData("{\"orders\": [1, 2]}", "JSON")]
    [InlineData("just a few words", "not a CSV file")]
    [InlineData("", "empty")]
    [InlineData("\n\n", "no lines")]
    [InlineData(Header, "no orders")]
    [InlineData("Handle,Title,Body (HTML)\na,b,c\n", "product export")]
    [InlineData("Name,Email\0,Total\n", "NUL")]
    public void What_is_no_order_file_is_called_by_its_name(string text, string named) => Assert.Contains(named, new CsvFile(text).Refusal(), StringComparison.Ordinal);

    [Fact]
    public void NUL_bytes_are_found_wherever_they_are() =>
        Assert.Contains("NUL", new CsvFile(Text + string.Concat(Enumerable.Repeat("#2,bo@example.com,paid,2026-02-01 10:00:00 +0000,GBP,5.00,1,Tea,5.00,Bo\n", 5_000)) + "#3,\0\n").Refusal(), StringComparison.Ordinal);

    [Fact]
    public void An_Arabic_code_page_is_refused_and_not_read_as_gibberish()
    {
        var arabic = CodePagesEncodingProvider.Instance.GetEncoding(1256)!.GetBytes(Text.Replace("Zoë Müller", string.Join(' ', Enumerable.Repeat("محمد عبدالله", 10)), StringComparison.Ordinal));
        Assert.Contains("UTF-8", new CsvFile(arabic).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_does_not_fit_the_header_is_left_out_and_the_rest_is_read()
    {
        var content = new CsvFile(Text + "#2,bo@example.com\n#3,cy@example.com,paid,2026-02-01 10:00:00 +0000,GBP,5.00,1,Tea,5.00,Cy,extra\n").Read();
        Assert.Equal(["#1"], content.Orders.Select(o => o.Number));
        Assert.Equal([(3L, "fewer columns than the header"), (4L, "more columns than the header")], content.Rejected.Select(r => (r.Line, r.Reason)));
        Assert.Equal("#2,bo@example.com", Encoding.UTF8.GetString(content.Rejected[0].Raw.Span));
    }

    [Fact]
    public void A_file_whose_every_row_claims_one_order_does_not_fill_the_memory()
    {
        var text = Header + "\n" + string.Concat(Enumerable.Repeat("#1,ann@example.com,paid,2026-01-31 10:00:00 +0000,GBP,10.00,1,Tea,10.00,Ann\n", 10_002));
        var content = new CsvFile(text).Read();
        Assert.Equal(10_000, content.Order.Lines.Count);
        Assert.Equal(2, content.Reasons["more than 10,000 rows in one order"]);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>A beginning, and then one byte over and over.</summary>
    private sealed class EndlessStream(byte[] head, byte filler, long length) : Stream
    {
        private long position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get => position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, length - position);
            for (var i = 0; i < count; i++) buffer[offset + i] = position + i < head.Length ? head[position + i] : filler;
            position += count;
            return count;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
