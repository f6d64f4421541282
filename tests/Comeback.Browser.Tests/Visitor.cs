using System.Text.Json;
using Microsoft.Playwright;

namespace Comeback.Browser.Tests;

/// <summary>One person with one browser window. Anything that leaves the page's own origin, and any script error, fails the test at its end.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> foreign = [];
    private readonly List<string> broken = [];

    private Visitor(IBrowserContext context, IPage page) => (this.context, Page) = (context, page);

    public IPage Page { get; }

    public static async Task<Visitor> ComesAsync(Chromium chromium, RunningApp app, string language = "en", string theme = "light", int width = 1280, int height = 850)
    {
        var context = await chromium.Browser!.NewContextAsync(new()
        {
            BaseURL = app.Address.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
            AcceptDownloads = true,
        });
        // A sandboxed frame (a message as the customer sees it) has no storage, and wants none.
        await context.AddInitScriptAsync(
            $"if (window === window.top) {{ localStorage.setItem('comeback.language', '{language}'); localStorage.setItem('comeback.theme', '{theme}'); }}");
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(20_000);
        var visitor = new Visitor(context, page);
        page.PageError += (_, error) => visitor.broken.Add(error);
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && !request.Url.StartsWith(app.Address.ToString(), StringComparison.Ordinal)) visitor.foreign.Add(request.Url);
        };
        return visitor;
    }

    public async Task OpensAsync(string path)
    {
        await Page.GotoAsync($"/admin{path}");
        await SettlesAsync();
    }

    /// <summary>Until the page has its heading and no grey bars are left.</summary>
    public async Task SettlesAsync()
    {
        await Page.Locator("h1").First.WaitForAsync();
        await Page.WaitForFunctionAsync("() => !document.querySelector('.skeleton')");
    }

    /// <summary>Answers of the service replaced by ours, to see how the page takes them.</summary>
    public Task IsToldAsync(string path, int status, object? body = null, Dictionary<string, string>? headers = null) =>
        Page.RouteAsync($"**/api{path}", route => route.FulfillAsync(new()
        {
            Status = status,
            ContentType = "application/json",
            Headers = headers,
            Body = JsonSerializer.Serialize(body ?? new { title = "No", status }),
        }));

    public Task<bool> ScrollsSidewaysAsync() => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1");

    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        Assert.Empty(foreign);
        Assert.Empty(broken);
    }
}

/// <summary>What all browser tests share: a browser, and a plain reason when there is none.</summary>
public abstract class BrowserTest(Chromium chromium) : IAsyncLifetime
{
    protected Chromium Chromium { get; } = chromium;

    public virtual ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Chromium.Browser is not null, Chromium.Why ?? "No browser.");
        return ValueTask.CompletedTask;
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
