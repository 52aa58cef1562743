namespace CrdrTools.Simulator;

/// <summary>What one physical replication stream is like at the moment, with what the API does not tell.</summary>
public sealed record SimulatorStream
{
    public required string Id { get; init; }

    /// <summary>The name of the cluster that is replicated.</summary>
    public required string Primary { get; init; }

    /// <summary>The name of the cluster that follows.</summary>
    public required string Standby { get; init; }

    public required string PrimaryId { get; init; }
    public required string StandbyId { get; init; }

    /// <summary>STARTING, REPLICATING, FAILING_OVER, COMPLETED or CANCELED.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What is done of the initial scan, 0 to 1; null before and after. The API hides it behind REPLICATING.</summary>
    public required double? InitialScanProgress { get; init; }

    /// <summary>The standby has everything up to there; null before the initial scan is over and after the stream's end.</summary>
    public required DateTimeOffset? ReplicatedTime { get; init; }

    /// <summary>A failover can go back to there.</summary>
    public required DateTimeOffset? RetainedTime { get; init; }

    /// <summary>The time of the primary's data a completed failover went to.</summary>
    public required DateTimeOffset? CutoverTime { get; init; }

    public required DateTimeOffset? ActivatedAt { get; init; }
    public required DateTimeOffset? CanceledAt { get; init; }
}
