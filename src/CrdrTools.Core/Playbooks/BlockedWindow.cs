using System.Globalization;

namespace CrdrTools.Core.Playbooks;

/// <summary>A time in which nothing is begun: so many days of the calendar, some days of each week, some hours of the day, or all of these at once. By the wall clock.</summary>
public sealed record BlockedWindow
{
    /// <summary>The first day, or moment, of a range; with <see cref="Yearly"/> its year says nothing.</summary>
    public DateTime? From { get; init; }
    /// <summary>Where the range ends: the first moment after it.</summary>
    public DateTime? To { get; init; }
    /// <summary>Whether the range comes back each year.</summary>
    public bool Yearly { get; init; }
    /// <summary>The days of the week; empty: each.</summary>
    public IReadOnlyList<DayOfWeek> Days { get; init; } = [];
    /// <summary>The hours of the day; the second may be before the first: then it goes past midnight, and the day is the one on which it begins.</summary>
    public (TimeSpan From, TimeSpan To)? Hours { get; init; }
    /// <summary>Why.</summary>
    public string? Why { get; init; }

    /// <summary>Whether a moment is in it.</summary>
    public bool Covers(DateTime shown)
    {
        if (Range(shown) is { } range && (shown < range.From || shown >= range.To)) return false;
        TimeSpan time = shown.TimeOfDay;
        DayOfWeek day = shown.DayOfWeek;
        if (Hours is { } hours)
        {
            if (hours.From < hours.To) { if (time < hours.From || time >= hours.To) return false; }
            else if (time < hours.To) day = shown.AddDays(-1).DayOfWeek;
            else if (time < hours.From) return false;
        }
        return Days.Count == 0 || Days.Contains(day);
    }

    /// <summary>From a moment in it: the next moment at which it may be over.</summary>
    public DateTime MayEnd(DateTime shown)
    {
        List<DateTime> ends = [];
        if (Range(shown) is { } range) ends.Add(range.To);
        if (Days.Count > 0) ends.Add(shown.Date.AddDays(1));
        if (Hours is { } hours) ends.Add(shown.TimeOfDay < hours.To ? shown.Date + hours.To : shown.Date.AddDays(1) + hours.To);
        return ends.Where(e => e > shown).DefaultIfEmpty(DateTime.MaxValue).Min();
    }

    /// <summary>The range, in the year that is meant.</summary>
    private (DateTime From, DateTime To)? Range(DateTime shown)
    {
        if (From is not { } from || To is not { } to) return null;
        if (!Yearly) return (from, to);
        // A range over new year began in the year before.
        foreach (int year in new[] { shown.Year - 1, shown.Year })
        {
            DateTime begins = from.AddYears(year - from.Year), ends = begins + (to - from);
            if (shown >= begins && shown < ends) return (begins, ends);
        }
        DateTime next = from.AddYears(shown.Year - from.Year);
        return (next, next + (to - from));
    }

    /// <summary>In words.</summary>
    public override string ToString() => Why ?? string.Join(", ", new[]
    {
        From is { } from && To is { } to ? $"{from.ToString(Yearly ? "MM-dd" : "yyyy-MM-dd", CultureInfo.InvariantCulture)} to {to.AddTicks(-1).ToString(Yearly ? "MM-dd" : "yyyy-MM-dd", CultureInfo.InvariantCulture)}" : null,
        Days.Count > 0 ? string.Join(" ", Days) : null,
        Hours is { } hours ? $"{hours.From:hh\\:mm}-{hours.To:hh\\:mm}" : null,
    }.Where(t => t is not null));
}
