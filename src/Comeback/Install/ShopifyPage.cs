using System.Text.Encodings.Web;
using Comeback.Hosting;
using Comeback.Stores.Shopify;

namespace Comeback.Install;

/// <summary>
/// The admin inside Shopify's: the same page as everywhere, with App Bridge first in its head and frames allowed for that one shop. It reads no cookie
/// and sets none; who it is for is said by the session token, and a missing one is fetched by a page that only App Bridge lives on.
/// </summary>
internal sealed class ShopifyPage(ShopifyOptions options, ShopifyInstalls installs, ComebackOptions installation, TimeProvider time) : IEmbeddedPage
{
    private const string AppBridge = "https://cdn.shopify.com/shopifycloud/app-bridge.js";

    // What was in the address that Shopify opened and is the app's own to keep; the token and the signature go no further.
    private static readonly string[] Dropped = ["id_token", "hmac", "timestamp", "session", "shopify-reload"];

    public bool IsFor(HttpContext http) => options.Configured && http.Request.Query["embedded"] == "1" && http.Request.Query.ContainsKey("shop");

    public async Task<IResult> ServeAsync(HttpContext http)
    {
        var query = http.Request.Query;
        if (!options.Configured || !ShopDomain.TryParse(query["shop"], out var shop)) return Refuse(http);
        // A host that names another shop's admin is nobody's.
        if (query.ContainsKey("host") && (!ShopDomain.TryHost(query["host"], out var hosted, out _) || hosted != shop)) return Refuse(http);
        Headers(http, shop);
        if (query["embedded"] != "1" && !query.ContainsKey("id_token"))
        {
            // Opened outside the admin: to the app's address inside it.
            return new To($"https://admin.shopify.com/store/{shop.Name}/apps/{Uri.EscapeDataString(options.ClientId)}");
        }
        if (SessionToken.Read(query["id_token"], options.ClientId, options.Secrets, time.GetUtcNow()) is not { } token || token.Shop != shop) return ToBounce(http);
        try
        {
            if (options.Mode == ShopifyMode.Public) await installs.VisitAsync(shop, query["id_token"]!, query["locale"], http.RequestAborted).ConfigureAwait(false);
        }
        catch (ShopifyGrantRefusedException)
        {
            return ToBounce(http);
        }
        catch (ShopifyException trouble)
        {
            return Html(http, "Not now", $"<p>{HtmlEncoder.Default.Encode(trouble.Message)}</p>", "", StatusCodes.Status503ServiceUnavailable);
        }
        return AdminFiles.Index(http, head: $"""<meta name="shopify-api-key" content="{HtmlEncoder.Default.Encode(options.ClientId)}" /><script src="{AppBridge}"></script>""");
    }

    /// <summary>Only App Bridge: it fetches a token and opens the address in <c>shopify-reload</c> with it.</summary>
    public IResult Bounce(HttpContext http)
    {
        if (!options.Configured || !ShopDomain.TryParse(http.Request.Query["shop"], out var shop)) return Refuse(http);
        Headers(http, shop);
        return Html(http, "Comeback", "", $"""<meta name="shopify-api-key" content="{HtmlEncoder.Default.Encode(options.ClientId)}" /><script src="{AppBridge}"></script>""");
    }

    private To ToBounce(HttpContext http)
    {
        var kept = http.Request.Query.Where(p => !Dropped.Contains(p.Key, StringComparer.Ordinal)).SelectMany(p => p.Value.Select(v => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(v ?? "")}"));
        // Built on our public address: the request's own Host is whatever the caller wrote. A path that begins with // would be another host's.
        var path = "/" + http.Request.Path.Value?.TrimStart('/', '\\');
        var reload = new Uri(installation.PublicUrl, $"{path}?{string.Join('&', kept)}").AbsoluteUri;
        return new To($"/shopify/bounce?{string.Join('&', kept)}&shopify-reload={Uri.EscapeDataString(reload)}");
    }

    private static IResult Refuse(HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
        return SignInEndpoints.Page("Open Comeback from your Shopify admin", "<p>This page is for a Shopify store, and the address names none.</p>", StatusCodes.Status400BadRequest);
    }

    private static void Headers(HttpContext http, ShopDomain shop)
    {
        http.Response.Headers.ContentSecurityPolicy =
            "default-src 'self'; script-src 'self' https://cdn.shopify.com; style-src 'self' 'unsafe-inline' https://cdn.shopify.com; img-src 'self' data: https:; font-src 'self' data: https://cdn.shopify.com; "
            + $"connect-src 'self' https://{shop} https://*.shopify.com https://*.shopifysvc.com; frame-src 'self' https://{shop} https://admin.shopify.com; object-src 'none'; base-uri 'none'; form-action 'self'; "
            + $"frame-ancestors https://{shop} https://admin.shopify.com";
        http.Response.Headers["Referrer-Policy"] = "origin-when-cross-origin";
        // In a frame of another site both would keep App Bridge from its parent and the page from its own assets.
        http.Response.Headers["Cross-Origin-Opener-Policy"] = "unsafe-none";
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        http.Response.Headers.CacheControl = "no-store";
    }

    private static IResult Html(HttpContext http, string title, string body, string head, int status = StatusCodes.Status200OK) => TypedResults.Content(
        $"<!doctype html><html lang=\"en\"><head>{head}<meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\"><title>{title}</title></head><body><main>{body}</main></body></html>",
        "text/html; charset=utf-8", statusCode: status);
}
