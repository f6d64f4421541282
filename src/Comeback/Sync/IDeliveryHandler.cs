using Comeback.Data;
using Comeback.Engine;
using Comeback.Stores;

namespace Comeback.Sync;

/// <summary>
/// Takes deliveries that are not about records: an uninstall, a data request, a redaction. Asked before the connector, and also when the store has
/// none any more. A later stage registers one where the work is its own (Privacy).
/// </summary>
internal interface IDeliveryHandler
{
    Platform Platform { get; }

    /// <summary>True when it was its own and is done; throwing has it tried again.</summary>
    Task<bool> HandleAsync(StoreId store, StoreDelivery delivery, CancellationToken ct);
}
