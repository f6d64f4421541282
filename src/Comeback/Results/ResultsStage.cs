using Comeback.Hosting;

namespace Comeback.Results;

/// <summary>What the Results stage adds to the host: which orders followed, and the page that opens the admin.</summary>
internal static class ResultsStage
{
    public static IHostApplicationBuilder AddResults(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AttributionFollower>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AttributionFollower>());
        return builder;
    }

    public static Routes MapResults(this Routes routes)
    {
        routes.Store.MapGet("/home", HomeEndpoints.HomeAsync).WithName("Home");
        return routes;
    }
}
