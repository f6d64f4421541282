using Comeback.Hosting;

namespace Comeback.Segments;

/// <summary>What the Segments stage adds to the host.</summary>
internal static class SegmentsStage
{
    public static IHostApplicationBuilder AddSegments(this IHostApplicationBuilder builder) => builder;

    public static Routes MapSegments(this Routes routes) => routes;
}
