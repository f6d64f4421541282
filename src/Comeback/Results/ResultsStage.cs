using Comeback.Hosting;

namespace Comeback.Results;

/// <summary>What the Results stage adds to the host.</summary>
internal static class ResultsStage
{
    public static IHostApplicationBuilder AddResults(this IHostApplicationBuilder builder) => builder;

    public static Routes MapResults(this Routes routes) => routes;
}
