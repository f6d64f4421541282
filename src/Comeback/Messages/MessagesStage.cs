using Comeback.Hosting;

namespace Comeback.Messages;

/// <summary>What the Messages stage adds to the host: one text, one person, one channel.</summary>
internal static class MessagesStage
{
    public static IHostApplicationBuilder AddMessages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MessageText>();
        builder.Services.AddSingleton<StepWorker>();
        builder.Services.AddSingleton<OutboxChannel>();
        builder.Services.AddSingleton<Channels>();
        builder.Services.AddSingleton<Sender>();
        builder.Services.AddSingleton<CouponMaker>();
        builder.Services.AddSingleton<HitBook>();
        builder.Services.AddSingleton<Unsubscriber>();
        builder.Services.AddSingleton<Sync.IDemoDoors, DemoDoors>();
        return builder;
    }

    public static Routes MapMessages(this Routes routes)
    {
        PreviewEndpoints.Map(routes.Store);
        ChannelsEndpoints.Map(routes.Store);
        MessagesEndpoints.Map(routes.Store);
        PublicEndpoints.Map(routes.Public);
        return routes;
    }
}
