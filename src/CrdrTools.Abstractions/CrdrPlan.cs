namespace CrdrTools;

/// <summary>What a verb would do now, in order, and what stands in its way.</summary>
public sealed record CrdrPlan
{
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The verb.</summary>
    public required CrdrVerb Verb { get; init; }
    /// <summary>Where writes go afterwards.</summary>
    public Side? To { get; init; }
    /// <summary>Where the pair stands now.</summary>
    public required CrdrPhase Phase { get; init; }
    /// <summary>The steps, in order.</summary>
    public required IReadOnlyList<CrdrStep> Steps { get; init => field = Lists.Plain(value); }
    /// <summary>What the guards say before the first step.</summary>
    public required IReadOnlyList<CrdrCheck> Checks { get; init => field = Lists.Plain(value); }
    /// <summary>Whom the lease excludes.</summary>
    public required string Lease { get; init; }
    /// <summary>Tells this plan from another one.</summary>
    public required string Hash { get; init; }
    /// <summary>Whether any guard blocks it.</summary>
    public bool Blocked => Checks.Any(c => c.Result == CheckResult.Block);
    /// <summary>Whether it would do nothing, for all of it is so already.</summary>
    public bool NothingToDo => Steps.All(s => s.State is StepProgress.Done);
}

/// <summary>The verbs that change something.</summary>
public enum CrdrVerb
{
    /// <summary>Leave the active member: it is lost, or is to be given up.</summary>
    Failover,
    /// <summary>Planned, nothing lost: the passive, caught-up member becomes active.</summary>
    Switchover,
    /// <summary>Rebuild the primary, and on request make it active again.</summary>
    Restore,
    /// <summary>Create the recovery side, or its replication.</summary>
    Setup,
    /// <summary>Stop the replication between the two sides; what follows is given up.</summary>
    StopReplication,
    /// <summary>Send clients to a side, without moving the writes.</summary>
    SwitchRoute,
    /// <summary>Of two sides that both take writes keep one, and make the other its copy.</summary>
    Repair,
}

/// <summary>One step of a plan or of an operation.</summary>
public sealed record CrdrStep
{
    /// <summary>Its name within the plan.</summary>
    public required string Id { get; init; }
    /// <summary>What it does, in words.</summary>
    public required string Effect { get; init; }
    /// <summary>The guards that are judged right before it.</summary>
    public IReadOnlyList<string> Guards { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Whether there is no way back from here on.</summary>
    public bool PointOfNoReturn { get; init; }
    /// <summary>Whether it moves the writes to the other side.</summary>
    public bool MovesWrites { get; init; }
    /// <summary>The safety rule that needs it, and why; <see langword="null"/>: it may be skipped, with a reason.</summary>
    public string? NeededBy { get; init; }
    /// <summary>The most it may take.</summary>
    public TimeSpan Limit { get; init; }
    /// <summary>The vendor's own commands for it.</summary>
    public IReadOnlyList<string> Manual { get; init => field = Lists.Plain(value); } = [];
    /// <summary>How far it is.</summary>
    public StepProgress State { get; init; }
    /// <summary>When it was begun.</summary>
    public DateTimeOffset? Began { get; init; }
    /// <summary>When it was seen done, given up or undone.</summary>
    public DateTimeOffset? Ended { get; init; }
    /// <summary>What was seen last.</summary>
    public string? Detail { get; init; }
    /// <summary>From the beginning to the end.</summary>
    public TimeSpan? Took => Ended - Began;
}

/// <summary>How far a step is.</summary>
public enum StepProgress
{
    /// <summary>Not begun.</summary>
    Pending,
    /// <summary>Begun; its effect is not seen yet.</summary>
    Underway,
    /// <summary>Seen.</summary>
    Done,
    /// <summary>It was so already, or the pair is beyond it.</summary>
    Passed,
    /// <summary>It went back to what was before.</summary>
    Undone,
    /// <summary>It cannot come to its end any more.</summary>
    Failed,
    /// <summary>Somebody left it out, with a reason.</summary>
    Skipped,
}

/// <summary>A guard's finding.</summary>
public sealed record CrdrCheck
{
    /// <summary>The pair, where the findings of several stand side by side.</summary>
    public string? Pair { get; init; }
    /// <summary>The guard.</summary>
    public required string Name { get; init; }
    /// <summary>What it says.</summary>
    public required CheckResult Result { get; init; }
    /// <summary>Why.</summary>
    public required string Why { get; init; }
    /// <summary>The switch that overrides it, if any.</summary>
    public string? Override { get; init; }
    /// <summary>Whether it would have blocked and was overridden.</summary>
    public bool Overridden { get; init; }
}

/// <summary>What a guard says.</summary>
public enum CheckResult
{
    /// <summary>Nothing in the way.</summary>
    Pass,
    /// <summary>Go on, knowing this.</summary>
    Warn,
    /// <summary>Refused.</summary>
    Block,
}
