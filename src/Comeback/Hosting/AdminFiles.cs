using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace Comeback.Hosting;

/// <summary>The built admin under <c>/admin</c>: hashed assets are kept for ever, any other path is its one page.</summary>
internal static class AdminFiles
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void MapAdmin(this WebApplication app)
    {
        app.MapGet("/", Home).ExcludeFromDescription();
        app.MapGet("/admin/{**path}", ServeAsync).ExcludeFromDescription();
    }

    private static IResult Home() => TypedResults.Redirect("/admin");

    /// <summary>The one page with something first in its head, under the headers that the caller set.</summary>
    public static IResult Index(HttpContext http, string head)
    {
        if (Folder() is not { } folder) return SignInEndpoints.Page("The admin is not built", "<p>Build it with <code>dotnet build src/Comeback</code>.</p>", StatusCodes.Status503ServiceUnavailable);
        var page = File.ReadAllText(Path.Combine(folder, "index.html"));
        return TypedResults.Content(page.Replace("<head>", "<head>" + head, StringComparison.Ordinal), "text/html; charset=utf-8");
    }

    private static async Task<IResult> ServeAsync(string? path, HttpContext http, Admission admission, IEnumerable<IEmbeddedPage> frames)
    {
        if (Folder() is not { } folder)
            return SignInEndpoints.Page("The admin is not built",
                "<p>Build it with <code>dotnet build src/Comeback</code> (Node 20 or newer), then load this page again. The API works without it.</p>",
                StatusCodes.Status503ServiceUnavailable);
        using var files = new PhysicalFileProvider(folder);
        if (path is { Length: > 0 } && files.GetFileInfo(path) is { Exists: true, PhysicalPath: not null } asset)
        {
            // Vite puts a hash of the content into the names below assets/.
            http.Response.Headers.CacheControl = path.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
            return SendPacked(http, files, path) ?? Send(asset, path);
        }
        if (path is not null && Path.HasExtension(path) && path.StartsWith("assets/", StringComparison.Ordinal)) return TypedResults.NotFound();
        // Reloaded inside a platform's frame, at whatever page of ours was open there.
        foreach (var frame in frames)
            if (frame.IsFor(http)) return await frame.ServeAsync(http).ConfigureAwait(false);
        if (await admission.ModeAsync(http).ConfigureAwait(false) is null)
        {
            http.Response.Headers.CacheControl = "no-store";
            return SignInEndpoints.SignInPage();
        }
        http.Response.Headers.CacheControl = "no-cache";
        return Send(files.GetFileInfo("index.html"), "index.html");
    }

    // The build lays a packed copy beside each file: smaller than what could be made while somebody waits.
    private static IResult? SendPacked(HttpContext http, PhysicalFileProvider files, string path)
    {
        http.Response.Headers.Vary = "Accept-Encoding";
        var accepted = http.Request.Headers.AcceptEncoding.ToString();
        foreach (var (name, ending) in new[] { ("br", ".br"), ("gzip", ".gz") })
        {
            if (!accepted.Contains(name, StringComparison.OrdinalIgnoreCase) || files.GetFileInfo(path + ending) is not { Exists: true, PhysicalPath: not null } packed) continue;
            http.Response.Headers.ContentEncoding = name;
            return Send(packed, path);
        }
        return null;
    }

    private static IResult Send(IFileInfo file, string path) => TypedResults.PhysicalFile(
        file.PhysicalPath!, Types.TryGetContentType(path, out var type) ? type : "application/octet-stream", lastModified: file.LastModified,
        entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue($"\"{file.LastModified.UtcTicks:x}-{file.Length:x}\""));

    // A published copy has it beside the program; a copy run from its sources has it in the project's folder.
    private static string? Folder()
    {
        var published = Path.Combine(AppContext.BaseDirectory, "wwwroot", "admin");
        if (File.Exists(Path.Combine(published, "index.html"))) return published;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            foreach (var there in new[] { Path.Combine(at.FullName, "wwwroot", "admin"), Path.Combine(at.FullName, "src", "Comeback", "wwwroot", "admin") })
                if (File.Exists(Path.Combine(there, "index.html"))) return there;
        }
        return null;
    }
}
