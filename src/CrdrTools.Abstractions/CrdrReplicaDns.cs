namespace CrdrTools;

/// <summary>Where the read-only name leads.</summary>
public enum ReplicaDnsTarget
{
    /// <summary>To the standbys that are healthy.</summary>
    Replica,
    /// <summary>To the member that takes the writes, while no standby can be read from.</summary>
    Primary,
}

/// <summary>The read-only name of a pair of self-managed servers: how it is published, and which standbys stand behind it. Describes; holds no secret and no state.</summary>
public sealed record CrdrReadEndpoint
{
    /// <summary>The name and its zone, the DNS server and the key, what stands for each member, limits.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The servers that are read from. One that has the name of a member of the pair is that member, while it is passive.</summary>
    public IReadOnlyList<CrdrStandby> Standbys { get; init => field = Lists.Plain(value); } = [];
}

/// <summary>One server that is read from.</summary>
public sealed record CrdrStandby
{
    /// <summary>The name it goes by here; a member's name stands for that member.</summary>
    public required string Name { get; init; }

    /// <summary>How it is reached by SQL, without a password. A member needs none.</summary>
    public string? Connection { get; init; }

    /// <summary>What the name leads to for it: an address, or a name. A member needs none: <c>primaryValue</c> and <c>recoveryValue</c> say it.</summary>
    public string? Value { get; init; }

    /// <summary>Where its password is found: <c>env:NAME</c> or <c>secret:[vault/]name</c>.</summary>
    public string? Password { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>The read-only name of a pair, or of one service of it, as it was found.</summary>
public sealed record CrdrReplicaDns
{
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The provider's kind.</summary>
    public required string Provider { get; init; }
    /// <summary>The side whose service has it; none where the name follows the pair.</summary>
    public Side? Side { get; init; }
    /// <summary>That service's name.</summary>
    public string? Service { get; init; }
    /// <summary>Whether it is switched on.</summary>
    public required bool Enabled { get; init; }
    /// <summary>The name that clients look up.</summary>
    public string? Host { get; init; }
    /// <summary>The port behind it.</summary>
    public int? Port { get; init; }
    /// <summary>How clients connect, without a password.</summary>
    public string? Uri { get; init; }
    /// <summary>Where it was decided to lead; <see langword="null"/>: the vendor does not say, or nothing was decided yet.</summary>
    public ReplicaDnsTarget? Target { get; init; }
    /// <summary>Since when.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>The number of the newest decision.</summary>
    public long? Number { get; init; }
    /// <summary>What was decided to be published.</summary>
    public IReadOnlyList<string> Values { get; init => field = Lists.Plain(value); } = [];
    /// <summary>What the name leads to now; empty: nothing. <see langword="null"/>: it could not be asked.</summary>
    public IReadOnlyList<string>? Answer { get; init => field = value is null ? null : Lists.Plain(value); }
    /// <summary>Who watches it; none: nobody, so that nothing will change.</summary>
    public string? Watcher { get; init; }
    /// <summary>What is still to be published, in words.</summary>
    public string? Pending { get; init; }
    /// <summary>The servers behind it.</summary>
    public IReadOnlyList<CrdrReadStandby> Standbys { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Whether it can be switched on: plan, nodes, rights.</summary>
    public IReadOnlyList<CrdrCheck> Checks { get; init => field = Lists.Plain(value); } = [];
    /// <summary>What is noteworthy.</summary>
    public IReadOnlyList<CrdrFinding> Findings { get; init => field = Lists.Plain(value); } = [];
    /// <summary>What to do next.</summary>
    public IReadOnlyList<string> NextActions { get; init => field = Lists.Plain(value); } = [];
    /// <summary>When it was looked at.</summary>
    public required DateTimeOffset ObservedAt { get; init; }
    /// <summary>In one line.</summary>
    public override string ToString() => $"{Service ?? Pair}: {(Enabled ? $"{Host} -> {(Target is { } target ? target.ToString().ToLowerInvariant() : "unknown")}" : "off")}";
}

/// <summary>One server behind a read-only name.</summary>
public sealed record CrdrReadStandby
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Whether it can be read from; <see langword="null"/>: it was not asked.</summary>
    public bool? Healthy { get; init; }
    /// <summary>Why, or why not.</summary>
    public string? Why { get; init; }
    /// <summary>How far it is behind, where that is known.</summary>
    public TimeSpan? Lag { get; init; }
    /// <summary>What the name leads to for it.</summary>
    public string? Value { get; init; }
    /// <summary>Whether it was decided not to wait for it.</summary>
    public bool Forgotten { get; init; }
    /// <summary>In one line.</summary>
    public override string ToString() => $"{Name}: {(Forgotten ? "forgotten" : Healthy switch { true => "healthy", false => "not healthy", null => "not asked" })}{(Why is null ? "" : $" ({Why})")}";
}

/// <summary>What a watcher of read-only names tells.</summary>
public enum ReplicaDnsEventKind
{
    /// <summary>It watches.</summary>
    Watching,
    /// <summary>It watches no more: it was stopped, the name was switched off, or somebody else watches it.</summary>
    Ended,
    /// <summary>A standby can be read from.</summary>
    StandbyHealthy,
    /// <summary>A standby cannot be read from.</summary>
    StandbyUnhealthy,
    /// <summary>Another member takes the writes.</summary>
    ActiveChanged,
    /// <summary>Nothing is decided while the pair stands as it does.</summary>
    Frozen,
    /// <summary>Decisions are made again.</summary>
    Thawed,
    /// <summary>No standby can be read from, and the member that takes the writes does not answer: the name stays where it is. Somebody should look.</summary>
    NothingAnswers,
    /// <summary>Where the name shall lead was decided.</summary>
    Decided,
    /// <summary>The name leads there.</summary>
    Published,
    /// <summary>It could not be published yet; it is tried again.</summary>
    PublishFailed,
}

/// <summary>One thing that happened while read-only names were watched.</summary>
public sealed record CrdrReplicaDnsEvent
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>What.</summary>
    public required ReplicaDnsEventKind Kind { get; init; }
    /// <summary>How much it matters.</summary>
    public FindingSeverity Severity { get; init; }
    /// <summary>In words.</summary>
    public required string Message { get; init; }
    /// <summary>The standby it is about.</summary>
    public string? Standby { get; init; }
    /// <summary>Where the name shall lead, or leads.</summary>
    public ReplicaDnsTarget? Target { get; init; }
    /// <summary>The decision's number.</summary>
    public long? Number { get; init; }
    /// <summary>What is published.</summary>
    public IReadOnlyList<string>? Values { get; init => field = value is null ? null : Lists.Plain(value); }
    /// <summary>In one line.</summary>
    public override string ToString() => $"{At:HH:mm:ss.fff}Z {Pair}: {Message}";
}

/// <summary>What is asked of a read-only name.</summary>
public sealed record CrdrReplicaDnsRequest
{
    /// <summary>Switched on, or off.</summary>
    public required bool Enable { get; init; }
    /// <summary>The side whose service is meant; the one that takes the writes unless given. Self-managed pairs have one name, and no side.</summary>
    public Side? Side { get; init; }
    /// <summary>Standbys that are not waited for any more.</summary>
    public IReadOnlyList<string> Forget { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Standbys that are waited for again.</summary>
    public IReadOnlyList<string> Remember { get; init => field = Lists.Plain(value); } = [];
}
