namespace CrdrTools;

/// <summary>The record of one run.</summary>
public sealed record CrdrOperation
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The verb.</summary>
    public required CrdrVerb Verb { get; init; }
    /// <summary>How it ended; <see langword="null"/> while it runs, or when its process died.</summary>
    public CrdrOutcome? Outcome { get; init; }
    /// <summary>Who runs it right now; <see langword="null"/> when nobody does.</summary>
    public string? RunBy { get; init; }
    /// <summary>Who has it paused, or wants it to be; <see langword="null"/> when nobody does.</summary>
    public string? PausedBy { get; init; }
    /// <summary>Since when it is paused; <see langword="null"/> while it is not, or not yet.</summary>
    public DateTimeOffset? PausedSince { get; init; }
    /// <summary>In one or two sentences: what happened, what is known, what is not.</summary>
    public string Message { get; init; } = "";
    /// <summary>A stable name for why it did not succeed.</summary>
    public string? ErrorId { get; init; }
    /// <summary>Who ran it, as user@host.</summary>
    public required string Who { get; init; }
    /// <summary>Why.</summary>
    public string? Reason { get; init; }
    /// <summary>The ticket or change it belongs to.</summary>
    public string? ChangeReference { get; init; }
    /// <summary>The operation that it took the place of: a planned move that could not be done in time.</summary>
    public string? InsteadOf { get; init; }
    /// <summary>Its steps.</summary>
    public IReadOnlyList<CrdrStep> Steps { get; init => field = Lists.Plain(value); } = [];
    /// <summary>When it began.</summary>
    public required DateTimeOffset Began { get; init; }
    /// <summary>When it ended, or was left.</summary>
    public DateTimeOffset? Ended { get; init; }
    /// <summary>Recovery time: from the outage to the verified route. Only where writes moved.</summary>
    public TimeSpan? Rto { get; init; }
    /// <summary>From when the recovery time counts: <c>-OutageSince</c>, else the first look by anybody that saw the member not answering, else the operation's start.</summary>
    public string? RtoFrom { get; init; }
    /// <summary>What was lost.</summary>
    public CrdrLoss? Loss { get; init; }
    /// <summary>The guards that were overridden, with what they said.</summary>
    public IReadOnlyList<CrdrCheck> Overrides { get; init => field = Lists.Plain(value); } = [];
    /// <summary>The guards that blocked it.</summary>
    public IReadOnlyList<CrdrCheck> Blocks { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Where the pair stood before.</summary>
    public CrdrPhase PhaseBefore { get; init; }
    /// <summary>Where it was seen last.</summary>
    public CrdrPhase? PhaseAfter { get; init; }
    /// <summary>What to do now.</summary>
    public IReadOnlyList<CrdrNextAction> NextActions { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Whether a simulator stood in for the vendor, so that its figures are a rehearsal's.</summary>
    public bool Simulated { get; init; }
    /// <summary>Whether the pair is marked as one for rehearsals: the figures are measured, on what nobody's work hangs on.</summary>
    public bool TestPair { get; init; }
    /// <summary>Where its journal is.</summary>
    public string? Journal { get; init; }
    /// <summary>The journal's chain: <c>intact</c>, or what is wrong with it.</summary>
    public string? Chain { get; init; }
    /// <summary>From the beginning to the end.</summary>
    public TimeSpan? Took => Ended - Began;
}

/// <summary>How an operation ended.</summary>
public enum CrdrOutcome
{
    /// <summary>The new side was seen active, routes verified.</summary>
    Succeeded,
    /// <summary>The first change was accepted; the rest is for <c>Wait-</c> or <c>Resume-CrdrOperation</c>.</summary>
    Started,
    /// <summary>Nothing was changed.</summary>
    Refused,
    /// <summary>Something was changed, and it is as before again.</summary>
    RolledBack,
    /// <summary>Resuming can finish it.</summary>
    Incomplete,
    /// <summary>A known wrong end; resuming is no help.</summary>
    Failed,
}

/// <summary>What is known of lost data.</summary>
public sealed record CrdrLoss
{
    /// <summary>How it is known.</summary>
    public required LossKind Kind { get; init; }
    /// <summary>The most that can be lost, as a time.</summary>
    public TimeSpan? Bound { get; init; }
    /// <summary>Acknowledged writes that were lost, where they could be counted.</summary>
    public long? Writes { get; init; }
    /// <summary>In words.</summary>
    public required string Statement { get; init; }
    /// <summary>The words.</summary>
    public override string ToString() => Statement;
}

/// <summary>How a loss is known.</summary>
public enum LossKind
{
    /// <summary>It cannot be told.</summary>
    Unknown,
    /// <summary>At most that much, by the last stored in-sync sample.</summary>
    Bounded,
    /// <summary>Counted.</summary>
    Measured,
    /// <summary>The vendor's word.</summary>
    VendorStated,
}

/// <summary>How far a running operation is.</summary>
public sealed record CrdrProgress
{
    /// <summary>The operation.</summary>
    public required string Operation { get; init; }
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The verb.</summary>
    public required CrdrVerb Verb { get; init; }
    /// <summary>The step's number, from 1.</summary>
    public required int Step { get; init; }
    /// <summary>How many there are.</summary>
    public required int Steps { get; init; }
    /// <summary>What the step does.</summary>
    public required string Effect { get; init; }
    /// <summary>What was seen last.</summary>
    public required string Detail { get; init; }
    /// <summary>How far the step has come, 0 to 1, where the vendor says.</summary>
    public double? Progress { get; init; }
    /// <summary>How long the step has been waited for.</summary>
    public required TimeSpan Waited { get; init; }
}
