using System.Globalization;
using System.Text.Json;

namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// A backup at the first full hour and then each day, the last 14 of them. Documented: after a failover they are taken in the
/// recovery region. Assumed: a passive service takes none.
/// </summary>
internal static class BackupsJson
{
    private const int Kept = 14;

    public static void Write(Utf8JsonWriter w, ServiceView view)
    {
        w.WriteStartArray();
        foreach (var time in Times(view.Service, view.Settings.BackupsWhilePassive, view.Now))
        {
            w.WriteStartObject();
            w.WriteString("backup_name", Name(time));
            w.WriteString("backup_time", ServiceJson.Time(time));
            w.WriteNumber("data_size", 1073741824L);
            w.WriteString("storage_location", view.Service.Cloud);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private static string Name(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd_HH-mm", CultureInfo.InvariantCulture) + "_0.pghoard";

    private static IEnumerable<DateTimeOffset> Times(AivenService service, bool whilePassive, DateTimeOffset now)
    {
        var from = service.BackupsFrom ?? (whilePassive ? service.CreateTime : null);
        if (from is not { } start) yield break;
        var end = whilePassive || service.BackupsUntil is not { } until || until > now ? now : until;
        var first = new DateTimeOffset(start.UtcDateTime.Date.AddHours(start.UtcDateTime.Hour + 1), TimeSpan.Zero);
        if (first > end) yield break;
        var days = (int)(end - first).TotalDays;
        for (var day = Math.Max(0, days - Kept + 1); day <= days; day++) yield return first.AddDays(day);
    }
}
