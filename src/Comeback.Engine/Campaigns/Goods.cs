namespace Comeback.Engine.Campaigns;

/// <summary>Stock that may be spoken of: known, small and true.</summary>
public static class Scarcity
{
    /// <summary>The number to print in "only X left", or null where nothing may be said: unknown, above 10, gone, oversold or not sold online.</summary>
    public static int? OnlyLeft(int? stock, bool sellsWithoutStock, bool sellable) => sellable && !sellsWithoutStock && stock is >= 1 and <= 10 ? stock : null;
}

/// <summary>One counted order's goods in one category.</summary>
/// <param name="Depth">How many parents are above it: of two that say the same, the narrower one is named.</param>
public sealed record CategoryPurchase(CategoryId Category, OrderId Order, int Quantity, DateTimeOffset At, int Depth = 0);

/// <summary>The category that somebody bought from most: what a win-back names.</summary>
public static class FavouriteCategory
{
    /// <summary>
    /// Most orders first, then most pieces, then the narrower category, then the later order, then the lower id, so that it never flickers. Null without
    /// a usable category.
    /// </summary>
    public static CategoryId? Of(IEnumerable<CategoryPurchase> purchases) => purchases
        .GroupBy(p => p.Category)
        .Select(g => (Category: g.Key, Orders: g.Select(p => p.Order).Distinct().Count(), Pieces: g.Sum(p => (long)p.Quantity), Last: g.Max(p => p.At), Depth: g.Max(p => p.Depth)))
        .OrderByDescending(g => g.Orders).ThenByDescending(g => g.Pieces).ThenByDescending(g => g.Depth).ThenByDescending(g => g.Last).ThenBy(g => g.Category)
        .Select(g => (CategoryId?)g.Category)
        .FirstOrDefault();
}
