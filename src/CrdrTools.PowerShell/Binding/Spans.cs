using System.Globalization;

namespace CrdrTools.PowerShell.Binding;

/// <summary>Reads a length of time: a TimeSpan, a number of seconds, <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>, or <c>hh:mm:ss</c>.</summary>
internal static class Spans
{
    public static TimeSpan? Read(object? value)
    {
        switch (Keys.Plain(value))
        {
            case TimeSpan span: return span;
            case string text: return Read(text.Trim());
            case IConvertible number when number.GetTypeCode() is >= TypeCode.SByte and <= TypeCode.Decimal:
                return FromSeconds(number.ToDouble(CultureInfo.InvariantCulture));
            default: return null;
        }
    }

    private static TimeSpan? Read(string text)
    {
        if (text.Length == 0) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)) return FromSeconds(seconds);
        double unit = char.ToLowerInvariant(text[text.Length - 1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        if (unit > 0 && double.TryParse(text.Substring(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double count)) return FromSeconds(count * unit);
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span) ? span : null;
    }

    private static TimeSpan? FromSeconds(double seconds) => Math.Abs(seconds) <= TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;
}
