namespace CrdrTools.Simulator;

/// <summary>What a simulated CockroachDB Cloud cluster is made of.</summary>
public sealed record SimulatorClusterSpec
{
    /// <summary>GCP, AWS or AZURE.</summary>
    public string Cloud { get; init; } = "GCP";

    /// <summary>Its regions; only a cluster with one can take part in a stream.</summary>
    public IReadOnlyList<string> Regions { get; init; } = ["europe-west1"];

    /// <summary>Spread over three zones a region.</summary>
    public int NodesPerRegion { get; init; } = 3;

    /// <summary>BASIC, STANDARD or ADVANCED; only the last can take part in a stream.</summary>
    public string Plan { get; init; } = "ADVANCED";

    public string Version { get; init; } = "v25.2.4";

    /// <summary>Ranges of a stream's two clusters must not overlap on GCP.</summary>
    public string CidrRange { get; init; } = "172.28.0.0/14";

    /// <summary>Made with <c>supports_cluster_virtualization</c>, without which no stream can be made.</summary>
    public bool Virtualized { get; init; } = true;
}
