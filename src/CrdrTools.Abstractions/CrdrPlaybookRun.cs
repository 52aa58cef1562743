namespace CrdrTools;

/// <summary>The record of one run of a playbook.</summary>
public sealed record CrdrPlaybookRun
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }
    /// <summary>The playbook.</summary>
    public required string Playbook { get; init; }
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>How it ended; <see langword="null"/> while it runs, or when its process died.</summary>
    public CrdrPlaybookOutcome? Outcome { get; init; }
    /// <summary>In one or two sentences: how it ended, and why.</summary>
    public string Message { get; init; } = "";
    /// <summary>A stable name for why it did not succeed.</summary>
    public string? ErrorId { get; init; }
    /// <summary>Who ran it, as user@host.</summary>
    public required string Who { get; init; }
    /// <summary>When it began.</summary>
    public required DateTimeOffset Began { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? Ended { get; init; }
    /// <summary>The operations it ran, by their ids, in order.</summary>
    public IReadOnlyList<string> Operations { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Whether a simulator stood in for the vendor in any of them.</summary>
    public bool Simulated { get; init; }
    /// <summary>What it left to a person to decide, when it stopped there.</summary>
    public CrdrPlaybookStop? Stop { get; init; }
    /// <summary>What it was given besides the pair, by name.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();
    /// <summary>The findings that should have kept it from being run, and were allowed.</summary>
    public IReadOnlyList<CrdrPlaybookFinding> Allowed { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Where the playbook was.</summary>
    public required string Path { get; init; }
    /// <summary>Tells the text that was run from another one.</summary>
    public required string Hash { get; init; }
    /// <summary>From the beginning to the end.</summary>
    public TimeSpan? Took => Ended - Began;
    /// <summary>In one line.</summary>
    public override string ToString() => $"{Id}: {Outcome?.ToString() ?? "not ended"}";
}

/// <summary>How a run of a playbook ended.</summary>
public enum CrdrPlaybookOutcome
{
    /// <summary>It came to its end.</summary>
    Succeeded,
    /// <summary>It stopped where a person has to decide; what it did until there stands.</summary>
    Stopped,
    /// <summary>Something in it failed.</summary>
    Failed,
    /// <summary>It was not begun: a finding stood against it.</summary>
    Refused,
    /// <summary>Somebody ended it.</summary>
    Interrupted,
}

/// <summary>A decision that a playbook leaves to a person, and how to go on when it is made.</summary>
public sealed record CrdrPlaybookStop
{
    /// <summary>What is to be decided.</summary>
    public string Decision { get; init; } = "";
    /// <summary>The command that goes on.</summary>
    public string? GoOn { get; init; }
    /// <summary>In one line.</summary>
    public override string ToString() => GoOn is null ? Decision : $"{Decision} {GoOn}";
}
