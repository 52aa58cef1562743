namespace CrdrTools.Simulator;

/// <summary>What one CockroachDB Cloud cluster is like at the moment.</summary>
public sealed record SimulatorCluster
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>GCP, AWS or AZURE.</summary>
    public required string Cloud { get; init; }

    /// <summary>The (first) region, without the name of the cloud.</summary>
    public required string Region { get; init; }

    public required string Plan { get; init; }

    /// <summary>CREATING, CREATED, CREATION_FAILED, DELETED or LOCKED.</summary>
    public required string State { get; init; }

    public required string OperationStatus { get; init; }

    /// <summary>The cluster whose stream it is the standby of; null when it is none's.</summary>
    public required string? StandbyOf { get; init; }

    public required int Nodes { get; init; }

    /// <summary>The nodes that work, whatever the API shows.</summary>
    public required int LiveNodes { get; init; }

    /// <summary>Whether a client's write to it would be acknowledged now.</summary>
    public required bool AcceptsWrites { get; init; }

    /// <summary>The acknowledged writes it holds.</summary>
    public required long Rows { get; init; }
}
