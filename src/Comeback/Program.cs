using Comeback;
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

// A verb runs and ends; without one, Comeback serves.
return await CommandLine.RunAsync(args).ConfigureAwait(false);

/// <summary>The contents page: the stages, added and mapped in the order in which the data flows.</summary>
internal sealed partial class Program
{
    /// <summary>Registers everything; the verbs use the same container without HTTP, scheduler and background work.</summary>
    public static void Add(WebApplicationBuilder builder)
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
        builder.AddSchedule();
    }

    /// <summary>Maps every route.</summary>
    public static void Map(WebApplication app) => app.UseHosting()
        .MapInstall()
        .MapSync()
        .MapFacts()
        .MapSegments()
        .MapCampaigns()
        .MapMessages()
        .MapResults()
        .MapPrivacy();
}
