using System.Net;
using System.Net.Http.Headers;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Hosting;

/// <summary>The built admin's files: kept by browsers as long as their names say, and nothing else of the machine is served beside them.</summary>
public sealed class AdminFilesTests
{
    [Fact]
    public async Task The_page_is_asked_for_anew_and_named_parts_are_kept_for_ever()
    {
        await using var folder = new Built();
        await using var comeback = await TestServer.StartAsync();

        using var page = await comeback.Http.GetAsync(new Uri("/admin/segments/vip", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.True(page.Headers.CacheControl!.NoCache);
        var tag = page.Headers.ETag!;
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri("/admin", UriKind.Relative));
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(tag.Tag));
        using var unchanged = await comeback.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        using var part = await comeback.Http.GetAsync(new Uri("/admin/assets/" + folder.Asset, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, part.StatusCode);
        Assert.Contains("immutable", part.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromDays(365), part.Headers.CacheControl.MaxAge);
        using var gone = await comeback.Http.GetAsync(new Uri("/admin/assets/of-yesterday.js", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.False(gone.Headers.CacheControl?.ToString().Contains("immutable", StringComparison.Ordinal) ?? false);

        foreach (var way in new[] { "/admin/..%2f..%2fComeback.dll", "/admin/%2e%2e/%2e%2e/Comeback.dll", "/admin/assets/..%2findex.html" })
        {
            using var outside = await comeback.Http.GetAsync(new Uri(comeback.Address, way));
            Assert.NotEqual("application/octet-stream", outside.Content.Headers.ContentType?.MediaType);
        }
    }

    /// <summary>The admin where it is built; where it is not, the least that has its shape, for as long as the test runs.</summary>
    private sealed class Built : IAsyncDisposable
    {
        private readonly string? made;

        public Built()
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                var assets = Path.Combine(at.FullName, "src", "Comeback", "wwwroot", "admin", "assets");
                if (!File.Exists(Path.Combine(assets, "..", "index.html"))) continue;
                Asset = Path.GetFileName(Directory.GetFiles(assets, "*.js")[0]);
                return;
            }
            made = Path.Combine(AppContext.BaseDirectory, "wwwroot", "admin");
            Directory.CreateDirectory(Path.Combine(made, "assets"));
            File.WriteAllText(Path.Combine(made, "index.html"), "<!doctype html><title>Comeback</title>");
            File.WriteAllText(Path.Combine(made, "assets", "part-1a2b3c.js"), "export {};");
            Asset = "part-1a2b3c.js";
        }

        public string Asset { get; }

        public ValueTask DisposeAsync()
        {
            if (made is not null) Directory.Delete(made, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
