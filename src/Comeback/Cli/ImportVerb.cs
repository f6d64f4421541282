using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Comeback.Engine;
using Comeback.Stores.Csv;
using Comeback.Sync;
using Spectre.Console;

namespace Comeback.Cli;

/// <summary><c>import FILE --store NAME</c>: a merchant's order history, with a progress bar and a table of what came in and what was left out.</summary>
internal static class ImportVerb
{
    public static Command Create(VerbHost host)
    {
        var file = new Argument<string>("FILE") { Description = "Order export of Shopify or WooCommerce, UCI Online Retail, or any CSV with --map; plain or .gz" };
        var store = new Option<string>("--store") { Description = "Name of the store; it is made when there is none", Required = true };
        var currency = new Option<string?>("--currency") { Description = "Currency of the store, such as GBP (needed for a new store when the file does not name one)" };
        var zone = new Option<string?>("--time-zone") { Description = "Time zone of the store and of the file's dates, such as Europe/London (a new store's default is UTC)" };
        var map = new Option<string[]>("--map") { Description = "What the columns mean, when the header is not known: order=Ref,date=When,email=Mail,total=Sum" };
        var dateFormat = new Option<string?>("--date-format") { Description = "Form of the dates where the file leaves it open, such as dd/MM/yyyy" };
        var mark = new Option<string?>("--decimal") { Description = "point or comma, where the file leaves it open" };
        var verb = new Command("import", "Import an order history; importing a file twice changes nothing") { file, store, currency, zone, map, dateFormat, mark };
        verb.SetAction((words, stop) =>
        {
            var path = words.GetValue(file)!;
            var options = new OrderFileOptions
            {
                Mapping = ImportMapping.Parse(words.GetValue(map) ?? []),
                DateFormat = words.GetValue(dateFormat),
                DecimalMark = ImportMapping.Mark(words.GetValue(mark)),
            };
            var request = ImportRequest.Create(
                Path.GetFileName(path), Opener(path), new FileInfo(path).Length, words.GetValue(store)!, words.GetValue(currency), words.GetValue(zone), options);
            return host.RunAsync((services, ct) => RunAsync(host, services, request, ct), stop);
        });
        return verb;
    }

    private static async Task RunAsync(VerbHost host, IServiceProvider services, ImportRequest request, CancellationToken ct)
    {
        var job = services.GetRequiredService<ImportJob>();
        var watch = Stopwatch.StartNew();
        ImportResult? result = null;
        await WithBarAsync(host, request, async progress =>
        {
            var started = await job.StartAsync(request, progress, ct).ConfigureAwait(false);
            result = await job.RunAsync(started, progress, ct).ConfigureAwait(false);
        }).ConfigureAwait(false);
        Report(host, result!, watch.Elapsed);
    }

    // A bar only where somebody watches; a log file gets none.
    private static async Task WithBarAsync(VerbHost host, ImportRequest request, Func<IProgress<ImportProgress>?, Task> work)
    {
        if (!ReferenceEquals(host.Error, Console.Error) || Console.IsErrorRedirected)
        {
            await work(null).ConfigureAwait(false);
            return;
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Error) });
        await console.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async bars =>
        {
            var look = bars.AddTask("Looking the file over", maxValue: Math.Max(1, request.Bytes));
            var write = bars.AddTask("Writing", autoStart: false, maxValue: Math.Max(1, request.Bytes));
            await work(new Bar(look, write)).ConfigureAwait(false);
            (look.Value, write.Value) = (look.MaxValue, write.MaxValue);
        }).ConfigureAwait(false);
    }

    private static void Report(VerbHost host, ImportResult result, TimeSpan took)
    {
        var culture = CultureInfo.InvariantCulture;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Out), Interactive = InteractionSupport.No });
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(result.Layout)) };
        table.AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
        Row("Rows", result.Rows.ToString("N0", culture));
        Row("Orders", result.Orders.ToString("N0", culture));
        Row("Order lines", result.Lines.ToString("N0", culture));
        if (result.Refunds > 0) Row("Refunds without an order", result.Refunds.ToString("N0", culture));
        Row("New or changed", result.Changed.ToString("N0", culture));
        Row("Rows left out", result.Rejected.ToString("N0", culture));
        foreach (var (reason, count) in result.RejectsByReason.OrderByDescending(r => r.Value)) Row("  " + reason, count.ToString("N0", culture));
        Row("Seconds", took.TotalSeconds.ToString("N1", culture));
        Row("Rows a second", (result.Rows / Math.Max(0.001, took.TotalSeconds)).ToString("N0", culture));
        console.Write(table);
        host.Out.WriteLine($"{(result.NewStore ? "New store" : "Store")} with its money in {result.Currency}, dates in {result.TimeZone}.");
        // Orders keep what was read of them first, so a second reading does not surely mend the first.
        if (result.NewStore)
            host.Out.WriteLine("Is the money, the time zone or a column wrong? Import the file again with --store and another name; a second import into this one does not mend it.");
        if (result.RejectsFile is { } rejects) host.Out.WriteLine($"The rows left out, each with its line and reason: {rejects}");

        void Row(string name, string value) => table.AddRow(Markup.Escape(name), Markup.Escape(value));
    }

    private static Func<Stream> Opener(string path)
    {
        if (Directory.Exists(path)) throw new UserError($"{path} is a folder: name the file in it.");
        if (!File.Exists(path)) throw new UserError($"There is no file {path}: check the path.");
        // A pipe or a device may never end, and cannot be read twice.
        if (!OperatingSystem.IsWindows() && (File.GetAttributes(path) & FileAttributes.Device) != 0)
            throw new UserError($"{path} is not a regular file: save it to disk first, then import it from there.");
        return () => new FileStream(path, new FileStreamOptions { BufferSize = 128 << 10, Options = FileOptions.SequentialScan });
    }

    private sealed class Bar(ProgressTask look, ProgressTask write) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (!value.Writing)
            {
                look.Value = value.Bytes;
                return;
            }
            look.Value = look.MaxValue;
            if (!write.IsStarted) write.StartTask();
            write.Value = value.Bytes;
        }
    }
}
