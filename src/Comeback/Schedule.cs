using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Messages;
using Comeback.Privacy;
using Microsoft.Data.Sqlite;
using Npgsql;
using Quartz;

namespace Comeback;

/// <summary>
/// Every job, on one screen. A job is a tick that works off what is due in our own tables; nobody's message is a trigger of its own. On
/// SQLite the scheduler keeps a file of its own beside the database, on PostgreSQL it is clustered: one replica runs a job.
/// </summary>
internal static class Schedule
{
    private static readonly (string Name, string What, TimeSpan Every, Func<string, string, IJobDetail> Job)[] Jobs =
    [
        ("broadcasts", "starts broadcasts whose time has come, ends those that are through", TimeSpan.FromSeconds(5), Detail<BroadcastsJob>),
        ("campaigns", "decides about everybody who is due, and writes their messages", TimeSpan.FromSeconds(2), Detail<CampaignsJob>),
        ("sending", "hands queued messages to their channel", TimeSpan.FromSeconds(2), Detail<SendingJob>),
        ("retention", "forgets bodies of messages after 90 days, inbox after 30, events after 26 months", TimeSpan.FromHours(24), Detail<RetentionJob>),
    ];

    public static void AddSchedule(this WebApplicationBuilder builder)
    {
        // A verb never starts the scheduler; tests tick by hand.
        if (builder.Services.Any(s => s.ImplementationInstance is HostMode { Verb: true }) || builder.Configuration["Comeback:Schedule"] == "off") return;
        var options = ComebackOptions.Read(builder.Configuration, builder.Environment);
        builder.Services.AddQuartz(quartz =>
        {
            quartz.UseDefaultThreadPool(4);
            quartz.UsePersistentStore(store =>
            {
                if (options.ConnectionString is { } text && Databases.LooksLikePostgres(text))
                {
                    store.UsePostgres(NpgsqlFactory.Instance, text);
                    store.UseClustering();
                }
                else
                {
                    Directory.CreateDirectory(options.Data);
                    store.UseSqlite(SqliteFactory.Instance, $"Data Source={Path.Combine(options.Data, "schedule.db")}");
                }
                store.ProvisionSchema();
            });
        });
        builder.Services.AddQuartzHostedService(hosted => (hosted.WaitForJobsToComplete, hosted.AwaitApplicationStarted) = (true, true));
        builder.Services.AddHostedService<Planner>();
        builder.Services.AddSingleton(new ReadyCheck("scheduler", CheckAsync));
    }

    private static async Task CheckAsync(IServiceProvider services, CancellationToken stop)
    {
        var scheduler = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(stop).ConfigureAwait(false);
        if (scheduler.Status != SchedulerStatus.Running) throw new InvalidOperationException("The scheduler does not run.");
    }

    private static IJobDetail Detail<TJob>(string name, string what) where TJob : IJob => JobBuilder.Create<TJob>().WithIdentity(name).WithDescription(what).Build();

    /// <summary>Puts the jobs of this version into the scheduler at start; what was there under the same name is replaced.</summary>
    private sealed class Planner(ISchedulerFactory schedulers) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken).ConfigureAwait(false);
            foreach (var (name, what, every, job) in Jobs)
            {
                var trigger = TriggerBuilder.Create().WithIdentity(name).StartNow()
                    .WithSimpleSchedule(s => s.WithInterval(every).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)).Build();
                await scheduler.ScheduleJob(job(name, what), [trigger], ScheduleJobOptions.Replacing, cancellationToken).ConfigureAwait(false);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>One tick over every store; a store whose tick fails does not keep the next from its own.</summary>
internal abstract class StoreJob(Databases databases, ILogger logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        foreach (var store in await CampaignFollower.StoresAsync(databases, cancellationToken).ConfigureAwait(false))
        {
            using var activity = Telemetry.Activities.StartActivity(GetType().Name);
            activity?.SetTag("comeback.store", store.Value);
            try
            {
                await TickAsync(store, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                logger.LogError(problem, "{Job} failed for store {Store}; the next tick tries again.", GetType().Name, store.Value);
            }
        }
    }

    protected abstract Task TickAsync(Engine.StoreId store, CancellationToken ct);
}

[DisallowConcurrentExecution]
internal sealed class BroadcastsJob(Databases databases, BroadcastStarter broadcasts, ILogger<BroadcastsJob> logger) : StoreJob(databases, logger)
{
    protected override Task TickAsync(Engine.StoreId store, CancellationToken ct) => broadcasts.TickAsync(store, ct);
}

[DisallowConcurrentExecution]
internal sealed class CampaignsJob(Databases databases, StepWorker steps, ILogger<CampaignsJob> logger) : StoreJob(databases, logger)
{
    protected override Task TickAsync(Engine.StoreId store, CancellationToken ct) => steps.TickAsync(store, ct);
}

[DisallowConcurrentExecution]
internal sealed class SendingJob(Databases databases, Sender sender, ILogger<SendingJob> logger) : StoreJob(databases, logger)
{
    protected override Task TickAsync(Engine.StoreId store, CancellationToken ct) => sender.TickAsync(store, ct);
}

[DisallowConcurrentExecution]
internal sealed class RetentionJob(Retention retention) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => await retention.RunAsync(cancellationToken).ConfigureAwait(false);
}
