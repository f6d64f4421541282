using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Comeback.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Comeback.Hosting;

/// <summary>
/// Who may open the admin (SECURITY 1). On the developer's own machine: nobody has to sign in, when everything about the request says so.
/// Elsewhere: an operator's session, begun by a one-use link that the verb <c>sign-in</c> prints.
/// </summary>
internal sealed class Admission(ComebackOptions options, Databases databases, StoreWriter writer, TimeProvider time)
{
    public const string Cookie = "comeback_session";
    private static readonly TimeSpan LinkLife = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SessionLife = TimeSpan.FromDays(7);

    /// <summary><c>local</c>, <c>operator</c> or null.</summary>
    public async Task<string?> ModeAsync(HttpContext http)
    {
        if (IsLocal(http)) return "local";
        if (http.Request.Cookies[Cookie] is not { Length: > 0 and <= 100 } token) return null;
        var hash = Hash(token);
        await using var db = databases.OpenSystem();
        var now = time.GetUtcNow();
        return await db.OperatorSessions.AnyAsync(s => s.TokenHash == hash && s.ExpiresAt > now, http.RequestAborted).ConfigureAwait(false) ? "operator" : null;
    }

    /// <summary>
    /// Development, listening on this machine only, called from this machine under one of its own names, and through no tunnel or proxy: those
    /// add headers that a browser does not.
    /// </summary>
    public bool IsLocal(HttpContext http) =>
        options is { Development: true, LoopbackOnly: true, Proxies: [] }
        && http.Connection is { RemoteIpAddress: { } peer, LocalIpAddress: { } local } && IPAddress.IsLoopback(peer) && IPAddress.IsLoopback(local)
        && IsLocalName(http.Request.Host)
        && !http.Request.Headers.Keys.Any(IsProxyHeader);

    public static bool IsLocalName(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.Host is "127.0.0.1" or "[::1]" or "::1";

    /// <summary>A link's token; only its hash is kept.</summary>
    public async Task<string> NewLinkAsync(CancellationToken ct)
    {
        var token = Token();
        var now = time.GetUtcNow();
        await writer.WriteSystemAsync(async transaction =>
        {
            await transaction.Db.SignInLinks.Where(l => l.ExpiresAt < now).ExecuteDeleteAsync(ct).ConfigureAwait(false);
            await transaction.Db.OperatorSessions.Where(s => s.ExpiresAt < now).ExecuteDeleteAsync(ct).ConfigureAwait(false);
            transaction.Db.SignInLinks.Add(new SignInLinkRow { TokenHash = Hash(token), ExpiresAt = now + LinkLife });
            return await transaction.Db.SaveChangesAsync(ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        return token;
    }

    /// <summary>Uses the link up and begins a session; false when it was used, is too old or never was.</summary>
    public async Task<bool> BeginAsync(HttpContext http, string linkToken)
    {
        var link = Hash(linkToken);
        var token = Token();
        var now = time.GetUtcNow();
        var begun = await writer.WriteSystemAsync(async transaction =>
        {
            var used = await transaction.Db.SignInLinks.Where(l => l.TokenHash == link && l.UsedAt == null && l.ExpiresAt > now)
                .ExecuteUpdateAsync(l => l.SetProperty(x => x.UsedAt, now), http.RequestAborted).ConfigureAwait(false);
            if (used != 1) return false;
            transaction.Db.OperatorSessions.Add(new OperatorSessionRow { TokenHash = Hash(token), CreatedAt = now, ExpiresAt = now + SessionLife });
            await transaction.Db.SaveChangesAsync(http.RequestAborted).ConfigureAwait(false);
            return true;
        }, http.RequestAborted).ConfigureAwait(false);
        if (begun) http.Response.Cookies.Append(Cookie, token, CookieOf(http, SessionLife));
        return begun;
    }

    public async Task EndAsync(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is { Length: > 0 and <= 100 } token)
        {
            var hash = Hash(token);
            await writer.WriteSystemAsync(transaction => transaction.Db.OperatorSessions.Where(s => s.TokenHash == hash).ExecuteDeleteAsync(http.RequestAborted),
                http.RequestAborted).ConfigureAwait(false);
        }
        http.Response.Cookies.Delete(Cookie, CookieOf(http, null));
    }

    private static bool IsProxyHeader(string name) =>
        name.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("CF-", StringComparison.OrdinalIgnoreCase)
        || name.ToUpperInvariant() is "FORWARDED" or "VIA" or "X-REAL-IP" or "TRUE-CLIENT-IP" or "X-CLIENT-IP" or "NGROK-SKIP-BROWSER-WARNING";

    private static CookieOptions CookieOf(HttpContext http, TimeSpan? life) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", MaxAge = life, IsEssential = true };

    private static string Token() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string token) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token));
}

/// <summary>Tells ASP.NET's authorization what <see cref="Admission"/> says.</summary>
internal sealed class OperatorAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Admission admission, IEnumerable<IStoreSessions> sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Operator";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // A bearer says who calls, or nobody does: a page in another site's frame never falls back on a cookie.
        if (Bearer() is { } bearer)
        {
            foreach (var platform in sessions)
                if (await platform.StoreOfAsync(bearer, Context.RequestAborted).ConfigureAwait(false) is { } store) return Success(new Claim("mode", "store"), new Claim(StoreSession.Claim, store.ToString()));
            return AuthenticateResult.NoResult();
        }
        return await admission.ModeAsync(Context).ConfigureAwait(false) is { } mode ? Success(new Claim("mode", mode)) : AuthenticateResult.NoResult();
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Bearer() is not null) foreach (var platform in sessions) platform.Challenge(Context);
        return base.HandleChallengeAsync(properties);
    }

    private string? Bearer() => Request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;

    private static AuthenticateResult Success(params Claim[] claims) =>
        AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), SchemeName));
}
