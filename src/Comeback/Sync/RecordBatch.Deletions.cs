using Comeback.Engine.Orders;

namespace Comeback.Sync;

// What is gone from the store: known by its id alone, so the row stays as it was and says that it is gone.
internal sealed partial class RecordBatch
{
    private void ApplyDeletion(DeletionRecord gone) => Count(gone.Thing switch
    {
        DeletedThing.Order => DeleteOrder(gone),
        DeletedThing.Product => DeleteProduct(gone),
        DeletedThing.Category => DeleteCategory(gone),
        DeletedThing.Cart => CloseCart(gone),
        _ => false,
    });

    private bool DeleteOrder(DeletionRecord gone)
    {
        if (!orders.TryGetValue(gone.ExternalId, out var work) || gone.UpdatedAt < work.Row.UpdatedAt || work.Row.Standing == OrderStanding.Deleted) return false;
        // No hash: a state that brings it back differs, whatever it says.
        (work.Row.Standing, work.Row.UpdatedAt, work.Row.ContentHash) = (OrderStanding.Deleted, gone.UpdatedAt, []);
        work.Change();
        return true;
    }

    private bool DeleteProduct(DeletionRecord gone)
    {
        if (!products.TryGetValue(gone.ExternalId, out var work) || work.Row.Deleted || (work.Row.FromCatalogue && gone.UpdatedAt < work.Row.UpdatedAt)) return false;
        (work.Row.Deleted, work.Row.FromCatalogue, work.Row.UpdatedAt, work.Row.ContentHash) = (true, true, gone.UpdatedAt, []);
        work.Change();
        return true;
    }

    private bool DeleteCategory(DeletionRecord gone)
    {
        if (!categories.TryGetValue(gone.ExternalId, out var work) || work.Row.Deleted || (work.Row.FromCatalogue && gone.UpdatedAt < work.Row.UpdatedAt)) return false;
        (work.Row.Deleted, work.Row.FromCatalogue, work.Row.UpdatedAt) = (true, true, gone.UpdatedAt);
        work.Change();
        return true;
    }

    private bool CloseCart(DeletionRecord gone)
    {
        if (!carts.TryGetValue(gone.ExternalId, out var work) || work.Row.Closed || gone.UpdatedAt < work.Row.TouchedAt) return false;
        (work.Row.Closed, work.Row.ClosedByStore, work.Row.TouchedAt, work.Row.ContentHash) = (true, true, gone.UpdatedAt, []);
        work.Change();
        return true;
    }
}
