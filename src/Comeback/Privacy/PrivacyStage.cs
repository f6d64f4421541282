using Comeback.Hosting;

namespace Comeback.Privacy;

/// <summary>What the Privacy stage adds to the host.</summary>
internal static class PrivacyStage
{
    public static IHostApplicationBuilder AddPrivacy(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<People>();
        builder.Services.AddSingleton<DataRequest>();
        builder.Services.AddSingleton<ErasureLedger>();
        builder.Services.AddSingleton<TraceSweep>();
        builder.Services.AddSingleton<Erasure>();
        builder.Services.AddSingleton<Backups>();
        builder.Services.AddSingleton<AfterRestore>();
        builder.Services.AddSingleton<Retention>();
        builder.Services.AddSingleton<Sync.IDeliveryHandler, ShopifyCompliance>();
        return builder;
    }

    public static Routes MapPrivacy(this Routes routes)
    {
        routes.MapPrivacyEndpoints();
        routes.MapPluginPrivacy();
        return routes;
    }
}
