using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Two services joined by a <c>disaster_recovery</c> integration. The names never swap, only the roles do.</summary>
internal sealed record AivenPair(ServiceKey Primary, ServiceKey Recovery, string IntegrationId)
{
    /// <summary>Where the shared URI leads.</summary>
    public ServiceKey UriTarget { get; init; } = Primary;

    /// <summary>Nothing is replicated before this time.</summary>
    public DateTimeOffset ReplicationFrom { get; init; }

    public ServiceKey PeerOf(ServiceKey member) => member == Primary ? Recovery : Primary;
}
