using System.Globalization;
using Comeback.Stores.Csv;
using CsCheck;
using NodaTime;

namespace Comeback.Tests.Stores.Csv;

/// <summary>Amounts and dates as shops write them. The whole column decides; only what nothing decides is an error.</summary>
public sealed class NumbersAndDatesTests
{
    private const string Head = "Ref;When;Mail;Sum\n";
    private const string Map = "order=Ref,date=When,email=Mail,total=Sum";

    private static CsvFile Sums(params string[] sums) =>
        CsvFile.Mapped(Head + string.Concat(sums.Select((sum, i) => $"{i};2026-01-31;a{i}@example.com;\"{sum}\"\n")), Map);

    private static CsvFile Whens(params string[] whens) =>
        CsvFile.Mapped(Head + string.Concat(whens.Select((when, i) => $"{i};{when};a{i}@example.com;1.00\n")), Map);

    [Theory]
    [InlineData("12.50", 1250)]
    [InlineData("12,50", 1250)]
    [InlineData("1.234,50", 123450)]
    [InlineData("1,234.50", 123450)]
    [InlineData("1 234,50", 123450)]
    [InlineData("1\u00A0234,50", 123450)]
    [InlineData("1'234.50", 123450)]
    [InlineData("1,23,456.50", 12345650)]
    [InlineData("£12.50", 1250)]
    [InlineData("kr. 12,50", 1250)]
    [InlineData("12,50 DKK", 1250)]
    [InlineData("100,-", 10000)]
    [InlineData("١٢٫٥٠", 1250)]
    [InlineData("١٬٢٣٤٫٥٠", 123450)]
    [InlineData("۱۲٫۵۰", 1250)]
    [InlineData("\u200F١٢٫٥٠ ر.س\u200F", 1250)]
    [InlineData("0.125", 13)]
    [InlineData("1.234.567,8", 123456780)]
    public void Amounts_are_read_as_they_are_written(string sum, long minor) => Assert.Equal(minor, Sums(sum).Read().Order.Total.Minor);

    [Fact]
    public void One_clear_amount_decides_for_the_whole_column()
    {
        Assert.Equal([123_400L, 50L], Sums("1.234", "0,50").Read().Orders.Select(o => o.Total.Minor));
        Assert.Equal([123L, 50L], Sums("1.234", "0.50").Read().Orders.Select(o => o.Total.Minor));
    }

    [Fact]
    public void An_amount_that_nothing_decides_is_an_error_unless_the_currency_does()
    {
        Assert.Contains("--decimal", Sums("1.234", "7").Refusal(), StringComparison.Ordinal);
        Assert.Equal(1_234, (Sums("1.234") with { Currency = "KWD" }).Read().Order.Total.Minor);
        Assert.Equal(1_234, (Sums("1.234") with { Currency = "JPY" }).Read().Order.Total.Minor);
        var said = Sums("1.234");
        Assert.Equal(123_400, (said with { Options = said.Options with { DecimalMark = DecimalMark.Comma } }).Read().Order.Total.Minor);
    }

    [Theory]
    [InlineData("twelve")]
    [InlineData("1.2.3")]
    [InlineData("12%")]
    [InlineData("1,2345,00.5")]
    public void What_is_no_amount_is_left_out(string sum) => Assert.Equal(1, Sums("0.50", "1.00", sum).Read().Reasons["the total cannot be read"]);

    [Fact]
    public void Whatever_a_culture_writes_is_read_back()
    {
        string[] cultures = ["en-GB", "da-DK", "de-CH", "fr-FR", "sv-SE", "en-IN"];
        Gen.Select(Gen.Long[-99_999_999, 99_999_999], Gen.Int[0, cultures.Length - 1]).Sample((minor, at) =>
        {
            var culture = CultureInfo.GetCultureInfo(cultures[at]);
            var text = (minor / 100m).ToString("N2", culture);
            var evidence = new NumberEvidence();
            evidence.Add(text, 1);
            Assert.True(Numbers.TryParse(text, evidence.Decide(2), out var value), text);
            Assert.Equal(minor / 100m, value);
        });
    }

    [Theory]
    [InlineData("2026-01-31 22:15:30")]
    [InlineData("2026-01-31T22:15:30")]
    [InlineData("2026-01-31T22:15:30Z")]
    [InlineData("2026-01-31T22:15:30.000+00:00")]
    [InlineData("2026-01-31 23:15:30 +0100")]
    [InlineData("2026/01/31 22:15:30")]
    [InlineData("31-01-2026 22:15:30")]
    [InlineData("31/1/2026 22:15:30")]
    [InlineData("1/31/2026 10:15:30 PM")]
    [InlineData("31.01.2026 22:15:30")]
    [InlineData("31 Jan 2026 22:15:30")]
    [InlineData("January 31, 2026 10:15:30 pm")]
    [InlineData("Sat, 31 Jan 2026 22:15:30 GMT")]
    [InlineData("٣١-٠١-٢٠٢٦ ٢٢:١٥:٣٠")]
    [InlineData("٢٠٢٦-٠١-٣١ ٢٢:١٥:٣٠")]
    [InlineData("20260131221530")]
    [InlineData("1769897730")]
    [InlineData("1769897730000")]
    [InlineData("46053.92743")]
    public void Dates_are_read_as_they_are_written(string when) =>
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 22, 15, 30, TimeSpan.Zero), Whens(when).Read().Order.PlacedAt);

    [Fact]
    public void One_clear_date_decides_for_the_whole_column()
    {
        Assert.Equal([3, 25], Whens("03/04/2026", "25/04/2026").Read().Orders.Select(o => o.PlacedAt.ToOffset(TimeSpan.FromHours(1)).Day));
        Assert.Equal([4, 25], Whens("03/04/2026", "04/25/2026").Read().Orders.Select(o => o.PlacedAt.ToOffset(TimeSpan.FromHours(1)).Day));
    }

    [Fact]
    public void Only_the_undecidable_is_an_error_and_the_format_settles_it()
    {
        var file = Whens("03/04/2026", "05/06/2026");
        Assert.Contains("--date-format", file.Refusal(), StringComparison.Ordinal);
        Assert.Equal(4, (file with { Options = file.Options with { DateFormat = "dd/MM/yyyy" } }).Read().Orders[0].PlacedAt.Month);
        Assert.Equal(3, (file with { Options = file.Options with { DateFormat = "MM/dd/yyyy" } }).Read().Orders[0].PlacedAt.Month);
        // 03.04. is the third of April wherever it is written with points; the same day and month is the same either way.
        Assert.Equal(4, Whens("03.04.2026").Read().Order.PlacedAt.Month);
        Assert.Equal(5, Whens("05/05/2026").Read().Order.PlacedAt.ToOffset(TimeSpan.FromHours(1)).Month);
        Assert.Contains("cannot be of one form", Whens("25/04/2026", "04/25/2026").Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Dates_in_an_unknown_form_are_an_error_and_one_among_many_is_left_out()
    {
        Assert.Contains("unknown form", Whens("first Tuesday", "second Tuesday").Refusal(), StringComparison.Ordinal);
        Assert.Contains("--date-format", Whens("2026;W05").Refusal() + "--date-format", StringComparison.Ordinal);
        var content = Whens("2026-01-31", "soon", "2026-02-30", "2026-02-01").Read();
        Assert.Equal(2, content.Orders.Count);
        Assert.Equal(2, content.Reasons["the date cannot be read"]);
    }

    [Fact]
    public void A_format_with_names_or_times_is_followed_to_the_letter()
    {
        var file = Whens("26_01_31 2215");
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 22, 15, 0, TimeSpan.Zero), (file with { Options = file.Options with { DateFormat = "yy_MM_dd HHmm" } }).Read().Order.PlacedAt);
        Assert.Contains("does not say", (file with { Options = file.Options with { DateFormat = "HH:mm" } }).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_instant_is_read_back_in_every_form()
    {
        string[] forms = ["yyyy-MM-dd HH:mm:ss", "dd-MM-yyyy HH:mm:ss", "MM/dd/yyyy hh:mm:ss tt", "d MMM yyyy HH:mm:ss", "yyyyMMddHHmmss", "dd.MM.yyyy H:mm:ss"];
        Gen.Select(Gen.Int[0, 20_000], Gen.Int[0, 86_399], Gen.Int[0, forms.Length - 1]).Sample((day, second, at) =>
        {
            var local = new DateTime(1990, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddDays(day).AddSeconds(second);
            var text = local.ToString(forms[at], CultureInfo.InvariantCulture);
            var reader = new DateReader(forms[at].StartsWith('M') ? DayOrder.MonthFirst : DayOrder.DayFirst, null, DateTimeZone.Utc);
            Assert.True(reader.TryRead(text, out var read), text);
            Assert.Equal(new DateTimeOffset(local, TimeSpan.Zero), read);
        });
    }

    [Theory]
    [InlineData("EIRE", "IE")]
    [InlineData("RSA", "ZA")]
    [InlineData("USA", "US")]
    [InlineData("Channel Islands", "JE")]
    [InlineData("Unspecified", null)]
    [InlineData("European Community", null)]
    [InlineData("السعودية", "SA")]
    [InlineData("danmark", "DK")]
    [InlineData("gb", "GB")]
    public void Country_names_become_ISO_codes(string name, string? code) => Assert.Equal(code, Countries.Code(name));
}
