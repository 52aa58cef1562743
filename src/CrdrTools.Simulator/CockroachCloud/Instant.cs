using System.Globalization;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Times as the API writes them: RFC 3339 in UTC, down to the microsecond.</summary>
internal static class Instant
{
    /// <summary>What the API shows where there is no time yet.</summary>
    public const string Zero = "0001-01-01T00:00:00Z";

    /// <summary>The time without what the API does not show.</summary>
    public static DateTimeOffset Shown(DateTimeOffset time) => time.AddTicks(-(time.UtcTicks % 10));

    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time of such a text; null when it is none.</summary>
    public static DateTimeOffset? Parse(string text)
    {
        if (text.Length < 20 || text[10] is not ('T' or 't') || !HasZone(text)) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    /// <summary>A text that sorts as the time does.</summary>
    public static string SortKey(DateTimeOffset time) => time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private static bool HasZone(string text) => text[text.Length - 1] is 'Z' or 'z' || text[text.Length - 6] is '+' or '-';
}
