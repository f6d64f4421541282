using Comeback.Hosting;

namespace Comeback.Privacy;

/// <summary>What the Privacy stage adds to the host.</summary>
internal static class PrivacyStage
{
    public static IHostApplicationBuilder AddPrivacy(this IHostApplicationBuilder builder) => builder;

    public static Routes MapPrivacy(this Routes routes) => routes;
}
