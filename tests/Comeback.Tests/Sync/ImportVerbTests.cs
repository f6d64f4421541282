using System.Text.Json;
using Comeback.Cli;
using Comeback.Tests.Architecture;
using Comeback.Tests.Stores.Csv;

namespace Comeback.Tests.Sync;

/// <summary>The verbs <c>import</c> and <c>stores</c> as a merchant types them: exit 0 with a table, or 2 with one sentence.</summary>
public sealed class ImportVerbTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("comeback-verb-").FullName;

    [Fact]
    public async Task A_merchant_imports_a_file_and_sees_what_came_in_and_what_was_left_out()
    {
        var (code, output, error) = await RunAsync("import", Recorded("online-retail.csv"), "--store", "uci", "--currency", "GBP", "--time-zone", "Europe/London");
        Assert.Equal((0, ""), (code, error));
        foreach (var words in (string[])["UCI Online Retail", "Orders", "no customer", "quantity is 0 or less", "New store with its money in GBP, dates in Europe/London", "rejects"])
            Assert.Contains(words, output, StringComparison.Ordinal);

        (code, output, _) = await RunAsync("stores", "--json");
        var store = Assert.Single(JsonDocument.Parse(output).RootElement.EnumerateArray());
        Assert.Equal((0, "uci", "GBP", "Europe/London"), (code, store.GetProperty("name").GetString(), store.GetProperty("currency").GetString(), store.GetProperty("timeZone").GetString()));
        Assert.Equal([3, 7, 4, 5, 0, 0], ((string[])["orders", "orderLines", "customers", "products", "carts", "events"]).Select(n => store.GetProperty(n).GetInt32()));
    }

    [Fact]
    public async Task Whoever_gave_the_wrong_zone_or_column_is_told_the_way_out_and_it_is_one()
    {
        var file = Recorded("online-retail.csv");
        var (_, output, _) = await RunAsync("import", file, "--store", "wrong", "--currency", "GBP", "--time-zone", "Asia/Riyadh");
        Assert.Contains("Import the file again with --store and another name; a second import into this one does not mend it.", output, StringComparison.Ordinal);

        var (code, _, error) = await RunAsync("import", file, "--store", "wrong", "--currency", "GBP", "--time-zone", "Europe/London");
        Assert.Equal(2, code);
        Assert.Contains("into a store of another name", error, StringComparison.Ordinal);

        (code, output, _) = await RunAsync("import", file, "--store", "right", "--currency", "GBP", "--time-zone", "Europe/London");
        Assert.Equal(0, code);
        Assert.Contains("dates in Europe/London", output, StringComparison.Ordinal);
        (_, output, _) = await RunAsync("import", file, "--store", "right");
        Assert.DoesNotContain("another name", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_one_readable_line()
    {
        var good = Recorded("online-retail.csv");
        var zip = Write("orders.xlsx", "PK\u0003\u0004and so on");
        var undecided = Write("dates.csv", "Ref,When,Mail,Sum\n1,03/04/2026,a@b.dk,1.00\n");
        (string Words, string[] Args)[] mistakes =
        [
            ("There is no file", ["import", Path.Combine(folder, "none.csv"), "--store", "a", "--currency", "GBP"]),
            ("is a folder", ["import", folder, "--store", "a", "--currency", "GBP"]),
            ("Excel", ["import", zip, "--store", "a", "--currency", "GBP"]),
            ("not a currency", ["import", good, "--store", "a", "--currency", "POUNDS"]),
            ("--currency", ["import", good, "--store", "a"]),
            ("not a time zone", ["import", good, "--store", "a", "--currency", "GBP", "--time-zone", "Mars/North"]),
            ("is no field", ["import", undecided, "--store", "a", "--currency", "GBP", "--map", "wrong=Ref"]),
            ("--date-format", ["import", undecided, "--store", "a", "--currency", "GBP", "--map", "order=Ref,date=When,email=Mail,total=Sum"]),
            ("point or comma", ["import", good, "--store", "a", "--currency", "GBP", "--decimal", "dot"]),
            ("--store", ["import", good]),
        ];
        foreach (var (words, args) in mistakes)
        {
            var (code, output, error) = await RunAsync(args);
            Assert.Equal((2, ""), (code, output));
            Assert.Contains(words, error, StringComparison.Ordinal);
            Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        var (done, list, _) = await RunAsync("stores");
        Assert.Equal(0, done);
        Assert.Contains("no store yet", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_file_is_mapped_from_the_command_line()
    {
        var file = Write("till.csv", "Ref;When;Mail;\"Sum, all\"\n1;31-12-2025;a@b.dk;1.234,50\n2;01-01-2026;b@b.dk;7,00\n");
        var (code, output, error) = await RunAsync("import", file, "--store", "till", "--currency", "DKK", "--time-zone", "Europe/Copenhagen", "--map", "order=Ref,date=When,email=Mail,total=Sum, all");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("mapped columns", output, StringComparison.Ordinal);
        (_, output, _) = await RunAsync("stores", "--json");
        Assert.Equal(2, JsonDocument.Parse(output).RootElement[0].GetProperty("orders").GetInt32());
    }

    /// <summary>The real file where it is at hand: the numbers were counted by another program in another language.</summary>
    [Fact]
    public async Task Online_Retail_gives_what_an_independent_count_gives()
    {
        var file = Path.Combine(Repository.Shared, "data", "online-retail.csv.gz");
        Assert.SkipUnless(File.Exists(file), "Online Retail is not beside the checkout (../shared/data/online-retail.csv.gz).");
        var content = (new CsvFile(await File.ReadAllBytesAsync(file)) { Currency = "GBP", Zone = "Europe/London" }).Read();
        Assert.Equal((18_532, 397_884), (content.Orders.Count, content.Orders.Sum(o => o.Lines.Count)));
        Assert.Equal(891_140_790, content.Orders.Sum(o => o.Total.Minor));
        Assert.Equal((3_654, 61_134_209), (content.Refunds.Count, content.Refunds.Sum(r => r.Amount.Minor)));
        Assert.Equal((4_338, 4_371), (
            content.Orders.Select(o => o.Person.AccountId).Distinct().Count(),
            content.Orders.Select(o => o.Person.AccountId).Concat(content.Refunds.Select(r => r.Person.AccountId)).Distinct().Count()));
        Assert.Equal(3_659, content.Orders.SelectMany(o => o.Lines).Select(l => l.ProductExternalId).OfType<string>().Distinct().Count());
        Assert.Equal(new Dictionary<string, int> { ["no customer"] = 135_080, ["price is 0 or less"] = 40 }, content.Reasons);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Recorded(string name) => Path.Combine(Repository.Root, "tests", "Comeback.Tests", "Stores", "Csv", "Recorded", name);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(params string[] words)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.RunAsync(["--environment=Development", $"--Comeback:Data={Path.Combine(folder, "data")}", .. words], output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
