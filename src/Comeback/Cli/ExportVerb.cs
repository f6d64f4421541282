using System.CommandLine;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;
using Comeback.Segments;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Cli;

/// <summary><c>export</c>: the members of a segment as CSV on standard output.</summary>
internal static class ExportVerb
{
    public static Command Create(VerbHost host)
    {
        var store = new Option<string>("--store") { Description = "The store's name", Required = true };
        var segment = new Option<string>("--segment") { Description = "The segment's key, such as lapsed", Required = true };
        var raw = new Option<bool>("--raw") { Description = "Leave cells that a spreadsheet would run as formulas as they are" };
        var verb = new Command("export", "Write the members of a segment as CSV: export --store NAME --segment KEY > file.csv") { store, segment, raw };
        verb.SetAction((parsed, stop) => host.RunAsync(async (services, ct) =>
        {
            var databases = services.GetRequiredService<Databases>();
            var id = await SegmentReport.StoreAsync(databases, parsed.GetValue(store)!, ct).ConfigureAwait(false);
            var live = await LiveAsync(services, databases, id, ct).ConfigureAwait(false);
            var key = parsed.GetValue(segment)!;
            if (!live.Holds(key))
            {
                throw new UserError(live.Set!.Problems.TryGetValue(key, out var errors) && errors.Count > 0
                    ? $"The segment '{key}' cannot be evaluated: {errors[0]}"
                    : $"There is no segment '{key}': the verb segments lists them.", UserErrorKind.NotFound);
            }
            // The real standard output takes bytes as they come; a test's writer takes them as text.
            if (ReferenceEquals(host.Out, Console.Out))
            {
                await using var output = Console.OpenStandardOutput();
                await MemberRows.WriteAsync(databases, live, key, output, parsed.GetValue(raw), ct).ConfigureAwait(false);
                return;
            }
            using var buffer = new MemoryStream();
            await MemberRows.WriteAsync(databases, live, key, buffer, parsed.GetValue(raw), ct).ConfigureAwait(false);
            await host.Out.WriteAsync(Encoding.UTF8.GetString(buffer.ToArray())).ConfigureAwait(false);
        }, stop));
        return verb;
    }

    /// <summary>The segments evaluated now from the database; since when and why come from the memberships that the service wrote, where it has.</summary>
    private static async Task<LiveSegments> LiveAsync(IServiceProvider services, Databases databases, StoreId store, CancellationToken ct)
    {
        var facts = await services.GetRequiredService<ColumnCache>().LoadAsync(store, asOf: null, ct).ConfigureAwait(false);
        var live = new LiveSegments(facts);
        await using var db = databases.Open(store);
        var rows = await db.Segments.Where(s => !s.Deleted).Select(s => new SegmentInfo(s.Id, s.Key, s.Definition, s.Stock)).ToListAsync(ct).ConfigureAwait(false);
        var keys = rows.Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        var share = (await StockRows.SettingsAsync(databases, store, ct).ConfigureAwait(false)).VipSharePercent;
        // A store that no service has looked at yet has no rows; ids that are nobody's find no memberships.
        rows.AddRange(StockRows.Wanted(facts, share).Where(s => !keys.Contains(s.Key)).Select((s, i) => new SegmentInfo(new SegmentId(-1 - i), s.Key, s.Definition, true)));
        var now = services.GetRequiredService<StoreClocks>().Now(store);
        live.Compile(rows, now, await EntryHistory.ReadAsync(databases, store, rows.Select(r => r.Definition), now, ct).ConfigureAwait(false));
        return live;
    }
}
