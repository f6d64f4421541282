using Comeback.Campaigns;
using Comeback.Cli;
using Comeback.Facts;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Messages;
using Comeback.Privacy;
using Comeback.Results;
using Comeback.Segments;
using Comeback.Sync;

// A verb runs and ends; without one, Comeback serves. The stages are added and mapped in the order in which the data flows.
return await CommandLine.RunAsync(args, Serve).ConfigureAwait(false);

static WebApplication Serve(WebApplicationBuilder builder)
{
    builder.AddHosting();
    builder.AddInstall()
        .AddSync()
        .AddFacts()
        .AddSegments()
        .AddCampaigns()
        .AddMessages()
        .AddResults()
        .AddPrivacy();

    var app = builder.Build();
    app.UseHosting()
        .MapInstall()
        .MapSync()
        .MapFacts()
        .MapSegments()
        .MapCampaigns()
        .MapMessages()
        .MapResults()
        .MapPrivacy();
    return app;
}

/// <summary>Seen by the tests' host.</summary>
internal sealed partial class Program;
