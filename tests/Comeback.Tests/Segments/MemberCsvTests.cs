using System.Text;
using Comeback.Segments;

namespace Comeback.Tests.Segments;

/// <summary>A file of members opens in a spreadsheet and runs nothing there.</summary>
public sealed class MemberCsvTests
{
    [Theory]
    [InlineData("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@sum", "'@sum")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("Ann, \"A\"", "\"Ann, \"\"A\"\"\"")]
    [InlineData("Åse", "Åse")]
    public async Task A_name_that_a_spreadsheet_would_run_is_neutralised(string name, string cell) =>
        Assert.Equal($"7,,{cell},,,+4512345678,DK,1,12.50,DKK,,,", await LineAsync(name, raw: false));

    [Fact]
    public async Task Raw_leaves_names_as_they_are() => Assert.Equal("7,,=1,,,+4512345678,DK,1,12.50,DKK,,,", await LineAsync("=1", raw: true));

    [Fact]
    public async Task The_file_begins_with_the_mark_of_utf8()
    {
        using var file = new MemoryStream();
        await using (var csv = new MemberCsv(file, raw: false)) await csv.HeaderAsync();
        Assert.Equal([0xEF, 0xBB, 0xBF], file.ToArray()[..3]);
    }

    private static async Task<string> LineAsync(string name, bool raw)
    {
        using var file = new MemoryStream();
        await using (var csv = new MemberCsv(file, raw))
            await csv.RowAsync(new Member("7", null, name, null, null, "+4512345678", "DK", 1, "12.50", "DKK", null, null, null));
        return Encoding.UTF8.GetString(file.ToArray())[1..].TrimEnd('\r', '\n');
    }
}
