using Comeback.Hosting;

namespace Comeback.Facts;

/// <summary>What the Facts stage adds to the host.</summary>
internal static class FactsStage
{
    public static IHostApplicationBuilder AddFacts(this IHostApplicationBuilder builder) => builder;

    public static Routes MapFacts(this Routes routes) => routes;
}
