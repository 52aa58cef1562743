namespace CrdrTools.Simulator;

/// <summary>What one pair is like at the moment.</summary>
public sealed record SimulatorPair
{
    public required string Project { get; init; }
    public required string Primary { get; init; }
    public required string Recovery { get; init; }

    /// <summary>Where the shared URI leads.</summary>
    public required string UriTarget { get; init; }

    /// <summary>Whether the passive service follows the active one now.</summary>
    public required bool Replicating { get; init; }

    /// <summary>Acknowledged writes the active service does not have.</summary>
    public required long Lost { get; init; }
}
