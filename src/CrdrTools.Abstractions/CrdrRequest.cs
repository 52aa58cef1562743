namespace CrdrTools;

/// <summary>What somebody asked for. Written into the journal as it is; holds no secret.</summary>
public sealed record CrdrRequest
{
    /// <summary>The verb.</summary>
    public required CrdrVerb Verb { get; init; }
    /// <summary>Where writes shall go. A failover goes to the recovery side unless told.</summary>
    public Side? To { get; init; }
    /// <summary>Restore only: make the primary active too.</summary>
    public bool TakeOver { get; init; }
    /// <summary>Restore with <see cref="TakeOver"/>: only then, as <c>HH:mm-HH:mm</c> in UTC.</summary>
    public string? TakeOverWindow { get; init; }
    /// <summary>The replication stream that is meant, where the provider has streams; the live one unless told.</summary>
    public string? Stream { get; init; }
    /// <summary>The time of the old side's data to which the new side is set, where the provider can do that; the newest unless told.</summary>
    public DateTimeOffset? FailoverAt { get; init; }
    /// <summary>Switchover only: where it cannot be done within that time, it becomes a failover, under a failover's own guards.</summary>
    public TimeSpan? ForceAfter { get; init; }
    /// <summary>The operation that this one takes the place of.</summary>
    public string? InsteadOf { get; init; }
    /// <summary>Why.</summary>
    public string? Reason { get; init; }
    /// <summary>The ticket or change it belongs to.</summary>
    public string? ChangeReference { get; init; }
    /// <summary>Return after the first accepted change.</summary>
    public bool NoWait { get; init; }
    /// <summary>The most all of it may take.</summary>
    public TimeSpan? Timeout { get; init; }
    /// <summary>How long a change whose reply was lost may still appear (2 minutes unless told).</summary>
    public TimeSpan? SettleTime { get; init; }
    /// <summary>How much loss an unplanned failover may accept, as a time; the pair's RPO unless told.</summary>
    public TimeSpan? MaxDataLoss { get; init; }
    /// <summary>Fail over although the loss is over the limit or cannot be bounded.</summary>
    public bool AllowDataLoss { get; init; }
    /// <summary>Fail over although the primary still answers: its nodes are destroyed.</summary>
    public bool GiveUpHealthyPrimary { get; init; }
    /// <summary>Go on although the old side could not be fenced; leaves an obligation.</summary>
    public bool AllowUnfenced { get; init; }
    /// <summary>Promote again within the pair's quiet time.</summary>
    public bool SkipQuietTime { get; init; }
    /// <summary>The member whose own later writes may be thrown away.</summary>
    public Side? DiscardWritesOn { get; init; }
    /// <summary>Whoever runs this is the only one who does (an Azure Automation job with a file store).</summary>
    public bool SoleController { get; init; }
    /// <summary>Act although the lease store is lost.</summary>
    public bool WithoutLease { get; init; }
    /// <summary>Resume although more than an hour has passed.</summary>
    public bool ResumeStale { get; init; }
    /// <summary>When the outage began, if somebody knows.</summary>
    public DateTimeOffset? OutageSince { get; init; }
    /// <summary>An id of the caller's, so that a restarted runbook resumes what it began.</summary>
    public string? OperationId { get; init; }
    /// <summary>Write the journal below this folder instead.</summary>
    public string? JournalTo { get; init; }
    /// <summary>Switching routes only: those that are meant; all unless told.</summary>
    public IReadOnlyList<string> Routes { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Switching routes only: the member that clients are sent to although it is not seen taking writes.</summary>
    public string? AllowInactive { get; init; }
    /// <summary>Leave the pair's own routes alone.</summary>
    public bool NoRoute { get; init; }
    /// <summary>Whether this is a rehearsal, so that its figures are marked as simulated.</summary>
    public bool Rehearsal { get; init; }
    /// <summary>What the provider needs besides: for a setup <c>cloud</c> and <c>plan</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}
