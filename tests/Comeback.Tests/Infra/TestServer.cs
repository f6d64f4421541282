using System.Net.Http.Json;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Sync;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Comeback.Tests.Infra;

/// <summary>The whole service on a port and a data folder of its own, as a merchant runs it; gone when disposed.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly bool ownsFolder;

    private TestServer(WebApplication app, string folder, bool ownsFolder)
    {
        App = app;
        Folder = folder;
        this.ownsFolder = ownsFolder;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = NewClient();
    }

    public WebApplication App { get; }

    public string Folder { get; }

    public Uri Address { get; }

    /// <summary>A browser's calls from our own pages, without following redirects and with a jar of cookies.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => App.Services;

    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    /// <param name="environment">Development, where this machine need not sign in, or Production.</param>
    public static async Task<TestServer> StartAsync(
        string environment = "Development", string? folder = null, TimeProvider? time = null, Action<WebApplicationBuilder>? adjust = null, params string[] settings)
    {
        var own = folder is null;
        folder ??= Directory.CreateTempSubdirectory("comeback-run-").FullName;
        var app = await Server.StartAsync(Settings(folder, environment, settings), builder =>
        {
            if (time is not null)
            {
                builder.Services.Replace(ServiceDescriptor.Singleton(time));
                // A clock that jumps would wake the followers once for each second that it jumps over.
                foreach (var own in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && IsOurs(s)).ToList()) builder.Services.Remove(own);
            }
            adjust?.Invoke(builder);
        }, CancellationToken.None);
        return new TestServer(app, folder, own);
    }

    /// <summary>What verbs and servers of one folder are started with.</summary>
    public static string[] Settings(string folder, string environment = "Development", params string[] settings) =>
        [$"--environment={environment}", $"--Comeback:Data={folder}", "--Comeback:Urls=http://127.0.0.1:0", "--Demo:Enabled=false", "--Comeback:Demo=off", "--Comeback:Schedule=off", .. settings];

    public HttpClient NewClient(bool fromOurPages = true, bool cookies = true)
    {
#pragma warning disable RS0030 // The test is the browser here; nothing goes out.
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = cookies }) { BaseAddress = Address };
#pragma warning restore RS0030
        if (fromOurPages) client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        return client;
    }

    public Task<StoreId> AddStoreAsync(string name = "tea", string currency = "GBP") => Get<StoreWriter>().AddStoreAsync(id => new StoreRow
    {
        Id = id,
        Name = name,
        Currency = currency,
        TimeZone = "Europe/London",
        Country = "GB",
        CreatedAt = Get<TimeProvider>().GetUtcNow(),
    }, CancellationToken.None);

    public FakeShop Shop(StoreId store) => new(store, Get<RecordWriter>(), Get<TimeProvider>());

    public async Task<JsonElement> JsonAsync(string path)
    {
        var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static bool IsOurs(ServiceDescriptor service) => (service.ImplementationType ?? service.ImplementationFactory?.Method.DeclaringType)?.Assembly == typeof(Server).Assembly;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        if (ownsFolder) await TestDatabase.DeleteAsync(Folder);
    }
}
