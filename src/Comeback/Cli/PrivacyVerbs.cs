using System.CommandLine;
using Comeback.Engine;
using Comeback.Install;
using Comeback.Privacy;

namespace Comeback.Cli;

/// <summary><c>data-request</c>: everything about one person as a JSON file.</summary>
internal static class DataRequestVerb
{
    public static Command Create(VerbHost host)
    {
        var store = PersonOptions.Store();
        var customer = PersonOptions.Customer();
        var output = new Option<FileInfo?>("--out") { Description = "File to write, readable by its owner only; standard output without it" };
        var verb = new Command("data-request", "Everything that is kept about one customer, as JSON") { store, customer, output };
        verb.SetAction((words, stop) => host.RunAsync(async (services, ct) =>
        {
            var (at, id) = await PersonOptions.FindAsync(services, words.GetRequiredValue(store), words.GetRequiredValue(customer), ct).ConfigureAwait(false);
            var json = await services.GetRequiredService<DataRequest>().ReadAsync(at, id, "verb", ct).ConfigureAwait(false);
            if (words.GetValue(output) is not { } file)
            {
                await host.Out.WriteLineAsync(System.Text.Encoding.UTF8.GetString(json)).ConfigureAwait(false);
                return;
            }
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var stream = new FileStream(file.FullName, options);
            await stream.WriteAsync(json, ct).ConfigureAwait(false);
            await host.Out.WriteLineAsync($"Written to {file.FullName}.").ConfigureAwait(false);
        }, stop));
        return verb;
    }
}

/// <summary><c>erase</c>: forgets one person everywhere.</summary>
internal static class EraseVerb
{
    public static Command Create(VerbHost host)
    {
        var store = PersonOptions.Store();
        var customer = PersonOptions.Customer();
        var verb = new Command("erase", "Forget one customer everywhere; their orders stay as the store's books, without a person") { store, customer };
        verb.SetAction((words, stop) => host.RunAsync(async (services, ct) =>
        {
            var (at, id) = await PersonOptions.FindAsync(services, words.GetRequiredValue(store), words.GetRequiredValue(customer), ct).ConfigureAwait(false);
            var done = await services.GetRequiredService<Erasure>().EraseAsync(at, id, "verb", ct).ConfigureAwait(false);
            await host.Out.WriteLineAsync($"Customer {done.Customer} is forgotten ({done.Bodies} deliveries and {done.Files} files with it). An import will not bring them back into mailings.").ConfigureAwait(false);
        }, stop));
        return verb;
    }
}

/// <summary>How a person is named on the command line.</summary>
internal static class PersonOptions
{
    public static Option<string> Store() => new("--store") { Description = "Name of the store", Required = true };

    public static Option<string> Customer() => new("--customer") { Description = "E-mail address, phone number or id", Required = true };

    public static async Task<(StoreId Store, CustomerId Customer)> FindAsync(IServiceProvider services, string store, string customer, CancellationToken ct)
    {
        var at = await services.GetRequiredService<StoreList>().FindAsync(store, ct).ConfigureAwait(false);
        return (at, await services.GetRequiredService<People>().FindAsync(at, customer, ct).ConfigureAwait(false));
    }
}
