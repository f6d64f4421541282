namespace Comeback.Engine.Campaigns;

/// <summary>What a message offers, computed at the moment of sending; null code means that there is no offer and the text has its wording for that.</summary>
public sealed record Offer(string Code, int Percent, DateTimeOffset? Ends)
{
    // Crockford's base 32: no letter that is read as a digit, so that a code survives being typed from a phone.
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>
    /// The offer of a campaign's rules now: until so many days from now, or this week only. Without a percentage or a code there is none.
    /// </summary>
    /// <param name="ownCode">A code made for this message alone; null where the store cannot make one, then the merchant's own code is used.</param>
    public static Offer? Of(CampaignRules rules, string? ownCode, DateTimeOffset now, StoreStanding store, string? country) =>
        rules.DiscountPercent is not { } percent || (ownCode ?? rules.DiscountCode) is not { Length: > 0 } code
            ? null
            : new Offer(code, percent, rules.ThisWeekOnly
                ? WeekEnd.After(now, store.Zone, country, store.WeekEndsOn)
                : rules.DiscountDays is { } days ? now.AddDays(days) : null);

    /// <summary>A code that is printed once: the percentage and eight characters of the random bytes given (at least five).</summary>
    public static string Print(int percent, ReadOnlySpan<byte> random)
    {
        var bits = 0UL;
        for (var i = 0; i < 5; i++) bits = (bits << 8) | random[i];
        Span<char> letters = stackalloc char[8];
        for (var i = 0; i < letters.Length; i++, bits >>= 5) letters[i] = Alphabet[(int)(bits & 31)];
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{percent}OFF-{letters}");
    }
}
