using System.Buffers.Binary;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine.Orders;

namespace Comeback.Sync;

/// <summary>A record made ready outside the transaction: cleaned and hashed, since others wait while one writes.</summary>
internal sealed class Prepared(StoreRecord record, Claim? claim, byte[]? hash, string? visitor)
{
    public StoreRecord Record { get; } = record;
    public Claim? Claim { get; } = claim;
    public string? ClaimJson { get; } = claim?.Write();
    public string? NameHash { get; } = claim?.NameHash();
    public byte[]? Hash { get; } = hash;
    public string? Visitor { get; } = visitor;
    public CustomerWork? Customer { get; set; }

    /// <summary>What a person without any name or address is filed under: the record itself.</summary>
    public string OwnKey => Record switch
    {
        OrderRecord order => "order:" + order.ExternalId,
        LooseRefundRecord refund => "refund:" + refund.ExternalId,
        CartRecord cart => "cart:" + cart.ExternalId,
        EventRecord happening => "event:" + happening.ExternalId,
        _ => "record",
    };

    public static Prepared Of(StoreRecord record)
    {
        switch (record)
        {
            case OrderRecord order:
                var buyer = Claim.Of(order.Person);
                return new(record, buyer, ContentHash.Of(order, buyer), null);
            case CartRecord cart:
                var holder = Known(Claim.Of(cart.Person));
                return new(record, holder, ContentHash.Of(cart, holder), Claim.Clean(cart.Visitor));
            case EventRecord happening:
                return new(record, Known(Claim.Of(happening.Person)), null, Claim.Clean(happening.Visitor));
            case ProductRecord product:
                return new(record, null, ContentHash.Of(product), null);
            case CustomerRecord customer:
                return new(record, Claim.Of(customer.Person), null, null);
            case LooseRefundRecord refund:
                return new(record, Claim.Of(refund.Person), null, null);
            case ConsentsRecord consents:
                return new(record, Known(Claim.Of(consents.Person)), null, null);
            case DeletionRecord { Thing: DeletedThing.Customer } gone:
                return Of(new CustomerRecord { Person = new Person { AccountId = gone.ExternalId }, Deleted = true, UpdatedAt = gone.UpdatedAt });
            default:
                return new(record, null, null, null);
        }
    }

    // A cart or a view with only a name on it is anonymous.
    private static Claim? Known(Claim? claim) => claim is { LeadsSomewhere: true } ? claim : null;
}

/// <summary>Groups of a customer's fields: the newest word wins within each.</summary>
internal enum FieldGroup { Name, Place, Language, Email, Phone, Account, Record, Shopper }

/// <summary>A customer while a batch is written.</summary>
internal sealed class CustomerWork(CustomerRow row, bool isNew)
{
    public const int Groups = 8;
    private readonly long[] stamps = ReadStamps(row.Stamps);
    private CustomerWork? mergedInto;

    public CustomerRow Row { get; } = row;
    public bool IsNew { get; } = isNew;
    /// <summary>To be written, without telling the followers.</summary>
    public bool Dirty { get; set; } = isNew;
    /// <summary>To be written with a new change.</summary>
    public bool Changed { get; set; } = isNew;
    public bool Gone => mergedInto is not null;

    public CustomerWork Final => mergedInto is null ? this : mergedInto = mergedInto.Final;

    public void MergeInto(CustomerWork other)
    {
        mergedInto = other;
        Row.MergedInto = other.Row.Id;
        Changed = Dirty = true;
        other.Adopt(this);
    }

    /// <summary>True when the word of <paramref name="at"/> beats the one kept: newer, or equally old and greater, so that order does not matter.</summary>
    public bool Beats(FieldGroup group, long at, string now, string before)
    {
        var kept = stamps[(int)group];
        if (at < kept || (at == kept && string.CompareOrdinal(now, before) <= 0)) return false;
        if (at != kept)
        {
            stamps[(int)group] = at;
            Dirty = true;
        }
        if (now == before) return false;
        Changed = Dirty = true;
        return true;
    }

    /// <summary>Takes over what a claim of that instant says.</summary>
    public void Apply(Claim claim, DateTimeOffset saidAt, Func<Claim, bool> doubtfulEmail, Func<Claim, bool> doubtfulPhone)
    {
        var at = Instants.ToMicroseconds(saidAt);
        var row = Row;
        if ((claim.FirstName ?? claim.LastName) is not null
            && Beats(FieldGroup.Name, at, claim.FirstName + "\n" + claim.LastName, row.FirstName + "\n" + row.LastName))
            (row.FirstName, row.LastName) = (claim.FirstName, claim.LastName);
        if ((claim.Country ?? claim.City) is not null
            && Beats(FieldGroup.Place, at, $"{claim.Country}\n{claim.Region}\n{claim.City}", $"{row.Country}\n{row.Region}\n{row.City}"))
            (row.Country, row.Region, row.City) = (claim.Country, claim.Region, claim.City);
        if (claim.Language is not null && Beats(FieldGroup.Language, at, claim.Language, row.Language ?? "")) row.Language = claim.Language;
        // A placeholder never takes the place of an address that works: it counts as said in the year 1.
        if (claim.Email is not null && Beats(FieldGroup.Email, doubtfulEmail(claim) ? 1 : at, claim.Email, row.Email ?? "")) row.Email = claim.Email;
        if (claim.Phone is not null && Beats(FieldGroup.Phone, doubtfulPhone(claim) ? 1 : at, claim.Phone, row.Phone ?? "")) row.Phone = claim.Phone;
        if (claim.Account is not null && Beats(FieldGroup.Account, at, claim.Account, row.AccountId ?? "")) row.AccountId = claim.Account;
        Seen(saidAt, saidAt);
    }

    /// <summary>Everything that claims said is forgotten, to be said again by those that stay.</summary>
    public void ForgetClaims()
    {
        for (var group = FieldGroup.Name; group <= FieldGroup.Account; group++) stamps[(int)group] = 0;
        (Row.FirstName, Row.LastName, Row.Country, Row.Region, Row.City) = (null, null, null, null, null);
        (Row.Language, Row.Email, Row.Phone, Row.AccountId) = (null, null, null, null);
        Changed = Dirty = true;
    }

    public void Seen(DateTimeOffset createdAt, DateTimeOffset updatedAt)
    {
        if (Row.CreatedAt == default || createdAt < Row.CreatedAt)
        {
            Row.CreatedAt = createdAt;
            Dirty = true;
        }
        if (updatedAt > Row.UpdatedAt)
        {
            Row.UpdatedAt = updatedAt;
            Dirty = true;
        }
    }

    public void WriteStamps()
    {
        var bytes = new byte[Groups * 8];
        for (var i = 0; i < Groups; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 8), stamps[i]);
        Row.Stamps = bytes;
    }

    private void Adopt(CustomerWork other)
    {
        var (mine, theirs) = (Row, other.Row);
        if (Wins(FieldGroup.Name, theirs.FirstName + "\n" + theirs.LastName, mine.FirstName + "\n" + mine.LastName))
            (mine.FirstName, mine.LastName) = (theirs.FirstName, theirs.LastName);
        if (Wins(FieldGroup.Place, $"{theirs.Country}\n{theirs.Region}\n{theirs.City}", $"{mine.Country}\n{mine.Region}\n{mine.City}"))
            (mine.Country, mine.Region, mine.City) = (theirs.Country, theirs.Region, theirs.City);
        if (Wins(FieldGroup.Language, theirs.Language ?? "", mine.Language ?? "")) mine.Language = theirs.Language;
        if (Wins(FieldGroup.Email, theirs.Email ?? "", mine.Email ?? "")) mine.Email = theirs.Email;
        if (Wins(FieldGroup.Phone, theirs.Phone ?? "", mine.Phone ?? "")) mine.Phone = theirs.Phone;
        if (Wins(FieldGroup.Account, theirs.AccountId ?? "", mine.AccountId ?? "")) mine.AccountId = theirs.AccountId;
        if (Wins(FieldGroup.Record, RecordText(theirs), RecordText(mine)))
            (mine.Tags, mine.BirthDate, mine.Deleted, mine.Lifetime) = (theirs.Tags, theirs.BirthDate, theirs.Deleted, theirs.Lifetime);
        if (Wins(FieldGroup.Shopper, theirs.NotAShopper ? "1" : "0", mine.NotAShopper ? "1" : "0")) mine.NotAShopper = theirs.NotAShopper;
        mine.ObjectsToProfiling |= theirs.ObjectsToProfiling;
        Seen(theirs.CreatedAt, theirs.UpdatedAt);
        Changed = Dirty = true;

        bool Wins(FieldGroup group, string now, string before) =>
            other.stamps[(int)group] != 0 && Beats(group, other.stamps[(int)group], now, before);
    }

    public static string RecordText(CustomerRow row) => $"{row.Tags}\n{row.BirthDate:yyyy-MM-dd}\n{row.Deleted}\n{row.Lifetime}";

    private static long[] ReadStamps(byte[] bytes)
    {
        var stamps = new long[Groups];
        for (var i = 0; i < Groups && (i + 1) * 8 <= bytes.Length; i++) stamps[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * 8));
        return stamps;
    }
}

/// <summary>An identity while a batch is written. Names and links only ever grow, so their order of arrival does not matter.</summary>
internal sealed class IdentityWork(IdentityRow row, CustomerWork? customer, bool isNew, bool isPlaceholder)
{
    private const int MostNames = 3, KeptLinks = 5;
    private readonly SortedSet<string> names = new(row.Names.Split(',', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
    private readonly SortedSet<string> links = new(row.Links == "[]" ? [] : JsonSerializer.Deserialize<string[]>(row.Links)!, StringComparer.Ordinal);
    private CustomerWork? customer = customer;

    public IdentityRow Row { get; } = row;
    public bool IsNew { get; } = isNew;
    public bool Dirty { get; set; } = isNew;
    public IReadOnlyCollection<string> Links => links;

    /// <summary>Leads to one person: no placeholder, not seen with more than three names (an account is as good as a name).</summary>
    public bool Leads => !isPlaceholder && names.Count <= MostNames && (Row.Kind != IdentityKind.Email || links.Count <= MostNames);

    /// <summary>A number or browser seen with two addresses or accounts belongs to neither.</summary>
    public bool Shared => links.Count > 1;

    public CustomerWork? Customer
    {
        get => customer = customer?.Final;
        set
        {
            if (customer?.Final == value) return;
            customer = value;
            Dirty = true;
        }
    }

    public void LearnName(string? hash)
    {
        if (hash is not null && names.Count <= MostNames && names.Add(hash)) Dirty = true;
    }

    public void LearnLink(string? link)
    {
        if (link is not null && links.Count < KeptLinks && links.Add(link)) Dirty = true;
    }

    public IdentityRow Finish()
    {
        Row.CustomerId = Customer?.Row.Id ?? default;
        Row.Names = string.Join(',', names);
        Row.Links = links.Count == 0 ? "[]" : JsonSerializer.Serialize(links);
        return Row;
    }
}

/// <summary>A row while a batch is written.</summary>
internal sealed class Work<TRow>(TRow row, bool isNew)
{
    public TRow Row { get; set; } = row;
    public bool IsNew { get; } = isNew;
    public bool Dirty { get; set; } = isNew;
    public bool Changed { get; set; } = isNew;

    public void Change() => Dirty = Changed = true;
}
