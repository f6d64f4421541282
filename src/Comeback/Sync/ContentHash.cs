using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Sync;

/// <summary>A hash of what a record says, without when it was said: an equal one changes nothing.</summary>
internal ref struct ContentHash
{
    private const int Bytes = 16;
    [ThreadStatic] private static ArrayBufferWriter<byte>? shared;
    private readonly ArrayBufferWriter<byte> buffer;

    public ContentHash()
    {
        buffer = shared ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
    }

    public static byte[] Of(OrderRecord order, Claim? claim)
    {
        var hash = new ContentHash();
        hash.Add(claim);
        hash.Add(order.Number);
        hash.Add(order.PlacedAt.UtcTicks);
        hash.Add((long)order.Standing | ((long)order.Kind << 8) | (order.Test ? 1L << 16 : 0) | (order.CashOnDelivery ? 1L << 17 : 0));
        hash.Add(order.VendorStatus);
        hash.Add(order.DeliveredAt?.UtcTicks ?? 0);
        hash.Add(order.Total);
        hash.Add(order.TotalInStoreCurrency);
        hash.Add(order.Tax);
        hash.Add(order.Shipping);
        hash.Add(order.Discount);
        hash.Add(order.Tip);
        hash.Add(order.CartExternalId);
        hash.Add(order.DiscountCodes);
        foreach (var consent in order.Consents) hash.Add($"{consent.Channel}{consent.State}{consent.At.UtcTicks}{consent.Source}{consent.Wording}");
        hash.Add(order.Refunds.Count);
        foreach (var refund in order.Refunds)
        {
            hash.Add(refund.ExternalId);
            hash.Add(refund.At.UtcTicks);
            hash.Add(refund.Amount);
        }
        hash.Add(order.Lines.Count);
        foreach (var line in order.Lines)
        {
            hash.Add(line.ProductExternalId);
            hash.Add(line.VariantExternalId);
            hash.Add(line.Sku);
            hash.Add(line.Title);
            hash.Add(line.Quantity);
            hash.Add((long)line.Kind);
            hash.Add(line.UnitPrice.Minor);
            hash.Add(line.Total);
            hash.Add(line.Categories);
        }
        return hash.End();
    }

    public static byte[] Of(CartRecord cart, Claim? claim)
    {
        var hash = new ContentHash();
        hash.Add(claim);
        hash.Add(cart.Visitor);
        hash.Add(cart.CreatedAt?.UtcTicks ?? 0);
        hash.Add(cart.RecoveryUrl);
        hash.Add(cart.Total);
        hash.Add(cart.Closed ? 1 : 0);
        hash.Add(cart.Lines.Count);
        foreach (var line in cart.Lines)
        {
            hash.Add(line.ProductExternalId);
            hash.Add(line.VariantExternalId);
            hash.Add(line.Title);
            hash.Add(line.Quantity);
            hash.Add(line.UnitPrice);
            hash.Add(line.ImageUrl);
        }
        return hash.End();
    }

    public static byte[] Of(ProductRecord product)
    {
        var hash = new ContentHash();
        hash.Add(product.Title);
        hash.Add(product.Url);
        hash.Add(product.ImageUrl);
        hash.Add(product.Vendor);
        hash.Add((product.Published ? 1 : 0) | (product.Deleted ? 2 : 0));
        hash.Add(product.Tags);
        hash.Add(product.CategoryExternalIds);
        foreach (var (language, title) in product.TitlesByLanguage.OrderBy(t => t.Key, StringComparer.Ordinal)) hash.Add($"{language}\n{title}");
        hash.Add(product.Variants.Count);
        foreach (var variant in product.Variants)
        {
            hash.Add(variant.ExternalId);
            hash.Add(variant.Sku);
            hash.Add(variant.Title);
            hash.Add(variant.Price);
            hash.Add(variant.CompareAtPrice);
            hash.Add(variant.Stock ?? long.MinValue);
            hash.Add(variant.SellsWithoutStock ? 1 : 0);
        }
        return hash.End();
    }

    private readonly void Add(Claim? claim)
    {
        Add(claim is null ? 0 : 1);
        if (claim is null) return;
        Add(claim.Account);
        Add(claim.Email);
        Add(claim.Phone);
        Add(claim.FirstName);
        Add(claim.LastName);
        Add(claim.Country);
        Add(claim.Region);
        Add(claim.City);
        Add(claim.Language);
    }

    private readonly void Add(Money? money)
    {
        Add(money?.Minor ?? long.MinValue);
        Add(money?.Currency.Code);
    }

    private readonly void Add(IReadOnlyList<string> texts)
    {
        Add(texts.Count);
        foreach (var text in texts) Add(text);
    }

    private readonly void Add(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(8), number);
        buffer.Advance(8);
    }

    private readonly void Add(string? text)
    {
        Add(text?.Length ?? -1L);
        if (text is null) return;
        var span = buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        buffer.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    private readonly byte[] End()
    {
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, whole);
        return whole[..Bytes].ToArray();
    }
}
