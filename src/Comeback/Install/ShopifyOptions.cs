using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Stores.Shopify;

namespace Comeback.Install;

/// <summary>The app's own identity at Shopify, from <c>Comeback:Shopify:*</c>. Without a client id and secret there is no Shopify.</summary>
internal sealed record ShopifyOptions
{
    public required string ClientId { get; init; }
    public required string ClientSecret { get; init; }
    /// <summary>While the secret is being rotated: still verifies, never signs.</summary>
    public string? OldClientSecret { get; init; }
    /// <summary><c>public</c> (default), <c>custom</c> or <c>own</c>.</summary>
    public ShopifyMode Mode { get; init; } = ShopifyMode.Public;
    /// <summary>Development only: a fake Shopify on this machine.</summary>
    public Uri? Endpoint { get; init; }

    public IReadOnlyList<string> Secrets => OldClientSecret is null ? [ClientSecret] : [ClientSecret, OldClientSecret];

    public bool Configured => ClientId.Length > 0 && ClientSecret.Length > 0;

    public static ShopifyOptions Read(IConfiguration configuration, bool development)
    {
        var id = configuration["Comeback:Shopify:ClientId"] ?? "";
        var secret = ComebackOptions.Secret(configuration, "Comeback:Shopify:ClientSecret") ?? "";
        if (id.Length > 0 != secret.Length > 0) throw new UserError("Give both Comeback:Shopify:ClientId and Comeback:Shopify:ClientSecret, or neither.");
        var mode = configuration["Comeback:Shopify:Mode"] switch
        {
            null or "" or "public" => ShopifyMode.Public,
            "custom" => ShopifyMode.Custom,
            "own" => ShopifyMode.OwnOrganisation,
            var other => throw new UserError($"The setting Comeback:Shopify:Mode is '{other}': give public, custom or own."),
        };
        Uri? endpoint = null;
        if (configuration["Comeback:Shopify:Endpoint"] is { Length: > 0 } text)
        {
            if (!development) throw new UserError("The setting Comeback:Shopify:Endpoint is for Development only: take it out.");
            if (!Uri.TryCreate(text, UriKind.Absolute, out endpoint) || !endpoint.IsLoopback || endpoint.Scheme != "http" || endpoint.PathAndQuery != "/")
                throw new UserError($"The setting Comeback:Shopify:Endpoint is '{text}': give an address of this machine such as http://127.0.0.1:5090.");
        }
        return new ShopifyOptions
        {
            ClientId = id,
            ClientSecret = secret,
            OldClientSecret = ComebackOptions.Secret(configuration, "Comeback:Shopify:OldClientSecret") is { Length: > 0 } old ? old : null,
            Mode = mode,
            Endpoint = endpoint,
        };
    }
}
