namespace CrdrTools.Core.Playbooks;

/// <summary>Pure: days and hours as clocks on the wall of a place show them. Twice a year they skip an hour, or show one twice.</summary>
public sealed class WallClock(TimeZoneInfo zone)
{
    /// <summary>The zone of that name: as Europe/Berlin, or as this system calls it.</summary>
    public static WallClock Of(string name)
    {
        if (string.Equals(name, "UTC", StringComparison.OrdinalIgnoreCase)) return new(TimeZoneInfo.Utc);
        try
        {
            return new(TimeZoneInfo.FindSystemTimeZoneById(name));
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new CrdrException(CrdrErrorKind.InvalidInput, "TimeZoneUnknown", $"This machine knows no time zone '{name}'.", "Give UTC, or a zone as this system names it, for example Europe/Berlin.", e);
        }
    }

    /// <summary>What the clock shows at a moment.</summary>
    public DateTime Show(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, zone).DateTime;

    /// <summary>The moment at which the clock shows that: where it shows it twice, the first time; where it skips it, as long after the last hour before as was asked for.</summary>
    public DateTimeOffset Moment(DateTime shown)
    {
        shown = DateTime.SpecifyKind(shown, DateTimeKind.Unspecified);
        TimeSpan offset = zone.IsAmbiguousTime(shown) ? zone.GetAmbiguousTimeOffsets(shown).Max()
            : zone.IsInvalidTime(shown) ? zone.GetUtcOffset(shown.AddDays(-1))
            : zone.GetUtcOffset(shown);
        return TimeZoneInfo.ConvertTime(new DateTimeOffset(shown, offset), zone);
    }
}
