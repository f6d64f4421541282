using System.Net.Http.Json;
using System.Text.Json;
using Comeback.Cli;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Comeback.Tests.Segments;

/// <summary>The whole service, its followers running, shared by the tests of one class; each makes stores of its own.</summary>
public sealed class SegmentsService : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("comeback-segments-").FullName;
    private WebApplication app = null!;
    private int stores;

    internal HttpClient Http { get; private set; } = null!;

    internal T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        app = await Server.StartAsync(Settings, adjust: null, CancellationToken.None);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
#pragma warning disable RS0030 // The test is the browser here; nothing goes out.
        Http = new HttpClient { BaseAddress = new Uri(address) };
#pragma warning restore RS0030
        Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
    }

    internal async Task<FakeShop> ShopAsync()
    {
        var store = await Get<StoreWriter>().AddStoreAsync(id => new StoreRow
        {
            Id = id,
            Name = $"tea{Interlocked.Increment(ref stores)}",
            Currency = "GBP",
            TimeZone = "Europe/London",
            Country = "GB",
            CreatedAt = Get<TimeProvider>().GetUtcNow(),
        }, CancellationToken.None);
        return new FakeShop(store, Get<RecordWriter>(), Get<TimeProvider>());
    }

    internal async Task<string> NameAsync(StoreId store)
    {
        await using var db = Get<Databases>().OpenSystem();
        return db.Stores.Single(s => s.Id == store).Name;
    }

    internal async Task<JsonElement> JsonAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    internal Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object body) =>
        Http.SendAsync(new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, options: Json.Options) });

    /// <summary>A verb beside the running service, as from a shell in the same folder.</summary>
    internal Task<(int Code, string Out, string Error)> VerbAsync(params string[] words) => VerbAsync(Settings, words);

    internal static async Task<(int Code, string Out, string Error)> VerbAsync(string[] settings, string[] words)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.RunAsync([.. settings, .. words], output, error, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }

    internal static string[] SettingsOf(string folder) =>
        ["--environment=Development", $"--Comeback:Data={folder}", "--Comeback:Urls=http://127.0.0.1:0", "--Demo:Enabled=false", "--Comeback:Demo=off"];

    private string[] Settings => SettingsOf(folder);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
