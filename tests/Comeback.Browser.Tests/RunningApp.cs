using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Comeback.Browser.Tests;

/// <summary>The real program as a child process, on a free port, with a data folder that is gone afterwards.</summary>
public sealed class RunningApp : IAsyncDisposable
{
    private readonly Process process;
    private readonly string data;
    private readonly List<string> said = [];

    private RunningApp(Process process, string data, Uri address)
    {
        (this.process, this.data, Address) = (process, data, address);
#pragma warning disable RS0030 // The test is the browser here, not the service: nothing guards it.
        Http = new HttpClient { BaseAddress = address };
#pragma warning restore RS0030
        Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
    }

    public Uri Address { get; }
    public HttpClient Http { get; }

    public static async Task<RunningApp> StartAsync(params (string Name, string Value)[] settings)
    {
        var data = Directory.CreateTempSubdirectory("comeback-browser-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Comeback.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = data,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = $"http://localhost:{port}";
        start.Environment["Comeback__Data"] = data;
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var app = new RunningApp(Process.Start(start)!, data, new Uri($"http://localhost:{port}"));
        app.process.OutputDataReceived += (_, line) => app.Heard(line.Data);
        app.process.ErrorDataReceived += (_, line) => app.Heard(line.Data);
        app.process.BeginOutputReadLine();
        app.process.BeginErrorReadLine();
        await app.UntilAsync("the service answers", async () =>
        {
            if (app.process.HasExited) throw new InvalidOperationException($"The service ended: {app.Said}");
            return (await app.Http.GetAsync("/healthz")).IsSuccessStatusCode;
        }, TimeSpan.FromMinutes(2));
        return app;
    }

    private string Said
    {
        get { lock (said) return string.Join('\n', said.TakeLast(30)); }
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        lock (said) said.Add(line);
    }

    public async Task<JsonElement> ReadAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>The id of the first store, once its history is read and its customers are in segments.</summary>
    public async Task<string> DemoAsync()
    {
        var id = "";
        await UntilAsync("the demo store has segments", async () =>
        {
            var stores = await ReadAsync("/api/stores");
            if (stores.GetArrayLength() == 0) return false;
            if (!stores[0].GetProperty("historyComplete").GetBoolean()) return false;
            id = stores[0].GetProperty("id").GetString()!;
            if ((await Http.GetAsync($"/api/stores/{id}/segments")) is not { IsSuccessStatusCode: true } answer) return false;
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("buyers").GetInt32() > 50;
        }, TimeSpan.FromMinutes(6));
        return id;
    }

    /// <summary>The same once its history is all there: numbers that are compared must not grow meanwhile.</summary>
    public async Task<string> WholeDemoAsync()
    {
        var id = await DemoAsync();
        var (last, same) = (-1, 0);
        await UntilAsync("the demo store stands still", async () =>
        {
            var buyers = (await ReadAsync($"/api/stores/{id}/segments")).GetProperty("buyers").GetInt32();
            (last, same) = (buyers, buyers == last ? same + 1 : 0);
            await Task.Delay(same > 0 ? 400 : 0);
            return same >= (whole ? 1 : 4);
        }, TimeSpan.FromMinutes(2));
        whole = true;
        return id;
    }

    private bool whole;

    /// <summary>Somebody with a phone follows a link of a message.</summary>
    public async Task ClicksAsync(string link)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var phone = NewClient(handler);
        phone.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148");
        using var answer = await phone.GetAsync(link);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    /// <summary>One record through the API of events, with a key of its own.</summary>
    public async Task TellsAsync(string store, object record)
    {
        using var made = await Http.PostAsJsonAsync($"/api/stores/{store}/keys", new { name = "the till" });
        made.EnsureSuccessStatusCode();
        using var till = NewClient();
        till.DefaultRequestHeaders.Authorization = new("Bearer", (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
        using var answer = await till.PostAsJsonAsync("/api/events", new { records = new[] { record } });
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode && said.GetProperty("accepted").GetInt32() == 1, said.ToString());
    }

#pragma warning disable RS0030 // The test is the world outside: it needs no guard.
    private HttpClient NewClient(HttpMessageHandler? handler = null) => new(handler ?? new HttpClientHandler(), disposeHandler: handler is null) { BaseAddress = Address };
#pragma warning restore RS0030

    public async Task UntilAsync(string what, Func<Task<bool>> done, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < (limit ?? TimeSpan.FromMinutes(1)))
        {
            try
            {
                if (await done()) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(200);
        }
        throw new TimeoutException($"In {clock.Elapsed.TotalSeconds:0} s it did not come about that {what}. The service said: {Said}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        process.Dispose();
        Directory.Delete(data, recursive: true);
    }
}
