using System.Collections.Concurrent;
using System.Globalization;
using Comeback.Engine;
using Npgsql;

namespace Comeback.Data;

/// <summary>
/// Lets the replicas of a PostgreSQL wake each other (LISTEN/NOTIFY): of commits, so that a store's owner follows at once what another accepted, and
/// of ticks of the schedule, so that each works its own stores. Only hints: polls are the net under them. On SQLite there is nobody to tell.
/// </summary>
/// <remarks>
/// What is told is gathered and told apart from the transactions it is about: a NOTIFY inside them would make all commits of the database wait for
/// each other, and a hundred commits of a store are one word.
/// </remarks>
internal sealed partial class Replicas(Databases databases, ChangeSignal signal, Leases leases, TimeProvider time, ILogger<Replicas> log) : BackgroundService
{
    private const int MostStoresInOneWord = 300;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    // A connection that died without a word is noticed.
    private static readonly TimeSpan Proof = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<StoreId, bool> changed = new();
    private readonly ConcurrentQueue<string> ticks = new();
    private readonly SemaphoreSlim something = new(0, 1);

    /// <summary>Told of each tick of the schedule that another replica called out.</summary>
    public Action<string>? Ticked { get; set; }

    /// <summary>Tells the other replicas of a tick.</summary>
    public void Tick(string name)
    {
        if (!databases.IsPostgres) return;
        ticks.Enqueue(name);
        Wake();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!databases.IsPostgres) return Task.CompletedTask;
        signal.Elsewhere = store =>
        {
            if (changed.TryAdd(store, true)) Wake();
        };
        return Task.WhenAll(AgainAsync(ListenAsync, stoppingToken), AgainAsync(TellAsync, stoppingToken));
    }

    public override void Dispose()
    {
        something.Dispose();
        base.Dispose();
    }

    private void Wake()
    {
        try
        {
            something.Release();
        }
        catch (Exception full) when (full is SemaphoreFullException or ObjectDisposedException)
        {
            // Awake already, or over.
        }
    }

    private async Task AgainAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await work(ct).ConfigureAwait(false);
            }
            catch (Exception problem) when (!ct.IsCancellationRequested)
            {
                Log.Broken(log, problem);
                await Task.Delay(Pause, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task TellAsync(CancellationToken ct)
    {
        while (true)
        {
            await something.WaitAsync(ct).ConfigureAwait(false);
            var words = new List<string>();
            while (ticks.TryDequeue(out var tick)) words.Add($"{leases.Owner} tick {tick}");
            foreach (var some in changed.Keys.Chunk(MostStoresInOneWord))
            {
                foreach (var store in some) changed.TryRemove(store, out _);
                words.Add($"{leases.Owner} stores {string.Join(',', some.Select(s => s.Value.ToString(CultureInfo.InvariantCulture)))}");
            }
            if (words.Count == 0) continue;
            await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
            foreach (var word in words)
            {
                await using var command = connection.CreateCommand();
                command.CommandText = DataSql.Tell;
                command.With("@word", word);
                await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        await using var connection = (NpgsqlConnection)await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        connection.Notification += (_, told) => Hear(told.Payload);
        await RunAsync(DataSql.Listen).ConfigureAwait(false);
        while (true)
        {
            if (!await connection.WaitAsync(Proof, ct).ConfigureAwait(false)) await RunAsync("SELECT 1").ConfigureAwait(false);
        }

        async Task RunAsync(string sql)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants.
            command.CommandText = sql;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private void Hear(string word)
    {
        if (word.Split(' ') is not [var from, var kind, var what] || from == leases.Owner) return;
        if (kind == "tick") Ticked?.Invoke(what);
        else
        {
            foreach (var store in what.Split(','))
                if (long.TryParse(store, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) signal.Raise(new StoreId(id));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The replicas could not tell each other of changes; they find them by asking, within a second.")]
        public static partial void Broken(ILogger logger, Exception problem);
    }
}
