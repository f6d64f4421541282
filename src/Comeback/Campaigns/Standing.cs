using Comeback.Data;
using Comeback.Engine.Campaigns;
using Comeback.Install;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;
using EngineQuietHours = Comeback.Engine.Campaigns.QuietHours;

namespace Comeback.Campaigns;

/// <summary>A store as the decision sees it: its row and settings turned into the Engine's terms.</summary>
internal static class Standing
{
    private static readonly LocalTimePattern Clock = LocalTimePattern.CreateWithInvariantCulture("HH:mm");

    public static StoreStanding Of(StoreRow store, StoreSettings settings, DateTimeZone zone) => new()
    {
        Zone = zone,
        Country = store.Country,
        Restored = store.State == StoreState.Restored,
        Uninstalled = store.State == StoreState.Uninstalled,
        NeedsReconnecting = store.State == StoreState.NeedsReconnecting,
        InStepAt = store.InStepAt,
        // A connection is asked all day; a file is as new as the day it was exported.
        InStepFor = store.Platform is Platform.Import or Platform.Demo ? TimeSpan.FromHours(24) : TimeSpan.FromHours(6),
        HistoryComplete = store.HistoryComplete,
        SenderLacks = Lacks(settings.Sender),
        Quiet = Clock.Parse(settings.QuietHours.Start) is { Success: true } start && Clock.Parse(settings.QuietHours.End) is { Success: true } end
            ? new EngineQuietHours(start.Value, end.Value, settings.QuietHours.Seasons ? store.Country : null)
            : null,
        WeekEndsOn = settings.WeekEndsOn?.ToIsoDayOfWeek(),
        Pressure = new PressureRules
        {
            PerDay = settings.Pressure.PerDay,
            PerWeek = settings.Pressure.PerWeek,
            PerWeekHighlyEngaged = settings.Pressure.HighlyEngagedPerWeek,
            DisengagedDays = settings.Pressure.DisengagedDays,
            DaysAfterOrder = settings.Pressure.DaysAfterOrder,
        },
        ExistingCustomerCountries = settings.ExistingCustomerBasis.Enabled ? settings.ExistingCustomerBasis.Countries.ToHashSet(StringComparer.Ordinal) : [],
    };

    private static List<string> Lacks(SenderSettings sender)
    {
        var lacks = new List<string>();
        if (string.IsNullOrWhiteSpace(sender.LegalName)) lacks.Add("legal name");
        if (string.IsNullOrWhiteSpace(sender.Address)) lacks.Add("address");
        if (string.IsNullOrWhiteSpace(sender.RegistrationNumber)) lacks.Add("registration number");
        if (string.IsNullOrWhiteSpace(sender.FromEmail)) lacks.Add("e-mail address");
        return lacks;
    }
}
