namespace CrdrTools;

/// <summary>How pairs are watched, and what may be done without anybody at the prompt.</summary>
public sealed record CrdrWatchOptions
{
    /// <summary>Between two looks at a pair (10 s unless told; 1 s to an hour).</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>How many looks one after another must find the primary dead (3 unless told; 2 to 100).</summary>
    public int Threshold { get; init; } = 3;
    /// <summary>How long an outage must go on after that, before it is looked at once more and acted on (30 s unless told; at most a day).</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Fail over when two witnesses agree and nothing vetoes it (safety rule S17). Otherwise an outage is only told.</summary>
    public bool AutoFailover { get; init; }
    /// <summary>Nobody else than who shares this state folder acts on these pairs: without a shared store automatic failover asks for that word (safety rule S13).</summary>
    public bool SoleController { get; init; }
    /// <summary>The vendor's word that the primary runs does not count: then two other witnesses must agree, and the primary is given up although the vendor says that it runs.</summary>
    public bool DespiteVendor { get; init; }
    /// <summary>Where alerts are posted to as JSON: an address, or a reference to one, <c>env:NAME</c> or <c>secret:[vault/]name</c>.</summary>
    public string? Webhook { get; init; }
    /// <summary>A program that is run for each alert, with its arguments; what happened is in its environment (<c>CRDR_EVENT</c>, <c>CRDR_PAIR</c>, <c>CRDR_MESSAGE</c>, …).</summary>
    public IReadOnlyList<string>? Hook { get; init => field = value is null ? null : Lists.Plain(value); }
    /// <summary>A program that is asked whether a pair's primary lives, from another place than this: it ends with 0 when it does, with 1 when it does not; anything else is no word.</summary>
    public IReadOnlyList<string>? Witness { get; init => field = value is null ? null : Lists.Plain(value); }
}

/// <summary>Something that happened to a watched pair.</summary>
public sealed record CrdrWatchEvent
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>What.</summary>
    public required WatchEventKind Kind { get; init; }
    /// <summary>How bad it is.</summary>
    public FindingSeverity Severity { get; init; }
    /// <summary>In words.</summary>
    public required string Message { get; init; }
    /// <summary>Where the pair stood, if it was seen.</summary>
    public CrdrPhase? Phase { get; init; }
    /// <summary>What each witness said of the primary.</summary>
    public IReadOnlyList<CrdrTestimony> Testimonies { get; init => field = Lists.Plain(value); } = [];
    /// <summary>The operation that was begun, if one was.</summary>
    public string? Operation { get; init; }
    /// <summary>What to do now.</summary>
    public IReadOnlyList<CrdrNextAction> NextActions { get; init => field = Lists.Plain(value); } = [];
    /// <summary>In one line.</summary>
    public override string ToString() => $"{At:HH:mm:ss.fff}Z {Pair}: {Message}";
}

/// <summary>What can happen to a watched pair.</summary>
public enum WatchEventKind
{
    /// <summary>It is watched from now on.</summary>
    Watching,
    /// <summary>It stands elsewhere than before.</summary>
    PhaseChanged,
    /// <summary>An outage would be acted on from now on.</summary>
    Armed,
    /// <summary>An outage would not be acted on any more.</summary>
    Disarmed,
    /// <summary>A witness says that the primary is dead, and none that it lives.</summary>
    Suspected,
    /// <summary>The primary lives after all.</summary>
    Cleared,
    /// <summary>The primary was found dead often enough by two witnesses.</summary>
    Outage,
    /// <summary>An outage is not acted on.</summary>
    Vetoed,
    /// <summary>A failover begins.</summary>
    Acting,
    /// <summary>A failover has come to its end.</summary>
    Acted,
    /// <summary>A failover was refused; nothing was changed.</summary>
    Refused,
    /// <summary>The pair cannot be seen.</summary>
    Blind,
    /// <summary>The pair is seen again.</summary>
    Seeing,
    /// <summary>What was counted does not count any more: the process slept, or a clock was set.</summary>
    Forgotten,
    /// <summary>An alert did not reach anybody.</summary>
    AlertFailed,
    /// <summary>It is watched no more.</summary>
    Ended,
}

/// <summary>What one witness says of whether the primary lives.</summary>
public sealed record CrdrTestimony
{
    /// <summary>Who says it: <c>vendor</c>, <c>sql</c>, <c>port</c>, <c>standby</c>, <c>stream</c>, <c>program</c>. Two of one name are one.</summary>
    public required string Witness { get; init; }
    /// <summary>What it says.</summary>
    public required WitnessWord Says { get; init; }
    /// <summary>Why.</summary>
    public required string Why { get; init; }
    /// <summary>In one line.</summary>
    public override string ToString() => $"{Witness}: {(Says == WitnessWord.NoWord ? "no word" : Says == WitnessWord.Alive ? "alive" : "dead")} ({Why})";
}

/// <summary>The words of a witness.</summary>
public enum WitnessWord
{
    /// <summary>It does not know.</summary>
    NoWord,
    /// <summary>The primary lives.</summary>
    Alive,
    /// <summary>The primary does not.</summary>
    Dead,
}

/// <summary>What a watcher knows of a pair, for whoever asks without looking.</summary>
public sealed record CrdrPairSight
{
    /// <summary>The pair's name.</summary>
    public required string Pair { get; init; }
    /// <summary>The provider's kind.</summary>
    public required string Provider { get; init; }
    /// <summary>The newest look that saw something; <see langword="null"/>: there was none yet.</summary>
    public CrdrStatus? Status { get; init; }
    /// <summary>When the newest look ended, whatever it saw.</summary>
    public DateTimeOffset? LookedAt { get; init; }
    /// <summary>Why the newest look saw nothing; <see langword="null"/> when it did.</summary>
    public string? Trouble { get; init; }
    /// <summary>
    /// Who takes writes by the last truth: a member that was given up is never named, also when it answers again. <see langword="null"/>: that was never seen.
    /// </summary>
    public Side? Active { get; init; }
    /// <summary>When that was last seen to be so.</summary>
    public DateTimeOffset? ActiveSeen { get; init; }
    /// <summary>Where clients reach it: host and port.</summary>
    public string? Endpoint { get; init; }
    /// <summary>Whether an outage would be acted on.</summary>
    public bool Armed { get; init; }
    /// <summary>Looks one after another that found the primary dead.</summary>
    public int Failures { get; init; }
    /// <summary>When the first of them was.</summary>
    public DateTimeOffset? OutageSince { get; init; }
    /// <summary>What each witness said last.</summary>
    public IReadOnlyList<CrdrTestimony> Testimonies { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Where the pair stood, from when on, oldest first.</summary>
    public IReadOnlyList<CrdrPhaseChange> History { get; init => field = Lists.Plain(value); } = [];
}

/// <summary>A phase, and when it was first seen.</summary>
/// <param name="At">When.</param>
/// <param name="Phase">The phase.</param>
public sealed record CrdrPhaseChange(DateTimeOffset At, CrdrPhase Phase);
