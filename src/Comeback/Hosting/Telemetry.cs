using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Comeback.Hosting;

/// <summary>
/// What can be counted from outside, all under the name "Comeback": numbers and names of things, never a person, an address or a text. Nothing
/// listens unless <c>Comeback:Telemetry</c> is true; then it goes by OTLP where the standard <c>OTEL_*</c> variables say.
/// </summary>
internal static class Telemetry
{
    public const string Name = "Comeback";

    public static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Records = Meter.CreateCounter<long>("comeback.records", "{record}", "Records that changed something, and those that did not");
    private static readonly Counter<long> Moves = Meter.CreateCounter<long>("comeback.memberships", "{move}", "Entries into and leaves from segments");
    private static readonly Counter<long> Messages = Meter.CreateCounter<long>("comeback.messages", "{message}", "Messages handed to a channel, by what became of them");
    private static readonly Counter<long> Skips = Meter.CreateCounter<long>("comeback.skips", "{decision}", "Decisions against a message, by reason");
    private static readonly Counter<long> ImportRows = Meter.CreateCounter<long>("comeback.import.rows", "{row}", "Rows of imported files, read and rejected");

    public static void RecordsWritten(int written, int unchanged)
    {
        if (written > 0) Records.Add(written, new KeyValuePair<string, object?>("outcome", "written"));
        if (unchanged > 0) Records.Add(unchanged, new KeyValuePair<string, object?>("outcome", "unchanged"));
    }

    public static void Moved(int entered, int left)
    {
        if (entered > 0) Moves.Add(entered, new KeyValuePair<string, object?>("move", "entered"));
        if (left > 0) Moves.Add(left, new KeyValuePair<string, object?>("move", "left"));
    }

    public static void HandedOver(string channel, string outcome) =>
        Messages.Add(1, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("outcome", outcome));

    public static void Skipped(string reason) => Skips.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void Imported(long read, long rejected)
    {
        if (read > 0) ImportRows.Add(read, new KeyValuePair<string, object?>("outcome", "read"));
        if (rejected > 0) ImportRows.Add(rejected, new KeyValuePair<string, object?>("outcome", "rejected"));
    }

    public static void AddTelemetry(this WebApplicationBuilder builder, ComebackOptions options)
    {
        if (!options.Telemetry) return;
        // The framework's own spans are left out: they carry paths, and links carry their token in the path. Its metrics know routes only.
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("comeback", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString()))
            .WithMetrics(metrics => metrics.AddMeter(Name, "Microsoft.AspNetCore.Hosting", "System.Runtime").AddOtlpExporter(ToOperatorsCollector))
            .WithTracing(traces => traces.AddSource(Name).AddOtlpExporter(ToOperatorsCollector));
    }

#pragma warning disable RS0030 // The collector's address is the operator's own setting and mostly on this machine, where our guard lets nobody go.
    private static void ToOperatorsCollector(OtlpExporterOptions exporter) =>
        exporter.HttpClientFactory = () => new HttpClient { Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds) };
#pragma warning restore RS0030
}
