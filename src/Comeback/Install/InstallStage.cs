using Comeback.Hosting;
using Comeback.Install.WooCommerce;

namespace Comeback.Install;

/// <summary>What the Install stage adds to the host.</summary>
internal static class InstallStage
{
    public static IHostApplicationBuilder AddInstall(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StoreList>();
        builder.Services.AddSingleton<StoreConnections>();
        builder.Services.AddSingleton<StoreConnectors>();
        builder.AddWooCommerce();
        builder.AddShopify();
        return builder;
    }

    public static Routes MapInstall(this Routes routes)
    {
        routes.MapInstallEndpoints();
        routes.MapWooInstall();
        routes.MapShopify();
        return routes;
    }

    private static void AddWooCommerce(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(WooCommerceSource.Client, http => http.Timeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton<WooCommerceSource>();
        builder.Services.AddSingleton<IConnectorSource>(services => services.GetRequiredService<WooCommerceSource>());
        builder.Services.AddSingleton<WooInstall>();
        builder.Services.AddHostedService<WooInstallWorker>();
    }
}
