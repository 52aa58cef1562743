namespace CrdrTools;

/// <summary>One truthful observation of a pair. What was not seen is <see langword="null"/> or Unknown, never a guess.</summary>
public sealed record CrdrStatus
{
    /// <summary>The pair's name.</summary>
    public required string Pair { get; init; }

    /// <summary>The provider's kind.</summary>
    public required string Provider { get; init; }

    /// <summary>Where the pair stands.</summary>
    public required CrdrPhase Phase { get; init; }

    /// <summary>Who takes writes; <see langword="null"/> when nobody does or it cannot be told.</summary>
    public Side? ActiveMember { get; init; }

    /// <summary>The service in the home region.</summary>
    public required CrdrMemberStatus Primary { get; init; }

    /// <summary>The service in the other region.</summary>
    public required CrdrMemberStatus Recovery { get; init; }

    /// <summary>What is known of the replication between them.</summary>
    public CrdrReplication? Replication { get; init; }

    /// <summary>The replication streams between the two sides, newest first; empty where the provider has none to show.</summary>
    public IReadOnlyList<CrdrStream> Streams { get; init => field = Lists.Plain(value); } = [];

    /// <summary>Where clients are sent.</summary>
    public IReadOnlyList<CrdrRouteStatus> Routes { get; init => field = Lists.Plain(value); } = [];

    /// <summary>What is worth knowing, worst first.</summary>
    public IReadOnlyList<CrdrFinding> Findings { get; init => field = Lists.Plain(value); } = [];

    /// <summary>What an earlier operation left to be done before anything else.</summary>
    public IReadOnlyList<CrdrObligation> Obligations { get; init => field = Lists.Plain(value); } = [];

    /// <summary>What to do now, the recommended action first.</summary>
    public IReadOnlyList<CrdrNextAction> NextActions { get; init => field = Lists.Plain(value); } = [];

    /// <summary>An operation on this pair that has begun and not ended.</summary>
    public string? OpenOperation { get; init; }

    /// <summary>Who runs that operation right now; <see langword="null"/> when nobody does.</summary>
    public CrdrLease? HeldBy { get; init; }

    /// <summary>
    /// What tells this world from another in which somebody else has acted: active member, identities, node names.
    /// A missing value was not seen.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Epoch { get; init; } = new Dictionary<string, string?>();

    /// <summary>When it was last shown that the pair can be moved: the newest operation that moved its writes and succeeded, or rehearsal for it that passed; <see langword="null"/>: never, as far as is on record here.</summary>
    public CrdrProof? LastProven { get; init; }

    /// <summary>When it was seen.</summary>
    public required DateTimeOffset ObservedAt { get; init; }

    /// <summary>The vendor's clock less ours, when the vendor told its time.</summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>The member of a side.</summary>
    public CrdrMemberStatus this[Side side] => side == Side.Primary ? Primary : Recovery;
}

/// <summary>Where a pair stands.</summary>
public enum CrdrPhase
{
    /// <summary>Cannot be told.</summary>
    Unknown,
    /// <summary>The primary is active; the recovery side is passive and caught up.</summary>
    Protected,
    /// <summary>The primary is active and there is no usable recovery side.</summary>
    Unprotected,
    /// <summary>The recovery side is active; the primary failed, is gone, or was given up.</summary>
    FailedOver,
    /// <summary>One side is being created, copied or caught up.</summary>
    Rebuilding,
    /// <summary>The recovery side is active; the primary is passive and caught up.</summary>
    ReadyToFailBack,
    /// <summary>Nobody takes writes.</summary>
    NoWriter,
    /// <summary>Both sides accept writes.</summary>
    SplitBrain,
    /// <summary>Between two phases.</summary>
    Transitioning,
}

/// <summary>One side of an observation.</summary>
public sealed record CrdrMemberStatus
{
    /// <summary>Which side it is.</summary>
    public required Side Side { get; init; }
    /// <summary>The service's name.</summary>
    public required string Name { get; init; }
    /// <summary>Its region, as the vendor names it.</summary>
    public string? Region { get; init; }
    /// <summary>Its role.</summary>
    public MemberRole Role { get; init; }
    /// <summary>The vendor's own word for its state.</summary>
    public string? NativeState { get; init; }
    /// <summary>How it fares.</summary>
    public MemberHealth Health { get; init; }
    /// <summary>Whether the vendor (or the server) answered for it.</summary>
    public bool Reachable { get; init; }
    /// <summary>When it was last seen; <see langword="null"/> when never.</summary>
    public DateTimeOffset? LastSeen { get; init; }
    /// <summary>Host and port, without credentials.</summary>
    public string? Endpoint { get; init; }
    /// <summary>What no other service of that name can have.</summary>
    public string? Identity { get; init; }
    /// <summary>How far a rebuild has come, 0 to 1, from the vendor's own figures.</summary>
    public double? Progress { get; init; }
    /// <summary>What is being done to it, in the vendor's words and figures.</summary>
    public string? ProgressText { get; init; }
    /// <summary>More of what the vendor said, by name.</summary>
    public IReadOnlyDictionary<string, string> Native { get; init; } = new Dictionary<string, string>();
    /// <summary>Name, role and state.</summary>
    public override string ToString() => $"{Name} {Role} ({NativeState ?? "not seen"})";
}

/// <summary>What a member is to the pair.</summary>
public enum MemberRole
{
    /// <summary>Could not be seen.</summary>
    Unknown,
    /// <summary>Read-write.</summary>
    Active,
    /// <summary>Replicating, read-only.</summary>
    Passive,
    /// <summary>Given up.</summary>
    Failed,
    /// <summary>It does not exist.</summary>
    None,
    /// <summary>It exists, and nothing joins it to the other side or ever has.</summary>
    Apart,
}

/// <summary>How a member fares.</summary>
public enum MemberHealth
{
    /// <summary>Cannot be told.</summary>
    Unknown,
    /// <summary>All of it runs.</summary>
    Healthy,
    /// <summary>It serves, but not with all it has.</summary>
    Degraded,
    /// <summary>It is being created, copied or caught up.</summary>
    Rebuilding,
    /// <summary>None of it runs, though it should.</summary>
    Down,
    /// <summary>It is switched off, or was destroyed.</summary>
    Off,
    /// <summary>It does not exist.</summary>
    Gone,
}

/// <summary>What is known of the replication between the two sides.</summary>
public sealed record CrdrReplication
{
    /// <summary>Where changes come from.</summary>
    public Side? From { get; init; }
    /// <summary>Where they go.</summary>
    public Side? To { get; init; }
    /// <summary>Active, inactive, initial copy: in words.</summary>
    public required string State { get; init; }
    /// <summary>How far the copy is behind; <see langword="null"/> when the vendor does not say.</summary>
    public TimeSpan? Lag { get; init; }
    /// <summary>The time up to which everything has arrived.</summary>
    public DateTimeOffset? ReplicatedTo { get; init; }
    /// <summary>How far the first copy has come, 0 to 1.</summary>
    public double? InitialCopy { get; init; }
    /// <summary>In one line.</summary>
    public override string ToString() =>
        $"{(From is null ? "" : To is null ? $"{From} alone: " : $"{From} -> {To}: ")}{State}, {(Lag is { } lag ? $"lag {lag.TotalSeconds:0.###} s" : "lag not reported")}";
}

/// <summary>Where one route sends clients.</summary>
public sealed record CrdrRouteStatus
{
    /// <summary>The pair that it belongs to.</summary>
    public string? Pair { get; init; }
    /// <summary>The route's name.</summary>
    public required string Name { get; init; }
    /// <summary>Its type.</summary>
    public required string Type { get; init; }
    /// <summary>Where a new client would land now; <see langword="null"/> when that cannot be told.</summary>
    public Side? Target { get; init; }
    /// <summary>The sides no client can reach through it.</summary>
    public IReadOnlyList<Side> Fenced { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Whether it was seen at work, or is somebody's word.</summary>
    public bool Verified { get; init; }
    /// <summary>The proxies and servers of it that could not be asked, so that nothing is known of them.</summary>
    public IReadOnlyList<string> Unreached { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Whether nothing of it could be asked, so that it can be told nothing either.</summary>
    public bool OutOfReach { get; init; }
    /// <summary>Until when clients may hold an older answer of where to go; <see langword="null"/> when none is known to be out.</summary>
    public DateTimeOffset? ExposedUntil { get; init; }
    /// <summary>What should be mended before it is needed.</summary>
    public IReadOnlyList<CrdrFinding> Findings { get; init => field = Lists.Plain(value); } = [];
    /// <summary>More, in words.</summary>
    public string? Detail { get; init; }
}

/// <summary>Something worth knowing about a pair.</summary>
public sealed record CrdrFinding
{
    /// <summary>How bad it is.</summary>
    public required FindingSeverity Severity { get; init; }
    /// <summary>A stable name for its kind.</summary>
    public required string Id { get; init; }
    /// <summary>In words.</summary>
    public required string Message { get; init; }
    /// <summary>Which side it is about.</summary>
    public Side? Side { get; init; }
}

/// <summary>How bad a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>Good to know.</summary>
    Info,
    /// <summary>Look at it in daylight.</summary>
    Warning,
    /// <summary>Look at it now.</summary>
    Error,
}

/// <summary>Something an operation could not prove and left to be done; every later verb honours it first.</summary>
public sealed record CrdrObligation
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }
    /// <summary>What must be done.</summary>
    public required string What { get; init; }
    /// <summary>The operation that left it.</summary>
    public required string Operation { get; init; }
    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }
}

/// <summary>Something that can be done now, with the command for it.</summary>
public sealed record CrdrNextAction
{
    /// <summary>Why, and what it brings.</summary>
    public required string What { get; init; }
    /// <summary>The command in PowerShell.</summary>
    public string? Command { get; init; }
    /// <summary>The same for <c>crdr</c>.</summary>
    public string? Crdr { get; init; }
    /// <summary>The vendor's own equivalent.</summary>
    public string? Vendor { get; init; }
    /// <summary>The command, or the words.</summary>
    public override string ToString() => Command is null ? What : $"{What.TrimEnd('.')}: {Command}";
}
