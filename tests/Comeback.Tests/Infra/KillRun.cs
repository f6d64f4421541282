using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Comeback.Tests.Infra;

/// <summary>What became of everybody who was to be written to while the process that wrote was killed again and again.</summary>
/// <param name="Midway">Kills of a process that had delivered to some people already, while others had theirs only from a later process.</param>
/// <param name="InHand">Kills after which the next process found messages that were being handed over.</param>
/// <param name="Lost">Neither delivered nor on record as unknown, failed or dropped: must be 0.</param>
internal sealed record KillTally(int Kills, int Midway, int InHand, int People, int DeliveredOnce, int Unknown, int UnknownThatArrived, int Doubled, int Lost)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Kills} kills ({Midway} midway, {InHand} with messages in hand), {People} people: delivered once {DeliveredOnce}, unknown {Unknown} (of which {UnknownThatArrived} had arrived), doubled {Doubled}, lost without a record {Lost}");
}

/// <summary>
/// Sends to a mail server from a process of its own, kills that process with SIGKILL at random points, starts it again, and counts at the mail
/// server and in the database. One kill in six comes at any moment after the start, while runs and texts are written; the others come once a random
/// number of people has got theirs from that process, so that they fall between claiming, handing over and settling however slow the machine is.
/// The child is this same program, told by its environment to send instead.
/// </summary>
internal static class KillRun
{
    private const string Variable = "COMEBACK_KILL_CHILD";

    /// <param name="arguments">What this program is started with to become the child.</param>
    public static async Task<KillTally> RunAsync(int kills, int peopleForEach, int seed, bool smtp, string[] arguments, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("comeback-kills-").FullName;
        await using var sink = new SmtpSink { Thinks = TimeSpan.FromMilliseconds(4) };
        try
        {
            var people = kills * peopleForEach;
            var store = await PrepareAsync(folder, people, smtp ? sink.Port : null, ct);
            // Where a process dies is up to chance, and to this seed.
            var random = new Random(seed);
            int Delivered() => smtp ? sink.Messages : Outbox(folder, store);
            var (done, inHand) = (0, 0);
            var lives = new List<(int Before, int AtKill)>();
            while (done < kills)
            {
                var ready = Path.Combine(folder, $"ready-{done}");
                var before = Delivered();
                using var child = Start(folder, store, ready, arguments);
                while (!File.Exists(ready) && !child.HasExited) await Task.Delay(5, ct);
                if (!File.Exists(ready)) throw new InvalidOperationException("The sending process did not start.");
                inHand += await FoundInHandAsync(ready, ct);
                if (done % 6 == 0) await Task.Delay(random.Next(5, 250), ct);
                else
                {
                    var enough = before + random.Next(1, peopleForEach);
                    while (Delivered() < enough && !child.HasExited) await Task.Delay(1, ct);
                    await Task.Delay(random.Next(0, 25), ct);
                }
                if (child.HasExited) break;
                child.Kill(entireProcessTree: true);
                await child.WaitForExitAsync(ct);
                lives.Add((before, Delivered()));
                done++;
            }
            var end = Path.Combine(folder, "ready-last");
            using (var last = Start(folder, store, end, arguments)) await last.WaitForExitAsync(ct);
            inHand += await FoundInHandAsync(end, ct);
            var total = Delivered();
            var tally = await CountAsync(folder, store, done, people, smtp ? sink : null, ct);
            return tally with { Midway = lives.Count(l => l.AtKill > l.Before && total > l.AtKill), InHand = inHand };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Outbox(string folder, StoreId store)
    {
        var outbox = Path.Combine(folder, "outbox", store.ToString());
        return Directory.Exists(outbox) ? Directory.EnumerateFiles(outbox, "*.eml").Count() : 0;
    }

    // The child writes how many messages it found in other hands; a failure is told in words.
    private static async Task<int> FoundInHandAsync(string ready, CancellationToken ct)
    {
        var text = await File.ReadAllTextAsync(ready, ct);
        return int.TryParse(text, CultureInfo.InvariantCulture, out var found) ? Math.Min(found, 1) : throw new InvalidOperationException(text);
    }

    /// <summary>In a process that was started to send: sends, and never comes back. Elsewhere nothing.</summary>
    internal static async Task BeTheChildAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } task) return;
        var parts = task.Split('|');
        try
        {
            Environment.Exit(await SendAsync(parts[0], new StoreId(long.Parse(parts[1], CultureInfo.InvariantCulture)), parts[2]));
        }
        catch (Exception problem)
        {
            await TellAsync(parts[2], problem.ToString());
            Environment.Exit(1);
        }
    }

    private static async Task<int> SendAsync(string folder, StoreId store, string ready)
    {
        await using var app = Build(folder);
        await using (var db = app.Services.GetRequiredService<Databases>().Open(store))
            await TellAsync(ready, (await db.Messages.CountAsync(m => m.State == MessageState.HandingOver)).ToString(CultureInfo.InvariantCulture));
        while (true)
        {
            await app.Services.GetRequiredService<BroadcastStarter>().TickAsync(store, CancellationToken.None);
            await app.Services.GetRequiredService<StepWorker>().TickAsync(store, CancellationToken.None);
            await app.Services.GetRequiredService<Sender>().TickAsync(store, CancellationToken.None);
            await using var db = app.Services.GetRequiredService<Databases>().Open(store);
            if (await db.Campaigns.AnyAsync(c => c.State == CampaignState.Done) && !await db.Messages.AnyAsync(m => m.State == MessageState.Queued || m.State == MessageState.HandingOver)) return 0;
        }
    }

    // Whole or not at all: who waits for the file reads it at once.
    private static async Task TellAsync(string file, string text)
    {
        await File.WriteAllTextAsync(file + ".part", text);
        File.Move(file + ".part", file, overwrite: true);
    }

    internal static WebApplication Build(string folder) => Server.Build(
        [$"--Comeback:Data={folder}", "--environment=Development", "--Comeback:Schedule=off", "--Comeback:AllowLoopback=true", "--Logging:LogLevel:Default=None", "--Comeback:Urls=http://127.0.0.1:0"], verb: true);

    private static Process Start(string folder, StoreId store, string ready, string[] arguments)
    {
        // Its output goes nowhere: a full pipe would stop it.
        var start = new ProcessStartInfo { UseShellExecute = false, FileName = Path.ChangeExtension(Assembly.GetExecutingAssembly().Location, null) };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment[Variable] = $"{folder}|{store.Value}|{ready}";
        return Process.Start(start)!;
    }

    internal static async Task<StoreId> PrepareAsync(string folder, int people, int? port, CancellationToken ct)
    {
        await using var app = Build(folder);
        await Server.PrepareAsync(app.Services, ct);
        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var writer = app.Services.GetRequiredService<StoreWriter>();
        var settings = new StoreSettings
        {
            Sender = new SenderSettings { LegalName = "Tea Ltd", Address = "1 Row", RegistrationNumber = "1", FromEmail = "hello@teahouse.example" },
            QuietHours = new QuietHours { Start = "00:00", End = "00:00" },
            Smtp = port is { } p ? new SmtpSettings { Host = "127.0.0.1", Port = p } : null,
        };
        var store = await writer.AddStoreAsync(id => new StoreRow
        {
            Id = id,
            Name = "Tea",
            Currency = "GBP",
            TimeZone = "Europe/London",
            Country = "GB",
            CreatedAt = now,
            InStepAt = now,
            HistoryComplete = true,
            Settings = settings.Write(),
        }, ct);
        await writer.WriteAsync(store, Lane.Bulk, async t =>
        {
            var change = await t.ChangeAsync();
            var id = await t.TakeIdsAsync((people * 3) + 10);
            var segment = new SegmentId(id++);
            var campaign = new CampaignId(id++);
            t.Db.Segments.Add(new SegmentRow { StoreId = store, Id = segment, Change = change, Key = "everybody", Name = "Everybody", Definition = "number_of_orders >= 0", CreatedAt = now, UpdatedAt = now, EvaluatedAt = now });
            t.Db.Campaigns.Add(new CampaignRow
            {
                StoreId = store,
                Id = campaign,
                Change = change,
                Key = "all",
                Name = "All",
                Kind = CampaignKind.Broadcast,
                State = CampaignState.Scheduled,
                SegmentKey = "everybody",
                StartsAt = now,
                CreatedAt = now,
                UpdatedAt = now,
                Version = 1,
            });
            t.Db.CampaignSteps.Add(new CampaignStepRow { StoreId = store, CampaignId = campaign, Step = 0, Channel = Channel.Email });
            t.Db.Templates.Add(new TemplateRow { StoreId = store, CampaignId = campaign, Step = 0, Language = "en", Subject = "Hello", Html = "<p>Hello <a href=\"https://teahouse.example\">tea</a></p>", Text = "Hello" });
            for (var i = 0; i < people; i++)
            {
                var customer = new CustomerId(id++);
                t.Db.Customers.Add(new CustomerRow { StoreId = store, Id = customer, Change = change, Ordinal = i, Email = $"p{i}@example.com", FirstName = "P", CreatedAt = now, UpdatedAt = now });
                t.Db.Consents.Add(new ConsentRow { StoreId = store, Id = id++, Change = change, CustomerId = customer, Channel = Channel.Email, State = ConsentState.Granted, At = now.AddDays(-1), Source = "test", RecordedAt = now });
                t.Db.Memberships.Add(new MembershipRow { StoreId = store, Id = id++, Change = change, SegmentId = segment, CustomerId = customer, EnteredAt = now, RecordedAt = now, EnteredBy = MembershipCause.Order });
            }
            await t.Db.SaveChangesAsync(ct);
        }, ct);
        return store;
    }

    private static async Task<KillTally> CountAsync(string folder, StoreId store, int kills, int people, SmtpSink? sink, CancellationToken ct)
    {
        await using var app = Build(folder);
        await using var db = app.Services.GetRequiredService<Databases>().Open(store);
        var messages = await db.Messages.Select(m => new { m.Id, m.CustomerId, m.State, m.MessageIdHeader }).ToListAsync(ct);
        int Arrived(MessageId id, string header) => sink is null
            ? File.Exists(Path.Combine(folder, "outbox", store.ToString(), $"{id}.eml")) ? 1 : 0
            : sink.Taken.TryGetValue(header, out var copies) ? copies.Count : 0;
        var arrived = messages.ConvertAll(m => (m.State, m.CustomerId, Copies: Arrived(m.Id, m.MessageIdHeader)));
        var written = arrived.Select(m => m.CustomerId).ToHashSet();
        return new KillTally(
            kills, 0, 0, people,
            arrived.Count(m => m.State == MessageState.Sent && m.Copies == 1),
            arrived.Count(m => m.State == MessageState.Unknown),
            arrived.Count(m => m.State == MessageState.Unknown && m.Copies == 1),
            arrived.Count(m => m.Copies > 1) + (arrived.Count - written.Count),
            people - written.Count + arrived.Count(m => m.State == MessageState.Sent && m.Copies == 0) + arrived.Count(m => m.State is MessageState.Queued or MessageState.HandingOver));
    }
}
