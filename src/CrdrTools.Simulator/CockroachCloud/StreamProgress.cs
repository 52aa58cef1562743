namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>How far an active stream is.</summary>
internal sealed class StreamProgress
{
    public StreamStage Stage { get; set; }

    /// <summary>What the stage takes; nothing while it follows.</summary>
    public Work Work { get; set; }

    /// <summary>How long the initial scan takes; null is the setting.</summary>
    public double? ScanSeconds { get; init; }

    /// <summary>The time of the primary's data the initial scan copies.</summary>
    public DateTimeOffset ScanTime { get; set; }

    public Frontier Frontier { get; set; }

    /// <summary>The time a failover was asked to go to.</summary>
    public DateTimeOffset? Target { get; set; }

    /// <summary>Whether the initial scan is over.</summary>
    public bool Follows => Stage is StreamStage.Following or StreamStage.Cutting;

    /// <summary>The time up to which the standby is said to have everything, which moves in steps.</summary>
    public DateTimeOffset ReplicatedAt(DateTimeOffset now, SimulatorSettings settings)
    {
        var time = Frontier.At(now);
        var step = Span.Seconds(settings.CockroachReplicatedTimeStepSeconds).Ticks;
        var shown = step == 0 ? time : time.AddTicks(-(time.UtcTicks % step));
        return Instant.Shown(shown > ScanTime ? shown : ScanTime);
    }

    /// <summary>The earliest time a failover can go back to.</summary>
    public DateTimeOffset RetainedAt(DateTimeOffset now, SimulatorSettings settings)
    {
        var earliest = Frontier.At(now) - Span.Seconds(settings.CockroachRetentionSeconds);
        return Instant.Shown(earliest > ScanTime ? earliest : ScanTime);
    }
}
