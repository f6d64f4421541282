using Comeback.Engine.Campaigns;
using NodaTime;

namespace Comeback.Engine.Tests.Campaigns;

/// <summary>What a message offers, and until when.</summary>
public sealed class OfferTests
{
    private static readonly DateTimeZone Copenhagen = DateTimeZoneProviders.Tzdb["Europe/Copenhagen"];
    private static readonly DateTimeOffset Tuesday = new(2026, 11, 17, 9, 0, 0, TimeSpan.Zero);
    private static readonly StoreStanding Store = new() { Zone = Copenhagen };

    [Fact]
    public void Thanks_are_valid_for_fourteen_days_from_the_sending() =>
        Assert.Equal(
            new Offer("THANKS10", 10, Tuesday.AddDays(14)),
            Offer.Of(new CampaignRules { DiscountPercent = 10, DiscountDays = 14, DiscountCode = "THANKS10" }, null, Tuesday, Store, "DK"));

    [Fact]
    public void A_win_back_ends_with_the_week_of_the_store() =>
        Assert.Equal(
            new DateTimeOffset(2026, 11, 22, 23, 0, 0, TimeSpan.Zero),
            Offer.Of(new CampaignRules { DiscountPercent = 15, ThisWeekOnly = true, DiscountCode = "BACK15" }, null, Tuesday, Store, "DK")!.Ends);

    [Fact]
    public void A_code_of_the_messages_own_comes_before_the_merchants() =>
        Assert.Equal("OWN", Offer.Of(new CampaignRules { DiscountPercent = 15, DiscountCode = "BACK15" }, "OWN", Tuesday, Store, "DK")!.Code);

    [Theory]
    [InlineData(null, "BACK15")]
    [InlineData(15, null)]
    [InlineData(15, "")]
    public void Without_a_code_or_a_percentage_there_is_no_offer(int? percent, string? code) =>
        Assert.Null(Offer.Of(new CampaignRules { DiscountPercent = percent, DiscountCode = code }, null, Tuesday, Store, "DK"));

    [Fact]
    public void A_printed_code_has_no_letter_that_is_read_as_a_digit()
    {
        var code = Offer.Print(15, [255, 0, 17, 34, 200]);

        Assert.StartsWith("15OFF-", code, StringComparison.Ordinal);
        Assert.Equal(8, code["15OFF-".Length..].Length);
        Assert.DoesNotContain(code["15OFF-".Length..], letter => letter is 'I' or 'L' or 'O' or 'U');
    }
}
