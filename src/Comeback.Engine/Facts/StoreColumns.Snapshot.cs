namespace Comeback.Engine.Facts;

// The columns as a stream of bytes, so that a start need not read every row again. The host keeps the bytes, their version and their checksum.
public sealed partial class StoreColumns
{
    /// <summary>Raised whenever the bytes of a snapshot change their meaning: others are not read.</summary>
    public const int SnapshotFormat = 1;

    /// <summary>Writes the columns. Rows of those who are gone are left out, and events older than <paramref name="eventsFrom"/>.</summary>
    public void Write(Stream stream, DateTimeOffset eventsFrom)
    {
        var to = new ColumnWriter(stream);
        to.All(Texts.All, to.Text);
        to.All(categories, entry =>
        {
            to.Number(entry.Id);
            to.Number(entry.Parent);
            to.Text(entry.Facts?.Key);
            to.Text(entry.Facts?.Name);
            to.Text(entry.Facts?.ExternalId);
            to.Number(entry.Facts?.Parent?.Value ?? -1);
            to.Number(entry.Facts is { InUse: true } ? 1 : 0);
        });
        to.All(products, entry =>
        {
            to.Number(entry.Id);
            to.Number(entry.External);
            to.Number(entry.Vendor);
            to.Number(entry.Price);
            to.Number(entry.Used ? 1 : 0);
            to.Column<int>(entry.Tags);
            to.Column<int>(entry.Direct);
        });
        CustomerEntry[] people = [.. customers.AsSpan(0, Capacity)];
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
            if (!Exists(ordinal)) people[ordinal] = new CustomerEntry { Id = people[ordinal].Id };
        to.Column<CustomerEntry>(people);
        to.All([.. tags.Where(pair => Exists(pair.Key))], pair =>
        {
            to.Number(pair.Key);
            to.Column<int>(pair.Value);
        });
        to.All([.. lifetimes.Where(pair => Exists(pair.Key))], pair =>
        {
            to.Number(pair.Key);
            to.Column<long>([pair.Value.Orders, pair.Value.SpentMinor, Ticks(pair.Value.FirstOrderAt), Ticks(pair.Value.LastOrderAt), Ticks(pair.Value.AsOf)]);
        });
        to.All([.. vendorValues.Where(pair => Exists(pair.Key))], pair =>
        {
            to.Number(pair.Key);
            to.All([.. pair.Value], value =>
            {
                to.Text(value.Key);
                to.Text(value.Value);
            });
        });
        consents.Where(Exists).Write(to);
        WriteOrders(to);
        refunds.Where(Exists).Write(to);
        carts.Where(Exists).Write(to);
        var from = StoreDays.Micros(eventsFrom);
        events.Where(Exists, log =>
        {
            var first = 0;
            while (first < log.Length && log[first].At < from) first++;
            return log[first..];
        }).Write(to);
        to.All([.. cartProducts.Where(pair => cartOwners[pair.Key] is >= 0 and var owner && Exists(owner))], pair =>
        {
            to.Number(pair.Key);
            to.Column<int>(pair.Value);
        });
        to.Column<long>([.. campaignOfMessage.SelectMany(pair => new[] { pair.Key, pair.Value })]);
        to.Number((long)kindsSeen);
        properties.Where(Exists).Write(to);
        to.Column<int>([.. customNames]);
        to.Column<ulong>(boughtSignatures.AsSpan(0, Capacity));
        to.Column<ulong>(seenSignatures.AsSpan(0, Capacity));
    }

    /// <summary>Reads columns that <see cref="Write"/> wrote, of a store with the same profile.</summary>
    /// <param name="length">Bytes of the snapshot.</param>
    /// <exception cref="InvalidDataException">They are no such bytes.</exception>
    /// <exception cref="EndOfStreamException">They end too early.</exception>
    public static StoreColumns Read(Stream stream, long length, StoreProfile profile)
    {
        var columns = new StoreColumns(profile);
        columns.Read(new ColumnReader(stream, length));
        return columns;
    }

    private void Read(ColumnReader from)
    {
        var first = true;
        from.All(() =>
        {
            var text = from.Text();
            // The first is "no text", which is there from the start.
            if (!first) Texts.Of(text);
            first = false;
        });
        from.All(() =>
        {
            var (id, parent, key, name, external) = (from.Number(), (int)from.Number(), from.Text(), from.Text(), from.Text());
            var (above, inUse) = (from.Number(), from.Number() != 0);
            categorySlots[id] = categories.Count;
            if (key is not null) categoryByKey[key] = categories.Count;
            categories.Add(new CategoryEntry(id, key is null ? null : new CategoryFacts(new(id), key, name ?? "", above < 0 ? null : new CategoryId(above), inUse, external), parent));
        });
        from.All(() =>
        {
            var entry = new ProductEntry { Id = from.Number(), External = (int)from.Number(), Vendor = (int)from.Number(), Price = from.Number(), Used = from.Number() != 0, Tags = from.Column<int>(), Direct = from.Column<int>() };
            productSlots[entry.Id] = products.Count;
            products.Add(entry);
        });
        CatalogueVersion++;
        customers = from.Column<CustomerEntry>();
        Capacity = customers.Length;
        ReserveMarks();
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
        {
            ref readonly var entry = ref customers[ordinal];
            if (entry.Id != 0) ordinals[entry.Id] = ordinal;
            var (there, shopper) = ((entry.Flags & CustomerFlags.There) != 0, (entry.Flags & CustomerFlags.NotAShopper) == 0);
            Customers += there ? 1 : 0;
            Mark(this.there, ordinal, there);
            Mark(shoppers, ordinal, there && shopper);
            if ((entry.Flags & CustomerFlags.Objects) != 0) objectors.Add(ordinal);
        }
        from.All(() => tags[(int)from.Number()] = from.Column<int>());
        from.All(() =>
        {
            var ordinal = (int)from.Number();
            if (from.Column<long>() is not [var count, var spent, var earliest, var latest, var asOf]) throw new InvalidDataException("A customer's totals are not whole.");
            lifetimes[ordinal] = new LifetimeFacts((int)count, spent, At(earliest), At(latest), At(asOf) ?? default);
        });
        from.All(() =>
        {
            var ordinal = (int)from.Number();
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            from.All(() => values[from.Text() ?? ""] = from.Text() ?? "");
            vendorValues[ordinal] = values;
        });
        consents.Read(from);
        ReadOrders(from);
        refunds.Read(from);
        carts.Read(from);
        events.Read(from);
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
        {
            foreach (ref readonly var refund in refunds.Of(ordinal))
                refundOwners[refund.Id] = ordinal;
            foreach (ref readonly var cart in carts.Of(ordinal))
                cartOwners[cart.Id] = ordinal;
            foreach (ref readonly var happened in events.Of(ordinal))
                knownEvents.Add(happened.Id);
            Mark(withRefunds, ordinal, !refunds.Of(ordinal).IsEmpty);
            Mark(withCarts, ordinal, !carts.Of(ordinal).IsEmpty);
        }
        from.All(() => cartProducts[from.Number()] = from.Column<int>());
        var campaigns = from.Column<long>();
        for (var i = 0; i + 1 < campaigns.Length; i += 2)
            campaignOfMessage[campaigns[i]] = campaigns[i + 1];
        kindsSeen = (ulong)from.Number();
        properties.Read(from);
        customNames.UnionWith(from.Column<int>());
        (boughtSignatures, seenSignatures) = (from.Column<ulong>(), from.Column<ulong>());
        if (boughtSignatures.Length != Capacity || seenSignatures.Length != Capacity) throw new InvalidDataException("A column is of another length than its kin.");
    }

    // Slots are given anew in the order of customers, so that none is kept for an order of somebody who is gone.
    private void WriteOrders(ColumnWriter to)
    {
        var kept = orders.Where(Exists);
        var (heads, goods, discounts) = (new OrderSlot[kept.Total], new SliceLog<LineEntry>(), new List<KeyValuePair<int, int[]>>());
        var next = 0;
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
            foreach (ref var order in kept.Of(ordinal))
            {
                goods.Set(next, lines.Of(order.Slot));
                if (codes.TryGetValue(order.Slot, out var used)) discounts.Add(new(next, used));
                heads[next] = slots[order.Slot];
                order.Slot = next++;
            }
        kept.Write(to);
        goods.Trim();
        goods.Write(to);
        to.Column<OrderSlot>(heads);
        to.All(discounts, pair =>
        {
            to.Number(pair.Key);
            to.Column<int>(pair.Value);
        });
    }

    private void ReadOrders(ColumnReader from)
    {
        orders.Read(from);
        lines.Read(from);
        slots = from.Column<OrderSlot>();
        usedSlots = slots.Length;
        for (var slot = 0; slot < usedSlots; slot++)
            orderSlots[slots[slot].Id] = slot;
        from.All(() => codes[(int)from.Number()] = from.Column<int>());
    }

    private static long Ticks(DateTimeOffset? at) => at?.UtcTicks ?? -1;

    private static DateTimeOffset? At(long ticks) => ticks < 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}
