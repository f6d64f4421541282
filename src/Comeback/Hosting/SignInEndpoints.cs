using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Comeback.Hosting;

/// <summary>The session, and the page behind a link of the verb <c>sign-in</c>: looking at it changes nothing, its button signs in.</summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this WebApplication app, RouteGroupBuilder api)
    {
        api.MapGet("/session", Session).AllowAnonymous();
        api.MapPost("/session/sign-out", SignOutAsync).AllowAnonymous();
        var pages = app.MapGroup("/sign-in").WithMetadata(new OwnPagesOnly()).RequireRateLimiting(Doors.SignInRate).ExcludeFromDescription();
        pages.MapGet("/{token}", AskAsync);
        pages.MapPost("/{token}", SignInAsync);
    }

    /// <summary>What is shown instead of the admin to somebody without a session.</summary>
    public static ContentHttpResult SignInPage() => Page("Sign in to Comeback",
        "<p>This page needs a sign-in link. On the machine that runs Comeback, run the verb <code>sign-in</code> and open the link that it prints.</p>",
        StatusCodes.Status401Unauthorized);

    public static ContentHttpResult Page(string title, string body, int status = StatusCodes.Status200OK) => TypedResults.Content($$"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{{title}}</title>
        <style>
        body { font: 17px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto 0; padding: 0 1.5rem; color: #1c1c1c; background: #faf9f7; }
        button { font: inherit; padding: .6rem 1.4rem; border: 0; border-radius: .5rem; background: #14532d; color: #fff; cursor: pointer; }
        button:focus-visible { outline: 3px solid #86b899; outline-offset: 2px; }
        @media (prefers-color-scheme: dark) { body { color: #eee; background: #161616; } button { background: #2e7d4f; } }
        </style></head>
        <body><main><h1>{{title}}</h1>{{body}}</main></body></html>
        """, "text/html; charset=utf-8", statusCode: status);

    private static Ok<SessionAnswer> Session(HttpContext http) => TypedResults.Ok(new SessionAnswer(
        http.User.FindFirst("mode")?.Value ?? "none",
        typeof(SignInEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? ""));

    private static async Task<NoContent> SignOutAsync(HttpContext http, Admission admission)
    {
        await admission.EndAsync(http).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static ContentHttpResult AskAsync(HttpContext http)
    {
        Loosen(http);
        return Page("Sign in to Comeback", "<p>This link works once.</p><form method=\"post\"><button type=\"submit\">Sign in</button></form>");
    }

    private static async Task<IResult> SignInAsync(string token, HttpContext http, Admission admission)
    {
        Loosen(http);
        return await admission.BeginAsync(http, token).ConfigureAwait(false)
            ? new SeeOther("/admin")
            : Page("This link does not work any more", "<p>A link works once and for ten minutes. Run the verb <code>sign-in</code> again for a new one.</p>", StatusCodes.Status410Gone);
    }

    // The form needs its Origin sent, which a no-referrer page would blank out.
    private static void Loosen(HttpContext http)
    {
        http.Response.Headers["Referrer-Policy"] = "same-origin";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    }

    private sealed class SeeOther(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = location;
            return Task.CompletedTask;
        }
    }
}

/// <summary><c>local</c>: on the developer's own machine; <c>operator</c>: signed in; <c>store</c>: inside one store's platform; <c>none</c>.</summary>
internal sealed record SessionAnswer(string Mode, string Version);
