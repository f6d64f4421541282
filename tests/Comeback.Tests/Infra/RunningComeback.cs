using System.Text.Json;
using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Messages;
using Comeback.Results;
using Comeback.Segments;
using Comeback.Sync;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Infra;

/// <summary>
/// The real service on a port of its own, over a real database, with a clock that stands still. Nothing runs by itself: <see cref="SettleAsync"/>
/// does what followers and jobs would have done by now, in the order of the flow.
/// </summary>
internal sealed class RunningComeback : IAsyncDisposable
{
    private readonly TestServer server;
    private readonly TestDatabase database;

    private RunningComeback(TestServer server, TestDatabase database, FakeTime time)
    {
        (this.server, this.database, Time) = (server, database, time);
        Http = server.NewClient(fromOurPages: false, cookies: false);
    }

    public FakeTime Time { get; }
    public HttpClient Http { get; }
    public IServiceProvider Services => server.Services;
    public Databases Databases => Get<Databases>();
    public string Folder => database.Folder;

    public T Get<T>() where T : notnull => server.Get<T>();

    public static async Task<RunningComeback> StartAsync(
        DatabaseKind kind = DatabaseKind.Sqlite, DateTimeOffset? now = null, Action<WebApplicationBuilder>? adjust = null, params string[] settings)
    {
        var time = now is { } start ? new FakeTime(start) : new FakeTime();
        return await OnAsync(await TestDatabase.CreateAsync(kind, time), time, adjust, settings);
    }

    /// <summary>Stops, lets something happen to the folder, and starts on it again at the same instant.</summary>
    public async Task<RunningComeback> AgainAsync(Func<Task> meanwhile)
    {
        Http.Dispose();
        await server.DisposeAsync();
        await meanwhile();
        return await OnAsync(database, Time, adjust: null, []);
    }

    // Followers are run by the test, so that each sees exactly what the one before it wrote: a server with a clock of its own starts none.
    private static async Task<RunningComeback> OnAsync(TestDatabase database, FakeTime time, Action<WebApplicationBuilder>? adjust, string[] settings) => new(
        await TestServer.StartAsync(folder: database.Folder, time: time, adjust: adjust, settings:
        [
            $"--ConnectionStrings:Comeback={database.ConnectionString}", "--Comeback:AllowLoopback=true", "--Comeback:PublicUrl=https://mail.shop.example", .. settings,
        ]), database, time);

    /// <summary>A store whose sender is known and whose orders are in step, so that only what a test is about keeps messages back.</summary>
    public async Task<FakeShop> ShopAsync(string name = "Tea House", bool complete = true, Func<StoreSettings, StoreSettings>? settings = null, string country = "GB", string zone = "Europe/London",
        string language = "en", string currency = "GBP")
    {
        var own = new StoreSettings
        {
            Sender = new SenderSettings { LegalName = "Tea House Ltd", Address = "1 Tea Row, London", RegistrationNumber = "12345678", FromName = "Tea House", FromEmail = "hello@teahouse.example" },
        };
        var store = await Get<StoreWriter>().AddStoreAsync(id => new StoreRow
        {
            Id = id,
            Name = name,
            Currency = currency,
            TimeZone = zone,
            Country = country,
            Language = language,
            Platform = Platform.Import,
            CreatedAt = Time.GetUtcNow(),
            Settings = (settings?.Invoke(own) ?? own).Write(),
            HistoryComplete = complete,
            InStepAt = Time.GetUtcNow(),
            Url = "https://teahouse.example",
        }, CancellationToken.None);
        // It is this process's from the start, as it would be a second later.
        await Get<OwnedStores>().LookAsync(CancellationToken.None);
        await Get<CampaignCatalogue>().EnsureAsync(store, CancellationToken.None);
        return new FakeShop(store, Get<RecordWriter>(), Time, currency);
    }

    /// <summary>Time passes; the orders stay in step.</summary>
    public async Task PassAsync(FakeShop shop, TimeSpan time)
    {
        Time.Advance(time);
        await InStepAsync(shop, Time.GetUtcNow());
    }

    public Task InStepAsync(FakeShop shop, DateTimeOffset? at) => ChangeAsync(shop, store => store.InStepAt = at);

    public Task ChangeAsync(FakeShop shop, Action<StoreRow> change) => Get<StoreWriter>().WriteAsync(shop.Id, Lane.Live, async t =>
    {
        change(await t.Db.Stores.AsTracking().SingleAsync(s => s.Id == shop.Id));
        await t.Db.SaveChangesAsync();
        await t.ChangeAsync();
    }, CancellationToken.None);

    /// <summary>Everything that followers and jobs would have done by now.</summary>
    public async Task SettleAsync(FakeShop shop, bool send = true)
    {
        var stop = TestContext.Current.CancellationToken;
        for (var round = 0; round < 2; round++)
        {
            await Get<SegmentFollower>().RoundAsync(stop);
            while (await Get<CampaignFollower>().RoundAsync(shop.Id, stop)) { }
            await Get<BroadcastStarter>().TickAsync(shop.Id, stop);
            await Get<StepWorker>().TickAsync(shop.Id, stop);
            if (send) await Get<Sender>().TickAsync(shop.Id, stop);
            while (await Get<AttributionFollower>().RoundAsync(shop.Id, stop)) { }
        }
    }

    public async Task SwitchOnAsync(FakeShop shop, string campaign, int? backfillDays = null)
    {
        using var answer = await PostAsync($"/api/stores/{shop.Id}/campaigns/{campaign}/on", backfillDays is { } days ? new { backfill = new { maxAgeDays = days } } : new { });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> PostAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(JsonSerializer.Serialize(body, Json.Options), null, "application/json") };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return await Http.SendAsync(request);
    }

    public Task<JsonElement> GetAsync(string path) => server.JsonAsync(path);

    public async Task<List<MessageRow>> MessagesAsync(FakeShop shop)
    {
        await using var db = Databases.Open(shop.Id);
        return await db.Messages.OrderBy(m => m.Id).ToListAsync();
    }

    public async Task<List<SkipRow>> SkipsAsync(FakeShop shop)
    {
        await using var db = Databases.Open(shop.Id);
        return await db.Skips.OrderBy(m => m.Id).ToListAsync();
    }

    /// <summary>A link as the customer's program asks for it.</summary>
    public async Task<HttpResponseMessage> FollowAsync(string url, string agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile Safari/604.1", HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(url).AbsolutePath);
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await server.DisposeAsync();
        await database.DisposeAsync();
    }
}
