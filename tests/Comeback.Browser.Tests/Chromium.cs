using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Comeback.Browser.Tests.Chromium))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Comeback.Browser.Tests;

/// <summary>One Chromium and two running services for all tests: one with the demo store, one with no store at all.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? playwright;
    private readonly SemaphoreSlim once = new(1, 1);
    private RunningApp? demo;
    private RunningApp? bare;

    public IBrowser? Browser { get; private set; }
    public string? Why { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var path = Places.FirstOrDefault(File.Exists);
        if (path is null)
        {
            Why = "Chromium is not installed (apt-get install chromium).";
            return;
        }
        if (!AdminIsBuilt())
        {
            Why = "The admin is not built (it was left out with -p:Admin=false).";
            return;
        }
        Assertions.SetDefaultExpectTimeout(15_000);
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>The demo store with 2,000 customers and its clock stopped: what is seen stays as it is, and the machine belongs to the browser.</summary>
    public Task<RunningApp> DemoAsync() => StartedAsync(() => demo, a => demo = a, ("Demo__Customers", "2000"), ("Demo__DaysPerMinute", "0"));

    /// <summary>A demo store of its own that lives three days a minute: no slower, or nothing happens; no faster, or a cart reminder is too late.</summary>
    public static Task<RunningApp> LivingDemoAsync() => RunningApp.StartAsync(("Demo__Customers", "1000"), ("Demo__DaysPerMinute", "3"));

    /// <summary>A service without any store.</summary>
    public Task<RunningApp> BareAsync() => StartedAsync(() => bare, a => bare = a, ("Demo__Enabled", "false"));

    private async Task<RunningApp> StartedAsync(Func<RunningApp?> known, Action<RunningApp> keep, params (string, string)[] settings)
    {
        await once.WaitAsync();
        try
        {
            if (known() is { } running) return running;
            var started = await RunningApp.StartAsync(settings);
            keep(started);
            return started;
        }
        finally
        {
            once.Release();
        }
    }

    private static bool AdminIsBuilt()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "src", "Comeback", "wwwroot", "admin", "index.html"))) return true;
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        playwright?.Dispose();
        if (demo is not null) await demo.DisposeAsync();
        if (bare is not null) await bare.DisposeAsync();
        once.Dispose();
    }
}
