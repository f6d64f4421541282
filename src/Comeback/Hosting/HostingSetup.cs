using Comeback.Data;

namespace Comeback.Hosting;

/// <summary>The plumbing under all stages: database, key ring, sign-in, errors, health, logs.</summary>
internal static class HostingSetup
{
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddData();
    }

    public static Routes UseHosting(this WebApplication app)
    {
        var api = app.MapGroup("/api");
        return new Routes(api, api.MapGroup("/stores/{store}"), app.MapGroup(""), app.MapGroup(""));
    }
}
