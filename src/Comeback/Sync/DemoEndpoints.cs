using System.Net;
using Comeback.Hosting;
using Comeback.Stores.Demo;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Sync;

/// <summary>What a browser finds of the demo store: the pictures of its products, and a page where links of its messages end.</summary>
internal static class DemoEndpoints
{
    private const string PageRules = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void MapDemo(Routes routes)
    {
        routes.Public.MapGet("/demo/pictures/{name}.svg", Picture).ExcludeFromDescription();
        routes.Public.MapGet("/demo/shop/{product}", Shop).ExcludeFromDescription();
        routes.Public.MapGet("/demo/shop/cart/{cart}", Cart).ExcludeFromDescription();
    }

    private static Results<ContentHttpResult, NotFound> Picture(string name, HttpResponse response)
    {
        if (DemoPictures.Svg(name) is not { } svg)
            return TypedResults.NotFound();
        response.Headers.CacheControl = "public, max-age=86400";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return TypedResults.Content(svg, "image/svg+xml");
    }

    private static Results<ContentHttpResult, NotFound> Shop(string product, HttpResponse response) =>
        DemoPictures.Title(product) is { } title ? Page(response, title, $"<img src=\"/demo/pictures/{product}.svg\" width=\"240\" height=\"240\" alt=\"\">") : TypedResults.NotFound();

    private static ContentHttpResult Cart(string cart, HttpResponse response) => Page(response, "Your cart", "");

    private static ContentHttpResult Page(HttpResponse response, string title, string body)
    {
        response.Headers.ContentSecurityPolicy = PageRules;
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["X-Robots-Tag"] = "noindex";
        return TypedResults.Content($$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{WebUtility.HtmlEncode(title)}} - Kardemomme</title>
            <style>body{font:18px/1.5 system-ui;margin:12vh auto;max-width:26rem;padding:0 1rem;text-align:center;color:#33271d;background:#fbf7f1}img{border-radius:16px}</style>
            <h1>{{WebUtility.HtmlEncode(title)}}</h1>{{body}}<p>This is where the demo store's own page would open. Kardemomme is made up; nobody can buy here.</p></html>
            """, "text/html; charset=utf-8");
    }
}
