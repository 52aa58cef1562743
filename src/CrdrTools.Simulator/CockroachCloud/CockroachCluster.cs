using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>One cluster.</summary>
internal sealed record CockroachCluster
{
    /// <summary>Names the cluster's data.</summary>
    public required ServiceKey Key { get; init; }

    public required string Id { get; init; }

    /// <summary>GCP, AWS or AZURE.</summary>
    public required string Cloud { get; init; }

    /// <summary>The names of its regions, without the cloud.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>BASIC, STANDARD or ADVANCED.</summary>
    public required string Plan { get; init; }

    public required string Version { get; init; }
    public required string CidrRange { get; init; }

    /// <summary>Made with <c>supports_cluster_virtualization</c>, without which nothing can be replicated.</summary>
    public required bool Virtualized { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? DeletedAt { get; init; }
    public string State { get; init; } = CockroachWords.Created;

    /// <summary>Set by hand; null is what the model says.</summary>
    public string? OperationStatus { get; init; }

    public bool DeleteProtection { get; init; }
    public IReadOnlyList<DisruptedRegion> Disruption { get; init; } = [];
    public required IReadOnlyList<CockroachNode> Nodes { get; init; }

    public string Name => Key.Service;

    /// <summary>Whether it is made and not deleted.</summary>
    public bool Exists => State is CockroachWords.Created or CockroachWords.Locked;

    public bool IsDisrupted(CockroachNode node) => Disruption.Any(d => d.Hits(node));
}
