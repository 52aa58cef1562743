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
    public required IReadOnlyList<CrdrCheck> Assertions { get; init => field = Lists.Plain(value); }
    /// <summary>What was done, in order, with times.</summary>
    public required IReadOnlyList<CrdrStep> Steps { get; init => field = Lists.Plain(value); }
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
    /// <summary>What each operation cost the clients, where that was measured one by one.</summary>
    public IReadOnlyList<CrdrDrillMove> Moves { get; init => field = Lists.Plain(value); } = [];
    /// <summary>From the outage until a standby followed again.</summary>
    public TimeSpan? ProtectedAgain { get; init; }
    /// <summary>The operations it ran.</summary>
    public IReadOnlyList<CrdrOperation> Operations { get; init => field = Lists.Plain(value); } = [];
    /// <summary>The pair of one's own that it rehearsed for, where that was told.</summary>
    public string? For { get; init; }
    /// <summary>What people noted.</summary>
    public string? Note { get; init; }
    /// <summary>The report files.</summary>
    public IReadOnlyList<string> Reports { get; init => field = Lists.Plain(value); } = [];
}

/// <summary>What one operation of a rehearsal cost the clients that wrote all the while.</summary>
public sealed record CrdrDrillMove
{
    /// <summary>The operation, as <c>switchover to recovery</c>.</summary>
    public required string Name { get; init; }
    /// <summary>The longest time between two acknowledged writes.</summary>
    public TimeSpan? WriteGap { get; init; }
    /// <summary>Acknowledged writes that are not there any more.</summary>
    public long LostWrites { get; init; }
    /// <summary>Attempts to write or to connect that failed.</summary>
    public long ClientErrors { get; init; }
    /// <summary>Writes that were acknowledged.</summary>
    public long Acknowledged { get; init; }
    /// <summary>From its beginning, or from the outage, until a standby was seen to follow again; <see langword="null"/>: that was not its business.</summary>
    public TimeSpan? Protected { get; init; }
    /// <summary>The recovery time, as the operation measured it.</summary>
    public TimeSpan? Rto { get; init; }
    /// <summary>The loss that the operation stated.</summary>
    public CrdrLoss? Stated { get; init; }
}
