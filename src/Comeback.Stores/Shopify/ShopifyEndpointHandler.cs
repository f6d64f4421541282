namespace Comeback.Stores.Shopify;

/// <summary>
/// Development and tests only: calls for <c>https://{shop}</c> go to a fake on this machine, under their own Host. Anything that is not a shop's own
/// domain, or the fake itself (a bulk result), goes nowhere.
/// </summary>
public sealed class ShopifyEndpointHandler : DelegatingHandler
{
    private readonly Uri endpoint;

    public ShopifyEndpointHandler(Uri endpoint)
    {
        if (!endpoint.IsLoopback || endpoint.Scheme != Uri.UriSchemeHttp || endpoint.PathAndQuery != "/")
            throw new ArgumentException("The fake Shopify is on this machine: give an address such as http://127.0.0.1:5090.", nameof(endpoint));
        this.endpoint = endpoint;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri ?? throw new InvalidOperationException("A call has no address.");
        if (uri.Authority == endpoint.Authority) return base.SendAsync(request, cancellationToken);
        if (uri.Scheme != Uri.UriSchemeHttps || !uri.IsDefaultPort || !ShopDomain.TryParse(uri.Host, out var shop))
            throw new HttpRequestException("With a fake Shopify only shops are called.");
        request.Headers.Host = shop.Value;
        request.RequestUri = new Uri(endpoint, uri.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
