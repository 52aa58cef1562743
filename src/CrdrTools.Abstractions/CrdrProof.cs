namespace CrdrTools;

/// <summary>Something that showed that a pair can be moved.</summary>
public sealed record CrdrProof
{
    /// <summary>When it had come to its end.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>What it was: the verb of an operation, Drill, or the name of a playbook.</summary>
    public required string By { get; init; }
    /// <summary>The id of the operation or of the run, where it has one.</summary>
    public string? Id { get; init; }
    /// <summary>Whether a simulator stood in for the vendor: it shows that the steps are right, and nothing of the real region.</summary>
    public bool Simulated { get; init; }
    /// <summary>In one line.</summary>
    public override string ToString() => $"{At.UtcDateTime:yyyy-MM-dd} by {By}{(Simulated ? " (simulated)" : "")}";
}
