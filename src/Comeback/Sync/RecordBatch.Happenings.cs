using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

// Customers as the store keeps them, carts, events, consents, and the browsers that become somebody's.
internal sealed partial class RecordBatch
{
    private static readonly TimeSpan Lookback = TimeSpan.FromDays(30);

    private readonly Dictionary<string, Work<CartRow>> carts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Work<EventRow>> events = new(StringComparer.Ordinal);
    private readonly List<Work<ConsentRow>> consents = [];
    private readonly List<(CustomerWork Customer, ConsentRecord Consent, string? Claim, string? Proof)> consentsToAdd = [];
    private readonly Dictionary<long, (CustomerId Customer, CampaignId Campaign)> messages = [];
    /// <summary>Orders of this batch by the cart that became them.</summary>
    private readonly Dictionary<string, (Prepared Order, DateTimeOffset At)> cartsOfOrders = new(StringComparer.Ordinal);
    /// <summary>Orders known before, by cart: for anonymous carts that come late.</summary>
    private readonly Dictionary<string, OrderRow> ordersOfCarts = new(StringComparer.Ordinal);
    private readonly List<(string Visitor, string Anchor, DateTimeOffset At)> sightings = [];
    private readonly List<IdentityWork> movedBrowsers = [];

    private void ApplyCustomer(Prepared prepared, CustomerRecord record)
    {
        if (prepared.Customer?.Final is not { } customer)
        {
            Count(false);
            return;
        }
        var before = customer.Changed;
        var row = customer.Row;
        var at = Instants.ToMicroseconds(record.UpdatedAt);
        customer.Seen(record.CreatedAt ?? record.UpdatedAt, record.UpdatedAt);
        var tags = record.Tags.Count == 0 ? "[]" : JsonSerializer.Serialize(record.Tags);
        var lifetime = record.Lifetime is null ? null : JsonSerializer.Serialize(record.Lifetime);
        var said = new CustomerRow { Tags = tags, BirthDate = record.BirthDate, Deleted = record.Deleted, Lifetime = lifetime };
        if (customer.Beats(FieldGroup.Record, at, CustomerWork.RecordText(said), CustomerWork.RecordText(row)))
            (row.Tags, row.BirthDate, row.Deleted, row.Lifetime) = (tags, record.BirthDate, record.Deleted, lifetime);
        if (customer.Beats(FieldGroup.Shopper, at, record.NotAShopper ? "1" : "0", row.NotAShopper ? "1" : "0")) row.NotAShopper = record.NotAShopper;
        consentsToAdd.AddRange(record.Consents.Select(c => (customer, c, prepared.ClaimJson, (string?)null)));

        var claim = prepared.Claim!;
        var way = claim.Account is not null ? Identity(IdentityKind.Account, claim.Account) : claim.Email is not null ? Identity(IdentityKind.Email, claim.Email) : null;
        if (way is not null && (way.Row.Claim is null || record.UpdatedAt > way.Row.SeenAt
            || (record.UpdatedAt == way.Row.SeenAt && string.CompareOrdinal(prepared.ClaimJson, way.Row.Claim) > 0)))
        {
            (way.Row.Claim, way.Row.SeenAt, way.Dirty) = (prepared.ClaimJson, record.UpdatedAt, true);
        }
        Count(customer.Changed && !before);
    }

    private void ApplyConsents(Prepared prepared, ConsentsRecord record)
    {
        if (prepared.Customer?.Final is { } customer) consentsToAdd.AddRange(record.Consents.Select(c => (customer, c, prepared.ClaimJson, (string?)null)));
        Count(prepared.Customer is not null);
    }

    private void ApplyCart(Prepared prepared, CartRecord record)
    {
        var isNew = !carts.TryGetValue(record.ExternalId, out var work);
        if (isNew)
        {
            work = new Work<CartRow>(new CartRow
            {
                StoreId = store.Id,
                Id = new(NextId()),
                ExternalId = record.ExternalId,
                Found = IsFound(record.UpdatedAt),
                CreatedAt = record.CreatedAt ?? record.UpdatedAt,
            }, true);
            carts.Add(record.ExternalId, work);
        }
        var row = work!.Row;
        var created = record.CreatedAt ?? record.UpdatedAt;
        if (created < row.CreatedAt) (row.CreatedAt, work.Dirty) = (created, true);
        if (prepared.Visitor is not null && prepared.Claim?.Anchor is { } anchor) sightings.Add((prepared.Visitor, anchor, record.UpdatedAt));
        var newer = isNew ? 1 : record.UpdatedAt.CompareTo(row.TouchedAt);
        if (newer == 0) newer = prepared.Hash.AsSpan().SequenceCompareTo(row.ContentHash);
        if (prepared.Customer?.Final is { } customer && (newer > 0 || row.Claim is null) && row.Claim != prepared.ClaimJson)
        {
            (row.CustomerId, row.Claim) = (customer.Row.Id, prepared.ClaimJson);
            work.Change();
        }
        if (newer <= 0)
        {
            Count(false);
            return;
        }
        row.Visitor = prepared.Visitor ?? row.Visitor;
        row.TouchedAt = record.UpdatedAt;
        row.RecoveryUrl = Claim.Clean(record.RecoveryUrl, 2000);
        row.TotalMinor = record.Total?.Minor;
        row.Currency = record.Total?.Currency.Code;
        row.Lines = CartLines.Write(record.Lines.Select(l => new CartLine(
            Product(l.ProductExternalId, Claim.Clean(l.Title, 500) ?? l.ProductExternalId, record.UpdatedAt).Row.Id.ToString(), l.ProductExternalId, l.VariantExternalId,
            Claim.Clean(l.Title, 500) ?? "", l.Quantity, l.UnitPrice?.Minor, Claim.Clean(l.ImageUrl, 2000))));
        row.ClosedByStore = record.Closed;
        if (isNew || record.Closed) row.Closed = record.Closed;
        row.ContentHash = prepared.Hash!;
        work.Change();
        Count(true);
    }

    private void ApplyEvent(Prepared prepared, EventRecord record)
    {
        if (events.ContainsKey(record.ExternalId))
        {
            Count(false);
            return;
        }
        var customer = prepared.Customer?.Final;
        var message = record.Message is { } id && messages.TryGetValue(id.Value, out var found) ? found : default;
        if (prepared.Visitor is not null && prepared.Claim?.Anchor is { } anchor) sightings.Add((prepared.Visitor, anchor, record.At));
        var of = customer?.Row.Id ?? (message.Customer == default ? null : (CustomerId?)message.Customer);
        var work = new Work<EventRow>(new EventRow
        {
            StoreId = store.Id,
            Id = new(NextId()),
            ExternalId = record.ExternalId,
            Kind = record.Kind,
            At = record.At,
            ReceivedAt = now,
            CustomerId = of,
            Claim = prepared.ClaimJson,
            Visitor = prepared.Visitor,
            MessageId = record.Message,
            CampaignId = message.Campaign == default ? null : message.Campaign,
            ProductId = record.ProductExternalId is null ? null : Product(record.ProductExternalId, record.ProductExternalId, DateTimeOffset.MaxValue).Row.Id,
            CategoryId = record.CategoryExternalId is null ? null : Category(record.CategoryExternalId, record.CategoryExternalId).Row.Id,
            Channel = record.Channel,
            Verdict = record.Verdict,
            Found = IsFound(record.At),
            Properties = record.Properties.Count == 0 ? "{}" : JsonSerializer.Serialize(new SortedDictionary<string, string>(record.Properties.ToDictionary(), StringComparer.Ordinal)),
        }, true);
        events.Add(record.ExternalId, work);
        Count(true);
        if (customer is null && of is { } known) customers.TryGetValue(known, out customer);
        if (customer is null) return;
        // A "no" is always taken, from anywhere.
        if (record is { Kind: EventKind.Unsubscribed or EventKind.MessageComplained, Channel: { } channel })
            consentsToAdd.Add((customer, new ConsentRecord(channel, ConsentState.Withdrawn, record.At, record.Kind == EventKind.Unsubscribed ? "unsubscribed" : "complained", null),
                prepared.ClaimJson, $"event:{record.ExternalId}"));
        if (record.Kind == EventKind.MarkedNotAShopper && customer.Beats(FieldGroup.Shopper, Instants.ToMicroseconds(record.At), "1", customer.Row.NotAShopper ? "1" : "0"))
            customer.Row.NotAShopper = true;
    }

    private async Task LoadMessagesAsync(HashSet<long> ids)
    {
        if (ids.Count == 0) return;
        var keys = ids.Select(id => new MessageId(id)).ToArray();
        var rows = await transaction.Db.Messages.AsNoTracking().Where(m => EF.Parameter(keys).Contains(m.Id)).Select(m => new { m.Id, m.CustomerId, m.CampaignId })
            .ToListAsync(transaction.Cancellation).ConfigureAwait(false);
        foreach (var row in rows) messages[row.Id.Value] = (row.CustomerId, row.CampaignId);
        await LoadCustomersAsync(rows.Select(r => r.CustomerId)).ConfigureAwait(false);
    }

    private async Task LoadOrdersOfCartsAsync(IReadOnlyList<Prepared> records)
    {
        var anonymous = records.Where(r => r is { Record: CartRecord, Claim: null }).Select(r => ((CartRecord)r.Record).ExternalId).Distinct(StringComparer.Ordinal).ToList();
        foreach (var row in await FindAsync<OrderRow, string>(anonymous,
            (all, keys) => all.Where(r => r.CartExternalId != null && EF.Parameter(keys).Contains(r.CartExternalId))).ConfigureAwait(false))
            ordersOfCarts[row.CartExternalId!] = row;
        await LoadCustomersAsync(ordersOfCarts.Values.Select(o => o.CustomerId)).ConfigureAwait(false);
    }

    /// <summary>A cart without a name becomes the buyer's; browsers seen with one person become theirs.</summary>
    private async Task LinkBrowsersAsync(IReadOnlyList<Prepared> records)
    {
        foreach (var cart in carts.Values.Where(c => c.Row.Claim is null))
        {
            if (cartsOfOrders.TryGetValue(cart.Row.ExternalId, out var order))
                Take(cart, order.Order.Customer!.Final, order.Order.ClaimJson!, order.Order.Claim!.Anchor, order.At);
            else if (ordersOfCarts.TryGetValue(cart.Row.ExternalId, out var known) && known.Claim is not null && customers.TryGetValue(known.CustomerId, out var buyer))
                Take(cart, buyer.Final, known.Claim, Claim.Read(known.Claim)!.Anchor, known.PlacedAt);
        }
        await ShareBrowsersAsync(records).ConfigureAwait(false);
        foreach (var cart in carts.Values.Where(c => c.Row.CustomerId is null && c.Row.Closed != c.Row.ClosedByStore))
        {
            cart.Row.Closed = cart.Row.ClosedByStore;
            cart.Change();
        }

        void Take(Work<CartRow> cart, CustomerWork buyer, string claim, string? anchor, DateTimeOffset at)
        {
            (cart.Row.CustomerId, cart.Row.Claim) = (buyer.Row.Id, claim);
            cart.Change();
            touched.Add(buyer);
            if (cart.Row.Visitor is not null && anchor is not null) sightings.Add((cart.Row.Visitor, anchor, at));
        }
    }

    private async Task ShareBrowsersAsync(IReadOnlyList<Prepared> records)
    {
        var visitors = records.Select(r => r.Visitor).Concat(sightings.Select(s => s.Visitor)).Where(v => v is not null).ToList();
        // People that were joined or told apart take their browsers with them.
        if (visitors.Count == 0 && !customers.Values.Any(c => c.Gone) && !identities.Keys.Any(k => k.Kind == IdentityKind.Visitor)) return;
        await LoadAsync(IdentityKind.Visitor, visitors).ConfigureAwait(false);
        foreach (var (visitor, anchor, at) in sightings)
        {
            var browser = Identity(IdentityKind.Visitor, visitor);
            if (browser.Links.Count == 0 || at < browser.Row.SeenAt) (browser.Row.SeenAt, browser.Dirty) = (at, true);
            browser.LearnLink(anchor);
        }
        await OwnBrowsersAsync().ConfigureAwait(false);
        // What comes anonymously from a browser that is somebody's already.
        foreach (var work in events.Values.Where(e => e.IsNew && e.Row is { Claim: null, Visitor: not null, CustomerId: null }))
            work.Row.CustomerId = OwnerAt(work.Row.Visitor!, work.Row.At);
        foreach (var work in carts.Values.Where(c => c.Dirty && c.Row is { Claim: null, Visitor: not null }))
        {
            var owner = OwnerAt(work.Row.Visitor!, work.Row.TouchedAt);
            if (owner != work.Row.CustomerId) work.Change();
            work.Row.CustomerId = owner;
            if (owner is { } of && customers.TryGetValue(of, out var holder)) touched.Add(holder);
        }
    }

    private async Task OwnBrowsersAsync()
    {
        var browsers = identities.Values.Where(b => b.Row.Kind == IdentityKind.Visitor && b.Links.Count > 0).ToList();
        // A browser of two people may be one's after all, once these two turn out to be one.
        if (customers.Values.Any(c => c.Gone))
        {
            var anchors = identities.Values.Where(i => i.Customer is not null && i.Row.Kind is IdentityKind.Account or IdentityKind.Email).Select(KeyOf).ToHashSet(StringComparer.Ordinal);
            var nobodys = await transaction.Db.Identities.AsNoTracking().Where(i => i.Kind == IdentityKind.Visitor && i.CustomerId == default(CustomerId))
                .ToListAsync(transaction.Cancellation).ConfigureAwait(false);
            foreach (var row in nobodys.Where(r => !identities.ContainsKey((r.Kind, r.Value)) && JsonSerializer.Deserialize<string[]>(r.Links)!.Any(anchors.Contains)))
            {
                Keep(row, null);
                browsers.Add(identities[(row.Kind, row.Value)]);
            }
        }
        await LoadAsync(IdentityKind.Account, browsers.SelectMany(b => b.Links).Where(l => l[0] == 'a').Select(l => l[2..])).ConfigureAwait(false);
        await LoadAsync(IdentityKind.Email, browsers.SelectMany(b => b.Links).Where(l => l[0] == 'e').Select(l => l[2..])).ConfigureAwait(false);
        foreach (var browser in browsers)
        {
            var owners = browser.Links.Select(l => identities.TryGetValue((l[0] == 'a' ? IdentityKind.Account : IdentityKind.Email, l[2..]), out var way) && way.Leads ? way.Customer : null)
                .Distinct().ToList();
            browser.Customer = owners is [{ } owner] && browser.Links.Count < 5 ? owner : null;
            if (browser.Dirty) movedBrowsers.Add(browser);
        }
    }

    private CustomerId? OwnerAt(string visitor, DateTimeOffset at) =>
        identities.TryGetValue((IdentityKind.Visitor, visitor), out var browser) && browser.Customer is { } owner && at >= browser.Row.SeenAt - Lookback
            ? owner.Row.Id
            : null;

    private async Task JoinBrowsersAsync()
    {
        foreach (var browser in movedBrowsers)
        {
            if (browser.Customer is { } owner) touched.Add(owner);
            var change = await transaction.ChangeAsync().ConfigureAwait(false);
            foreach (var sql in new[] { RecordSql.JoinEvents, RecordSql.JoinCarts })
            {
                await using var command = transaction.Command(sql).With("@store", store.Id.Value).With("@visitor", browser.Row.Value).With("@change", change)
                    .With("@since", Instants.ToMicroseconds(browser.Row.SeenAt - Lookback)).With("@customer", browser.Customer?.Row.Id.Value);
                await command.ExecuteNonQueryAsync(transaction.Cancellation).ConfigureAwait(false);
            }
            await using var free = transaction.Command(RecordSql.FreeCarts).With("@store", store.Id.Value).With("@visitor", browser.Row.Value).With("@change", change);
            await free.ExecuteNonQueryAsync(transaction.Cancellation).ConfigureAwait(false);
        }
    }

    private async Task TurnCartsAsync()
    {
        if (carts.Count == 0 && !await transaction.Db.Carts.AnyAsync(transaction.Cancellation).ConfigureAwait(false)) return;
        var holders = touched.Select(c => c.Final.Row.Id.Value).Concat(carts.Values.Where(c => c.Row.CustomerId is not null).Select(c => c.Row.CustomerId!.Value.Value)).ToHashSet();
        var turned = new List<long>();
        await using (var command = ListCommand(RecordSql.CartsToTurn, holders))
        {
            await using var reader = await command.ExecuteReaderAsync(transaction.Cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(transaction.Cancellation).ConfigureAwait(false)) turned.Add(reader.GetInt64(0));
        }
        if (turned.Count == 0) return;
        await using var turn = ListCommand(RecordSql.TurnCarts, turned).With("@change", await transaction.ChangeAsync().ConfigureAwait(false));
        await turn.ExecuteNonQueryAsync(transaction.Cancellation).ConfigureAwait(false);
    }

    private async Task ConsentsAsync()
    {
        if (consentsToAdd.Count == 0) return;
        var of = consentsToAdd.Where(c => !c.Customer.Final.IsNew).Select(c => c.Customer.Final.Row.Id).Distinct().ToList();
        var known = (await FindAsync<ConsentRow, CustomerId>(of, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.CustomerId))).ConfigureAwait(false))
            .Select(r => (r.CustomerId, r.Channel, r.State, Instants.ToMicroseconds(r.At), r.Source, r.Wording)).ToHashSet();
        var refused = await RefusedAsync().ConfigureAwait(false);
        await ReserveIdsAsync(consentsToAdd.Count).ConfigureAwait(false);
        foreach (var (of1, consent, claim, proof) in consentsToAdd)
        {
            var customer = of1.Final;
            if (consent.State == ConsentState.None) continue;
            if (consent.State != ConsentState.Withdrawn && refused(customer, consent)) continue;
            if (!known.Add((customer.Row.Id, consent.Channel, consent.State, Instants.ToMicroseconds(consent.At), consent.Source, consent.Wording))) continue;
            consents.Add(new Work<ConsentRow>(new ConsentRow
            {
                StoreId = store.Id,
                Id = NextId(),
                CustomerId = customer.Row.Id,
                Channel = consent.Channel,
                State = consent.State,
                At = consent.At,
                Source = consent.Source,
                Wording = consent.Wording,
                Proof = proof,
                RecordedAt = now,
                Claim = claim,
            }, true));
        }
    }

    /// <summary>An erased or refusing address gets no "yes" from a re-import, nor from anything older than its "no".</summary>
    private async Task<Func<CustomerWork, ConsentRecord, bool>> RefusedAsync()
    {
        if (hashes is null || !await transaction.Db.Suppressions.AnyAsync(transaction.Cancellation).ConfigureAwait(false)) return (_, _) => false;
        var wanted = consentsToAdd.Select(c => (c.Customer.Final, c.Consent.Channel)).Distinct()
            .Select(c => (Address: c.Channel == Channel.Email ? c.Final.Row.Email : c.Final.Row.Phone, c.Channel)).Where(c => c.Address is not null)
            .Select(c => hashes.Of(c.Channel, c.Address!)).Distinct(StringComparer.Ordinal).ToList();
        var rows = await FindAsync<SuppressionRow, string>(wanted, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.AddressHash))).ConfigureAwait(false);
        return (customer, consent) =>
        {
            var address = consent.Channel == Channel.Email ? customer.Row.Email : customer.Row.Phone;
            if (address is null) return false;
            var hash = hashes.Of(consent.Channel, address);
            return rows.Exists(r => r.Channel == consent.Channel && r.AddressHash == hash && (arrival == Arrival.Found || consent.At <= r.At));
        };
    }
}
