using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Privacy;

/// <summary>One person under all the customers that were merged into one, and everything by which a text can be told to be about them.</summary>
internal sealed record Person(StoreId Store, CustomerId Customer, IReadOnlyList<CustomerId> All, IReadOnlyList<IdentityRow> Identities, IReadOnlyList<CustomerRow> Rows)
{
    public IEnumerable<string> Emails => Rows.Select(r => r.Email).Concat(Of(IdentityKind.Email)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Phones => Rows.Select(r => r.Phone).Concat(Of(IdentityKind.Phone)).OfType<string>().Distinct(StringComparer.Ordinal);

    public IEnumerable<string> Accounts => Rows.Select(r => r.AccountId).Concat(Of(IdentityKind.Account)).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>What is looked for in files and bodies: addresses and numbers as they are and as vendors write them, and the full name.</summary>
    public IEnumerable<string> Traces => Emails
        .Concat(Phones).Concat(Phones.Select(p => p.TrimStart('+')))
        .Concat(Rows.Where(r => r.FirstName is { Length: > 1 } && r.LastName is { Length: > 1 }).SelectMany(r => new[] { $"{r.FirstName} {r.LastName}", $"{r.LastName}, {r.FirstName}" }))
        .Where(t => t.Length >= 5).Distinct(StringComparer.OrdinalIgnoreCase);

    private IEnumerable<string> Of(IdentityKind kind) => Identities.Where(i => i.Kind == kind).Select(i => i.Value);
}

/// <summary>Finds the person that an operator names, by id, e-mail address, number or account.</summary>
internal sealed class People(Databases databases)
{
    /// <exception cref="UserError">Nobody of that id.</exception>
    public async Task<Person> ReadAsync(StoreId store, CustomerId customer, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var asked = await db.Customers.SingleOrDefaultAsync(c => c.Id == customer, ct).ConfigureAwait(false)
            ?? throw new UserError("There is no such customer in this store.", UserErrorKind.NotFound);
        var at = asked.MergedInto ?? asked.Id;
        var rows = new List<CustomerRow>();
        var wanted = new List<CustomerId> { at };
        // A merge of a merge points to a pointer: follow until nothing new comes.
        while (wanted.Count > 0)
        {
            rows.AddRange(await db.Customers.Where(c => wanted.Contains(c.Id)).ToListAsync(ct).ConfigureAwait(false));
            var known = rows.Select(r => r.Id).ToList();
            wanted = await db.Customers.Where(c => c.MergedInto != null && known.Contains(c.MergedInto.Value) && !known.Contains(c.Id)).Select(c => c.Id).ToListAsync(ct).ConfigureAwait(false);
        }
        var all = rows.Select(r => r.Id).ToList();
        var identities = await db.Identities.Where(i => all.Contains(i.CustomerId)).ToListAsync(ct).ConfigureAwait(false);
        return new Person(store, at, all, identities, rows);
    }

    /// <exception cref="UserError">Nobody is known by it.</exception>
    public async Task<CustomerId> FindAsync(StoreId store, string text, CancellationToken ct)
    {
        await using var db = databases.Open(store);
        var trimmed = text.Trim();
        var lower = trimmed.ToLowerInvariant();
        var identity = await db.Identities.Where(i => i.Value == trimmed || i.Value == lower).Select(i => (CustomerId?)i.CustomerId).FirstOrDefaultAsync(ct).ConfigureAwait(false)
            ?? await db.Customers.Where(c => c.Email == lower || c.Phone == trimmed || c.AccountId == trimmed).Select(c => (CustomerId?)c.Id).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        if (identity is { } found) return found;
        if (CustomerId.TryParse(trimmed, null, out var id) && await db.Customers.AnyAsync(c => c.Id == id, ct).ConfigureAwait(false)) return id;
        throw new UserError("Nobody in this store is known by that: give an e-mail address, a phone number like +4520123456, or the customer's id.", UserErrorKind.NotFound);
    }
}
