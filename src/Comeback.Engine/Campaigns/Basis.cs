using Comeback.Engine.Orders;

namespace Comeback.Engine.Campaigns;

/// <summary>By which right somebody may be written to. The ledger's newest entry holds; a "no" wins a tie.</summary>
public static class Basis
{
    public const string Consent = "consent";
    public const string ExistingCustomer = "existing customer";

    /// <summary>The state of one channel's ledger at an instant.</summary>
    public static ConsentState StateAt(IEnumerable<ConsentRecord> ledger, DateTimeOffset now)
    {
        ConsentRecord? newest = null;
        foreach (var entry in ledger)
        {
            if (entry.At > now) continue;
            if (newest is null || entry.At > newest.At || (entry.At == newest.At && Strength(entry.State) > Strength(newest.State))) newest = entry;
        }
        // A "yes" needs its date, source and wording or proof; the date is its place in the ledger and the source must be there.
        return newest is { State: ConsentState.Granted, Source.Length: 0 } ? ConsentState.None : newest?.State ?? ConsentState.None;
    }

    /// <summary>Null and a reason, or the basis. "Existing customer" is for e-mail only, never for carts, never in Saudi Arabia.</summary>
    public static (string? Basis, SkipReason Reason, string Detail) Find(CustomerState customer, Channel channel, bool cart, StoreStanding store, DateTimeOffset now)
    {
        switch (StateAt(customer.Consents, now))
        {
            case ConsentState.Granted: return (Consent, default, "");
            case ConsentState.Withdrawn: return (null, SkipReason.OptedOut, "Opted out");
            case ConsentState.Pending: return (null, SkipReason.PendingConsent, "Signed up and never confirmed");
        }
        var country = customer.Country ?? store.Country;
        var existing = channel == Channel.Email && !cart && customer.HasBought && country is not null and not "SA"
            && store.ExistingCustomerCountries.Contains(country);
        return existing ? (ExistingCustomer, default, "") : (null, SkipReason.NoConsent, "No consent on record");
    }

    private static int Strength(ConsentState state) =>
        state switch { ConsentState.Withdrawn => 3, ConsentState.Pending => 2, ConsentState.Granted => 1, _ => 0 };
}
