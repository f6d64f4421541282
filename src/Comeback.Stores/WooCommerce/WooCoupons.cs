using System.Globalization;
using System.Text.Json;

namespace Comeback.Stores.WooCommerce;

/// <summary>A coupon that a campaign wants: for one address, once, until an hour.</summary>
public sealed record WooCoupon(string Code, int Percent, string? Email, DateTimeOffset? Ends)
{
    public IReadOnlyList<string> CategoryExternalIds { get; init; } = [];
    public IReadOnlyList<string> ProductExternalIds { get; init; } = [];
    /// <summary>Combines with other coupons; by default with none.</summary>
    public bool Combines { get; init; }
    /// <summary>Also for what is on sale; by default not.</summary>
    public bool ForSaleItems { get; init; }
}

/// <summary>Makes coupons in bulk and takes back those that nobody used.</summary>
public sealed class WooCoupons
{
    // WooCommerce's own limit of a batch.
    private const int AtOnce = 100;
    private readonly WooClient client;

    internal WooCoupons(WooClient client) => this.client = client;

    /// <summary>Code to the store's id of each that is there now; one that could not be made is left out. Asked twice it makes none twice.</summary>
    public async Task<IReadOnlyDictionary<string, string>> MakeAsync(IReadOnlyList<WooCoupon> coupons, CancellationToken ct)
    {
        var made = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var batch in coupons.Chunk(AtOnce))
        {
            using var answer = await client.SendAsync(HttpMethod.Post, "wc/v3/coupons/batch", new Dictionary<string, object> { ["create"] = batch.Select(Write).ToList() }, ct).ConfigureAwait(false);
            var created = answer.Root.List("create").ToList();
            for (var i = 0; i < created.Count && i < batch.Length; i++)
            {
                if (created[i].IdText() is { } id) made[batch[i].Code] = id;
                // An answer that was lost: the coupon is there under its code.
                else if (await FindAsync(batch[i].Code, ct).ConfigureAwait(false) is { } known) made[batch[i].Code] = known;
            }
        }
        return made;
    }

    /// <summary>Deletes for good those that were never used; returns the ids of those that are gone now.</summary>
    public async Task<IReadOnlyList<string>> DeleteUnusedAsync(IReadOnlyList<string> ids, CancellationToken ct)
    {
        var gone = new List<string>();
        foreach (var batch in ids.Chunk(AtOnce))
        {
            using var answer = await client.GetAsync($"wc/v3/coupons?per_page=100&include={string.Join(',', batch)}&_fields=id,usage_count", ct).ConfigureAwait(false);
            var there = answer.Root.ValueKind == JsonValueKind.Array ? answer.Root.EnumerateArray().ToList() : [];
            var unused = there.Where(c => (c.Amount("usage_count") ?? 1) == 0).Select(c => c.Id()).OfType<long>().ToList();
            gone.AddRange(batch.Except(there.Select(c => c.IdText()).OfType<string>(), StringComparer.Ordinal));
            if (unused.Count == 0) continue;
            using var deleted = await client.SendAsync(HttpMethod.Post, "wc/v3/coupons/batch", new Dictionary<string, object> { ["delete"] = unused }, ct).ConfigureAwait(false);
            gone.AddRange(unused.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        }
        return gone;
    }

    /// <summary>Early access: hidden from catalogue and search while only the link leads there, then visible. A forwarded link works.</summary>
    public async Task ShowAsync(string productExternalId, bool visible, CancellationToken ct)
    {
        using var answer = await client.SendAsync(
            HttpMethod.Put, $"wc/v3/products/{productExternalId}", new Dictionary<string, string> { ["catalog_visibility"] = visible ? "visible" : "hidden" }, ct).ConfigureAwait(false);
    }

    private async Task<string?> FindAsync(string code, CancellationToken ct)
    {
        using var answer = await client.GetAsync($"wc/v3/coupons?code={Uri.EscapeDataString(code)}&_fields=id,code", ct).ConfigureAwait(false);
        return answer.Root.ValueKind == JsonValueKind.Array
            ? answer.Root.EnumerateArray().Where(c => string.Equals(c.Text("code"), code, StringComparison.OrdinalIgnoreCase)).Select(c => c.IdText()).FirstOrDefault() : null;
    }

    private static Dictionary<string, object> Write(WooCoupon coupon)
    {
        var body = new Dictionary<string, object>
        {
            ["code"] = coupon.Code,
            ["discount_type"] = "percent",
            ["amount"] = coupon.Percent.ToString(CultureInfo.InvariantCulture),
            ["usage_limit"] = 1,
            ["usage_limit_per_user"] = 1,
            ["individual_use"] = !coupon.Combines,
            ["exclude_sale_items"] = !coupon.ForSaleItems,
            ["description"] = "Comeback",
        };
        if (coupon.Email is not null) body["email_restrictions"] = new[] { coupon.Email };
        if (coupon.Ends is { } ends) body["date_expires_gmt"] = ends.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        if (Numbers(coupon.CategoryExternalIds) is { Count: > 0 } categories) body["product_categories"] = categories;
        if (Numbers(coupon.ProductExternalIds) is { Count: > 0 } products) body["product_ids"] = products;
        return body;
    }

    private static List<long> Numbers(IReadOnlyList<string> ids) =>
        [.. ids.Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).Where(n => n > 0)];
}
