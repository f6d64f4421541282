using Comeback.Hosting;

namespace Comeback.Data;

/// <summary>What all stages read and write through.</summary>
internal static class DataStage
{
    public static IHostApplicationBuilder AddData(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services =>
            new Databases(services.GetRequiredService<ComebackOptions>(), Logs.Trace(builder.Configuration) ? services.GetRequiredService<ILoggerFactory>() : null));
        builder.Services.AddSingleton<ChangeSignal>();
        builder.Services.AddSingleton<StoreWriter>();
        builder.Services.AddSingleton<StoreClocks>();
        builder.Services.AddSingleton<Leases>();
        builder.Services.AddSingleton<Replicas>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Replicas>());
        // Before every worker, so that it stops after them.
        builder.Services.AddSingleton<OwnedStores>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OwnedStores>());
        builder.Services.AddSingleton<Migrator>();
        // For the key ring alone: sees no store.
        builder.Services.AddScoped(services => services.GetRequiredService<Databases>().OpenSystem());
        return builder;
    }
}
