using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Comeback.Facts;
using Comeback.Segments;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Cli;

/// <summary><c>segments</c>: the segments of a store today or on a day of the past, any definition, and why one customer is in it or not.</summary>
internal static class SegmentsVerb
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(VerbHost host)
    {
        var store = new Option<string>("--store") { Description = "The store's name", Required = true };
        var asOf = new Option<string?>("--as-of") { Description = "A day such as 2011-12-10: today is that day, later rows are ignored" };
        var json = new Option<bool>("--json") { Description = "Print only JSON" };
        var query = new Option<string?>("--query") { Description = "A definition in the segment language: how many fit it" };
        var explain = new Option<string?>("--explain") { Description = "A customer (account id, e-mail address or our id): why they fit the --query or not" };
        var verb = new Command("segments", "Show the segments of a store: how many customers, what they spent, their share of revenue") { store, asOf, json, query, explain };
        var files = new DefinitionFiles();
        files.AddTo(verb);
        verb.SetAction((parsed, stop) => host.RunAsync(async (services, ct) =>
        {
            var databases = services.GetRequiredService<Databases>();
            var day = parsed.GetValue(asOf) is { } text ? SegmentReport.Day(text) : (DateOnly?)null;
            var id = await SegmentReport.StoreAsync(databases, parsed.GetValue(store)!, ct).ConfigureAwait(false);
            if (await files.RunAsync(parsed, host, services, id, ct).ConfigureAwait(false)) return;
            var asked = parsed.GetValue(query);
            if (asked is not null && SegmentLanguage.Parse(asked) is { Ok: false } wrong) throw new UserError(Sentence(wrong.Errors));
            var report = await SegmentReport.ReadAsync(
                databases, services.GetRequiredService<ColumnCache>(), services.GetRequiredService<StoreClocks>(), id, day, asked, ct).ConfigureAwait(false);
            if (asked is not null && report.Set.Problems.TryGetValue(SegmentReport.Asked, out var problems)) throw new UserError(Sentence(problems));
            if (parsed.GetValue(explain) is { } customer)
                await ExplainAsync(host, report, await OrdinalAsync(databases, id, report, customer, ct).ConfigureAwait(false), asked, parsed.GetValue(json)).ConfigureAwait(false);
            else if (asked is not null) await CountAsync(host, report, asked, parsed.GetValue(json)).ConfigureAwait(false);
            else await host.Out.WriteAsync(parsed.GetValue(json) ? Json(report) : Table(report)).ConfigureAwait(false);
        }, stop));
        return verb;
    }

    private static string Sentence(IReadOnlyList<SegmentError> errors)
    {
        var first = errors[0];
        var expected = first.DidYouMean is null && first.Expected.Count > 0 ? $" Expected: {string.Join(", ", first.Expected.Take(8))}." : "";
        return $"The definition is wrong at {first}{expected}";
    }

    private static Task CountAsync(VerbHost host, SegmentReport report, string asked, bool json)
    {
        var members = report.Set.Members(SegmentReport.Asked);
        var normalised = SegmentLanguage.Parse(asked).Text ?? asked;
        var missing = report.Set.Missing(SegmentReport.Asked);
        return host.Out.WriteLineAsync(json
            ? Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("customers", members.Count);
                writer.WriteString("query", normalised);
                if (missing.Count > 0)
                {
                    writer.WriteStartArray("noData");
                    foreach (var part in missing) writer.WriteStringValue(part);
                    writer.WriteEndArray();
                }
                writer.WriteEndObject();
            })
            : string.Create(CultureInfo.InvariantCulture, $"{members.Count:N0} customers, {report.AmountOf(members)}: {normalised}{string.Concat(missing.Select(part => $"\nThis store has no such data: {part}"))}"));
    }

    private static string Json(SegmentReport report) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var line in report.Segments.Select(report.Line))
        {
            writer.WriteStartObject();
            writer.WriteString("key", line.Key);
            writer.WriteString("name", line.Name);
            writer.WriteNumber("customers", line.Customers);
            writer.WriteString("amountSpent", line.AmountSpent.ToDecimalString());
            writer.WriteString("currency", line.AmountSpent.Currency.Code);
            writer.WriteNumber("share", Math.Round(line.Share, 6));
            writer.WriteBoolean("noData", line.NoData);
            if (line.Error is not null) writer.WriteString("error", line.Error);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }) + Environment.NewLine;

    private static string Table(SegmentReport report)
    {
        var rows = new List<string[]> { new[] { "key", "name", "customers", $"amount spent, {report.Currency.Code}", "share of revenue" } };
        foreach (var line in report.Segments.Select(report.Line))
        {
            rows.Add(line.Error is not null || line.NoData
                ? [line.Key, line.Name, line.Error is null ? "no data" : "error", "", ""]
                : [
                    line.Key, line.Name, line.Customers.ToString("N0", CultureInfo.InvariantCulture),
                    line.AmountSpent.ToDecimal().ToString("N" + line.AmountSpent.Currency.Digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
                    (line.Share * 100).ToString("F2", CultureInfo.InvariantCulture) + " %",
                ]);
        }
        var widths = Enumerable.Range(0, 5).Select(c => rows.Max(r => r[c].Length)).ToArray();
        var text = new StringBuilder();
        for (var r = 0; r < rows.Count; r++)
        {
            text.AppendJoin("  ", rows[r].Select((cell, c) => c < 2 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).AppendLine();
            if (r == 0) text.AppendJoin("  ", widths.Select(w => new string('-', w))).AppendLine();
        }
        return text.ToString();
    }

    private static async Task<int> OrdinalAsync(Databases databases, StoreId store, SegmentReport report, string customer, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var email = customer.Trim().ToLowerInvariant();
        var number = long.TryParse(customer, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;
        var rows = await db.Customers.Where(c => !c.Deleted && c.MergedInto == null && (c.AccountId == customer || c.Email == email || c.Id == new CustomerId(number)))
            .Select(c => new { c.AccountId, c.Email, c.Ordinal }).ToListAsync(ct).ConfigureAwait(false);
        // An account id may look like one of our ids: the merchant's own word goes first.
        var found = rows.Find(c => c.AccountId == customer) ?? rows.Find(c => c.Email == email) ?? rows.FirstOrDefault();
        return found is not null && report.Columns.Exists(found.Ordinal)
            ? found.Ordinal
            : throw new UserError("There is no such customer in this store: give their account id, e-mail address or the id that the admin shows.", UserErrorKind.NotFound);
    }

    private static async Task ExplainAsync(VerbHost host, SegmentReport report, int ordinal, string? asked, bool json)
    {
        var keys = asked is not null ? [SegmentReport.Asked] : report.Segments.Select(s => s.Key).Where(k => report.Problem(k) is null).ToList();
        if (json)
        {
            var text = asked is not null
                ? JsonSerializer.Serialize(report.Set.Explain(keys[0], ordinal), Hosting.Json.Options)
                : JsonSerializer.Serialize(keys.ToDictionary(k => k, k => report.Set.Explain(k, ordinal), StringComparer.Ordinal), Hosting.Json.Options);
            await host.Out.WriteLineAsync(text).ConfigureAwait(false);
            return;
        }
        foreach (var key in keys)
        {
            var tree = report.Set.Explain(key, ordinal);
            if (asked is null) await host.Out.WriteLineAsync($"{key}: {(tree.Truth ? "in" : "not in")}").ConfigureAwait(false);
            await TreeAsync(host.Out, tree, asked is null ? 1 : 0).ConfigureAwait(false);
            if (tree is { Truth: true, LeavesAt: { } leaves })
                await host.Out.WriteLineAsync($"  leaves at {leaves.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)} if nothing else happens").ConfigureAwait(false);
        }
    }

    private static async Task TreeAsync(TextWriter output, Explanation tree, int depth)
    {
        var witness = tree.Witness is null ? "" : $"  ({tree.Witness})";
        await output.WriteLineAsync($"{new string(' ', depth * 2)}{(tree.Truth ? "yes" : "no ")}  {tree.Text}{witness}").ConfigureAwait(false);
        foreach (var child in tree.Children) await TreeAsync(output, child, depth + 1).ConfigureAwait(false);
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable)) write(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
