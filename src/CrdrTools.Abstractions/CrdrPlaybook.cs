namespace CrdrTools;

/// <summary>A script that people read and follow when it counts: who owns it, what it is for, and when somebody last looked at it.</summary>
public sealed record CrdrPlaybook
{
    /// <summary>The name it is called by: its file's, without the ending.</summary>
    public required string Name { get; init; }
    /// <summary>What it does, in a few words.</summary>
    public required string Title { get; init; }
    /// <summary>Whether people run it, or Azure Automation does.</summary>
    public required CrdrPlaybookKind Kind { get; init; }
    /// <summary>What it does, in a sentence: the synopsis of its own help.</summary>
    public string? Synopsis { get; init; }
    /// <summary>Whose it is: as the last valid review says, or its own header; <see langword="null"/> when neither does.</summary>
    public string? Owner { get; init; }
    /// <summary>The kinds of providers it is written for; empty: any.</summary>
    public IReadOnlyList<string> Providers { get; init => field = Lists.Plain(value); } = [];
    /// <summary>The names of the pairs it is written for, with wildcards; empty: any.</summary>
    public IReadOnlyList<string> Pairs { get; init => field = Lists.Plain(value); } = [];
    /// <summary>What it is meant to hold; <see langword="null"/> where that is the pair's own business, or nothing is measured.</summary>
    public CrdrObjectives Objectives { get; init; } = new();
    /// <summary>When somebody last said that it is right as it stands; <see langword="null"/>: nobody has, or it was changed since.</summary>
    public DateTimeOffset? LastReviewed { get; init; }
    /// <summary>Who said so; <see langword="null"/> where only its header does.</summary>
    public string? ReviewedBy { get; init; }
    /// <summary>How often it is to be looked at, as <c>90 days</c>.</summary>
    public required string ReviewEvery { get; init; }
    /// <summary>When it is to be looked at again; <see langword="null"/>: now.</summary>
    public DateTimeOffset? ReviewDue { get; init; }
    /// <summary>Its newest run on record; <see langword="null"/>: none is.</summary>
    public CrdrPlaybookRun? LastRun { get; init; }
    /// <summary>Commands that it uses and that are only there where it runs.</summary>
    public IReadOnlyList<string> NeedsCommands { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Whether it came with this product.</summary>
    public bool Shipped { get; init; }
    /// <summary>Where it is.</summary>
    public required string Path { get; init; }
    /// <summary>Tells this text from another one.</summary>
    public required string Hash { get; init; }
    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>Who runs a playbook.</summary>
public enum CrdrPlaybookKind
{
    /// <summary>People, at a prompt.</summary>
    Playbook,
    /// <summary>Azure Automation, with nobody there.</summary>
    Runbook,
}
