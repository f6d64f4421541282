using Comeback.Engine;
using Comeback.Stores.Demo;

namespace Comeback.Sync;

/// <summary>
/// Where the demo's shoppers open, click and unsubscribe: the code behind the public links, reached with the tokens that their messages carry.
/// Declared here, where the shoppers live; the messages' stage, which comes later in the flow, offers it.
/// </summary>
internal interface IDemoDoors
{
    /// <summary>Does what the shopper does; false when the message has no such door, and the reaction is then written as a neutral event.</summary>
    Task<bool> ReactAsync(StoreId store, DemoReaction reaction, CancellationToken ct);
}
