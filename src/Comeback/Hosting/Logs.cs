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
    /// <summary>How a line is written, whoever takes it: standard error, or a sink that was registered in its place.</summary>
    public static readonly ITextFormatter Lines = new DiscreetLines();

    public static void AddLogs(this IHostApplicationBuilder builder, bool verb)
    {
        var level = LevelOf(builder.Configuration["Comeback:LogLevel"])
            ?? (verb || builder.Environment.IsDevelopment() ? LogEventLevel.Warning : LogEventLevel.Information);
        // Whoever asks for a trace gets the frameworks' lines too, through the same gate; otherwise they speak of trouble only.
        var frameworks = level == LogEventLevel.Verbose ? level : LogEventLevel.Warning;
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog((services, logger) => (services.GetService<ILogEventSink>() is { } other
                ? logger.WriteTo.Sink(other)
                : logger.WriteTo.Console(Lines, standardErrorFromLevel: LogEventLevel.Verbose))
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", frameworks)
            .MinimumLevel.Override("System", frameworks)
            .MinimumLevel.Override("Quartz", frameworks)
            .MinimumLevel.Override("Npgsql", frameworks)
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", level == LogEventLevel.Verbose ? level : LogEventLevel.Error)
            .MinimumLevel.Override("Comeback.Hosting.OperatorAuthentication", LogEventLevel.Warning)
            // It quotes what it could not read: a name, an address.
            .MinimumLevel.Override("Microsoft.AspNetCore.Http.RequestDelegateGenerator", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.AspNetCore.Http.RequestDelegateFactory", LogEventLevel.Warning)
            // A ring that does not open is said in one sentence at start.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Fatal)
            // A failed start is said in one sentence by the command line.
            .Filter.ByExcluding(line => line.MessageTemplate.Text == "Hosting failed to start")
            .Enrich.With(new WithoutPeople()),
            // The static logger is the process's: with two hosts in one, each would write into the other's.
            preserveStaticLogger: true);
    }

    /// <summary>Everything that can be said is asked for.</summary>
    public static bool Trace(IConfiguration configuration) => LevelOf(configuration["Comeback:LogLevel"]) == LogEventLevel.Verbose;

    /// <summary>Trace to Fatal, in the words of .NET or of Serilog.</summary>
    private static LogEventLevel? LevelOf(string? word) => word?.ToUpperInvariant() switch
    {
        "TRACE" => LogEventLevel.Verbose,
        "CRITICAL" => LogEventLevel.Fatal,
        _ => Enum.TryParse<LogEventLevel>(word, ignoreCase: true, out var level) ? level : null,
    };

    /// <summary>
    /// Takes out what names somebody or lets somebody in: the path of a request, since links carry their token in it and anybody can write a name into
    /// it, and any value whose name says that it is a person's or a secret.
    /// </summary>
    private sealed class WithoutPeople : ILogEventEnricher
    {
        private static readonly string[] Gone = ["RequestPath", "QueryString", "ConnectionId"];
        private static readonly string[] Personal =
            ["Name", "FirstName", "LastName", "FullName", "CustomerName", "Email", "Phone", "Address", "Recipient", "Subject", "Search", "Wording", "Birthday", "BirthDate", "Path", "Uri", "Url"];
        private static readonly string[] Secret = ["Token", "Secret", "Password", "Key", "ApiKey", "Cookie", "Authorization"];
        private static readonly HashSet<string> Masked = new([.. Personal, .. Secret], StringComparer.OrdinalIgnoreCase);
        private static readonly ScalarValue Mask = new("(hidden)");

        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            foreach (var name in Gone) logEvent.RemovePropertyIfPresent(name);
            List<string>? hidden = null;
            foreach (var (name, value) in logEvent.Properties)
                // Numbers are ids and counts.
                if (Masked.Contains(name) && value is not ScalarValue { Value: long or int or null }) (hidden ??= []).Add(name);
            foreach (var name in hidden ?? []) logEvent.AddOrUpdateProperty(new LogEventProperty(name, Mask));
        }
    }

    /// <summary>The last gate: an exception without its text, and no address, phone number, query or token of a link, whoever put it in.</summary>
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
            output.Write(Link().Replace(Query().Replace(Phone().Replace(Address().Replace(line.ToString(), "(address)"), "(phone)"), "?(query)"), "/${door}/(token)"));
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

    // Of a path only: a question mark in SQL or prose stands before a space, a quotation mark or the end.
    [System.Text.RegularExpressions.GeneratedRegex("(?<=[A-Za-z0-9_/~-])\\?[A-Za-z0-9_%.~-]+=[^\\s\"]*", System.Text.RegularExpressions.RegexOptions.None, 1000)]
    private static partial System.Text.RegularExpressions.Regex Query();

    [System.Text.RegularExpressions.GeneratedRegex("/(?<door>c|o|u|sign-in)/(?!\\{)[^\\s\"'?]+", System.Text.RegularExpressions.RegexOptions.None, 1000)]
    private static partial System.Text.RegularExpressions.Regex Link();
}
