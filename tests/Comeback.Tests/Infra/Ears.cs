using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Comeback.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Serilog.Core;
using Serilog.Events;

namespace Comeback.Tests.Infra;

/// <summary>
/// Hears all that a running service says of itself: each log line as it is written out, each span and each metric as an exporter would get it.
/// Hand <see cref="Attach"/> to the start, with the settings <see cref="Settings"/>.
/// </summary>
internal sealed class Ears
{
    public static readonly string[] Settings = ["--Comeback:LogLevel=Trace", "--Comeback:Telemetry=true"];

    public ConcurrentQueue<string> Lines { get; } = new();
    public ConcurrentQueue<string> Spans { get; } = new();
    public ConcurrentQueue<string> Metrics { get; } = new();

    public void Attach(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ILogEventSink>(new Sink(this));
        builder.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddProcessor(new SpanEar(this)));
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddReader(new BaseExportingMetricReader(new MetricEar(this))));
    }

    /// <summary>Everything heard so far that holds one of the texts, with the text in front.</summary>
    public List<string> Holding(IReadOnlyCollection<string> texts) =>
        [.. Lines.Concat(Spans).Concat(Metrics).SelectMany(line => texts.Where(t => line.Contains(t, StringComparison.OrdinalIgnoreCase)).Select(t => $"[{t}] {line}"))];

    private sealed class Sink(Ears ears) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            using var line = new StringWriter(CultureInfo.InvariantCulture);
            Logs.Lines.Format(logEvent, line);
            ears.Lines.Enqueue(line.ToString());
        }
    }

    private sealed class SpanEar(Ears ears) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            var events = data.Events.SelectMany(e => e.Tags.Select(t => $"{t.Key}={t.Value}").Prepend(e.Name));
            ears.Spans.Enqueue(string.Join(' ', [data.Source.Name, data.DisplayName, data.StatusDescription ?? "", .. data.TagObjects.Select(t => $"{t.Key}={t.Value}"), .. events]));
        }
    }

    private sealed class MetricEar(Ears ears) : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    var tags = new List<string>();
                    foreach (var tag in point.Tags) tags.Add($"{tag.Key}={tag.Value}");
                    ears.Metrics.Enqueue($"{metric.MeterName} {metric.Name} {string.Join(' ', tags)}");
                }
            }
            return ExportResult.Success;
        }
    }
}
