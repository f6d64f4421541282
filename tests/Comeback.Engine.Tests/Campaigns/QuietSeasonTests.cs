using Comeback.Engine.Campaigns;
using NodaTime;

namespace Comeback.Engine.Tests.Campaigns;

/// <summary>Quiet by the calendar of the store's country, beside the merchant's quiet hours.</summary>
public sealed class QuietSeasonTests
{
    [Theory]
    // Ramadan 1447 is 18 February to 19 March 2026 by Umm al-Qura.
    [InlineData("SA", "Asia/Riyadh", "2026-03-10 16:59", null)]
    [InlineData("SA", "Asia/Riyadh", "2026-03-10 17:00", "2026-03-11 09:00")]
    [InlineData("SA", "Asia/Riyadh", "2026-03-25 17:00", null)]
    // Friday prayer, and the morning of a Friday and a Saturday.
    [InlineData("SA", "Asia/Riyadh", "2026-04-10 11:30", "2026-04-10 13:30")]
    [InlineData("SA", "Asia/Riyadh", "2026-04-10 09:30", "2026-04-10 10:00")]
    [InlineData("SA", "Asia/Riyadh", "2026-04-11 11:45", null)]
    [InlineData("SA", "Asia/Riyadh", "2026-04-12 09:30", null)]
    [InlineData("AE", "Asia/Dubai", "2026-04-12 09:30", "2026-04-12 10:00")]
    // Denmark: Saturday and Sunday mornings; over the night of a weekend.
    [InlineData("DK", "Europe/Copenhagen", "2026-06-13 09:00", "2026-06-13 10:00")]
    [InlineData("DK", "Europe/Copenhagen", "2026-06-12 22:00", "2026-06-13 10:00")]
    [InlineData("DK", "Europe/Copenhagen", "2026-06-15 09:00", null)]
    [InlineData("DK", "Europe/Copenhagen", "2026-03-10 17:00", null)]
    [InlineData("GB", "Europe/London", "2026-06-13 09:00", null)]
    [InlineData(null, "Asia/Riyadh", "2026-04-10 12:00", null)]
    public void It_is_quiet_when_the_country_is(string? country, string zone, string now, string? until)
    {
        var hours = new QuietHours(new LocalTime(21, 0), new LocalTime(9, 0), country);
        Assert.Equal(At(until ?? now, zone), hours.NextAllowed(At(now, zone), DateTimeZoneProviders.Tzdb[zone]));
    }

    [Fact]
    public void Without_quiet_hours_of_the_merchants_own_a_night_of_Ramadan_ends_at_dawn_the_last_one_too()
    {
        var hours = new QuietHours(new LocalTime(0, 0), new LocalTime(0, 0), "SA");
        var zone = DateTimeZoneProviders.Tzdb["Asia/Riyadh"];
        Assert.Equal(At("2026-03-12 06:00", zone.Id), hours.NextAllowed(At("2026-03-11 23:00", zone.Id), zone));
        Assert.Equal(At("2026-03-20 10:00", zone.Id), hours.NextAllowed(At("2026-03-20 02:00", zone.Id), zone));
    }

    private static DateTimeOffset At(string local, string zone) =>
        NodaTime.Text.LocalDateTimePattern.CreateWithInvariantCulture("yyyy-MM-dd HH:mm").Parse(local).Value.InZoneStrictly(DateTimeZoneProviders.Tzdb[zone]).ToDateTimeOffset();
}
