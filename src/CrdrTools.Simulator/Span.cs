namespace CrdrTools.Simulator;

/// <summary>Spans of seconds to the tick; <see cref="TimeSpan.FromSeconds(double)"/> rounds to milliseconds on .NET Framework.</summary>
internal static class Span
{
    public static TimeSpan Seconds(double seconds) => new((long)(seconds * TimeSpan.TicksPerSecond));
}
