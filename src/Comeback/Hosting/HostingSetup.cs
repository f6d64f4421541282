using Comeback.Data;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Hosting;

/// <summary>The plumbing under all stages: settings, errors, JSON, health, logs, sign-in, key ring.</summary>
internal static class HostingSetup
{
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        var options = ComebackOptions.Read(builder.Configuration, builder.Environment);
        var verb = builder.Services.Any(s => s.ImplementationInstance is HostMode { Verb: true });
        builder.AddLogs(verb);
        builder.AddTelemetry(options);
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ServingLock>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddData();
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemAnswers>();
        builder.Services.Configure<JsonOptions>(json => Json.Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
        builder.Services.AddComebackOpenApi();
        builder.Services.AddKeyRing();
        builder.Services.AddSingleton<Admission>();
        builder.Services.AddAuthentication(OperatorAuthentication.SchemeName)
            .AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, OperatorAuthentication>(OperatorAuthentication.SchemeName, null);
        builder.Services.AddAuthorization();
        builder.Services.AddRates();
        builder.Services.AddResponseCompression(compression => compression.EnableForHttps = true);
        builder.Services.AddSingleton<OutgoingGuard>();
        builder.Services.ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(services => services.GetRequiredService<OutgoingGuard>().Handler()));
        builder.Services.AddSingleton(AiOptions.Read(builder.Configuration));
        builder.Services.AddHttpClient(ChatEndpoint.ClientName);
        builder.Services.AddTransient<Microsoft.Extensions.AI.IChatClient>(services =>
            new ChatEndpoint(services.GetRequiredService<IHttpClientFactory>().CreateClient(ChatEndpoint.ClientName), services.GetRequiredService<AiOptions>()));
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
            foreach (var proxy in options.Proxies) forwarded.KnownProxies.Add(proxy);
        });
        builder.Services.AddSingleton(new ReadyCheck("database", CheckDatabaseAsync));
        builder.Services.AddSingleton(new ReadyCheck("migrations", CheckMigrationsAsync));
    }

    public static Routes UseHosting(this WebApplication app)
    {
        if (app.Services.GetRequiredService<ComebackOptions>().Proxies.Count > 0) app.UseForwardedHeaders();
        app.UseResponseCompression();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseDoors();
        app.UseRouting();
        app.Use(Doors.CheckOrigin);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.MapHealth();
        app.MapOpenApi();
        app.MapAdmin();
        var api = app.MapGroup("/api").WithMetadata(new OwnPagesOnly()).RequireAuthorization().RequireRateLimiting(Doors.ApiRate).AddEndpointFilter<WholeBodies>().AddEndpointFilter<OneStoreOnly>();
        app.MapSignIn(api);
        var store = api.MapGroup("/stores/{store}").AddEndpointFilter<KnownStore>();
        return new Routes(api, store, app.MapGroup("").RequireRateLimiting(Doors.EventsRate), app.MapGroup("").RequireRateLimiting(Doors.PublicRate));
    }

    private static async Task CheckDatabaseAsync(IServiceProvider services, CancellationToken stop)
    {
        await using var db = services.GetRequiredService<Databases>().OpenSystem();
        await db.Stores.CountAsync(stop).ConfigureAwait(false);
    }

    private static Task CheckMigrationsAsync(IServiceProvider services, CancellationToken stop) =>
        services.GetRequiredService<Migrator>().Done ? Task.CompletedTask : throw new InvalidOperationException("Not yet migrated.");
}
