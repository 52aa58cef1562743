namespace CrdrTools;

/// <summary>What a rehearsal came to.</summary>
public sealed record CrdrDrillResult
{
    /// <summary>The pair that was rehearsed on.</summary>
    public required string Pair { get; init; }
    /// <summary>Where: <c>simulator</c>, or the lab's name.</summary>
    public required string Stage { get; init; }
    /// <summary>Whether everything that had to hold held.</summary>
    public required bool Passed { get; init; }
    /// <summary>What had to hold, and whether it did.</summary>
    public required IReadOnlyList<CrdrCheck> Assertions { get; init; }
    /// <summary>What was done, in order, with times.</summary>
    public required IReadOnlyList<CrdrStep> Steps { get; init; }
    /// <summary>When it began.</summary>
    public required DateTimeOffset Began { get; init; }
    /// <summary>When it ended.</summary>
    public required DateTimeOffset Ended { get; init; }
    /// <summary>From the outage to the verified route.</summary>
    public TimeSpan? Rto { get; init; }
    /// <summary>The newest acknowledged writes that the failover lost, as a time.</summary>
    public TimeSpan? Rpo { get; init; }
    /// <summary>The longest time in which the clients could not write.</summary>
    public TimeSpan? WriteGap { get; init; }
    /// <summary>What was lost, counted in the clients' own history.</summary>
    public CrdrLoss? Loss { get; init; }
    /// <summary>What it is held against.</summary>
    public required CrdrObjectives Objectives { get; init; }
    /// <summary>Whether its figures are a rehearsal's and not a real region's.</summary>
    public bool Simulated { get; init; }
    /// <summary>The operations it ran.</summary>
    public IReadOnlyList<CrdrOperation> Operations { get; init; } = [];
    /// <summary>The report files.</summary>
    public IReadOnlyList<string> Reports { get; init; } = [];
}
