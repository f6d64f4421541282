using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Comeback.Hosting;
using Comeback.Sync;
using Spectre.Console;

namespace Comeback.Cli;

/// <summary><c>stores [--json]</c>: each store with what it holds.</summary>
internal static class StoresVerb
{
    public static Command Create(VerbHost host)
    {
        var json = new Option<bool>("--json") { Description = "Print only a JSON array" };
        var verb = new Command("stores", "List the stores with their counts of orders, order lines, customers, products, carts and events") { json };
        verb.SetAction((words, stop) => host.RunAsync((services, ct) => RunAsync(host, services, words.GetValue(json), ct), stop));
        return verb;
    }

    private static async Task RunAsync(VerbHost host, IServiceProvider services, bool json, CancellationToken ct)
    {
        var stores = await services.GetRequiredService<StoreCounts>().AllAsync(ct).ConfigureAwait(false);
        if (json)
        {
            await host.Out.WriteLineAsync(JsonSerializer.Serialize(stores, new JsonSerializerOptions(Json.Options) { WriteIndented = true })).ConfigureAwait(false);
            return;
        }
        if (stores.Count == 0)
        {
            await host.Out.WriteLineAsync("There is no store yet: import FILE --store NAME makes one.").ConfigureAwait(false);
            return;
        }
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var name in (string[])["Store", "Platform", "Currency", "Time zone"]) table.AddColumn(name);
        foreach (var name in (string[])["Orders", "Order lines", "Customers", "Products", "Carts", "Events"]) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var s in stores)
        {
            string[] cells = [s.Name, s.Platform.ToString(), s.Currency, s.TimeZone, .. ((long[])[s.Orders, s.OrderLines, s.Customers, s.Products, s.Carts, s.Events])
                .Select(n => n.ToString("N0", CultureInfo.InvariantCulture))];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Out), Interactive = InteractionSupport.No });
        // Not to be folded into columns of three letters where the output is a file.
        console.Profile.Width = Math.Max(console.Profile.Width, 160);
        console.Write(table);
    }
}
