using System.Globalization;
using System.Text.RegularExpressions;

namespace CrdrTools.Core.Playbooks;

/// <summary>How often: so many days, weeks, months or years, by the calendar.</summary>
public readonly record struct Recurrence(int Count, RecurrenceUnit Unit)
{
    private static readonly Regex s_form = new(@"^\s*(\d{1,4})\s*(d|days?|w|weeks?|months?|y|years?)\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Reads <c>90 days</c>, <c>90d</c>, <c>2 weeks</c>, <c>3 months</c>, <c>1 year</c>; <see langword="null"/>: it is none of these.</summary>
    public static Recurrence? Parse(string? text)
    {
        if (text is null || s_form.Match(text) is not { Success: true } match) return null;
        int count = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return count == 0 ? null : new(count, char.ToLowerInvariant(match.Groups[2].Value[0]) switch { 'd' => RecurrenceUnit.Day, 'w' => RecurrenceUnit.Week, 'm' => RecurrenceUnit.Month, _ => RecurrenceUnit.Year });
    }

    /// <summary>The day on which it is due again. The 31st of a month that has none is its last day.</summary>
    public DateTime After(DateTime day) => Unit switch
    {
        RecurrenceUnit.Day => day.AddDays(Count),
        RecurrenceUnit.Week => day.AddDays(7 * Count),
        RecurrenceUnit.Month => day.AddMonths(Count),
        _ => day.AddYears(Count),
    };

    /// <summary>As it is written.</summary>
    public override string ToString() => $"{Count} {Unit.ToString().ToLowerInvariant()}{(Count == 1 ? "" : "s")}";
}

/// <summary>What is counted.</summary>
public enum RecurrenceUnit
{
    /// <summary>Days.</summary>
    Day,
    /// <summary>Weeks.</summary>
    Week,
    /// <summary>Months of the calendar.</summary>
    Month,
    /// <summary>Years of the calendar.</summary>
    Year,
}
