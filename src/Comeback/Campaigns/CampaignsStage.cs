using Comeback.Hosting;

namespace Comeback.Campaigns;

/// <summary>What the Campaigns stage adds to the host.</summary>
internal static class CampaignsStage
{
    public static IHostApplicationBuilder AddCampaigns(this IHostApplicationBuilder builder) => builder;

    public static Routes MapCampaigns(this Routes routes) => routes;
}
