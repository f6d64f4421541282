using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Messages;
using Comeback.Privacy;
using Microsoft.Data.Sqlite;
using Npgsql;
using Quartz;

namespace Comeback;

/// <summary>
/// Every job, on one screen. A job is a tick that works off what is due in our own tables; nobody's message is a trigger of its own. On
/// SQLite the scheduler keeps a file of its own beside the database. On PostgreSQL it is clustered: one replica's scheduler says when, and all
/// replicas tick, each for its own stores (<see cref="Ticks"/>).
/// </summary>
internal static class Schedule
{
    private static readonly (string Name, string What, TimeSpan Every, Func<IServiceProvider, Func<StoreId, CancellationToken, Task>> Work)[] Jobs =
    [
        ("broadcasts", "starts broadcasts whose time has come, ends those that are through", TimeSpan.FromSeconds(5), s => s.GetRequiredService<BroadcastStarter>().TickAsync),
        ("campaigns", "decides about everybody who is due, and writes their messages", TimeSpan.FromSeconds(2), s => s.GetRequiredService<StepWorker>().TickAsync),
        ("coupons", "makes the coupons that messages name, in the store itself, and clears up the unused", TimeSpan.FromSeconds(5), s => s.GetRequiredService<CouponMaker>().TickAsync),
        ("sending", "hands queued messages to their channel", TimeSpan.FromSeconds(2), s => s.GetRequiredService<Sender>().TickAsync),
        ("retention", "forgets bodies of messages after 90 days, inbox after 30, events after 26 months", TimeSpan.FromHours(24), s => s.GetRequiredService<Retention>().TickAsync),
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
                    // Gives each replica an id of its own.
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
        builder.Services.AddSingleton(services => new Ticks(
            Jobs.ToDictionary(j => j.Name, j => j.Work(services), StringComparer.Ordinal), services.GetRequiredService<OwnedStores>(),
            services.GetRequiredService<Replicas>(), services.GetRequiredService<ILogger<Ticks>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<Ticks>());
        builder.Services.AddQuartzHostedService(hosted => (hosted.WaitForJobsToComplete, hosted.AwaitApplicationStarted) = (true, true));
        builder.Services.AddHostedService<Planner>();
        builder.Services.AddSingleton(new ReadyCheck("scheduler", CheckAsync));
    }

    private static async Task CheckAsync(IServiceProvider services, CancellationToken stop)
    {
        var scheduler = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(stop).ConfigureAwait(false);
        if (scheduler.Status != SchedulerStatus.Running) throw new InvalidOperationException("The scheduler does not run.");
    }

    /// <summary>Puts the jobs of this version into the scheduler at start; what was there under the same name is replaced.</summary>
    private sealed class Planner(ISchedulerFactory schedulers) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken).ConfigureAwait(false);
            foreach (var (name, what, every, _) in Jobs)
            {
                var trigger = TriggerBuilder.Create().WithIdentity(name).StartNow()
                    .WithSimpleSchedule(s => s.WithInterval(every).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount)).Build();
                await scheduler.ScheduleJob(JobBuilder.Create<TickJob>().WithIdentity(name).WithDescription(what).Build(), [trigger], ScheduleJobOptions.Replacing, cancellationToken).ConfigureAwait(false);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Says that it is time; who works is each replica's own affair, so that a long send of one store holds up no other's.</summary>
[DisallowConcurrentExecution]
internal sealed class TickJob(Ticks ticks, Replicas replicas) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        ticks.Begin(context.JobDetail.Key.Name);
        replicas.Tick(context.JobDetail.Key.Name);
        return ValueTask.CompletedTask;
    }
}
