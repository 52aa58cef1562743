namespace CrdrTools.Core.Operations;

/// <summary>How long to wait before looking again: 1 % of the time waited so far, between a quarter of a second and five.</summary>
public static class Pace
{
    /// <summary>The shortest.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>After having waited that long, never sooner than the vendor asks.</summary>
    public static TimeSpan Next(TimeSpan waited, TimeSpan? asked = null)
    {
        TimeSpan own = TimeSpan.FromTicks(Math.Min(Math.Max(waited.Ticks / 100, Shortest.Ticks), Longest.Ticks));
        return asked > own ? asked.Value : own;
    }
}
