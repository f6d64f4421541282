using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Facts;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Messages;
using Comeback.Segments;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Comeback.Tests.Flow;

/// <summary>Two processes of Comeback on one PostgreSQL: things happen at both, one is stopped, killed or told to end in the middle of its work.</summary>
public sealed partial class ReplicaTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    [Fact]
    public async Task What_comes_in_at_either_replica_happens_once_also_when_the_owner_is_told_to_end()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        await using var town = await Town.StartAsync();
        // Each has a scheduler of its own over the same tables, which one of them made.
        await town.UntilAsync(async () => await town.SchedulersAsync() == 2, "two schedulers");
        await town.HappenAsync(0, 60, town.First, town.Second);
        await town.UntilAsync(async () => await town.DoneAsync(60) && await town.InStepAsync(), "sixty messages");
        await town.EverythingOnceAsync(60, mostUnknown: 0);

        // The one that does not own the store answers as the owner does, from a copy of its own.
        var counts = new List<string>();
        foreach (var replica in new[] { town.First, town.Second })
        {
            var list = await replica.Http.GetFromJsonAsync<System.Text.Json.JsonElement>($"/api/stores/{town.Store}/segments");
            counts.Add(string.Join(' ', list.GetProperty("items").EnumerateArray().Select(s => $"{s.GetProperty("key").GetString()}={s.GetProperty("customers").GetInt32()}")));
        }
        Assert.Equal(counts[0], counts[1]);
        Assert.Contains("first_time=30", counts[0], StringComparison.Ordinal);

        // And goes along with what comes in at the other.
        await town.HappenAsync(60, 62, await town.OwnerAsync());
        var other = await town.OtherAsync();
        await town.UntilAsync(async () =>
        {
            var one = await other.Http.GetFromJsonAsync<System.Text.Json.JsonElement>($"/api/stores/{town.Store}/segments/first_time");
            return one.GetProperty("customers").GetInt32() == 31;
        }, "the copy that reads along");
        await town.UntilAsync(async () => await town.DoneAsync(62) && await town.InStepAsync(), "two more");
        await town.EverythingOnceAsync(62, mostUnknown: 0);

        // Told to end in the middle of sending, it finishes what is in its hands and gives the store back.
        town.Sink.Thinks = TimeSpan.FromMilliseconds(60);
        await town.HappenAsync(62, 122, town.First, town.Second);
        await town.UntilAsync(() => Task.FromResult(town.Sink.Messages >= 72), "some of them");
        var owner = await town.OwnerAsync();
        other = await town.OtherAsync();
        var since = Stopwatch.StartNew();
        await owner.SignalAsync("TERM");
        await owner.ExitedAsync(TimeSpan.FromSeconds(25));
        var ended = since.Elapsed;
        since.Restart();
        var atEnd = town.Sink.Messages;
        await town.UntilAsync(async () => await town.OwnerIdAsync() == other.Id, "the other takes over");
        output.WriteLine($"Ended {ended.TotalSeconds:F1} s after it was told to; taken over after {since.Elapsed.TotalSeconds:F1} s, {atEnd} of 122 sent by then.");
        Assert.True(since.Elapsed < Leases.Length, $"Given back it need not run out, but it was taken only after {since.Elapsed}.");
        await town.UntilAsync(async () => await town.DoneAsync(122) && await town.InStepAsync(), "the rest, from the other");
        await town.EverythingOnceAsync(122, mostUnknown: 0);
    }

    [Fact]
    public async Task An_owner_that_is_stopped_past_its_lease_has_nothing_more_to_say_when_it_wakes_and_goes_on_when_the_other_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGSTOP.");
        await using var town = await Town.StartAsync();
        town.Sink.Thinks = TimeSpan.FromMilliseconds(60);
        await town.HappenAsync(0, 120, town.First, town.Second);
        await town.UntilAsync(() => Task.FromResult(town.Sink.Messages >= 20), "the first messages");
        var (owner, other) = (await town.OwnerAsync(), await town.OtherAsync());
        await owner.SignalAsync("STOP");
        var stopped = Stopwatch.StartNew();
        var atStop = town.Sink.Messages;
        Assert.InRange(atStop, 20, 119);

        // More comes in at the other while it sleeps.
        await town.HappenAsync(120, 140, other);
        await town.UntilAsync(async () => await town.OwnerIdAsync() == other.Id, "the other takes over");
        output.WriteLine($"Taken over {stopped.Elapsed.TotalSeconds:F1} s after the stop, {atStop} of 140 sent by then.");
        await town.UntilAsync(async () => await town.DoneAsync(140) && await town.InStepAsync(), "the rest, from the other");

        var (sent, change) = (town.Sink.Messages, await town.ChangeAsync());
        await owner.SignalAsync("CONT");
        await town.UntilAsync(() => Task.FromResult(owner.Log.Contains("Another process works for store", StringComparison.Ordinal)), "it notices");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        Assert.Equal(sent, town.Sink.Messages);
        Assert.Equal(change, await town.ChangeAsync());
        Assert.Equal(other.Id, await town.OwnerIdAsync());
        await town.EverythingOnceAsync(140, mostUnknown: SmtpChannel.MostConnections);

        // It still takes what comes in, and when the owner is killed in the middle of it all goes on here.
        await town.HappenAsync(140, 200, owner, other);
        await town.UntilAsync(() => Task.FromResult(town.Sink.Messages >= sent + 10), "some of them");
        var killed = Stopwatch.StartNew();
        await other.SignalAsync("KILL");
        var atKill = town.Sink.Messages;
        await town.UntilAsync(async () => await town.OwnerIdAsync() == owner.Id, "it takes over again");
        output.WriteLine($"Taken over {killed.Elapsed.TotalSeconds:F1} s after the kill, {atKill - sent} of 60 sent by then.");
        // The lease, a look each second, and a machine that has much to do.
        Assert.True(killed.Elapsed < Leases.Length + TimeSpan.FromSeconds(4), $"Taken over only after {killed.Elapsed}.");
        await town.UntilAsync(async () => await town.DoneAsync(200) && await town.InStepAsync(), "the rest");
        await town.EverythingOnceAsync(200, mostUnknown: 2 * SmtpChannel.MostConnections);
    }

    /// <summary>A database, a mail server, a store whose forgotten carts are written about, and two replicas.</summary>
    private sealed partial class Town : IAsyncDisposable
    {
        private readonly TestDatabase database;
        private readonly string key;

        private Town(TestDatabase database, StoreId store, string key, SmtpSink sink, Replica first, Replica second) =>
            (this.database, Store, this.key, Sink, First, Second) = (database, store, key, sink, first, second);

        public StoreId Store { get; }
        public SmtpSink Sink { get; }
        public Replica First { get; }
        public Replica Second { get; }

        public static async Task<Town> StartAsync()
        {
            Assert.SkipWhen(TestDatabase.Postgres is null, TestDatabase.NoPostgres);
            var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres, TimeProvider.System);
            var sink = new SmtpSink();
            var (store, key) = await PrepareAsync(database, sink.Port);
            // Both at once on a database whose scheduler has no tables yet.
            var connection = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 12 }.ConnectionString;
            var replicas = await Task.WhenAll(Replica.StartAsync(database.Folder, connection), Replica.StartAsync(database.Folder, connection));
            return new Town(database, store, key, sink, replicas[0], replicas[1]);
        }

        /// <summary>Each person leaves a cart that is due for its reminder, and every second one has ordered once; told in small parts, to the replicas in turn.</summary>
        public async Task HappenAsync(int from, int to, params Replica[] replicas)
        {
            var now = TimeProvider.System.GetUtcNow();
            var parts = Enumerable.Range(from, to - from).Chunk(4).Select((people, part) => (Replica: replicas[part % replicas.Length], Records: people.SelectMany(i => RecordsOf(i, now))));
            await Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (part, ct) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/events") { Content = new StringContent($"{{\"records\":[{string.Join(',', part.Records)}]}}", null, "application/json") };
                request.Headers.Authorization = new("Bearer", key);
                using var answer = await part.Replica.Http.SendAsync(request, ct);
                var text = await answer.Content.ReadAsStringAsync(ct);
                Assert.True(answer.IsSuccessStatusCode && text.Contains("\"rejected\":[]", StringComparison.Ordinal), text);
            });
        }

        public async Task UntilAsync(Func<Task<bool>> condition, string what)
        {
            var since = Stopwatch.StartNew();
            while (!await condition())
            {
                if (since.Elapsed > Patience) Assert.Fail($"Waited in vain for {what}; {Sink.Messages} messages.\n--- first\n{First.Log}\n--- second\n{Second.Log}");
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }

        /// <summary>The process whose lease holds now; 0 when nobody's does.</summary>
        public async Task<int> OwnerIdAsync()
        {
            await using var db = database.Open(Store);
            var lease = await db.Leases.SingleOrDefaultAsync();
            return lease is null || lease.Until < TimeProvider.System.GetUtcNow() ? 0 : int.Parse(lease.Owner.Split(':')[1], CultureInfo.InvariantCulture);
        }

        public async Task<Replica> OwnerAsync()
        {
            await UntilAsync(async () => await OwnerIdAsync() != 0, "an owner");
            return await OwnerIdAsync() == First.Id ? First : Second;
        }

        public async Task<Replica> OtherAsync() => await OwnerAsync() == First ? Second : First;

        /// <summary>How many schedulers have checked in.</summary>
        public async Task<int> SchedulersAsync()
        {
            await using var connection = await database.Databases.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(DISTINCT instance_name)::int FROM qrtz_scheduler_state";
            return (int)(await command.ExecuteScalarAsync())!;
        }

        public async Task<long> ChangeAsync()
        {
            await using var db = database.Databases.OpenSystem();
            return await db.Stores.Where(s => s.Id == Store).Select(s => s.Change).SingleAsync();
        }

        /// <summary>The memberships hold all that happened.</summary>
        public async Task<bool> InStepAsync()
        {
            await using var db = database.Open(Store);
            var segments = await db.Cursors.Where(c => c.Follower == "segments").Select(c => c.Change).SingleOrDefaultAsync();
            return !await db.Carts.AnyAsync(c => c.Change > segments) && !await db.Orders.AnyAsync(o => o.Change > segments);
        }

        /// <summary>Everybody has a message, and none is on its way.</summary>
        public async Task<bool> DoneAsync(int people)
        {
            await using var db = database.Open(Store);
            return await db.Messages.CountAsync(m => m.State == MessageState.Sent || m.State == MessageState.Unknown) == people
                && !await db.Messages.AnyAsync(m => m.State == MessageState.Queued || m.State == MessageState.HandingOver);
        }

        /// <summary>Counted at the mail server and in the database.</summary>
        public async Task EverythingOnceAsync(int people, int mostUnknown)
        {
            var arrived = Sink.Taken.Values.SelectMany(copies => copies).Select(text => To().Match(text).Groups["to"].Value).GroupBy(to => to, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
            Assert.DoesNotContain(arrived, a => a.Value > 1);
            await using var db = database.Open(Store);
            var messages = await db.Messages.Select(m => new { m.CustomerId, m.Address, m.State }).ToListAsync();
            Assert.Equal(people, messages.Count);
            Assert.Equal(people, messages.Select(m => m.CustomerId).Distinct().Count());
            Assert.All(messages.Where(m => m.State == MessageState.Sent), m => Assert.Contains(m.Address, arrived.Keys));
            var unknown = messages.Count(m => m.State == MessageState.Unknown);
            Assert.Equal(people, unknown + messages.Count(m => m.State == MessageState.Sent));
            Assert.InRange(unknown, 0, mostUnknown);
            Assert.InRange(arrived.Count, people - unknown, people);

            // Nobody comes back into anything in this story, but where ranks move with those who come: a second stay elsewhere is a doubled change.
            var stays = await db.Memberships.Select(m => new { m.SegmentId, m.CustomerId, m.LeftAt }).ToListAsync();
            Assert.All(stays.GroupBy(m => (m.SegmentId, m.CustomerId)), stay => Assert.InRange(stay.Count(m => m.LeftAt is null), 0, 1));
            var ranks = await db.Segments.Where(s => s.Key == "vip" || s.Key == "regular" || s.Key.StartsWith("clv_")).Select(s => s.Id).ToListAsync();
            Assert.DoesNotContain(stays.Where(m => !ranks.Contains(m.SegmentId)).GroupBy(m => (m.SegmentId, m.CustomerId)), stay => stay.Count() > 1);
            var report = await SegmentReport.ReadAsync(
                database.Databases, new ColumnCache(database.Databases, new FactsReader(database.Databases), TimeProvider.System), database.Clocks, Store, null, null, CancellationToken.None);
            var segments = await db.Segments.ToDictionaryAsync(s => s.Key, s => s.Id);
            foreach (var segment in report.Segments.Where(s => report.Problem(s.Key) is null))
            {
                var truth = report.Set.Members(segment.Key).Ordinals.Select(o => report.Columns.IdOf(o)).ToHashSet();
                Assert.True(truth.SetEquals(stays.Where(s => s.SegmentId == segments[segment.Key] && s.LeftAt is null).Select(s => s.CustomerId)), segment.Key);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await First.DisposeAsync();
            await Second.DisposeAsync();
            await Sink.DisposeAsync();
            await database.DisposeAsync();
        }

        private static IEnumerable<string> RecordsOf(int i, DateTimeOffset now)
        {
            var person = string.Create(CultureInfo.InvariantCulture, $$"""{"accountId":"a{{i}}","email":"p{{i}}@people.example","firstName":"P"}""");
            static string At(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            yield return $$"""{"type":"customer","person":{{person}},"updatedAt":"{{At(now.AddDays(-1))}}","consents":[{"channel":"email","state":"granted","at":"{{At(now.AddDays(-1))}}","source":"test"}]}""";
            if (i % 2 == 0)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $$"""
                    {"type":"order","externalId":"o{{i}}","number":"#{{i}}","person":{{person}},"placedAt":"{{At(now.AddDays(-9))}}","updatedAt":"{{At(now.AddDays(-9))}}","standing":"counted",
                     "total":{"minor":"1000","currency":"GBP"},"lines":[{"productExternalId":"tea","title":"Tea","quantity":1,"unitPrice":{"minor":"1000","currency":"GBP"},"total":{"minor":"1000","currency":"GBP"} }]}
                    """);
            }
            yield return string.Create(CultureInfo.InvariantCulture, $$"""
                {"type":"cart","externalId":"c{{i}}","person":{{person}},"updatedAt":"{{At(now.AddMinutes(-65))}}","createdAt":"{{At(now.AddMinutes(-65))}}","recoveryUrl":"https://teahouse.example/cart/{{i}}",
                 "total":{"minor":"1000","currency":"GBP"},"lines":[{"productExternalId":"tea","title":"Tea","quantity":1,"unitPrice":{"minor":"1000","currency":"GBP"} }]}
                """);
        }

        private static async Task<(StoreId Store, string Key)> PrepareAsync(TestDatabase database, int port)
        {
            await using var app = Server.Build(
                ["--environment=Development", $"--Comeback:Data={database.Folder}", $"--ConnectionStrings:Comeback={database.ConnectionString}", "--Logging:LogLevel:Default=None"], verb: true);
            await Server.PrepareAsync(app.Services, CancellationToken.None);
            var now = TimeProvider.System.GetUtcNow();
            var writer = app.Services.GetRequiredService<StoreWriter>();
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
                Settings = new StoreSettings
                {
                    Sender = new SenderSettings { LegalName = "Tea Ltd", Address = "1 Row", RegistrationNumber = "1", FromEmail = "hello@teahouse.example" },
                    QuietHours = new QuietHours { Start = "00:00", End = "00:00" },
                    Smtp = new SmtpSettings { Host = "127.0.0.1", Port = port },
                }.Write(),
            }, CancellationToken.None);
            await app.Services.GetRequiredService<CampaignCatalogue>().EnsureAsync(store, CancellationToken.None);
            await writer.WriteAsync(store, Lane.Live, async t =>
            {
                var campaign = await t.Db.Campaigns.AsTracking().SingleAsync(c => c.Key == "abandoned_cart");
                (campaign.State, campaign.SwitchedOnAt, campaign.Change) = (CampaignState.On, now.AddDays(-1), await t.ChangeAsync());
                await t.Db.SaveChangesAsync();
            }, CancellationToken.None);
            var (_, key) = await app.Services.GetRequiredService<ApiKeys>().AddAsync(store, "test", CancellationToken.None);
            return (store, key);
        }

        [GeneratedRegex(@"^To:.*?(?<to>[a-z0-9]+@people\.example)", RegexOptions.IgnoreCase | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
        private static partial Regex To();
    }
}
