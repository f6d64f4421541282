using Comeback.Hosting;

namespace Comeback.Messages;

/// <summary>What the Messages stage adds to the host.</summary>
internal static class MessagesStage
{
    public static IHostApplicationBuilder AddMessages(this IHostApplicationBuilder builder) => builder;

    public static Routes MapMessages(this Routes routes) => routes;
}
