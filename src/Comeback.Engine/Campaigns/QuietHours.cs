using NodaTime;
using NodaTime.TimeZones;

namespace Comeback.Engine.Campaigns;

/// <summary>The hours in which nothing promotional is sent, by the wall clock, usually over midnight (21:00 to 09:00).</summary>
public sealed record QuietHours(LocalTime Start, LocalTime End)
{
    /// <summary>The first instant at or after <paramref name="now"/> that is not quiet. An hour that a clock change skips moves to the first one that exists.</summary>
    public DateTimeOffset NextAllowed(DateTimeOffset now, DateTimeZone zone)
    {
        var local = Instant.FromDateTimeOffset(now).InZone(zone).LocalDateTime;
        if (!Covers(local.TimeOfDay)) return now;
        var day = local.TimeOfDay < End ? local.Date : local.Date.PlusDays(1);
        var end = zone.ResolveLocal(day + End, Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter));
        return end.ToInstant().ToDateTimeOffset();
    }

    /// <summary>Start is quiet, End is not; equal times mean no quiet hours.</summary>
    public bool Covers(LocalTime time) => Start < End ? time >= Start && time < End : Start > End && (time >= Start || time < End);
}
