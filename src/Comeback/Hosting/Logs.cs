using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Comeback.Hosting;

/// <summary>
/// Structured logs (one JSON object a line) on standard error, so that standard output stays ours. No query string and no header reaches them;
/// what the framework would log of a request is off, and a line of our own says method, route and status.
/// </summary>
internal static class Logs
{
    public static void AddLogs(this IHostApplicationBuilder builder, bool verb)
    {
        var level = Enum.TryParse<LogEventLevel>(builder.Configuration["Comeback:LogLevel"], ignoreCase: true, out var chosen)
            ? chosen
            : verb || builder.Environment.IsDevelopment() ? LogEventLevel.Warning : LogEventLevel.Information;
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(logger => logger
            .MinimumLevel.Is(level)
            // They name paths with tokens, parameters and connection strings at lower levels.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("Quartz", LogEventLevel.Warning)
            .MinimumLevel.Override("Comeback.Hosting.OperatorAuthentication", LogEventLevel.Warning)
            // A ring that does not open is said in one sentence at start.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Fatal)
            // A failed start is said in one sentence by the command line.
            .Filter.ByExcluding(line => line.MessageTemplate.Text == "Hosting failed to start")
            .Enrich.With(new WithoutRequestPaths())
            .WriteTo.Console(new RenderedCompactJsonFormatter(), standardErrorFromLevel: LogEventLevel.Verbose));
    }

    /// <summary>The framework adds the path to each line of a request; links carry their token in it.</summary>
    private sealed class WithoutRequestPaths : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            logEvent.RemovePropertyIfPresent("RequestPath");
            logEvent.RemovePropertyIfPresent("QueryString");
            logEvent.RemovePropertyIfPresent("ConnectionId");
        }
    }
}
