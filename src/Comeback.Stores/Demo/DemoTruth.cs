namespace Comeback.Stores.Demo;

/// <summary>
/// What is true of the demo store's people, kept so that what Comeback finds out can be judged against it. Rates are orders a shopping day
/// (<see cref="DemoSeasons"/>), lives are days; both differ from person to person by a gamma distribution, gaps are gamma with a regularity of
/// the person's own, and a life ends without a word.
/// </summary>
/// <param name="Seed">The same seed and anchor give the same store, to the byte.</param>
/// <param name="Anchor">Where history ends and life goes on, UTC.</param>
public sealed record DemoTruth(long Seed, DateTimeOffset Anchor)
{
    private static readonly Dictionary<string, double> StandardEffects = new(StringComparer.Ordinal)
    {
        ["first_order_thanks"] = .04,
        ["abandoned_cart"] = .10,
        ["win_back"] = .05,
        ["vip_early_access"] = .07,
    };

    public int Customers { get; init; } = 5000;
    public int HistoryDays { get; init; } = 730;

    /// <summary>Orders a shopping day after the first: gamma with this shape and mean (one in 44 days).</summary>
    public double RateShape { get; init; } = 1.1;
    public double RateMean { get; init; } = 1 / 44.0;

    /// <summary>Chance a day of dropping out for good: gamma with this shape and mean (half of all are gone after about eight months).</summary>
    public double DropShape { get; init; } = 1.3;
    public double DropMean { get; init; } = 1 / 260.0;

    /// <summary>
    /// Orders that a message brings on average which would not have come without it: what an honest lift should find. Whoever is not named has
    /// <see cref="OtherEffect"/>.
    /// </summary>
    public IReadOnlyDictionary<string, double> Effects { get; init; } = StandardEffects;

    public double OtherEffect { get; init; } = .02;

    public double EffectOf(string campaignKey) => Effects.GetValueOrDefault(campaignKey, OtherEffect);

    public DateTimeOffset Start => Anchor.AddDays(-HistoryDays);
    /// <summary>Views and carts are kept for 60 days, as a shop's own statistics would be; message events for 90.</summary>
    public DateTimeOffset BrowsingFrom => Anchor.AddDays(-60);
}

/// <summary>What one customer of the demo store is like, which no store would ever know.</summary>
/// <param name="Key">The account id in the store.</param>
/// <param name="RatePerDay">Orders a shopping day while alive.</param>
/// <param name="DropsAt">When they stop for good.</param>
/// <param name="Taste">Share of each category, in the order of the catalogue.</param>
public sealed record DemoTruthOfCustomer(
    string Key, string? Email, DateTimeOffset JoinedAt, double RatePerDay, double Regularity, DateTimeOffset DropsAt, IReadOnlyList<double> Taste)
{
    public bool AliveAt(DateTimeOffset at) => at < DropsAt;
}
