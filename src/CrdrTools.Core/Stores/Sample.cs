namespace CrdrTools.Core.Stores;

/// <summary>What was seen of a pair at one time: the evidence for what an unplanned failover may lose, and for "last seen".</summary>
public sealed record Sample
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>Where the pair stood.</summary>
    public required CrdrPhase Phase { get; init; }
    /// <summary>How far the copy was behind, if the vendor said.</summary>
    public TimeSpan? Lag { get; init; }
    /// <summary>The time up to which everything had arrived, if the vendor said.</summary>
    public DateTimeOffset? ReplicatedTo { get; init; }
    /// <summary>The side that they arrived at, if somebody followed.</summary>
    public Side? To { get; init; }
    /// <summary>The newest replication stream that was listed.</summary>
    public string? Stream { get; init; }
    /// <summary>The sides to which routes were seen to lead clients.</summary>
    public IReadOnlyList<Side> LedTo { get; init; } = [];
    /// <summary>The sides that were seen.</summary>
    public IReadOnlyList<Side> Seen { get; init; } = [];
    /// <summary>Who took the writes, if somebody was seen to.</summary>
    public Side? Active { get; init; }
    /// <summary>How far the copy's log had come, where the servers say.</summary>
    public string? Place { get; init; }
    /// <summary>The pair's clock less ours, by which <see cref="ReplicatedTo"/> is told.</summary>
    public TimeSpan? Skew { get; init; }
}
