using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Comeback.Engine;

namespace Comeback.Hosting;

/// <summary>Marks the routes that a browser with a session calls: their unsafe methods must come from our own pages.</summary>
internal sealed record OwnPagesOnly;

/// <summary>What stands before every route: the host's name, the origin of unsafe calls, headers, and how often.</summary>
internal static class Doors
{
    public const string ApiRate = "api";
    public const string PublicRate = "public";
    public const string SignInRate = "sign-in";
    public const string EventsRate = "events";

    /// <summary>The admin's own; a page that must show otherwise (a message's body) sets its own header and is left alone.</summary>
    private const string AdminPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; font-src 'self' data:; " +
        "connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string BarePolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

    public static void UseDoors(this WebApplication app)
    {
        app.Use(SetHeaders);
        app.Use(CheckHost);
    }

    public static void AddRates(this IServiceCollection services) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "1";
            return ValueTask.CompletedTask;
        };
        limiter.AddPolicy(ApiRate, http => Bucket(Address(http), 3_000, 300));
        limiter.AddPolicy(PublicRate, http => Bucket(Address(http), 1_000, 100));
        limiter.AddPolicy(SignInRate, http => Bucket(Address(http), 20, 1));
        // A signed or keyed delivery is told by its key, not by the address of a platform's data centre.
        limiter.AddPolicy(EventsRate, http => http.Request.Headers.Authorization is [{ Length: > 0 } key]
            ? Bucket(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 8)), 10_000, 2_000)
            : Bucket(Address(http), 100, 10));
    });

    /// <summary>After routing: an unsafe call to <see cref="OwnPagesOnly"/> names our origin or says that it is of the same one.</summary>
    public static Task CheckOrigin(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<OwnPagesOnly>() is null) return next(http);
        var site = http.Request.Headers["Sec-Fetch-Site"].ToString();
        var safe = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        if (safe ? site is not ("cross-site" or "same-site") || http.Request.Headers["Sec-Fetch-Mode"] == "navigate" : IsOwn(http, site)) return next(http);
        throw new ForeignCall();
    }

    private static bool IsOwn(HttpContext http, string site) => http.Request.Headers.Origin.ToString() is { Length: > 0 } origin
        ? string.Equals(origin, $"{http.Request.Scheme}://{http.Request.Host}", StringComparison.OrdinalIgnoreCase)
        : site == "same-origin";

    private static Task SetHeaders(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            var headers = http.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
            headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
            headers.TryAdd("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
            var admin = http.Request.Path.StartsWithSegments("/admin", StringComparison.Ordinal);
            headers.TryAdd("Content-Security-Policy", admin ? AdminPolicy : BarePolicy);
            headers.TryAdd("Referrer-Policy", admin ? "same-origin" : "no-referrer");
            if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)) headers.TryAdd("Cache-Control", "no-store");
            return Task.CompletedTask;
        }, http);
        return next(http);
    }

    // A page whose name was made to point at this machine (DNS rebinding) calls under its own name and is turned away here. Probes of an
    // orchestrator call by address and learn nothing.
    private static Task CheckHost(HttpContext http, RequestDelegate next)
    {
        var options = http.RequestServices.GetRequiredService<ComebackOptions>();
        var host = http.Request.Host;
        if (Admission.IsLocalName(host) || host.Host.Equals(options.PublicUrl.Host, StringComparison.OrdinalIgnoreCase)
            || http.Request.Path.Value is "/healthz" or "/readyz") return next(http);
        throw new UserError("This address is not one that Comeback answers under: open it as localhost, or name the address in the setting Comeback:PublicUrl.");
    }

    private static string Address(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private static RateLimitPartition<string> Bucket(string who, int burst, int perSecond) => RateLimitPartition.GetTokenBucketLimiter(who, _ =>
        new TokenBucketRateLimiterOptions { TokenLimit = burst, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 });
}

/// <summary>An unsafe call from somebody else's page.</summary>
internal sealed class ForeignCall() : Exception("This call does not come from one of Comeback's own pages.");
