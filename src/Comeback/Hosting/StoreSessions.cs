using Comeback.Data;
using Comeback.Engine;

namespace Comeback.Hosting;

/// <summary>A platform's way to say which store a call to <c>/api</c> is for, by the bearer that its own admin hands out. Registered by Install.</summary>
internal interface IStoreSessions
{
    /// <summary>The one store that this bearer opens; null for any other text.</summary>
    Task<StoreId?> StoreOfAsync(string bearer, CancellationToken ct);

    /// <summary>Adds what the platform wants to hear when a bearer was not good.</summary>
    void Challenge(HttpContext http);

    /// <summary>True when stores of this platform are opened by nothing but such a session.</summary>
    bool OnlySessions(Platform platform);
}

/// <summary>A platform's own frame around the admin. Registered by Install.</summary>
internal interface IEmbeddedPage
{
    bool IsFor(HttpContext http);

    Task<IResult> ServeAsync(HttpContext http);
}

/// <summary>The claim of a session that is one store's.</summary>
internal static class StoreSession
{
    public const string Claim = "store";

    /// <summary>The store whose session this is; null for an operator or a developer, who see all.</summary>
    public static StoreId? Of(HttpContext http) => StoreId.TryParse(http.User.FindFirst(Claim)?.Value, null, out var store) ? store : null;
}

/// <summary>A session of one store reaches that store's routes and the list with itself on it; the rest of <c>/api</c> is not there for it.</summary>
internal sealed class OneStoreOnly : IEndpointFilter
{
    private static readonly string[] Open = ["/api/session", "/api/stores", "/api/stores/"];

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (StoreSession.Of(http) is null || http.GetEndpoint() is not RouteEndpoint route) return await next(context).ConfigureAwait(false);
        var pattern = "/" + route.RoutePattern.RawText?.Trim('/');
        return Open.Contains(pattern, StringComparer.Ordinal) || pattern.StartsWith("/api/stores/{store}", StringComparison.Ordinal)
            ? await next(context).ConfigureAwait(false)
            : TypedResults.NotFound();
    }
}
