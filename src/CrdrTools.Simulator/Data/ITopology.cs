namespace CrdrTools.Simulator.Data;

/// <summary>What the data needs to know of the services. Every answer holds from the last change until the next.</summary>
internal interface ITopology
{
    /// <summary>Where the shared URI of the pair of this service leads; the service itself when it has no pair.</summary>
    ServiceKey UriTarget(ServiceKey home);

    /// <summary>Whether the service acknowledges a write sent to it.</summary>
    bool Accepts(ServiceKey service);

    /// <summary>Those that replicate from this service at that time, and how far they have come.</summary>
    IEnumerable<Replica> ReplicasOf(ServiceKey service, DateTimeOffset at);

    /// <summary>The other service of the pair, if any.</summary>
    ServiceKey? PeerOf(ServiceKey service);
}
