using Comeback.Hosting;

namespace Comeback.Install;

/// <summary>What the Install stage adds to the host.</summary>
internal static class InstallStage
{
    public static IHostApplicationBuilder AddInstall(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StoreList>();
        builder.Services.AddSingleton<StoreConnections>();
        builder.Services.AddSingleton<StoreConnectors>();
        return builder;
    }

    public static Routes MapInstall(this Routes routes)
    {
        routes.MapInstallEndpoints();
        return routes;
    }
}
