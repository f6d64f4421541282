using Comeback.Data;
using Comeback.Engine;
using Comeback.Stores;

namespace Comeback.Install;

/// <summary>Makes the connectors of one platform: the vendor's class with the store's address and opened keys. One is registered per platform.</summary>
internal interface IConnectorSource
{
    Platform Platform { get; }

    /// <summary>A connector for the store as it is connected now. Made for one piece of work, so that new keys are used at once.</summary>
    Task<IStoreConnector> OpenAsync(StoreConnectionRow connection, CancellationToken ct);
}

/// <summary>From a store to its connector.</summary>
internal sealed class StoreConnectors(StoreConnections connections, IEnumerable<IConnectorSource> sources)
{
    /// <summary>Null for a store that is not connected now: never was, needs reconnecting, or was uninstalled.</summary>
    public async Task<IStoreConnector?> OpenAsync(StoreId store, CancellationToken ct)
    {
        if (await connections.FindAsync(store, ct).ConfigureAwait(false) is not { State: ConnectionState.Connected } connection) return null;
        // The last one registered, as everywhere in the container: a test brings its own.
        var source = sources.LastOrDefault(s => s.Platform == connection.Platform);
        return source is null ? null : await source.OpenAsync(connection, ct).ConfigureAwait(false);
    }
}
