using System.Globalization;

namespace CrdrTools.PowerShell.Binding;

/// <summary>Reads a point in time: a DateTimeOffset, a DateTime, or text, which is of this machine's zone where it names none.</summary>
internal static class Moments
{
    public static DateTimeOffset? Read(object? value) => Keys.Plain(value) switch
    {
        DateTimeOffset moment => moment,
        // One that does not say of which zone it is counts as local, as everywhere in PowerShell.
        DateTime time => new DateTimeOffset(time),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal | DateTimeStyles.AllowWhiteSpaces, out DateTimeOffset moment) => moment,
        _ => null,
    };
}
