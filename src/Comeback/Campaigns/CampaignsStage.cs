using Comeback.Hosting;

namespace Comeback.Campaigns;

/// <summary>What the Campaigns stage adds to the host: who gets what, and when.</summary>
internal static class CampaignsStage
{
    public static IHostApplicationBuilder AddCampaigns(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CampaignCatalogue>();
        builder.Services.AddSingleton<CampaignFollower>();
        builder.Services.AddSingleton<BroadcastStarter>();
        builder.Services.AddSingleton<WouldToday>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CampaignFollower>());
        return builder;
    }

    public static Routes MapCampaigns(this Routes routes)
    {
        CampaignsEndpoints.Map(routes.Store);
        return routes;
    }
}
