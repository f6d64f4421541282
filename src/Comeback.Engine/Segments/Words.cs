using System.Globalization;
using Comeback.Engine.Facts;

namespace Comeback.Engine.Segments;

/// <summary>Numbers, days and amounts as an explanation says them.</summary>
internal static class Words
{
    public static string Day(int? day) => day is { } known ? StoreDays.Date(known).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "never";

    public static string Amount(long minor, Subject subject) => new Money(minor, subject.Columns.Profile.Currency).ToString();

    public static string Plain(long numerator, long denominator) =>
        Math.Round((decimal)numerator / denominator, 2).ToString("0.##", CultureInfo.InvariantCulture);
}
