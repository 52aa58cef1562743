namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Something that takes time, and can stand still meanwhile.</summary>
/// <param name="Duration">How long all of it takes.</param>
/// <param name="Done">What was done as of <paramref name="AsOf"/>.</param>
/// <param name="AsOf">The time of that.</param>
/// <param name="Moving">Whether it goes on.</param>
internal readonly record struct Work(TimeSpan Duration, TimeSpan Done, DateTimeOffset AsOf, bool Moving)
{
    public static Work Begin(double seconds, DateTimeOffset now) => new(Span.Seconds(seconds), TimeSpan.Zero, now, false);

    /// <summary>When it is finished; the end of time when it stands still.</summary>
    public DateTimeOffset End => Moving ? AsOf + (Duration - Done) : DateTimeOffset.MaxValue;

    /// <summary>What is done, 0 to 1.</summary>
    public double FractionAt(DateTimeOffset now) => Duration <= TimeSpan.Zero ? 1 : (double)DoneAt(now).Ticks / Duration.Ticks;

    /// <summary>The same work, going on or standing still from now on.</summary>
    public Work From(DateTimeOffset now, bool moving) => new(Duration, DoneAt(now), now, moving);

    private TimeSpan DoneAt(DateTimeOffset now)
    {
        if (!Moving || now <= AsOf) return Done;
        var done = Done + (now - AsOf);
        return done < Duration ? done : Duration;
    }
}
