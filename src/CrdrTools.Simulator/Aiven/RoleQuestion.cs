namespace CrdrTools.Simulator.Aiven;

/// <summary>All that decides about a change of role.</summary>
internal sealed record RoleQuestion
{
    public required string Wanted { get; init; }
    public required AivenService Target { get; init; }

    /// <summary>The other service of the pair; null for a service without CRDR.</summary>
    public AivenService? Peer { get; init; }

    public bool TargetIsPrimary { get; init; }

    /// <summary>Whether the two are in a takeover.</summary>
    public bool InTakeover { get; init; }

    /// <summary>Whether a change of the target is under way.</summary>
    public bool Busy { get; init; }

    /// <summary>Whether the same of the peer is under way.</summary>
    public bool PeerBusy { get; init; }

    public bool TargetRegionDown { get; init; }
    public bool PeerRegionDown { get; init; }
    public required SimulatorSettings Settings { get; init; }
}
