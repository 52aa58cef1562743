namespace CrdrTools;

/// <summary>A replication stream between the two sides of a pair (CockroachDB: physical cluster replication).</summary>
public sealed record CrdrStream
{
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The vendor's id of it.</summary>
    public required string Id { get; init; }
    /// <summary>The side that is replicated.</summary>
    public required Side From { get; init; }
    /// <summary>The side that follows. Its own data was deleted when the stream began.</summary>
    public required Side To { get; init; }
    /// <summary>The vendor's own word: STARTING, REPLICATING, FAILING_OVER, COMPLETED, CANCELED; others may come.</summary>
    public required string Status { get; init; }
    /// <summary>Whether it is under way; an ended one tells only what once was.</summary>
    public bool Live { get; init; }
    /// <summary>Whether a failover to its standby can be asked for: its initial scan is over, by its own replicated time.</summary>
    public bool Ready { get; init; }
    /// <summary>What it is doing, in words.</summary>
    public required string State { get; init; }
    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
    /// <summary>Everything up to here has arrived. <see langword="null"/> while the initial scan runs, and after the end.</summary>
    public DateTimeOffset? ReplicatedTime { get; init; }
    /// <summary>The earliest time the standby can be set to.</summary>
    public DateTimeOffset? RetainedTime { get; init; }
    /// <summary>How far the standby is behind, by the vendor's clock.</summary>
    public TimeSpan? Lag { get; init; }
    /// <summary>The time in the future a failover was asked for.</summary>
    public DateTimeOffset? FailoverAt { get; init; }
    /// <summary>When its standby became a cluster of its own.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }
    /// <summary>When it was stopped.</summary>
    public DateTimeOffset? CanceledAt { get; init; }
    /// <summary>In one line.</summary>
    public override string ToString() => $"{Id} {From} -> {To}: {State}";
}
