using System.Globalization;
using Comeback.Engine;

namespace Comeback.Sync;

/// <summary>How the demo store lives, from <c>Demo:*</c>.</summary>
internal sealed record DemoOptions
{
    /// <summary>Days that pass in the demo while a minute passes here, once it is up with the present: an hour a minute.</summary>
    public const double Usual = 1 / 24.0;

    /// <summary>The same while the demo lies behind the present: at first start its history ends eight days ago, so that the first two minutes show a week.</summary>
    public const double CatchingUp = 4;

    private const int BehindAtStart = 8;

    /// <summary><c>Demo:Enabled</c>: connect the demo store at first start and keep it alive. Default true in Development, false in Production.</summary>
    public bool Enabled { get; init; }

    /// <summary><c>Demo:DaysPerMinute</c>, 0 to 60: then exactly that from the first moment; 0 stops the clock. Default: see the constants.</summary>
    public double? DaysPerMinute { get; init; }

    /// <summary><c>Demo:Seed</c>. The same seed at the same start gives the same store.</summary>
    public long Seed { get; init; } = 1;

    /// <summary><c>Demo:Customers</c>, 10 to 100,000: how many have joined when history ends.</summary>
    public int Customers { get; init; } = 5000;

    public static DemoOptions Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var section = configuration.GetSection("Demo");
        var pace = Number(section, "DaysPerMinute", 0, 60);
        return new DemoOptions
        {
            Enabled = section["Enabled"] is { Length: > 0 } text
                ? bool.TryParse(text, out var on) ? on : throw new UserError($"The setting Demo:Enabled is '{text}': give true or false.")
                : environment.IsDevelopment(),
            DaysPerMinute = pace,
            Seed = (long)(Number(section, "Seed", 0, 1e15) ?? 1),
            Customers = (int)(Number(section, "Customers", 10, 100_000) ?? 5000),
        };
    }

    /// <summary>Where the history of a demo store that is made now ends.</summary>
    public DateTimeOffset AnchorAt(DateTimeOffset now)
    {
        var anchor = DaysPerMinute is null ? now.AddDays(-BehindAtStart) : now;
        return anchor.AddTicks(-(anchor.Ticks % TimeSpan.TicksPerSecond));
    }

    /// <summary>Where the demo's clock stands after <paramref name="elapsed"/> of real time; a machine that slept does not make it jump.</summary>
    public DateTimeOffset Next(DateTimeOffset demo, DateTimeOffset now, TimeSpan elapsed)
    {
        var pace = DaysPerMinute ?? (demo < now ? CatchingUp : Usual);
        var minutes = Math.Min(elapsed.TotalMinutes, .1);
        return demo.AddSeconds(Math.Floor((minutes * pace * 86_400) + 1e-6));
    }

    private static double? Number(IConfigurationSection section, string name, double low, double high)
    {
        if (section[name] is not { Length: > 0 } text)
            return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= low && value <= high
            ? value
            : throw new UserError($"The setting Demo:{name} is '{text}': give a number from {low} to {high}.");
    }
}
