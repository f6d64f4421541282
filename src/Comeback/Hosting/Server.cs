using System.Net.Sockets;
using Comeback.Cli;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Comeback.Hosting;

/// <summary>Builds, prepares and runs the service: settings, lock, migrations, routes, then the first lines that a merchant reads.</summary>
internal static class Server
{
    /// <summary>Serves until it is told to stop.</summary>
    public static async Task<int> RunAsync(VerbHost host, CancellationToken stop)
    {
        var app = await StartAsync(host.Settings, adjust: null, stop).ConfigureAwait(false);
        await using (app.ConfigureAwait(false))
        {
            await GreetAsync(app, host.Out).ConfigureAwait(false);
            await app.WaitForShutdownAsync(stop).ConfigureAwait(false);
            return 0;
        }
    }

    /// <summary>Starts the whole service; tests use it with port 0 and their own clock.</summary>
    public static async Task<WebApplication> StartAsync(string[] settings, Action<WebApplicationBuilder>? adjust, CancellationToken stop)
    {
        var app = Build(settings, verb: false, adjust);
        try
        {
            app.Services.GetRequiredService<ServingLock>().Take();
            await PrepareAsync(app.Services, stop).ConfigureAwait(false);
            Program.Map(app);
            await app.StartAsync(stop).ConfigureAwait(false);
            return app;
        }
        catch (IOException problem) when (problem.InnerException is AddressInUseException)
        {
            var urls = string.Join(" or ", app.Services.GetRequiredService<ComebackOptions>().Urls);
            await app.DisposeAsync().ConfigureAwait(false);
            throw new UserError($"Another program already listens on {urls}: stop it, or choose another address with --Comeback:Urls=http://localhost:5081.",
                inner: problem);
        }
        catch (SocketException problem)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new UserError($"Cannot listen there ({problem.Message}): choose another address with the setting Comeback:Urls.", inner: problem);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The container with every stage; nothing runs yet.</summary>
    public static WebApplication Build(string[] settings, bool verb, Action<WebApplicationBuilder>? adjust = null)
    {
        // Settings files lie beside the program: the caller's folder may be any, and watching it could mean watching a whole disk.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. settings],
        });
        builder.Services.AddSingleton(new HostMode(verb));
        Program.Add(builder);
        adjust?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>What must hold before anything is read or written: the data folder, the schema, the key ring.</summary>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken stop)
    {
        var folder = services.GetRequiredService<ComebackOptions>().Data;
        if (File.Exists(folder)) throw new UserError($"The data folder {folder} is a file: choose another with the setting Comeback:Data.");
        Directory.CreateDirectory(folder);
        await services.GetRequiredService<Migrator>().MigrateAsync(stop).ConfigureAwait(false);
        await KeyRing.OpenAsync(services, stop).ConfigureAwait(false);
    }

    private static async Task GreetAsync(WebApplication app, TextWriter output)
    {
        var options = app.Services.GetRequiredService<ComebackOptions>();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await output.WriteLineAsync($"Comeback is running at {address}").ConfigureAwait(false);
        await output.WriteLineAsync(options is { Development: true, LoopbackOnly: true }
            ? $"  Open {address}/admin in a browser on this machine."
            : $"  Print a sign-in link with the verb sign-in, then open {options.PublicUrl}admin.").ConfigureAwait(false);
        await output.WriteLineAsync("  Import your orders there, or with: import FILE --store NAME").ConfigureAwait(false);
        await output.WriteLineAsync($"  Data folder: {options.Data}. Stop with Ctrl+C.").ConfigureAwait(false);
    }
}

/// <summary>Whether this process serves or runs one verb.</summary>
internal sealed record HostMode(bool Verb);
