namespace CrdrTools;

/// <summary>Somebody's word that a playbook is right as it stands, for the pairs as they stand.</summary>
public sealed record CrdrPlaybookReview
{
    /// <summary>The playbook.</summary>
    public required string Playbook { get; init; }
    /// <summary>Where it was.</summary>
    public required string Path { get; init; }
    /// <summary>Tells the text that was looked at from another one.</summary>
    public required string Hash { get; init; }
    /// <summary>Who looked, as user@host.</summary>
    public required string Who { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>Why, or what was looked at.</summary>
    public required string Reason { get; init; }
    /// <summary>Whose the playbook is from then on; <see langword="null"/>: nothing was said of it.</summary>
    public string? Owner { get; init; }
    /// <summary>What the pairs were like then.</summary>
    public IReadOnlyList<CrdrPlaybookTopology> Topologies { get; init => field = Lists.Plain(value); } = [];
}

/// <summary>What a pair was made of at the time of a review: members, identities, routes, provider.</summary>
public sealed record CrdrPlaybookTopology
{
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>What there was, by name.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }
    /// <summary>The pair's name.</summary>
    public override string ToString() => Pair;
}
