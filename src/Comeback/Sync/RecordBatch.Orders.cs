using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

// Orders with their lines and refunds, and refunds that name no order.
internal sealed partial class RecordBatch
{
    private readonly Dictionary<string, Work<OrderRow>> orders = new(StringComparer.Ordinal);
    private readonly Dictionary<long, List<OrderLineRow>> lines = [];
    private readonly HashSet<long> replacedLines = [];
    private readonly Dictionary<string, Work<RefundRow>> refunds = new(StringComparer.Ordinal);

    private void ApplyOrder(Prepared prepared, OrderRecord record)
    {
        var customer = prepared.Customer!.Final;
        var isNew = !orders.TryGetValue(record.ExternalId, out var work);
        if (isNew)
        {
            work = new Work<OrderRow>(new OrderRow
            {
                StoreId = store.Id,
                Id = new(NextId()),
                ExternalId = record.ExternalId,
                Number = record.Number,
                Currency = record.Total.Currency.Code,
                ContentHash = [],
                RecordedAt = now,
                Found = IsFound(record.PlacedAt),
            }, true);
            orders.Add(record.ExternalId, work);
        }
        var row = work!.Row;
        var refunded = record.Refunds.Sum(r => r.Amount.Minor);
        var same = row.ContentHash.AsSpan().SequenceEqual(prepared.Hash);
        var newer = isNew ? 1 : Compare(record, refunded, prepared.Hash!, row);
        if (same && newer <= 0)
        {
            Count(false);
            return;
        }
        // What lines say of products, and people said, is learnt from late states too.
        var ids = record.Lines.Select(line => LineProduct(record, line)).ToList();
        consentsToAdd.AddRange(record.Consents.Select(c => (customer, c, prepared.ClaimJson, (string?)$"order:{record.ExternalId}")));
        if (same)
        {
            row.UpdatedAt = record.UpdatedAt;
            work.Dirty = true;
            Count(false);
            return;
        }
        if (newer <= 0)
        {
            Count(false);
            return;
        }
        if (!isNew && row.CustomerId != customer.Row.Id && customers.TryGetValue(row.CustomerId, out var before)) touched.Add(before);
        Fill(row, record, refunded, prepared, customer);
        work.Change();
        Count(true);
        WriteLines(work, record, ids);
        WriteRefunds(row, record, customer);
        if (record.CartExternalId is not null) cartsOfOrders[record.CartExternalId] = (prepared, record.PlacedAt);
    }

    /// <summary>The order of an order's states: when the store says it came to be; within one second, how far it has come.</summary>
    private static int Compare(OrderRecord record, long refunded, byte[] hash, OrderRow row)
    {
        var order = record.UpdatedAt.CompareTo(row.UpdatedAt);
        if (order == 0) order = record.Standing.CompareTo(row.Standing);
        if (order == 0) order = refunded.CompareTo(row.RefundedMinor);
        return order != 0 ? order : hash.AsSpan().SequenceCompareTo(row.ContentHash);
    }

    private void Fill(OrderRow row, OrderRecord record, long refunded, Prepared prepared, CustomerWork customer)
    {
        row.Number = Claim.Clean(record.Number) ?? record.ExternalId;
        row.CustomerId = customer.Row.Id;
        row.Claim = prepared.ClaimJson;
        row.PlacedAt = record.PlacedAt;
        row.UpdatedAt = record.UpdatedAt;
        row.Standing = record.Standing;
        row.VendorStatus = Claim.Clean(record.VendorStatus);
        row.Kind = record.Kind;
        row.Test = record.Test;
        row.CashOnDelivery = record.CashOnDelivery;
        row.DeliveredAt = record.DeliveredAt;
        row.Currency = record.Total.Currency.Code;
        row.TotalMinor = record.Total.Minor;
        row.RefundedMinor = refunded;
        row.TaxMinor = record.Tax?.Minor ?? 0;
        row.ShippingMinor = record.Shipping?.Minor ?? 0;
        row.DiscountMinor = record.Discount?.Minor ?? 0;
        row.DiscountCodes = record.DiscountCodes.Count == 0 ? "[]" : JsonSerializer.Serialize(record.DiscountCodes);
        row.CartExternalId = record.CartExternalId;
        row.ContentHash = prepared.Hash!;
        row.StoreTotalMinor = InStoreCurrency(record)?.Minor;
        row.SpentMinor = Spent(record, refunded);
    }

    private Money? InStoreCurrency(OrderRecord record) =>
        record.TotalInStoreCurrency is { } told && told.Currency == store.Currency ? told
        : record.Total.Currency == store.Currency ? record.Total
        : null;

    /// <summary>Total less refunds, gift cards bought and tips, in the store's currency; null when there is no rate (DEFINITIONS, "Amount spent").</summary>
    private long? Spent(OrderRecord record, long refunded)
    {
        if (InStoreCurrency(record) is not { } total) return null;
        long giftCards = 0, tipLines = 0;
        foreach (var line in record.Lines)
        {
            if (line.Kind == LineKind.GiftCard) giftCards += line.Total.Minor;
            else if (line.Kind == LineKind.Tip) tipLines += line.Total.Minor;
        }
        var less = refunded + giftCards + (record.Tip?.Minor ?? tipLines);
        return Math.Max(0, total.Minor - Exchange(less, record.Total, total));
    }

    // The order's own rate: what its total is in both currencies.
    private static long Exchange(long minor, Money total, Money inStore) =>
        total.Currency == inStore.Currency && total.Minor == inStore.Minor ? minor
        : total.Minor == 0 ? 0
        : (long)Math.Round((decimal)minor * inStore.Minor / total.Minor, MidpointRounding.AwayFromZero);

    private ProductId? LineProduct(OrderRecord order, OrderLineRecord line)
    {
        // What is no goods counts in money only, never as a product.
        if (line is not { Kind: LineKind.Goods, ProductExternalId: { } externalId }) return null;
        var product = Product(externalId, Claim.Clean(line.Title, 500) ?? externalId, order.UpdatedAt);
        if (line.Categories.Count > 0) LinkByName(product, line.Categories);
        return product.Row.Id;
    }

    private void WriteLines(Work<OrderRow> work, OrderRecord record, List<ProductId?> ids)
    {
        if (!work.IsNew) replacedLines.Add(work.Row.Id.Value);
        var rows = new List<OrderLineRow>(record.Lines.Count);
        for (var i = 0; i < record.Lines.Count; i++)
        {
            var line = record.Lines[i];
            rows.Add(new OrderLineRow
            {
                StoreId = store.Id,
                OrderId = work.Row.Id,
                LineNumber = i + 1,
                ProductId = ids[i],
                VariantExternalId = line.VariantExternalId,
                Sku = line.Sku,
                Title = Claim.Clean(line.Title, 500) ?? "",
                Quantity = line.Quantity,
                UnitPriceMinor = line.UnitPrice.Minor,
                TotalMinor = line.Total.Minor,
                Kind = line.Kind,
            });
        }
        lines[work.Row.Id.Value] = rows;
    }

    private void WriteRefunds(OrderRow order, OrderRecord record, CustomerWork customer)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var refund in record.Refunds)
        {
            var key = RefundKey(record, refund);
            present.Add(key);
            var storeAmount = order.StoreTotalMinor is { } total
                ? Exchange(refund.Amount.Minor, record.Total, new Money(total, store.Currency))
                : (long?)null;
            Refund(key, refund.Amount, refund.At, order.Id, out var work);
            var row = work.Row;
            row.UpdatedAt = record.UpdatedAt;
            if (!work.IsNew && row.AmountMinor == refund.Amount.Minor && row.At == refund.At && row.StoreAmountMinor == storeAmount && row.CustomerId == customer.Row.Id) continue;
            (row.AmountMinor, row.At, row.StoreAmountMinor, row.CustomerId) = (refund.Amount.Minor, refund.At, storeAmount, customer.Row.Id);
            work.Change();
        }
        // A refund that the store took back stays as a row of nothing, so that followers see it go.
        foreach (var work in refunds.Values.Where(r => r.Row.OrderId == order.Id && !present.Contains(r.Row.ExternalId)))
        {
            work.Row.CustomerId = customer.Row.Id;
            (work.Row.AmountMinor, work.Row.StoreAmountMinor) = (0, 0);
            work.Change();
        }
    }

    private void ApplyRefund(Prepared prepared, LooseRefundRecord record)
    {
        var customer = prepared.Customer!.Final;
        var isNew = Refund(record.ExternalId, record.Amount, record.At, null, out var work);
        var row = work.Row;
        if (!isNew && (record.UpdatedAt < row.UpdatedAt || (record.UpdatedAt == row.UpdatedAt && record.Amount.Minor <= row.AmountMinor)))
        {
            Count(false);
            return;
        }
        var same = !isNew && row.AmountMinor == record.Amount.Minor && row.At == record.At && row.Claim == prepared.ClaimJson;
        row.UpdatedAt = record.UpdatedAt;
        work.Dirty = true;
        if (!same)
        {
            (row.AmountMinor, row.At, row.CustomerId, row.Claim) = (record.Amount.Minor, record.At, customer.Row.Id, prepared.ClaimJson);
            row.StoreAmountMinor = record.Amount.Currency == store.Currency ? record.Amount.Minor : null;
            work.Change();
        }
        Count(!same);
    }

    private bool Refund(string externalId, Money amount, DateTimeOffset at, OrderId? order, out Work<RefundRow> work)
    {
        if (refunds.TryGetValue(externalId, out var known))
        {
            work = known;
            return false;
        }
        work = new Work<RefundRow>(new RefundRow
        {
            StoreId = store.Id,
            Id = NextId(),
            ExternalId = externalId,
            OrderId = order,
            At = at,
            AmountMinor = amount.Minor,
            Currency = amount.Currency.Code,
        }, true);
        refunds.Add(externalId, work);
        return true;
    }

    private static string RefundKey(OrderRecord order, RefundRecord refund) => $"{order.ExternalId}:{refund.ExternalId}";

    private async Task LoadRefundsOfOrdersAsync()
    {
        var refunded = orders.Values.Where(o => o.Row.RefundedMinor != 0).Select(o => (OrderId?)o.Row.Id).ToList();
        foreach (var row in await FindAsync<RefundRow, OrderId?>(refunded, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.OrderId))).ConfigureAwait(false))
            refunds.TryAdd(row.ExternalId, new Work<RefundRow>(row, false));
    }
}
