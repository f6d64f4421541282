using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Comeback.Stores.Shopify;

/// <summary>How the app came to be installed; everything after the token is one path.</summary>
public enum ShopifyMode : byte
{
    /// <summary>From the app store or its install link: session tokens, exchanged for an expiring offline token.</summary>
    Public = 1,
    /// <summary>Custom distribution: the authorization-code grant.</summary>
    Custom = 2,
    /// <summary>The merchant's own organisation: client credentials, 24 hours.</summary>
    OwnOrganisation = 3,
}

/// <summary>A token and the one that renews it. Kept as one piece: half of a pair is none.</summary>
/// <param name="Expires">Null only for a custom app's token that never does.</param>
public sealed record ShopifyGrant(string Access, DateTimeOffset? Expires, string? Refresh, DateTimeOffset? RefreshExpires, string Scope);

/// <summary>The grant itself is refused (a dead refresh or session token): asking again with the same cannot help.</summary>
public sealed class ShopifyGrantRefusedException(string kind) : ShopifyException($"Shopify refused the app's {kind}.");

/// <summary>Asks <c>/admin/oauth/access_token</c> of one shop for tokens, by the three grants and the refresh.</summary>
public sealed class ShopifyGrants(HttpClient http, string clientId, string clientSecret, TimeProvider time)
{
    private static readonly TimeSpan WithoutExpiry = TimeSpan.FromSeconds(3600);
    private const int MostBytes = 64 * 1024;

    /// <summary>A session token for an expiring offline token (public apps).</summary>
    public Task<ShopifyGrant> ExchangeAsync(ShopDomain shop, string sessionToken, CancellationToken ct) => AskAsync(shop, "session token", new()
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
        ["subject_token"] = sessionToken,
        ["subject_token_type"] = "urn:ietf:params:oauth:token-type:id_token",
        ["requested_token_type"] = "urn:shopify:params:oauth:token-type:offline-access-token",
        ["expiring"] = "1",
    }, expires: true, ct);

    /// <summary>The code of the callback (custom apps).</summary>
    public Task<ShopifyGrant> CodeAsync(ShopDomain shop, string code, CancellationToken ct) =>
        AskAsync(shop, "authorization code", new() { ["code"] = code, ["expiring"] = "1" }, expires: false, ct);

    /// <summary>The app's own credentials (stores of the same organisation).</summary>
    public Task<ShopifyGrant> OwnAsync(ShopDomain shop, CancellationToken ct) =>
        AskAsync(shop, "client credentials", new() { ["grant_type"] = "client_credentials" }, expires: true, ct);

    /// <summary>A new pair for the old refresh token, which rotates.</summary>
    public Task<ShopifyGrant> RefreshAsync(ShopDomain shop, string refresh, CancellationToken ct) =>
        AskAsync(shop, "refresh token", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refresh }, expires: true, ct);

    private async Task<ShopifyGrant> AskAsync(ShopDomain shop, string kind, Dictionary<string, string> form, bool expires, CancellationToken ct)
    {
        form["client_id"] = clientId;
        form["client_secret"] = clientSecret;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://{shop}/admin/oauth/access_token")) { Content = JsonContent.Create(form) };
        request.Headers.Add("Accept", "application/json");
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
            if (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw new ShopifyGrantRefusedException(kind);
            if (answer.StatusCode != HttpStatusCode.OK) throw new ShopifyUnavailableException($"Shopify answered {(int)answer.StatusCode} when asked for a token.");
            var token = JsonSerializer.Deserialize<TokenAnswer>(await Bounded.ReadAsync(answer.Content, MostBytes, ct).ConfigureAwait(false), ShopifyClient.Json);
            if (token is not { AccessToken: { Length: > 0 } access }) throw new ShopifyUnavailableException("Shopify's answer holds no token.");
            var now = time.GetUtcNow();
            // A missing expires_in once bricked shops that took it for "never": where a token should expire, it is an hour.
            var life = token.ExpiresIn is { } seconds and > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, 400 * 86_400d)) : expires || token.RefreshToken is not null ? WithoutExpiry : (TimeSpan?)null;
            return new ShopifyGrant(access, life is { } lives ? now + lives : null, token.RefreshToken,
                token.RefreshTokenExpiresIn is { } refresh and > 0 ? now + TimeSpan.FromSeconds(Math.Min(refresh, 400 * 86_400d)) : token.RefreshToken is null ? null : now.AddDays(90), token.Scope ?? "");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException or JsonException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new ShopifyUnavailableException("Shopify could not be reached for a token.", trouble);
        }
    }

    private sealed record TokenAnswer(
        [property: JsonPropertyName("access_token")] string? AccessToken, [property: JsonPropertyName("scope")] string? Scope,
        [property: JsonPropertyName("expires_in")] double? ExpiresIn, [property: JsonPropertyName("refresh_token")] string? RefreshToken,
        [property: JsonPropertyName("refresh_token_expires_in")] double? RefreshTokenExpiresIn);
}
