using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Install;
using Comeback.Stores;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>
/// Works the inbox: a delivery is mapped by its connector and its records are written in the transaction that marks it done. What fails is tried
/// again with longer and longer rests, and is parked with its error after two days or when its body can never be read.
/// </summary>
internal sealed partial class InboxWorker(
    Databases databases, StoreWriter writer, RecordWriter records, Inbox inbox, StoreConnections connections, StoreConnectors connectors,
    IEnumerable<IDeliveryHandler> handlers, OwnedStores owned, TimeProvider time, ILogger<InboxWorker> log) : BackgroundService
{
    private const int AtOnce = 50;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromHours(48), LongestRest = TimeSpan.FromMinutes(30);
    private const int FewestAttempts = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = inbox.NextArrival;
            try
            {
                await RoundAsync(stoppingToken).ConfigureAwait(false);
                await next.WaitAsync(Poll, time, stoppingToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Another process may have accepted something, or a rest may be over.
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // One bad round does not end the worker.
            catch (Exception problem)
#pragma warning restore CA1031
            {
                Log.RoundFailed(log, problem);
                await Task.Delay(Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Everything that is due now, of every store that this process owns; returns how many deliveries were looked at.</summary>
    public async Task<int> RoundAsync(CancellationToken ct)
    {
        List<StoreId> stores;
        await using (var db = databases.OpenSystem()) stores = await db.StoreConnections.Select(c => c.StoreId).ToListAsync(ct).ConfigureAwait(false);
        var worked = 0;
        foreach (var store in stores)
        {
            await owned.WorkAsync(store, async () =>
            {
                while (true)
                {
                    var due = await inbox.DueAsync(store, AtOnce, ct).ConfigureAwait(false);
                    if (due.Count == 0 || !await WorkAsync(store, due, ct).ConfigureAwait(false)) return;
                    worked += due.Count;
                }
            }, ct).ConfigureAwait(false);
        }
        return worked;
    }

    /// <summary>False when the store cannot be worked for now; what is due then waits.</summary>
    private async Task<bool> WorkAsync(StoreId store, List<InboxRow> due, CancellationToken ct)
    {
        if (await connections.FindAsync(store, ct).ConfigureAwait(false) is not { } connection) return false;
        var connector = await connectors.OpenAsync(store, ct).ConfigureAwait(false);
        var mapped = new List<(InboxRow Row, IReadOnlyList<StoreRecord> Records)>(due.Count);
        var postponed = 0;
        foreach (var row in due)
        {
            try
            {
                var delivery = Inbox.Delivery(row);
                if (await HandledAsync(connection.Platform, store, delivery, ct).ConfigureAwait(false)) mapped.Add((row, []));
                else if (connector is not null) mapped.Add((row, row.Body is null ? [] : await connector.MapAsync(delivery, ct).ConfigureAwait(false)));
                else if (connection.State == ConnectionState.Uninstalled) mapped.Add((row, []));
                else postponed++;
            }
            catch (StoreTrouble trouble) when (trouble.Kind == StoreTroubleKind.NeedsReconnecting)
            {
                await connections.NeedsReconnectingAsync(store, connection.Installation, trouble.Message, ct).ConfigureAwait(false);
                break;
            }
            catch (Exception problem) when (problem is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                await FailedAsync(store, row, problem, ct).ConfigureAwait(false);
            }
        }
        await WriteAsync(store, mapped, ct).ConfigureAwait(false);
        return postponed == 0;
    }

    private async Task<bool> HandledAsync(Platform platform, StoreId store, StoreDelivery delivery, CancellationToken ct)
    {
        foreach (var handler in handlers)
        {
            if (handler.Platform == platform && await handler.HandleAsync(store, delivery, ct).ConfigureAwait(false)) return true;
        }
        return false;
    }

    private async Task WriteAsync(StoreId store, List<(InboxRow Row, IReadOnlyList<StoreRecord> Records)> mapped, CancellationToken ct)
    {
        if (mapped.Count == 0) return;
        try
        {
            await writer.WriteAsync(store, Lane.Live, async transaction =>
            {
                var all = mapped.SelectMany(m => m.Records).ToList();
                if (all.Count > 0) await records.WriteAsync(transaction, all, Arrival.Live).ConfigureAwait(false);
                var ids = mapped.ConvertAll(m => m.Row.Id);
                var now = time.GetUtcNow();
                await transaction.Db.Inbox.Where(i => ids.Contains(i.Id)).ExecuteUpdateAsync(i => i.SetProperty(x => x.State, InboxState.Done)
                    .SetProperty(x => x.DoneAt, now).SetProperty(x => x.NextAttemptAt, (DateTimeOffset?)null).SetProperty(x => x.Error, (string?)null), ct).ConfigureAwait(false);
            }, ct).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is not OperationCanceledException and not LeaseLostException)
        {
            // One of them is poison: each by itself, so that the others go through.
            if (mapped.Count == 1) await FailedAsync(store, mapped[0].Row, problem, ct).ConfigureAwait(false);
            else foreach (var one in mapped) await WriteAsync(store, [one], ct).ConfigureAwait(false);
        }
    }

    private async Task FailedAsync(StoreId store, InboxRow row, Exception problem, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var trouble = problem as StoreTrouble;
        var parked = trouble?.Kind == StoreTroubleKind.BadBody || (row.Attempts + 1 >= FewestAttempts && now - row.ReceivedAt > Patience);
        var rest = trouble?.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, 5 * Math.Pow(3, Math.Min(row.Attempts, 10))));
        // A sentence for the merchant; never what a body said.
        var error = trouble?.Message ?? $"Not foreseen ({problem.GetType().Name}); it is tried again.";
        if (trouble is null) Log.Failed(log, row.Id, store.Value, problem.GetType().FullName, problem.StackTrace);
        await writer.WriteAsync(store, Lane.Live, async transaction =>
        {
            await transaction.Db.Inbox.Where(i => i.Id == row.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.Attempts, row.Attempts + 1).SetProperty(x => x.Error, error)
                .SetProperty(x => x.State, parked ? InboxState.Parked : InboxState.Waiting).SetProperty(x => x.NextAttemptAt, parked ? null : now + rest), ct).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A round over the inbox failed; the next goes on")]
        public static partial void RoundFailed(ILogger logger, Exception problem);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Delivery {Id} of store {Store} could not be worked: {Kind} at {Stack}")]
        public static partial void Failed(ILogger logger, long id, long store, string? kind, string? stack);
    }
}
