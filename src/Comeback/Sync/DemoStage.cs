using Comeback.Hosting;

namespace Comeback.Sync;

/// <summary>What the demo store adds to the Sync stage.</summary>
internal static class DemoStage
{
    public static IHostApplicationBuilder AddDemo(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(DemoOptions.Read(builder.Configuration, builder.Environment));
        builder.Services.AddSingleton<DemoConnection>();
        builder.Services.AddHostedService<DemoService>();
        return builder;
    }

    public static Routes MapDemo(this Routes routes)
    {
        DemoEndpoints.MapDemo(routes);
        return routes;
    }
}
