using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrdrTools.Core.Playbooks;

/// <summary>The schedule as data: one JSON file, written by people, read strictly.</summary>
public sealed class ScheduleFile(string path)
{
    private static readonly Dictionary<CrdrScheduleKind, string> s_playbooks = new() { [CrdrScheduleKind.Drill] = "game-day", [CrdrScheduleKind.Rotation] = "scheduled-rotation", [CrdrScheduleKind.Check] = "pre-flight-check" };

    /// <summary>Where it is.</summary>
    public string Location => path;

    /// <summary><c>CRDR_SCHEDULE</c>, or <c>schedule.json</c> beside the pair file.</summary>
    public static string DefaultPath(string pairFile) =>
        Environment.GetEnvironmentVariable("CRDR_SCHEDULE") is { Length: > 0 } set ? set : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(pairFile))!, "schedule.json");

    /// <summary>All entries. No file: none.</summary>
    public IReadOnlyList<ScheduleEntry> Read() => File.Exists(path) ? Parse(File.ReadAllText(path), path) : [];

    /// <summary>Pure: what a text says. What is wrong is told with its place.</summary>
    public static IReadOnlyList<ScheduleEntry> Parse(string text, string file)
    {
        ScheduleText said;
        try
        {
            said = JsonSerializer.Deserialize(text, ScheduleJson.Default.ScheduleText) ?? new();
        }
        catch (JsonException e)
        {
            int cut = e.Message.IndexOf(" Path: ", StringComparison.Ordinal);
            throw Wrong($"{(e.LineNumber is { } line ? $"line {line + 1}, " : "")}field {(string.IsNullOrEmpty(e.Path) ? "$" : e.Path)}: {(cut < 0 ? e.Message : e.Message.Substring(0, cut))}");
        }
        List<ScheduleEntry> entries = [];
        foreach (ScheduleText.Entry entry in said.Schedules ?? [])
        {
            string where = $"schedule '{entry.Name}': ";
            if (entries.Any(e => string.Equals(e.Name, entry.Name, StringComparison.OrdinalIgnoreCase))) throw Wrong($"{where}it is there twice.");
            if (entry.Pairs.Count == 0) throw Wrong($"{where}pairs is empty.");
            string zone = entry.TimeZone ?? said.TimeZone ?? "UTC";
            _ = WallClock.Of(zone);
            entries.Add(new()
            {
                Name = entry.Name, Kind = entry.Kind, Pairs = entry.Pairs, Every = How(entry.Every, where + "every"), From = Day(entry.From, where + "from"), At = entry.At is null ? TimeSpan.Zero : Time(entry.At, where + "at"),
                Within = entry.Within is null ? new(14, RecurrenceUnit.Day) : How(entry.Within, where + "within"), TimeZone = zone, Playbook = entry.Playbook ?? s_playbooks[entry.Kind],
                Blocked = [.. (said.Blocked ?? []).Select((w, i) => Window(w, $"blocked window {i + 1}: ")), .. (entry.Blocked ?? []).Select((w, i) => Window(w, $"{where}blocked window {i + 1}: "))],
            });
        }
        return entries;

        CrdrException Wrong(string what) => new(CrdrErrorKind.InvalidInput, "ScheduleInvalid", $"The schedule {file} cannot be read: {what}", "What stands there is told by docs/playbooks.md.");

        Recurrence How(string value, string where) => Recurrence.Parse(value) ?? throw Wrong($"{where} is so many days, weeks, months or years, as 90 days; '{value}' is not.");

        DateTime Day(string value, string where) => DateTime.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day) ? day : throw Wrong($"{where} is a day, as 2026-01-31; '{value}' is not.");

        TimeSpan Time(string value, string where) => value == "24:00" ? TimeSpan.FromDays(1)
            : TimeSpan.TryParseExact(value, "hh\\:mm", CultureInfo.InvariantCulture, out TimeSpan time) ? time : throw Wrong($"{where} is a time of day, as 22:00; '{value}' is not.");

        BlockedWindow Window(ScheduleText.Window window, string where)
        {
            if (window is { From: null, To: null, Days: null, Hours: null }) throw Wrong($"{where}it says neither from and to, nor days, nor hours.");
            if ((window.From is null) != (window.To is null)) throw Wrong($"{where}from and to go together.");
            BlockedWindow made = new()
            {
                Why = window.Why, Days = [.. (window.Days ?? []).Select(d => Enum.GetValues(typeof(DayOfWeek)).Cast<DayOfWeek?>().FirstOrDefault(k => d.Length >= 3 && k.ToString()!.StartsWith(d, StringComparison.OrdinalIgnoreCase))
                    ?? throw Wrong($"{where}days are Mon, Tue, Wed, Thu, Fri, Sat, Sun; '{d}' is none."))],
            };
            if (window.Hours is { } hours)
            {
                string[] parts = hours.Split('-');
                if (parts.Length != 2) throw Wrong($"{where}hours are as 18:00-08:00; '{hours}' is not.");
                (TimeSpan from, TimeSpan to) = (Time(parts[0].Trim(), where + "hours"), Time(parts[1].Trim(), where + "hours"));
                if (from == to) throw Wrong($"{where}hours begin and end at once; leave them out for the whole day.");
                made = made with { Hours = (from, to) };
            }
            if (window.From is null) return made;
            (DateTime begins, bool yearly, _) = Edge(window.From, where + "from");
            (DateTime ends, bool alsoYearly, bool wholeDay) = Edge(window.To!, where + "to");
            if (yearly != alsoYearly) throw Wrong($"{where}from and to both have a year, or both have none.");
            if (wholeDay) ends = ends.AddDays(1);
            if (yearly && ends <= begins) ends = ends.AddYears(1);
            return ends > begins ? made with { From = begins, To = ends, Yearly = yearly } : throw Wrong($"{where}it ends before it begins.");
        }

        (DateTime At, bool Yearly, bool WholeDay) Edge(string value, string where) =>
            DateTime.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day) ? (day, false, true)
            : DateTime.TryParseExact(value, "yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime moment) ? (moment, false, false)
            // A year with a 29th of February.
            : DateTime.TryParseExact("2000-" + value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime each) ? (each, true, true)
            : throw Wrong($"{where} is a day, as 2026-12-20 or for each year 12-20, or a moment, as 2026-12-20T18:00; '{value}' is not.");
    }
}

/// <summary>What the file may say, as it is read. Settable: the compile-time reader gives an init-only member that is left out no default.</summary>
internal sealed class ScheduleText
{
    public string? TimeZone { get; set; }
    public List<Window>? Blocked { get; set; }
    public List<Entry>? Schedules { get; set; }

    internal sealed class Entry
    {
        public required string Name { get; set; }
        public required CrdrScheduleKind Kind { get; set; }
        public required List<string> Pairs { get; set; }
        public required string Every { get; set; }
        public required string From { get; set; }
        public string? At { get; set; }
        public string? Within { get; set; }
        public string? TimeZone { get; set; }
        public string? Playbook { get; set; }
        public List<Window>? Blocked { get; set; }
    }

    internal sealed class Window
    {
        public string? From { get; set; }
        public string? To { get; set; }
        public List<string>? Days { get; set; }
        public string? Hours { get; set; }
        public string? Why { get; set; }
    }
}

/// <summary>Strict, so that a misspelt field is an error and not a silence.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ScheduleText))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
