namespace CrdrTools.Core.Monitoring;

/// <summary>What a watcher has counted. Times are of the process's own monotonic clock, for a wall clock may be set.</summary>
internal sealed record OutageCount
{
    /// <summary>Whether an outage would be acted on: one good look was seen since the start, the last wake, and the last phase that is no good.</summary>
    public bool Armed { get; init; }

    /// <summary>It has acted once: somebody must start it anew.</summary>
    public bool Spent { get; init; }

    /// <summary>Looks one after another that found the primary dead.</summary>
    public int Failures { get; init; }

    /// <summary>When the first of them began.</summary>
    public TimeSpan First { get; init; }

    /// <summary>When the last of them ended.</summary>
    public TimeSpan Last { get; init; }

    /// <summary>When the first of them was, for people.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether each of them saw it not to run. One that only does not answer may go on taking writes: what it took since counts as lost too (safety rule S3).</summary>
    public bool Down { get; init; }

    /// <summary>When they became enough.</summary>
    public TimeSpan? Enough { get; init; }

    /// <summary>Nothing counts any more, and it is armed anew by a good look only.</summary>
    public OutageCount Forgotten => new() { Spent = Spent };

    /// <summary>Nobody is dead.</summary>
    public OutageCount Cleared => this with { Failures = 0, First = default, Last = default, Since = null, Down = false, Enough = null };
}

/// <summary>Pure: how looks are counted (safety rule S17).</summary>
internal static class OutageRule
{
    /// <summary>The count after a round.</summary>
    /// <param name="count">The count before.</param>
    /// <param name="round">What the round came to.</param>
    /// <param name="began">When it began.</param>
    /// <param name="ended">When it ended.</param>
    /// <param name="wall">The same for people.</param>
    /// <param name="options">How it is counted.</param>
    public static OutageCount Next(OutageCount count, Round round, TimeSpan began, TimeSpan ended, DateTimeOffset wall, CrdrWatchOptions options)
    {
        // What was found two intervals ago says nothing of now. A look may take long: what it found is as old as its end.
        if (count.Failures > 0 && began - count.Last > Lasts(options)) count = count.Cleared;
        switch (round.Says)
        {
            case RoundSays.Protected:
                return count.Cleared with { Armed = options.AutoFailover && !count.Spent };
            case RoundSays.Alive:
                return count.Cleared;
            case RoundSays.Elsewhere:
                return count.Cleared with { Armed = false };
            case RoundSays.Dead:
                int failures = count.Failures + 1;
                return count with
                {
                    Failures = failures, First = count.Failures == 0 ? began : count.First, Last = ended, Since = count.Failures == 0 ? wall : count.Since, Down = round.Down && (count.Failures == 0 || count.Down),
                    Enough = count.Enough ?? (failures >= options.Threshold ? began : null),
                };
            default:
                return count;
        }
    }

    /// <summary>When it is to be acted on, if it is.</summary>
    public static TimeSpan? Due(OutageCount count, CrdrWatchOptions options) => count is { Armed: true, Enough: { } enough } ? enough + options.Delay : null;

    /// <summary>How long a finding counts: two intervals, and what a timer may be late.</summary>
    public static TimeSpan Lasts(CrdrWatchOptions options) => options.Interval + options.Interval + TimeSpan.FromMilliseconds(500);
}
