using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;

namespace Comeback.Sync;

/// <summary>Connects the demo store in the background at first start and keeps its time passing while the service runs.</summary>
internal sealed partial class DemoService(
    DemoOptions options, DemoConnection connection, Databases databases, StoreWriter writer, OwnedStores owned, StoreClocks clocks, RecordWriter records, TimeProvider time,
    ComebackOptions installation, IServiceProvider services, ILogger<DemoService> log) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled)
            return;
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var store = await connection.StoreAsync(Settings.Write(), stoppingToken).ConfigureAwait(false);
                // Another replica lives it meanwhile.
                while (!await owned.WorkAsync(store, () => LiveAsync(stoppingToken), stoppingToken).ConfigureAwait(false))
                    await Task.Delay(Tick, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The demo must never take the service down: it says what happened and takes life up where it was written last.
            catch (Exception trouble)
            {
                LogTrouble(log, trouble);
                await Task.Delay(AfterTrouble, time, stoppingToken).ConfigureAwait(false);
            }
#pragma warning restore CA1031
        }
    }

    private async Task LiveAsync(CancellationToken ct)
    {
        var baseUrl = installation.PublicUrl.ToString().TrimEnd('/');
        var (store, truth) = await connection.ConnectAsync(baseUrl, Settings.Write(), ct).ConfigureAwait(false);
        var life = await DemoLife.ResumeAsync(
            store, truth, baseUrl, databases, writer, clocks, records, services.GetService<IDemoDoors>(), ct).ConfigureAwait(false);
        if (clocks.Now(store) is var kept && kept > life.Now)
            await life.PassAsync(kept, ct).ConfigureAwait(false);
        using var timer = new PeriodicTimer(Tick, time);
        var last = time.GetTimestamp();
        var behind = TimeSpan.Zero;
        while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false) && owned.StillMine(store))
        {
            // The part of a second that did not make up a whole one of the demo's is kept for the next tick.
            var elapsed = time.GetElapsedTime(last) + behind;
            last = time.GetTimestamp();
            var next = options.Next(life.Now, time.GetUtcNow(), elapsed);
            behind = next > life.Now ? TimeSpan.Zero : elapsed;
            if (next > life.Now)
                await life.PassAsync(next, ct).ConfigureAwait(false);
        }
    }

    /// <summary>A sender that is complete, so that campaigns can go out, to the outbox: the demo has no SMTP and takes none.</summary>
    internal static StoreSettings Settings => new()
    {
        Languages = ["en", "da", "ar"],
        Sender = new SenderSettings
        {
            LegalName = "Kardemomme ApS (a demo)",
            Address = "Krydderigade 12, 1123 København K",
            RegistrationNumber = "00000000",
            FromName = "Kardemomme",
            FromEmail = "hej@kardemomme.example",
            ReplyTo = "hej@kardemomme.example",
            OwnDomains = ["kardemomme.example"],
        },
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "The demo store stumbled and goes on in a moment")]
    private static partial void LogTrouble(ILogger logger, Exception trouble);
}
