using System.Globalization;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

// Who: accounts, then addresses, then numbers. An address joins the accounts it was seen with; a number joins only one address or account; neither
// joins anybody once it was seen with more than three names.
internal sealed partial class RecordBatch
{
    private readonly Dictionary<CustomerId, CustomerWork> customers = [];
    private readonly Dictionary<(IdentityKind Kind, string Value), IdentityWork> identities = [];
    private readonly List<MergeRow> merges = [];
    private readonly HashSet<CustomerWork> touched = [];

    private async Task LearnAsync(IReadOnlyList<Prepared> records)
    {
        var claims = records.Where(r => r.Claim is not null).ToList();
        await LoadAsync(IdentityKind.Account, claims.Select(r => r.Claim!.Account)).ConfigureAwait(false);
        await LoadAsync(IdentityKind.Email, claims.Select(r => r.Claim!.Email)).ConfigureAwait(false);
        await LoadAsync(IdentityKind.Phone, claims.Select(r => r.Claim!.Phone)).ConfigureAwait(false);

        var apart = new HashSet<CustomerWork>();
        foreach (var record in claims)
        {
            var claim = record.Claim!;
            if (claim.Email is not null)
            {
                var email = Identity(IdentityKind.Email, claim.Email);
                var led = email.Leads;
                email.LearnName(record.NameHash);
                email.LearnLink(claim.Account);
                if (led && !email.Leads && email.Customer is { } fellow) apart.Add(fellow);
            }
            if (claim.Phone is not null)
            {
                var phone = Identity(IdentityKind.Phone, claim.Phone);
                var (led, shared) = (phone.Leads, phone.Shared);
                phone.LearnName(record.NameHash);
                // A placeholder is nobody, so a number beside it still has no owner.
                var anchor = claim.Email is not null && IsPlaceholder(IdentityKind.Email, claim.Email) ? claim.Account is null ? null : "a:" + claim.Account : claim.Anchor;
                phone.LearnLink(anchor);
                if (((led && !phone.Leads) || (!shared && phone.Shared)) && phone.Customer is { } fellow) apart.Add(fellow);
            }
        }
        foreach (var customer in apart)
        {
            if (!customer.IsNew && !customer.Gone) await TellApartAsync(customer).ConfigureAwait(false);
        }
    }

    private async Task ResolveAsync(IReadOnlyList<Prepared> records)
    {
        await LoadAsync(IdentityKind.Named, records.Where(r => r.Claim is not null && !HasLead(r.Claim)).Select(r => NamedValue(r.Claim!, r.NameHash, r.OwnKey)))
            .ConfigureAwait(false);
        var joins = new List<(CustomerWork From, CustomerWork Into)>();
        foreach (var record in records)
        {
            if (record.Claim is not { } claim) continue;
            if (record.Record is Engine.Orders.CustomerRecord && !claim.LeadsSomewhere) continue;
            var customer = await ResolveAsync(claim, record.NameHash, record.OwnKey, joins).ConfigureAwait(false);
            customer.Apply(claim, record.Record.UpdatedAt, IsPlaceholderEmail, IsPlaceholderPhone);
            record.Customer = customer;
            touched.Add(customer);
        }
        foreach (var (from, into) in joins) await MoveHistoryAsync(from, into.Final).ConfigureAwait(false);
        foreach (var customer in touched.Select(c => c.Final).ToHashSet()) RefreshDoubt(customer);
    }

    private async Task<CustomerWork> ResolveAsync(Claim claim, string? nameHash, string ownKey, List<(CustomerWork From, CustomerWork Into)> joins)
    {
        var leads = new List<IdentityWork>(3);
        if (claim.Account is not null) leads.Add(Identity(IdentityKind.Account, claim.Account));
        if (claim.Email is not null && Identity(IdentityKind.Email, claim.Email) is { Leads: true } email) leads.Add(email);
        if (claim.Phone is not null && Identity(IdentityKind.Phone, claim.Phone) is { Leads: true } phone && (leads.Count == 0 || !phone.Shared)) leads.Add(phone);
        if (leads.Count == 0) leads.Add(Identity(IdentityKind.Named, NamedValue(claim, nameHash, ownKey)));

        CustomerWork? customer = null;
        foreach (var lead in leads)
        {
            if (lead.Customer is not { } known) continue;
            customer = customer is null ? known : await JoinAsync(customer, known, joins).ConfigureAwait(false);
        }
        customer ??= await NewCustomerAsync().ConfigureAwait(false);
        foreach (var lead in leads) lead.Customer ??= customer;
        return customer;
    }

    private async Task<CustomerWork> JoinAsync(CustomerWork one, CustomerWork other, List<(CustomerWork From, CustomerWork Into)> joins)
    {
        if (one == other) return one;
        // The older row stays, so that a new one is simply not written.
        var (into, from) = one.IsNew == other.IsNew ? one.Row.Id.CompareTo(other.Row.Id) < 0 ? (one, other) : (other, one) : one.IsNew ? (other, one) : (one, other);
        if (!from.IsNew && await WasUndoneAsync(from.Row.Id, into.Row.Id).ConfigureAwait(false)) return one;
        from.MergeInto(into);
        if (!from.IsNew) joins.Add((from, into));
        return into;
    }

    /// <summary>The merchant took this merge back once: it is not made again.</summary>
    private Task<bool> WasUndoneAsync(CustomerId one, CustomerId other) => transaction.Db.Merges.AnyAsync(
        m => m.UndoneAt != null && ((m.From == one && m.Into == other) || (m.From == other && m.Into == one)), transaction.Cancellation);

    private async Task MoveHistoryAsync(CustomerWork from, CustomerWork into)
    {
        var change = await transaction.ChangeAsync().ConfigureAwait(false);
        var moved = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (table, move, _) in RecordSql.Moves)
        {
            var ids = new List<string>();
            await using var command = transaction.Command(move).With("@store", store.Id.Value).With("@from", from.Row.Id.Value).With("@to", into.Row.Id.Value);
            if (move.Contains("@change", StringComparison.Ordinal)) command.With("@change", change);
            await using var reader = await command.ExecuteReaderAsync(transaction.Cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(transaction.Cancellation).ConfigureAwait(false)) ids.Add(reader.GetInt64(0).ToString(CultureInfo.InvariantCulture));
            if (ids.Count > 0) moved[table] = ids;
        }
        var ways = await transaction.Db.Identities.AsNoTracking().Where(i => i.CustomerId == from.Row.Id).ToListAsync(transaction.Cancellation).ConfigureAwait(false);
        moved["identities"] = ways.ConvertAll(i => $"{(int)i.Kind}:{i.Value}");
        await using (var repoint = transaction.Command(RecordSql.RepointIdentities).With("@store", store.Id.Value).With("@from", from.Row.Id.Value).With("@to", into.Row.Id.Value))
            await repoint.ExecuteNonQueryAsync(transaction.Cancellation).ConfigureAwait(false);
        merges.Add(new MergeRow
        {
            StoreId = store.Id,
            Id = await NextIdAsync().ConfigureAwait(false),
            From = from.Row.Id,
            Into = into.Row.Id,
            At = now,
            Why = "The store names both as one person.",
            Moved = JsonSerializer.Serialize(moved),
        });
    }

    /// <summary>An address or number of this customer leads to nobody any more: its rows go back to the people they name.</summary>
    private async Task TellApartAsync(CustomerWork customer)
    {
        var id = customer.Row.Id;
        foreach (var row in await transaction.Db.Identities.AsNoTracking().Where(i => i.CustomerId == id).ToListAsync(transaction.Cancellation).ConfigureAwait(false))
        {
            if (!identities.ContainsKey((row.Kind, row.Value))) Keep(row, customer);
        }
        var rows = await RowsOfAsync(id).ConfigureAwait(false);
        var mine = identities.Values.Where(i => i.Customer == customer && i.Row.Kind != IdentityKind.Visitor).ToList();
        var parts = new Parts();
        foreach (var identity in mine.Where(i => i.Leads))
        {
            parts.Add(KeyOf(identity));
            if (identity.Row.Kind == IdentityKind.Email) foreach (var account in identity.Links) parts.Join(KeyOf(identity), "a:" + account);
            if (identity is { Row.Kind: IdentityKind.Phone, Shared: false })
                foreach (var anchor in identity.Links.Where(AnchorLeads)) parts.Join(KeyOf(identity), anchor);
        }
        foreach (var row in rows)
        {
            parts.Add(row.Key = FileUnder(row.Claim, row.OwnKey));
            if (row.Claim.Phone is { } number && Identity(IdentityKind.Phone, number) is { Leads: true, Shared: false }) parts.Join(row.Key, "p:" + number);
        }

        // A number that nobody is filed under any more is no person.
        var filed = rows.Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var people = parts.Groups().Where(group => group.Any(key => key[0] is 'a' or 'e' || filed.Contains(key))).OrderBy(group => group.Min(StringComparer.Ordinal), StringComparer.Ordinal).ToList();
        customer.ForgetClaims();
        var change = await transaction.ChangeAsync().ConfigureAwait(false);
        for (var i = 0; i < people.Count; i++)
        {
            var person = i == 0 ? customer : await NewCustomerAsync().ConfigureAwait(false);
            foreach (var way in people[i].Select(IdentityOfKey))
            {
                // What is another's already is joined by the record that names both, with its history.
                if (way.Customer is null || way.Customer == customer) way.Customer = person;
            }
            var theirs = rows.Where(row => people[i].Contains(row.Key)).ToList();
            foreach (var row in theirs) person.Apply(row.Claim, row.SaidAt, IsPlaceholderEmail, IsPlaceholderPhone);
            foreach (var said in mine.Where(way => way.Row.Claim is not null && people[i].Contains(KeyOf(way))))
                person.Apply(Claim.Read(said.Row.Claim)!, said.Row.SeenAt, IsPlaceholderEmail, IsPlaceholderPhone);
            if (i > 0)
            {
                foreach (var group in theirs.GroupBy(row => row.Rekey, StringComparer.Ordinal))
                {
                    await using var command = ListCommand(group.Key, group.Select(row => row.Id)).With("@to", person.Row.Id.Value).With("@change", change);
                    await command.ExecuteNonQueryAsync(transaction.Cancellation).ConfigureAwait(false);
                    if (group.Key != RecordSql.RekeyOrders) continue;
                    await using var refunded = ListCommand(RecordSql.RekeyRefundsOfOrders, group.Select(row => row.Id))
                        .With("@to", person.Row.Id.Value).With("@change", change);
                    await refunded.ExecuteNonQueryAsync(transaction.Cancellation).ConfigureAwait(false);
                }
            }
            touched.Add(person);
            RefreshDoubt(person);
        }
        foreach (var lost in mine.Where(i => !people.Exists(group => group.Contains(KeyOf(i))))) lost.Customer = null;
    }

    private async Task<List<OwnedRow>> RowsOfAsync(CustomerId id)
    {
        var db = transaction.Db;
        var rows = new List<OwnedRow>();
        rows.AddRange((await db.Orders.AsNoTracking().Where(r => r.CustomerId == id && r.Claim != null).ToListAsync(transaction.Cancellation).ConfigureAwait(false))
            .Select(r => new OwnedRow(RecordSql.RekeyOrders, r.Id.Value, r.Claim!, r.UpdatedAt, "order:" + r.ExternalId)));
        rows.AddRange((await db.Refunds.AsNoTracking().Where(r => r.CustomerId == id && r.Claim != null).ToListAsync(transaction.Cancellation).ConfigureAwait(false))
            .Select(r => new OwnedRow(RecordSql.RekeyRefunds, r.Id, r.Claim!, r.UpdatedAt, "refund:" + r.ExternalId)));
        rows.AddRange((await db.Carts.AsNoTracking().Where(r => r.CustomerId == id && r.Claim != null).ToListAsync(transaction.Cancellation).ConfigureAwait(false))
            .Select(r => new OwnedRow(RecordSql.RekeyCarts, r.Id.Value, r.Claim!, r.TouchedAt, "cart:" + r.ExternalId)));
        rows.AddRange((await db.Events.AsNoTracking().Where(r => r.CustomerId == id && r.Claim != null).ToListAsync(transaction.Cancellation).ConfigureAwait(false))
            .Select(r => new OwnedRow(RecordSql.RekeyEvents, r.Id.Value, r.Claim!, r.At, "event:" + r.ExternalId)));
        rows.AddRange((await db.Consents.AsNoTracking().Where(r => r.CustomerId == id && r.Claim != null).ToListAsync(transaction.Cancellation).ConfigureAwait(false))
            .Select(r => new OwnedRow(RecordSql.RekeyConsents, r.Id, r.Claim!, r.At, r.Proof ?? "record")));
        return rows;
    }

    private string FileUnder(Claim claim, string ownKey)
    {
        if (claim.Account is not null) return "a:" + claim.Account;
        if (claim.Email is not null && Identity(IdentityKind.Email, claim.Email).Leads) return "e:" + claim.Email;
        if (claim.Phone is not null && Identity(IdentityKind.Phone, claim.Phone).Leads) return "p:" + claim.Phone;
        return "n:" + NamedValue(claim, claim.NameHash(), ownKey);
    }

    private bool HasLead(Claim claim) => claim.Account is not null
        || (claim.Email is not null && Identity(IdentityKind.Email, claim.Email).Leads)
        || (claim.Phone is not null && Identity(IdentityKind.Phone, claim.Phone).Leads);

    // An address that leads to nobody still tells two of its names apart; without a name each record stands alone.
    private static string NamedValue(Claim claim, string? nameHash, string ownKey) =>
        (claim.Email ?? claim.Phone) is { } contact && nameHash is not null ? $"{contact}|{nameHash}" : ownKey;

    private bool AnchorLeads(string anchor) => anchor[0] == 'a' || !identities.TryGetValue((IdentityKind.Email, anchor[2..]), out var email) || email.Leads;

    private static string KeyOf(IdentityWork identity) => identity.Row.Kind switch
    {
        IdentityKind.Account => "a:",
        IdentityKind.Email => "e:",
        IdentityKind.Phone => "p:",
        _ => "n:",
    } + identity.Row.Value;

    private IdentityWork IdentityOfKey(string key) => Identity(
        key[0] switch { 'a' => IdentityKind.Account, 'e' => IdentityKind.Email, 'p' => IdentityKind.Phone, _ => IdentityKind.Named }, key[2..]);

    private IdentityWork Identity(IdentityKind kind, string value)
    {
        if (identities.TryGetValue((kind, value), out var known)) return known;
        var row = new IdentityRow { StoreId = store.Id, Kind = kind, Value = value, SeenAt = now };
        return identities[(kind, value)] = new IdentityWork(row, null, true, IsPlaceholder(kind, value));
    }

    private void Keep(IdentityRow row, CustomerWork? customer) =>
        identities[(row.Kind, row.Value)] = new IdentityWork(row, customer, false, IsPlaceholder(row.Kind, row.Value));

    private bool IsPlaceholder(IdentityKind kind, string value) =>
        kind == IdentityKind.Email ? Placeholders.IsAddress(value, store.OwnDomains) : kind == IdentityKind.Phone && Placeholders.IsNumber(value);

    private bool IsPlaceholderEmail(Claim claim) => IsPlaceholder(IdentityKind.Email, claim.Email!);
    private bool IsPlaceholderPhone(Claim claim) => IsPlaceholder(IdentityKind.Phone, claim.Phone!);

    private void RefreshDoubt(CustomerWork customer)
    {
        var row = customer.Row;
        var doubtful = row.Email is not null
            ? Doubts(IdentityKind.Email, row.Email) ?? row.DoubtfulContact
            : row.Phone is not null && (Doubts(IdentityKind.Phone, row.Phone) ?? row.DoubtfulContact);
        if (doubtful == row.DoubtfulContact) return;
        row.DoubtfulContact = doubtful;
        customer.Changed = customer.Dirty = true;

        bool? Doubts(IdentityKind kind, string value) =>
            IsPlaceholder(kind, value) ? true : identities.TryGetValue((kind, value), out var identity) ? !identity.Leads : null;
    }

    private async ValueTask<CustomerWork> NewCustomerAsync()
    {
        var row = new CustomerRow { StoreId = store.Id, Id = new(await NextIdAsync().ConfigureAwait(false)) };
        return customers[row.Id] = new CustomerWork(row, true);
    }

    private async Task LoadAsync(IdentityKind kind, IEnumerable<string?> values)
    {
        var missing = values.Where(v => v is not null && !identities.ContainsKey((kind, v))).Distinct(StringComparer.Ordinal).Select(v => v!).ToList();
        var rows = await FindAsync<IdentityRow, string>(missing, (all, keys) => all.Where(r => r.Kind == kind && EF.Parameter(keys).Contains(r.Value))).ConfigureAwait(false);
        await LoadCustomersAsync(rows.Select(r => r.CustomerId)).ConfigureAwait(false);
        foreach (var row in rows) Keep(row, customers.GetValueOrDefault(row.CustomerId)?.Final);
    }

    private async Task LoadCustomersAsync(IEnumerable<CustomerId> ids)
    {
        var missing = ids.Where(id => id != default && !customers.ContainsKey(id)).Distinct().ToList();
        foreach (var row in await FindAsync<CustomerRow, CustomerId>(missing, (all, keys) => all.Where(r => EF.Parameter(keys).Contains(r.Id))).ConfigureAwait(false))
            customers[row.Id] = new CustomerWork(row, false);
    }

    /// <summary>A row that names its person, with the statement that gives it to another.</summary>
    private sealed class OwnedRow(string rekey, long id, string claim, DateTimeOffset saidAt, string ownKey)
    {
        public string Rekey { get; } = rekey;
        public long Id { get; } = id;
        public Claim Claim { get; } = Claim.Read(claim)!;
        public DateTimeOffset SaidAt { get; } = saidAt;
        public string OwnKey { get; } = ownKey;
        public string Key { get; set; } = "";
    }

    /// <summary>Which keys are one person (union-find).</summary>
    private sealed class Parts
    {
        private readonly Dictionary<string, string> parents = new(StringComparer.Ordinal);

        public void Add(string key) => parents.TryAdd(key, key);

        public void Join(string one, string other)
        {
            Add(one);
            Add(other);
            parents[Root(one)] = Root(other);
        }

        public IEnumerable<HashSet<string>> Groups() => parents.Keys.GroupBy(Root, StringComparer.Ordinal).Select(g => g.ToHashSet(StringComparer.Ordinal));

        private string Root(string key)
        {
            while (parents[key] != key) key = parents[key];
            return key;
        }
    }
}
