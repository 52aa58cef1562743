using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>One physical replication stream, as it was asked for and as it ended. What moves in between is its progress.</summary>
internal sealed record CockroachStream
{
    public required string Id { get; init; }
    public required string PrimaryId { get; init; }
    public required string StandbyId { get; init; }
    public required ServiceKey Primary { get; init; }
    public required ServiceKey Standby { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Status { get; init; }

    /// <summary>The time in the future a failover was asked for.</summary>
    public DateTimeOffset? FailoverAt { get; init; }

    /// <summary>The time the standby's data was set to.</summary>
    public DateTimeOffset? CutoverTime { get; init; }

    /// <summary>When its failover was finished.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? ActivatedAt { get; init; }
    public DateTimeOffset? CanceledAt { get; init; }

    /// <summary>Whether its standby belongs to it.</summary>
    public bool Active => Status is CockroachWords.Starting or CockroachWords.Replicating or CockroachWords.FailingOver;

    public bool Joins(string clusterId) => PrimaryId == clusterId || StandbyId == clusterId;

    public bool Joins(ServiceKey cluster) => Primary == cluster || Standby == cluster;

    public ServiceKey PeerOf(ServiceKey cluster) => Primary == cluster ? Standby : Primary;
}
