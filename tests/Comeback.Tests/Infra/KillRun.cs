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
/// <param name="Lost">Neither delivered nor on record as unknown, failed or dropped: must be 0.</param>
internal sealed record KillTally(int Kills, int People, int DeliveredOnce, int Unknown, int UnknownThatArrived, int Doubled, int Lost)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Kills} kills, {People} people: delivered once {DeliveredOnce}, unknown {Unknown} (of which {UnknownThatArrived} had arrived), doubled {Doubled}, lost without a record {Lost}");
}

/// <summary>
/// Sends to a mail server from a process of its own, kills that process with SIGKILL at random points, starts it again, and counts at the mail
/// server and in the database. The child is this same program, told by its environment to send instead.
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
            var done = 0;
            while (done < kills)
            {
                var ready = Path.Combine(folder, $"ready-{done}");
                using var child = Start(folder, store, ready, arguments);
                while (!File.Exists(ready) && !child.HasExited) await Task.Delay(10, ct);
                if (!File.Exists(ready)) throw new InvalidOperationException("The sending process did not start.");
                await Task.Delay(random.Next(5, 250), ct);
                if (child.HasExited) break;
                child.Kill(entireProcessTree: true);
                await child.WaitForExitAsync(ct);
                done++;
            }
            using (var last = Start(folder, store, Path.Combine(folder, "ready-last"), arguments)) await last.WaitForExitAsync(ct);
            return await CountAsync(folder, store, done, people, smtp ? sink : null, ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
            await File.WriteAllTextAsync(parts[2], problem.ToString());
            Environment.Exit(1);
        }
    }

    private static async Task<int> SendAsync(string folder, StoreId store, string ready)
    {
        await using var app = Build(folder);
        await File.WriteAllTextAsync(ready, "ready");
        while (true)
        {
            await app.Services.GetRequiredService<BroadcastStarter>().TickAsync(store, CancellationToken.None);
            await app.Services.GetRequiredService<StepWorker>().TickAsync(store, CancellationToken.None);
            await app.Services.GetRequiredService<Sender>().TickAsync(store, CancellationToken.None);
            await using var db = app.Services.GetRequiredService<Databases>().Open(store);
            if (await db.Campaigns.AnyAsync(c => c.State == CampaignState.Done) && !await db.Messages.AnyAsync(m => m.State == MessageState.Queued || m.State == MessageState.HandingOver)) return 0;
        }
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
            kills, people,
            arrived.Count(m => m.State == MessageState.Sent && m.Copies == 1),
            arrived.Count(m => m.State == MessageState.Unknown),
            arrived.Count(m => m.State == MessageState.Unknown && m.Copies == 1),
            arrived.Count(m => m.Copies > 1) + (arrived.Count - written.Count),
            people - written.Count + arrived.Count(m => m.State == MessageState.Sent && m.Copies == 0) + arrived.Count(m => m.State is MessageState.Queued or MessageState.HandingOver));
    }
}
