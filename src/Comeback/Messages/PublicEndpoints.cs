using System.Globalization;
using Comeback.Data;
using Comeback.Engine.Messages;
using Comeback.Sync;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>What a message leads back to: clicks, opens and the way out. A token in the path is all; no cookies, nothing to tell a neighbour.</summary>
internal static class PublicEndpoints
{
    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    public static void Map(RouteGroupBuilder routes)
    {
        routes.MapMethods("/c/{token}", ["GET", "HEAD"], Click).ExcludeFromDescription();
        routes.MapMethods("/o/{token}", ["GET", "HEAD"], Open).ExcludeFromDescription();
        routes.MapGet("/u/{token}", AskAsync).ExcludeFromDescription();
        routes.MapPost("/u/{token}", UnsubscribeAsync).DisableAntiforgery().ExcludeFromDescription();
    }

    internal static async Task<IResult> Click(string token, HttpContext http, Databases databases, HitBook book, ClickTokens clicks, CancellationToken ct)
    {
        Guard(http.Response);
        var link = await FindAsync(databases, token, LinkPurpose.Click, ct).ConfigureAwait(false);
        if (link?.Destination is not { } destination) return Page(http, MessageLanguage.English, MessageLanguage.English.UnknownLink, StatusCodes.Status404NotFound);
        if (!HttpMethods.IsGet(http.Request.Method)) return TypedResults.Redirect(destination);
        await RecordAsync(http, book, link, click: true).ConfigureAwait(false);
        await using var db = databases.Open(link.StoreId);
        // Only where the store's pages listen for it.
        var own = await db.StorefrontKeys.AnyAsync(ct).ConfigureAwait(false)
            ? await db.Stores.Where(s => s.Id == link.StoreId).Select(s => s.Url).SingleOrDefaultAsync(ct).ConfigureAwait(false)
            : null;
        return TypedResults.Redirect(clicks.On(destination, link.StoreId, link.CustomerId, own));
    }

    internal static async Task<IResult> Open(string token, HttpContext http, Databases databases, HitBook book, CancellationToken ct)
    {
        Guard(http.Response);
        var link = await FindAsync(databases, token, LinkPurpose.Open, ct).ConfigureAwait(false);
        if (link is not null && HttpMethods.IsGet(http.Request.Method)) await RecordAsync(http, book, link, click: false).ConfigureAwait(false);
        return TypedResults.Bytes(Pixel, "image/gif");
    }

    /// <summary>A page with a button. Scanners follow links, so looking at this changes nothing (PAINS 18).</summary>
    internal static async Task<IResult> AskAsync(string token, HttpContext http, Databases databases, CancellationToken ct)
    {
        Guard(http.Response);
        var link = await FindAsync(databases, token, LinkPurpose.Unsubscribe, ct).ConfigureAwait(false);
        if (link is null) return Page(http, MessageLanguage.English, MessageLanguage.English.UnknownLink, StatusCodes.Status404NotFound);
        await using var db = databases.Open(link.StoreId);
        var message = await db.Messages.Where(m => m.Id == link.MessageId).Select(m => new { m.Address, m.Language }).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        var store = await db.Stores.Where(s => s.Id == link.StoreId).Select(s => s.Name).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        var language = MessageLanguage.Find(message?.Language);
        var masked = message is null ? "•••" : Address.Mask(message.Address);
        return Page(http, language, Format(language.LeaveText, masked), StatusCodes.Status200OK, Format(language.LeaveTitle, store ?? "•••"), language.LeaveButton);
    }

    /// <summary>RFC 8058: one POST, by a person's button or by their mail program, and it is done.</summary>
    internal static async Task<IResult> UnsubscribeAsync(string token, HttpContext http, Databases databases, Unsubscriber unsubscriber, CancellationToken ct)
    {
        Guard(http.Response);
        var link = await FindAsync(databases, token, LinkPurpose.Unsubscribe, ct).ConfigureAwait(false);
        if (link is null) return Page(http, MessageLanguage.English, MessageLanguage.English.UnknownLink, StatusCodes.Status404NotFound);
        await unsubscriber.UnsubscribeAsync(link, ct).ConfigureAwait(false);
        await using var db = databases.Open(link.StoreId);
        var tag = await db.Messages.Where(m => m.Id == link.MessageId).Select(m => m.Language).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        var language = MessageLanguage.Find(tag);
        return Page(http, language, language.Left, StatusCodes.Status200OK);
    }

    // The purpose is part of the question: a click's token is no way out, and the other way round.
    private static async Task<LinkRow?> FindAsync(Databases databases, string token, LinkPurpose purpose, CancellationToken ct)
    {
        if (token.Length is < 20 or > 60) return null;
        var hash = LinkTokens.Hash(token);
        await using var db = databases.OpenSystem();
        return await db.Links.SingleOrDefaultAsync(l => l.TokenHash == hash && l.Purpose == purpose, ct).ConfigureAwait(false);
    }

    // Whoever clicked gets to where they wanted to go, even when it cannot be written down.
    private static async Task RecordAsync(HttpContext http, HitBook book, LinkRow link, bool click)
    {
        try
        {
            var purpose = http.Request.Headers["Sec-Purpose"].ToString() is { Length: > 0 } sec ? sec : http.Request.Headers["X-Purpose"].ToString();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await book.RecordAsync(link, click, http.Request.Headers.UserAgent.ToString(), purpose.Split(';')[0], limit.Token).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            http.RequestServices.GetRequiredService<ILogger<HitBook>>().LogWarning(problem, "A hit on a message of store {Store} was not written down.", link.StoreId.Value);
        }
    }

    private static string Format(string format, string value) => string.Format(CultureInfo.InvariantCulture, format, value);

    private static void Guard(HttpResponse response)
    {
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Content-Type-Options"] = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    }

    private static IResult Page(HttpContext http, MessageLanguage language, string text, int status, string? title = null, string? button = null)
    {
        var form = button is null ? "" : $"<form method=\"post\"><button>{Escaping.Html(button)}</button></form>";
        var html = $$"""
            <!doctype html><html lang="{{language.Code}}" dir="{{language.Direction}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex"><title>{{Escaping.Html(title ?? text)}}</title>
            <style>body{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.5rem;color-scheme:light dark}button{font:inherit;padding:.75rem 1.5rem;border-radius:6px;border:1px solid;cursor:pointer}</style>
            </head><body><main><h1>{{Escaping.Html(title ?? "")}}</h1><p><bdi>{{Escaping.Html(text)}}</bdi></p>{{form}}</main></body></html>
            """.Replace("<h1></h1>", "", StringComparison.Ordinal);
        http.Response.StatusCode = status;
        return TypedResults.Text(html, "text/html; charset=utf-8", statusCode: status);
    }
}
