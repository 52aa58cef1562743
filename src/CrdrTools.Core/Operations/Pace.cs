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

    /// <summary>For what is done within a moment, on machines that are asked at no cost: a few milliseconds at first, and longer with each look, up to the shortest of others.</summary>
    /// <param name="looks">How often was looked since it was asked for.</param>
    public static TimeSpan Quick(int looks) => TimeSpan.FromMilliseconds(Math.Min(5 * Math.Pow(1.12, Math.Min(looks, 100)), Shortest.TotalMilliseconds));
}
