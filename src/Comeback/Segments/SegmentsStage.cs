using Comeback.Hosting;

namespace Comeback.Segments;

/// <summary>What the Segments stage adds to the host: the follower that keeps memberships true, and what shows them.</summary>
internal static class SegmentsStage
{
    public static IHostApplicationBuilder AddSegments(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SegmentPass>();
        builder.Services.AddSingleton<SegmentStores>();
        builder.Services.AddSingleton<SegmentFollower>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SegmentFollower>());
        builder.Services.AddSingleton<SizeHistory>();
        builder.Services.AddSingleton<PastReports>();
        builder.Services.AddTransient<SegmentDrafts>();
        builder.Services.AddSingleton<DefinitionImport>();
        return builder;
    }

    public static Routes MapSegments(this Routes routes)
    {
        routes.MapSegmentRoutes();
        return routes;
    }
}
