using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;

namespace Comeback.Hosting;

/// <summary>
/// Structured logs (one JSON object a line) on standard error, so that standard output stays ours. No query string and no header reaches them;
/// what the framework would log of a request is off. Of an exception they keep kind, code and place, not its text, which may hold what a person typed.
/// </summary>
internal static partial class Logs
{
    /// <summary>How a line is written, whoever takes it.</summary>
    public static readonly ITextFormatter Lines = new DiscreetLines();

    public static void AddLogs(this IHostApplicationBuilder builder, bool verb)
    {
        var level = Enum.TryParse<LogEventLevel>(builder.Configuration["Comeback:LogLevel"], ignoreCase: true, out var chosen)
            ? chosen
            : verb || builder.Environment.IsDevelopment() ? LogEventLevel.Warning : LogEventLevel.Information;
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog((services, logger) => logger
            .ReadFrom.Services(services)
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
            .WriteTo.Console(Lines, standardErrorFromLevel: LogEventLevel.Verbose));
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

    /// <summary>The last gate: an exception without its text, and no address or phone number whoever put it in.</summary>
    private sealed class DiscreetLines : ITextFormatter
    {
        private readonly RenderedCompactJsonFormatter inner = new();

        public void Format(LogEvent logEvent, TextWriter output)
        {
            if (logEvent.Exception is { } exception)
            {
                logEvent = new LogEvent(logEvent.Timestamp, logEvent.Level, new WithoutText(exception), logEvent.MessageTemplate,
                    logEvent.Properties.Select(p => new LogEventProperty(p.Key, p.Value)), logEvent.TraceId ?? default, logEvent.SpanId ?? default);
            }
            using var line = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
            inner.Format(logEvent, line);
            output.Write(Phone().Replace(Address().Replace(line.ToString(), "(address)"), "(phone)"));
        }
    }

    // SQLite's texts name tables and columns, never a value; PostgreSQL's and everybody else's may.
    /// <summary>Kind, code and place of a failure and of what caused it; enough to find it, nothing of whom it concerned.</summary>
    private sealed class WithoutText(Exception exception) : Exception("", null)
    {
        public override string ToString()
        {
            var text = new System.Text.StringBuilder();
            for (var e = exception; e is not null; e = e.InnerException)
            {
                text.Append(e.GetType().FullName).Append(e switch
                {
                    Microsoft.Data.Sqlite.SqliteException sqlite => $" {sqlite.SqliteExtendedErrorCode} {sqlite.Message}",
                    Npgsql.PostgresException postgres => $" {postgres.SqlState} {postgres.TableName} {postgres.ConstraintName}",
                    System.Net.Sockets.SocketException socket => $" {socket.SocketErrorCode}",
                    MailKit.Net.Smtp.SmtpCommandException smtp => $" {smtp.StatusCode}",
                    IOException io => $" 0x{io.HResult:X8}",
                    _ => "",
                }).Append('\n').Append(e.StackTrace).Append('\n');
            }
            return text.ToString();
        }
    }

    [System.Text.RegularExpressions.GeneratedRegex("[^\\s\"'<>(){},;:=/\\\\]+@[^\\s\"'<>(){},;:=/\\\\]+\\.[^\\s\"'<>(){},;:=/\\\\.]+", System.Text.RegularExpressions.RegexOptions.None, 1000)]
    private static partial System.Text.RegularExpressions.Regex Address();

    [System.Text.RegularExpressions.GeneratedRegex("(?<![0-9A-Za-z:.])\\+[0-9]{7,15}(?![0-9:])", System.Text.RegularExpressions.RegexOptions.None, 1000)]
    private static partial System.Text.RegularExpressions.Regex Phone();
}
