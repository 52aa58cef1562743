namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>The time a failover goes to: the latest replicated one, or one asked for, within what the stream can do.</summary>
internal static class FailoverTime
{
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    /// <exception cref="CockroachProblem">The initial scan is not over, or the time is out of range.</exception>
    public static DateTimeOffset Of(CockroachCall call, CockroachStream stream, string? asked)
    {
        var progress = call.Model.ProgressOf(stream)!;
        var settings = call.Settings;
        if (!progress.Follows && settings.CockroachRefusesFailoverInScan)
        {
            throw CockroachProblem.State(
                settings.CockroachScanRefusalStatus, "failover is not allowed before the initial scan is complete");
        }
        if (asked is null) return progress.Follows ? progress.ReplicatedAt(call.Now, settings) : DateTimeOffset.MinValue;
        var time = Instant.Parse(asked) ?? throw CockroachProblem.Input($"invalid value for field failover_at: \"{asked}\"");
        if (time > call.Now + Ahead) throw Refused(settings, "failover_at must not be more than 1 hour in the future");
        if (progress.Follows && time < progress.RetainedAt(call.Now, settings))
            throw Refused(settings, "failover_at must not be earlier than the retained time");
        return time;
    }

    private static CockroachProblem Refused(SimulatorSettings settings, string message) => new(settings.CockroachFailoverAtStatus, message);
}
