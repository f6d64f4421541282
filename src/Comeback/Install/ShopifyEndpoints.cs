using System.Text;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores.Shopify;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Install;

/// <summary>Shopify's doors: the app's page inside the admin, the bounce for a missing session token, install and callback of custom apps.</summary>
internal static class ShopifyEndpoints
{
    private const string StateCookie = "comeback_shopify_state";
    private static readonly TimeSpan StateLife = TimeSpan.FromMinutes(10);

    public static void MapShopify(this Routes routes)
    {
        var pages = routes.Public.MapGroup("/shopify").ExcludeFromDescription();
        pages.MapGet("", PageAsync);
        pages.MapGet("/bounce", Bounce);
        pages.MapGet("/install", Install);
        pages.MapGet("/callback", CallbackAsync);
        routes.Api.MapGet("/shopify", State).WithTags("Shopify");
        routes.Api.MapPost("/shopify/connect", ConnectAsync).WithTags("Shopify");
    }

    private static Task<IResult> PageAsync(HttpContext http, ShopifyPage page) => page.ServeAsync(http);

    private static IResult Bounce(HttpContext http, ShopifyPage page) => page.Bounce(http);

    /// <summary>Custom apps: to the shop's own page that asks the merchant, and back to <see cref="CallbackAsync"/>.</summary>
    private static IResult Install(HttpContext http, ShopifyOptions options, ComebackOptions installation)
    {
        if (!options.Configured) return Sorry("No Shopify app is configured here.", StatusCodes.Status404NotFound);
        if (!ShopDomain.TryPaste(http.Request.Query["shop"], out var shop)) return Sorry("Give the shop's domain, such as my-shop.myshopify.com.", StatusCodes.Status400BadRequest);
        // Shopify installs the others itself, from its app store or the Dev Dashboard's link.
        if (options.Mode != ShopifyMode.Custom) return new To($"https://{shop}/admin/oauth/install?client_id={Uri.EscapeDataString(options.ClientId)}");
        var state = ShopifyInstalls.NewState();
        http.Response.Cookies.Append(StateCookie, $"{state}.{shop}", Cookie(http, StateLife));
        var back = new Uri(installation.PublicUrl, "/shopify/callback");
        return new To($"https://{shop}/admin/oauth/authorize?client_id={Uri.EscapeDataString(options.ClientId)}&redirect_uri={Uri.EscapeDataString(back.AbsoluteUri)}&state={state}");
    }

    private static async Task<IResult> CallbackAsync(HttpContext http, ShopifyOptions options, ShopifyInstalls installs, TimeProvider time, CancellationToken ct)
    {
        var query = Pairs(http.Request);
        if (!options.Configured || options.Mode != ShopifyMode.Custom || !new ShopifySignatures(options.Secrets, time).IsQuery(query))
            return Sorry("This address was not signed by Shopify, or has run out.", StatusCodes.Status401Unauthorized);
        var kept = http.Request.Cookies[StateCookie];
        http.Response.Cookies.Delete(StateCookie, Cookie(http, null));
        var given = $"{http.Request.Query["state"]}.{http.Request.Query["shop"]}";
        if (kept is null || !System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(kept), Encoding.UTF8.GetBytes(given)))
            return Sorry("The install was begun in another browser, or too long ago: begin it again.", StatusCodes.Status401Unauthorized);
        if (!ShopDomain.TryParse(http.Request.Query["shop"], out var shop) || http.Request.Query["code"].ToString() is not { Length: > 0 and <= 400 } code)
            return Sorry("Shopify's answer is not what it should be.", StatusCodes.Status400BadRequest);
        try
        {
            await installs.CodeAsync(shop, code, ct).ConfigureAwait(false);
        }
        catch (ShopifyException trouble)
        {
            return Sorry(trouble.Message, StatusCodes.Status502BadGateway);
        }
        return new To("/admin");
    }

    private static Ok<ShopifyState> State(ShopifyOptions options) => TypedResults.Ok(new ShopifyState(options.Configured, options.Mode));

    /// <summary>The admin's own door: a store of our own organisation is connected at once, for the others the address of Shopify's page is answered.</summary>
    private static async Task<Results<Ok<ShopifyConnecting>, ValidationProblem, ProblemHttpResult>> ConnectAsync(
        ShopifyConnect body, ShopifyOptions options, ShopifyInstalls installs, ComebackOptions installation, CancellationToken ct)
    {
        if (!options.Configured) return TypedResults.Problem("No Shopify app is configured: set Comeback:Shopify:ClientId and Comeback:Shopify:ClientSecret.", statusCode: StatusCodes.Status409Conflict);
        if (!ShopDomain.TryPaste(body.Shop, out var shop))
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["shop"] = ["Give the shop's domain, such as my-shop.myshopify.com."] });
        if (options.Mode != ShopifyMode.OwnOrganisation)
            return TypedResults.Ok(new ShopifyConnecting(null, new Uri(installation.PublicUrl, $"/shopify/install?shop={shop}").AbsoluteUri));
        try
        {
            return TypedResults.Ok(new ShopifyConnecting(await installs.OwnAsync(shop, ct).ConfigureAwait(false), null));
        }
        catch (ShopifyException trouble)
        {
            return TypedResults.Problem(trouble.Message, statusCode: StatusCodes.Status502BadGateway);
        }
    }

    internal static List<KeyValuePair<string, string>> Pairs(HttpRequest request) => [.. request.Query.SelectMany(p => p.Value.Select(v => new KeyValuePair<string, string>(p.Key, v ?? "")))];

    private static CookieOptions Cookie(HttpContext http, TimeSpan? life) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/shopify", MaxAge = life, IsEssential = true };

    private static ContentHttpResult Sorry(string sentence, int status) => SignInEndpoints.Page("Not this way", $"<p>{System.Net.WebUtility.HtmlEncode(sentence)}</p>", status);
}

/// <summary>A redirect to an address that was built from checked parts only.</summary>
internal sealed class To(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status302Found;
        httpContext.Response.Headers.Location = location;
        httpContext.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}

internal sealed record ShopifyState(bool Configured, ShopifyMode Mode);

internal sealed record ShopifyConnect(string? Shop);

/// <param name="Store">Connected already.</param>
/// <param name="Location">Where the merchant goes on, at Shopify.</param>
internal sealed record ShopifyConnecting(StoreId? Store, string? Location);
