namespace Comeback.Engine.Facts;

// One bit or one word a customer that says cheaply who cannot fit: bitmaps, and signatures of what was bought and seen.
public sealed partial class StoreColumns
{
    private ulong[] there = [];
    private ulong[] shoppers = [];
    private ulong[] withCarts = [];
    private ulong[] withRefunds = [];
    private ulong[] boughtSignatures = [];
    private ulong[] seenSignatures = [];
    private ulong[] categorySignatures = [];
    private int signaturesOf = -1;

    /// <summary>Customers that are there.</summary>
    internal ReadOnlySpan<ulong> There => there;

    /// <summary>Those of them who rank.</summary>
    internal ReadOnlySpan<ulong> Shoppers => shoppers;

    /// <summary>Those who have or had a cart.</summary>
    internal ReadOnlySpan<ulong> WithCarts => withCarts;

    /// <summary>Those who have or had a refund that names no order.</summary>
    internal ReadOnlySpan<ulong> WithRefunds => withRefunds;

    /// <summary>A Bloom filter (1970) of 64 bits a customer over the products on their orders: a bit that is not set means "never".</summary>
    internal ReadOnlySpan<ulong> BoughtSignatures => boughtSignatures;

    /// <summary>The same over products viewed.</summary>
    internal ReadOnlySpan<ulong> SeenSignatures => seenSignatures;

    /// <summary>The same over the categories of what was bought, parents rolled up; after <see cref="PrepareSignatures"/>.</summary>
    internal ReadOnlySpan<ulong> CategorySignatures => categorySignatures;

    /// <summary>The bit of a slot in a signature: multiplied by 2^64 over the golden ratio so that neighbours differ.</summary>
    internal static ulong Bit(int slot) => 1UL << (int)(unchecked((ulong)slot * 0x9E3779B97F4A7C15UL) >> 58);

    /// <summary>Makes the signatures of categories true for the catalogue as it is.</summary>
    internal void PrepareSignatures()
    {
        if (signaturesOf == CatalogueVersion && categorySignatures.Length >= Capacity) return;
        signaturesOf = CatalogueVersion;
        categorySignatures = new ulong[customers.Length];
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
            foreach (ref readonly var order in OrdersOf(ordinal))
                foreach (ref readonly var line in LinesOf(order.Slot))
                    if (line.Product >= 0) categorySignatures[ordinal] |= CategoriesBit(line.Product);
    }

    private ulong CategoriesBit(int product)
    {
        var entry = products[product];
        if (entry.SignatureOf == CatalogueVersion) return entry.Signature;
        var bits = 0UL;
        foreach (var category in CategoriesOf(product))
            bits |= Bit(category);
        (entry.Signature, entry.SignatureOf) = (bits, CatalogueVersion);
        return bits;
    }

    private void MarkBought(int ordinal, int product)
    {
        if (product < 0) return;
        boughtSignatures[ordinal] |= Bit(product);
        if (signaturesOf == CatalogueVersion && ordinal < categorySignatures.Length) categorySignatures[ordinal] |= CategoriesBit(product);
    }

    private void ReserveMarks()
    {
        var words = (customers.Length + 63) >> 6;
        Array.Resize(ref there, words);
        Array.Resize(ref shoppers, words);
        Array.Resize(ref withCarts, words);
        Array.Resize(ref withRefunds, words);
        Array.Resize(ref boughtSignatures, customers.Length);
        Array.Resize(ref seenSignatures, customers.Length);
        if (signaturesOf == CatalogueVersion) Array.Resize(ref categorySignatures, customers.Length);
    }

    private static void Mark(ulong[] bitmap, int ordinal, bool set = true)
    {
        if (set) bitmap[ordinal >> 6] |= 1UL << (ordinal & 63);
        else bitmap[ordinal >> 6] &= ~(1UL << (ordinal & 63));
    }
}
