namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>
/// The time up to which a standby has everything. It never goes back; it follows the clock at a distance, faster while it is farther away,
/// and stands still while one of the clusters does.
/// </summary>
/// <param name="Time">Where it was as of <paramref name="AsOf"/>.</param>
/// <param name="AsOf">The time of that.</param>
/// <param name="Moving">Whether it moves.</param>
/// <param name="Lag">The distance it keeps.</param>
/// <param name="CatchUp">Seconds of history in a second while it is farther away, 1 or more.</param>
internal readonly record struct Frontier(DateTimeOffset Time, DateTimeOffset AsOf, bool Moving, TimeSpan Lag, double CatchUp)
{
    public DateTimeOffset At(DateTimeOffset now)
    {
        var follow = now - Lag;
        if (!Moving || now <= AsOf || follow <= Time) return Time;
        var caught = (now - AsOf).Ticks * CatchUp;
        return caught < (follow - Time).Ticks ? Time.AddTicks((long)caught) : follow;
    }

    /// <summary>When it gets there; the end of time when it stands still.</summary>
    public DateTimeOffset ReachedAt(DateTimeOffset time)
    {
        if (time <= Time) return AsOf;
        if (!Moving) return DateTimeOffset.MaxValue;
        var caught = AsOf.AddTicks((long)Math.Ceiling((time - Time).Ticks / CatchUp));
        var follow = time + Lag;
        return caught > follow ? caught : follow;
    }
}
