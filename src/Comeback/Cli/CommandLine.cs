namespace Comeback.Cli;

/// <summary>The verbs of the command line; without one, the service runs.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, Func<WebApplicationBuilder, WebApplication> serve)
    {
        var app = serve(WebApplication.CreateBuilder(args));
        await app.RunAsync().ConfigureAwait(false);
        return 0;
    }
}
