namespace CrdrTools;

/// <summary>Something about a playbook that has to be put right, or known.</summary>
public sealed record CrdrPlaybookFinding
{
    /// <summary>The playbook.</summary>
    public required string Playbook { get; init; }
    /// <summary>The pair, where it is about one.</summary>
    public string? Pair { get; init; }
    /// <summary>How bad it is: an Error keeps it from being run.</summary>
    public required FindingSeverity Severity { get; init; }
    /// <summary>A stable name for its kind.</summary>
    public required string Id { get; init; }
    /// <summary>In words.</summary>
    public required string Message { get; init; }
    /// <summary>The file.</summary>
    public string? Path { get; init; }
    /// <summary>The line of it, from 1.</summary>
    public int? Line { get; init; }
    /// <summary>In one line.</summary>
    public override string ToString() => $"{Id}: {(Line is { } line ? $"line {line}: " : "")}{Message}";
}
