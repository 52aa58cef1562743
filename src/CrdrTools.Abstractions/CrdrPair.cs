namespace CrdrTools;

/// <summary>
/// Two services, one in each region, that stand in for each other. Describes them; holds no secret and no state.
/// </summary>
public sealed record CrdrPair
{
    /// <summary>The name it goes by here: letters, digits, dot, dash and underscore, at most 64.</summary>
    public required string Name { get; init; }

    /// <summary>The provider's kind, for example <c>Aiven</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The service in the home region.</summary>
    public required CrdrMember Primary { get; init; }

    /// <summary>The service in the other region.</summary>
    public required CrdrMember Recovery { get; init; }

    /// <summary>What the provider needs to know besides, for example <c>project</c> and <c>endpoint</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where clients are sent, in the order in which they are moved.</summary>
    public IReadOnlyList<CrdrRoute> Routes { get; init => field = Lists.Plain(value); } = [];

    /// <summary>The name that reads are sent to, where the pair's own servers stand behind it.</summary>
    public CrdrReadEndpoint? ReplicaDns { get; init; }

    /// <summary>What a recovery is measured against.</summary>
    public CrdrObjectives Objectives { get; init; } = new();

    /// <summary>Where the secret is found: <c>env:NAME</c> or <c>secret:[vault/]name</c>. Never the secret itself.</summary>
    public string? Secret { get; init; }

    /// <summary>What an unplanned failover does when the loss cannot be bounded, decided in daylight.</summary>
    public UnknownLag UnknownLag { get; init; } = UnknownLag.Refuse;

    /// <summary>The least time between two promotions (5 minutes unless told).</summary>
    public TimeSpan QuietTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whom to call; printed on the offline card.</summary>
    public IReadOnlyList<string> Contacts { get; init => field = Lists.Plain(value); } = [];

    /// <summary>The member of a side.</summary>
    public CrdrMember this[Side side] => side == Side.Primary ? Primary : Recovery;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>One service of a pair, with what is known of it for ever.</summary>
public sealed record CrdrMember
{
    /// <summary>The service's name at the vendor.</summary>
    public required string Name { get; init; }

    /// <summary>The region or cloud it runs in, as the vendor names it.</summary>
    public string? Region { get; init; }

    /// <summary>
    /// What no other service of that name can have (Aiven: the create time), pinned at registration.
    /// <see langword="null"/>: not pinned yet, for the service does not exist.
    /// </summary>
    public string? Identity { get; init; }
}

/// <summary>A way clients find the active member.</summary>
public record CrdrRoute
{
    /// <summary>Its name within the pair.</summary>
    public required string Name { get; init; }

    /// <summary><c>Command</c>, <c>HAProxy</c>, <c>PgBouncer</c>, <c>Dns</c> or <c>VendorManaged</c>; <c>InProcess</c> for a pair that lives in a process.</summary>
    public required string Type { get; init; }

    /// <summary>For <c>Command</c>: the program and its arguments that print <c>target=primary|recovery|none</c> and <c>fenced=…</c>.</summary>
    public IReadOnlyList<string>? Observe { get; init => field = value is null ? null : Lists.Plain(value); }

    /// <summary>For <c>Command</c>: cuts clients off from the side in <c>CRDR_SIDE</c>.</summary>
    public IReadOnlyList<string>? Fence { get; init => field = value is null ? null : Lists.Plain(value); }

    /// <summary>For <c>Command</c>: lets clients reach the side in <c>CRDR_SIDE</c> again.</summary>
    public IReadOnlyList<string>? Unfence { get; init => field = value is null ? null : Lists.Plain(value); }

    /// <summary>For <c>Command</c>: sends clients to the side in <c>CRDR_SIDE</c>, lifting a fence on it.</summary>
    public IReadOnlyList<string>? Switch { get; init => field = value is null ? null : Lists.Plain(value); }

    /// <summary>For <c>VendorManaged</c>: the DNS name that the vendor moves by itself.</summary>
    public string? Host { get; init; }

    /// <summary>What the other types need, by name; secrets only as references, <c>env:NAME</c> or <c>secret:[vault/]name</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long one command may take (30 s unless told).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Recovery objectives.</summary>
public sealed record CrdrObjectives
{
    /// <summary>Recovery time objective: from the outage to the verified route.</summary>
    public TimeSpan? Rto { get; init; }

    /// <summary>Recovery point objective: how much of the newest data may be lost, as a time.</summary>
    public TimeSpan? Rpo { get; init; }
}

/// <summary>What to do when the loss of an unplanned failover cannot be bounded.</summary>
public enum UnknownLag
{
    /// <summary>Refuse until <c>-AllowDataLoss</c> is given.</summary>
    Refuse,
    /// <summary>Go ahead.</summary>
    Accept,
}
