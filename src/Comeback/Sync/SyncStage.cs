using Comeback.Hosting;

namespace Comeback.Sync;

/// <summary>What the Sync stage adds to the host.</summary>
internal static class SyncStage
{
    public static IHostApplicationBuilder AddSync(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RecordWriter>();
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.AddSingleton<Merges>();
        builder.Services.AddSingleton<StorefrontKeys>();
        builder.Services.AddSingleton<StorefrontCaps>();
        builder.Services.AddSingleton<ClickTokens>();
        builder.Services.AddSingleton<StorefrontEvents>();
        builder.Services.AddSingleton<ImportJob>();
        builder.Services.AddSingleton<StoreCounts>();
        builder.Services.AddSingleton<ImportUploads>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ImportUploads>());
        builder.Services.AddSingleton<Inbox>();
        builder.Services.AddSingleton<HookDoor>();
        builder.Services.AddSingleton<PluginDoor>();
        builder.Services.AddSingleton<Install.WooCommerce.IPixelKeys>(services => services.GetRequiredService<StorefrontKeys>());
        builder.Services.AddSingleton<StoreComparison>();
        builder.Services.AddSingleton<StoreReader>();
        builder.Services.AddSingleton<InboxWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<InboxWorker>());
        builder.Services.AddSingleton<SyncWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SyncWorker>());
        builder.Services.AddSingleton<IDeliveryHandler, ShopifyDeliveries>();
        builder.Services.AddSingleton<ShopifyConsents>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ShopifyConsents>());
        return builder.AddDemo();
    }

    public static Routes MapSync(this Routes routes)
    {
        routes.MapEvents();
        routes.MapSyncState();
        routes.MapStorefront();
        routes.MapWooCommerceHooks();
        routes.MapPluginHooks();
        routes.MapShopifyHooks();
        routes.MapMerges();
        return routes.MapImports().MapDemo();
    }
}
