using Comeback.Hosting;

namespace Comeback.Facts;

/// <summary>What the Facts stage adds to the host: the stores' columns in memory.</summary>
internal static class FactsStage
{
    public static IHostApplicationBuilder AddFacts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FactsReader>();
        builder.Services.AddSingleton<ColumnSnapshots>();
        builder.Services.AddSingleton<ColumnCache>();
        builder.Services.AddSingleton<CustomerList>();
        return builder;
    }

    public static Routes MapFacts(this Routes routes)
    {
        routes.MapCustomers();
        CategoriesEndpoints.Map(routes.Store);
        return routes;
    }
}
