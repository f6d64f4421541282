using Comeback.Hosting;
using Comeback.Stores.Shopify;

namespace Comeback.Install;

/// <summary>What a Shopify app adds to the host: its identity, its clients, its sessions and its page.</summary>
internal static class ShopifySetup
{
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(30), FilePatience = TimeSpan.FromHours(2);

    public static void AddShopify(this IHostApplicationBuilder builder)
    {
        var options = ShopifyOptions.Read(builder.Configuration, builder.Environment.IsDevelopment());
        builder.Services.AddSingleton(options);
        var clients = new[]
        {
            builder.Services.AddHttpClient(ShopifyGrantsSource.ApiClient, client => client.Timeout = CallPatience),
            builder.Services.AddHttpClient(ShopifyGrantsSource.FileClient, client => client.Timeout = FilePatience),
        };
        if (options.Endpoint is { } endpoint)
            foreach (var client in clients) client.AddHttpMessageHandler(() => new ShopifyEndpointHandler(endpoint));
        builder.Services.AddSingleton<ShopifyGrantsSource>();
        builder.Services.AddSingleton<ShopifyTokens>();
        builder.Services.AddSingleton<ShopifySource>();
        builder.Services.AddSingleton<IConnectorSource>(services => services.GetRequiredService<ShopifySource>());
        builder.Services.AddSingleton<ShopifyInstalls>();
        builder.Services.AddSingleton<ShopifyPage>();
        builder.Services.AddSingleton<IEmbeddedPage>(services => services.GetRequiredService<ShopifyPage>());
        builder.Services.AddSingleton<IStoreSessions, ShopifySessions>();
    }
}
