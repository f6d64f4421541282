using Comeback.Engine.Campaigns;
using Comeback.Engine.Orders;
using CsCheck;
using NodaTime;

namespace Comeback.Engine.Tests.Campaigns;

public sealed class DecisionTests
{
    private static readonly DateTimeZone London = DateTimeZoneProviders.Tzdb["Europe/London"];
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private static CustomerState Ann => new()
    {
        Address = "ann@example.com",
        Country = "GB",
        HasBought = true,
        Consents = [new ConsentRecord(Channel.Email, ConsentState.Granted, Noon.AddDays(-100), "checkout", "Yes")],
    };

    private static StepState Step => new() { Channel = Channel.Email, DueAt = Noon, Segment = "lapsed" };

    private static StepState CartStep(DateTimeOffset? touched = null) => Step with { Cart = new CartState { TouchedAt = touched ?? Noon.AddHours(-1) }, UsefulUntil = Noon.AddHours(12) };

    private static StoreStanding Store => new() { Zone = London, Country = "GB", InStepAt = Noon.AddHours(-1), HistoryComplete = true };

    private static Verdict Decide(CustomerState? customer = null, StepState? step = null, StoreStanding? store = null, DateTimeOffset? now = null) =>
        Decision.Decide(new Situation(now ?? Noon, customer ?? Ann, step ?? Step, store ?? Store));

    private static void Sent(Verdict verdict) => Assert.IsType<Verdict.Send>(verdict);
    private static void Skipped(SkipReason reason, Verdict verdict) => Assert.Equal(reason, Assert.IsType<Verdict.Skip>(verdict).Reason);
    private static void Dropped(SkipReason reason, Verdict verdict) => Assert.Equal(reason, Assert.IsType<Verdict.Drop>(verdict).Reason);
    private static DateTimeOffset Held(HoldReason reason, Verdict verdict)
    {
        var hold = Assert.IsType<Verdict.Hold>(verdict);
        Assert.Equal(reason, hold.Reason);
        return hold.Until;
    }

    private static ConsentRecord Entry(ConsentState state, double daysAgo, string source = "form") => new(Channel.Email, state, Noon.AddDays(-daysAgo), source, "Yes");

    // Basis
    [Fact]
    public void Somebody_who_agreed_is_written_to() => Assert.Equal("consent", Assert.IsType<Verdict.Send>(Decide()).Basis);

    [Fact]
    public void Somebody_who_never_agreed_is_not() => Skipped(SkipReason.NoConsent, Decide(Ann with { Consents = [] }));

    [Fact]
    public void A_later_no_beats_an_earlier_yes() => Skipped(SkipReason.OptedOut, Decide(Ann with { Consents = [Entry(ConsentState.Withdrawn, 1), Entry(ConsentState.Granted, 2)] }));

    [Fact]
    public void A_later_yes_beats_an_earlier_no() => Sent(Decide(Ann with { Consents = [Entry(ConsentState.Withdrawn, 2), Entry(ConsentState.Granted, 1)] }));

    [Fact]
    public void At_the_same_instant_no_wins() => Skipped(SkipReason.OptedOut, Decide(Ann with { Consents = [Entry(ConsentState.Granted, 1), Entry(ConsentState.Withdrawn, 1)] }));

    [Fact]
    public void A_yes_dated_in_the_future_does_not_count_yet() => Skipped(SkipReason.NoConsent, Decide(Ann with { Consents = [Entry(ConsentState.Granted, -1)] }));

    [Fact]
    public void A_yes_without_a_source_is_no_proof() => Skipped(SkipReason.NoConsent, Decide(Ann with { Consents = [Entry(ConsentState.Granted, 1, source: "")] }));

    [Fact]
    public void An_unconfirmed_sign_up_waits_for_its_confirmation() => Skipped(SkipReason.PendingConsent, Decide(Ann with { Consents = [Entry(ConsentState.Pending, 1)] }));

    private static StoreStanding WithExisting(params string[] countries) => Store with { ExistingCustomerCountries = countries.ToHashSet() };

    [Fact]
    public void An_existing_customer_is_written_to_where_the_merchant_allows_it() =>
        Assert.Equal("existing customer", Assert.IsType<Verdict.Send>(Decide(Ann with { Consents = [] }, store: WithExisting("GB"))).Basis);

    [Fact]
    public void An_existing_customer_elsewhere_is_not() => Skipped(SkipReason.NoConsent, Decide(Ann with { Consents = [], Country = "DE" }, store: WithExisting("GB")));

    [Fact]
    public void An_existing_customer_in_Saudi_Arabia_never_is() => Skipped(SkipReason.NoConsent, Decide(Ann with { Consents = [], Country = "SA" }, store: WithExisting("SA")));

    [Fact]
    public void An_existing_customer_is_never_reminded_of_a_cart() => Skipped(SkipReason.NoConsent, Decide(Ann with { Consents = [] }, CartStep(), WithExisting("GB")));

    [Fact]
    public void An_existing_customer_gets_no_sms() => Skipped(SkipReason.NoConsent, Decide(Ann with { Consents = [] }, Step with { Channel = Channel.Sms }, WithExisting("GB")));

    [Fact]
    public void Somebody_who_never_bought_is_no_existing_customer() => Skipped(SkipReason.NoConsent, Decide(Ann with { Consents = [], HasBought = false }, store: WithExisting("GB")));

    [Fact]
    public void An_existing_customer_who_said_no_is_not_written_to() => Skipped(SkipReason.OptedOut, Decide(Ann with { Consents = [Entry(ConsentState.Withdrawn, 1)] }, store: WithExisting("GB")));

    // People and addresses
    [Fact] public void Somebody_deleted_is_not() => Skipped(SkipReason.CustomerGone, Decide(Ann with { Gone = true }));
    [Fact] public void Staff_and_resellers_are_not() => Skipped(SkipReason.NotAShopper, Decide(Ann with { NotAShopper = true }));
    [Fact] public void Who_objects_to_profiling_is_not() => Skipped(SkipReason.ObjectsToProfiling, Decide(Ann with { ObjectsToProfiling = true }));
    [Fact] public void A_placeholder_address_is_not() => Skipped(SkipReason.DoubtfulContact, Decide(Ann with { DoubtfulContact = true }));
    [Fact] public void Nobody_without_an_address() => Skipped(SkipReason.NoAddress, Decide(Ann with { Address = null }));
    [Fact] public void An_erased_address_that_came_back_is_not() => Skipped(SkipReason.Suppressed, Decide(Ann with { SuppressedFor = "erased" }));
    [Fact] public void An_address_that_unsubscribed_counts_as_opted_out() => Skipped(SkipReason.OptedOut, Decide(Ann with { SuppressedFor = "unsubscribed" }));

    // The campaign
    [Fact] public void A_campaign_that_was_switched_off_sends_nothing() => Skipped(SkipReason.CampaignOff, Decide(step: Step with { CampaignOn = false }));
    [Fact] public void Who_left_the_segment_is_not() => Skipped(SkipReason.RuleNoLongerHolds, Decide(step: Step with { RuleHolds = false }));
    [Fact] public void The_holdout_is_not() => Skipped(SkipReason.Holdout, Decide(step: Step with { Holdout = true }));
    [Fact] public void After_its_end_an_early_access_is_dropped() => Dropped(SkipReason.Ended, Decide(step: Step with { EndsAt = Noon }));
    [Fact] public void Before_its_end_it_is_sent() => Sent(Decide(step: Step with { EndsAt = Noon.AddMinutes(1) }));
    [Fact] public void Past_its_use_a_message_is_dropped() => Dropped(SkipReason.TooLate, Decide(step: Step with { UsefulUntil = Noon.AddSeconds(-1) }));
    [Fact] public void Until_then_it_is_sent() => Sent(Decide(step: Step with { UsefulUntil = Noon }));

    [Fact]
    public void First_order_thanks_needs_the_whole_history() =>
        Skipped(SkipReason.HistoryIncomplete, Decide(step: Step with { NeedsCompleteHistory = true }, store: Store with { HistoryComplete = false }));

    [Fact]
    public void With_the_whole_history_it_is_sent() => Sent(Decide(step: Step with { NeedsCompleteHistory = true }));

    // Carts
    [Fact] public void A_cart_left_alone_is_written_about() => Sent(Decide(step: CartStep()));

    [Fact]
    public void An_order_placed_since_stops_it_at_once() =>
        Skipped(SkipReason.OrderPlaced, Decide(Ann with { LastPlacedOrderAt = Noon.AddMinutes(-1) }, CartStep()));

    [Fact]
    public void An_order_placed_before_the_cart_does_not_count_as_its_order() =>
        Sent(Decide(Ann with { LastPlacedOrderAt = Noon.AddDays(-5) }, CartStep()));

    [Fact]
    public void A_cart_that_was_emptied_is_not() => Skipped(SkipReason.CartClosed, Decide(step: Step with { Cart = new CartState { TouchedAt = Noon.AddHours(-1), Closed = true } }));

    [Fact]
    public void A_cart_of_things_no_longer_sold_is_not() => Skipped(SkipReason.NothingToShow, Decide(step: Step with { Cart = new CartState { TouchedAt = Noon.AddHours(-1), HasGoods = false } }));

    [Fact]
    public void Twelve_hours_lie_between_the_steps() => Assert.Equal(Noon.AddHours(2), Held(HoldReason.StepsTooClose,
        Decide(step: Step with { Cart = new CartState { TouchedAt = Noon.AddDays(-1), LastStepSentAt = Noon.AddHours(-10) } })));

    [Fact]
    public void Twelve_hours_later_it_may_go() => Sent(Decide(step: Step with { Cart = new CartState { TouchedAt = Noon.AddDays(-1), LastStepSentAt = Noon.AddHours(-12) } }));

    [Fact]
    public void A_second_cart_within_seven_days_is_left_alone() =>
        Skipped(SkipReason.RecentCartRun, Decide(step: Step with { Cart = new CartState { TouchedAt = Noon.AddHours(-1), OtherRunAt = Noon.AddDays(-6.9) } }));

    [Fact]
    public void After_seven_days_it_is_not() => Sent(Decide(step: Step with { Cart = new CartState { TouchedAt = Noon.AddHours(-1), OtherRunAt = Noon.AddDays(-7) } }));

    // The store
    [Fact] public void A_store_out_of_step_waits() => Held(HoldReason.OutOfStep, Decide(store: Store with { InStepAt = Noon.AddHours(-6.1) }));
    [Fact] public void A_store_never_in_step_waits() => Held(HoldReason.OutOfStep, Decide(store: Store with { InStepAt = null }));
    [Fact] public void An_import_may_be_a_day_old() => Sent(Decide(store: Store with { InStepAt = Noon.AddHours(-23), InStepFor = TimeSpan.FromHours(24) }));
    [Fact] public void A_restored_store_waits() => Held(HoldReason.Restored, Decide(store: Store with { Restored = true }));
    [Fact] public void An_uninstalled_store_waits() => Held(HoldReason.Uninstalled, Decide(store: Store with { Uninstalled = true }));
    [Fact] public void Without_the_senders_legal_name_it_waits() => Held(HoldReason.SenderIncomplete, Decide(store: Store with { SenderLacks = ["legal name"] }));

    [Fact]
    public void Waiting_longer_than_it_is_useful_is_dropping() =>
        Dropped(SkipReason.TooLate, Decide(step: Step with { UsefulUntil = Noon.AddHours(5) }, store: Store with { Quiet = new QuietHours(new LocalTime(9, 0), new LocalTime(18, 0)) }));

    // Pressure
    private static readonly double[] TwoLately = [2, 4];

    [Fact]
    public void One_promotion_a_day() => Assert.Equal(Noon.AddHours(1), Held(HoldReason.DayBudget, Decide(Ann with { Promotions = [Noon.AddHours(-23)] })));

    [Fact] public void A_day_later_there_is_room() => Sent(Decide(Ann with { Promotions = [Noon.AddHours(-24)] }));

    [Fact]
    public void Three_a_week() => Assert.Equal(Noon.AddDays(1), Held(HoldReason.WeekBudget, Decide(Ann with { Promotions = [Noon.AddDays(-2), Noon.AddDays(-4), Noon.AddDays(-6)] })));

    [Fact] public void Two_a_week_leave_room() => Sent(Decide(Ann with { Promotions = [.. TwoLately.Select(d => Noon.AddDays(-d))] }));

    [Fact]
    public void The_highly_engaged_get_four() => Sent(Decide(Ann with { Engagement = Engagement.High, Promotions = [Noon.AddDays(-2), Noon.AddDays(-4), Noon.AddDays(-6)] }));

    [Fact]
    public void The_disengaged_get_one_in_fourteen_days() =>
        Assert.Equal(Noon.AddDays(1), Held(HoldReason.WeekBudget, Decide(Ann with { Engagement = Engagement.Disengaged, Promotions = [Noon.AddDays(-13)] })));

    [Fact]
    public void None_within_three_days_of_an_order() => Assert.Equal(Noon.AddDays(1), Held(HoldReason.RecentOrder, Decide(Ann with { LastPlacedOrderAt = Noon.AddDays(-2) })));

    [Fact] public void Three_days_later_there_may_be() => Sent(Decide(Ann with { LastPlacedOrderAt = Noon.AddDays(-3) }));
    [Fact] public void None_while_an_order_is_on_its_way() => Held(HoldReason.Undelivered, Decide(Ann with { LastPlacedOrderAt = Noon.AddDays(-5), UndeliveredSince = Noon.AddDays(-5) }));
    [Fact] public void A_parcel_that_never_arrives_holds_for_fourteen_days() => Sent(Decide(Ann with { UndeliveredSince = Noon.AddDays(-14) }));

    // Quiet hours
    private static readonly QuietHours Night = new(new LocalTime(21, 0), new LocalTime(9, 0));

    private static DateTimeOffset Utc(int month, int day, int hour, int minute = 0) => new(2026, month, day, hour, minute, 0, TimeSpan.Zero);

    [Fact] public void By_night_it_waits_for_the_morning() => Assert.Equal(Utc(11, 26, 9), Night.NextAllowed(Utc(11, 25, 23), London));
    [Fact] public void After_midnight_it_waits_for_the_same_morning() => Assert.Equal(Utc(11, 25, 9), Night.NextAllowed(Utc(11, 25, 3), London));
    [Fact] public void At_nine_it_may_go() => Assert.Equal(Utc(11, 25, 9), Night.NextAllowed(Utc(11, 25, 9), London));
    [Fact] public void At_nine_in_the_evening_it_may_not() => Assert.Equal(Utc(11, 26, 9), Night.NextAllowed(Utc(11, 25, 21), London));
    [Fact] public void In_summer_nine_is_eight_by_Greenwich() => Assert.Equal(Utc(7, 1, 8), Night.NextAllowed(Utc(7, 1, 2), London));

    [Fact]
    public void A_morning_hour_that_the_clock_change_skips_becomes_the_next_that_exists()
    {
        // London, 29 March 2026: 01:00 becomes 02:00.
        var quiet = new QuietHours(new LocalTime(21, 0), new LocalTime(1, 30));
        Assert.Equal(Utc(3, 29, 1), quiet.NextAllowed(Utc(3, 29, 0, 15), London));
    }

    [Fact]
    public void An_hour_that_comes_twice_ends_at_its_first_time() =>
        // London, 25 October 2026: 02:00 becomes 01:00.
        Assert.Equal(Utc(10, 25, 0, 30), new QuietHours(new LocalTime(21, 0), new LocalTime(1, 30)).NextAllowed(Utc(10, 24, 23, 30), London));

    [Fact]
    public void Whatever_the_zone_and_hour_what_is_allowed_is_never_quiet() =>
        Gen.Select(Gen.Long[0, 400 * 24 * 60], Gen.Int[0, 1439], Gen.Int[0, 1439], Gen.Int[0, 4].Select(i => new[] { "Europe/Copenhagen", "Asia/Riyadh", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo" }[i]))
            .Sample((minutes, start, end, zone) =>
            {
                var tz = DateTimeZoneProviders.Tzdb[zone];
                var quiet = new QuietHours(LocalTime.FromMinutesSinceMidnight(start), LocalTime.FromMinutesSinceMidnight(end));
                var now = Utc(1, 1, 0).AddMinutes(minutes);
                var next = quiet.NextAllowed(now, tz);
                var gap = tz.GetZoneInterval(Instant.FromDateTimeOffset(next)).Start is var s && tz.GetZoneInterval(Instant.FromDateTimeOffset(next)).HasStart && s == Instant.FromDateTimeOffset(next);
                return next >= now && next - now <= TimeSpan.FromHours(26) && (gap || !quiet.Covers(Instant.FromDateTimeOffset(next).InZone(tz).TimeOfDay));
            });

    // The end of the week
    private static readonly DateTimeZone Copenhagen = DateTimeZoneProviders.Tzdb["Europe/Copenhagen"];
    private static readonly DateTimeZone Riyadh = DateTimeZoneProviders.Tzdb["Asia/Riyadh"];

    [Fact] public void In_Denmark_the_week_ends_on_Sunday_night() => Assert.Equal(Utc(11, 29, 23), WeekEnd.After(Utc(11, 24, 12), Copenhagen, "DK"));
    [Fact] public void In_Saudi_Arabia_on_Saturday_night() => Assert.Equal(Utc(11, 28, 21), WeekEnd.After(Utc(11, 24, 12), Riyadh, "SA"));
    [Fact] public void With_72_hours_left_it_is_still_this_week() => Assert.Equal(Utc(11, 29, 23), WeekEnd.After(Utc(11, 26, 23), Copenhagen, "DK"));
    [Fact] public void With_less_it_is_the_end_of_next_week() => Assert.Equal(Utc(12, 6, 23), WeekEnd.After(Utc(11, 26, 23, 1), Copenhagen, "DK"));
    [Fact] public void On_the_last_day_it_is_next_week() => Assert.Equal(Utc(12, 6, 23), WeekEnd.After(Utc(11, 29, 12), Copenhagen, "DK"));
    [Fact] public void A_merchant_may_choose_another_day() => Assert.Equal(Utc(11, 27, 23), WeekEnd.After(Utc(11, 23, 12), Copenhagen, "DK", IsoDayOfWeek.Friday));
    [Fact] public void The_week_in_which_the_clock_goes_back_ends_at_local_midnight() => Assert.Equal(Utc(10, 25, 23), WeekEnd.After(Utc(10, 20, 12), Copenhagen, "DK"));

    // Scarcity
    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 10)]
    [InlineData(11, null)]
    [InlineData(0, null)]
    [InlineData(-2, null)]
    [InlineData(null, null)]
    public void Only_x_left_is_said_from_ten_down_to_one(int? stock, int? said) => Assert.Equal(said, Scarcity.OnlyLeft(stock, sellsWithoutStock: false, sellable: true));

    [Fact] public void It_is_not_said_of_what_is_oversold() => Assert.Null(Scarcity.OnlyLeft(3, sellsWithoutStock: true, sellable: true));
    [Fact] public void It_is_not_said_of_what_cannot_be_bought() => Assert.Null(Scarcity.OnlyLeft(3, sellsWithoutStock: false, sellable: false));

    // The category bought from most
    private static CategoryPurchase Bought(long category, long order, int quantity, int daysAgo) => new(new CategoryId(category), new OrderId(order), quantity, Noon.AddDays(-daysAgo));

    [Fact] public void The_category_of_most_orders_is_named() => Assert.Equal(1, FavouriteCategory.Of([Bought(1, 1, 1, 9), Bought(1, 2, 1, 8), Bought(2, 3, 50, 1)])!.Value.Value);
    [Fact] public void Then_that_of_most_pieces() => Assert.Equal(2, FavouriteCategory.Of([Bought(1, 1, 1, 1), Bought(2, 2, 2, 9)])!.Value.Value);
    [Fact] public void Then_the_later_one() => Assert.Equal(2, FavouriteCategory.Of([Bought(1, 1, 1, 9), Bought(2, 2, 1, 1)])!.Value.Value);
    [Fact] public void Two_lines_of_one_order_are_one_order() => Assert.Equal(2, FavouriteCategory.Of([Bought(1, 1, 1, 1), Bought(1, 1, 1, 1), Bought(2, 2, 1, 1), Bought(2, 3, 1, 1)])!.Value.Value);
    [Fact] public void Without_any_there_is_none() => Assert.Null(FavouriteCategory.Of([]));
}
